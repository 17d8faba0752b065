"""What the documents say is so: files exist, links lead somewhere, commands parse, README's Python runs."""
import os
import re
import runpy
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

import branched
from branched.command.main import parse

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
DOCUMENTS = [README, *sorted((ROOT / "docs").glob("*.md")), ROOT / "checkpoints/README.md"]
PLACEHOLDERS = {"NAME": "ddim"}  # what a command in a document leaves open, and something to put there


def each(pattern: str, text: str) -> list[str]:
    return re.findall(pattern, text, re.MULTILINE)


def code(text: str) -> list[str]:
    """All code of a document: indented lines, and spans in the text, which may run over the end of a line."""
    lines = each(r"^ {4,}(\S.*)$", text)
    spans = re.findall(r"`([^`]+)`", re.sub(r"^ {4,}\S.*$", "", text, flags=re.MULTILINE))
    return [*lines, *(" ".join(span.split()) for span in spans)]


def commands(text: str) -> list[str]:
    """What comes after `-m branched`, without the comment behind it; left out are those that leave something out."""
    found = [match for line in code(text) for match in each(r"-m branched (\w[^#&|;]*)", line)]
    return [command.strip() for command in found if "..." not in command and not command.startswith("COMMAND")]


def snippets(text: str) -> list[str]:
    """The indented blocks that begin by importing the library."""
    blocks = re.findall(r"(?:^ {4}.*\n)+", text, re.MULTILINE)
    return [re.sub("^ {4}", "", block, flags=re.MULTILINE) for block in blocks if "import branched" in block]


def slugs(text: str) -> set[str]:
    """The anchors of a document's headings."""
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in each(r"^#+ (.*)$", text)}


def table_rows(text: str, heading: str) -> list[list[str]]:
    """The cells of the table below a heading, without its head."""
    section = text.split(f"\n{heading}\n")[1].split("\n#")[0]
    return [line.split("|")[1:-1] for line in each(r"^\|.*$", section)[2:]]


def table(text: str, heading: str) -> dict[str, set[str]]:
    """The table below a heading: the names in code of the first column, and those of the second."""
    rows = table_rows(text, heading)
    return {each(r"`(\w+)`", first)[0]: set(each(r"`(\w+)`", second)) for first, second in rows}


SCRIPTS = sorted({script for path in DOCUMENTS
                  for script in each(r"python ((?:experiments|tests)/[\w/]+\.py)", path.read_text())})
ALL = [(path, command) for path in DOCUMENTS for command in commands(path.read_text())]


def test_readme_is_short():
    text = README.read_text()
    assert len(text.splitlines()) <= 100 and len(text) < 7000


def test_claims_of_readme_are_measured():
    measured = (ROOT / "docs/measured.md").read_text()
    claims = table_rows(README.read_text(), "## Three claims")
    figures = [each(r"\*\*(.+?)\*\*", row[1])[0] for row in claims]
    assert figures == ["99.4%", "2.2 times", "0 bits"]
    rows = {"99.4%": r"right class, 1000 images of each digit .*\*\*99\.4%\*\*",
            "2.2 times": r"class by class over tree .*\*\*2\.20\*\*",
            "0 bits": r"\*\*0 bits differ\*\* in 3,000 images"}
    assert all(re.search(rows[figure], measured) for figure in figures)


def test_readme_has_one_line_for_the_tests():
    """`.ci/run` reads it from here."""
    assert len(each(r"^    (pip install .* pytest.*)$", README.read_text())) == 1


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_that_a_document_names_exist(path):
    named = each(r"(?<![\w./-])(?:branched|docs|pages|tests|experiments|checkpoints)/[\w./-]*\w", path.read_text())
    assert [name for name in named if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path):
    for link in each(r"\]\(([^)\s]+)\)", path.read_text()):
        if "://" not in link:
            name, _, anchor = link.partition("#")
            target = path.parent / name if name else path
            assert target.exists(), link
            assert not anchor or anchor in slugs(target.read_text()), link


@pytest.mark.parametrize(("path", "command"), ALL, ids=lambda value: "" if isinstance(value, Path) else value)
def test_commands_parse(path, command):
    parse([PLACEHOLDERS.get(word, word) for word in shlex.split(command)])


def test_commands_are_found_in_blocks_and_in_the_text():
    assert len(ALL) > 25
    assert commands("Do `python -m branched info\n--model x` or\n\n    python -m branched bench  # slow\n") == [
        "bench", "info --model x"]


@pytest.mark.parametrize("script", SCRIPTS)
def test_scripts_start(script):
    """In a process of their own, as they are started by hand: then nobody has told Python where the library is."""
    ended = subprocess.run([sys.executable, script, "--help"], cwd=ROOT, capture_output=True, text=True,
                           env={key: value for key, value in os.environ.items() if key != "PYTHONPATH"})
    assert ended.returncode == 0, ended.stderr[-2000:]


def test_every_model_says_how_it_is_trained_anew():
    text = (ROOT / "checkpoints/README.md").read_text()
    for model in (ROOT / "checkpoints").glob("*.safetensors"):
        by_one_command = f"  - `{model.name}`" in text or f", `{model.name}`" in text
        assert f"`{model.name}`" in text
        assert f"--output checkpoints/{model.name}\n" in text or by_one_command and "train-methods --steps" in text


def test_the_python_of_readme_runs():
    [snippet] = snippets(README.read_text())
    names = {}
    exec(snippet, names)
    assert names["drawn"].images.shape == (2, 8, 28, 28) and names["turned"].images.shape == (8, 28, 28)
    assert names["hybrid"].endings.keys() == {"4", "9"}


def test_the_rooms_of_the_architecture_are_those_of_the_house():
    text, layers = (ROOT / "docs/architecture.md").read_text(), runpy.run_path(str(ROOT / "tests/test_layers.py"))
    assert table(text, "### The library") == layers["LIBRARY"]
    assert table(text, "### The app") == layers["SHARED"]


def test_citation_names_this_version_and_licence():
    text = (ROOT / "CITATION.cff").read_text()
    assert f"\nversion: {branched.__version__}\n" in text and "\nlicense: BSD-3-Clause\n" in text
    assert (ROOT / "LICENSE").read_text().startswith("BSD 3-Clause License\n")

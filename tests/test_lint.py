"""Python by Ruff, JavaScript by oxlint, style sheets by Biome: each finds nothing, and each would find something."""
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
RUFF, OXLINT, BIOME = ("ruff", "check"), ("oxlint", "--config", str(ROOT / ".oxlintrc.json")), ("biome", "lint")
FAULTS = {  # of each kind of file one that parses, and one that does not
    "a.py": (RUFF, "import os\n", "def f(:\n"),
    "a.js": (OXLINT, "export default () => missing;\n", "const = 3;\n"),
    "a.css": (BIOME, ".a {colr: red}\n", ".a {color: red\n"),
}


def lint(command: tuple[str, ...], *paths: Path) -> subprocess.CompletedProcess:
    """A linter's answer about some files; it is installed beside this Python."""
    program = Path(sys.executable).with_name(command[0])
    return subprocess.run([program, *command[1:], *paths], cwd=ROOT, capture_output=True, text=True)


@pytest.mark.parametrize("command, kind", [(RUFF, "py"), (OXLINT, "js"), (BIOME, "css")])
def test_the_linters_find_nothing(command, kind):
    rooms = (ROOT / "pages", ROOT / "branched/one_page")
    files = [ROOT] if kind == "py" else sorted(path for room in rooms for path in room.rglob(f"*.{kind}"))
    answer = lint(command, *files)
    assert files and answer.returncode == 0, answer.stdout + answer.stderr


@pytest.mark.parametrize("name, fault", [(name, fault) for name, (_, *faults) in FAULTS.items() for fault in faults])
def test_a_fault_is_found(tmp_path, name, fault):
    (tmp_path / name).write_text(fault)
    assert lint(FAULTS[name][0], tmp_path / name).returncode != 0

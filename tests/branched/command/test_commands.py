"""The command line as a user meets it: files appear, bad input is one sentence and exit code 2."""
import json
import re
import shlex
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
import torch
from models import tiny_label_model
from PIL import Image

import branched
from branched import SOLVERS, load
from branched.class_tree.parents import Parents
from branched.class_tree.training import TrainingConfig
from branched.command.main import COMMANDS, main, parse
from branched.data import dataset


@pytest.fixture(scope="module")
def checkpoint(model, tmp_path_factory):
    path = tmp_path_factory.mktemp("models") / "tiny.safetensors"
    model.save(path)
    return str(path)


def run(*arguments) -> int:
    return main([str(argument) for argument in arguments])


def test_sample_writes_a_grid_and_arrays(checkpoint, tmp_path):
    png, npz = tmp_path / "s.png", tmp_path / "s.npz"
    options = ("--labels", 4, 9, "--n", 3, "--steps", 4, "--seed", 7)
    assert run("sample", "--model", checkpoint, *options, "--output", png, "--npz", npz) == 0
    arrays = np.load(npz)
    assert Image.open(png).size == (3 * (3 * 8 + 2 * 2), 3 * (2 * 8 + 2))
    assert arrays["images"].shape == (2, 3, 8, 8) and list(arrays["labels"]) == ["4", "9"] and arrays["seed"] == 7
    assert (arrays["images"] == load(checkpoint).sample([4, 9], 3, 4, 7).images).all()


def test_hybrid_and_transmute_write_rows(checkpoint, tmp_path):
    png = tmp_path / "h.png"
    walk = ("--model", checkpoint, "--steps", 4, "--output", png)
    assert run("hybrid", "4,9", 7, "--n", 2, *walk) == 0
    assert Image.open(png).height == 3 * (5 * 10 - 2)                       # noisy, denoised, three endings
    assert run("transmute", 4, 9, 7, "--n", 2, *walk) == 0
    assert Image.open(png).height == 3 * (3 * 10 - 2)                       # as given, two targets


def test_picture_files_go_in_either_way_round(checkpoint, tmp_path, capsys):
    ink = np.full((40, 30), 255, np.uint8)
    ink[10:30, 12:18] = 0
    Image.fromarray(ink).save(tmp_path / "ink.png")
    Image.fromarray(255 - ink).save(tmp_path / "chalk.png")
    assert run("classify", tmp_path / "ink.png", tmp_path / "chalk.png", "--model", checkpoint) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith(str(tmp_path / "ink.png")) and second.rstrip().endswith("%)")
    out = tmp_path / "t.png"
    assert run("transmute", 4, 9, "--images", tmp_path / "ink.png", "--model", checkpoint, "--output", out) == 0


def test_discover_writes_a_tree_that_train_takes(tmp_path, capsys):
    tree, model = tmp_path / "tree.json", tmp_path / "m.safetensors"
    assert run("discover", "--data", "digits", "--samples", 50, "--times", 100, "--output", tree) == 0
    assert "10 classes" in capsys.readouterr().out
    train = ("train", "--data", "digits", "--tree", tree, "--output", model, "--channels", 16, 32, "--rank", 2,
             "--batch", 16, "--pairs", 16, "--every", 2)
    assert run(*train, "--steps", 3, "--dry-run") == 0 and not model.exists()
    assert run(*train, "--steps", 3) == 0
    made = load(model)
    assert made.tree.to_json() == json.loads(tree.read_text())
    assert made.facts.training.steps == 3 and made.facts.data.name == "digits"
    assert run(*train, "--steps", 3, "--resume") == 0
    assert run(*train, "--steps", 5, "--resume") == 0 and load(model).facts.training.steps == 5  # trained longer
    assert run(*train, "--steps", 4, "--resume") == 2
    assert "has done 5 steps already" in capsys.readouterr().err
    assert run(*train, "--steps", 6, "--seed", 1, "--resume") == 2
    assert "another run: its training, seed, is 0" in capsys.readouterr().err
    assert run("info", "--model", model) == 0 and "digits" in capsys.readouterr().out


def test_train_discovers_and_keeps_the_curves(tmp_path):
    model = tmp_path / "m.safetensors"
    assert run("train", "--data", "digits", "--samples", 40, "--times", 50, "--raise-branch-points", 0.1, "--output",
               model, "--channels", 16, 32, "--rank", 2, "--batch", 16, "--pairs", 16, "--steps", 1) == 0
    made = load(model)
    assert made.curves["similarity"].shape == (50, 10, 10) and made.facts.discovery.samples == 40


def test_own_data_and_a_judge_are_found_again_by_the_model_alone(tmp_path, capsys, monkeypatch):
    """It was trained on coloured pictures of another size; no data option is said again."""
    for label, level in (("dark", 60), ("light", 200)):
        folder = tmp_path / "my" / "pets" / label
        folder.mkdir(parents=True)
        for k in range(18):
            Image.fromarray(np.full((20, 20, 3), level + k, np.uint8)).save(folder / f"{k}.png")
    monkeypatch.chdir(tmp_path)
    small = ("--channels", 16, 32, "--rank", 2, "--batch", 16, "--pairs", 16, "--samples", 12, "--times", 20)
    read = ("--size", 8, "--colour", "--shows", "pictures")
    assert run("train", "--data", "my/pets", *read, *small, "--steps", 1, "--output", "m.safetensors") == 0
    assert load("m.safetensors").facts.data.source == "my/pets"
    measure = ("evaluate", "--model", "m.safetensors", "--parts", "generation", "--n", 4, "--steps", 2)
    capsys.readouterr()
    assert run(*measure) == 0
    assert "No judge knows pets: one is trained" in capsys.readouterr().out
    written = Path("judge-pets.safetensors").stat().st_mtime_ns
    assert run(*measure) == 0 and Path("judge-pets.safetensors").stat().st_mtime_ns == written
    assert "No judge" not in capsys.readouterr().out
    Path("my").rename("away")
    assert run(*measure) == 2 and "where that is now, --data says" in capsys.readouterr().err
    assert run(*measure, "--data", "away/pets", "--size", 8, "--colour") == 0
    monkeypatch.chdir("away")
    assert dataset.load(tmp_path / "away" / "pets").source is None, "nobody learns where a home is"


def test_parents_are_trained_for_a_model(checkpoint, tmp_path, capsys):
    output = tmp_path / "parents-tiny.safetensors"
    quick = ("--data", "digits", "--steps", 1, "--batch", 16)
    assert run("parents", "--model", checkpoint, "--output", output, *quick, "--margin", 0.1) == 0
    model, parents = load(checkpoint), Parents.load(output)
    assert parents.fits(model.denoise.network, model.tree) and parents.margin == 0.1
    assert f"{len(model.tree.branch_points)} branch points" in capsys.readouterr().out
    assert run("parents", "--model", checkpoint, "--output", output, *quick, "--margin", 0) == 2
    assert "margin" in capsys.readouterr().err


@pytest.mark.parametrize("arguments, sentence", [
    (("sample", "--labels", "x"), "no class 'x'"),
    (("sample", "--n", 0), "whole number"),
    (("sample", "--steps", -1), "whole number"),
    (("hybrid", 4, 4), "two different"),
    (("transmute", 4, 9, "--time", 2), "--time is a number from 0 to 1"),
    (("transmute", 4, 9, "--images", "nowhere.png"), "nowhere.png"),
    (("classify", __file__), "cannot be read as an image"),
    (("sample", "--output", "/proc/no/s.png"), "could not be written"),
])
def test_bad_input_is_one_sentence(checkpoint, arguments, sentence, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run(*arguments, "--model", checkpoint) == 2
    error = capsys.readouterr().err.strip().splitlines()[-1]
    assert error.startswith("branched: ") and sentence in error


@pytest.mark.parametrize("arguments, sentence", [
    (("bench", "--repeats", 0), "--repeats is a whole number from 1"),
    (("discover", "--data", "digits", "--seed", 10**23), "--seed is a whole number"),
    (("judge", "--output", "j.safetensors", "--data", "rows.csv"), "looks at images"),
    (("train-methods", "--data", "digits", "--only", "classifier", "--steps", 0), "steps must be positive"),
    (("train-methods", "--data", "digits", "--only", "classifier", "--every", 0), "at least 1"),
    (("train-methods", "--data", "digits", "--only", "guided", "--output", "/proc/no"), "Nothing can be written"),
    (("train-methods", "--only", "magic"), "--only is one of ac, ac-0, "),
])
def test_other_commands_tell_it_in_one_sentence_too(arguments, sentence, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rows.csv").write_text("class,a\n" + "".join(f"{label},{k}\n" for label in "xy" for k in range(8)))
    assert run(*arguments) == 2
    error = capsys.readouterr().err.strip().splitlines()[-1]
    assert error.startswith("branched: ") and sentence in error and "None" not in error


@pytest.mark.parametrize("arguments, sentence", [
    (("--data", "nowhere"), "no data set or folder"),
    (("--data", "digits", "--tree", "nowhere.json"), "cannot be read"),
    (("--data", "digits", "--steps", 0), "steps must be positive"),
    (("--data", "digits", "--epsilon", -1), "Epsilon is 0 or more"),
    (("--data", "digits", "--channels", 9, 9), "multiples of"),
    (("--data", "digits", "--channels", 0), "--channels is a whole number"),
    (("--data", "digits", "--channels", -8), "--channels is a whole number"),
    (("--data", "digits", "--tree", "flat", "--rank", -1), "--rank is a whole number"),
    (("--data", "digits", "--tree", "flat", "--channels", 16, 32, "--every", 0), "--every is a whole number"),
    (("--data", "digits", "--seed", 10**23), "63 bits"),
])
def test_impossible_training_is_one_sentence(arguments, sentence, capsys, tmp_path):
    assert run("train", "--output", tmp_path / "m.safetensors", *arguments) == 2
    assert sentence in capsys.readouterr().err


# -- the line itself ---------------------------------------------------------------------------------------------------

ROOT = Path(__file__).parents[3]


def named(record: type) -> str:
    """What a command is called: TwoWords is two-words."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", record.__name__).lower()


NAMES = [named(record) for record in COMMANDS]


def promised() -> list[str]:
    """Every command that README.md and docs/ show, without its comment."""
    text = "\n".join(path.read_text() for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))))
    lines = re.findall(r"^ +(?:> )?python -m branched +((?:.*\\\n)*.*)$", text, re.MULTILINE)
    return sorted({line.replace("\\\n", " ").split("  #")[0].strip() for line in lines})


@pytest.mark.parametrize("line", promised())
def test_what_the_documents_show_is_understood(line):
    assert named(type(parse(shlex.split(line)))) == line.split()[0]


def test_the_documents_show_every_command():
    shown = {line.split()[0] for line in promised()}
    assert len(promised()) > 20 and shown >= set(NAMES) - {"judge"}  # `judge` stands in a sentence


def test_words_become_a_record():
    request = parse(["transmute", "4", "9", "7", "--rows", "a.csv", "b.csv", "--n", "3", "--round", "--time", "0.5"])
    assert (request.source, request.targets) == ("4", ("9", "7")) and request.images == (Path("a.csv"), Path("b.csv"))
    assert request.sampling.n == 3 and request.writing.round and request.time == 0.5 and not request.deterministic
    swapped = ["--n", "3", "--round", "--time", "0.5", "--images", "a.csv", "b.csv"]
    assert request == parse(["transmute", "4", "9", "7", *swapped])
    assert parse(["transmute", "4", "9"]).images is None


@pytest.mark.parametrize("arguments, words", [
    ([], "one of info, discover"), (["nonsense"], "nonsense"), (["sample", "--nonsense"], "--nonsense"),
    (["sample", "more"], "more"), (["sample", "--n", "few"], "--n"), (["sample", "--n"], "--n"),
    (["sample", "--solver", "magic"], "ddim-eta"), (["sample", "--labels"], "labels"), (["hybrid", "4"], "needs B."),
    (["transmute", "4"], "targets"), (["classify"], "files"), (["train"], "needs --output."), (["extend"], "--name"),
    (["evaluate", "--parts", "all"], "--parts"), (["info", "--device", "tpu"], "--device"),
])
def test_what_is_no_command_is_one_sentence(arguments, words, capsys):
    assert main(arguments) == 2
    out, error = capsys.readouterr()
    assert not out and error.startswith("branched: ") and error.endswith(".\n") and error.count("\n") == 1
    assert words in error and "│" not in error and "Traceback" not in error


def test_models_of_other_ways_are_trained_and_go_on(tmp_path, capsys):
    arguments = ["train-methods", "--only", "guided", "classifier", "--data", "digits", "--steps", "2", "--output",
                 str(tmp_path)]
    assert main(arguments) == 0
    assert {path.name for path in tmp_path.glob("*.safetensors")} == {"digits-guided.safetensors",
                                                                     "classifier-digits.safetensors"}
    written = {path: path.read_bytes() for path in tmp_path.glob("*.safetensors")}
    assert main([*arguments, "--resume"]) == 0
    assert main(arguments) == 2 and "--anew replaces it" in capsys.readouterr().err
    assert all(path.read_bytes() == before for path, before in written.items()), "what is finished stays"
    assert main([*arguments, "--resume", "--seed", "9"]) == 2 and "from another run" in capsys.readouterr().err
    assert main(["train-methods", "--data", "digits", "--output", str(tmp_path / "empty")]) == 2
    assert "digits.safetensors" in capsys.readouterr().err, "the tree is looked for first"
    assert main(["train-methods", "--only", "guided", "--data", "digits", "--steps", "2", "--anew", "--output",
                 str(tmp_path)]) == 0
    guided = str(tmp_path / "digits-guided.safetensors")
    assert main(["info", "--model", guided]) == 0 and "told by: label" in capsys.readouterr().out
    assert main(["sample", "--model", guided, "--n", "1", "--steps", "2", "--guidance", "0.5", "--output",
                 str(tmp_path / "grid.png")]) == 0
    assert "40 evaluations" in capsys.readouterr().out


def test_a_tree_of_clusters_is_grown_goes_on_and_is_measured(tmp_path, capsys):
    path = tmp_path / "groups.safetensors"
    arguments = ["grow", "--data", "digits", "--leaves", "2", "--depth", "2", "--batch", "32", "--contrast", "0.1",
                 "--split", "0.1", "--final", "0.1", "--output", str(path)]
    assert main(arguments) == 0
    out = capsys.readouterr().out
    assert "A B\n  A: " in out and "leaves, not" not in out and out.endswith("is grown to the end.\n")
    written = branched.load(path).network.state_dict()
    assert main([*arguments, "--resume"]) == 0
    assert all(torch.equal(value, written[key]) for key, value in branched.load(path).network.state_dict().items())
    model = ["--model", str(path)]
    capsys.readouterr()
    assert main(["info", *model]) == 0 and "\nA B\n  A: " in capsys.readouterr().out
    assert main(["sample", *model, "--n", "2", "--output", str(tmp_path / "grid.png")]) == 0
    assert main(["evaluate", *model]) == 0
    figures = dict(line.rsplit(maxsplit=1) for line in capsys.readouterr().out.splitlines() if line.startswith("  "))
    assert 0 < float(figures["  accuracy"]) < 0.4 and float(figures["  elbo"]) < 0
    assert main(["evaluate", *model, "--store"]) == 2 and "measure-clusters" in capsys.readouterr().err
    assert main(["hybrid", "1", "2", *model]) == 2 and "is a tree of clusters" in capsys.readouterr().err
    assert main([*arguments, "--leaves", "9"]) == 2 and "at most 4 leaves" in capsys.readouterr().err


def test_a_tree_gets_a_diffusion_model_that_goes_on(tmp_path, capsys):
    tree, path = tmp_path / "groups.safetensors", tmp_path / "drawn.safetensors"
    assert main(["grow", "--data", "digits", "--leaves", "2", "--depth", "2", "--batch", "32", "--contrast", "0",
                 "--split", "0.1", "--final", "0.1", "--output", str(tree)]) == 0
    arguments = ["tree-diffusion", "--tree", str(tree), "--steps", "2", "--batch", "8", "--output", str(path)]
    assert main(arguments) == 0 and capsys.readouterr().out.endswith("is trained to the end.\n")
    model = branched.load(path)
    assert model.diffusion is not None and model.tree == branched.load(tree).tree and model.groups == ("A", "B")
    assert main([*arguments, "--resume"]) == 0 and main([*arguments, "--resume", "--told", "leaf"]) == 2
    assert "another run: its network" in capsys.readouterr().err
    assert main([*arguments, "--tree", "mnist"]) == 2 and "takes a tree of clusters" in capsys.readouterr().err
    assert main([*arguments, "--data", "digits", "--size", "28", "--trunk", "mnist-unconditional"]) == 2
    assert "The tree is of images of shape (1, 8, 8); digits has images of (1, 28, 28)" in capsys.readouterr().err


def test_a_growth_that_ends_early_says_so(tmp_path, capsys, monkeypatch):
    """Where nothing can be split the tree is its root, which is a leaf and still decodes."""
    monkeypatch.setattr("branched.cluster_tree.fit.fullest", lambda *_: None)
    path = tmp_path / "one.safetensors"
    assert main(["grow", "--data", "digits", "--leaves", "3", "--contrast", "0.1", "--final", "0.1", "--batch", "32",
                 "--output", str(path)]) == 0
    assert "It has 1 leaves, not 3" in capsys.readouterr().out
    assert branched.load(path).decode(n=2).images.shape == (1, 2, 8, 8)


@pytest.mark.parametrize("arguments", [["hybrid", "4", "9"], ["transmute", "4", "9"], ["classify", "a.png"], ["bench"],
                                       ["remove", "--name", "x", "--output", "a.safetensors"]])
def test_what_only_a_tree_can_is_told_of_other_models(arguments, tmp_path, capsys):
    path = tmp_path / "tiny.safetensors"
    tiny_label_model("label").save(path)
    assert main([*arguments, "--model", str(path)]) == 2
    assert "takes a class tree" in capsys.readouterr().err


@pytest.mark.parametrize("name", NAMES)
def test_help_tells_what_every_option_means_and_what_holds_without_it(name, capsys):
    with pytest.raises(SystemExit) as end:
        main([name, "--help"])
    assert end.value.code == 0
    lines = [line.strip("╭╮╰╯─│ ") for line in capsys.readouterr().out.splitlines()]        # with a frame or without
    text = "\n".join(line for line in lines if line.strip("- "))
    options = [block for block in re.split(r"\n(?=-|[a-z ]+ options\n)", text) if block.startswith("--")]
    assert len(options) >= (1 if name == "report" else 2)
    for option in options:
        flat = " ".join(option.split())
        words = re.sub(r"--[\w-]+|[A-Z]{3,}|\{[^}]*\}|\(default: [^)]*\)|[\[\]{}.,]", " ", flat).split()
        assert words, f"{flat} has no meaning"
        assert "(default: " in flat or "(required)" in flat, flat
        assert "None" not in flat and "TrainingConfig" not in flat


def test_help_of_training_has_every_field_of_its_configuration(capsys):
    with pytest.raises(SystemExit):
        main(["train", "--help"])
    out = capsys.readouterr().out
    assert all(f"--{field.name.replace('_', '-')} " in out for field in fields(TrainingConfig))
    assert "optimal-transport" in out and "(default: 0.7)" in out


@pytest.mark.parametrize("name", ["sample", "hybrid", "transmute", "evaluate"])
def test_help_names_every_solver(name, capsys):
    with pytest.raises(SystemExit):
        main([name, "--help"])
    assert f"{{{','.join(SOLVERS)}}}" in capsys.readouterr().out


def test_stopping_by_the_keyboard_exits_with_130(monkeypatch, capsys):
    def stopped(request) -> None:
        raise KeyboardInterrupt

    [info] = [record for record in COMMANDS if record.__name__ == "Info"]
    monkeypatch.setitem(COMMANDS, info, stopped)
    assert main(["info"]) == 130 and capsys.readouterr().err == "branched: stopped.\n"


ANNOTATIONS_AS_TEXT = """
import __future__, importlib.machinery, sys
loader, plain = importlib.machinery.SourceFileLoader, importlib.machinery.SourceFileLoader.get_code
def get_code(self, name):
    if not name.startswith("branched"):
        return plain(self, name)
    flags = __future__.annotations.compiler_flag
    return compile(self.get_data(self.path), self.path, "exec", flags=flags, dont_inherit=True)
loader.get_code = get_code
import branched.class_tree.training as training
assert isinstance(training.TrainingConfig.__annotations__["bridge"], str)
from branched.command.main import main
sys.exit(main(sys.argv[1:]))
"""


def test_any_module_may_keep_its_annotations_as_text(tmp_path):
    """As with `from __future__ import annotations` at the top of every module."""
    train = ("train", "--data", "digits", "--tree", "flat", "--output", str(tmp_path / "m.safetensors"), "--steps", "3",
             "--learning-rate", "3e-3", "--channels", "16", "32", "--dry-run")
    run = subprocess.run([sys.executable, "-c", ANNOTATIONS_AS_TEXT, *train], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert "in 3 steps of 128 pictures" in run.stdout


def test_module_runs_and_unknown_options_exit_with_2():
    command = [sys.executable, "-m", "branched"]
    assert subprocess.run([*command, "sample", "--help"], capture_output=True).returncode == 0
    assert subprocess.run([*command, "sample", "--nonsense"], capture_output=True).returncode == 2

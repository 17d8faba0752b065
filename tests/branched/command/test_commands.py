"""The command line as a user meets it: files appear, bad input is one sentence and exit code 2."""
import json
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from branched import load
from branched.command.options import main


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
    assert made.facts["training"]["steps"] == 3 and made.facts["data"]["name"] == "digits"
    assert run(*train, "--steps", 3, "--resume") == 0
    assert run(*train, "--steps", 4, "--resume") == 2
    assert "another run" in capsys.readouterr().err
    assert run("info", "--model", model) == 0 and "digits" in capsys.readouterr().out


def test_train_discovers_and_keeps_the_curves(tmp_path):
    model = tmp_path / "m.safetensors"
    assert run("train", "--data", "digits", "--samples", 40, "--times", 50, "--raise-branch-points", 0.1, "--output",
               model, "--channels", 16, 32, "--rank", 2, "--batch", 16, "--pairs", 16, "--steps", 1) == 0
    made = load(model)
    assert made.curves["similarity"].shape == (50, 10, 10) and made.facts["discovery"]["samples"] == 40


@pytest.mark.parametrize("arguments, sentence", [
    (("sample", "--labels", "x"), "no class 'x'"),
    (("sample", "--n", 0), "whole number"),
    (("sample", "--steps", -1), "whole number"),
    (("hybrid", 4, 4), "two different"),
    (("transmute", 4, 9, "--time", 2), "turning time"),
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
    (("--data", "nowhere"), "no data set or folder"),
    (("--data", "digits", "--tree", "nowhere.json"), "cannot be read"),
    (("--data", "digits", "--steps", 0), "steps must be positive"),
    (("--data", "digits", "--epsilon", -1), "Epsilon is 0 or more"),
    (("--data", "digits", "--channels", 9, 9), "multiples of"),
])
def test_impossible_training_is_one_sentence(arguments, sentence, capsys, tmp_path):
    assert run("train", "--output", tmp_path / "m.safetensors", *arguments) == 2
    assert sentence in capsys.readouterr().err


def test_module_runs_and_unknown_options_exit_with_2():
    command = [sys.executable, "-m", "branched"]
    assert subprocess.run([*command, "sample", "--help"], capture_output=True).returncode == 0
    assert subprocess.run([*command, "sample", "--nonsense"], capture_output=True).returncode == 2

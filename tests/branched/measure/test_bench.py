"""The benchmark runs through on a model of images and on one of rows, and says what it measured."""
import json

import pytest

from branched import load
from branched.command.main import main
from branched.measure import bench

NAMES = {"loading", "evaluation", "hybrid", "transmutation", "deterministic", "classification", "through the tree",
         "class by class", "time ratio", "evaluations ratio", "quality", "quality share", "quick", "quick share",
         "few branches", "many branches", "branches ratio"}


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """Large enough to run through."""
    monkeypatch.setattr(bench, "OF_EACH_CLASS", {"images": 2, "rows": 3})
    monkeypatch.setattr(bench, "FEW", 3)
    monkeypatch.setattr(bench, "MANY", 5)


@pytest.mark.parametrize("kind", ["images", "rows"])
def test_bench_prints_and_writes_what_it_measured(kind, request, tmp_path, capsys):
    model = request.getfixturevalue("model" if kind == "images" else "table_model")
    path, output = tmp_path / "tiny.safetensors", tmp_path / "figures" / "bench-tiny.json"
    model.save(path)
    assert main(["bench", "--model", str(path), "--repeats", "1", "--output", str(output)]) == 0
    written = json.loads(output.read_text())
    figures = written["figures"]
    assert set(figures) == NAMES and all(value > 0 for value in figures.values())
    samples = load(path).sample(n=1)
    assert figures["evaluations ratio"] == samples.evaluations_class_by_class / samples.evaluations > 1
    assert figures["time ratio"] == figures["class by class"] / figures["through the tree"]
    assert figures["branches ratio"] == figures["many branches"] / figures["few branches"]
    assert written["model"] == str(path) and "CPU threads" in written["machine"]
    lines = capsys.readouterr().out.splitlines()
    assert f"one evaluation of 64 {kind}" in lines[2] and len(lines) == 14
    assert [line.split("  ")[0] for line in lines[3:7]] == [
        "one hybrid, 20 steps", "one transmutation, 20 steps", "one transmutation, deterministic, 20 steps",
        "one classification"]


def test_medians_leave_the_warm_up_out_and_take_turns():
    calls = []
    seconds = bench.medians([lambda: calls.append("a"), lambda: calls.append("b")], 3)
    assert calls == ["a", "b"] * 4 and len(seconds) == 2 and min(seconds) >= 0


def test_a_model_that_is_not_there_is_one_sentence(capsys):
    assert main(["bench", "--model", "nowhere"]) == 2
    assert "nowhere" in capsys.readouterr().err

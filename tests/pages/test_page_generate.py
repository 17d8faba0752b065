"""The page "Generate": its work and its files against the model, its script (AppTest), and a visitor's browser."""
import io
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import apptest
import numpy as np
import pytest
import torch
from PIL import Image, ImageFont
from streamlit.testing.v1 import AppTest

import branched
from branched import Sampling, checkpoint
from branched.class_tree.parents import Parents, mark
from branched.noise.denoiser import Estimate
from branched.noise.sampling import GUIDES
from pages.ui.frame.look import DARK
from pages.ui.generate import controls, files, shown, told, work
from pages.ui.parts import reels
from pages.ui.parts.film import levels

ORDER = work.Draw(("4", "9", "0"), Sampling(n=3, steps=6, solver="ddim-eta", seed=5))
MEASURE = work.Measure(ORDER.labels, ORDER.sampling)


def finished(job, seen=None):
    """What a job returns; what it yields goes to `seen`."""
    while True:
        try:
            value = next(job)
        except StopIteration as end:
            return end.value
        if seen is not None:
            seen.append(value)


@pytest.fixture(scope="module")
def drawn(model) -> work.Drawn:
    return finished(ORDER.work(model))


# -- the work ----------------------------------------------------------------------------------------------------------

def test_the_pictures_and_their_cost_are_the_models_own(model, drawn):
    made = model.sample(ORDER.labels, sampling=ORDER.sampling)
    np.testing.assert_array_equal(drawn.images, made.images)
    assert (drawn.evaluations, drawn.alone) == (made.evaluations, made.evaluations_class_by_class)
    assert drawn.evaluations == ORDER.sampling.n * sum(drawn.calls.values())

def test_both_ways_are_measured_in_turns_and_compared(model, monkeypatch):
    """The best of each counts: a slow turn of either way leaves no trace."""
    taken = iter([5.0, 1.0, 1.0, 1.0, 2.0, 40.0, 30.0, 20.0])  # together, then three alone; and once more
    monkeypatch.setattr(work, "Timed", lambda frames: Planned(list(frames), next(taken)))
    seen, before = [], datetime.now(UTC)
    measured = finished(MEASURE.work(model), seen)
    assert (measured.together, measured.alone) == (2.0, 3.0) and next(taken, None) is None
    assert before <= measured.when <= datetime.now(UTC) and measured.difference < 1e-4
    assert seen == sorted(seen) and seen[0] == 0 and seen[-1] == 1


@dataclass
class Planned:
    """Frames that took so many seconds."""

    frames: list
    seconds: float

    def __iter__(self):
        return iter(self.frames)


@pytest.mark.parametrize("solver", ["ddim-eta", "heun"])
def test_the_pace_of_each_class_is_that_of_the_class_by_itself(model, solver):
    """At every moment, up to the evaluations of one wave; and in all exactly."""
    sampling = replace(ORDER.sampling, solver=solver)
    drawn = finished(work.Draw(ORDER.labels, sampling).work(model))
    pace = drawn.pace
    assert pace.together[-1] == drawn.evaluations and pace.alone[:, -1].sum() == drawn.alone
    assert (np.diff(pace.together) >= 0).all() and (np.diff(pace.alone) >= 0).all()
    for label, own in zip(ORDER.labels, pace.alone, strict=True):
        frames = list(model.sampling(label, sampling=sampling))
        spent = [frames[reels.latest([frame.times[0] for frame in frames], t)].evaluations for t in drawn.reel.times]
        assert np.abs(own - spent).max() <= sampling.n and own[-1] == spent[-1]


def test_what_each_class_costs_is_what_the_denoiser_says(known_model, known):
    """A denoiser of which each answer costs two evaluations costs twice as much, at every moment."""
    paces = []
    for cost in (1, 2):
        known_model.denoise = Costly(known(known_model.tree), cost)
        paces.append(finished(ORDER.work(known_model)).pace)
    assert (paces[1].together == 2 * paces[0].together).all() and (paces[1].alone == 2 * paces[0].alone).all()


@dataclass
class Costly:
    """A denoiser whose answers cost so many evaluations each."""

    answer: Callable[..., Estimate]
    cost: int
    device = torch.device("cpu")

    def __call__(self, *asked):
        x0, evaluations = self.answer(*asked)
        return Estimate(x0, self.cost * evaluations)


def test_the_comparison_would_notice_other_pictures(model, monkeypatch):
    """Here the second of three classes comes out otherwise by itself."""
    whole = model.sampling

    def other(labels, sampling):
        return whole("7" if labels == ("9",) else labels, sampling=sampling)

    monkeypatch.setattr(model, "sampling", other, raising=False)
    measured = finished(MEASURE.work(model))
    assert measured.difference > 0.01 and "differ by rounding" in told.sameness(measured.difference)


# -- the race ----------------------------------------------------------------------------------------------------------

def test_the_race_shows_what_so_many_steps_give(drawn):
    pictures, frames, done = shown.race(drawn, "now")
    spent = [int(re.search(r"After ([\d,]+) steps", frame.caption)[1].replace(",", "")) for frame in frames]
    assert spent == sorted(spent) and spent[0] == 0 and spent[-1] == drawn.alone and spent[done] == drawn.evaluations
    last, totals = drawn.reel.cells[-1, :, 0], np.cumsum(drawn.pace.alone[:, -1])
    finals = levels(drawn.images)[:, 0]
    for steps, frame in zip(spent, frames, strict=True):
        together, alone = frame.cells
        assert (steps >= drawn.evaluations) == all(map(np.array_equal, pictures[list(together)], finals))
        finished = int((totals <= steps).sum())
        assert all(np.array_equal(pictures[alone[k]], finals[k]) for k in range(finished))
        assert [place >= 0 for place in alone] == [steps > begun for begun in (0, *totals[:-1])]
        if drawn.evaluations > steps > 0:
            assert f"one by one, {finished} of {len(last)}" in frame.caption
    assert "together, all 3 are finished" in frames[done].caption and "one by one, too" in frames[-1].caption


@pytest.mark.parametrize(("n", "classes", "given"), [(8, 10, 8), (32, 10, 32), (32, 20, 16), (1, 500, 1)])
def test_no_more_than_so_many_pictures(n, classes, given):
    assert controls.per_class(n, classes) == given


def test_the_film_shares_pictures_as_long_as_classes_share_a_branch(tree, drawn):
    reel = drawn.reel
    for t, cells in zip(reel.times, reel.cells, strict=True):
        four, nine, zero = cells.tolist()
        assert (four == nine) == (t > 0.35) and (four == zero) == (t > 0.6)
    np.testing.assert_array_equal(reel.noisy[reel.cells[-1]], levels(drawn.images))
    assert len(reel.noisy) == len(reel.guesses) == reel.cells.max() + 1
    assert len(shown.frames(reel)) == len(reel.times)


def test_the_latest_state_is_never_below_its_time():
    times = (1.0, 0.8, 0.8, 0.5, 0.0)
    assert [reels.latest(times, t) for t in (1, 0.9, 0.8, 0.6, 0.5, 0.1, 0)] == [0, 0, 2, 2, 3, 3, 4]


def test_every_solver_is_explained_and_the_usual_one_is_the_librarys():
    assert set(told.SOLVERS) == set(branched.SOLVERS)
    assert branched.load("mnist").sample(4, n=1, steps=1).solver == branched.SOLVER


# -- words and files ---------------------------------------------------------------------------------------------------

def test_the_equation_adds_up(tree, drawn):
    text = told.equation(tree, ORDER, drawn)
    [inside] = re.findall(r"bigl\((.*)bigr", text)
    steps = [int(number) for number in re.findall(r"\d+", inside)]
    assert len(steps) == len(drawn.calls) and ORDER.sampling.n * sum(steps) == drawn.evaluations
    assert str(drawn.evaluations) in text


def test_what_was_found_is_told_as_it_is(drawn):
    assert "bit for bit" in told.sameness(0.0)
    assert "one part in 500,000" in told.sameness(2e-6) and "differ by rounding" in told.sameness(0.02)
    assert f"{drawn.alone:,} instead of {drawn.evaluations:,}" in told.saving(drawn)
    [ratio] = re.findall(r"\*\*([\d.]+) times", told.saving(drawn))
    assert float(ratio) == pytest.approx(drawn.alone / drawn.evaluations, abs=0.05)


def test_bars_are_of_one_quantity(drawn):
    bars = shown.bars(drawn, DARK)
    widths = [float(width) for width in re.findall(r"width: ([\d.]+)%", bars)][-2:]
    texts = re.findall(r"([\d,]+) steps", bars)
    assert [int(text.replace(",", "")) for text in texts] == [drawn.evaluations, drawn.alone]
    assert widths[0] / widths[1] == pytest.approx(drawn.evaluations / drawn.alone, abs=0.002)


NOON = datetime(2026, 5, 4, 12, 0, tzinfo=timezone(timedelta(hours=2)))


@pytest.mark.parametrize("off, agrees", [(1.0, True), (1.2, True), (0.85, True), (1.4, False), (0.7, False)])
def test_times_are_told_where_they_agree_with_the_steps(drawn, off, agrees):
    ratio = off * drawn.alone / drawn.evaluations
    said = told.measured(drawn, work.Measured(2.0, 2.0 * ratio, NOON, 0.0), NOON)
    assert ("times** as long" in said) == agrees and ("stray" in said) != agrees and "at 12:00 on this machine" in said
    assert (f"{2 * ratio:.1f} s" in said) == agrees and ("25%" in said) != agrees


def test_when_is_told_by_the_clock_of_who_reads_it():
    assert told.when(datetime(2026, 5, 4, 11, 23, tzinfo=UTC), NOON) == "at 13:23"
    assert told.when(datetime(2026, 5, 3, 11, 23, tzinfo=UTC), NOON) == "at 13:23 on 3 May"
    assert told.when(datetime(2026, 5, 3, 23, 30, tzinfo=UTC), NOON) == "at 01:30", "past midnight here"


def test_a_file_name_says_what_is_inside():
    every, order = ("0", "4", "9"), work.Draw(("0", "4", "9"), Sampling(seed=3))
    assert files.file_name("mnist", every, order, ".png") == "mnist-seed3-20steps.png"
    order = work.Draw(("4", "a/b"), Sampling(solver="heun", seed=3))
    assert files.file_name("mnist", every, order, ".gif") == "mnist-4-a_b-seed3-20steps-heun.gif"


def test_a_guided_file_says_so():
    order = work.Draw(("4",), Sampling(seed=3, guidance=1.5))
    assert files.file_name("mnist", ("4", "9"), order, ".png") == "mnist-4-seed3-20steps-model1_5.png"


def test_every_guide_is_explained():
    assert set(told.GUIDES) == set(GUIDES) and all(len(told.guide(name)) == 2 for name in GUIDES)
    assert told.guide("new") == ("new", "")


def test_the_equation_of_guided_pictures_says_what_counts_twice(tree, drawn):
    guided = replace(ORDER, sampling=replace(ORDER.sampling, guidance=1.0))
    assert r"\text{steps}" in told.equation(tree, ORDER, drawn)
    assert "counted twice" in told.equation(tree, guided, drawn)


def test_the_files_hold_what_they_should(drawn):
    size, n = drawn.images.shape[2], ORDER.sampling.n
    png = Image.open(io.BytesIO(files.as_png(ORDER, drawn)))
    assert png.width > 3 * size * n and png.height > 3 * size * len(ORDER.labels)
    gif = Image.open(io.BytesIO(files.as_gif(ORDER, drawn, "guess")))
    assert gif.info["loop"] == 0 and 2 <= gif.n_frames <= len(drawn.reel.times)
    gif.seek(gif.n_frames - 1)
    assert gif.info["duration"] >= 2000
    npz = np.load(io.BytesIO(files.as_npz("mnist", ORDER, drawn)))
    np.testing.assert_array_equal(npz["images"], drawn.images)
    assert tuple(npz["labels"]) == ORDER.labels and npz["version"] == branched.__version__
    assert (npz["seed"], npz["steps"], npz["solver"], npz["evaluations"]) == (5, 6, "ddim-eta", drawn.evaluations)


def test_colour_pictures_too(colour_model):
    drawn = finished(ORDER.work(colour_model))
    assert Image.open(io.BytesIO(files.as_gif(ORDER, drawn, "now"))).n_frames > 1
    assert Image.open(io.BytesIO(files.as_png(ORDER, drawn))).mode == "RGB"
    assert shown.rows(("<b>", "9", "0"), drawn.images).count("<img") == 3
    assert "<b>" not in shown.rows(("<b>", "9", "0"), drawn.images)


# -- the script --------------------------------------------------------------------------------------------------------

def opened(**query) -> AppTest:
    """The page on a first visit, with little to draw."""
    return apptest.opened("pages/generate.py", **{"n": "1", "steps": "5", "labels": "4,9"} | query)


def test_pictures_and_what_was_saved():
    app = opened()
    told = [text.value for text in app.markdown]
    assert any("times** as many steps" in text for text in told) and not any("looks" in text for text in told)
    assert {"Picture (PNG)", "Animation (GIF)", "Numbers (NPZ)"} == {button.label for button in
                                                                     app.get("download_button")}
    assert "steps of the model" in app.latex[0].value and not app.warning


def test_time_is_measured_for_those_who_ask(monkeypatch):
    app = opened(measure="on")
    [said] = [text.value for text in app.markdown if "Measured at" in text.value]
    assert "in turns" in said and "same pictures" in said and "just now" not in said
    monkeypatch.setattr(work.Measure, "work", None)
    assert not any("Measured" in text.value for text in opened(seed="41").markdown)
    monkeypatch.setattr(controls, "MEASURED", 10)
    assert any("too long to measure" in text.value for text in opened(seed="41", measure="on").markdown)


def test_one_class_has_nothing_to_save():
    assert any("nothing to save" in text.value for text in opened(labels="4").markdown)


def test_no_class_and_back_to_some():
    app = opened()
    next(button for button in app.button if button.label == "None").click().run()
    assert not app.exception and "at least one class" in app.info[0].value
    app.pills(key="labels").set_value(["9"]).run()
    assert not app.exception and not app.info


@pytest.fixture
def guided(tmp_path, monkeypatch):
    """The shipped model has parents: its own processes, which say something below their ends, if nothing learnt."""
    model = branched.load("mnist")
    network, tree = model.denoise.network, model.tree
    inner = [branch.id for branch in tree.branches if not branch.is_leaf]
    tables = {name: table[[tree[k].process for k in inner]] for name, table in network.private().items()}
    monkeypatch.setattr(checkpoint, "SHIPPED", shipped_alone(tmp_path / "shipped"))
    monkeypatch.setenv("BRANCHED_MODELS", str(tmp_path))
    Parents(tuple(inner), 0.15, tables, tree.processes, mark(network, tree, tree.processes), {}).save(
        tmp_path / "parents-mnist.safetensors")


def shipped_alone(folder: Path) -> Path:
    """The shipped model without anything that could guide it."""
    folder.mkdir()
    (folder / "mnist.safetensors").symlink_to(checkpoint.SHIPPED / "mnist.safetensors")
    return folder


def test_without_a_guide_there_is_nothing_to_choose(tmp_path, monkeypatch):
    monkeypatch.setattr(checkpoint, "SHIPPED", shipped_alone(tmp_path / "shipped"))
    app = opened()
    assert "Guidance" not in {slider.label for slider in app.slider} and not app.warning
    assert app.session_state.guidance == 0
    assert len(opened(guidance="1").warning) == 1


def test_guidance_is_a_link_and_costs_what_it_costs(guided):
    plain, app = opened(), opened(guidance="1.5")
    assert app.slider(key="guidance").value == 1.5 and not app.warning
    assert any("counts twice" in text.value for text in app.caption)
    count = [int(re.findall(r"([\d{,}]+) \\end", page.latex[0].value)[0].replace("{,}", "")) for page in (plain, app)]
    model = branched.load("mnist")
    cost = [model.sample(["4", "9"], n=1, steps=5, guidance=w).evaluations for w in (0, 1.5)]
    assert count == cost and cost[1] > cost[0]
    app.slider(key="guidance").set_value(0.0).run()
    assert not app.exception and apptest.asked(app, "guidance") == []


def test_gradients_of_a_classifier_are_told_beside_the_looks():
    for labels in ("4,9", "4"):
        app = opened(labels=labels, guidance="1", guide="classifier")
        assert not app.exception and any(told.PULLED in text.value for text in app.markdown)
    assert not any(told.PULLED in text.value for text in opened().markdown)


@pytest.mark.parametrize("query", [
    {"steps": "4000", "n": "zz", "solver": "magic", "seen": "both", "seed": "-1", "labels": "4"},
    {"labels": "4,banana"}, {"measure": "maybe"}], ids=str)
def test_a_broken_link_gives_a_notice_and_the_usual(query):
    app = opened(**query)
    assert len(app.warning) == 1 and app.session_state.solver == branched.SOLVER
    assert app.session_state.n == (8 if "n" in query else 1) and len(app.session_state.labels) in (1, 2, 10)


def test_names_are_written_as_they_are_or_by_their_numbers():
    font = ImageFont.load_default(12)
    names = ["4", "a, b", "$x_<*", "e\u0301", "\u304b", "\U0001f600", "\u0627\u0644", "y" * 200]
    assert files.written(names, font) == ["4", "a, b", "$x_<*", "class 4", "class 5", "class 6", "class 7",
                                          "y" * (files.LONGEST - 3) + "..."]
    assert files.written(["\N{CJK UNIFIED IDEOGRAPH-4E2D}"], font, "Klasse {number}") == ["Klasse 1"]
    assert files.lacking(["4", "a"], files.font_for(["4", "a"], 12)) == set()

"""The page "Generate": its work and its files against the model, its script (AppTest), and a visitor's browser."""
import io
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import apptest
import numpy as np
import pytest
import torch
from PIL import Image
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
ALONE = work.DrawAlone(ORDER.labels, ORDER.sampling)


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
    assert drawn.evaluations == ORDER.sampling.n * sum(drawn.calls.values()) and drawn.seconds > 0


def test_class_by_class_gives_the_same_for_more(model, drawn):
    seen = []
    alone = finished(ALONE.work(model), seen)
    assert alone.evaluations == drawn.alone > drawn.evaluations
    assert alone.difference(drawn.images) < 1e-4 and alone.done == len(ORDER.labels)
    assert all(step.images is None and step.difference(drawn.images) == 0 for step in seen)
    counts = [step.evaluations for step in seen]
    assert counts == sorted(counts) and counts[-1] == alone.evaluations


def test_what_each_class_costs_is_what_the_denoiser_says(known_model, known):
    """A denoiser of which each answer costs two evaluations costs twice as much, at every moment."""
    counts = {}
    for cost in (1, 2):
        answer = known(known_model.tree)
        known_model.denoise = Costly(answer, cost)
        seen = []
        alone = finished(ALONE.work(known_model), seen)
        counts[cost] = [*(step.evaluations for step in seen), alone.evaluations]
        assert alone.evaluations == cost * answer.rows
    assert counts[2] == [2 * count for count in counts[1]]
    assert counts[1][0] == ORDER.sampling.n < counts[1][-1]


@dataclass
class Costly:
    """A denoiser whose answers cost so many evaluations each."""

    answer: Callable[..., Estimate]
    cost: int
    device = torch.device("cpu")

    def __call__(self, *asked):
        x0, evaluations = self.answer(*asked)
        return Estimate(x0, self.cost * evaluations)


def test_the_comparison_would_notice_other_pictures(model, drawn):
    alone = finished(ALONE.work(model))
    assert alone.difference(1 - drawn.images) > 0.01
    assert "differ by rounding" in told.saving(replace(drawn, images=1 - drawn.images), alone)


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
    assert "would take" in told.saving(drawn, None)
    bars = shown.bars(drawn, work.Alone(1, drawn.alone // 2, 1.0), DARK, 3)
    assert "1 of 3 classes" in bars


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


def test_the_equation_of_guided_pictures_counts_looks(tree, drawn):
    guided = replace(ORDER, sampling=replace(ORDER.sampling, guidance=1.0))
    assert r"\text{steps}" in told.equation(tree, ORDER, drawn)
    assert r"\text{looks at each}" in told.equation(tree, guided, drawn)


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
    assert any("times** as many looks" in text and "same pictures" in text for text in told)
    assert {"Picture (PNG)", "Animation (GIF)", "Numbers (NPZ)"} == {button.label for button in
                                                                     app.get("download_button")}
    assert "looks" in app.latex[0].value and not app.warning


def test_without_the_race_nothing_is_drawn_twice(monkeypatch):
    monkeypatch.setattr(work.DrawAlone, "work", None)
    app = opened(race="off", seed="41")
    assert any("would take" in text.value for text in app.markdown)


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
    app = opened(race="off")
    assert "Guidance" not in {slider.label for slider in app.slider} and not app.warning
    assert app.session_state.guidance == 0
    assert len(opened(race="off", guidance="1").warning) == 1


def test_guidance_is_a_link_and_costs_what_it_costs(guided):
    plain, app = opened(race="off"), opened(race="off", guidance="1.5")
    assert app.slider(key="guidance").value == 1.5 and not app.warning
    assert any("second look" in text.value for text in app.caption)
    count = [int(re.findall(r"([\d{,}]+) \\end", page.latex[0].value)[0].replace("{,}", "")) for page in (plain, app)]
    model = branched.load("mnist")
    cost = [model.sample(["4", "9"], n=1, steps=5, guidance=w).evaluations for w in (0, 1.5)]
    assert count == cost and cost[1] > cost[0]
    app.slider(key="guidance").set_value(0.0).run()
    assert not app.exception and apptest.asked(app, "guidance") == []


def test_gradients_of_a_classifier_are_told_beside_the_looks():
    for labels in ("4,9", "4"):
        app = opened(race="off", labels=labels, guidance="1", guide="classifier")
        assert not app.exception and any(told.PULLED in text.value for text in app.markdown)
    assert not any(told.PULLED in text.value for text in opened(race="off").markdown)


@pytest.mark.parametrize("query", [
    {"steps": "4000", "n": "zz", "solver": "magic", "view": "both", "seed": "-1", "labels": "4", "race": "off"},
    {"labels": "4,banana", "race": "off"}, {"race": "maybe"}], ids=str)
def test_a_broken_link_gives_a_notice_and_the_usual(query):
    app = opened(**query)
    assert len(app.warning) == 1 and app.session_state.solver == branched.SOLVER
    assert app.session_state.n == (8 if "n" in query else 1) and len(app.session_state.labels) in (1, 2, 10)

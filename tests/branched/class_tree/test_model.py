"""The door: the fixed names, what they give, and that bad input is refused in a sentence."""
import inspect
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch

import branched
from branched import BranchedError, BranchedModel, checkpoint, judge_for
from branched.class_tree.tree import ClassTree
from branched.measure.judge import Judge, JudgeConfig, _network

STEPS = 6


@pytest.fixture(scope="module")
def images() -> np.ndarray:
    return np.random.default_rng(0).random((3, 8, 8), dtype=np.float32)


def is_picture(array: np.ndarray, shape: tuple[int, ...]) -> bool:
    return (array.shape == shape and array.dtype == np.float32 and np.isfinite(array).all()
            and array.min() >= 0 and array.max() <= 1)


def test_signatures_are_those_that_others_rely_on(model):
    def has(function, **defaults):
        parameters = inspect.signature(function).parameters
        return all(name in parameters and parameters[name].default == value for name, value in defaults.items())

    assert has(branched.load, name="mnist", device="auto")
    assert has(model.sample, labels=None, n=8, steps=20, seed=0, guidance=0.0, guide="model")
    assert has(model.hybrid, n=8, steps=20, seed=0, guidance=0.0, guide="model")
    assert has(model.transmute, time=None, steps=20, seed=0, deterministic=False, guidance=0.0, guide="model")
    assert model.family == "class tree"
    assert list(inspect.signature(model.hybrid).parameters)[:2] == ["a", "b"]
    assert list(inspect.signature(model.transmute).parameters)[:3] == ["images", "source", "target"]
    assert isinstance(model.labels, tuple) and isinstance(model.tree, ClassTree)


# -- classify --------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("which", ["model", "flat_model", "colour_model"])
def test_classify(which, images, request):
    m = request.getfixturevalue(which)
    given = images if which != "colour_model" else np.repeat(images[..., None], 3, -1)
    c = m.classify(given)
    assert c.shape == (3,) and set(c) <= set(m.labels)
    assert c.probabilities.shape == (3, 5) and (c.probabilities >= 0).all()
    assert np.allclose(c.probabilities.sum(1), 1, atol=1e-4)
    assert [m.labels[k] for k in c.probabilities.argmax(1)] == list(c)
    assert list(m.classify(given)) == list(c)


# -- noised ----------------------------------------------------------------------------------------------------------

def test_noised_pictures_are_the_closed_form(model):
    """From two times the noise is recovered, the same at both; it is standard normal, and each picture has its own."""
    grey = np.full((64, 8, 8), 0.5, np.float32)  # 0 inside: what is left is noise, clipped at one
    times = [0.02, 0.1]
    noised = model.noised(grey, times, seed=3)
    assert is_picture(noised, (2, 64, 8, 8))
    whole = np.abs(2 * noised[1] - 1) < 1  # where nothing was clipped
    noise = [((2 * x - 1) / float(branched.sigma(t)))[whole] for x, t in zip(noised, times, strict=True)]
    assert np.allclose(*noise, atol=1e-4)
    few = (2 * noised[0] - 1) / float(branched.sigma(0.02))
    assert abs(few.mean()) < 0.05 and abs(few.std() - 1) < 0.05
    assert abs(np.corrcoef(few.reshape(64, -1))[np.triu_indices(64, 1)].mean()) < 0.02


def test_a_picture_shows_through_as_alpha_says(model, images):
    t = 0.3
    half = 0.25 + images / 2
    there, ground = (2 * model.noised(x, t, seed=1) - 1 for x in (half, np.full_like(half, 0.5)))
    whole = (np.abs(there) < 1) & (np.abs(ground) < 1)
    assert whole.mean() > 0.3
    assert np.allclose((there - ground)[whole], (float(branched.alpha(t)) * (2 * half - 1))[whole], atol=1e-5)


def test_noised_keeps_to_seed_and_place(model, colour_model, images):
    alone = model.noised(images[:1], 0.4, seed=7)
    assert is_picture(alone, (1, 8, 8)) and np.array_equal(alone[0], model.noised(images, 0.4, seed=7)[0])
    assert np.array_equal(alone, model.noised(images[:1], iter([0.9, 0.4]), seed=7)[1])
    assert not np.array_equal(alone, model.noised(images[:1], 0.4, seed=8))
    assert np.allclose(model.noised(images, 0.0), images, atol=1e-6)
    assert is_picture(colour_model.noised(np.repeat(images[..., None], 3, -1), [0.1, 1]), (2, 3, 8, 8, 3))


@pytest.mark.parametrize("time, seed", [(1.1, 0), (-0.1, 0), ("0.5", 0), ([], 0), (True, 0), (None, 0), (0.5, "1"),
                                        (0.5, 0.5)])
def test_noised_refuses_other_times_and_seeds(model, images, time, seed):
    with pytest.raises(BranchedError) as error:
        model.noised(images, time, seed)
    assert sentence(error)


# -- judge -----------------------------------------------------------------------------------------------------------

def save_judge(folder, name: str, labels, side: int = 8) -> None:
    config = JudgeConfig(tuple(labels), 1, side, side)
    Judge(config, _network(config).eval()).save(folder / f"judge-{name}.safetensors")


@pytest.mark.parametrize("labels, side, fits", [("0123456789", 8, True), ("9741", 8, False), ("0123456789", 28, False)])
def test_a_judge_is_that_of_the_data_if_it_fits(model, images, tmp_path, monkeypatch, labels, side, fits):
    monkeypatch.setattr(checkpoint, "SHIPPED", tmp_path)
    monkeypatch.delenv("BRANCHED_MODELS", raising=False)
    fresh = BranchedModel(model.denoise.network, model.tree, {"data": {"name": "small"}}, {})
    assert judge_for(fresh) is None
    save_judge(tmp_path, "other", labels, side)
    assert judge_for(fresh) is None
    save_judge(tmp_path, "small", labels, side)
    judge = judge_for(fresh)
    assert (judge is not None) == fits
    assert not fits or judge.probabilities(images).shape == (3, len(labels))


@pytest.mark.parametrize("facts", [{}, {"data": None}, {"data": "mnist"}, {"data": {}}, {"data": {"name": "../mnist"}},
                                   {"data": {"name": ["mnist"]}}, {"data": {"name": "mnist"}}], ids=str)
def test_a_model_that_tells_nothing_of_use_has_no_judge(model, facts):
    """The last tells the truth about data, but has neither the size nor the classes of the shipped judge."""
    assert judge_for(BranchedModel(model.denoise.network, model.tree, facts, {})) is None


# -- bad input -------------------------------------------------------------------------------------------------------

BAD_OPTIONS = [
    {"n": 0}, {"n": -1}, {"n": 2.0}, {"n": True}, {"n": "8"}, {"n": None}, {"n": 10**9},
    {"steps": 0}, {"steps": 1.5}, {"steps": None}, {"steps": 10**9},
    {"seed": 0.5}, {"seed": "1"}, {"seed": None}, {"seed": True},
    {"solver": "magic"}, {"solver": 3}, {"solver": ["ddim"]},
    {"guidance": -0.1}, {"guidance": 101}, {"guidance": "1"}, {"guidance": None}, {"guidance": True},
    {"guidance": float("nan")}, {"guide": "nobody"}, {"guide": None}, {"guide": 1},
]
BAD_LABELS = ["5", 5, -1, 4.0, True, b"4", [], ["4", "x"], [4, None], [[4]]]


def sentence(error: pytest.ExceptionInfo) -> bool:
    text = str(error.value)
    return text.endswith(".") and "\n" not in text and len(text) < 300


@pytest.mark.parametrize("options", BAD_OPTIONS, ids=str)
@pytest.mark.parametrize("ask", ["sample", "sampling", "hybrid", "transmute"])
def test_impossible_options_are_refused(model, images, ask, options):
    arguments = {"sample": (4,), "sampling": (4,), "hybrid": (4, 9), "transmute": (images, 4, 9)}[ask]
    if ask == "transmute" and "n" in options:
        options = {**options, "steps": 0}  # it has no n
        del options["n"]
    with pytest.raises(BranchedError) as error:
        getattr(model, ask)(*arguments, **options)
    assert sentence(error)


@pytest.mark.parametrize("ask", ["sample", "sampling", "hybrid"])
def test_no_solver_is_no_choice(model, ask):
    """Only `transmute` has a choice of its own for None."""
    with pytest.raises(BranchedError) as error:
        getattr(model, ask)(*(4, 9)[:2 if ask == "hybrid" else 1], n=1, solver=None)
    assert sentence(error)


@pytest.mark.parametrize("label", BAD_LABELS, ids=repr)
def test_unknown_labels_are_refused(model, images, label):
    for ask in (lambda: model.sample(label), lambda: model.hybrid(label, 9), lambda: model.hybrid(9, label),
                lambda: model.transmute(images, label, 9), lambda: model.transmute(images, 9, label)):
        with pytest.raises(BranchedError) as error:
            ask()
        assert sentence(error)


@pytest.mark.parametrize(("a", "b"), [(4, 4), (4, "4"), ([4, 9], [9, 7])])
def test_a_class_makes_no_hybrid_with_itself(model, a, b):
    with pytest.raises(BranchedError, match="different"):
        model.hybrid(a, b)


# -- shared by threads -----------------------------------------------------------------------------------------------

def test_threads_do_not_notice_each_other(model):
    alone = [model.sample(n=2, steps=STEPS, seed=seed).images for seed in range(4)]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda seed: model.sample(n=2, steps=STEPS, seed=seed).images, range(4)))
    assert all(np.array_equal(a, b) for a, b in zip(alone, together, strict=True))


def test_nothing_global_is_left_behind(model, images):
    before, modes = torch.get_rng_state(), (torch.is_grad_enabled(), torch.is_inference_mode_enabled())
    model.sample(4, n=1, steps=STEPS)
    next(iter(model.sampling(4, n=1, steps=STEPS)))
    model.transmute(images, 4, 9, steps=STEPS)
    assert torch.equal(torch.get_rng_state(), before)
    assert (torch.is_grad_enabled(), torch.is_inference_mode_enabled()) == modes
    assert all(p.grad is None for p in model.denoise.network.parameters())

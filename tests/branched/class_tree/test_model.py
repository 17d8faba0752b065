"""The door: the fixed names, what they give, and that bad input is refused in a sentence."""
import inspect
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch

import branched
from branched import SOLVERS, BranchedError, BranchedModel, checkpoint, judge_for
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
    assert has(model.sample, labels=None, n=8, steps=20, seed=0)
    assert has(model.hybrid, n=8, steps=20, seed=0)
    assert has(model.transmute, time=None, steps=20, seed=0, deterministic=False)
    assert list(inspect.signature(model.hybrid).parameters)[:2] == ["a", "b"]
    assert list(inspect.signature(model.transmute).parameters)[:3] == ["images", "source", "target"]
    assert isinstance(model.labels, tuple) and isinstance(model.tree, ClassTree)


# -- sample ----------------------------------------------------------------------------------------------------------

def test_sample_of_all_classes(model):
    s = model.sample(n=2, steps=STEPS)
    assert is_picture(s.images, (5, 2, 8, 8)) and s.labels == model.labels and s.seconds > 0
    assert (s.seed, s.steps) == (0, STEPS) and s.images.std() > 0.05


def test_sample_in_colour(colour_model):
    assert is_picture(colour_model.sample(["4", "9"], n=2, steps=STEPS).images, (2, 2, 8, 8, 3))


def test_labels_keep_their_order_and_integers_name_classes(model):
    whole = model.sample(n=2, steps=STEPS).images
    for labels in ([9, 0], ["9", "0"], (np.int64(9), "0"), iter([9, 0]), [9, 0, 9]):
        s = model.sample(labels, n=2, steps=STEPS)
        assert s.labels == ("9", "0")
        assert np.allclose(s.images, whole[[4, 0]], atol=1e-4)
    assert model.sample(4, n=2, steps=STEPS).labels == model.sample("4", n=2, steps=STEPS).labels == ("4",)


def test_an_image_depends_on_seed_and_place_alone(model):
    s = model.sample(4, n=5, steps=STEPS, seed=1).images
    assert np.allclose(model.sample([4, 7], n=2, steps=STEPS, seed=1).images[0], s[0, :2], atol=1e-4)
    assert np.array_equal(model.sample(4, n=5, steps=STEPS, seed=1).images, s)
    assert np.abs(model.sample(4, n=5, steps=STEPS, seed=2).images - s).max() > 0.1


@pytest.mark.parametrize("solver", SOLVERS)
def test_evaluations_are_counted_and_compared(known_model, solver):
    s = known_model.sample(n=3, steps=STEPS, solver=solver)
    assert (s.evaluations, s.waves) == (known_model.denoise.rows, known_model.denoise.waves)
    before = known_model.denoise.rows
    alone = sum(known_model.sample(label, n=3, steps=STEPS, solver=solver).evaluations for label in known_model.labels)
    assert s.evaluations_class_by_class == alone == known_model.denoise.rows - before
    assert s.evaluations < s.evaluations_class_by_class


def test_sampling_tells_of_every_wave_and_ends_with_the_result(known_model):
    frames = list(known_model.sampling([4, 9, 0], n=2, steps=20, seed=3))
    s = known_model.sample([4, 9, 0], n=2, steps=20, seed=3)
    assert len(frames) == s.waves + 1
    assert all(is_picture(f.noisy, (3, 2, 8, 8)) and is_picture(f.denoised, (3, 2, 8, 8)) for f in frames)
    assert np.array_equal(frames[-1].result.images, s.images) and np.array_equal(frames[-1].noisy, s.images)
    assert all(f.result is None for f in frames[:-1])
    assert frames[0].times == (1.0,) * 3 and frames[-1].times == (0.0,) * 3
    for before, after in zip(frames, frames[1:], strict=False):
        assert all(a >= b for a, b in zip(before.times, after.times, strict=True))
    meeting = known_model.tree.meeting_point(4, 9)
    for f in frames:
        assert np.array_equal(f.noisy[0], f.noisy[1]) == (f.times[0] >= meeting)


# -- hybrid ----------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("solver", SOLVERS)
def test_hybrids_end_as_samples_of_the_same_seed(model, solver):
    h = model.hybrid(4, 9, n=3, steps=STEPS, seed=5, solver=solver)
    assert h.time == model.tree.meeting_point(4, 9) == 0.35
    assert is_picture(h.noisy, (3, 8, 8)) and is_picture(h.denoised, (3, 8, 8))
    s = model.sample([4, 9], n=3, steps=STEPS, seed=5, solver=solver)
    assert list(h.endings) == ["4", "9"]
    assert np.array_equal(h.endings["4"], s.images[0]) and np.array_equal(h.endings["9"], s.images[1])


def test_a_hybrid_is_the_state_that_both_classes_pass_through(known_model):
    """As sampling shows it at the branch point; and the parent's estimate from it, known in closed form."""
    h = known_model.hybrid(4, 9, n=3, steps=20)
    at_meeting = [f.noisy[0] for f in known_model.sampling(4, n=3, steps=20) if f.times == (0.35,)]
    assert np.array_equal(h.noisy, at_meeting[0])
    parent = known_model.tree.meeting_branch(4, 9)
    start = known_model.denoise.pattern[parent.id]
    assert np.abs(h.denoised - (start.numpy() + 1) / 2).mean() < 0.2  # within the spread of pixels around the pattern


def test_hybrids_of_sets(model):
    h = model.hybrid([4, 9], ["1", 0], n=2, steps=STEPS)
    assert h.time == 0.6 and list(h.endings) == ["4", "9", "1", "0"]
    s = model.sample([4, 9, 1, 0], n=2, steps=STEPS)
    assert all(np.array_equal(h.endings[label], s.images[k]) for k, label in enumerate(s.labels))


def test_hybrids_in_a_flat_tree_share_the_noise(flat_model):
    h = flat_model.hybrid(4, 9, n=2, steps=STEPS)
    assert h.time == 1.0 and is_picture(h.denoised, (2, 8, 8))
    assert not np.allclose(h.endings["4"], h.endings["9"], atol=0.05)


def test_hybrids_in_colour(colour_model):
    h = colour_model.hybrid(4, 9, n=2, steps=STEPS)
    assert all(is_picture(a, (2, 8, 8, 3)) for a in (h.noisy, h.denoised, *h.endings.values()))


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
    {"solver": "euler"}, {"solver": 3}, {"solver": ["ddim"]},
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

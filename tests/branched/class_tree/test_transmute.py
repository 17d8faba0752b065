"""Transmutation at the door: turning times, several of them, several targets, and the way back."""
import numpy as np
import pytest
import torch

from branched import SOLVERS, BranchedError

STEPS = 6


@pytest.fixture(scope="module")
def images() -> np.ndarray:
    return np.random.default_rng(0).random((3, 8, 8), dtype=np.float32)


def near(a: np.ndarray, b: np.ndarray, bound: float = 1e-4) -> bool:
    return a.shape == b.shape and np.abs(a - b).max() < bound


def objects_of(known_model, label: str, n: int = 16) -> tuple[np.ndarray, np.ndarray]:
    """Images of a closed-form class in which all pixels vary together, and by how much each image does."""
    known_model.denoise.together = True
    pattern = known_model.denoise.pattern[known_model.tree.leaf(label).id][0].numpy()
    deviation = np.linspace(-0.35, 0.35, n, dtype=np.float32)
    return (pattern + deviation[:, None, None] + 1) / 2, deviation


def correlation(images: np.ndarray, deviation: np.ndarray) -> float:
    return np.corrcoef(images.mean((1, 2)), deviation)[0, 1]


def test_turns_at_the_meeting_point(model, images):
    for target, time in [(9, 0.35), ("7", 0.599), (0, 0.6)]:
        t = model.transmute(images, source=4, target=target, steps=STEPS)
        assert t.time == time == model.tree.meeting_point(4, target)
        assert t.images.shape == (3, 8, 8) and t.images.dtype == np.float32
        assert t.images.min() >= 0 and t.images.max() <= 1
        assert (t.source, t.target, t.deterministic) == ("4", str(target), False)
        assert np.abs(t.images - images).max() > 0.1


def test_colour(colour_model, images):
    given = np.repeat(images[..., None], 3, -1)
    assert colour_model.transmute(given, 4, 9, steps=STEPS).images.shape == (3, 8, 8, 3)
    assert colour_model.transmute(given, 4, [9, 7], [0.2, 0.4], steps=STEPS).images.shape == (2, 2, 3, 8, 8, 3)


def test_the_states_at_the_turn(model, images):
    """`noisy` has the shape of the images; without a way up it is the closed-form mixture that `noised` gives."""
    t = model.transmute(images, 4, [9, 7], time=[0.2, 0.5], steps=STEPS, seed=3)
    assert t.noisy.shape == t.images.shape == (2, 2, 3, 8, 8)
    assert np.array_equal(t.noisy[0], t.noisy[1]), "it does not depend on the target"
    assert near(t.noisy[0], model.noised(images, [0.2, 0.5], seed=3), 1e-6)
    one = model.transmute(images, 4, 9, steps=STEPS, seed=3)
    assert near(one.noisy, model.noised(images, one.time, seed=3), 1e-6)
    up = model.transmute(images, 4, 9, time=0.02, deterministic=True, steps=STEPS)
    assert near(up.noisy, model.noised(images, 0.02), 1e-6), "the way up starts from a trace of noise"


@pytest.mark.parametrize("deterministic", [False, True])
def test_a_class_into_itself_turns_at_once(model, images, deterministic):
    t = model.transmute(images, 4, 4, deterministic=deterministic)
    assert t.time == 0 and t.evaluations == 0
    assert np.allclose(t.images, images, atol=1e-7)


@pytest.mark.parametrize("steps", [20, 80])
@pytest.mark.parametrize("time", [0.3, 0.6, 0.9])
def test_up_and_down_the_same_path_returns_the_original(known_model, time, steps):
    """Deterministic, A to A: every pixel within 0.08 of its range, 0.02 on average; fresh noise from there does not."""
    for label in known_model.labels:
        images, deviation = objects_of(known_model, label)
        t = known_model.transmute(images, label, label, time=time, steps=steps, deterministic=True)
        error = np.abs(t.images - images)
        assert error.max() < 0.08 and error.mean() < 0.02
        assert correlation(t.images, deviation) > 0.98
        if time == 0.9:
            chance = known_model.transmute(images, label, label, time=time, steps=steps)
            assert np.abs(chance.images - images).mean() > 0.05 and abs(correlation(chance.images, deviation)) < 0.7


@pytest.mark.parametrize("deterministic", [False, True])
def test_arrives_among_the_target_class(known_model, deterministic):
    """The images of the closed-form class are its pattern, lighter or darker; whatever the source was."""
    there = known_model.denoise.pattern[known_model.tree.leaf("0").id][0].numpy()
    images, _ = objects_of(known_model, "4", n=32)
    t = known_model.transmute(images, "4", "0", time=0.9, steps=40, deterministic=deterministic)
    off = 2 * t.images - 1 - there
    shade = off.mean((1, 2), keepdims=True)
    inside = np.abs(shade.ravel()) < 0.3  # far ones are clipped to black and white
    assert inside.sum() > 10 and np.abs(off - shade)[inside].max() < 0.05
    assert 0.1 < shade.std() < 0.5 and abs(shade.mean()) < 0.25


def test_deterministic_keeps_the_deviations_of_the_original(known_model):
    """The ODE between two Gaussians of equal spread keeps the number of standard deviations from the mean."""
    images, deviation = objects_of(known_model, "4")
    for time in (None, 0.9):
        t = known_model.transmute(images, 4, 9, time=time, steps=40, deterministic=True)
        assert correlation(t.images, deviation) > 0.98
    assert abs(correlation(known_model.transmute(images, 4, 9, time=0.9, steps=40).images, deviation)) < 0.7


# -- several at once -------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("deterministic", [False, True])
def test_several_targets_and_times_equal_single_calls(model, images, deterministic):
    options = {"steps": STEPS, "seed": 4, "deterministic": deterministic}
    targets, times = ["9", "0", "4"], [0.5, 0.2]
    t = model.transmute(images, 4, targets, times, **options)
    assert t.images.shape == (3, 2, 3, 8, 8) and t.target == ("9", "0", "4") and t.time == (0.5, 0.2)
    for j, target in enumerate(targets):
        for k, time in enumerate(times):
            assert near(model.transmute(images, 4, target, time, **options).images, t.images[j, k], 1e-3)


def test_several_targets_turn_each_at_its_meeting_point(model, images):
    t = model.transmute(images, 4, [9, 7, 0, 4], steps=STEPS)
    assert t.images.shape == (4, 3, 8, 8) and t.time == (0.35, 0.599, 0.6, 0.0)
    for k, target in enumerate([9, 7, 0, 4]):
        assert near(model.transmute(images, 4, target, steps=STEPS).images, t.images[k])


def test_axes_are_there_for_lists_alone(model, images):
    def shape(target, time):
        return model.transmute(images, 4, target, time, steps=2).images.shape

    assert shape([9], None) == (1, 3, 8, 8) and shape([9], 0.3) == (1, 3, 8, 8)
    assert shape(9, [0.3]) == (1, 3, 8, 8) and shape([9], [0.3]) == (1, 1, 3, 8, 8)
    assert shape(9, np.linspace(0, 1, 4)) == (4, 3, 8, 8)
    assert shape((name for name in ("9", "7")), 0.3) == (2, 3, 8, 8)


@pytest.mark.parametrize("deterministic", [False, True])
def test_evaluations_are_counted(known_model, images, deterministic):
    t = known_model.transmute(images, 4, [9, 0], [0.2, 0.7], steps=STEPS, deterministic=deterministic)
    assert t.evaluations == known_model.denoise.rows > 0


def test_an_image_depends_on_its_place_and_the_seed_alone(model, images):
    t = model.transmute(images, 4, 9, steps=STEPS)
    assert near(model.transmute(images[:1], 4, 9, steps=STEPS).images, t.images[:1])
    assert np.array_equal(model.transmute(images, 4, 9, steps=STEPS).images, t.images)
    assert not near(model.transmute(images, 4, 9, steps=STEPS, seed=1).images, t.images, 0.05)


@pytest.mark.parametrize("solver", SOLVERS)
def test_from_pure_noise_nothing_of_the_original_is_left(model, images, solver):
    """At time 1 alpha is 0.007: what was there hardly matters; at time 0 it is all."""
    a, b = (model.transmute(x, 4, 9, time=1, steps=STEPS, solver=solver).images for x in (images, 1 - images))
    assert np.abs(a - b).mean() < 0.1
    assert np.allclose(model.transmute(images, 4, 9, time=0, steps=STEPS, solver=solver).images, images, atol=1e-7)


# -- what is taken, and what is refused ------------------------------------------------------------------------------

def test_images_of_several_kinds_are_the_same(model, images):
    whole = (images * 255).round().astype(np.uint8)
    expected = model.transmute(whole.astype(np.float64) / 255, 4, 9, steps=2).images
    for kind in (whole, torch.from_numpy(whole), (whole.astype(np.float32) / 255).tolist()):
        assert near(model.transmute(kind, 4, 9, steps=2).images, expected)


@pytest.mark.parametrize("time", [-0.1, 1.1, float("nan"), "0.5", True, [], [0.5, 2], [None],
                                  pytest.param(object(), id="an object")], ids=repr)
def test_impossible_times_are_refused(model, images, time):
    with pytest.raises(BranchedError):
        model.transmute(images, 4, 9, time=time)


def bad_images() -> dict[str, object]:
    good = np.full((2, 8, 8), 0.5)
    holed, infinite = good.copy(), good.copy()
    holed[1, 2, 3], infinite[0, 0, 0] = np.nan, np.inf
    return {"nan": holed, "inf": infinite, "too dark": good + 0.6, "negative": good - 0.6, "one image": good[0],
            "wrong size": good[:, :7], "colour": np.repeat(good[..., None], 3, -1), "none": good[:0], "text": "4",
            "words": [["a"]], "nothing": None, "ragged": [[1], [1, 2]], "number": 0.5, "0..255": good * 255}


@pytest.mark.parametrize("images", bad_images().values(), ids=bad_images().keys())
def test_what_is_no_image_is_refused(model, images):
    for ask in (lambda: model.transmute(images, 4, 9), lambda: model.classify(images)):
        with pytest.raises(BranchedError) as error:
            ask()
        assert str(error.value).endswith(".") and "\n" not in str(error.value)

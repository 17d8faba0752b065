"""What pictures show: strokes on an even ground are characters, all else is a picture; what a model makes of it."""
import numpy as np
import pytest
from PIL import Image, ImageDraw
from sklearn.datasets import load_digits

from branched.data.dataset import load
from branched.data.images import Images
from branched.errors import BranchedError
from branched.facts import CHARACTERS, PICTURES, Data
from branched.photos import photo
from branched.photos.shows import placed_in, shown_in, stroke_on


def blobs(n: int = 20, side: int = 28) -> np.ndarray:
    """Filled shapes on an even ground, as hands are before a wall."""
    pictures = []
    for k in range(n):
        image = Image.new("L", (side, side), 220)
        ImageDraw.Draw(image).ellipse((4 + k % 3, 3, 23, 25 - k % 4), fill=60 + k)
        pictures.append(np.asarray(image, np.float32) / 255)
    return np.stack(pictures)


def strokes(n: int = 20, side: int = 28) -> np.ndarray:
    pictures = []
    for k in range(n):
        image = Image.new("L", (side, side), 0)
        ImageDraw.Draw(image).line((5, 5 + k % 5, 14, 22, 22, 6), fill=255, width=2 + k % 2)
        pictures.append(np.asarray(image, np.float32) / 255)
    return np.stack(pictures)


@pytest.mark.parametrize(("pictures", "shows"), [
    (strokes(), CHARACTERS), (1 - strokes(), CHARACTERS), (blobs(), PICTURES), (1 - blobs(), PICTURES),
    (load_digits().images.astype(np.float32) / 16, CHARACTERS),
    (np.random.default_rng(0).random((20, 28, 28), np.float32), PICTURES), (np.zeros((20, 28, 28)), PICTURES),
    (np.concatenate([strokes(10), 1 - strokes(10)]), PICTURES),  # which way round a photo has to be, nobody could tell
], ids=["light", "dark", "blobs", "light blobs", "digits", "noise", "blank", "both ways"])
def test_what_is_shown(pictures, shows):
    assert shown_in(pictures) == shows


def test_a_stroke_and_its_ground():
    assert stroke_on(strokes()[0]) == (0, True) and stroke_on(1 - strokes()[0]) == (1, True)


def test_a_model_of_pictures_takes_its_own_whole_and_one_of_characters_looks_for_a_stroke():
    hand = blobs()[3]
    facts = Data(background=0.86, shows=PICTURES)
    assert np.abs(Images((1, 28, 28)).remembering(facts).prepare(hand) - hand).max() < 0.003
    for facts in (Data(background=0.86, shows=CHARACTERS), Data(background=0.86)):  # the latter from before this
        with pytest.raises(BranchedError):
            Images((1, 28, 28)).remembering(facts).prepare(hand)


def test_found_in_the_data_and_corrected_by_who_knows_better():
    data = load("digits")
    assert data.form.facts(data.x)["shows"] == CHARACTERS
    data = load("digits", shows=PICTURES)
    assert data.form.facts(data.x)["shows"] == PICTURES


def corner() -> np.ndarray:
    """A small stroke in a corner of a large picture, light on dark."""
    image = Image.new("L", (90, 90), 0)
    ImageDraw.Draw(image).line((10, 8, 30, 34, 34, 10), fill=255, width=5)
    return np.asarray(image, np.float32) / 255


def test_characters_that_nobody_centred_are_not_centred_either():
    """Such a model takes strokes on an even ground whole, dark or light; one of centred characters centres them."""
    assert not placed_in(strokes())
    form = Images((1, 28, 28), background=0.0, shows=CHARACTERS, placed=False)
    whole = form.prepare(corner())
    [everything] = photo.whole(corner(), form.outside_shape, form.crop)
    assert np.abs(whole - everything.picture).max() == 0 and whole[14:].max() == 0
    assert np.abs(form.prepare(1 - corner()) - whole).max() < 0.01
    centred = Images((1, 28, 28), background=0.0, shows=CHARACTERS).prepare(corner())
    assert centred[14:].max() > 0.9
    noisy = corner() * 0.5 + np.linspace(0, 0.5, 90, dtype=np.float32)  # a photo, on no even ground
    assert np.abs(form.prepare(noisy) - centred).mean() < 0.05


def test_mnists_digits_are_placed():
    digit = Images((1, 28, 28), background=0.0).prepare(corner())
    assert placed_in(np.stack([digit] * 5)) and placed_in(1 - np.stack([digit] * 5))

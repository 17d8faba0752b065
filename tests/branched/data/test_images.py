"""Pictures at the door: there and back without loss, and grids exact to the pixel."""
import os

import numpy as np
import pytest
import torch
from PIL import Image

from branched import BranchedError
from branched.data import images
from branched.data.images import GAP, SCALE, Images, grid

GREY, COLOUR = (1, 4, 6), (3, 4, 6)


def pictures(shape: tuple[int, ...], seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).random(shape, dtype=np.float32)


# -- there and back --------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("core", "outside"), [(GREY, (5, 4, 6)), (COLOUR, (5, 4, 6, 3))])
def test_round_trip(core, outside):
    given = pictures(outside)
    x = Images(core).to_core(given)
    assert x.shape == (5, *core) and x.dtype == torch.float32 and x.is_contiguous()
    back = Images(core).from_core(x)
    assert np.allclose(back, given, atol=1e-6)
    assert back.dtype == np.float32 and back.shape == outside


def test_white_is_one_and_black_minus_one():
    assert Images(GREY).to_core([[[0.0, 1.0, 0.5, 0, 0, 0]] * 4])[0, 0, 0, :3].tolist() == [-1, 1, 0]
    assert Images(GREY).from_core(torch.tensor([[[-1.0, 1.0, 0.0, -3.0, 5.0]]])).tolist() == [[0, 1, 0.5, 0, 1]]


def test_colours_stay_where_they_are():
    given = np.zeros((1, 4, 6, 3), np.float32)
    given[0, 1, 2] = (1, 0.5, 0)
    x = Images(COLOUR).to_core(given)
    assert x[0, :, 1, 2].tolist() == [1, 0, -1] and x.sum() == -3 * 24 + 2 + 1
    assert np.array_equal(Images(COLOUR).from_core(x), given)


@pytest.mark.parametrize("dtype", [np.uint8, np.float16, np.float32, np.float64, bool])
def test_kinds_of_numbers(dtype):
    given = np.tile(np.array([0, 255 if dtype is np.uint8 else 1], dtype), (2, 4, 3))
    for kind in (given, torch.from_numpy(given), torch.from_numpy(given).double().requires_grad_() if dtype != np.uint8
                 else given):
        assert Images(GREY).to_core(kind)[0, 0, 0].tolist() == [-1, 1] * 3


def test_every_byte_comes_back():
    given = np.arange(240, dtype=np.uint8).reshape(10, 4, 6)
    form = Images(GREY)
    assert np.array_equal((form.from_core(form.to_core(given)) * 255).round().astype(np.uint8), given)


def test_the_original_is_not_written_to():
    given = pictures((2, 4, 6))
    before = given.copy()
    Images(GREY).to_core(given).add_(1)
    assert np.array_equal(given, before)


def test_leading_axes_are_kept():
    assert Images(GREY).from_core(torch.zeros(2, 3, 5, *GREY)).shape == (2, 3, 5, 4, 6)
    assert Images(COLOUR).from_core(torch.zeros(2, 3, *COLOUR)).shape == (2, 3, 4, 6, 3)


@pytest.mark.parametrize("given", [
    np.zeros((2, 6, 4)), np.zeros((4, 6)), np.zeros((0, 4, 6)), np.zeros((2, 4, 6, 3)), np.zeros((2, 1, 4, 6)), 0.5,
    None, "a", np.full((2, 4, 6), 1.01), np.full((2, 4, 6), -0.01), np.full((2, 4, 6), np.nan),
    np.full((2, 4, 6), np.inf), np.full((2, 4, 6), 1e300), [[1, 2], [3]], np.full((2, 4, 6), object()),
    np.full((2, 4, 6), 128),
], ids=lambda given: f"{np.shape(given) if not isinstance(given, list) else given}")
@pytest.mark.filterwarnings("ignore:overflow")
def test_bad_images_are_refused(given):
    with pytest.raises(BranchedError) as error:
        Images(GREY).to_core(given)
    assert "\n" not in str(error.value) and len(str(error.value)) < 200


FORM = Images((1, 4, 6))


# -- grids -----------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("channels", [(), (3,)])
def test_every_pixel_of_a_grid(channels):
    """Rows of different lengths: what is not image, is the grey of the gaps."""
    rows = [pictures((3, 4, 6, *channels)), pictures((1, 4, 6, *channels), seed=1)]
    sheet = np.asarray(grid(rows))
    height, width = 2 * 4 + GAP, 3 * 6 + 2 * GAP
    assert sheet.shape == (height * SCALE, width * SCALE, *channels) and sheet.dtype == np.uint8
    expected = np.full((height, width, *channels), 64, np.uint8)
    for r, row in enumerate(rows):
        for c, image in enumerate(row):
            y, x = r * (4 + GAP), c * (6 + GAP)
            expected[y:y + 4, x:x + 6] = (image * 255).round().astype(np.uint8)
    assert np.array_equal(sheet, expected.repeat(SCALE, 0).repeat(SCALE, 1))


def test_a_grid_of_one_image_is_the_image():
    image = pictures((1, 4, 6))
    assert np.array_equal(np.asarray(grid([image]))[::SCALE, ::SCALE], (image[0] * 255).round().astype(np.uint8))


def test_a_saved_grid_is_the_grid(tmp_path):
    rows = [pictures((3, 4, 6))]
    FORM.write(tmp_path / "new" / "g.png", [({}, row) for row in rows])
    with Image.open(tmp_path / "new" / "g.png") as file:
        assert file.format == "PNG" and np.array_equal(np.asarray(file), np.asarray(grid(rows)))


def test_a_grid_that_fails_to_be_written_leaves_the_old_one(tmp_path, monkeypatch):
    path = tmp_path / "g.png"
    FORM.write(path, [({}, pictures((1, 4, 6)))])
    before = path.read_bytes()

    class Full:
        def save(self, temporary, kind):
            with open(temporary, "wb") as file:
                file.write(before[:20])
            raise OSError("No space left on device")

    monkeypatch.setattr(images, "grid", lambda rows: Full())
    with pytest.raises(BranchedError, match="could not be written"):
        FORM.write(path, [({}, pictures((1, 4, 6)))])
    assert path.read_bytes() == before and os.listdir(tmp_path) == ["g.png"]


def test_a_grid_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("")
    (tmp_path / "folder.png").mkdir()
    for path in (tmp_path / "file" / "g.png", tmp_path / "folder.png"):
        with pytest.raises(BranchedError, match="could not be written"):
            FORM.write(path, [({}, pictures((1, 4, 6)))])

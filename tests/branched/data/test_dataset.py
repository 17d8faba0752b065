"""Data: drawing in equal shares, MNIST's files from wherever they are, and folders of images, good and bad."""

import numpy as np
import pytest
import torch
from PIL import Image
from sklearn.datasets import load_digits

from branched.data.dataset import Dataset, load
from branched.data.images import Images
from branched.errors import BranchedError
from branched.facts import Data

pytestmark = pytest.mark.usefixtures("alone")


def numbered(counts: dict[str, int]) -> Dataset:
    """Every pixel of an image says which row it is."""
    n = sum(counts.values())
    x = torch.arange(n, dtype=torch.uint8)[:, None, None, None].repeat(1, 1, 4, 4)
    y = torch.tensor([k for k, count in enumerate(counts.values()) for _ in range(count)])
    return Dataset.of_images("numbered", tuple(counts), x, y)


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


# -- Dataset ---------------------------------------------------------------------------------------------------------

def test_the_core_works_from_minus_one_to_one():
    form = Images((1, 1, 1))
    assert form.scale(torch.tensor([0, 255], dtype=torch.uint8)).tolist() == [-1.0, 1.0]
    every = torch.arange(256, dtype=torch.uint8)
    assert torch.equal(form.store(form.scale(every)), every)


def test_of_gives_one_class_and_computes_it_once():
    d = numbered({"a": 3, "b": 5})
    assert d.shape == (1, 4, 4) and len(d) == 8
    assert d.of("b")[:, 0, 0, 0].tolist() == [3, 4, 5, 6, 7]
    assert d.of("b") is d.of("b")


def test_only_keeps_order_and_renumbers():
    d = numbered({"1": 2, "2": 3, "3": 4}).only(["3", 1])
    assert d.labels == ("1", "3") and d.y.tolist() == [0, 0, 1, 1, 1, 1]
    assert d.of(3)[:, 0, 0, 0].tolist() == [5, 6, 7, 8]


@pytest.mark.parametrize("n", [0, 1, 2, 3, 7, 30, 100])
def test_draw_in_equal_shares(n):
    d = numbered({"a": 3, "b": 50, "c": 7, "d": 9})
    x = d.draw(["a", "b", "c"], n, generator())
    assert x.shape == (n, 1, 4, 4) and x.dtype == torch.float32
    rows = ((x[:, 0, 0, 0] + 1) * 127.5).round().long()
    shares = torch.bincount(d.y[rows], minlength=4).tolist()
    assert shares[3] == 0 and max(shares[:3]) - min(shares[:3]) <= 1 and sum(shares) == n


def test_draw_is_shuffled_random_and_repeatable():
    d = numbered({"a": 100, "b": 100})
    x = d.draw("ab", 64, generator())
    assert torch.equal(x, d.draw("ab", 64, generator())) and not torch.equal(x, d.draw("ab", 64, generator(1)))
    is_b = x[:, 0, 0, 0] > 99 / 127.5 - 1
    assert 0 < is_b[:32].sum() < 32


def test_every_class_gets_the_extra_one_at_times():
    d = numbered({"a": 1, "b": 1, "c": 1})
    g = generator()
    lucky = {((d.draw("abc", 1, g)[0, 0, 0, 0] + 1) * 127.5).round().item() for _ in range(50)}
    assert lucky == {0, 1, 2}


def test_unknown_or_no_class_is_refused():
    d = numbered({"a": 3})
    for act in (lambda: d.of("x"), lambda: d.only(["x"]), lambda: d.only([]), lambda: d.draw(["x"], 3, generator()),
                lambda: d.draw([], 3, generator())):
        with pytest.raises(BranchedError):
            act()


def test_wrong_tensors_are_refused():
    with pytest.raises(BranchedError):
        Dataset.of_images("floats", ("a",), torch.zeros(2, 1, 4, 4), torch.zeros(2, dtype=torch.long))
    with pytest.raises(BranchedError):
        Dataset.of_images("short", ("a",), torch.zeros(2, 1, 4, 4, dtype=torch.uint8), torch.zeros(3, dtype=torch.long))


# -- digits ----------------------------------------------------------------------------------------------------------

def test_digits_are_split_every_fifth():
    train, test = load("digits"), load("digits", "test")
    images, y = load_digits(return_X_y=True)
    assert len(train) + len(test) == len(y) and test.y.tolist() == y[4::5].tolist()
    assert train.shape == (1, 8, 8) and train.labels == tuple("0123456789")
    assert train.x.max() == 255 and train.x[0].flatten().tolist() == np.round(images[0] * 255 / 16).tolist()


def test_digits_larger_and_in_colour():
    d = load("digits", size=16, colour=True)
    assert d.shape == (3, 16, 16) and torch.equal(d.x[:, 0], d.x[:, 2])


# -- folders of images -----------------------------------------------------------------------------------------------

def picture(path, size=(20, 20), colour=128, mode="L", **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new(mode, size, colour).save(path, **options)


def class_of(tmp_path, image: Image.Image, end: str = ".png", **options):
    """A folder with a class of three pictures, all of them this one."""
    (tmp_path / "a").mkdir()
    for k in range(3):
        image.save(tmp_path / "a" / f"{k}{end}", **options)


def folder_of(tmp_path, counts: dict[str, int]):
    for label, count in counts.items():
        for k in range(count):
            picture(tmp_path / "set" / label / f"{k:02}.png", colour=k)
    return tmp_path / "set"


def test_folder_is_split_one_in_six_in_file_order(tmp_path):
    root = folder_of(tmp_path, {"cat": 13, "dog": 3})
    train, test = load(str(root)), load(str(root), "test", size=8)
    assert train.name == "set" and train.labels == ("cat", "dog") and train.shape == (1, 28, 28)
    assert test.shape == (1, 8, 8) and test.of("cat")[:, 0, 0, 0].tolist() == [1, 7]
    assert train.of("cat")[:, 0, 0, 0].tolist() == [0, 2, 3, 4, 5, 6, 8, 9, 10, 11, 12]
    assert (len(train.of("dog")), len(test.of("dog"))) == (2, 1)


def test_class_names_in_natural_order_hidden_files_and_loose_files_ignored(tmp_path):
    root = folder_of(tmp_path, {"10": 3, "9": 3, "b": 3, "a": 3, ".hidden": 3, "__MACOSX": 3})
    for litter in (".DS_Store", "Thumbs.db", "desktop.ini", "._00.png"):
        (root / "9" / litter).write_bytes(b"x")
    (root / "README.txt").write_text("x")
    assert load(root).labels == ("9", "10", "a", "b")


def test_colour_or_grey(tmp_path):
    for k in range(3):
        picture(tmp_path / "a" / f"{k}.png", mode="RGB", colour=(255, 0, 0))
    assert load(tmp_path, colour=True).x[0, :, 5, 5].tolist() == [255, 0, 0]
    assert load(tmp_path).x[0, :, 5, 5].tolist() == [76]


def test_padded_to_a_square_in_the_corners_colour(tmp_path):
    image = Image.new("L", (40, 20), 200)
    image.paste(10, (10, 5, 30, 15))
    class_of(tmp_path, image)
    x = load(tmp_path, size=40).x[0, 0]
    assert (x[:10] == 200).all() and (x[30:] == 200).all() and (x[15:25, 10:30] == 10).all()


def test_camera_orientation_is_honoured(tmp_path):
    image = Image.new("L", (32, 32), 0)
    image.paste(255, (0, 0, 32, 16))  # the upper half is white
    exif = Image.Exif()
    exif[0x0112] = 3                  # the camera was upside down
    class_of(tmp_path, image, exif=exif)
    x = load(tmp_path, size=32).x[0, 0]
    assert x[:16].max() == 0 and x[16:].min() == 255


@pytest.mark.parametrize(("mode", "colour", "expected"), [
    ("1", 1, 255), ("P", 0, 0), ("RGBA", (0, 0, 0, 0), 255), ("LA", (0, 255), 0), ("I;16", 65535, 255),
    ("I;16", 32896, 128), ("I;16", 4095, 255), ("I;16", 2048, 128),
])
def test_kinds_of_pixels(tmp_path, mode, colour, expected):
    for k in range(3):
        picture(tmp_path / "a" / f"{k}.png", mode=mode, colour=colour)
    assert load(tmp_path).x.unique().tolist() == [expected]


@pytest.mark.parametrize("content", [b"", b"hello", b"\x89PNG\r\n\x1a\n broken"])
def test_files_that_are_no_images_are_named(tmp_path, content):
    root = folder_of(tmp_path, {"a": 3})
    (root / "a" / "zebra.png").write_bytes(content)
    with pytest.raises(BranchedError, match="zebra.png"):
        load(root)


def test_truncated_image_and_nested_folder_are_named(tmp_path):
    root = folder_of(tmp_path, {"a": 3})
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 64), np.uint8))
    noise.save(root / "a" / "zebra.png")
    whole = (root / "a" / "zebra.png").read_bytes()
    (root / "a" / "zebra.png").write_bytes(whole[:len(whole) // 2])
    with pytest.raises(BranchedError, match="zebra.png"):
        load(root)
    (root / "a" / "zebra.png").unlink()
    (root / "a" / "zoo").mkdir()
    with pytest.raises(BranchedError, match="zoo"):
        load(root)


@pytest.mark.parametrize("size", [(8000, 7000), (20000, 20000)])
def test_huge_images_are_refused(tmp_path, size):
    root = folder_of(tmp_path, {"a": 3})
    picture(root / "a" / "zebra.png", size=size, mode="1", colour=0)
    with pytest.raises(BranchedError, match="zebra.png has more than 50,000,000 pixels"):
        load(root)


def test_a_folder_of_pictures_without_classes_where_none_are_needed(tmp_path):
    root = folder_of(tmp_path, {"pets": 13}) / "pets"
    train, test = load(root, classed=False), load(root, "test", classed=False)
    assert (train.name, train.labels, len(train), len(test)) == ("pets", ("all",), 11, 2)
    assert torch.equal(train.x, load(root.parent).x) and train.y.tolist() == [0] * 11
    assert load(root.parent, classed=False).labels == ("pets",)
    with pytest.raises(BranchedError, match="no sub-folders.*grow"):
        load(root)
    (root / "notes.txt").write_text("x")
    with pytest.raises(BranchedError, match="notes.txt cannot be read"):
        load(root, "test", classed=False)
    (tmp_path / "empty").mkdir()
    with pytest.raises(BranchedError, match="0 images"):
        load(tmp_path / "empty", classed=False)


def test_too_few_images_or_classes_are_refused(tmp_path):
    with pytest.raises(BranchedError, match="'b'.*2 images; at least 3"):
        load(folder_of(tmp_path, {"a": 3, "b": 2}))
    (tmp_path / "empty").mkdir()
    with pytest.raises(BranchedError, match="sub-folder"):
        load(tmp_path / "empty")
    with pytest.raises(BranchedError, match="no data set or folder"):
        load("imagenet")


@pytest.mark.parametrize("options", [{"split": "validation"}, {"size": 30}, {"size": 0}, {"size": 100_000}])
def test_bad_options_are_refused(options):
    with pytest.raises(BranchedError):
        load("digits", **options)


# -- folders as people have them -------------------------------------------------------------------------------------

def test_train_and_val_inside_are_the_split(tmp_path):
    for part, counts in {"train": {"ants": 4, "bees": 3}, "val": {"ants": 1, "bees": 2}}.items():
        for label, count in counts.items():
            for k in range(count):
                picture(tmp_path / part / label / f"{k}.png", colour=100 + k if part == "val" else k)
    (tmp_path / "train" / ".DS_Store").write_bytes(b"x")
    train, test = load(tmp_path), load(tmp_path, "test")
    assert train.labels == test.labels == ("ants", "bees")
    assert train.of("ants")[:, 0, 0, 0].tolist() == [0, 1, 2, 3] and test.of("bees")[:, 0, 0, 0].tolist() == [100, 101]
    assert "train is taken for training" in train.told[0] and "val for testing" in train.told[0]


def test_classes_called_train_and_val_are_classes(tmp_path):
    root = folder_of(tmp_path, {"train": 3, "val": 3})
    assert load(root).labels == ("train", "val") and load(root).told == ()


def test_a_folder_around_the_folders_is_looked_into_and_told(tmp_path):
    folder_of(tmp_path, {"cat": 3, "dog": 3})
    (tmp_path / "__MACOSX").mkdir()
    assert load(tmp_path).labels == ("cat", "dog") and str(tmp_path / "set") in load(tmp_path).told[0]


def test_what_is_amiss_with_a_class_that_is_not_wanted_does_not_matter(tmp_path):
    root = folder_of(tmp_path, {"a": 3, "b": 3, "c": 1})
    (root / "b" / "00.png").write_bytes(b"broken")
    assert load(root, classes=("a",)).labels == ("a",)
    with pytest.raises(BranchedError, match="00.png"):
        load(root, classes=("a", "b"))


def test_a_folder_that_is_called_like_a_known_data_set_is_read_and_told(tmp_path, monkeypatch):
    (tmp_path / "digits").mkdir()
    monkeypatch.chdir(tmp_path)
    assert load("digits").name == "digits" and load("digits").told == ()  # an empty folder is no data
    folder_of(tmp_path, {"cat": 3, "dog": 3}).rename(tmp_path / "digits" / "x")
    data = load("digits")
    assert (data.name, data.labels) == ("./digits", ("cat", "dog")) and "not the known data set" in data.told[0]


@pytest.mark.parametrize("ink", [0, 255])
def test_glyphs_on_a_transparent_ground_are_seen(tmp_path, ink):
    glyph = Image.new("RGBA", (20, 20), (255 - ink, 255 - ink, 255 - ink, 0))
    glyph.paste((ink, ink, ink, 255), (5, 5, 15, 15))
    class_of(tmp_path, glyph)
    x = load(tmp_path, size=20).x[0, 0]
    assert (x[5:15, 5:15] == ink).all() and (x[:5] == 255 - ink).all()


@pytest.mark.parametrize("most", [1.0, 255.0, 65_535.0])
def test_floats_are_scaled_by_what_is_white_in_them(tmp_path, most):
    ramp = np.linspace(0, most, 400, dtype=np.float32).reshape(20, 20)
    class_of(tmp_path, Image.fromarray(ramp), ".tif")
    assert np.abs(load(tmp_path, size=20).x[0, 0].numpy() / 255 - ramp / most).max() < 0.003


def test_floats_that_are_no_brightness_are_named(tmp_path):
    root = folder_of(tmp_path, {"a": 3})
    Image.fromarray(np.full((9, 9), -1, np.float32)).save(root / "a" / "zebra.tif")
    with pytest.raises(BranchedError, match="zebra.tif.*no brightness"):
        load(root)


def test_the_middle_is_taken_where_that_is_asked_for(tmp_path):
    image = Image.new("L", (40, 20), 200)
    image.paste(10, (10, 0, 30, 20))
    class_of(tmp_path, image)
    data = load(tmp_path, size=20, crop=True)
    assert (data.x == 10).all() and data.form.facts(data.x)["crop"] is True
    known = Images((1, 20, 20)).remembering(Data(background=0.5, shows="pictures", crop=True))
    assert (known.prepare(tmp_path / "a" / "0.png") == np.float32(10) / 255).all()


def test_the_same_folder_with_another_picture_is_other_data(tmp_path):
    root = folder_of(tmp_path, {"a": 3, "b": 3})
    before = load(root).identity
    assert load(root).identity == before
    picture(root / "a" / "00.png", colour=99)
    assert load(root).identity != before

"""Data: images with class names, from MNIST, scikit-learn's small digits, or a folder with a sub-folder per class."""
from __future__ import annotations

import gzip
import hashlib
import os
import tempfile
import urllib.request
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm

from .decode import squared
from .errors import BranchedError
from .tree import natural_order

SPLITS = ("train", "test")
MAX_SIZE = 256
MNIST_MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)
# md5 of the uncompressed bytes: a gzip header holds a date, so the same data come in different .gz files.
MNIST_FILES = {
    "train": (("train-images-idx3-ubyte", "6bbc9ace898e44ae57da46a324031adb"),
              ("train-labels-idx1-ubyte", "a25bea736e30d166cdddb491f175f624")),
    "test": (("t10k-images-idx3-ubyte", "2646ac647ad5339dbf082846283269ea"),
             ("t10k-labels-idx1-ubyte", "27ae3e4e09519cfbb04c329615203637")),
}
MNIST_BYTES = 60_000 * 28 * 28 + 16  # the largest of the four
TIMEOUT = 30  # seconds without a byte


def to_core(x: Tensor) -> Tensor:
    """uint8 images 0..255 as float32 in [-1, 1], what everything inside `branched` works on."""
    return x.float() / 127.5 - 1


@dataclass(frozen=True, eq=False)
class Dataset:
    """Images x (n, C, H, W) uint8, and for each the index y (n,) int64 of its class among `labels`."""

    name: str
    labels: tuple[str, ...]
    x: Tensor
    y: Tensor

    def __post_init__(self) -> None:
        if self.x.ndim != 4 or self.x.dtype != torch.uint8 or self.y.shape != self.x.shape[:1]:
            raise BranchedError(f"A data set is uint8 images (n, C, H, W) with n class indices; "
                                f"found {self.x.dtype} {tuple(self.x.shape)} and {tuple(self.y.shape)}.")

    def __len__(self) -> int:
        return len(self.x)

    def __repr__(self) -> str:
        return f"Dataset({self.name!r}, {len(self)} images {self.shape}, {len(self.labels)} classes)"

    @property
    def shape(self) -> tuple[int, int, int]:
        """(C, H, W) of one image."""
        return tuple(self.x.shape[1:])

    @cached_property
    def _rows(self) -> dict[str, Tensor]:
        return {label: torch.nonzero(self.y == k).flatten() for k, label in enumerate(self.labels)}

    @cached_property
    def _images(self) -> dict[str, Tensor]:
        return {label: self.x[rows] for label, rows in self._rows.items()}

    def _check_label(self, label: str | int) -> str:
        label = str(label)
        if label not in self._rows:
            raise BranchedError(f"There is no class {label!r} in {self.name}; it has {', '.join(self.labels)}.")
        return label

    def of(self, label: str | int) -> Tensor:
        """All images of one class, uint8 (n, C, H, W). Shared, not to be written to."""
        return self._images[self._check_label(label)]

    def only(self, labels: Sequence[str | int]) -> Dataset:
        """The part of the data that belongs to some classes, which keep the order of this data set."""
        wanted = {self._check_label(label) for label in labels}
        if not wanted:
            raise BranchedError("Name at least one class.")
        kept = [k for k, label in enumerate(self.labels) if label in wanted]
        place = torch.full((len(self.labels),), -1)
        place[kept] = torch.arange(len(kept))
        y = place[self.y]
        return Dataset(self.name, tuple(self.labels[k] for k in kept), self.x[y >= 0], y[y >= 0])

    def draw(self, labels: Sequence[str | int], n: int, generator: torch.Generator) -> Tensor:
        """n random images of the given classes in equal shares, shuffled: float32 (n, C, H, W) in [-1, 1].

        Within a class with replacement. Where n does not divide, the generator says who gets one more.
        """
        rows = [self._rows[label] for label in dict.fromkeys(self._check_label(label) for label in labels)]
        if not rows or any(len(r) == 0 for r in rows):
            raise BranchedError("To draw images takes at least one class, and at least one image in each.")
        shares = torch.full((len(rows),), n // len(rows))
        shares[torch.randperm(len(rows), generator=generator)[:n % len(rows)]] += 1
        picks = torch.cat([r[torch.randint(len(r), (share,), generator=generator)]
                           for r, share in zip(rows, shares.tolist(), strict=True)])
        return to_core(self.x[picks[torch.randperm(n, generator=generator)]])


def load(source: str = "mnist", split: str = "train", folder: str | os.PathLike | None = None,
         size: int | None = None, colour: bool = False) -> Dataset:
    """Load "mnist", "digits" (scikit-learn's, 8 x 8), or a folder with one sub-folder of images per class.

    `folder` is where MNIST's files lie (else $BRANCHED_DATA, our cache, the network). `size` is the side of an image
    in pixels, a multiple of 4 (default: 28 for a folder, else as it is). Raises BranchedError with the reason.
    """
    if split not in SPLITS:
        raise BranchedError(f"The split is 'train' or 'test', not {split!r}.")
    if size is not None and (size % 4 or not 4 <= size <= MAX_SIZE):
        raise BranchedError(f"The size of images is a multiple of 4 from 4 to {MAX_SIZE}, not {size}.")
    if source in ("mnist", "digits"):
        x, y = _mnist(split, folder) if source == "mnist" else _digits(split)
        return Dataset(source, tuple(str(k) for k in range(10)), _fit(x, size, colour), y)
    return _image_folder(Path(source).expanduser(), split, size or 28, colour)


def _fit(x: Tensor, size: int | None, colour: bool) -> Tensor:
    """Grey images (n, H, W) as (n, C, size, size)."""
    x = x[:, None]
    if size is not None and size != x.shape[-1]:
        x = torch.nn.functional.interpolate(x.float(), (size, size), mode="bilinear", antialias=True)
        x = x.round().clamp(0, 255).to(torch.uint8)
    return x.repeat(1, 3, 1, 1) if colour else x


def _digits(split: str) -> tuple[Tensor, Tensor]:
    from sklearn.datasets import load_digits  # half a second, and rarely needed

    images, y = load_digits(return_X_y=True)
    is_test = np.arange(len(y)) % 5 == 4
    keep = is_test if split == "test" else ~is_test
    x = np.round(images[keep].reshape(-1, 8, 8) * (255 / 16)).astype(np.uint8)
    return torch.from_numpy(x), torch.from_numpy(y[keep].astype(np.int64))


# -- MNIST -----------------------------------------------------------------------------------------------------------

def _mnist(split: str, folder: str | os.PathLike | None) -> tuple[Tensor, Tensor]:
    (images, images_md5), (labels, labels_md5) = MNIST_FILES[split]
    # The checksum vouches for what the IDX headers (16 and 8 bytes) would say.
    x = np.frombuffer(_mnist_bytes(images, images_md5, folder), np.uint8, offset=16).reshape(-1, 28, 28)
    y = np.frombuffer(_mnist_bytes(labels, labels_md5, folder), np.uint8, offset=8)
    return torch.from_numpy(x.copy()), torch.from_numpy(y.astype(np.int64))


def _mnist_bytes(name: str, md5: str, folder: str | os.PathLike | None) -> bytes:
    """The uncompressed bytes of one of MNIST's files, from the first place that has it."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "branched" / "mnist"
    places = []
    for given in (folder, os.environ.get("BRANCHED_DATA")):
        if given:
            given = Path(given).expanduser()
            if not given.is_dir():
                raise BranchedError(f"There is no data folder {given}.")
            places += [given, given / "mnist"]
    for place in [*places, cache]:
        for path in (place / name, place / f"{name}.gz"):
            if path.is_file():
                data = _read(path)
                if hashlib.md5(data, usedforsecurity=False).hexdigest() != md5:
                    raise BranchedError(f"{path} is not the file that it should be (its checksum differs). "
                                        "Remove it, so that it is downloaded again, or replace it.")
                return data
    return _download(name, md5, cache / f"{name}.gz")


def _read(path: Path) -> bytes:
    try:
        with (gzip.open(path) if path.suffix == ".gz" else open(path, "rb")) as file:
            return file.read(MNIST_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise BranchedError(f"{path} cannot be read ({error}). Remove or replace it.") from None


def _download(name: str, md5: str, target: Path) -> bytes:
    """Fetch one file into the cache and return its uncompressed bytes; a file appears there only when it is whole."""
    reason = ""
    for mirror in MNIST_MIRRORS:
        part = None
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            handle, part = tempfile.mkstemp(dir=target.parent, prefix=".part-", suffix=".gz")
            with os.fdopen(handle, "wb") as file:
                _copy(f"{mirror}{name}.gz", file)
            data = _read(Path(part))
            if hashlib.md5(data, usedforsecurity=False).hexdigest() == md5:
                os.replace(part, target)
                return data
            reason = "the downloaded file has a wrong checksum"
        except (OSError, BranchedError) as error:  # urllib's errors are OSErrors
            reason = str(error).rstrip(".")
        finally:
            if part is not None:
                Path(part).unlink(missing_ok=True)
    raise BranchedError(f"MNIST is not on this machine and cannot be downloaded ({reason}). Put its four files into a "
                        "folder, and name the folder by --data or the environment variable BRANCHED_DATA.")


def _copy(url: str, file) -> None:
    with urllib.request.urlopen(url, timeout=TIMEOUT) as reply:
        total = int(reply.headers.get("Content-Length") or 0)
        with tqdm(total=total or None, unit="B", unit_scale=True, desc=url.rsplit("/", 1)[-1], leave=False) as bar:
            while chunk := reply.read(1 << 16):
                file.write(chunk)
                bar.update(len(chunk))
                if bar.n > MNIST_BYTES:
                    raise OSError(f"{url} sends more than it should")


# -- a folder of images ----------------------------------------------------------------------------------------------

def _image_folder(root: Path, split: str, size: int, colour: bool) -> Dataset:
    if not root.is_dir():
        raise BranchedError(f"There is no data set or folder {str(root)!r}; "
                            "give 'mnist', 'digits', or a folder with one sub-folder of images per class.")
    folders = {path.name: path for path in root.iterdir() if path.is_dir() and not path.name.startswith(".")}
    if not folders:
        raise BranchedError(f"{root} has no sub-folders; it needs one sub-folder of images per class.")
    labels = tuple(sorted(folders, key=natural_order))
    images, y = [], []
    for k, label in enumerate(labels):
        paths = sorted(path for path in folders[label].iterdir() if not path.name.startswith("."))
        if len(paths) < 2:
            raise BranchedError(f"The class {label!r} in {root} has {len(paths)} images; every class needs at least 2.")
        # The second of every six: so a class of two images has one to train on and one to test on.
        paths = [path for j, path in enumerate(paths) if (j % 6 == 1) == (split == "test")]
        images += [squared(path, size, colour) for path in paths]
        y += [k] * len(paths)
    x = torch.from_numpy(np.stack(images))
    x = x.permute(0, 3, 1, 2).contiguous() if colour else x[:, None]                         # (n, C, H, W)
    return Dataset(root.resolve().name, labels, x, torch.tensor(y))

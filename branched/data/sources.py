"""Files of known data sets: found in the folder that the user names, in $BRANCHED_DATA, in our cache, or downloaded.
Each is checked against the checksum of its contents."""
from __future__ import annotations

import gzip
import hashlib
import os
import tempfile
import urllib.request
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm

from ..errors import BranchedError

TIMEOUT = 30  # seconds without a byte


@dataclass(frozen=True)
class Source:
    """Where a data set's files come from: its name, its folder in caches, its mirrors, what a file's name ends in
    there, and more bytes than any of its files has. Of a text, lines may end in any way."""

    title: str
    folder: str
    mirrors: tuple[str, ...]
    ending: str
    most: int
    is_text: bool = False

    def checksum(self, data: bytes) -> str:
        """md5 of a file's uncompressed bytes."""
        return hashlib.md5(data.replace(b"\r\n", b"\n") if self.is_text else data, usedforsecurity=False).hexdigest()


MNIST = Source("MNIST", "mnist", ("https://ossci-datasets.s3.amazonaws.com/mnist/",
                                  "https://storage.googleapis.com/cvdf-datasets/mnist/"), ".gz", 60_000 * 28 * 28 + 16)
# md5 of the uncompressed bytes: a gzip header holds a date, so the same data come in different .gz files.
MNIST_FILES = {
    "train": (("train-images-idx3-ubyte", "6bbc9ace898e44ae57da46a324031adb"),
              ("train-labels-idx1-ubyte", "a25bea736e30d166cdddb491f175f624")),
    "test": (("t10k-images-idx3-ubyte", "2646ac647ad5339dbf082846283269ea"),
             ("t10k-labels-idx1-ubyte", "27ae3e4e09519cfbb04c329615203637")),
}
LETTERS = Source("The letters' table", "letter-recognition",
                 ("https://archive.ics.uci.edu/ml/machine-learning-databases/letter-recognition/",), "", 800_000, True)
LETTERS_FILE = "letter-recognition.data", "6a2d740def5d13ea6096272546f6d41e"  # md5 with lines that end in \n
LETTER_FEATURES = ("x-box", "y-box", "width", "high", "onpix", "x-bar", "y-bar", "x2bar", "y2bar", "xybar", "x2ybr",
                   "xy2br", "x-ege", "xegvy", "y-ege", "yegvx")
LETTERS_TRAINING = 16_000  # the first of the 20,000 rows, as usual


def mnist(split: str, folder: str | os.PathLike | None) -> tuple[Tensor, Tensor]:
    """Images (n, 28, 28) uint8 and digits (n,) int64."""
    (images, images_md5), (labels, labels_md5) = MNIST_FILES[split]
    # The checksum vouches for what the IDX headers (16 and 8 bytes) would say.
    x = np.frombuffer(find(MNIST, images, images_md5, folder), np.uint8, offset=16).reshape(-1, 28, 28)
    y = np.frombuffer(find(MNIST, labels, labels_md5, folder), np.uint8, offset=8)
    return torch.from_numpy(x.copy()), torch.from_numpy(y.astype(np.int64))


def letters(folder: str | os.PathLike | None) -> tuple[Tensor, list[str]]:
    """Rows (20,000, 16) float32, whole numbers from 0 to 15, and the 26 capital letters that they describe (Slate,
    1991). The checksum vouches for all that."""
    cells = [line.split(",") for line in find(LETTERS, *LETTERS_FILE, folder).decode().split()]
    x, y = np.array([row[1:] for row in cells], np.float32), [row[0] for row in cells]
    return torch.from_numpy(x), y


def find(source: Source, name: str, md5: str, folder: str | os.PathLike | None) -> bytes:
    """The uncompressed bytes of one of a data set's files, from the first place that has it."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "branched" / source.folder
    for place in [*_local(source, folder), cache]:
        for path in (place / name, place / f"{name}.gz"):
            if path.is_file():
                return _checked(source, path, md5)
    return _download(source, name, md5, cache / f"{name}{source.ending}")


def _local(source: Source, folder: str | os.PathLike | None) -> Iterator[Path]:
    """The folders that the user names, each followed by the data set's own folder in it."""
    for name in (folder, os.environ.get("BRANCHED_DATA")):
        if name:
            path = Path(name).expanduser()
            if not path.is_dir():
                raise BranchedError(f"There is no data folder {path}.")
            yield from (path, path / source.folder)


def _checked(source: Source, path: Path, md5: str) -> bytes:
    """The uncompressed bytes of a file that lies here."""
    data = _read(path, source.most)
    if source.checksum(data) != md5:
        raise BranchedError(f"{path} is not the file that it should be (its checksum differs). "
                            "Remove it, so that it is downloaded again, or replace it.")
    return data


def _read(path: Path, most: int) -> bytes:
    try:
        with (gzip.open(path) if path.suffix == ".gz" else open(path, "rb")) as file:
            return file.read(most + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise BranchedError(f"{path} cannot be read ({error}). Remove or replace it.") from None


def _download(source: Source, name: str, md5: str, target: Path) -> bytes:
    """Fetch one file into the cache and return its uncompressed bytes; a file appears there only when it is whole.

    Not by pooch (1.9): it knows no second mirror and no limit of size, and checks the compressed file, which differs
    between mirrors; what it would spare, a temporary file and a bar, is the smaller part.
    """
    reason = ""
    for mirror in source.mirrors:
        part = None
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            handle, part = tempfile.mkstemp(dir=target.parent, prefix=".part-", suffix=source.ending)
            with os.fdopen(handle, "wb") as file:
                _copy(f"{mirror}{name}{source.ending}", file, source.most)
            data = _read(Path(part), source.most)
            if source.checksum(data) == md5:
                os.replace(part, target)
                return data
            reason = "the downloaded file has a wrong checksum"
        except (OSError, BranchedError) as error:  # urllib's errors are OSErrors
            reason = str(error).rstrip(".")
        finally:
            if part is not None:
                Path(part).unlink(missing_ok=True)
    raise BranchedError(f"{source.title} is not on this machine and cannot be downloaded ({reason}). Put {name} into a "
                        "folder, and name the folder by --folder or the environment variable BRANCHED_DATA.")


def _copy(url: str, file: BinaryIO, most: int) -> None:
    """What an address sends, into an open file, with a bar. Raises OSError for more than `most` bytes."""
    with urllib.request.urlopen(url, timeout=TIMEOUT) as reply:
        total = int(reply.headers.get("Content-Length") or 0)
        with tqdm(total=total or None, unit="B", unit_scale=True, desc=url.rsplit("/", 1)[-1], leave=False) as bar:
            while chunk := reply.read(1 << 16):
                file.write(chunk)
                bar.update(len(chunk))
                if bar.n > most:
                    raise OSError(f"{url} sends more than it should")

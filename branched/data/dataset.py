"""Data: objects with class names. Images from MNIST, scikit-learn's small digits, typefaces, or a folder with a
sub-folder per class; rows of a table from the letters, or any CSV file with a column of classes; where nobody looks at
classes, also folders and files that have none."""
from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..errors import BranchedError
from ..facts import CHARACTERS
from ..files import named
from ..names import natural_order
from . import faces, reading, sources
from . import folder as folders
from .form import Form
from .images import Images
from .table import Table

SPLITS = ("train", "test")
KNOWN = ("mnist", "digits", "letters", "typefaces")
MAX_SIZE = 256
LEAST_ROWS = 4  # of a class in a table


@dataclass(frozen=True, eq=False)
class Dataset:
    """Objects x (n, *shape), and for each the index y (n,) int64 of its class among `labels`.

    Images are stored as uint8 (n, C, H, W); rows of a table as float32 (n, F) in their own units. `told` is what a
    person should know of how they were read, `source` where they lie, seen from where they were read: a folder
    or a file.

    `designs` (n,) int64, where it is known, says which objects are of one design; then a design is drawn first, and
    an object of it next, so that one of which there are many weighs no more than another. `ids` (n,) int64 says which
    objects of different classes belong together: the letters of one typeface have the same.
    """

    name: str
    labels: tuple[str, ...]
    x: Tensor
    y: Tensor
    form: Form
    told: tuple[str, ...] = ()
    source: str | None = None
    designs: Tensor | None = None
    ids: Tensor | None = None

    def __post_init__(self) -> None:
        if self.x.shape[1:] != self.form.shape or self.y.shape != self.x.shape[:1]:
            raise BranchedError(f"A data set has a class index for each of its {self.form.kind}; found "
                                f"{tuple(self.x.shape)} and {tuple(self.y.shape)}.")
        if any(known.shape != self.y.shape for known in self._beside.values()):
            raise BranchedError(f"A data set has a design and an id for each of its {self.form.kind}, or for none.")

    @classmethod
    def of_images(cls, name: str, labels: tuple[str, ...], x: Tensor, y: Tensor) -> Dataset:
        """A data set of uint8 images (n, C, H, W)."""
        if x.ndim != 4 or x.dtype != torch.uint8:
            raise BranchedError(f"A data set of images is uint8 (n, C, H, W); found {x.dtype} {tuple(x.shape)}.")
        return cls(name, labels, x, y, Images(tuple(x.shape[1:])))

    def __len__(self) -> int:
        return len(self.x)

    def __repr__(self) -> str:
        return f"Dataset({self.name!r}, {len(self)} {self.form.kind} {self.shape}, {len(self.labels)} classes)"

    @property
    def shape(self) -> tuple[int, ...]:
        """Of one object: (C, H, W), or (F,)."""
        return self.form.shape

    @property
    def identity(self) -> dict[str, Any]:
        """What must be the same of its data for a run to be resumed: name, number of objects, shape of one, and a
        checksum of all, for a folder of the same name may hold other pictures."""
        digest = hashlib.sha256(np.ascontiguousarray(self.x.numpy()))
        digest.update(self.y.numpy())
        for known in self._beside.values():
            digest.update(known.numpy())
        return {"name": self.name, self.form.kind: len(self), "shape": self.shape, "checksum": digest.hexdigest()[:16]}

    @property
    def facts(self) -> dict[str, Any]:
        """What a model that learnt from it keeps of it: the fields of `facts.Data`."""
        return {"name": self.name, "source": self.source, "count": len(self), "shape": tuple(self.shape),
                **self.form.facts(self.x)}

    @property
    def _beside(self) -> dict[str, Tensor]:
        """What else is known of every object, (n,) each."""
        return {name: known for name in ("designs", "ids") if (known := getattr(self, name)) is not None}

    @cached_property
    def _rows(self) -> dict[str, Tensor]:
        return {label: torch.nonzero(self.y == k).flatten() for k, label in enumerate(self.labels)}

    @cached_property
    def _objects(self) -> dict[str, Tensor]:
        return {label: self.x[rows] for label, rows in self._rows.items()}

    @cached_property
    def _designs(self) -> dict[str, tuple[Tensor, Tensor, Tensor]]:
        """Of each class its rows (n,), design after design; and of each design where it begins there, and how many rows
        it has, (D,) each."""
        ordered = {label: rows[self.designs[rows].argsort(stable=True)] for label, rows in self._rows.items()}
        counts = {label: self.designs[rows].unique(return_counts=True)[1] for label, rows in ordered.items()}
        return {label: (rows, counts[label].cumsum(0) - counts[label], counts[label])
                for label, rows in ordered.items()}

    def _check_label(self, label: str | int) -> str:
        return _checked(label, self.labels, self.name)

    def of(self, label: str | int) -> Tensor:
        """All objects of one class, as they are stored, (n, *shape). Shared, not to be written to."""
        return self._objects[self._check_label(label)]

    def only(self, labels: Sequence[str | int]) -> Dataset:
        """The part of the data that belongs to some classes, which keep the order of this data set."""
        if not labels:
            raise BranchedError("Name at least one class.")
        kept = [self.labels.index(label) for label in _chosen(labels, self.labels, self.name)]
        place = torch.full((len(self.labels),), -1)
        place[kept] = torch.arange(len(kept))
        y = place[self.y]
        known = {name: known[y >= 0] for name, known in self._beside.items()}
        return replace(self, labels=tuple(self.labels[k] for k in kept), x=self.x[y >= 0], y=y[y >= 0], **known)

    def together(self) -> tuple[Tensor, Tensor]:
        """The ids that every class has, ascending (n,), and of each class its objects of these ids, in their order:
        (N, n, *shape), as they are stored. Raises BranchedError where no ids are known, or a class has one twice."""
        if self.ids is None:
            raise BranchedError(f"Nobody knows which {self.form.kind} of {self.name} belong together.")
        rows = [self._rows[label] for label in self.labels]
        if any(len(self.ids[r].unique()) < len(r) for r in rows):
            raise BranchedError(f"A class of {self.name} has two {self.form.kind} of the same id.")
        shared, classes = self.ids.unique(return_counts=True)
        shared = shared[classes == len(self.labels)]
        places = [r[torch.isin(self.ids[r], shared)] for r in rows]
        return shared, torch.stack([self.x[place[self.ids[place].argsort()]] for place in places])

    def grouped(self, labels: Sequence[str], y: Tensor) -> Dataset:
        """The same objects in other classes: y (n,) their places among `labels`. Of its own classes nothing is left."""
        return replace(self, labels=tuple(labels), y=y)

    def draw(self, labels: Sequence[str | int], n: int, generator: torch.Generator) -> Tensor:
        """n random objects of the given classes in equal shares, shuffled, for the core: float32 (n, *shape).

        Within a class with replacement, by design where designs are known. Where n does not divide, the generator says
        who gets one more.
        """
        names = list(dict.fromkeys(self._check_label(label) for label in labels))
        if not names or any(len(self._rows[name]) == 0 for name in names):
            raise BranchedError(f"To draw {self.form.kind} takes at least one class, and at least one of them in each.")
        shares = torch.full((len(names),), n // len(names))
        shares[torch.randperm(len(names), generator=generator)[:n % len(names)]] += 1
        picks = torch.cat([self._picked(name, share, generator)
                           for name, share in zip(names, shares.tolist(), strict=True)])
        return self.form.scale(self.x[picks[torch.randperm(n, generator=generator)]])

    def _picked(self, label: str, n: int, generator: torch.Generator) -> Tensor:
        """Rows (n,) of a class at random, with replacement; a design first, where designs are known."""
        rows = self._rows[label]
        if self.designs is None:
            return rows[torch.randint(len(rows), (n,), generator=generator)]
        rows, first, counts = self._designs[label]
        design = torch.randint(len(counts), (n,), generator=generator)
        return rows[first[design] + torch.randint(1 << 40, (n,), generator=generator) % counts[design]]


def load(source: str = "mnist", split: str = "train", folder: str | os.PathLike | None = None,
         size: int | None = None, colour: bool = False, label: str | None = None, classed: bool = True,
         drop: Sequence[str] = (), skip_gaps: bool = False, classes: Sequence[str] = (), shows: str | None = None,
         crop: bool = False, form: Form | None = None) -> Dataset:
    """Load "mnist", "digits" (scikit-learn's, 8 x 8), "letters" (a table), "typefaces" (A to Z of open fonts), a folder
    with one sub-folder of images per class, or a CSV file with a column of classes; if they need not be `classed`, also
    a folder of images, or a CSV file of numbers: all are of one class.

    `folder` is where files of MNIST or the letters lie (else $BRANCHED_DATA, our cache, the network). `size` is the
    side of an image in pixels, a multiple of 4 (default: 28 for a folder, else as it is). `label` names the column of
    classes of a CSV file, where it is not plain; `drop` names columns to leave out, and `skip_gaps` leaves out rows in
    which a value is missing. `classes` names those that are wanted (default: all); what is amiss with others is not
    looked at. `shows` says what images show, "characters" or "pictures" (default: found); with `crop` those of a folder
    that are not square lose their sides, and are padded otherwise. A folder or file that is called like a known data
    set is read in its place. Rows of a CSV file for a model of this `form` are read as it knows them. Raises
    BranchedError with the reason.
    """
    if split not in SPLITS:
        raise BranchedError(f"The split is 'train' or 'test', not {split!r}.")
    if size is not None and (size % 4 or not 4 <= size <= MAX_SIZE):
        raise BranchedError(f"The size of images is a multiple of 4 from 4 to {MAX_SIZE}, not {size}.")
    path = named(source)
    if str(source) in KNOWN and not _is_data(path):
        data = _known(source, split, folder, size, colour)
        data = data.only(classes) if classes else data
        return replace(data, form=replace(data.form, shows=shows)) if shows else data
    if path.suffix.lower() in (".csv", ".tsv", ".data", ".txt") or path.is_file():
        known = form if isinstance(form, Table) else None
        found = reading.read(path, label, classed, drop, skip_gaps, known and known.known)
        return replace(_csv(path, split, found, classes, known), source=_told_again(path))
    images = Images((3 if colour else 1, size or 28, size or 28), shows=shows, crop=crop)
    data = replace(_image_folder(path, split, images, classed, classes), source=_told_again(path))
    if str(source) in KNOWN:
        data = replace(data, told=(f"{source} is the folder {path.resolve()}, not the known data set; that is read "
                                   "where there is no such folder.", *data.told))
    return data


def _told_again(path: Path) -> str | None:
    """A path as a model may tell it to everybody: not where somebody's home is."""
    return None if path.is_absolute() else path.as_posix()


def _is_data(path: Path) -> bool:
    """Whether a path that is called like a known data set is a file, or a folder with sub-folders."""
    return path.is_file() or path.is_dir() and bool(folders.found(path, "train").folders)


def _known(source: str, split: str, folder: str | os.PathLike | None, size: int | None, colour: bool) -> Dataset:
    if source == "letters":
        x, y = sources.letters(folder)
        found = reading.Read(sources.LETTER_FEATURES, x, y, "class", ((),) * x.shape[1])
        return _table(source, found, torch.arange(len(x)) >= sources.LETTERS_TRAINING, split)
    if source == "typefaces":
        return _typefaces(split, size, colour)
    x, y = sources.mnist(split, folder) if source == "mnist" else _digits(split)
    return Dataset.of_images(source, tuple(str(k) for k in range(10)), _fit(x, size, colour), y)


def _checked(label: str | int, labels: Sequence[str], name: str) -> str:
    """A label that is among those of the data of this name."""
    label = str(label)
    if label not in labels:
        raise BranchedError(f"There is no class {label!r} in {name}; it has {', '.join(labels)}.")
    return label


def _chosen(classes: Sequence[str | int], labels: Sequence[str], name: str) -> list[str]:
    """Of all labels those that are wanted, in their own order; all, if none is named."""
    wanted = {_checked(label, labels, name) for label in classes}
    return [label for label in labels if not wanted or label in wanted]


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


def _typefaces(split: str, size: int | None, colour: bool) -> Dataset:
    """The letters of all faces for one part, face after face; `ids` are places in `faces.read()`."""
    found = faces.read()
    kept = np.flatnonzero((found.fold == faces.TEST_FOLD) == (split == "test"))
    letters = len(faces.LETTERS)
    x = torch.from_numpy(found.x[kept].reshape(-1, *found.x.shape[2:]))
    data = Dataset.of_images("typefaces", tuple(faces.LETTERS), _fit(x, size, colour),
                             torch.arange(letters).repeat(len(kept)))
    designs, ids = (torch.from_numpy(of[kept]).repeat_interleave(letters)
                    for of in (found.designs, np.arange(len(found))))
    return replace(data, form=replace(data.form, shows=CHARACTERS), designs=designs, ids=ids)


def _tests(place: int) -> bool:
    """Whether an object of a class is kept for testing: the second of every six, so one of a class of two."""
    return place % 6 == 1


# -- a folder of images ----------------------------------------------------------------------------------------------

def _image_folder(root: Path, split: str, form: Images, classed: bool, classes: Sequence[str]) -> Dataset:
    found = _classes(root, split, classed)
    labels = _chosen(classes, sorted(found.folders, key=natural_order), root.name)
    least = folders.LEAST[split] if found.split else folders.LEAST[None]
    taken = (lambda _: True) if found.split else lambda place: _tests(place) == (split == "test")
    paths = {label: folders.pictures(found.folders[label], label, taken, least) for label in labels}
    channels, side, _ = form.shape
    name = root.resolve().name
    return Dataset(f"./{name}" if name in KNOWN else name, tuple(labels),
                   *folders.read(paths, side, channels == 3, form.crop), form, found.told)


def _classes(root: Path, split: str, classed: bool) -> folders.Classes:
    """The folder of each class: the sub-folders of one, or itself where there are none and classes are not needed."""
    if not root.is_dir():
        raise BranchedError(f"There is no data set or folder {str(root)!r}; "
                            "give 'mnist', 'digits', 'letters', 'typefaces', a folder with one sub-folder of "
                            "images per class, or a CSV file.")
    found = folders.found(root, split)
    if classed and not found.folders:
        raise BranchedError(f"{root} has no sub-folders; it needs one sub-folder of images per class (only grow "
                            "and what builds on its clusters take a folder without).")
    return found if found.folders else folders.Classes({reading.ALL: root})


# -- tables ----------------------------------------------------------------------------------------------------------

def _csv(path: Path, split: str, found: reading.Read, classes: Sequence[str], form: Table | None) -> Dataset:
    x, y = found.x, found.y
    labels = _chosen(classes, sorted(set(y), key=natural_order), path.stem)
    if classes:
        kept = [k for k, name in enumerate(y) if name in labels]
        x, y = x[kept], [y[k] for k in kept]
    seen: dict[str, int] = {}
    test = []
    for name in y:
        test.append(_tests(seen.get(name, 0)))
        seen[name] = seen.get(name, 0) + 1
    few = min(seen, key=seen.get)
    if seen[few] < LEAST_ROWS:
        others = " ".join(label for label in labels if seen[label] >= LEAST_ROWS)
        choice = f"Choose others (--classes {others:.200}), or name" if others else "Name"
        raise BranchedError(f"The class {few!r:.40} in {path} has {seen[few]} row{'s' * (seen[few] > 1)}; every class "
                            f"needs at least {LEAST_ROWS}. {choice} the column of classes by --label.")
    return _table(path.stem, found._replace(x=x, y=y), torch.tensor(test), split, form)


def _table(name: str, found: reading.Read, test: Tensor, split: str, form: Table | None = None) -> Dataset:
    """One part of a table. Its form, if none is given, is what the rows for training tell, in both parts; levels are
    those of all."""
    labels = tuple(sorted(set(found.y), key=natural_order))
    numbers = {label: k for k, label in enumerate(labels)}
    part = test if split == "test" else ~test
    form = form or Table.of(found.features, found.x[~test], reading.levels_of(found), found.label)
    return Dataset(name, labels, form.spread(found.x[part]), torch.tensor([numbers[label] for label in found.y])[part],
                   form)

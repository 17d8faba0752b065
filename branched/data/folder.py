"""A folder of pictures, a sub-folder for each class: what in it counts, and which of it is for testing."""
from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ..errors import BranchedError
from ..files import visible
from ..names import natural_order
from ..photos.decode import squared

LEAST = {"train": 2, "test": 1, None: 3}  # pictures of a class, in a part or (None) in all: likeness takes two
SPLIT = {"train": ("train", "training"), "test": ("test", "testing", "val", "valid", "validation")}
Part = Callable[[int], bool]  # whether the picture at a place of its class is taken


@dataclass(frozen=True)
class Classes:
    """The folder of each class. `split` says that these hold one part of the data alone, as they were published;
    `told` what a person should know of all that."""

    folders: Mapping[str, Path]
    split: bool = False
    told: tuple[str, ...] = field(default=())


def found(root: Path, split: str) -> Classes:
    """The folder of each class for training, or for testing; none, where there are no sub-folders.

    Sub-folders called train and val (or test, ...) are taken as the split that they are, if there are folders in them;
    a single sub-folder that holds folders alone is looked into.
    """
    inside = _folders(root)
    parts = {part: folder for part, names in SPLIT.items() for name in reversed(names)
             for folder in inside.values() if folder.name.lower() == name and _folders(folder)}
    if "train" in parts and {name.lower() for name in inside} <= {name for names in SPLIT.values() for name in names}:
        if "test" not in parts:
            return Classes(_folders(parts["train"]), told=(f"The classes are the sub-folders of {parts['train']}.",))
        told = (f"{parts['train']} is taken for training, {parts['test']} for testing.",)
        return Classes(_folders(parts[split]), True, told)
    if len(inside) == 1 and (below := _folders(only := next(iter(inside.values())))) and not _files(only):
        return Classes(below, told=(f"The classes are the sub-folders of {only}.",))
    return Classes(inside)


def pictures(folder: Path, label: str, taken: Part, least: int) -> list[Path]:
    """The picture files of a class that are taken. Raises BranchedError if there are fewer than `least` in all."""
    files = visible(folder)
    if len(files) < least:
        raise BranchedError(f"The class {label!r} in {folder.parent} has {len(files)} images; at least {least} are "
                            "needed.")
    if nested := next((path for path in files if path.is_dir()), None):
        raise BranchedError(f"{nested} is a folder inside the class {label!r}, where pictures are expected. Name the "
                            "folder whose sub-folders are the classes, or move the pictures up.")
    return [path for place, path in enumerate(files) if taken(place)]


def read(paths: Mapping[str, Sequence[Path]], size: int, colour: bool, crop: bool) -> tuple[Tensor, Tensor]:
    """Pictures (n, C, size, size) uint8 of all classes, and the place (n,) of the class of each. Raises BranchedError
    with the name of the file that will not do."""
    x = torch.from_numpy(np.stack([_read(path, size, colour, crop) for files in paths.values() for path in files]))
    y = torch.tensor([k for k, files in enumerate(paths.values()) for _ in files])
    return x.permute(0, 3, 1, 2).contiguous() if colour else x[:, None], y                   # (n, C, H, W)


def _read(path: Path, size: int, colour: bool, crop: bool) -> np.ndarray:
    try:
        return squared(path, size, colour, crop)
    except BranchedError as error:
        raise BranchedError(str(error) if str(path) in str(error) else f"{path}: {error}") from None


def _folders(root: Path) -> dict[str, Path]:
    return {path.name: path for path in sorted(visible(root), key=lambda path: natural_order(path.name))
            if path.is_dir()}


def _files(root: Path) -> list[Path]:
    return [path for path in visible(root) if path.is_file()]

"""Typefaces: the capitals A to Z of 1,071 open faces as pictures of 28 x 28, and what is known of each face.

They are shipped (branched/data/typefaces/, with sources and licences); experiments/typefaces.py renders them. Faces
that share a design (Regular and Bold, two families of one kin) are in one group, and a group is in one fold: so a
network that is measured on a fold has seen nothing like it.
"""
from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from string import ascii_uppercase
from zipfile import BadZipFile

import numpy as np

from ..errors import BranchedError

SHIPPED = Path(__file__).with_name("typefaces") / "typefaces.npz"
LETTERS = ascii_uppercase
TEST_FOLD = 0  # of five; its groups are never seen in training, discovery or tuning


@dataclass(frozen=True, eq=False)
class Faces:
    """Pictures x (n, 26, 28, 28) uint8, white on black, of n faces; and of each face (n,): its family, by `names` and
    by the `ids` of packages, `style` ("normal", "italic"), `weight` (100 to 900), `category`, `licence`, `group`, and
    `fold` (0 to 4)."""

    x: np.ndarray
    names: np.ndarray
    ids: np.ndarray
    style: np.ndarray
    weight: np.ndarray
    category: np.ndarray
    licence: np.ndarray
    group: np.ndarray
    fold: np.ndarray

    def __post_init__(self) -> None:
        n = len(self.x)
        if self.x.shape[1:] != (len(LETTERS), 28, 28) or self.x.dtype != np.uint8:
            raise BranchedError(f"Typefaces are uint8 (n, 26, 28, 28); found {self.x.dtype} {self.x.shape}.")
        if any(of.shape != (n,) for name, of in vars(self).items() if name != "x"):
            raise BranchedError("Of every typeface all is told: its name, style, weight, licence, group and fold.")
        if len({*zip(self.group.tolist(), self.fold.tolist(), strict=True)}) > len(np.unique(self.group)):
            raise BranchedError("Typefaces of one group are in one fold: none may be tested by what it learnt from.")

    def __len__(self) -> int:
        return len(self.x)

    @cached_property
    def designs(self) -> np.ndarray:
        """The place (n,) int64 of each face's group among all groups in the order of their names."""
        return np.unique(self.group, return_inverse=True)[1].astype(np.int64)


@lru_cache(maxsize=1)
def read(path: Path = SHIPPED) -> Faces:
    """The faces of a file; nobody may write to them. Raises BranchedError with the reason."""
    try:
        with np.load(path, allow_pickle=False) as file:
            return Faces(**{name: file[name] for name in Faces.__dataclass_fields__})
    except (OSError, KeyError, ValueError, BadZipFile) as error:
        raise BranchedError(f"{path} holds no typefaces ({error}). Get it anew.") from None

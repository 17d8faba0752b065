"""What the core needs to know of a kind of data. Inside, an object is a float tensor of some `shape`; what it is
outside (a picture, a row of a table) only its form knows. `images.Images` and `table.Table` are the two that there
are."""
from abc import ABC, abstractmethod
from typing import Any

import numpy as np
import torch
from torch import Tensor


class Form(ABC):
    """How objects look outside, and how they become tensors (B, *shape) of about unit size and turn back."""

    kind: str                 # what several of them are called: "images" or "rows"
    shape: tuple[int, ...]    # of one object inside the core

    @abstractmethod
    def to_core(self, given: Any) -> Tensor:
        """What a user gives, as float32 (B, *shape). Raises BranchedError with what is wrong with it."""

    @abstractmethod
    def from_core(self, x: Tensor) -> np.ndarray:
        """Tensors (..., *shape) as a user gets them, float32."""

    @abstractmethod
    def shown(self, stored: Tensor) -> np.ndarray:
        """What a data set stores, (n, *shape), as a user gets it."""

    @abstractmethod
    def scale(self, stored: Tensor) -> Tensor:
        """What a data set stores, (n, *shape), as float32 of the same shape for the core."""

    @abstractmethod
    def store(self, x: Tensor) -> Tensor:
        """The inverse of `scale`."""

    @abstractmethod
    def clamp(self, x: Tensor) -> Tensor:
        """Estimates of clean objects, kept within the range of the data."""

    @abstractmethod
    def varied(self, stored: Tensor, strength: float, generator: torch.Generator) -> Tensor:
        """As many objects (n, *shape) like the given ones, to learn much from few; more unlike them up to strength
        1."""

    @abstractmethod
    def objection(self, x: Tensor) -> str:
        """What speaks against learning from objects (n, *shape), in a sentence; "" if nothing does."""

    def facts(self, stored: Tensor) -> dict[str, Any]:
        """What a model trained on these objects should remember of them."""
        return {}


class Made:
    """Results hold what was made in `made`; it goes by the name of its `kind`: `.images`, or `.rows` of a table."""

    made: np.ndarray
    kind: str

    @property
    def images(self) -> np.ndarray:
        return self._of("images")

    @property
    def rows(self) -> np.ndarray:
        return self._of("rows")

    def _of(self, kind: str) -> np.ndarray:
        if kind != self.kind:
            raise AttributeError(f"This model makes {self.kind}, not {kind}.")
        return self.made

"""What the library needs to know of a form of data, and all that belongs to one.

Inside, an object is a float tensor of some `shape`; what it is outside (a picture, a row of a table) only its form
knows: how it is read, written and prepared, what it is called, and which network learns it. `images.Images` and
`table.Table` are shipped; `forms.FORMS` has a row for each.
"""
from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import torch
from torch import Tensor

from ..errors import BranchedError
from ..facts import Data
from ..networks.base import NetworkConfig

if TYPE_CHECKING:
    from ..photos.photo import Figure  # brings SciPy along, for which loading need not wait

Blocks = Sequence[tuple[dict[str, str], np.ndarray]]  # objects (n, ...) each, with what is said of all of them


class Formed:
    """What has a form can be asked how its objects look outside."""

    form: Form

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of one object outside: (H, W), (H, W, 3), or (F,)."""
        return self.form.outside_shape

    @property
    def features(self) -> tuple[str, ...]:
        """The names of the columns of a table; none of images."""
        return self.form.features

    def prepare(self, picture: Any) -> np.ndarray:
        """A picture file (bytes or a path), an image or an array, as this model sees it: float32 (H, W) or (H, W, 3).

        A character is found in a photo, scan or drawing, scaled and centred. Raises BranchedError if there is none.
        """
        return self.form.prepare(picture)

    def figures(self, picture: Any, crop: tuple[float, float, float, float] | None = None) -> tuple[Figure, ...]:
        """All that may be meant in a picture, or in the part `crop` of it: (left, top, right, bottom) in shares of its
        sides. Each is as `prepare` would give it, with its place. Raises BranchedError if there is none."""
        return self.form.figures(picture, crop)


class Form(ABC):
    """How objects look outside, and how they become tensors (B, *shape) of about unit size and turn back.

    Forms are frozen dataclasses, saved with the model.
    """

    kind: ClassVar[str]                         # what results call several of them: "images", "rows"
    one: ClassVar[str]                          # what a person calls one: "picture", "row"
    many: ClassVar[str]                         # ... and several
    suffix: ClassVar[str]                       # of files that they are written to
    config: ClassVar[type[NetworkConfig]]       # of the network that learns them
    sizes: ClassVar[tuple[str, ...]]            # of that network, which a user may choose
    shape: tuple[int, ...]                      # of one object inside the core
    features: tuple[str, ...]                   # names of the parts of an object; () where they have none

    @property
    def outside_shape(self) -> tuple[int, ...]:
        """Of one object as a user gets it."""
        return self.shape

    # -- between outside and inside ------------------------------------------------------------------------------------

    @abstractmethod
    def to_core(self, objects: Any) -> Tensor:
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

    # -- learning ------------------------------------------------------------------------------------------------------

    def network(self, **sizes: Any) -> NetworkConfig:
        """The network for these objects, in the given sizes. Raises BranchedError for one that it lacks."""
        if foreign := sizes.keys() - set(self.sizes):
            raise BranchedError(f"--{min(foreign)} is not an option of the network for {self.kind}.")
        return self.config(self.shape, **sizes)

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

    # -- files ---------------------------------------------------------------------------------------------------------

    def prepare(self, source: Any) -> np.ndarray:
        """A file from anywhere, as one object that a model takes. Raises BranchedError where that makes no sense."""
        raise BranchedError(f"This model takes {self.many}; nothing can be prepared for it.")

    def figures(self, source: Any, crop: tuple[float, float, float, float] | None = None) -> tuple[Figure, ...]:
        """All that may be meant in a picture. Raises BranchedError where that makes no sense."""
        raise BranchedError(f"This model takes {self.many}; no figure can be found for it.")

    @abstractmethod
    def read(self, paths: Sequence[Path], label: str = "") -> np.ndarray:
        """Files as objects (B, ...): those of a class, where the files name classes. The one that will not do is named
        in a BranchedError."""

    @abstractmethod
    def write(self, path: Path, blocks: Blocks) -> None:
        """Write objects, block after block, so that a person can look at them."""

    def rounded(self, objects: Any) -> np.ndarray:
        """Objects with every value on its own grid, where values have one."""
        raise BranchedError(f"This model makes {self.kind}; only rows of a table are rounded.")

    def saved(self) -> dict[str, Any]:
        """The form as a model's file keeps it; `**saved` makes it anew."""
        return asdict(self)

    def remembering(self, data: Data) -> Form:
        """This form with what it needs of the facts about the data that a model was trained on."""
        return self

"""What a model's file says of sizes, names and numbers, looked at before it is believed: a few bytes may claim a
network that fills the memory, or a picture that has no end."""
from __future__ import annotations

import dataclasses
import math
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

import msgspec
import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

from .errors import BranchedError

T = TypeVar("T")
MOST_NAMES, LONGEST = 1_000, 200  # classes or features of a model, and letters of a name
MOST_NUMBERS = 1 << 18            # of one object: 512 x 512 pixels
SPARE = 1 << 20                   # numbers that building may make beside the network's own
MAKERS = {torch.empty, torch.zeros, torch.ones, torch.full, torch.rand, torch.randn, torch.arange, torch.linspace}
UNSEEN = ("Cc", "Cs", "Zl", "Zp")  # Unicode's categories of what steers a screen, or is no character


class Within(TorchFunctionMode):
    """Inside, no more numbers are made than some tensors hold: so a network is never larger than what its file has of
    it, whatever sizes that speaks of. Raises BranchedError before the memory is asked for."""

    def __init__(self, tensors: Iterable[Tensor]) -> None:
        super().__init__()
        self.left = SPARE + sum(tensor.numel() for tensor in tensors)

    def __torch_function__(self, function: Any, types: Any, args: tuple = (), kwargs: Any = None) -> Any:
        if function in MAKERS:
            self.left -= _asked(args)
            if self.left < 0:
                raise BranchedError("its network is larger than what the file holds of it")
        return function(*args, **(kwargs or {}))


def _asked(args: tuple) -> int:
    """How many numbers a tensor is to have, from its sizes; at least one, so that nothing can be made without end."""
    sizes = args[0] if args and isinstance(args[0], (tuple, list)) else args
    return max(1, math.prod(size for size in sizes if isinstance(size, int)))


def record(kind: type[T], stored: Mapping[str, Any]) -> T:
    """A dataclass from JSON, whose fields are of their types and whose numbers are finite. Raises BranchedError."""
    try:
        msgspec.convert(stored, kind)
    except msgspec.ValidationError as error:
        raise BranchedError(f"{kind.__name__}: {error}") from None
    made = kind(**stored)
    if any(not _is_sound(getattr(made, field.name)) for field in dataclasses.fields(made)):
        raise BranchedError(f"{kind.__name__} has numbers that are not finite, or too many of them")
    return made


def _is_sound(value: Any) -> bool:
    if isinstance(value, tuple):
        return len(value) <= MOST_NUMBERS and all(map(_is_sound, value))
    return not isinstance(value, float) or math.isfinite(value)


def shape(stored: Iterable[int]) -> tuple[int, ...]:
    """The shape of an object: whole numbers above 0, and no more of them in all than anybody draws."""
    sizes = tuple(stored)
    if not all(type(size) is int and size > 0 for size in sizes) or not 0 < math.prod(sizes) <= MOST_NUMBERS:
        raise BranchedError(f"an object's shape is of whole numbers, {MOST_NUMBERS:,} numbers in all at most; not "
                            f"{sizes!r:.80}")
    return sizes


def names(stored: Iterable[str], what: str = "class") -> tuple[str, ...]:
    """Names of classes or features: so many, and so long, that a screen has room for them; and all that they hold is
    seen. Raises BranchedError."""
    found = tuple(stored)
    if len(found) > MOST_NAMES:
        raise BranchedError(f"There are {len(found):,} names of a {what}; {MOST_NAMES:,} are the most.")
    for name in found:
        if not isinstance(name, str) or len(name) > LONGEST:
            raise BranchedError(f"The name of a {what} is a text of at most {LONGEST} letters, not {name!r:.40}.")
        if any(unicodedata.category(letter) in UNSEEN for letter in name):
            raise BranchedError(f"The name of a {what} has a letter that cannot be shown: {name!r:.80}.")
    return found

"""How small and how large a number on the command line may be: looked at before anything is done, for all commands.

What a command's own record refuses beyond that, it says itself.
"""
from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

from ..errors import BranchedError

MANY, SEEDS, SHARE, PASSES = (1, 10**9), (0, 2**63 - 1), (0, 1), (0, 10**6)
EDGES: dict[str, tuple[float, float]] = {
    **dict.fromkeys(("seed", "try_seed", "curve_seed"), SEEDS),
    **dict.fromkeys(("n", "try_n", "curve_n", "condition_n", "transmuted", "classified", "steps", "every", "samples",
                     "batch", "refresh", "repeats"), MANY),
    **dict.fromkeys(("warmup", "middle_every"), (0, MANY[1])),
    **dict.fromkeys(("raise_branch_points", "margin", "time", "least", "drop", "decay", "ema", "bridge", "partial",
                     "minimum_time", "minimum_length"), SHARE),
    **dict.fromkeys(("contrast", "root", "split", "middle", "final", "view", "likeness", "information", "decisions",
                     "epsilon", "smoothing", "clip", "guidance"), PASSES),
    "size": (4, 256), "times": (2, 100_000), "pairs": (1, 100_000), "learning_rate": (0, 10), "leaves": (2, 1_000),
    "depth": (1, 64), "channels": (1, 65_536), "width": (1, 65_536), "rank": (1, 65_536), "blocks": (1, 1_000),
    "replicas": (1, 1_024), "threads": (1, 1_024)}
CALLED = {"drop": "untold"}  # options that are called otherwise than their fields


def checked(request: Any) -> Any:
    """The record of a command as it is. Raises BranchedError for a number beyond its edges, by the option's name."""
    for name, value in numbers(request):
        low, high = EDGES[name]
        if not low <= value <= high:
            kind = "a whole number" if isinstance(value, int) else "a number"
            raise BranchedError(f"--{CALLED.get(name, name).replace('_', '-')} is {kind} from {low:,} to {high:,}, not "
                                f"{value!r:.40}.")
    return request


def numbers(record: Any) -> Iterator[tuple[str, float]]:
    """All numbers of a record and of its parts, by their fields' names."""
    for field in dataclasses.fields(record):
        value = getattr(record, field.name)
        if dataclasses.is_dataclass(value):
            yield from numbers(value)
        for one in value if isinstance(value, tuple) else (value,):
            if isinstance(one, (int, float)) and not isinstance(one, bool):
                yield field.name, one

"""What suits the data: the settings that hold where nobody asks for others. With many objects they are the usual ones.

How far curves can be trusted was measured on MNIST, with six random parts of the digits for each number of pictures:
the time at which two classes meet varies by a standard deviation of 0.026 with 16 pictures of each, 0.013 with 40,
0.009 with 100 and 0.005 with 300: by about 0.1 over the square root. And the earliest meeting of all is earlier by
chance: with 16 pictures one tree of six had a branch point at 0.18, where 3,000 pictures have none below 0.34.
"""
from __future__ import annotations

import math
from typing import Any

from ..data.dataset import Dataset
from .rule import Rule
from .tree import ClassTree

FEW, MANY = 1_000, 10_000     # objects: below, a smaller network will do; from there on, the usual steps are taken
USUAL, LEAST = 14_000, 2_000  # steps
ROWS = {"images": (2, 512), "rows": (24, 1024)}  # of a batch: for each branch, and at most
CLOSE, CLOSEST = 0.2, 0.05    # two standard deviations, times the square root of a class's objects; and the most of it
EARLY, EARLIEST = 3.0, 0.3    # the same of the lowest branch point


def rule(data: Dataset, samples: int, epsilon: float, smoothing: float, minimum_time: float | None,
         minimum_length: float | None) -> Rule:
    """The rule for discovery in some data; a minimum that is not given is as large as chance is with so few objects."""
    root = math.sqrt(max(1, min(samples, *(len(data.of(label)) for label in data.labels))))
    return Rule(epsilon, smoothing,
                round(min(EARLIEST, EARLY / root), 3) if minimum_time is None else minimum_time,
                round(min(CLOSEST, CLOSE / root), 4) if minimum_length is None else minimum_length)


def training(data: Dataset, tree: ClassTree) -> dict[str, int]:
    """Steps, batch and pairs: by the number of objects, and of branches, of which each has its rows in a batch."""
    few = len(data) < FEW
    steps = max(LEAST, min(USUAL, round(USUAL * math.sqrt(len(data) / MANY), -2)))
    each, most = ROWS[data.form.kind]
    wanted = 32 * math.ceil(each * len(tree.branches) / 32)
    return {"steps": int(steps), "batch": max(64 if few else 128, min(wanted, most)), "pairs": 256 if few else 1024}


def network(data: Dataset) -> dict[str, Any]:
    """Sizes of the network, by the number of objects; none, where the network's own are right."""
    if len(data) >= FEW:
        return {}
    return {"channels": (32, 64), "rank": 16} if data.form.kind == "images" else {"width": 64}

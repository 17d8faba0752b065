"""What the page "Without labels" asks of models: objects of every leaf, and what the leaves below a node share."""
from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

import numpy as np

from branched import Sampling

from ..serve.request import Request


@dataclass(frozen=True)
class Drawn:
    """Objects of some leaves, (leaves, n, ...), and how probable the leaf was for the root of each, (leaves, n); None
    where nothing is known of that."""

    made: np.ndarray
    probabilities: np.ndarray | None


@dataclass(frozen=True)
class Decode(Request[Drawn]):
    """n objects of every leaf by the tree's own decoders."""

    n: int
    seed: int

    def work(self, model: Any) -> Generator[float, None, Drawn]:
        yield 0.0
        decoded = model.decode(n=self.n, seed=self.seed)
        return Drawn(decoded.made, decoded.probabilities)


@dataclass(frozen=True)
class Draw(Request[Drawn]):
    """Objects of some leaves, by diffusion. Yields the frames of `model.sampling`."""

    groups: tuple[str, ...]
    sampling: Sampling

    def work(self, model: Any) -> Generator[Any, None, Drawn]:
        for frame in model.sampling(self.groups, sampling=self.sampling):
            yield frame
        return Drawn(frame.result.made, getattr(frame.result, "probabilities", None))


@dataclass(frozen=True)
class Shared:
    """What leaves below a node have in common: pictures from the way down to there alone, (n, H, W[, 3]); and one start
    at the node, finished anew n times in each of its leaves, (leaves below, n, H, W[, 3])."""

    inner: np.ndarray
    below: np.ndarray


@dataclass(frozen=True)
class Share(Request[Shared]):
    """What the leaves below an inner node share, by diffusion. Yields how far it is."""

    node: int
    n: int
    steps: int
    seed: int

    def work(self, model: Any) -> Generator[float, None, Shared]:
        yield 0.0
        inner = model.inner(self.node, n=self.n, steps=self.steps, seed=self.seed)
        yield 0.2
        return Shared(inner, model.below(self.node, n=self.n, steps=self.steps, seed=self.seed))

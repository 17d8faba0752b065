"""What the page "Without labels" asks of models: objects of leaves and inner nodes; a picture's way; paths."""
from __future__ import annotations

from collections.abc import Generator, Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from branched import Frame, Sampling

from ..serve.request import Numbers, Request


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
class Inner(Request[np.ndarray]):
    """n pictures (n, H, W[, 3]) of what the leaves below an inner node share, by diffusion. Yields what there is so
    far, (1, n, ...)."""

    node: int
    n: int
    steps: int
    seed: int

    def work(self, model: Any) -> Generator[np.ndarray, None, np.ndarray]:
        return (yield from waves(model.inner_frames(self.node, n=self.n, steps=self.steps, seed=self.seed)))[0]


@dataclass(frozen=True)
class Below(Request[np.ndarray]):
    """n pictures of every leaf below an inner node, (leaves below, n, H, W[, 3]), which all have the same path as far
    as that node, and below it each its own. Yields what there is so far."""

    node: int
    n: int
    steps: int
    seed: int

    def work(self, model: Any) -> Generator[np.ndarray, None, np.ndarray]:
        return (yield from waves(model.below_frames(self.node, n=self.n, steps=self.steps, seed=self.seed)))


def waves(frames: Iterable[Frame]) -> Generator[np.ndarray, None, np.ndarray]:
    """Pictures (N, n, H, W[, 3]) while they are drawn: the best guesses; then what was drawn."""
    for frame in frames:
        if frame.result is not None:
            return frame.result.made
        yield frame.denoised
    raise ValueError("the last frame has the samples")


# -- a picture on its way ----------------------------------------------------------------------------------------------

@dataclass(frozen=True)
class Routed:
    """How probably a picture comes to each node, by its id, and to each leaf (leaves,)."""

    reached: dict[int, float]
    probabilities: np.ndarray


@dataclass(frozen=True)
class Route(Request[Routed]):
    """The way of a picture (H, W[, 3]) in [0, 1] through the tree."""

    picture: Numbers
    private: bool = False

    def work(self, model: Any) -> Generator[float, None, Routed]:
        yield 0.0
        x = self.picture.array[None]
        reached = {node: float(p[0]) for node, p in model.reached(x).items()}
        outline = model.outline()
        return Routed(reached, np.array([reached[outline.leaf(group).id] for group in outline.groups]))


@dataclass(frozen=True)
class Rebuild(Request[np.ndarray]):
    """What becomes of a picture on its way to the most probable leaf and back, (H, W[, 3]), `by` "decoder" or
    "diffusion"."""

    picture: Numbers
    by: str
    steps: int
    seed: int
    private: bool = False

    def work(self, model: Any) -> Generator[float, None, np.ndarray]:
        yield 0.0
        return model.reconstruct(self.picture.array[None], steps=self.steps, seed=self.seed, by=self.by)[0]


@dataclass(frozen=True)
class Redrawn:
    """A picture (H, W[, 3]) drawn anew, and the class that the model takes the given one for."""

    image: np.ndarray
    taken_for: str


@dataclass(frozen=True)
class Redraw(Request[Redrawn]):
    """By a class tree: a picture, covered with noise up to where a class parts from the others, and drawn anew."""

    picture: Numbers
    label: str
    sampling: Sampling
    private: bool = False

    def work(self, model: Any) -> Generator[float, None, Redrawn]:
        yield 0.0
        x = self.picture.array[None]
        [taken_for] = model.classify(x)
        yield 0.5
        turn = model.outline().leaf(self.label).high
        turned = model.transmute(x, self.label, self.label, turn, sampling=self.sampling)
        return Redrawn(turned.images[0], str(taken_for))


# -- paths -------------------------------------------------------------------------------------------------------------

@dataclass(frozen=True)
class Roots:
    """A few roots, each sent into every leaf: pictures (leaves, n, H, W[, 3]) by the decoders, and drawn by diffusion,
    if there is such a model; and how probable each leaf was, (leaves, n)."""

    decoded: np.ndarray
    drawn: np.ndarray | None
    probabilities: np.ndarray


@dataclass(frozen=True)
class Rooted(Request[Roots]):
    """n roots, all leaves from each with the same noise. Yields what there is so far; at first what the decoders paint,
    and black where diffusion has not begun."""

    n: int
    steps: int
    seed: int
    diffusion: bool

    def work(self, model: Any) -> Generator[Roots, None, Roots]:
        decoded = model.decode(n=self.n, seed=self.seed, roots="shared")
        drawn = np.zeros_like(decoded.images) if self.diffusion else None
        yield (found := Roots(decoded.images, drawn, decoded.probabilities))
        if self.diffusion:
            for frame in model.sampling(sampling=model.usual(self.n, self.steps, self.seed), roots="shared"):
                found = replace(found, drawn=frame.denoised if frame.result is None else frame.result.images)
                yield found
        return found


@dataclass(frozen=True)
class Swaps:
    """Pictures (levels, n, H, W[, 3]): in row k the draw of level k is exchanged; the first of each row is the same."""

    images: np.ndarray


@dataclass(frozen=True)
class Swapped(Request[Swaps]):
    """The path to a leaf of so many levels, each of which is exchanged in turn. Yields the rows so far, and black ones
    for those to come."""

    group: str
    levels: int
    n: int
    steps: int
    seed: int

    def work(self, model: Any) -> Generator[Swaps, None, Swaps]:
        images = np.zeros((self.levels, self.n, *model.shape), np.float32)
        for depth in range(self.levels):
            yield Swaps(images.copy())
            images[depth] = model.swap(self.group, depth, n=self.n, steps=self.steps, seed=self.seed)
        return Swaps(images)

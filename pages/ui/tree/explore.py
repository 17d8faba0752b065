"""What the tree page shows for one draw number: one walk down the whole tree, and what it was at every node."""
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go

from branched import Branch, BranchedModel, ClassTree

from ..figures.standing_tree import figure, graph
from ..frame import link, words
from ..frame.visitor import remembered
from ..parts.film import Frame
from ..parts.pictures import Row, hybrids, strip
from ..parts.pictures import sheet as as_html
from ..parts.reels import latest
from ..serve import queue

COLUMNS = 8
MOMENTS = 50  # of the film in which noise goes down the tree


@dataclass(frozen=True)
class Tour:
    """One walk for all classes: finished pictures (n, H, W) of each, and at each branch point what is still shared.

    `falling` is the film of the first picture on its way down the tree: pictures, and frames that say where each is.
    """

    finished: dict[str, np.ndarray]
    noisy: dict[int, np.ndarray]
    guesses: dict[int, np.ndarray]
    falling: tuple[np.ndarray, list[Frame]]


def settings(tree: ClassTree) -> tuple[link.Setting, ...]:
    """What the tree page's link says."""
    return (link.choice("node", in_order(tree), default(tree)), link.whole("seed", 0, 9999, 0),
            link.switch("pictures", True))


def tour(name: str, model: BranchedModel, seed: int, show: Callable[[Any], None] | None = None) -> Tour:
    """The walk of a draw number: one for all visitors. `show` sees it come about, as frames of `model.sampling`."""
    return queue.work(("tour", name, seed), lambda: _tour(model, seed), show)


def is_known(name: str, seed: int) -> bool:
    """Whether the tour of a draw number is there already."""
    return queue.is_kept(("tour", name, seed))


def _tour(model: BranchedModel, seed: int) -> Generator[Any, None, Tour]:
    waves = []
    for frame in model.sampling(n=COLUMNS, seed=seed, hybrids=True):
        waves.append((frame.times, frame.noisy[:, 0]))
        yield frame
    made = frame.result
    return Tour(dict(zip(made.labels, made.images, strict=True)), {key: own.noisy for key, own in made.hybrids.items()},
                {key: own.denoised for key, own in made.hybrids.items()}, falling(model.tree, waves))


def default(tree: ClassTree) -> int:
    """The node shown at first: the last branch point on the way to data, where the classes are most alike."""
    return (tree.branch_points or tree.branches)[-1].id


def in_order(tree: ClassTree) -> list[int]:
    """All nodes: branch points from noise to data, then the leaves from left to right."""
    nodes = graph(tree).nodes
    return sorted(nodes, key=lambda n: (nodes[n]["leaf"], -nodes[n]["t"], nodes[n]["x"]))


def thumbnails(tree: ClassTree, found: Tour) -> dict[int, np.ndarray]:
    """A picture for every node: the hybrid at a branch point, the finished one at a leaf; all from the same noise."""
    return {branch.id: found.finished[branch.classes[0]][0] if branch.is_leaf else found.guesses[branch.id][0]
            for branch in tree.branches}


@remembered(256)
def tree_figure(name: str, seed: int, node: int, dark: bool, pictures: bool, _tree: ClassTree,
                _tour: Tour) -> go.Figure:
    """The tree with one node chosen. Never change what this returns: all visitors share it."""
    return figure(_tree, node, thumbnails(_tree, _tour) if pictures else None, dark)


@remembered(512)
def sheet(name: str, seed: int, node: int, _tree: ClassTree, _tour: Tour) -> str:
    """What there is to see at a node, as HTML."""
    return as_html(rows(_tree, _tree[node], _tour))


def rows(tree: ClassTree, branch: Branch, found: Tour) -> list[Row]:
    """What there is to see at a node: hybrids and what becomes of them, or the way to a class."""
    return _way(tree, branch, found) if branch.is_leaf else _hybrids(tree, branch, found)


def _way(tree: ClassTree, leaf: Branch, found: Tour) -> list[Row]:
    """The pictures of a class, and above them what each of them was where other classes left."""
    [label] = leaf.classes
    path = tree.path(label)
    return [
        *(Row(words.at(above.t_low), words.leaving(above, below),
              strip(found.guesses[above.id]), f"The model's best guesses at t = {above.t_low:.2f}")
          for above, below in zip(path, path[1:], strict=False)),
        Row(f"Finished: {label}", "t = 0", strip(found.finished[label]), f"{COLUMNS} finished pictures of {label}"),
    ]


def _hybrids(tree: ClassTree, branch: Branch, found: Tour) -> list[Row]:
    endings = {label: found.finished[label] for child in tree.children(branch) for label in child.classes}
    return hybrids(words.listed(branch.classes), found.noisy[branch.id], found.guesses[branch.id], endings)


def falling(tree: ClassTree, waves: Sequence[tuple[Sequence[float], np.ndarray]]) -> tuple[np.ndarray, list[Frame]]:
    """A film of pictures that go down the tree, from `waves`: times (N,) of all classes and their states (N, H, W)."""
    nodes, frames, pictures = graph(tree).nodes, [], []
    for t in np.linspace(1, 0, MOMENTS + 1).tolist():
        live = [branch for branch in tree.branches if branch.owns(t)]
        sprites = []
        for branch in live if t > 0 else ():  # at the end the tree's own pictures show what came out
            k = tree.labels.index(branch.classes[0])
            wave = latest([times[k] for times, _ in waves], t)
            sprites.append((nodes[branch.id]["x"], t, len(pictures)))
            pictures.append(waves[wave][1][k])
        frames.append(Frame(words.progress(t, len(live), len(tree.labels)), sprites=tuple(sprites)))
    return (255 * np.stack(pictures)).astype(np.uint8), frames

"""Turning a picture into another class: the model's work, the film of turning times, and what was kept."""
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from branched import BranchedModel, ClassTree

from ..figures.standing_tree import SMALL, figure, graph
from ..frame import link, shell, words
from ..frame.visitor import remembered
from ..parts.film import Frame, levels
from ..serve import queue
from . import source
from .source import Source

ALL = "all"
LOW, HIGH = 0.02, 0.8      # turning times, from hardly any noise to hardly any picture
TIMES, FEW = 21, 12        # of the film for one target, and for all of them
ROWS = 28                  # pictures walked in one go: no slower than more, and in between the visitor may move on
WAYS = {"noise": "With fresh noise", "plain": "Without chance"}
STEPS = (5, 10, 20, 50)


@dataclass(frozen=True)
class Order:
    """What is asked for: how a picture (H, W[, 3]) of class `source` is to be turned into the classes `targets`."""

    picture: np.ndarray = field(repr=False)
    source: str
    targets: tuple[str, ...]
    variants: int
    deterministic: bool
    steps: int
    seed: int

    @property
    def columns(self) -> tuple[str, ...]:
        """What each picture of a row is meant to become: several variants of one class, or one of each."""
        return self.targets * self.variants if len(self.targets) == 1 else self.targets


@dataclass(frozen=True)
class Turned:
    """Pictures (T, columns, H, W[, 3]), uint8, as they were at the turn and what became of them.

    `times` are the turning times; None stands for each class's own meeting point. `read` (T, columns) says what each is
    taken for, by an `independent` classifier or by the model itself; a row is empty where nobody looked.
    """

    times: tuple[float | None, ...]
    noisy: np.ndarray
    images: np.ndarray
    read: tuple[tuple[str, ...], ...] = ()
    independent: bool = True


def settings(labels: Sequence[str]) -> tuple[link.Setting, ...]:
    """Those that say what is to be done with the picture. None stands for what the page itself proposes."""
    return (link.choice("source", labels, None), link.choice("target", [*labels, ALL], None),
            link.number("time", 0, 1, None), link.whole("variants", 1, 8, 4), link.choice("way", WAYS, "noise"),
            link.choice("steps", STEPS, 20), link.whole("seed", 0, 9999, 0), link.switch("matrix", False))


def more(changed: Callable[[], None]) -> None:
    """The settings that are not needed at first."""
    state = st.session_state
    with st.popover("More settings", icon=":material/tune:"):
        st.segmented_control("Way up", list(WAYS), key="way", format_func=WAYS.get, required=True, on_change=changed)
        st.number_input("Variants", 1, 8, key="variants", on_change=changed,
                        disabled=state.way == "plain" or state["into"] == ALL,
                        help="With fresh noise, one picture can become many others.")
        st.segmented_control("Steps", STEPS, key="steps", required=True, on_change=changed,
                             help="From pure noise to a picture; a turn with half the noise takes half of them.")
        st.number_input("Draw number", 0, 9999, key="seed", on_change=source.changed,
                        help="Every number gives other noise, and the same number the same noise.")


# -- what the picture is taken for -------------------------------------------------------------------------------------

def verdict(name: str, model: BranchedModel, source: Source) -> np.ndarray:
    """The probability of each class (N,), by the tree."""
    def job() -> Generator[float, None, np.ndarray]:
        yield 0.0
        return model.classify(source.picture[None]).probabilities[0].astype(np.float32)

    return queue.work(("verdict", name, source.digest), job, private=source.private)


def nearest(tree: ClassTree, source: str) -> str | None:
    """The class that parts last from another one; None where there is no other."""
    others = [label for label in tree.labels if label != source]
    return min(others, key=lambda label: tree.meeting_point(source, label), default=None)


# -- the work ----------------------------------------------------------------------------------------------------------

def order(picture: np.ndarray, labels: Sequence[str], asked: Mapping[str, Any]) -> Order | None:
    """What the controls of the page ask for; None where there is nothing to do."""
    source, target, deterministic = asked["it is"], asked["into"], asked["way"] == "plain"
    targets = tuple(label for label in labels if label != source and target in (label, ALL))
    variants = asked["variants"] if len(targets) == 1 and not deterministic else 1
    return Order(picture, source, targets, variants, deterministic, asked["steps"], asked["seed"]) if targets else None


def turning_times(order: Order, tree: ClassTree) -> tuple[tuple[float | None, ...], int]:
    """The turning times of a film, in rising order, and which of them is the meeting point."""
    if len(order.targets) > 1:
        return (None, *np.linspace(0.05, HIGH, FEW).round(3).tolist()), 0
    meeting = tree.meeting_point(order.source, order.targets[0])
    others = np.linspace(LOW, HIGH, TIMES)
    apart = (others[1] - others[0]) / 2.5
    times = sorted([meeting, *(round(t, 3) for t in others.tolist() if abs(t - meeting) > apart)])
    return tuple(times), times.index(meeting)


def place(times: Sequence[float | None], usual: int, wanted: float | None) -> int:
    """The frame whose turning time is nearest to the one that a link wants."""
    if wanted is None:
        return usual
    known = [k for k, t in enumerate(times) if t is not None]
    return min(known, key=lambda k: abs(times[k] - wanted))


def turn(name: str, model: BranchedModel, source: Source, order: Order, start: int,
         show: Callable[[Turned | float], None]) -> Turned:
    """All frames of a film. `show` is given frame `start` as soon as it is there, then how far the others are."""
    key = ("turned", name, source.digest, order.source, order.targets, order.variants, order.deterministic, order.steps,
           order.seed)
    return queue.work(key, lambda: turning(model, shell.judge(name, model), order, start), show, private=source.private)


def turning(model: BranchedModel, judge: Any, order: Order, start: int) -> Iterator[Turned | float]:
    """The job behind `turn`: the frame `start` first, the others by and by, then what they are taken for."""
    times, usual = turning_times(order, model.tree)
    many = ROWS // len(order.columns) or 1
    rest = [k for k, t in enumerate(times) if t is not None and k != start]
    unset = [k for k, t in enumerate(times) if t is None and k != start]
    parts = [[start], *([unset] if unset else []), *(rest[k:k + many] for k in range(0, len(rest), many))]
    found: dict[int, tuple[np.ndarray, np.ndarray]] = {}
    for number, part in enumerate(parts):
        found |= dict(zip(part, _walked(model, order, [times[k] for k in part]), strict=True))
        if number == 0:
            first = _gathered([times[start]], found, part)
            yield first if judge is None else replace(first, read=read(model, judge, first.images))
        yield (number + 1) / len(parts)
    whole = _gathered(times, found, range(len(times)))
    if judge is not None:
        return replace(whole, read=read(model, judge, whole.images))
    [own] = read(model, None, whole.images[[usual]])  # slower, and so for the meeting point alone
    return replace(whole, read=tuple(own if k == usual else () for k in range(len(times))), independent=False)


def _walked(model: BranchedModel, order: Order, times: list[float | None]) -> list[tuple[np.ndarray, np.ndarray]]:
    """For each turning time the noisy pictures and what became of them, (columns, H, W[, 3]) each."""
    made = model.transmute(
        np.repeat(order.picture[None], order.variants if len(order.targets) == 1 else 1, 0), order.source,
        list(order.targets), None if times == [None] else times, order.steps, order.seed, order.deterministic)
    noisy, images = (levels(x)[:, None] if times == [None] else levels(x) for x in (made.noisy, made.images))
    rows = [(noisy[:, k], images[:, k]) for k in range(len(times))]     # from (targets, times, variants, H, W[, 3])
    return [tuple(x.reshape(-1, *x.shape[2:]) for x in row) for row in rows]


def _gathered(times: Sequence[float | None], found: dict[int, tuple[np.ndarray, np.ndarray]],
              which: Sequence[int]) -> Turned:
    noisy, images = (np.stack([found[k][part] for k in which]) for part in (0, 1))
    return Turned(tuple(times), noisy, images)


def read(model: BranchedModel, judge: Any, images: np.ndarray) -> tuple[tuple[str, ...], ...]:
    """What pictures (T, columns, H, W[, 3]) are taken for: by the judge or, where there is none, by the model."""
    flat = images.reshape(-1, *images.shape[2:]).astype(np.float32) / 255
    if judge is None:
        names = [str(label) for label in model.classify(flat)]
    else:
        names = [judge.labels[k] for k in judge.probabilities(flat).argmax(1)]
    return tuple(tuple(names[k:k + images.shape[1]]) for k in range(0, len(names), images.shape[1]))


# -- the film ----------------------------------------------------------------------------------------------------------

def frames(tree: ClassTree, order: Order, turned: Turned) -> tuple[np.ndarray, list[Frame]]:
    """The pictures of a film, and its frames: what is above each other belongs together.

    For one target the first row is the source; for all targets the columns are all classes, the source among them.
    """
    count = len(order.columns)
    pictures = np.concatenate([levels(order.picture)[None], *(x.reshape(-1, *x.shape[2:])
                                                              for x in (turned.noisy, turned.images))])
    result = []
    for k, time in enumerate(turned.times):
        noisy = tuple(range(1 + k * count, 1 + (k + 1) * count))
        images = tuple(own + len(turned.times) * count for own in noisy)
        if len(order.targets) == 1:
            cells = ((0,) * count, noisy, images)
        else:
            here = tree.labels.index(order.source)
            cells = ((*noisy[:here], -1, *noisy[here:]), (*images[:here], 0, *images[here:]))
        result.append(Frame(caption(order, time, turned.read[k] if turned.read and turned.independent else ()), cells,
                            dots(tree, order, time)))
    return pictures, result


def caption(order: Order, time: float | None, read: Sequence[str]) -> str:
    """One line about a frame."""
    when = "Each turned where its path parts" if time is None else f"Turned at {words.at(time)}"
    if not read:
        return when
    if len(order.targets) == 1:
        return f"{when} · an independent classifier reads {reading(read)}"
    wrong = [aim for aim, own in zip(order.columns, read, strict=True) if own != aim]
    failed = f" (not {words.listed(wrong)})" if 0 < len(wrong) <= 4 else ""
    return f"{when} · an independent classifier reads {len(read) - len(wrong)} of {len(read)} as meant{failed}"


def reading(read: Sequence[str]) -> str:
    """9, 9, 9, 4; or how often each, where there are many."""
    return ", ".join(read) if len(read) <= 4 else ", ".join(f"{label} ({n} ×)" for label, n in
                                                           Counter(read).most_common())


def dots(tree: ClassTree, order: Order, time: float | None) -> tuple[tuple[float, float], ...]:
    """Where on the tree the turn is: on the source's path and on the target's, or at their branch point."""
    nodes = graph(tree).nodes
    if time is None:
        points = [tree.meeting_branch(order.source, target) for target in order.targets]
        return tuple(dict.fromkeys((nodes[point.id]["x"], point.t_low) for point in points if point))
    if len(order.targets) == 1:
        point = tree.meeting_branch(order.source, order.targets[0])
        if point and time == point.t_low:
            return ((nodes[point.id]["x"], time),)
        who = (order.source, order.targets[0])
    else:
        who = (order.source,)
    return tuple(dict.fromkeys((nodes[tree.branch_of(label, time).id]["x"], time) for label in who))


def paths(tree: ClassTree, source: str, targets: Sequence[str]) -> dict[int, str]:
    """Which branches are lit: the source's own way up to where it turns, and the ways down from there."""
    others = [target for target in targets if target != source]
    highest = max((tree.meeting_point(source, target) for target in others), default=0.0)
    down = {branch.id: "other" for target in others for branch in tree.path(target)
            if branch.t_high <= highest}
    up = {branch.id: "lit" for branch in tree.path(source) if branch.t_high <= highest or not others and branch.is_leaf}
    return down | up


@remembered(128)
def tree_figure(name: str, source: str, targets: tuple[str, ...], notes: tuple[str, ...], dark: bool,
                _tree: ClassTree) -> go.Figure:
    """The tree with both ways lit. Never change what this returns: all visitors share it."""
    below = dict(zip(_tree.labels, notes, strict=True))
    return figure(_tree, dark=dark, paths=paths(_tree, source, targets), notes=below, height=SMALL)


# -- every class into every other --------------------------------------------------------------------------------------

@dataclass(frozen=True)
class Matrix:
    """Pictures (N, N, H, W[, 3]), uint8: row i begins as class i, column j is meant to be class j. `read` as above."""

    pictures: np.ndarray
    read: tuple[tuple[str, ...], ...] = ()
    independent: bool = True


def matrix(name: str, model: BranchedModel, sources: np.ndarray, key: tuple, options: dict[str, Any],
           show: Callable[[Matrix], None]) -> Matrix:
    """One picture of each class (N, H, W[, 3]) turned into every other class. `show` sees it grow, row by row."""
    return queue.work(("matrix", name, *key, *options.values()),
                     lambda: crossing(model, shell.judge(name, model), sources, **options), show)


def crossing(model: BranchedModel, judge: Any, sources: np.ndarray, steps: int, seed: int,
             deterministic: bool) -> Iterator[Matrix]:
    """The job behind `matrix`."""
    labels = model.labels
    pictures = np.full((len(labels), *levels(sources).shape), 0, np.uint8)
    pictures[range(len(labels)), range(len(labels))] = levels(sources)
    for k, label in enumerate(labels):
        others = [j for j in range(len(labels)) if j != k]
        made = model.transmute(sources[k:k + 1], label, [labels[j] for j in others], None, steps, seed, deterministic)
        pictures[k, others] = levels(made.images[:, 0])
        yield Matrix(pictures.copy())
    found = []
    for row in pictures:
        found += read(model, judge, row[None])
        if judge is None:
            yield Matrix(pictures)
    return Matrix(pictures, tuple(found), judge is not None)

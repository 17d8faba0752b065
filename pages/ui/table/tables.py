"""What the page of tables shows: a model of one, its own rows at branch points and turned, and what they tell."""
import re
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import floor, log10
from typing import TypeVar

import numpy as np
import streamlit as st

import branched
from branched import Branch, BranchedModel, ClassTree

from ..frame import link, shell, words
from ..serve import queue

USUAL = "letters"
KNOWN = ("V", "Y")    # shown at first where a model has them: the example of Tseng et al.
PARTS = {"tree": "Tree and hybrids", "many": "Turn many", "one": "One by hand"}
WAYS = {"noise": "With fresh noise", "plain": "Without chance"}
ROWS = 300            # of each class on the way down the tree
TURNED = 400          # rows of one class that become another
TRIES = 50            # times that one row is turned, to see what is chance
NUMBERS = 2_000_000   # at most, in what is kept of one draw
CLOSEST = 8           # pairs in the list
BINS = 30             # at most, in a distribution
CLEAR = 0.3           # of two distributions that differs: from here on a feature tells two sides apart

Side = tuple[str, ...]
T = TypeVar("T")


# -- the model and the settings ----------------------------------------------------------------------------------------

def chosen(name: str) -> tuple[str, BranchedModel] | None:
    """The chosen model if it is one of a table, else the shipped one; None if there is none."""
    asked = shell.model(name)
    if asked.features:
        return name, asked
    if USUAL not in branched.models():
        return None
    shipped = shell.model(USUAL)
    return (USUAL, shipped) if shipped.features else None


def settings(model: BranchedModel) -> tuple[link.Setting, ...]:
    """All that can be chosen on the page. `target` None is the class that parts last, `sides` "" the largest two."""
    tree = model.tree
    pair = first(tree)
    points = [branch.id for branch in tree.branch_points]
    most = max((len(tree.children(branch)) for branch in tree.branch_points), default=0)
    pairs = [f"{i}-{j}" for i, j in combinations(range(most), 2)]
    return (
        link.choice("part", PARTS, "tree"), link.whole("seed", 0, 9999, 0),
        link.choice("zoom", ("near", "whole"), "near"), link.choice("sides", pairs, ""),
        link.choice("node", points, tree.meeting_branch(*pair).id if points else None),
        link.choice("source", model.labels, pair[0]), link.choice("target", model.labels, None),
        link.choice("way", WAYS, "noise"), link.Setting("edit", {}, lambda text: read_edit(text, model), write_edit))


def first(tree: ClassTree) -> tuple[str, str]:
    """The two classes shown at first: the known example, or else the two that part last."""
    if set(KNOWN) <= set(tree.labels) and tree.meeting_branch(*KNOWN):
        return KNOWN
    return closest(tree, 1)[0] if len(tree.labels) > 1 else tree.labels * 2


def read_edit(text: str, model: BranchedModel) -> dict[int, float]:
    """Changed values by the place of their features, from "0:5,12:2.5". ValueError for anything else."""
    found = {}
    for part in text.split(",") if text else []:
        place, value = part.split(":")
        k, value = int(place), float(value)
        if not 0 <= k < len(model.features) or k in found or not model.form.low[k] <= value <= model.form.high[k]:
            raise ValueError
        if model.form.whole[k] and value != round(value):
            raise ValueError
        found[k] = value
    return found


def write_edit(edit: dict[int, float]) -> str:
    return ",".join(f"{k}:{value:.6g}" for k, value in sorted(edit.items()))


# -- the tree ----------------------------------------------------------------------------------------------------------

def closest(tree: ClassTree, most: int = CLOSEST) -> list[tuple[str, str]]:
    """The pairs of classes that part last, the last first."""
    return sorted(combinations(tree.labels, 2), key=lambda pair: tree.meeting_point(*pair))[:most]


def sides(tree: ClassTree, branch: Branch, asked: str = "") -> tuple[Side, Side]:
    """Two sides of a branch point: those asked for ("0-2": the first and the third), or else the largest two."""
    groups = [child.classes for child in tree.children(branch)]
    i, j = map(int, asked.split("-")) if asked else (0, len(groups))
    if j >= len(groups):
        i, j = sorted(sorted(range(len(groups)), key=lambda k: -len(groups[k]))[:2])
    return groups[i], groups[j]


def pairs_of_sides(tree: ClassTree, branch: Branch) -> dict[str, str]:
    """All pairs of sides of a branch point, as in the link, with their names."""
    groups = [child.classes for child in tree.children(branch)]
    return {f"{i}-{j}": f"{brief(groups[i])} and {brief(groups[j])}" for i, j in combinations(range(len(groups)), 2)}


def brief(side: Side, most: int = 6) -> str:
    """Some classes in few words: all of them, or the first three and how many more."""
    if len(side) <= most:
        return (" " if max(map(len, side)) < 3 else ", ").join(side)
    return f"{', '.join(side[:3])} and {len(side) - 3} more"


def place(tree: ClassTree, branch: Branch) -> str:
    """What a branch point is called in a list."""
    return f"{' | '.join(brief(child.classes) for child in tree.children(branch))}, at {words.at(branch.t_low)}"


def point_of(tree: ClassTree, node: int) -> int | None:
    """The branch point for a node that was clicked: itself, or for a leaf the one where it leaves."""
    branch = tree[node]
    return branch.parent if branch.is_leaf else node


# -- the work ----------------------------------------------------------------------------------------------------------

@dataclass(frozen=True)
class Tour:
    """Rows (n, F) of every class, and at every branch point the best guesses (n, F) of what may come of them."""

    finished: dict[str, np.ndarray]
    guesses: dict[int, np.ndarray]


@dataclass(frozen=True)
class Turned:
    """Rows (n, F) before and after, Pearson's r of each feature (F,), and r with other rows of the target (F,).

    `taken` are the classes for which the tree itself takes the rows afterwards (n,).
    """

    before: np.ndarray
    after: np.ndarray
    r: np.ndarray
    chance: np.ndarray
    taken: tuple[str, ...]


def _worked(key: tuple, job: Callable[[], Generator[float, None, T]], private: bool = False) -> T:
    """The result of a job. Its bar has a place of its own, so that what follows on the page keeps its place, too."""
    with st.container():
        return queue.work(key, job, private=private)


def tour(name: str, model: BranchedModel, seed: int) -> Tour:
    """One walk down the whole tree: the same for all branch points, and for all visitors."""
    return _worked(("table", name, seed), lambda: _tour(model, seed))


def _tour(model: BranchedModel, seed: int) -> Generator[float, None, Tour]:
    n = int(np.clip(NUMBERS // (len(model.tree.branches) * len(model.features)), 20, ROWS))
    for frame in model.sampling(n=n, seed=seed, hybrids=True):
        yield 1 - float(np.mean(frame.times))
    made = frame.result
    return Tour(dict(zip(made.labels, made.rows, strict=True)),
                {key: shared.denoised for key, shared in made.hybrids.items()})


def turn(name: str, model: BranchedModel, source: str, target: str, seed: int, plain: bool) -> Turned:
    """Many of the model's own rows of one class, turned into another."""
    return _worked(("table", name, source, target, seed, plain), lambda: _turn(model, source, target, seed, plain))


def _turn(model: BranchedModel, source: str, target: str, seed: int, plain: bool) -> Generator[float, None, Turned]:
    n = int(np.clip(min(NUMBERS // (4 * len(model.features)), 20_000 // len(model.labels)), 50, TURNED))
    yield 0.0
    before = model.rounded(model.sample([source], n=n, seed=seed).rows[0])
    yield 0.2
    after = model.transmute(before, source, target, seed=seed, deterministic=plain).rows
    yield 0.4
    others = model.sample([target], n=n, seed=seed + 10_000).rows[0]  # from other noise than `before`
    yield 0.6
    taken = tuple(map(str, model.classify(model.rounded(after))))
    return Turned(before, after, branched.correlations(before, after), branched.correlations(before, others), taken)


def own_row(name: str, model: BranchedModel, source: str, seed: int) -> np.ndarray:
    """One of the model's own rows of a class, (F,), every value on its feature's grid."""
    def job() -> Generator[float, None, np.ndarray]:
        yield 0.0
        return model.rounded(model.sample([source], n=1, seed=seed).rows[0, 0])

    return _worked(("table row", name, source, seed), job)


def turn_one(name: str, model: BranchedModel, row: np.ndarray, source: str, target: str, seed: int,
             plain: bool) -> Turned:
    """One row (F,) turned many times, each with noise of its own; the first is the one to look at."""
    def job() -> Generator[float, None, Turned]:
        yield 0.0
        before = np.repeat(row[None], 1 if plain else TRIES, axis=0)
        after = model.rounded(model.transmute(before, source, target, seed=seed, deterministic=plain).rows)
        yield 0.5
        none = np.full(len(row), np.nan)
        return Turned(before, after, none, none, tuple(map(str, model.classify(after))))

    return _worked(("table one", name, row.tobytes(), source, target, seed, plain), job, private=True)


# -- the numbers -------------------------------------------------------------------------------------------------------

def edges(low: float, high: float, whole: bool) -> np.ndarray:
    """The limits of the bins of one feature: around whole numbers, where its values are whole."""
    if whole:
        width = int(np.ceil((high - low + 1) / BINS))
        return low - 0.5 + width * np.arange(int(np.ceil((high - low + 1) / width)) + 1)
    return np.linspace(low, high, BINS - 5) if high > low else np.array([low - 0.5, low + 0.5])


def shares(values: np.ndarray, limits: np.ndarray) -> np.ndarray:
    """How many of the values (n,) are in each bin, as shares; what is outside counts to the first or the last."""
    middle = (limits[:-1] + limits[1:]) / 2
    return np.histogram(np.clip(values, middle[0], middle[-1]), limits)[0] / len(values)


def apart(one: np.ndarray, other: np.ndarray, limits: Sequence[np.ndarray]) -> np.ndarray:
    """How far two sets of rows (n, F) differ in each feature, (F,): 0 if its distributions are the same, 1 if they have
    nothing in common (the total variation distance)."""
    return np.array([np.abs(shares(one[:, k], bins) - shares(other[:, k], bins)).sum() / 2
                     for k, bins in enumerate(limits)])


def between(one: np.ndarray, hybrid: np.ndarray, other: np.ndarray) -> np.ndarray:
    """For each feature whether the hybrids' mean lies between those of the two sides, bool (F,)."""
    a, middle, b = one.mean(0), hybrid.mean(0), other.mean(0)
    return (np.minimum(a, b) <= middle) & (middle <= np.maximum(a, b))


def interpolation(features: Sequence[str], distance: np.ndarray, inside: np.ndarray) -> str:
    """In how many of the features the hybrid lies between the two sides, in a sentence or two."""
    clear = np.flatnonzero(distance >= CLEAR)
    told = f"In {_of(inside)} features the hybrid's mean lies between the means of the two sides"
    if not len(clear):
        return f"{told}; but no feature by itself tells these sides apart clearly."
    best = sorted(clear.tolist(), key=lambda k: -distance[k])[:3]
    first = words.listed(features[k] for k in best)
    if len(clear) == 1:
        return f"{told}. One feature tells them apart clearly: {first}."
    return f"{told}; of those that tell them apart clearly, in {_of(inside[clear])}. Most of all do {first}."


def _of(which: np.ndarray) -> str:
    """How many are true, of how many."""
    return f"all {len(which)}" if which.all() else f"{which.sum()} of {len(which)}"


def success(turned: Turned, target: str) -> str:
    """How many became what they should, and how much of them was kept, in a sentence or two."""
    right, n = sum(label == target for label in turned.taken), len(turned.taken)
    r, chance = (float(np.nanmean(x)) if np.isfinite(x).any() else 0.0 for x in (turned.r, turned.chance))
    return (f"The tree itself takes {right} of {n} of the new rows for {target}; but here it judges its own work. "
            f"Between before and after, r is {r:z.2f} on average over the features. For comparison, with other rows of "
            f"{target} in their place it is {chance:z.2f}.")


def moved(model: BranchedModel, turned: Turned) -> np.ndarray:
    """How far each feature of the first row moved, in standard deviations of the training rows, (F,)."""
    return (turned.after[0] - turned.before[0]) / np.array(model.form.std, np.float32)


def told_moves(model: BranchedModel, turned: Turned, target: str) -> str:
    """What one row became, and what moved most, in a sentence or two."""
    change, n = moved(model, turned), len(turned.taken)
    right = sum(label == target for label in turned.taken)
    order = [k for k in np.argsort(-np.abs(change)).tolist() if change[k]][:3]
    most = words.listed(f"{model.features[k]} ({'up' if change[k] > 0 else 'down'})" for k in order) or "nothing"
    taken = f"The tree itself takes the result for {turned.taken[0]}"
    many = f" (and {right} of {n} tries for {target})" if n > 1 else ""
    return f"{taken}{many}. What moved most: {most}."


def step(low: float, high: float, whole: bool) -> float:
    """A sensible step for changing a value by hand: 1, or about a hundredth of the range."""
    return 1.0 if whole else 10.0 ** floor(log10((high - low or abs(high) or 1.0) / 50))


def digits(low: float, high: float, whole: bool) -> int:
    """After the point, in which a value of a feature is written."""
    return 0 if whole else max(0, -floor(log10(step(low, high, whole))))


def escaped(text: str) -> str:
    """A name as it is, in a label that Streamlit reads as Markdown."""
    return re.sub(r"([\\`*_{}\[\]<>()#+.!|~$:-])", r"\\\1", text)


def keep_apart() -> None:
    """A class is not turned into itself: where that is asked for, the class most like it comes instead."""
    if st.session_state.target == st.session_state.source:
        st.session_state.target = None


def start_anew() -> None:
    """Another row has nothing changed by hand."""
    st.session_state.edit = {}
    keep_apart()

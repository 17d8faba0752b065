"""What the page of tables tells in words."""
from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from branched import Branch, BranchedModel, ClassTree

from ..frame import words
from .numbers import CLEAR, moved, written
from .sides import Side
from .work import Turned

NAMED = 6  # classes: of more, the first three stand for all
TITLE = "The same idea, with numbers in place of pictures"
INTRODUCTION = """For those who work with **tables**: the same kind of model, but every row has {many} {parts} and is
of one of {classes} classes. All rows here were made by the model; no real data are shown."""
LETTERS = """ Each row tells of one printed **letter**, by {many} numbers measured on its picture; the model never saw
the picture."""
NONE = """There is no model of a table here: this page needs the file letters.safetensors, or another that was trained
on a table."""
HYBRIDS = """The **hybrid** is the row that the model expects while it still keeps one for both. Dots are means."""
ALL = "All {} numbers, as distributions"
DISTRIBUTIONS = """How the values of each number are distributed in {a}, in {b} and in the hybrid (the line). Dots are
the means. First comes what tells the two sides apart most."""
FLAT = "The tree of this model is flat: its classes share nothing but the noise, so there are no hybrids."
KEPT = "What all {} numbers keep"
MOVED = "All {} numbers"
MANY = """Each dot is a row: to the right its value as {a}, upwards as {b}. On the dashed line nothing changed; a cloud
along it means that much was kept (r near 1), a round cloud that nothing was (r near 0)."""
ONE = """From the orange dot to the blue one: what moved, the biggest movers first. Bold is what moved by more than its
usual spread."""
TRIES = " The pale bar is where 8 of 10 of the tries went; each had noise of its own."
GIVEN = """A row of **{}**, {}. **Change its numbers**, or roll the dice above for another row."""
EXPLANATION = """
Diffusion models need not make pictures. Here noise is added to the **numbers of a row**, until nothing is left of them,
and the model learns to take it away again. As with pictures, it decides late what a row becomes: classes that are alike
stay one for long, and part at the **branch points** of the tree.

**Hybrids.** Just before classes part, the model has one noisy row for all of them. Its best guess of the finished row
is a mean over all that can still become of it. So in most features it lies between the two sides, and varies less.

**Turning rows.** Noise covers a row up to the time at which the two classes part; then the model takes it away on the
path of the other class. What the noise left is still there at the end, and so rows keep something of what they were.
*Without chance* the model walks its own way backwards instead of adding noise.

**r** is Pearson's correlation: 1 if high values stay high and low ones low, 0 if one says nothing about the other.
"""


def introduction(model: BranchedModel, is_letters: bool) -> str:
    """What kind of model this is."""
    parts = "numbers and words" if any(model.form.is_category) else "numbers"
    return (INTRODUCTION + LETTERS * is_letters).format(many=len(model.features), parts=parts,
                                                        classes=len(model.labels))


# -- names -------------------------------------------------------------------------------------------------------------

def brief(side: Side) -> str:
    """Some classes in few words: all of them, or the first three and how many more."""
    if len(side) <= NAMED:
        return (" " if max(map(len, side)) < 3 else ", ").join(side)
    return f"{', '.join(side[:3])} and {len(side) - 3} more"


def place(tree: ClassTree, branch: Branch) -> str:
    """What a branch point is called in a list."""
    return f"{' | '.join(brief(child.classes) for child in tree.children(branch))}, at {words.at(branch.t_low)}"


# -- sentences ---------------------------------------------------------------------------------------------------------

def interpolation(names: Sequence[str], distance: np.ndarray, inside: np.ndarray) -> str:
    """In how many of the features the hybrid lies between the two sides, in a sentence or two. `inside` is of those
    that are more or less."""
    clear = np.flatnonzero(distance >= CLEAR)
    sentence = f"The hybrid is in between, in {_of(inside)} numbers." if len(inside) else ""
    if not len(clear):
        return f"{sentence} No number by itself tells these sides apart clearly."
    best = sorted(clear.tolist(), key=lambda k: -distance[k])[:3]
    return f"{sentence} What tells the two sides apart most: {'; '.join(names[k] for k in best)}."


def _of(which: np.ndarray) -> str:
    """How many are true, of how many."""
    return f"all {len(which)}" if which.all() else f"{which.sum()} of {len(which)}"


def success(turned: Turned, target: str) -> str:
    """How many became what they should, and how much of them was kept, in a sentence or two."""
    right, n = turned.right(target), len(turned.taken)
    r, chance = (float(np.nanmean(x)) if np.isfinite(x).any() else 0.0 for x in (turned.r, turned.chance))
    kept = "something" if r > chance else "nothing"
    return (f"The tree itself takes {right} of {n} of the new rows for {target}; but here it judges its own work. "
            f"They keep {kept} of what they were: r is {r:z.2f} on average; with other rows of {target} in their place "
            f"it is {chance:z.2f}.")


def moves(model: BranchedModel, names: Sequence[str], turned: Turned, target: str) -> str:
    """What one row became, and what moved most, in a sentence or two."""
    change, n = moved(model, turned.before[0], turned.after[0]), len(turned.taken)
    order = [k for k in np.argsort(-np.abs(change)).tolist() if change[k]][:3]
    most = words.listed(f"{names[k]} ({_way(model, k, turned, change[k])})" for k in order) or "nothing"
    many = f" (and {turned.right(target)} of {n} tries for {target})" if n > 1 else ""
    return f"The tree itself takes the result for {turned.taken[0]}{many}. What moved most: {most}."


def _way(model: BranchedModel, k: int, turned: Turned, change: float) -> str:
    """Which way a feature moved, or to which word."""
    if model.form.is_category[k]:
        return f"to {written(turned.after[0, k], k, model.form)}"
    return "up" if change > 0 else "down"


def of_all(features: Sequence[str], most: int) -> str:
    """How many of the features are shown, where not all are."""
    return f" You see {most} of the {len(features)} features." if len(features) > most else ""

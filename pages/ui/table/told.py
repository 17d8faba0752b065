"""What the page of tables tells in words."""
from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from branched import Branch, BranchedModel, ClassTree, Table

from ..frame import words
from ..language import N_, _
from .numbers import CLEAR, correlation, moved, written
from .sides import Side
from .work import Turned

NAMED = 6  # classes: of more, the first three stand for all
TITLE = N_("The same idea, with numbers in place of pictures")
INTRODUCTION = N_("For those who work with **tables**: the same kind of model, but every row has {many} numbers and "
                  "is of one of {classes} classes. All rows here were made by the model; no real data are shown.")
MIXED = N_("For those who work with **tables**: the same kind of model, but every row has {many} numbers and words "
           "and is of one of {classes} classes. All rows here were made by the model; no real data are shown.")
LETTERS = N_("Each row tells of one printed **letter**, by {many} numbers measured on its picture; the model never "
             "saw the picture.")
NONE = N_("There is no model of a table here: this page needs the file letters.safetensors, or another that was "
          "trained on a table.")
HYBRIDS = N_("The **hybrid** is the row that the model expects while it still keeps one for both. Dots are means.")
ALL = N_("All {count} numbers, as distributions")
DISTRIBUTIONS = N_("How the values of each number are distributed in {a}, in {b} and in the hybrid (the line). Dots "
                   "are the means. First comes what tells the two sides apart most.")
FLAT = N_("The tree of this model is flat: its classes share nothing but the noise, so there are no hybrids.")
KEPT = N_("What all {count} numbers keep")
MOVED = N_("All {count} numbers")
MANY = N_("Each dot is a row: to the right its value as {a}, upwards as {b}. On the dashed line nothing changed; a "
          "cloud along it means that much was kept (r near 1), a round cloud that nothing was (r near 0).")
ONE = N_("From the orange dot to the blue one: what moved, the biggest movers first. Bold is what moved by more than "
         "its usual spread.")
TRIES = N_("The pale bar is where 8 of 10 of the tries went; each had noise of its own.")
GIVEN = N_("A row of **{label}**, as the model made it. **Change its numbers**, or roll the dice above for another "
           "row.")
CHANGED = N_("A row of **{label}**, with your changes. **Change its numbers**, or roll the dice above for another row.")
EXPLANATION = N_("""
Diffusion models need not make pictures. Here noise is added to the **numbers of a row**, until nothing is left of them,
and the model learns to take it away again. As with pictures, it decides late what a row becomes: classes that are alike
stay one for long, and part at the **branch points** of the tree.

**Hybrids.** Just before classes part, the model has one noisy row for all of them. Its best guess of the finished row
is a mean over all that can still become of it. So in most features it lies between the two sides, and varies less.

**Turning rows.** Noise covers a row up to the time at which the two classes part; then the model takes it away on the
path of the other class. What the noise left is still there at the end, and so rows keep something of what they were.
*Without chance* the model walks its own way backwards instead of adding noise.

**r** is Pearson's correlation: 1 if high values stay high and low ones low, 0 if one says nothing about the other.
""")


def introduction(model: BranchedModel, is_letters: bool) -> str:
    """What kind of model this is."""
    whole = [_(MIXED if any(model.form.is_category) else INTRODUCTION), *[_(LETTERS)] * is_letters]
    return " ".join(whole).format(many=len(model.features), classes=len(model.labels))


# -- names -------------------------------------------------------------------------------------------------------------

def brief(side: Side) -> str:
    """Some classes in few words: all of them, or the first three and how many more."""
    if len(side) <= NAMED:
        return (" " if max(map(len, side)) < 3 else ", ").join(side)
    return _("{few} and {count} more").format(few=", ".join(side[:3]), count=len(side) - 3)


def place(tree: ClassTree, branch: Branch) -> str:
    """What a branch point is called in a list."""
    parted = " | ".join(brief(child.classes) for child in tree.children(branch))
    return _("{sides}, at {time}").format(sides=parted, time=words.at(branch.t_low))


# -- sentences ---------------------------------------------------------------------------------------------------------

def interpolation(names: Sequence[str], distance: np.ndarray, inside: np.ndarray) -> str:
    """In how many of the features the hybrid lies between the two sides, in a sentence or two. `inside` is of those
    that are more or less."""
    clear = np.flatnonzero(distance >= CLEAR)
    best = [names[k] for k in sorted(clear.tolist(), key=lambda k: -distance[k])[:3]]
    apart = (_("What tells the two sides apart most: {names}.") if best else
             _("No number by itself tells these sides apart clearly."))
    return f"{_in_between(inside)} {apart.format(names='; '.join(best))}"


def _in_between(inside: np.ndarray) -> str:
    """In how many features the hybrid is in between, in a sentence; "" if there are none that are more or less."""
    if not len(inside):
        return ""
    text = (_("The hybrid is in between, in all {count} numbers.") if inside.all() else
            _("The hybrid is in between, in {some} of {count} numbers."))
    return text.format(some=inside.sum(), count=len(inside))


def success(turned: Turned, target: str) -> str:
    """How many became what they should, and how much of them was kept, in a sentence or two."""
    right, n = turned.right(target), len(turned.taken)
    r, chance = (float(np.nanmean(x)) if np.isfinite(x).any() else 0.0 for x in (turned.r, turned.chance))
    became = _("The tree itself takes {right} of {count} of the new rows for {target}; but here it judges its own "
               "work.")
    kept = (_("They keep something of what they were: r is {r} on average; with other rows of {target} in their place "
              "it is {chance}.") if r > chance else
            _("They keep nothing of what they were: r is {r} on average; with other rows of {target} in their place "
              "it is {chance}."))
    return " ".join([became.format(right=right, count=n, target=target),
                     kept.format(r=correlation(r), target=target, chance=correlation(chance))])


def moves(model: BranchedModel, names: Sequence[str], turned: Turned, target: str) -> str:
    """What one row became, and what moved most, in a sentence or two."""
    change, n = moved(model, turned.before[0], turned.after[0]), len(turned.taken)
    order = [k for k in np.argsort(-np.abs(change)).tolist() if change[k]][:3]
    became = (_("The tree itself takes the result for {label} (and {right} of {count} tries for {target}).") if n > 1
              else _("The tree itself takes the result for {label}."))
    most = (_("What moved most: {names}.").format(names=words.listed(
        _way(names[k], k, model.form, turned.after[0, k], change[k]) for k in order)) if order else
        _("What moved most: nothing."))
    told = became.format(label=turned.taken[0], right=turned.right(target), count=n, target=target)
    return f"{told} {most}"


def _way(name: str, k: int, form: Table, after: float, change: float) -> str:
    """A feature, and which way it moved, or to which word."""
    if form.is_category[k]:
        return _("{name} (to {word})").format(name=name, word=written(after, k, form))
    return (_("{name} (up)") if change > 0 else _("{name} (down)")).format(name=name)


def of_all(features: Sequence[str], most: int) -> str:
    """How many of the features are shown, where not all are."""
    if len(features) <= most:
        return ""
    return " " + _("You see {some} of the {count} features.").format(some=most, count=len(features))

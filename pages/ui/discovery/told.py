"""What the page How the tree is found tells in words and equations."""
from __future__ import annotations

from collections.abc import Sequence

import numpy as np

import branched
from branched import ClassTree, Form

from ..frame import words
from .work import Pair

NAMED = 3  # groups, where trees differ in many
INTRODUCTION = """Nobody drew the tree by hand: it was read off the {data}. Two classes are joined from the time on at
which noise hides the difference between them."""
ALONE = "This model knows one class only: there is no tree to find."
OWN_EYES = " But you can try to tell its classes apart yourself."
GAME = """Some of these noisy pictures are {a}, some are {b} (the model's own drawings). Pull the slider to the right,
and stop as soon as you can tell them apart. Were you earlier than the rule?"""
WITHOUT = """This model's file has no curves of similarity: its tree was given, not found. So there is nothing to see of
the rule here.{game}"""
EXPLANATION = """
The rule takes real {many} of every class and covers them with more and more noise, as the model does when it learns.
At each **diffusion time** t it asks: how alike are two noisy {many} of *different* classes, and how alike are two of
the *same* class? ("Alike" is the mean cosine similarity of their {values}: 1 for the same {one}, 0 for nothing in
common.) Without noise, {many} of the same class are more alike. As noise covers them, the difference fades. Two
classes **meet** at the first time at which it is no more than **epsilon**; above that time they may as well be drawn
as one. Then the classes are joined into a tree, the earliest meeting first.

**Smoothing** averages each curve over neighbouring times, so that chance wiggles do not decide (it is a width, in
thousandths of the whole time). **Shortest branch**: where two branch points are closer than this, they become one.
Whatever you try here, the model itself keeps the tree it was trained with; another tree would mean training anew.

What the rule calls indistinguishable is so *for the rule*: it compares pairs of {many}, blindly, on average. {eyes}
"""
EYES = """You (and
the model) know what a digit looks like, and can often tell earlier. Try it in the game."""
VALUES = {"images": "pixels", "rows": "features, each standardised"}


def are_pictures(form: Form) -> bool:
    """Whether a model's things can be looked at."""
    return form.kind == "images"


def introduction(form: Form) -> str:
    """What is to be seen."""
    return INTRODUCTION.format(data=form.many if are_pictures(form) else "data")


def without(form: Form) -> str:
    """Why a model's curves are not shown."""
    return WITHOUT.format(game=OWN_EYES if are_pictures(form) else "")


def explanation(form: Form) -> str:
    """The rule in words, about a form's own things."""
    return EXPLANATION.format(many=form.many, one=form.one, values=VALUES.get(form.kind, "values"),
                              eyes=EYES if are_pictures(form) else "")


# -- equations ---------------------------------------------------------------------------------------------------------

def equation(pair: Pair) -> str:
    """The rule with its numbers where a pair meets (or, if it never does, at the last time), in LaTeX."""
    at = len(pair.times) - 1 if pair.met is None else int(np.searchsorted(pair.times, pair.met))
    parts = [rf"\underbrace{{{value:.4f}}}_{{\text{{{name}}}}}" for value, name in
             ((pair.between[at], "between"), (pair.within[at], "within"), (pair.rule.epsilon, "epsilon"))]
    sign = "<" if pair.met is None else r"\geq"
    return rf"\text{{at }} t = {pair.times[at]:.3f}: \quad {parts[0]} \;{sign}\; {parts[1]} - {parts[2]}"


def noising(t: float) -> str:
    """How a picture is noised at a time, with its numbers, in LaTeX."""
    a, s = float(branched.alpha(t)), float(branched.sigma(t))
    return rf"x_{{{t:.2f}}} = {a:.3f} \cdot \text{{picture}} + {s:.3f} \cdot \text{{noise}}"


def moment(t: float) -> str:
    """What a picture is made of at a time."""
    return f"{words.at(t)}: {float(branched.alpha(t)):.2f} × picture + {float(branched.sigma(t)):.2f} × noise"


# -- sentences ---------------------------------------------------------------------------------------------------------

def verdict(pair: Pair, tree: float) -> str:
    """Where the curves of a pair meet, and why a tree, in which they meet at another time, says otherwise."""
    a, b, met = pair.a, pair.b, pair.met
    if met is None:
        return (f"The curves of {a} and {b} never come that close. The rule then joins them at the last moment, just "
                "below pure noise, unless other classes bring them together earlier.")
    sentence = f"The two curves meet at {words.at(met)}: from there on, noise hides what tells {a} and {b} apart."
    if words.at(met) == words.at(tree):
        return sentence
    if tree < met:
        return (f"{sentence} In the tree they come together earlier, at {words.at(tree)}, by way of others: two groups "
                "join as soon as their two most similar classes meet.")
    return (f"{sentence} In the tree they come together at {words.at(tree)}, since branches that would be too short "
            "are left out.")


def changes(before: ClassTree, now: ClassTree, a: str, b: str) -> list[str]:
    """What differs between the model's own tree and the one that the rule finds now, first about one pair."""
    times = [words.at(tree.meeting(a, b).time) for tree in (before, now)]
    beside = ", as in the model's own tree" if times[0] == times[1] else f" instead of {times[0]}"
    pair = f"With these settings {a} and {b} part at {times[1]}{beside}."
    groups, old_groups = _groups(now), _groups(before)
    if groups == old_groups:
        return [pair, "All groups are those of the model's own tree, and join in the same order."]
    new = [group for group in groups if group not in old_groups]
    gone = [group for group in old_groups if group not in groups]
    if not new and not gone:
        return [pair, "The groups are those of the model's own tree, but they join in another order."]
    return [pair, *(f"{text}: {_some(which)}." for text, which in
                    (("Groups that the model's own tree does not have", new), ("Groups that are gone", gone)) if which)]


def _groups(tree: ClassTree) -> list[tuple[str, ...]]:
    """The classes of all branch points but the first, from data to noise."""
    return [branch.classes for branch in reversed(tree.branch_points) if len(branch.classes) < len(tree.labels)]


def _some(groups: Sequence[tuple[str, ...]]) -> str:
    """A few groups in words: those that differ from everything, told by their classes."""
    text = "; ".join(" ".join(group) for group in groups[:NAMED])
    return text + (f"; and {len(groups) - NAMED} more" if len(groups) > NAMED else "")

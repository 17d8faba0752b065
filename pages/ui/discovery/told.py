"""What the page How the tree is found tells in words and equations."""
from __future__ import annotations

from collections.abc import Sequence

import numpy as np

import branched
from branched import BranchedModel, ClassTree, Form

from ..frame import words
from ..parts.markup import literal
from .work import Pair, Round

NAMED = 3  # groups, where trees differ in many
INTRODUCTION = """Nobody drew the tree by hand: it was read off the {data}. Two {classes} share a path for as long as
there is so much noise that next to no difference between them is left."""
ALONE = "This model knows one class only: there is no tree to find."
OWN_EYES = " But you can try to tell its classes apart yourself."
GAME = """One row is {a}, the other is {b} (drawn by the model), under so much noise that nobody can know. Pull the
slider to the right, and stop as soon as *you* know which row is which. Then say it: earlier is better, and the rule
plays, too."""
WITHOUT = """This model's file has no curves of similarity: its tree was given, not found. So there is nothing to see
of the rule here.{game}"""
SMOOTHING = "The curve is averaged over neighbouring noise levels, so that chance wiggles do not decide."
SHORTEST = "Where two branch points are closer than this, they become one."
EXPLANATION = """
The rule takes real {many} of every class and covers them with more and more noise, as the model does when it learns.
At each **noise level** t it asks: how alike are two noisy {many} of *different* classes, and how alike are two of
the *same* class? ("Alike" is the mean cosine similarity of their {values}: 1 for the same {one}, 0 for nothing in
common.) The **difference** of these two is what counts. Without noise, {many} of the same class are more alike; as
noise covers them, the difference fades. The rule starts at the {one} and goes towards the noise. The first noise level
at which the difference is no more than **epsilon** is where two classes may as well be drawn as one. Then the classes
are joined into a tree, those first that need least noise for it.

**Smoothing** averages each curve over neighbouring noise levels, so that chance wiggles do not decide (it is a width,
in steps between the noise levels that were tried). **Shortest branch**: where two branch points are closer than this,
they become one. Whatever you try here, the model itself keeps the tree it was trained with; another tree would mean
training anew.

What the rule counts as no difference is none *for the rule*: it compares pairs of {many}, blindly, on average. {eyes}
"""
EYES = """You (and
the model) know what a digit looks like, and can often tell earlier. Try it in the game."""
LIKENESS = """Both curves fall towards the noise: under noise of its own, no {one} is like any other. What counts is how
far they are from each other."""
VALUES = {"images": "pixels", "rows": "features, each standardised"}


def are_pictures(form: Form) -> bool:
    """Whether a model's things can be looked at."""
    return form.kind == "images"


def thing(form: Form) -> str:
    """What stands at the end of time without noise."""
    return form.one if are_pictures(form) else "data"


def introduction(model: BranchedModel) -> str:
    """What is to be seen."""
    return INTRODUCTION.format(data=model.form.many if are_pictures(model.form) else "data",
                               classes=words.classes(model.labels))


def without(form: Form) -> str:
    """Why a model's curves are not shown."""
    return WITHOUT.format(game=OWN_EYES if are_pictures(form) else "")


def explanation(form: Form) -> str:
    """The rule in words, about a form's own things."""
    return EXPLANATION.format(many=form.many, one=form.one, values=VALUES.get(form.kind, "values"),
                              eyes=EYES if are_pictures(form) else "")


# -- equations ---------------------------------------------------------------------------------------------------------

def equation(pair: Pair) -> str:
    """The rule with its numbers at the first time at which it holds (or, if it never does, at the last), in LaTeX."""
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


# -- sentences about curves --------------------------------------------------------------------------------------------

def verdict(pair: Pair, tree: float | None) -> str:
    """Up to where the difference of a pair counts as none, and where that puts their branch point (None: nowhere)."""
    return counts(pair) + ("" if tree is None else f" {branch_point(pair, tree)}")


def counts(pair: Pair) -> str:
    """Up to where, coming from the noise, the difference of a pair counts as none."""
    a, b, met = literal(pair.a), literal(pair.b), pair.met
    if met is None:
        return f"The difference between {a} and {b} is larger than epsilon at every noise level: it always counts."
    small = "at most epsilon: so small that the rule counts it as none"
    if met == pair.times[0]:
        first = f"The difference between {a} and {b} is {small}, even with next to no noise."
    elif pair.again:
        first = (f"With less noise than at **{words.at(met)}** the difference between {a} and {b} is larger than "
                 f"epsilon, and counts. There it is {small}.")
    else:
        first = (f"From noise down to **{words.at(met)}** the difference between {a} and {b} is {small}. With less "
                 "noise than that, it counts.")
    if pair.again is None:
        return first
    return (f"{first} (With more noise it is larger once more, most of all at {words.at(pair.again[0])}. The rule "
            "takes the first noise level, seen from the data.)")


def branch_point(pair: Pair, tree: float) -> str:
    """Where the branch point of a pair is in the tree that follows, and why, if not where the curves say."""
    low, high = pair.rule.room(len(pair.times))
    wanted = high if pair.met is None else min(max(pair.met, low), high)
    if words.at(tree) == words.at(wanted):
        if pair.met is not None and words.at(pair.met) == words.at(tree):
            return "So this is their **branch point** in the tree."
        return f"Their **branch point** is at {words.at(tree)}: the tree has no room for it beyond."
    if tree < wanted:
        return (f"Their **branch point** is nearer to the data, at {words.at(tree)}: other classes, each so like the "
                "next, hold them together until then.")
    return f"Their **branch point** is at {words.at(tree)}, as a branch that would be too short is left out."


def chart(pair: Pair, form: Form) -> str:
    """The chart for those who cannot see it."""
    what = (f"Chart of the difference between noisy {form.many} of {pair.a} and {pair.b}, from noise on the left to "
            f"{thing(form)} on the right, where it is {pair.gap[0]:.3f}.")
    if pair.met is None:
        return f"{what} It never falls to epsilon, {pair.rule.epsilon:.3f}."
    return f"{what} Seen from there, it first falls to epsilon, {pair.rule.epsilon:.3f}, at {words.at(pair.met)}."


def likeness(pair: Pair, form: Form) -> str:
    """The other chart for those who cannot see it."""
    return (f"Chart of how alike noisy {form.many} are, from noise on the left to {thing(form)} on the right, where "
            f"two of the same class, {pair.a} or {pair.b}, have {pair.within[0]:.2f}, and one of each "
            f"{pair.between[0]:.2f}; in pure noise {pair.within[-1]:.2f} and {pair.between[-1]:.2f}.")


def changes(before: ClassTree, now: ClassTree, a: str, b: str) -> list[str]:
    """What differs between the model's own tree and the one that the rule finds now, first about one pair."""
    times = [words.at(tree.meeting(a, b).time) for tree in (before, now)]
    beside = ", as in the model's own tree" if times[0] == times[1] else f" instead of {times[0]}"
    pair = f"The branch point of {a} and {b} is at {times[1]}{beside}."
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


# -- sentences of the game ---------------------------------------------------------------------------------------------

def rows(game_rows: tuple[str, str], played: Round | None) -> tuple[str, str]:
    """What stands beside the two rows: question marks, or once it is told their classes."""
    return game_rows if played else ("?", "?")


def answer(played: Round, upper: str) -> str:
    """How a round ended."""
    if not played.guess:
        return f"The upper row is **{literal(upper)}**. (A round that is shown does not count.)"
    if not played.right:
        return f"**Not this time:** the upper row is {literal(upper)}. A little less noise helps."
    if played.earlier:
        return (f"**Right, and earlier than the rule!** You knew at {words.at(played.time)}; the rule needs less "
                f"noise, {words.at(played.rule)}.")
    if played.as_early:
        return f"**Right, and as early as the rule**: {words.at(played.time)}."
    return (f"**Right.** You knew at {words.at(played.time)}; the rule begins to tell them apart with more noise, at "
            f"{words.at(played.rule)}.")


def score(rounds: Sequence[Round]) -> str:
    """How one did in all rounds in which one guessed; "" before the first."""
    if not rounds:
        return ""
    right, earlier = sum(one.right for one in rounds), sum(one.earlier for one in rounds)
    return (f"**Your score:** right in {right} of {len(rounds)}, earlier than the rule in {earlier}. By luck alone one "
            "is right every second time.")

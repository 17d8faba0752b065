"""What the page How the tree is found tells in words and equations."""
from __future__ import annotations

from collections.abc import Sequence

import numpy as np

import branched
from branched import BranchedModel, ClassTree, Form

from ..frame import words
from ..language import N_, _, decimal
from ..parts.markup import literal
from .work import Pair, Round

NAMED = 3  # groups, where trees differ in many
OF_DATA = N_("""Nobody drew the tree by hand: it was read off the data. Two {classes} share a path for as long as
there is so much noise that next to no difference between them is left.""")
OF_PICTURES = N_("Nobody drew the tree by hand: it was read off the pictures. Two {classes} share a path for as long "
                 "as\nthere is so much noise that next to no difference between them is left.")
ALONE = N_("This model knows one class only: there is no tree to find.")
GAME = N_("""One row is {a}, the other is {b} (drawn by the model), under so much noise that nobody can know. Pull the
slider to the right, and stop as soon as *you* know which row is which. Then say it: earlier is better, and the rule
plays, too.""")
WITHOUT = N_("""This model's file has no curves of similarity: its tree was given, not found. So there is nothing to see
of the rule here.""")
OWN_EYES = N_("But you can try to tell its classes apart yourself.")
SMOOTHING = N_("The curve is averaged over neighbouring noise levels, so that chance wiggles do not decide.")
SHORTEST = N_("Where two branch points are closer than this, they become one.")
EXPLANATION = N_("""
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
""")
EYES = N_("""You (and
the model) know what a digit looks like, and can often tell earlier. Try it in the game.""")
LIKENESS = N_("Both curves fall towards the noise: under noise of its own, no {one} is like any other. What counts is "
              "how\nfar they are from each other.")
VALUES = {"images": N_("pixels"), "rows": N_("features, each standardised")}
OTHER_VALUES = N_("values")
FORMS = N_("picture"), N_("pictures"), N_("row"), N_("rows")  # as a form says itself what its things are called


def are_pictures(form: Form) -> bool:
    """Whether a model's things can be looked at."""
    return form.kind == "images"


def thing(form: Form) -> str:
    """What stands at the end of time without noise."""
    return _(form.one) if are_pictures(form) else _("data")


def introduction(model: BranchedModel) -> str:
    """What is to be seen."""
    return _(OF_PICTURES if are_pictures(model.form) else OF_DATA).format(classes=words.classes(model.labels))


def without(form: Form) -> str:
    """Why a model's curves are not shown."""
    return f"{_(WITHOUT)} {_(OWN_EYES)}" if are_pictures(form) else _(WITHOUT)


def explanation(form: Form) -> str:
    """The rule in words, about a form's own things."""
    return _(EXPLANATION).format(many=_(form.many), one=_(form.one), values=_(VALUES.get(form.kind, OTHER_VALUES)),
                                 eyes=_(EYES) if are_pictures(form) else "")


# -- equations ---------------------------------------------------------------------------------------------------------

def equation(pair: Pair) -> str:
    """The rule with its numbers at the first time at which it holds (or, if it never does, at the last), in LaTeX."""
    at = len(pair.times) - 1 if pair.met is None else int(np.searchsorted(pair.times, pair.met))
    parts = [rf"\underbrace{{{value:.4f}}}_{{\text{{{name}}}}}" for value, name in
             ((pair.between[at], _("between")), (pair.within[at], _("within")), (pair.rule.epsilon, "epsilon"))]
    sign = "<" if pair.met is None else r"\geq"
    time = _("at")
    return rf"\text{{{time} }} t = {pair.times[at]:.3f}: \quad {parts[0]} \;{sign}\; {parts[1]} - {parts[2]}"


def noising(t: float) -> str:
    """How a picture is noised at a time, with its numbers, in LaTeX."""
    a, s = float(branched.alpha(t)), float(branched.sigma(t))
    picture, noise = _("picture"), _("noise")
    return rf"x_{{{t:.2f}}} = {a:.3f} \cdot \text{{{picture}}} + {s:.3f} \cdot \text{{{noise}}}"


def moment(t: float) -> str:
    """What a picture is made of at a time."""
    return _("{time}: {picture} × picture + {noise} × noise").format(
        time=words.at(t), picture=decimal(float(branched.alpha(t)), 2), noise=decimal(float(branched.sigma(t)), 2))


# -- sentences about curves --------------------------------------------------------------------------------------------

def verdict(pair: Pair, tree: float | None) -> str:
    """Up to where the difference of a pair counts as none, and where that puts their branch point (None: nowhere)."""
    return counts(pair) + ("" if tree is None else f" {branch_point(pair, tree)}")


def counts(pair: Pair) -> str:
    """Up to where, coming from the noise, the difference of a pair counts as none."""
    met, said = pair.met, {"a": literal(pair.a), "b": literal(pair.b)}
    if met is None:
        return _("The difference between {a} and {b} is larger than epsilon at every noise level: it always "
                 "counts.").format(**said)
    if met == pair.times[0]:
        first = _("The difference between {a} and {b} is at most epsilon: so small that the rule counts it as none, "
                  "even with next to no noise.")
    elif pair.again:
        first = _("With less noise than at **{time}** the difference between {a} and {b} is larger than epsilon, and "
                  "counts. There it is at most epsilon: so small that the rule counts it as none.")
    else:
        first = _("From noise down to **{time}** the difference between {a} and {b} is at most epsilon: so small that "
                  "the rule counts it as none. With less noise than that, it counts.")
    first = first.format(time=words.at(met), **said)
    return first if pair.again is None else f"{first} {_again(pair.again[0])}"


def _again(time: float) -> str:
    """That the difference counts once more with more noise."""
    return _("(With more noise it is larger once more, most of all at {time}. The rule takes the first noise level, "
             "seen from the data.)").format(time=words.at(time))


def branch_point(pair: Pair, tree: float) -> str:
    """Where the branch point of a pair is in the tree that follows, and why, if not where the curves say."""
    low, high = pair.rule.room(len(pair.times))
    wanted = high if pair.met is None else min(max(pair.met, low), high)
    if words.at(tree) == words.at(wanted):
        if pair.met is not None and words.at(pair.met) == words.at(tree):
            return _("So this is their **branch point** in the tree.")
        text = _("Their **branch point** is at {time}: the tree has no room for it beyond.")
    elif tree < wanted:
        text = _("Their **branch point** is nearer to the data, at {time}: other classes, each so like the next, hold "
                 "them together until then.")
    else:
        text = _("Their **branch point** is at {time}, as a branch that would be too short is left out.")
    return text.format(time=words.at(tree))


def chart(pair: Pair, form: Form) -> str:
    """The chart for those who cannot see it."""
    what = _("Chart of the difference between noisy {many} of {a} and {b}, from noise on the left to {thing} on the "
             "right, where it is {gap}.").format(
        many=_(form.many), a=pair.a, b=pair.b, thing=thing(form), gap=decimal(pair.gap[0], 3))
    epsilon = decimal(pair.rule.epsilon, 3)
    if pair.met is None:
        return f"{what} " + _("It never falls to epsilon, {epsilon}.").format(epsilon=epsilon)
    return f"{what} " + _("Seen from there, it first falls to epsilon, {epsilon}, at {time}.").format(
        epsilon=epsilon, time=words.at(pair.met))


def likeness(pair: Pair, form: Form) -> str:
    """The other chart for those who cannot see it."""
    first, other, last, last_other = (decimal(curve[at], 2) for at in (0, -1) for curve in (pair.within, pair.between))
    return _("Chart of how alike noisy {many} are, from noise on the left to {thing} on the right, where two of the "
             "same class, {a} or {b}, have {within}, and one of each {between}; in pure noise {noisy_within} and "
             "{noisy_between}.").format(many=_(form.many), thing=thing(form), a=pair.a, b=pair.b, within=first,
                                        between=other, noisy_within=last, noisy_between=last_other)


def changes(before: ClassTree, now: ClassTree, a: str, b: str) -> list[str]:
    """What differs between the model's own tree and the one that the rule finds now, first about one pair."""
    times = [words.at(tree.meeting(a, b).time) for tree in (before, now)]
    pair = (_("The branch point of {a} and {b} is at {time}, as in the model's own tree.") if times[0] == times[1] else
            _("The branch point of {a} and {b} is at {time} instead of {before}.")).format(
        a=a, b=b, time=times[1], before=times[0])
    groups, old_groups = _groups(now), _groups(before)
    if groups == old_groups:
        return [pair, _("All groups are those of the model's own tree, and join in the same order.")]
    new = [group for group in groups if group not in old_groups]
    gone = [group for group in old_groups if group not in groups]
    if not new and not gone:
        return [pair, _("The groups are those of the model's own tree, but they join in another order.")]
    return [pair, *(text.format(groups=_some(which)) for text, which in
                    ((_("Groups that the model's own tree does not have: {groups}."), new),
                     (_("Groups that are gone: {groups}."), gone)) if which)]


def _groups(tree: ClassTree) -> list[tuple[str, ...]]:
    """The classes of all branch points but the first, from data to noise."""
    return [branch.classes for branch in reversed(tree.branch_points) if len(branch.classes) < len(tree.labels)]


def _some(groups: Sequence[tuple[str, ...]]) -> str:
    """A few groups in words: those that differ from everything, told by their classes."""
    text = "; ".join(" ".join(group) for group in groups[:NAMED])
    if len(groups) <= NAMED:
        return text
    return _("{groups}; and {count} more").format(groups=text, count=len(groups) - NAMED)


# -- sentences of the game ---------------------------------------------------------------------------------------------

def rows(game_rows: tuple[str, str], played: Round | None) -> tuple[str, str]:
    """What stands beside the two rows: question marks, or once it is told their classes."""
    return game_rows if played else ("?", "?")


def answer(played: Round, upper: str) -> str:
    """How a round ended."""
    if not played.guess:
        text = _("The upper row is **{label}**. (A round that is shown does not count.)")
    elif not played.right:
        text = _("**Not this time:** the upper row is {label}. A little less noise helps.")
    elif played.earlier:
        text = _("**Right, and earlier than the rule!** You knew at {time}; the rule needs less noise, {rule}.")
    elif played.as_early:
        text = _("**Right, and as early as the rule**: {time}.")
    else:
        text = _("**Right.** You knew at {time}; the rule begins to tell them apart with more noise, at {rule}.")
    return text.format(label=literal(upper), time=words.at(played.time), rule=words.at(played.rule))


def score(rounds: Sequence[Round]) -> str:
    """How one did in all rounds in which one guessed; "" before the first."""
    if not rounds:
        return ""
    right, earlier = sum(one.right for one in rounds), sum(one.earlier for one in rounds)
    return _("**Your score:** right in {right} of {count}, earlier than the rule in {earlier}. By luck alone one is "
             "right every second time.").format(right=right, count=len(rounds), earlier=earlier)

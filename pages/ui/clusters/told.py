"""The page "Without labels" in words."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from branched import Outline, OutlineNode

from ..frame.words import listed
from ..language import N_, _, decimal
from ..language import percent as per_cent
from ..parts.markup import literal

TITLE = N_("A tree that nobody labelled")
NONE = N_("This page shows a tree of clusters, learnt from objects without their names, and there is none here. Its "
          "usual one is `mnist-clusters`; `python -m branched grow` makes one of your own data.")
QUESTION = N_("**What does a machine find alike, if nobody tells it anything?**")
KINDS = {"members": N_("Real ones"), "decoder": N_("Drawn by the tree"), "naive": N_("Repainted"),
         "diffusion": N_("Drawn by diffusion"), "bridged": N_("Drawn by branches")}
HOW = {
    "members": N_("Real pictures that the machine put there: those of which it is surest."),
    "decoder": N_("Each leaf has a small network that paints what it has learnt (TreeVAE): quick, but blurred."),
    "naive": N_("A diffusion model, told nothing but what the tree has drawn: it paints that picture anew, and knows "
                "no way."),
    "diffusion": N_("A diffusion model, told the path from the root to the leaf (TreeDiffusion): sharp. Each picture "
                    "has the same beginning on the tree as the one in its place that is drawn by the tree."),
    "bridged": N_("A branched diffusion model, as on the page Watch. Its classes are these leaves: nobody told it a "
                  "name either.")}
PRIOR = {  # whether leaves are to be about equally full, and of what counts as the same: "images", "rows" or ""
    (False, ""): N_("It was told only that it should have {count} leaves."),
    (False, "images"): N_("It was told only that it should have {count} leaves, and that a picture turned a little, or "
                          "drawn with a thicker pen, is still the same."),
    (False, "rows"): N_("It was told only that it should have {count} leaves, and that a row with small changes is "
                        "still the same."),
    (True, ""): N_("It was told only that it should have {count} leaves, about equally full."),
    (True, "images"): N_("It was told only that it should have {count} leaves, about equally full, and that a picture "
                         "turned a little, or drawn with a thicker pen, is still the same."),
    (True, "rows"): N_("It was told only that it should have {count} leaves, about equally full, and that a row with "
                       "small changes is still the same.")}
OWN = N_("Nobody has looked up what is in its leaves: you see some of each, and how many pass every point.")
TRY = N_("**Try this.** Which two leaves would *you* call most alike? Then go up from the leaves: whose paths meet "
         "first? Click on that point, and on the leaves below.")
FACE = N_("See both trees face each other")
ANSWER = N_("What the machine found most alike")
NOTHING = N_("This tree's file holds no objects of its leaves.")
FAINT = N_("Faint: from where this picture began, four paths in five and more lead to another leaf. In its corner: "
           "how probable its own was.")
HELP_STEPS = N_("In how many steps the noise is taken away. More take longer.")
MORE = N_("Draw 24 of this leaf")
KEPT_ALONE = N_("These are kept from when they were measured; the model that drew them is not here to draw others.")
UNTOLD = N_("This file holds a tree without a diffusion model. With one, you would see here what these leaves share.")
TABLE = N_("Below is, for each leaf, the mean of what its decoder draws: **bold** where it is far from the mean of "
           "all leaves.")
EXPLANATION = N_("""
The tree has a **router** at each point: a small network that says how probably a picture goes left or right. What is
common to all is decided at the root, what only one leaf has, in that leaf. A node is as large as the share of pictures
that pass it; a line is as thick as the share of those at its upper end that go along it.
""")
DIGITS = N_("""
**Nobody told it a name.** But it did not start from nothing either. It was told that there are to be ten leaves, about
equally full; and while it learnt, each picture was also shown turned a little, shifted, thicker or thinner, and counted
as *the same*. That is what we know about digits, put in by hand. A 6 that is turned by half a circle would be a 9: so
pictures were turned by twenty degrees at most.

The digits under the leaves were counted afterwards, to see what came out; the tree has never seen them. *Purity* is
the share of the most frequent digit in a leaf. *Entropy* says how mixed a leaf is: 0 if all are one digit, 2.3 if all
ten are there equally often.
""")


# -- the headline ------------------------------------------------------------------------------------------------------

def introduction(model: Any, counts: np.ndarray | None, classes: Sequence[str]) -> str:
    """What the machine was given, and what came out: the surprise, from counts (leaves, classes)."""
    return " ".join([_(QUESTION), given(model), prior(model), _(OWN) if counts is None else result(counts, classes)])


def given(model: Any) -> str:
    """What it was shown, and how many of them, if that is known."""
    many, is_images = model.facts.data.count, model.form.kind == "images"
    if not many:
        return (_("This one was shown pictures, and not a single name.") if is_images else
                _("This one was shown rows, and not a single name."))
    text = (_("This one was shown {count} pictures, and not a single name.") if is_images else
            _("This one was shown {count} rows, and not a single name."))
    return text.format(count=decimal(many))


def prior(model: Any) -> str:
    """What it was told all the same: how many leaves, and what counts as the same."""
    training = model.facts.stored.get("training") or {}
    things = "images" if model.form.kind == "images" else "rows"
    text = PRIOR[bool(training.get("information")), things if training.get("view") else ""]
    return _(text).format(count=len(model.groups))


def result(counts: np.ndarray, classes: Sequence[str]) -> str:
    """How far the leaves are classes, from counts (leaves, classes)."""
    found = sorted({classes[k] for k in counts.argmax(1)})
    if not len(found) == len(classes) == len(counts):
        text = _("Names were looked up only afterwards, to count. The surprise: **the leaves became {names}**.")
    elif all(name.isdigit() for name in classes):
        text = _("Names were looked up only afterwards, to count. The surprise: **every leaf became one digit**.")
    else:
        text = _("Names were looked up only afterwards, to count. The surprise: **every leaf became one class**.")
    kind = _("{share} of 100 test pictures lie among their own kind.").format(
        share=percent(counts.max(1).sum() / max(1, counts.sum())))
    return f"{text.format(names=listed(found))} {kind}"


def percent(share: float) -> str:
    """A share of 100, with a digit after the point where all or nothing is near, and never all for nearly all."""
    value = 100 * share
    if 0 < value < 0.95 or 98.95 < value < 100:
        return f"<{decimal(0.1, 1)}" if value < 0.05 else decimal(min(value, 99.9), 1)
    return decimal(value)


def neighbours(outline: Outline, names: Mapping[str, str]) -> str:
    """Which leaves part last: what the machine finds most alike; "" where none do. `names` has the class of each leaf.
    """
    pairs = [node for node in outline.points if all(child.is_leaf for child in outline.children(node))]
    alike = [listed(sorted(names.get(group, group) for group in node.groups)) for node in reversed(pairs)]
    text = _("{pairs}. Their paths part last, so they share most of what the tree knows of them.")
    return text.format(pairs="; ".join(alike)) if alike else ""


def beside(agreement: Any) -> str:
    """How it compares with the class tree, with a number if that was measured."""
    text = _("The class tree, on the first page of this app, was told the name of every picture, and is read off the "
             "noise. This one knew no name and no noise.")
    if agreement is None or None in (agreement.agree, agreement.chance):
        return text
    same = _("Ask both which two of three digits are more alike: they give the same answer in {share} of 100 cases (by "
             "chance, {chance}).").format(share=percent(agreement.agree), chance=percent(agreement.chance))
    return f"{text} {same}"


# -- a leaf ------------------------------------------------------------------------------------------------------------

def leaf_says(name: str, mass: float, counts: np.ndarray | None, classes: Sequence[str]) -> str:
    """A leaf for a pointer that rests on it: counts (classes,)."""
    inside = "" if counts is None or not counts.sum() else f" {most(counts, classes)}."
    return _("Leaf {leaf}: {share} of 100 come here.").format(leaf=name, share=percent(mass)) + inside


def few_words(name: str, mass: float) -> str:
    """What stands below a leaf's letter, where its classes were not counted: the class of its members, or its share."""
    return _("the {label}s").format(label=name) if name else per_cent(mass)


def most(counts: np.ndarray, classes: Sequence[str]) -> str:
    """98 of 100 are a 7."""
    share = counts.max() / counts.sum()
    return _("{share} of 100 are {what}").format(share=percent(share), what=a(classes[counts.argmax()]))


def a(name: str) -> str:
    """A name with its article."""
    if not name.isdigit():
        return name
    return (_("an {digit}") if name.startswith(("8", "11", "18")) else _("a {digit}")).format(digit=name)


def content(kind: str, counts: np.ndarray, classes: Sequence[str]) -> str:
    """What is in a leaf, and with what it is mixed up, from counts (classes,)."""
    if not counts.sum():
        return _("Nothing of this leaf was looked at.")
    text = (_("**{most}** ({count} real test pictures came here).") if kind == "members" else
            _("**{most}** ({count} pictures drawn for this leaf; an independent network read them)."))
    text = text.format(most=most(counts, classes), count=decimal(counts.sum()))
    others = [(classes[k], counts[k] / counts.sum()) for k in np.argsort(-counts, kind="stable")[1:4] if counts[k]]
    if not others:
        return " ".join([text, _("There is nothing else.")])
    parts = listed(f"{a(name)} ({percent(share)})" for name, share in others)
    return " ".join([text, _("Most often mixed in, of 100: {parts}.").format(parts=parts)])


def elsewhere(leaf: int, counts: np.ndarray, groups: Sequence[str], classes: Sequence[str]) -> str:
    """Where the rest of a leaf's most frequent class went, from counts (leaves, classes)."""
    k = counts[leaf].argmax()
    whole, here = counts[:, k].sum(), counts[leaf, k]
    if not here or here == whole:
        return _("Every {label} came here.").format(label=literal(classes[k])) if here else ""
    rest = counts[:, k].copy()
    rest[leaf] = 0
    other = rest.argmax()
    text = _("Of 100 pictures of {what}, {share} came here. Of the others, more went to leaf {leaf} (the {label}s) "
             "than to any other.")
    return text.format(what=a(classes[k]), share=percent(here / whole), leaf=literal(groups[other]),
                       label=literal(classes[counts[other].argmax()]))


def purity(counts: np.ndarray) -> str:
    """Purity and entropy of a leaf in numbers, counts (classes,)."""
    p = counts[counts > 0] / counts.sum()
    entropy = float((p * np.log(1 / p)).sum())
    text = _("Purity {purity}, entropy {entropy} (0: all one kind; {most}: all {count} kinds equally often).")
    return text.format(purity=per_cent(p.max(), 1), entropy=decimal(entropy, 2), most=decimal(np.log(len(counts)), 1),
                       count=len(counts))


# -- an inner node -----------------------------------------------------------------------------------------------------

def node_says(outline: Outline, node: OutlineNode, mass: Mapping[int, float], names: Mapping[str, str]) -> str:
    """An inner node for a pointer that rests on it."""
    passing = _("{share} of 100 pass here.").format(share=percent(mass[node.id]))
    return f"{passing} {parting(outline, node, mass, names)}"


def parting(outline: Outline, node: OutlineNode, mass: Mapping[int, float], names: Mapping[str, str]) -> str:
    """How many go where, of those who come to a node. `names` has the class of each leaf, if that is known."""
    ways = [_("{share} go on to {names}").format(share=percent(mass[child.id] / max(mass[node.id], 1e-9)),
                                                names=" ".join(names.get(group, group) for group in child.groups))
            for child in outline.children(node)]
    return _("Of 100 that come here, {ways}.").format(ways=listed(ways))


def headline(outline: Outline, node: OutlineNode, names: Mapping[str, str]) -> str:
    """What is chosen. `names` has the class of each leaf, if that is known."""
    if node.is_leaf:
        text = _("Leaf {leaf}: the {label}s") if node.name in names else _("Leaf {leaf}")
        return text.format(leaf=node.name, label=names.get(node.name))
    sides = [" ".join(names.get(group, group) for group in child.groups) for child in outline.children(node)]
    return _("Here part {sides}").format(sides=" | ".join(sides))


SHARE = N_("**What its leaves share.** Drawn from the path down to this point alone: which leaf it is to be, nobody "
           "has said yet. So the model draws what all of them have in common, and makes up its mind by itself.")
BELOW = N_("**One start, every leaf.** Down to this point all have one and the same draw; everything below comes "
           "anew. A start that suits one leaf may suit another badly: then its pictures come out broken.")
BELOW_ALONE = N_("**Who is below.** Some of each leaf.")

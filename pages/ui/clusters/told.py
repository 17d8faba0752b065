"""The page "Without labels" in words."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from branched import Outline, OutlineNode

from ..frame.words import listed
from ..parts.markup import literal

TITLE = "A tree that nobody labelled"
NONE = """This page shows a tree of clusters, learnt from objects without their names, and there is none here. Its
usual one is `mnist-clusters`; `python -m branched grow` makes one of your own data."""
QUESTION = "**What does a machine find alike, if nobody tells it anything?**"
KINDS = {"members": "Real ones", "decoder": "Drawn by the tree", "naive": "Repainted",
         "diffusion": "Drawn by diffusion", "bridged": "Drawn by branches"}
HOW = {
    "members": "Real pictures that the machine put there: those of which it is surest.",
    "decoder": "Each leaf has a small network that paints what it has learnt (TreeVAE): quick, but blurred.",
    "naive": "A diffusion model, told nothing but what the tree has drawn: it paints that picture anew, and knows no "
             "way.",
    "diffusion": "A diffusion model, told the path from the root to the leaf (TreeDiffusion): sharp. Each picture "
                 "has the same beginning on the tree as the one in its place that is drawn by the tree.",
    "bridged": "A branched diffusion model, as on the page Watch. Its classes are these leaves: nobody told it a "
               "name either."}
OWN = "Nobody has looked up what is in its leaves: you see some of each, and how many pass every point."
TRY = """**Try this.** Which two leaves would *you* call most alike? Then go up from the leaves: whose paths meet first?
Click on that point, and on the leaves below."""
FACE = "See both trees face each other"
ANSWER = "What the machine found most alike"
NOTHING = "This tree's file holds no objects of its leaves."
FAINT = """Faint: from where this picture began, four paths in five and more lead to another leaf. In its corner: how
probable its own was."""
HELP_STEPS = "In how many steps the noise is taken away. More take longer."
MORE = "Draw 24 of this leaf"
KEPT_ALONE = "These are kept from when they were measured; the model that drew them is not here to draw others."
UNTOLD = "This file holds a tree without a diffusion model. With one, you would see here what these leaves share."
TABLE = """Below is, for each leaf, the mean of what its decoder draws: **bold** where it is far from the mean of all
leaves."""
EXPLANATION = """
The tree has a **router** at each point: a small network that says how probably a picture goes left or right. What is
common to all is decided at the root, what only one leaf has, in that leaf. A node is as large as the share of pictures
that pass it; a line is as thick as the share of those at its upper end that go along it.
"""
DIGITS = """
**Nobody told it a name.** But it did not start from nothing either. It was told that there are to be ten leaves, about
equally full; and while it learnt, each picture was also shown turned a little, shifted, thicker or thinner, and counted
as *the same*. That is what we know about digits, put in by hand. A 6 that is turned by half a circle would be a 9: so
pictures were turned by twenty degrees at most.

The digits under the leaves were counted afterwards, to see what came out; the tree has never seen them. *Purity* is
the share of the most frequent digit in a leaf. *Entropy* says how mixed a leaf is: 0 if all are one digit, 2.3 if all
ten are there equally often.
"""


# -- the headline ------------------------------------------------------------------------------------------------------

def introduction(model: Any, counts: np.ndarray | None, classes: Sequence[str]) -> str:
    """What the machine was given, and what came out: the surprise, from counts (leaves, classes)."""
    things = "pictures" if model.form.kind == "images" else "rows"
    many = model.facts.data.count
    text = f"{QUESTION} This one was shown {f'{many:,} ' if many else ''}{things}, and not a single name. "
    return text + prior(model) + (OWN if counts is None else result(counts, classes))


def prior(model: Any) -> str:
    """What it was told all the same: how many leaves, and what counts as the same."""
    training = model.facts.stored.get("training") or {}
    same = "a picture turned a little, or drawn with a thicker pen, is still the same" \
        if model.form.kind == "images" else "a row with small changes is still the same"
    full = ", about equally full" if training.get("information") else ""
    facts = [f"that it should have {len(model.groups)} leaves{full}"] + [f"that {same}"] * bool(training.get("view"))
    return f"It was told only {', and '.join(facts)}. "


def result(counts: np.ndarray, classes: Sequence[str]) -> str:
    """How far the leaves are classes, from counts (leaves, classes)."""
    found = sorted({classes[k] for k in counts.argmax(1)})
    kind = "digit" if all(name.isdigit() for name in classes) else "class"
    each = f"every leaf became one {kind}" if len(found) == len(classes) == len(counts) else \
        f"the leaves became {listed(found)}"
    return (f"Names were looked up only afterwards, to count. The surprise: **{each}**. "
            f"{percent(counts.max(1).sum() / max(1, counts.sum()))} of 100 test pictures lie among their own kind.")


def percent(share: float) -> str:
    """A share of 100, with a digit after the point where all or nothing is near, and never all for nearly all."""
    value = 100 * share
    if 0 < value < 0.95 or 98.95 < value < 100:
        return "<0.1" if value < 0.05 else f"{min(value, 99.9):.1f}"
    return f"{value:.0f}"


def neighbours(outline: Outline, names: Mapping[str, str]) -> str:
    """Which leaves part last: what the machine finds most alike; "" where none do. `names` has the class of each leaf.
    """
    pairs = [node for node in outline.points if all(child.is_leaf for child in outline.children(node))]
    alike = [listed(sorted(names.get(group, group) for group in node.groups)) for node in reversed(pairs)]
    last = "Their paths part last, so they share most of what the tree knows of them."
    return f"{'; '.join(alike)}. {last}" if alike else ""


def beside(agreement: Any) -> str:
    """How it compares with the class tree, with a number if that was measured."""
    text = ("The class tree, on the first page of this app, was told the name of every picture, and is read off the "
            "noise. This one knew no name and no noise. ")
    if agreement is None or None in (agreement.agree, agreement.chance):
        return text
    return text + (f"Ask both which two of three digits are more alike: they give the same answer in "
                   f"{percent(agreement.agree)} of 100 cases (by chance, {percent(agreement.chance)}).")


# -- a leaf ------------------------------------------------------------------------------------------------------------

def leaf_says(name: str, mass: float, counts: np.ndarray | None, classes: Sequence[str]) -> str:
    """A leaf for a pointer that rests on it: counts (classes,)."""
    inside = "" if counts is None or not counts.sum() else f" {most(counts, classes)}."
    return f"Leaf {name}: {percent(mass)} of 100 come here.{inside}"


def few_words(name: str, mass: float) -> str:
    """What stands below a leaf's letter, where its classes were not counted: the class of its members, or its share."""
    return f"the {name}s" if name else f"{mass:.0%}"


def most(counts: np.ndarray, classes: Sequence[str]) -> str:
    """98 of 100 are a 7."""
    share = counts.max() / counts.sum()
    return f"{percent(share)} of 100 are {a(classes[counts.argmax()])}"


def a(name: str) -> str:
    """A name with its article."""
    return f"{'an' if name.startswith(('8', '11', '18')) else 'a'} {name}" if name.isdigit() else name


def content(kind: str, counts: np.ndarray, classes: Sequence[str]) -> str:
    """What is in a leaf, and with what it is mixed up, from counts (classes,)."""
    who = "real test pictures came here" if kind == "members" else "pictures drawn for this leaf"
    judge = "" if kind == "members" else "; an independent network read them"
    if not counts.sum():
        return "Nothing of this leaf was looked at."
    text = f"**{most(counts, classes)}** ({counts.sum():,} {who}{judge})."
    others = [(classes[k], counts[k] / counts.sum()) for k in np.argsort(-counts, kind="stable")[1:4] if counts[k]]
    if not others:
        return f"{text} There is nothing else."
    parts = listed(f"{a(name)} ({percent(share)})" for name, share in others)
    return f"{text} Most often mixed in, of 100: {parts}."


def elsewhere(leaf: int, counts: np.ndarray, groups: Sequence[str], classes: Sequence[str]) -> str:
    """Where the rest of a leaf's most frequent class went, from counts (leaves, classes)."""
    k = counts[leaf].argmax()
    whole, here = counts[:, k].sum(), counts[leaf, k]
    if not here or here == whole:
        return f"Every {literal(classes[k])} came here." if here else ""
    rest = counts[:, k].copy()
    rest[leaf] = 0
    other = rest.argmax()
    return (f"Of 100 pictures of {a(classes[k])}, {percent(here / whole)} came here. Of the others, more went to leaf "
            f"{literal(groups[other])} (the {literal(classes[counts[other].argmax()])}s) than to any other.")


def purity(counts: np.ndarray) -> str:
    """Purity and entropy of a leaf in numbers, counts (classes,)."""
    p = counts[counts > 0] / counts.sum()
    entropy = float((p * np.log(1 / p)).sum())
    return (f"Purity {p.max():.1%}, entropy {entropy:.2f} (0: all one kind; {np.log(len(counts)):.1f}: all "
            f"{len(counts)} kinds equally often).")


# -- an inner node -----------------------------------------------------------------------------------------------------

def node_says(outline: Outline, node: OutlineNode, mass: Mapping[int, float], names: Mapping[str, str]) -> str:
    """An inner node for a pointer that rests on it."""
    return f"{percent(mass[node.id])} of 100 pass here. {parting(outline, node, mass, names)}"


def parting(outline: Outline, node: OutlineNode, mass: Mapping[int, float], names: Mapping[str, str]) -> str:
    """How many go where, of those who come to a node. `names` has the class of each leaf, if that is known."""
    ways = [f"{percent(mass[child.id] / max(mass[node.id], 1e-9))} go on to "
            f"{' '.join(names.get(group, group) for group in child.groups)}" for child in outline.children(node)]
    return f"Of 100 that come here, {listed(ways)}."


def headline(outline: Outline, node: OutlineNode, names: Mapping[str, str]) -> str:
    """What is chosen. `names` has the class of each leaf, if that is known."""
    if node.is_leaf:
        return f"Leaf {node.name}" + (f": the {names[node.name]}s" if node.name in names else "")
    sides = [" ".join(names.get(group, group) for group in child.groups) for child in outline.children(node)]
    return "Here part " + " | ".join(sides)


SHARE = """**What its leaves share.** Drawn from the path down to this point alone: which leaf it is to be, nobody has
said yet. So the model draws what all of them have in common, and makes up its mind by itself."""
BELOW = """**One start, every leaf.** Down to this point all have one and the same draw; everything below comes anew. A
start that suits one leaf may suit another badly: then its pictures come out broken."""
BELOW_ALONE = "**Who is below.** Some of each leaf."

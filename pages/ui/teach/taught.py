"""Third part of the page "Teach": what a model makes of the class that it was taught, and that it forgot nothing."""
import tempfile
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from branched import BranchedError, BranchedModel, ClassTree

from ..figures.standing_tree import figure
from ..figures.ways import two_ways
from ..frame import link, shell, visitor, words
from ..parts.film import Frame
from ..parts.pictures import Row, hybrids, sheet, strip
from ..serve import queue
from . import showing
from .teaching import EXAMPLES, MOST, Lesson

COLUMNS = 8
HEIGHT = 560  # CSS pixels of the tree
ENDED = {"": "", "stopped": " You stopped it there.",
         "early": " It stopped by itself, before it would have merely repeated the examples."}


@dataclass(frozen=True)
class Drawn:
    """Pictures (n, H, W[, 3]) of a class and of its sibling from the same noise; and what both share, if anything."""

    images: np.ndarray
    sibling: np.ndarray
    noisy: np.ndarray | None
    guesses: np.ndarray | None


@dataclass(frozen=True)
class Crossed:
    """Examples of the new class and what became of them as an old one; and pictures of that, which became the new."""

    examples: np.ndarray
    as_old: np.ndarray
    old: np.ndarray
    as_new: np.ndarray


@dataclass(frozen=True)
class Proof:
    """Pictures (N, n, H, W[, 3]) that two models drew of the same classes, and how many of their bits differ."""

    labels: tuple[str, ...]
    before: np.ndarray
    after: np.ndarray
    different: int
    bits: int


def settings(mine: visitor.Own | None) -> tuple[link.Setting, ...]:
    """What there is to choose once there is a class to look at."""
    if mine is None:
        return ()
    last = mine.added[-1]
    sibling = mine.model.facts.lesson(last).sibling
    return (link.choice("class", mine.added, last), link.choice("old", mine.model.labels, sibling),
            link.whole("seed", 0, 9999, 0))


# -- where it joined ---------------------------------------------------------------------------------------------------

def joined(model: BranchedModel, label: str, taught: visitor.Taught) -> str:
    """Where a class joined the tree, with whom and why, in words."""
    lesson, tree = model.facts.lesson(label), model.tree
    sibling, count = lesson.sibling, lesson.count
    shown = f"{'your ' if taught.drawn else ''}{count} {'drawings' if taught.drawn else 'pictures'}"
    branch = tree.meeting_branch(label, sibling)
    if branch is None:
        return f"**{label}** goes its own way from the start: in this tree nothing is shared but the noise."
    others = [f"**{sibling}**", *(other for other in branch.classes if other not in (label, sibling))]
    company = "**all the others**" if branch.parent is None else words.listed(others)
    return (f"**{label}** parts from {company} at **{words.at(branch.t_low)}**. That was found from "
            f"{shown}: when noise covers them more and more, {sibling} is the first class that looks like {label}. So "
            f"only the last {branch.t_low:.0%} of the way from noise to {label} is new.")


def learnt(model: BranchedModel, before: BranchedModel, label: str, taught: visitor.Taught) -> str:
    """What it took."""
    lesson = model.facts.lesson(label)
    alone = set(model.labels) - set(before.labels) == {label}
    new = f", and {model.parameters - before.parameters:,} new numbers beside {before.parameters:,} old ones" * alone
    return f"It took {lesson.steps} steps{new}.{ENDED[taught.ended]}"


def tree_figure(tree: ClassTree, label: str, sibling: str, picture: np.ndarray | None, dark: bool) -> go.Figure:
    """The tree with the ways of a class and of its sibling lit, and a picture below the class's leaf."""
    branch, leaf = tree.meeting_branch(label, sibling), tree.leaf(label)
    return figure(tree, branch and branch.id, {} if picture is None else {leaf.id: picture}, dark, height=HEIGHT,
                  paths=two_ways(tree, (label,), (sibling,)))


def growing(lesson: Lesson, dark: bool) -> go.Figure:
    """The tree as it is while a class is being learnt."""
    larger = lesson.latest.model
    sibling = larger.facts.lesson(lesson.name).sibling
    return tree_figure(larger.tree, lesson.name, sibling, lesson.latest.samples[0], dark)


# -- the work ----------------------------------------------------------------------------------------------------------

def draw(mine: visitor.Own, label: str, sibling: str, seed: int) -> Drawn:
    """Pictures of a class and of its sibling."""
    def job() -> Generator[float, None, Drawn]:
        branch = mine.model.tree.meeting_branch(label, sibling)
        for frame in mine.model.sampling([label, sibling], n=EXAMPLES, seed=seed, hybrids=True):
            yield 1 - min(frame.times)
        shared = frame.result.hybrids.get(branch.id) if branch else None
        return Drawn(*frame.result.images, shared and shared.noisy, shared and shared.denoised)

    return queue.work(("taught", mine.name, label, sibling, seed), job)


def is_drawn(mine: visitor.Own, label: str, sibling: str, seed: int) -> bool:
    """Whether these pictures are there already."""
    return queue.is_kept(("taught", mine.name, label, sibling, seed))


def cross(mine: visitor.Own, label: str, old: str, seed: int) -> Crossed:
    """A class into an old one, and back."""
    def job() -> Generator[float, None, Crossed]:
        model, examples = mine.model, mine.taught[label].examples[:COLUMNS]
        yield 0.1
        as_old = model.transmute(examples, label, old, seed=seed).images
        yield 0.4
        drawn = model.sample(old, n=COLUMNS, seed=seed).images[0]
        yield 0.7
        return Crossed(examples, as_old, drawn, model.transmute(drawn, old, label, seed=seed).images)

    return queue.work(("taught into", mine.name, label, old, seed), job)


def prove(mine: visitor.Own, seed: int) -> Proof:
    """All that the model knew before the last lesson, drawn by the model from before and by the one of now."""
    def job() -> Generator[float, None, Proof]:
        labels = mine.before.labels
        made = []
        for part, model in enumerate((mine.before, mine.model)):
            for frame in model.sampling(labels, n=COLUMNS, seed=seed):
                yield (part + 1 - max(frame.times)) / 2
            made.append(frame.result.images)
        return Proof(labels, *made, differing(*made), 8 * made[0].nbytes)

    return queue.work(("proof", mine.name, seed), job)


def differing(one: np.ndarray, other: np.ndarray) -> int:
    """How many bits of two arrays of float32 differ."""
    one, other = (np.ascontiguousarray(pictures, np.float32).view(np.uint32) for pictures in (one, other))
    return int(np.bitwise_count(one ^ other).sum())


# -- what can be done with it ------------------------------------------------------------------------------------------

def file(mine: visitor.Own) -> bytes:
    """The model as a file's contents."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.safetensors"
        mine.model.save(path)
        return path.read_bytes()


def remove(label: str) -> None:
    """Take a class out of the visitor's model; without any, it is let go."""
    mine = visitor.held()
    try:
        smaller = mine.model.without(label)
    except BranchedError as error:
        showing.say(str(error))
        return
    left = {name: taught for name, taught in mine.taught.items() if name != label}
    if left:
        name = visitor.keep(mine.base, smaller, shell.model(mine.base), left).name
    else:
        visitor.forget()
        name = mine.base
    st.query_params.from_dict({"model": name})


def another(name: str | None) -> None:
    """Back to drawing, for one more class; or back to what there is."""
    st.session_state["_another"] = name


def actions(mine: visitor.Own, label: str) -> None:
    """What to do with the model now."""
    st.download_button("Download the model", lambda: file(mine), f"{visitor.short(mine.name)}.safetensors",
                       "application/octet-stream", on_click="ignore", icon=":material/download:", width="stretch",
                       help="Without it, the model is gone when this page is closed. Put into the folder checkpoints, "
                            "it is a model like any other.")
    full = len(mine.added) >= MOST
    st.button("Teach another", icon=":material/add:", on_click=another, args=[mine.name], disabled=full,
              width="stretch", help=f"{MOST} added classes are the most." if full else None)
    st.button(f"Remove {label}", icon=":material/delete:", on_click=remove, args=[label], width="stretch")


def links(mine: visitor.Own, label: str, sibling: str) -> None:
    """The other pages, where they are about the new class."""
    tree = mine.model.tree
    for page, name, icon, query in (
            ("app.py", "Class tree", "account_tree", {"node": str(tree.leaf(label).id)}),
            ("pages/generate.py", "Generate", "grid_view", {"labels": f"{sibling},{label}"}),
            ("pages/hybrids.py", "Hybrids", "join_inner", {"a": label, "b": sibling}),
            ("pages/transmute.py", "Transmute", "swap_horiz", {"target": label}),
            ("pages/discovery.py", "Why there", "query_stats", {"a": label, "b": sibling})):
        st.page_link(page, label=name, icon=f":material/{icon}:", query_params={"model": mine.name, **query})


# -- on the screen -----------------------------------------------------------------------------------------------------

def samples(label: str, images: np.ndarray) -> str:
    """Pictures of the new class in two rows, as HTML."""
    return sheet([Row(label, "", strip(images, COLUMNS), f"Pictures of {label}, drawn by the model", "short")])


def between(label: str, sibling: str, drawn: Drawn) -> str:
    """What a class and its sibling share, and what becomes of it, as HTML."""
    rows = hybrids(f"{label} and {sibling}", drawn.noisy[:COLUMNS], drawn.guesses[:COLUMNS],
                   {sibling: drawn.sibling[:COLUMNS], label: drawn.images[:COLUMNS]})
    return sheet(rows)


def turned(label: str, old: str, found: Crossed, drawn: bool) -> str:
    """Both directions as HTML."""
    whose = "your drawings" if drawn else "its examples"
    return sheet([Row(label, whose, strip(found.examples, COLUMNS), f"{label}: {whose}"),
                  Row(f"as {old}", "", strip(found.as_old, COLUMNS), f"The same, turned into {old}"),
                  Row(old, "drawn by it", strip(found.old), f"Pictures of {old}"),
                  Row(f"as {label}", "", strip(found.as_new), f"The same, turned into {label}")])


def kept(proof: Proof, images: np.ndarray) -> str:
    """One side of the proof as HTML."""
    return sheet([Row(label, "", strip(row), f"{label}, drawn anew", "short")
                  for label, row in zip(proof.labels, images, strict=True)])


def verdict(proof: Proof) -> str:
    """How many bits differ, in words."""
    of = f"of the {proof.bits:,} bits of these pictures"
    if proof.different == 0:
        return f"**0** {of} differ. The model from before and yours drew the same, to the last bit."
    return (f"**{proof.different:,}** {of} differ. They should not: on this machine the two models do not draw exactly "
            "the same.")


def heading(proof: Proof) -> str:
    return "What it has forgotten: nothing" if proof.different == 0 else "What it has forgotten"


def film(taught: visitor.Taught) -> tuple[np.ndarray, list[Frame]]:
    """How pictures of the class came into focus while it was learnt."""
    count = taught.previews.shape[1]
    frames = [Frame(f"After {step} step{'s' * (step > 1)}", tuple(
        tuple(range(k * count + first, k * count + min(first + COLUMNS, count))) for first in range(0, count, COLUMNS)))
        for k, step in enumerate(taught.steps)]
    return taught.previews.reshape(-1, *taught.previews.shape[2:]), frames

"""What the page "Generate" does: a walk for some classes, and the same class by class to compare."""
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from time import perf_counter
from typing import Any

import numpy as np
import streamlit as st

from branched import BranchedModel, ClassTree

from ..figures.standing_tree import DARK, LIGHT
from ..frame import shell, words
from ..parts import reels
from ..parts.film import Frame
from ..parts.pictures import GAP, strip
from ..serve import queue

PICTURES = 320      # at most, of all classes together
FILM = 6_000        # pictures of the film, at most
CELL = 56           # CSS pixels of a picture, where there is room
RACE = 10_000       # evaluations, at most, of a comparison
USUAL = "ddim-eta"  # the library's own choice
SOLVERS = {
    "ddim-eta": ("Small steps, a little fresh noise (DDIM)",
                 "At each step a part of the noise is replaced by fresh noise, which mends earlier mistakes."),
    "ddim": ("Small steps, no fresh noise (DDIM)", "The first noise alone decides what comes out."),
    "dpm++2m": ("Steps that look back (DPM++ 2M)",
                "Each step uses the one before it to guess how things go on, and so bears fewer, longer steps."),
    "sde-dpm++2m": ("Steps that look back, fresh noise (SDE-DPM++ 2M)",
                    "As DPM++ 2M, but fresh noise is added at each step."),
    "heun": ("Steps that look ahead (Heun)",
             "Each step is tried, looked at, and taken anew with the mean of both: two looks for every step."),
    "unipc": ("Steps that are corrected (UniPC)", "The next look at a picture also mends the step before it."),
}


@dataclass(frozen=True)
class Order:
    """What is wanted."""

    labels: tuple[str, ...]
    n: int
    steps: int
    solver: str
    seed: int

    def options(self) -> dict[str, Any]:
        """As the model takes them."""
        return {"n": self.n, "steps": self.steps, "solver": self.solver, "seed": self.seed}


@dataclass(frozen=True)
class Drawn:
    """Pictures (N, n, H, W[, 3]) in [0, 1], the film of how they came about, and what they cost.

    `calls` has the evaluations of one picture on each branch, `alone` all evaluations had nothing been shared.
    """

    images: np.ndarray
    reel: reels.Reel
    evaluations: int
    alone: int
    calls: dict[int, int]
    seconds: float


@dataclass(frozen=True)
class Alone:
    """The same class by class, so far: classes done, evaluations, seconds, and the largest difference of a pixel."""

    done: int = 0
    evaluations: int = 0
    seconds: float = 0.0
    difference: float = 0.0


def per_class(n: int, classes: int) -> int:
    """How many of each class are drawn where n are wanted."""
    return max(1, min(n, PICTURES // classes))


def draw(model: BranchedModel, order: Order) -> Generator[Any, None, Drawn]:
    """Walk the tree, telling of each wave as `model.sampling` does. Only the model's own time is counted."""
    waves, walk = [], Timed(model.sampling(order.labels, **order.options()))
    for frame in walk:
        waves.append(reels.wave(frame))
        yield frame
    made = frame.result
    count = max(8, min(order.steps, 50, FILM // (len(made.labels) * order.n)))
    reel = reels.reel(model.tree, made.labels, waves, reels.even(count))
    return Drawn(made.images, reel, made.evaluations, made.evaluations_class_by_class, made.calls, walk.seconds)


def draw_alone(model: BranchedModel, order: Order, drawn: Drawn) -> Generator[Alone, None, Alone]:
    """Draw each class by itself, telling how far it is, and compare with what was drawn through the tree."""
    so_far = Alone()
    for label, images in zip(order.labels, drawn.images, strict=True):
        walk = Timed(model.sampling(label, **order.options()))
        for waves, frame in enumerate(walk):
            made = frame.result
            yield Alone(so_far.done, so_far.evaluations + waves * order.n, so_far.seconds + walk.seconds)
        difference = max(so_far.difference, float(np.abs(made.images[0] - images).max()))
        so_far = Alone(so_far.done + 1, so_far.evaluations + made.evaluations, so_far.seconds + walk.seconds,
                       difference)
    return so_far


class Timed:
    """Frames as they come, and in `seconds` how long the model itself has worked on them."""

    def __init__(self, frames: Iterator[Any]):
        self.frames, self.seconds = frames, 0.0

    def __iter__(self) -> Iterator[Any]:
        while True:
            began = perf_counter()
            frame = next(self.frames, None)
            self.seconds += perf_counter() - began
            if frame is None:
                return
            yield frame


# -- on the screen -----------------------------------------------------------------------------------------------------

def rows(labels: Sequence[str], images: np.ndarray) -> str:
    """Pictures (N, n, H, W[, 3]) on their way, as HTML that lies where the film of the same pictures will lie."""
    width = images.shape[1] * (images.shape[3] + GAP) - GAP
    lines, last = [], None
    for label, row in zip(labels, images, strict=True):
        if last is None or not np.array_equal(row, last[0]):  # what is shared is packed once
            last = row, strip(row)
        lines.append(f'<div style="text-align: right; font-weight: 600; line-height: 1.35">{escape(label)}</div>'
                     f'<img src="{last[1]}" alt="{escape(label)}, being drawn"'
                     ' style="display: block; width: 100%; border-radius: 0; image-rendering: pixelated">')
    columns = f"fit-content(9rem) minmax(0, {width * CELL / images.shape[2]:.0f}px)"
    return (f'<div style="display: grid; align-items: center; gap: .3rem .9rem; grid-template-columns: {columns}">'
            f'{"".join(lines)}</div>')


def frames(reel: reels.Reel) -> list[Frame]:
    """The film: rows are classes. Each caption says how many pictures a column really has."""
    return [Frame(_caption(t, cells), tuple(map(tuple, cells.tolist())))
            for t, cells in zip(reel.times, reel.cells, strict=True)]


def _caption(t: float, cells: np.ndarray) -> str:
    classes, different = len(cells), len(set(cells[:, 0].tolist()))
    if t == 0:
        return "t = 0: finished."
    if classes == 1:
        return f"{words.at(t)}."
    if different == 1:
        return f"{words.at(t)}: all classes are still one picture in each column."
    return f"{words.at(t)}: {different} different pictures in each column of {classes}."


def comparison(name: str, model: BranchedModel, order: Order, drawn: Drawn) -> None:
    """What the tree saved, measured now: the same classes one by one, in view of the visitor."""
    st.subheader("What the tree saves", anchor=False)
    if len(order.labels) == 1:
        st.markdown(f"{looks(drawn.evaluations)}, {drawn.seconds:.1f} s. There is nothing to save with a single class.")
        return
    st.markdown("A **look** is the network looking at one picture once. Most of the time goes into that.")
    wanted = st.toggle("Draw each class by itself, too, to compare", key="race")
    chart, told = st.empty(), st.empty()
    alone, dark = None, shell.dark()
    if wanted and drawn.alone <= RACE:
        def show(so_far: Alone) -> None:
            chart.html(bars(drawn, so_far, dark, len(order.labels)))
            told.markdown(f"For comparison: each class by itself, now {order.labels[so_far.done]} …")

        alone = queue.work(("class by class", name, order), lambda: draw_alone(model, order, drawn),
                          queue.seldom(show))
    chart.html(bars(drawn, alone, dark, len(order.labels)))
    told.markdown(saving(drawn, alone))
    if wanted and alone is None:
        seconds = drawn.seconds * drawn.alone / drawn.evaluations
        st.caption(f"So many pictures one by one would take about {seconds:.0f} s. So they are not drawn to compare.")


def looks(evaluations: int) -> str:
    return f"{evaluations:,} looks"


def bars(drawn: Drawn, alone: Alone | None, dark: bool, classes: int) -> str:
    """Both ways as bars, by evaluations; without `alone`, what the second would cost."""
    palette = DARK if dark else LIGHT
    done = drawn.alone if alone is None else alone.evaluations
    second = looks(done) + (f" · {alone.seconds:.1f} s" if alone else "")
    if alone and alone.done < classes:
        second += f" · {alone.done} of {classes} classes"
    return "".join([
        _bar("Through the tree", f"{looks(drawn.evaluations)} · {drawn.seconds:.1f} s",
             drawn.evaluations / drawn.alone, palette["lit"]),
        _bar("Class by class", second, done / drawn.alone, palette["other"])])


def _bar(name: str, told: str, share: float, colour: str) -> str:
    return (f'<div style="margin: .35rem 0 .8rem; max-width: 46rem"><div style="display: flex; flex-wrap: wrap;'
            f' gap: 0 .8rem; justify-content: space-between; font-size: 1.05rem"><b>{name}</b><span>{told}</span></div>'
            f'<div style="height: 1.3rem; margin-top: .15rem; background: #8882"><div style="height: 100%;'
            f' width: {100 * min(1, share):.1f}%; background: {colour}"></div></div></div>')


def saving(drawn: Drawn, alone: Alone | None) -> str:
    """What the tree saved, in a sentence or two."""
    ratio = f"**{drawn.alone / drawn.evaluations:.1f} times**"
    if alone is None:
        return f"One by one, the same classes would take {ratio} as many looks."
    return (f"One by one, the same classes took {ratio} as many looks, and {alone.seconds / drawn.seconds:.1f} times "
            f"as long: measured just now, on this machine. {sameness(alone.difference)}")


def sameness(difference: float) -> str:
    """What comparing both ways' pictures, pixel for pixel, has shown."""
    if difference == 0:
        return "Both ways gave **the same pictures, bit for bit**: we compared them."
    if difference < 1e-3:
        return ("Both ways gave **the same pictures**: we compared them, and no pixel differs by more than one part in "
                f"{float(f'{1 / difference:.0e}'):,.0f}, which is rounding.")
    return f"The pictures of both ways differ by rounding that has grown: by up to {difference:.1%} in a pixel."


def equation(tree: ClassTree, order: Order, drawn: Drawn) -> str:
    """Where the number of evaluations comes from, in LaTeX: branches in the order of the walk."""
    walked = [branch for branch in tree.walk(order.labels) if branch.id in drawn.calls]
    parts = {True: [], False: []}
    for branch in walked:
        parts[len(set(branch.classes) & set(order.labels)) > 1].append(str(drawn.calls[branch.id]))
    inner = [rf"\underbrace{{{' + '.join(numbers)}}}_{{\text{{{name}}}}}"
             for numbers, name in ((parts[True], "shared by several classes"), (parts[False], "one class alone"))
             if numbers]
    body = r" \\ &\quad + ".join(inner)
    return (r"\begin{aligned} \text{looks} &= \text{pictures of a class} \times \textstyle\sum_{\text{branches}} "
            rf"\text{{steps}} \\ &= {order.n} \times \bigl( {body} \bigr) \\ &= {drawn.evaluations:,}"
            .replace(",", "{,}") + r" \end{aligned}")

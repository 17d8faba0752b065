"""What the page "Transmute" shows: its film, its tree, and HTML from the templates beside this file."""
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import plotly.graph_objects as go

import branched
from branched import ClassTree, graph, of_turn

from ..figures.standing_tree import SMALL, figure
from ..frame.look import LIGHT, Look
from ..language import N_, _
from ..parts.markup import filled
from ..parts.pictures import levels, png
from ..parts.pictures import picture as image
from ..parts.reels import Frame
from ..serve.given import DRAWN
from ..serve.kept import kept
from . import told
from .work import Matrix, Source, Turned, Turning

HERE = Path(__file__).parent
CSS = HERE / "transmute.css"
UNITS = N_("Slant in degrees, + leans to the right; stroke in pixels of the small picture.")
FAINT = 0.3  # of a picture's light, where one may draw over it
PHOTO = 64  # pixels: what is larger than that was photographed, and is not shown pixel by pixel


# -- the film and the tree ---------------------------------------------------------------------------------------------

def film_options(turning: Turning) -> dict[str, Any]:
    """How a film is shown."""
    several = len(turning.targets) > 1
    return {"rows": () if several else tuple(map(_, of_turn.ROWS)), "height": 48 if several else 92, "over": "tree",
            "label": _("Noise level of the turn"), "seconds": 5.0}


def frames(tree: ClassTree, turning: Turning, turned: Turned) -> tuple[np.ndarray, list[Frame]]:
    """The pictures of a film, and its frames, those to come among them: what is above each other belongs together.

    For all targets the columns are all classes, the source among them.
    """
    count, there = len(turning.columns), {time: k for k, time in enumerate(turned.times)}
    # All in a row: the source (number 0), then the noisy pictures of every time, then what became of them.
    pictures = np.concatenate([levels(turning.picture.array)[None], *(x.reshape(-1, *x.shape[2:])
                                                                      for x in (turned.noisy, turned.images))])
    nodes, result = graph(tree.outline()).nodes, []
    for time in turning.times(tree)[0]:
        if (k := there.get(time)) is None:
            cells, caption = _cells(tree, turning, (-1,) * count, (-1,) * count), told.on_its_way(time)
        else:
            noisy = tuple(range(1 + k * count, 1 + (k + 1) * count))
            images = tuple(number + len(turned.times) * count for number in noisy)
            cells = _cells(tree, turning, noisy, images)
            caption = told.caption(turning, time, turned.read[k] if turned.read else (), turned.independent)
        result.append(Frame(caption, cells, dots(nodes, tree, turning, time)))
    return pictures, result


def _cells(tree: ClassTree, turning: Turning, noisy: tuple[int, ...],
           images: tuple[int, ...]) -> tuple[tuple[int, ...], ...]:
    """The rows of a frame; with all targets the source's own column has its picture below, and nothing above."""
    if len(turning.targets) == 1:
        return noisy, images
    here = tree.labels.index(turning.source)
    return (*noisy[:here], -1, *noisy[here:]), (*images[:here], 0, *images[here:])


def dots(nodes: Mapping[int, Any], tree: ClassTree, turning: Turning,
         time: float | None) -> tuple[tuple[float, float], ...]:
    """Where on the tree, whose graph has these nodes, the turn is: on the source's path and on the target's, or at
    their branch point."""
    if time is None:
        meetings = [tree.meeting(turning.source, target) for target in turning.targets]
        return tuple(dict.fromkeys((nodes[meeting.id]["x"], meeting.time) for meeting in meetings if meeting.branch))
    if len(turning.targets) == 1:
        meeting = tree.meeting(turning.source, turning.targets[0])
        if meeting.branch and time == meeting.time:
            return ((nodes[meeting.id]["x"], time),)
        who = (turning.source, turning.targets[0])
    else:
        who = (turning.source,)
    return tuple(dict.fromkeys((nodes[tree.branch_of(label, time).id]["x"], time) for label in who))


def paths(tree: ClassTree, source: str, targets: Sequence[str]) -> dict[int, str]:
    """Which branches are lit: the source's own way up to where it turns, and the ways down from there."""
    others = [target for target in targets if target != source]
    highest = max((tree.meeting_point(source, target) for target in others), default=0.0)
    down = {branch.id: "other" for target in others for branch in tree.path(target)
            if branch.t_high <= highest}
    up = {branch.id: "lit" for branch in tree.path(source) if branch.t_high <= highest or not others and branch.is_leaf}
    return down | up


@kept
def tree_figure(name: str, source: str, targets: tuple[str, ...], look: Look, *, tree: ClassTree) -> go.Figure:
    """The tree with both paths lit. Never change what this returns: all visitors share it."""
    return figure(tree.outline(), look=look, paths=paths(tree, source, targets), height=SMALL)


def nodes(tree: ClassTree) -> dict[int, dict[str, Any]]:
    """The nodes of a tree as figures have them, each with its `start`: where its parent stands."""
    graphed = graph(tree.outline())
    return {node: here | {"start": next((graphed.nodes[own]["x"] for own in graphed.predecessors(node)), here["x"])}
            for node, here in graphed.nodes.items()}


# -- HTML --------------------------------------------------------------------------------------------------------------

def preview(source: Source, how: str, becomes: str) -> str:
    """The picture as the model sees it, and one that was uploaded as it was given, too; `how` it came to be shown, and
    what it `becomes`."""
    figures = [(source.picture.array, _("What the model sees: {name}").format(name=_(source.name)),
                _("The model sees it so"))]
    if how == "own" and source.original is not None and source.name != DRAWN:
        figures.insert(0, (source.original, _("As it was given: {name}").format(name=_(source.name)),
                           _("As you gave it")))
    return filled(HERE / "preview.html", how=how, headline=told.headline(source.name, how, becomes), figures=[
        {"source": png(image(levels(picture) / 255)), "alt": alt, "name": name, "photo": max(picture.shape[:2]) > PHOTO}
        for picture, alt, name in figures])


def example(source: Source) -> str:
    """A picture to be seen faintly on an empty canvas; none, if it is a visitor's own."""
    return "" if source.private else png(image(FAINT * source.picture.array))


def heads(labels: Sequence[str], shape: Sequence[int], height: int) -> str:
    """Names above the columns of a film without names of rows, which has a gap between pictures."""
    gap = max(1, round(shape[1] / 14))  # as the film itself has it
    pixels = len(labels) * (shape[1] + gap) - gap
    return filled(HERE / "heads.html", labels=labels, small=_small(labels), width=pixels * height / shape[0],
                  gap=100 * gap / pixels)


def _small(labels: Sequence[str]) -> bool:
    """Names of more than a few letters are written smaller, and break rather than reach into those beside them."""
    return max(map(len, labels)) > 3


def remains(thing: str, turning: Turning, turned: Turned, frame: int) -> str:
    """What was kept of the picture: a heading, a sentence, and a small table."""
    after = turned.images[frame].astype(np.float32) / 255
    slants, strokes = (measure(np.concatenate([turning.picture.array[None], after]))
                       for measure in (branched.slant, branched.stroke_thickness))
    columns = turning.targets if len(turning.targets) > 1 else [str(k + 1) for k in range(len(after))]
    rows = {_("Slant"): [told.signed(slant) for slant in slants],
            _("Stroke"): [told.short(stroke) for stroke in strokes]}
    return filled(HERE / "kept.html", when=told.when(turned.times[frame]), units=_(UNITS), columns=columns, rows=rows,
                  sentence=told.comparison(thing, slants, strokes))


def colours(source: str, targets: Sequence[str], look: Look) -> str:
    """What the two colours on the tree mean."""
    others = _("the others") if len(targets) > 1 else _("the {label}").format(label=targets[0])
    return filled(HERE / "colours.html", said=of_turn.colours(source, others), look=look)


def grid(labels: Sequence[str], matrix: Matrix) -> str:
    """A matrix, with names at its left and top edges; those that are taken for another class are framed."""
    wrong = {(source, target) for source, target, _ in told.failures(labels, matrix.read)} if matrix.read else set()
    rows = [(label, [_cell(label, target, (label, target) in wrong, matrix.pictures[k, j])
                     for j, target in enumerate(labels)]) for k, label in enumerate(labels)]
    return filled(HERE / "grid.html", labels=labels, small=_small(labels), colour=LIGHT.lit, rows=rows)


def _cell(label: str, target: str, is_wrong: bool, picture: np.ndarray) -> dict[str, str]:
    kind = "self" if label == target else "wrong" if is_wrong else ""
    return {"kind": kind, "source": png(image(picture / 255)),
            "alt": (_("{label}, as it was") if label == target else _("{label} into {target}")).format(
                label=label, target=target)}

"""What the page shows before its model is alive: a walk down the tree in pictures, the places of nodes, and all words.

Everything is plain data that the page's scripts read; texts are never HTML.
"""
import base64
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from ..class_tree.model import BranchedModel
from ..facts import PICTURES
from ..noise.sampling import Sampling
from ..outline import Outline, OutlineNode
from ..shown import of_tree, of_turn, palette, words
from ..shown.graph import graph, moves
from ..shown.language import _, english
from ..shown.stretch import stretch

ALT = "The tree, from noise to pictures. The arrow keys go along it."
SEED, COLUMNS = 0, 6  # the draw number that is stored, and how many pictures of each class
HALF_WAY, CLEAR = 0.45, 0.3  # of a branch's height, where a picture hangs on it; how tall a leaf's must be for one


Wave = tuple[np.ndarray, np.ndarray]  # a picture as it was, and the best guess of what it will be


class Sheet:
    """Pictures as bytes, one after the other; each is known by its place."""

    def __init__(self) -> None:
        self.bytes: list[bytes] = []

    def add(self, pictures: np.ndarray) -> list[int]:
        """Keep pictures (n, H, W[, 3]) in [0, 1]; their places."""
        first = len(self.bytes)
        self.bytes += [(picture.clip(0, 1) * 255 + 0.5).astype(np.uint8).tobytes() for picture in pictures]
        return list(range(first, len(self.bytes)))


@english()  # as the face's own few words are
def stored(model: BranchedModel) -> dict[str, Any]:
    """All that the page's face needs of a model of images, beside what its engine tells."""
    outline, sheet = model.outline(), Sheet()
    places = hung(outline)
    return {
        "seed": SEED, "columns": COLUMNS, "nodes": nodes(outline), "scale": stretch(outline).meta(),
        "captions": captions(outline), "hung": places, "draws": draws(model),
        "nearest": {label: model.tree.nearest(label) for label in model.labels}, "first": first(model),
        "articles": {label: words.article(label) for label in model.labels}, "texts": texts(model),
        "palette": {"light": vars(palette.LIGHT), "dark": vars(palette.DARK)},
        "tour": tour(model, sheet, places), "pictures": base64.b64encode(b"".join(sheet.bytes)).decode(),
    }


def draws(model: BranchedModel) -> bool:
    """Whether one can draw for this model: it knows characters, not photos."""
    return len(model.shape) == 2 and model.form.shows != PICTURES


def first(model: BranchedModel) -> str:
    """The class whose picture is the first to be turned: one of two that are closest, or the only one."""
    return next((pair[0] for pair in model.tree.closest_pairs()), model.labels[0])


# -- the tree ----------------------------------------------------------------------------------------------------------

def nodes(outline: Outline) -> dict[int, dict[str, Any]]:
    """Of every node, by its id: its place and its neighbours, and what is said of it."""
    places, along = graph(outline).nodes, moves(outline)
    return {node.id: {"x": places[node.id]["x"], "room": places[node.id].get("room", 0), "moves": along[node.id],
                      **said(outline, node)} for node in outline.nodes}


def said(outline: Outline, node: OutlineNode) -> dict[str, Any]:
    """A node in words. At a leaf, `way` says what happened above it, node by node; at a branch point, `leavers` are the
    nodes that leave there."""
    told = {"name": of_tree.name(outline, node), "headline": of_tree.headline(outline, node)}
    if not node.is_leaf:
        return told | {"leavers": [child.id for child in of_tree.leavers(outline, node)]}
    way = [[above.id, words.at(above.low), of_tree.leaving(above, below)]
           for above, below in pairwise(outline.path(node.groups[0]))]
    return told | {"company": of_tree.company(outline, node), "way": way,
                   "finished": _(of_tree.FINISHED).format(label=node.groups[0])}


def captions(outline: Outline) -> list[tuple[float, str]]:
    """What the film says, from a time on downwards."""
    times = [1.0, *dict.fromkeys(point.low for point in outline.points if 0 < point.low < 1), 0.0]
    return [(time, of_tree.progress(outline, time)) for time in times]


def hung(outline: Outline) -> list[tuple[int, float, str]]:
    """Pictures on long branches: node, time, and whether the "noisy" picture hangs there or the best "guess"."""
    scale, result = stretch(outline), []
    for node in outline.nodes:
        low, high = scale.height(node.low), scale.height(node.high)
        half = scale.time(low + HALF_WAY * (high - low))
        if node.parent is None and not node.is_leaf:
            result += [(node.id, node.high, "noisy"), (node.id, half, "guess")]
        elif node.is_leaf and high - low > CLEAR:
            result.append((node.id, half, "guess"))
    return result


# -- the walk ----------------------------------------------------------------------------------------------------------

def tour(model: BranchedModel, sheet: Sheet, places: Sequence[tuple[int, float, str]]) -> dict[str, Any]:
    """The walk of the stored draw number: places of pictures in the sheet. `shared` has at every branch point the noisy
    pictures and best guesses, `ends` the finished ones; `waves` are what the first picture of every node was on its
    way: time, noisy picture and, where one hangs, best guess."""
    waves: dict[int, dict[float, Wave]] = {}
    outline, labels = model.outline(), model.labels
    for frame in model.sampling(sampling=Sampling.quality(n=COLUMNS, seed=SEED), hybrids=True):
        for k, label in enumerate(labels):
            time = frame.times[k]
            waves.setdefault(outline.node_of(label, time).id, {}).setdefault(
                time, (frame.noisy[k, 0], frame.denoised[k, 0]))
    made = frame.result
    # Where a graft has cut a branch, a step may be longer than what is above the cut: then nothing hangs there.
    guessed = {(node, min(above)) for node, since, kind in places
               if kind == "guess" and (above := [time for time in waves.get(node, ()) if time >= since])}
    return {"ends": dict(zip(made.labels, map(sheet.add, made.images), strict=True)),
            "shared": {node: [sheet.add(own.noisy), sheet.add(own.denoised)] for node, own in made.hybrids.items()},
            "waves": {node: [[time, *sheet.add(np.stack(wave[:1 + ((node, time) in guessed)]))]
                             for time, wave in own.items()] for node, own in waves.items()}}


# -- words -------------------------------------------------------------------------------------------------------------

def texts(model: BranchedModel) -> dict[str, Any]:
    """The app's own words, some of them with places in braces to be filled."""
    thing = of_turn.thing(model.labels, model.form.shows)
    kind = of_tree.kind(model.labels, model.facts.training.clusters, len(model.labels))
    return {
        "title": of_tree.title(model.outline(), kind), "introduction": of_tree.introduction(model.outline(), kind),
        "alt": ALT, "reading": _(of_tree.READING), "sees": [*map(_, of_tree.SEES)],
        "thinks": [*map(_, of_tree.THINKS)],
        "ends": _(of_tree.ENDS), "explanation": _paragraphs(_(of_tree.EXPLANATION)),
        "training": of_tree.training(model.facts),
        "turn": {
            "title": of_turn.TITLE.format(thing=thing), "introduction": of_turn.INTRODUCTION.format(thing=thing),
            "draw": of_turn.DRAW.format(thing=thing), "thing": thing, "sure": of_turn.SURE, "surely": of_turn.SURELY,
            "hardly": of_turn.HARDLY, "wrong": of_turn.WRONG, "it_is": of_turn.IT_IS, "into": of_turn.INTO,
            "rows": of_turn.ROWS, "ends": of_turn.ENDS, "turned": of_turn.TURNED, "each": of_turn.EACH_TURNED,
            "on_its_way": of_turn.ON_ITS_WAY,
            "read": of_turn.ITSELF.format(read=of_turn.READ), "mark": of_turn.mark("{source}", "{target}"),
            "mark_each": of_turn.mark("", None), "colours": of_turn.colours("{source}", "{others}"),
            "explanation": _paragraphs(of_turn.EXPLANATION.format(thing=thing)),
            "times": np.linspace(of_turn.HIGH, of_turn.LOW, of_turn.TIMES).round(3).tolist()}}


def _paragraphs(text: str) -> Iterable[str]:
    """A text in Markdown as its paragraphs, each in one line."""
    return [" ".join(part.split()) for part in text.strip().split("\n\n")]

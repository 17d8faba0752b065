"""What came of a transmutation, in words, small tables and pictures."""
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

import numpy as np

import branched
from branched import BranchedModel

from ..figures.standing_tree import DARK, LIGHT
from ..frame import words
from ..parts.film import levels
from ..parts.pictures import picture as image
from ..parts.pictures import png
from .source import Source
from .transmuting import Matrix, Order, Turned

CSS = Path(__file__).with_name("transmute.css")
UNITS = "Slant in degrees, + leans to the right; stroke in pixels of the small picture."


def thing(labels: Sequence[str]) -> str:
    """What the classes of a model are to be called."""
    return "digit" if set(labels) <= set("0123456789") else "picture"


def told(labels: Sequence[str], probabilities: np.ndarray) -> str:
    """The verdict in words: "The model takes this for a 4 (97%), perhaps a 9 (2%)."."""
    order = np.argsort(-probabilities, kind="stable")
    first, *others = [(f"{article(labels[k])}", percent(probabilities[k])) for k in order
                      if k == order[0] or probabilities[k] >= 0.015][:3]
    rest = f", perhaps {' or '.join(f'{who} ({share})' for who, share in others)}" if others else ""
    unsure = "" if probabilities[order[0]] >= 0.6 else "The model is not sure. "
    return f"{unsure}The model takes this for **{first[0]}** ({first[1]}){rest}."


def percent(share: float) -> str:
    """Rounded, but nothing is certain."""
    return "over 99%" if share > 0.995 else f"{100 * share:.0f}%"


def article(label: str) -> str:
    """ "a 4", "an 8"."""
    vowel = label[:1].lower() in "aeiou" or label in ("8", "11", "18") or label.lower() in tuple("fhlmnrsx")
    return f"an {label}" if vowel and label.lower() != "u" else f"a {label}"


def notes(probabilities: np.ndarray) -> tuple[str, ...]:
    """Whole percents, for below the leaves."""
    return tuple(f"{100 * share:.0f}%" for share in probabilities)


def look(order: Order, model: BranchedModel, thing: str) -> dict[str, Any]:
    """How the film of an order is shown."""
    several = len(order.targets) > 1
    return {"rows": () if several else (f"Your {thing}", "At the turn", "Becomes"), "height": 48 if several else 92,
            "over": "tree", "label": "Turning time", "seconds": 5.0}


def mark(order: Order, time: float | None) -> str:
    """What stands below the slider where a film usually begins."""
    return "each at its meeting point" if time is None else f"{order.source} and {order.targets[0]} part"


def success(order: Order, turned: Turned, frame: int) -> str:
    """How many pictures are what they were meant to be, in words; empty where nobody looked."""
    if not turned.read or not (read := turned.read[frame]):
        return ""
    good = sum(own == aim for own, aim in zip(read, order.columns, strict=True))
    by = "An independent classifier reads" if turned.independent else "The model itself reads"
    if len(order.targets) > 1:
        return f"{by} **{good} of {len(read)}** as the class they were meant to be."
    if len(read) == 1:
        return f"{by} it as **{article(read[0])}**{', as it was meant to be' if good else ''}."
    return f"{by} **{good} of {len(read)}** variants as **{article(order.targets[0])}**."


# -- what was kept -----------------------------------------------------------------------------------------------------

def kept(thing: str, order: Order, turned: Turned, frame: int) -> str:
    """What was kept of the picture, as HTML: a heading, a sentence, and a small table."""
    time = turned.times[frame]
    when = "each at its meeting point" if time is None else f"turned at {words.at(time)}"
    after = turned.images[frame].astype(np.float32) / 255
    slants, strokes = (f(np.concatenate([order.picture[None], after]))
                       for f in (branched.slant, branched.stroke_thickness))
    sentence = (f"Your {thing} {leaning(slants[0])}; what became of it {leaning(mean(slants[1:]))}. "
                f"Its stroke is {width(strokes[0])} wide, then {width(mean(strokes[1:]))}.")
    columns = order.targets if len(order.targets) > 1 else [str(k + 1) for k in range(len(after))]
    rows = [("Slant", [signed(own) for own in slants]), ("Stroke", [short(own) for own in strokes])]
    return (f'<div class="kept"><h4>What was kept, {when}</h4><p>{sentence}</p>{table(columns, rows)}'
            f'<small>{UNITS}</small></div>')


def mean(numbers: np.ndarray) -> float:
    """Of those that are known; nan if none is."""
    known = numbers[np.isfinite(numbers)]
    return float(known.mean()) if len(known) else float("nan")


def leaning(degrees: float) -> str:
    """A slant in words."""
    if not np.isfinite(degrees):
        return "has no slant that could be measured"
    if abs(degrees) < 1.5:
        return "stands upright"
    return f"leans {abs(degrees):.0f}° to the {'right' if degrees > 0 else 'left'}"


def width(pixels: float) -> str:
    return f"{pixels:.1f} pixels" if np.isfinite(pixels) else "of unknown width"


def signed(degrees: float) -> str:
    """A slant in a table: a plus leans to the right."""
    return f"{degrees:+.0f}".replace("-0", "+0").replace("-", "\N{MINUS SIGN}") if np.isfinite(degrees) else "–"


def short(pixels: float) -> str:
    return f"{pixels:.1f}" if np.isfinite(pixels) else "–"


def failures(labels: Sequence[str], read: Sequence[Sequence[str]]) -> list[tuple[str, str, str]]:
    """Those that are taken for another class than they were meant to be: (source, target, taken for)."""
    return [(labels[k], aim, own) for k, row in enumerate(read)
            for aim, own in zip(labels, row, strict=True) if aim != labels[k] and own != aim]


def summary(labels: Sequence[str], found: Matrix) -> str:
    """How many of a matrix are what they were meant to be, in words."""
    wrong, count = failures(labels, found.read), len(labels) * (len(labels) - 1)
    who = "an independent classifier" if found.independent else "the model itself"
    good = f"**{count - len(wrong)} of {count}** are read by {who} as the class they were meant to be."
    named = [f"{source} into {target} (read as {own})" for source, target, own in wrong]
    return good + (f" Framed are the others: {words.listed(named[:8])}" +
                   (f", and {len(named) - 8} more" if len(named) > 8 else "") + "." if named else "")


# -- HTML --------------------------------------------------------------------------------------------------------------

def preview(source: Source, thing: str) -> str:
    """The picture as it was given and as the model sees it, side by side."""
    seen = _figure(source.picture, f"What the model sees: {source.name}", "The model sees")
    if source.original is source.picture:
        return f'<div class="seen">{seen}</div>'
    first = _figure(source.original, f"As it was given: {source.name}", f"Your {thing}")
    return f'<div class="seen">{first}{seen}</div>'


def _figure(picture: np.ndarray, alt: str, name: str) -> str:
    kind = ' class="photo"' if max(picture.shape[:2]) > 64 else ""
    source = png(image(levels(picture) / 255))
    return f'<figure><img{kind} src="{source}" alt="{escape(alt)}">{escape(name)}</figure>'


def heads(labels: Sequence[str], shape: Sequence[int], height: int) -> str:
    """Names above the columns of a film without names of rows, which has a gap between pictures."""
    gap = max(1, round(shape[1] / 14))
    pixels = len(labels) * (shape[1] + gap) - gap
    names = "".join(f"<span>{escape(label)}</span>" for label in labels)
    return (f'<div class="heads" style="{_size(labels)}width: min(100%, {pixels * height / shape[0]:.1f}px); '
            f'grid-template-columns: repeat({len(labels)}, 1fr); column-gap: {100 * gap / pixels:.3f}%">{names}</div>')


def _size(labels: Sequence[str]) -> str:
    """Names of more than a few letters are written smaller, and break rather than reach into those beside them."""
    return "font-size: .75rem; overflow-wrap: anywhere; line-height: 1.1; " if max(map(len, labels)) > 3 else ""


def table(columns: Sequence[str], rows: Sequence[tuple[str, Sequence[str]]]) -> str:
    """A small table of what was kept."""
    top = "".join(f"<th>{escape(own)}</th>" for own in ("", "before", *columns))
    body = "".join(f"<tr><th>{escape(name)}</th>{''.join(f'<td>{escape(own)}</td>' for own in cells)}</tr>"
                   for name, cells in rows)
    return f'<table><tr>{top}</tr>{body}</table>'


def colours(source: str, targets: Sequence[str], dark: bool) -> str:
    """What the two colours on the tree mean."""
    look = DARK if dark else LIGHT
    others = "the others" if len(targets) > 1 else f"the {targets[0]}"
    return (f'<div class="key">Up the path of <b style="border-color: {look["lit"]}">the {escape(source)}</b>, down '
            f'the path of <b style="border-color: {look["other"]}">{escape(others)}</b>. Below the classes: what the '
            f'model takes the picture for.</div>')


def grid(labels: Sequence[str], found: Matrix) -> str:
    """A matrix as HTML, with names at its left and top edges."""
    wrong = {(source, target) for source, target, _ in failures(labels, found.read)} if found.read else set()
    cells = ["<span></span>", *(f"<span>{escape(label)}</span>" for label in labels)]
    for k, label in enumerate(labels):
        cells.append(f"<span>{escape(label)}</span>")
        for j, target in enumerate(labels):
            kind = "self" if k == j else "wrong" if (label, target) in wrong else ""
            alt = f"{label}, as it was" if k == j else f"{label} into {target}"
            cells.append(f'<img class="{kind}" src="{png(image(found.pictures[k, j] / 255))}" alt="{escape(alt)}">')
    return (f'<div class="cross" style="--wrong: {LIGHT["lit"]}; {_size(labels)}'
            f'grid-template-columns: minmax(1.6rem, max-content) repeat({len(labels)}, minmax(0, 1fr))">'
            f'{"".join(cells)}</div>')

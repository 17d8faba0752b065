"""What the page "Other ways" shows: rows of pictures with bars, strips, figures; HTML from the templates beside it."""
from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go

from branched import MeasuredMethods

from ..frame.look import Look
from ..language import _, current
from ..parts.markup import filled
from ..parts.pictures import strip
from ..parts.reels import Frame
from . import abilities, told
from .controls import DIGITS
from .measures import MARKS, MEASURES, SCORES, Measure, comparable
from .work import Attended, Drawn

HERE = Path(__file__).parent
CSS = HERE / "others.css"
OURS = ("tree", "tree-guided", "tree-classifier")
GREYS = 255.0
LEAST = 0.9    # of the right class, on the axis; a dot that is further left lies at its edge
BRIGHTEST = 8  # times: the most by which small differences are enlarged
ORANGE, BLUE = np.array([1.0, 0.6, 0.15]), np.array([0.25, 0.65, 1.0])
SPOTS = ("#e69f00", "#56b4e9", "#009e73", "#c8b400", "#3d8bd4", "#d55e00", "#cc79a7", "#a0623a", "#7f7fff", "#b042d6")


class Cell(NamedTuple):
    """A figure of a row: its name, as text, and how far its bar reaches, in percent ("": there is none)."""

    name: str
    text: str
    width: str
    kind: str


class Line(NamedTuple):
    """A row of the comparison: what it is called, how it goes, its pictures, figures, and texts by their titles."""

    name: str
    how: str
    source: str
    alt: str
    cells: list[Cell]
    texts: list[tuple[str, str]]
    kind: str = ""


class Strip(NamedTuple):
    """Pictures side by side, and what they are."""

    name: str
    note: str
    source: str
    alt: str


def style(look: Look) -> str:
    """The colours of a theme, for the page's style sheet."""
    return f"<style>.stMain {{--lit: {look.lit}; --other: {look.other}}}</style>"


# -- side by side ------------------------------------------------------------------------------------------------------

def comparison(methods: MeasuredMethods, draw: int) -> str:
    """All methods of a draw number, one below the other, with bars; the last row has real digits."""
    return _comparison(methods, draw, current())


@lru_cache(maxsize=24)
def _comparison(methods: MeasuredMethods, draw: int, language: str) -> str:
    """The same, kept for each language."""
    rows = {name: row for name, row in methods.record.rows.items() if methods.of("row", name) is not None}
    alike = {measure: comparable(rows, measure) for measure in MEASURES}
    scales = {measure: measure.scale(alike[measure]) for measure in MEASURES}
    lines = [_line(name, told.how(name, row), methods.of("row", name)[draw],
                   [_cell(measure, row, scale, name in alike[measure]) for measure, scale in scales.items()])
             for name, row in rows.items()]
    if (real := real_digits(methods)) is not None:
        cells = [_cell(measure, methods.record.real, scale) for measure, scale in scales.items()]
        lines.append(Line(_("Real digits"), _("for comparison: none of these was drawn"), pictures(real),
                          _("Real test digits from 0 to 9"), cells, [], "real"))
    return filled(HERE / "rows.html", labels=DIGITS, measures=MEASURES, lines=lines)


def _line(name: str, how: str, images: np.ndarray, cells: list[Cell]) -> Line:
    method = told.method(name)
    texts = [(title, text) for title, text in ((_("It needs"), method.needs), (_("It can"), method.can),
                                               (_("It cannot"), method.cannot)) if text]
    alt = _("{name}: one picture for each digit from 0 to 9").format(name=method.name)
    return Line(method.name, how, pictures(images), alt, cells, texts, "ours" if name in OURS else "")


def _cell(measure: Measure, row: object, scale: float, has_bar: bool = True) -> Cell:
    value = measure.length(row)
    width = "" if value is None or not has_bar else f"{100 * min(1.0, value / scale):.1f}"
    beyond = value is not None and value > scale * 1.0001
    text = measure.text(row) + ("" if has_bar else told.elsewhere(row))
    return Cell(_(measure.name), text, width, "good" if measure.is_more_better else "beyond" * beyond)


def real_digits(methods: MeasuredMethods) -> np.ndarray | None:
    """Real test digits, (N, H, W), as the autoencoders were given them; None if the file has none."""
    found = next((methods.of("reconstruction", name) for name in methods.record.autoencoders
                  if methods.of("reconstruction", name) is not None), None)
    return None if found is None else found[0]


def pictures(images: np.ndarray) -> str:
    """Pictures (n, H, W), uint8, side by side, as a data URI."""
    return strip(images / GREYS)


# -- how strongly ------------------------------------------------------------------------------------------------------

def curve(methods: MeasuredMethods, chosen: str, look: Look) -> go.Figure:
    """Coverage over right class along the chosen curve, the others behind it."""
    figure = go.Figure()
    for name, points in methods.record.curves.items():
        xs, ys = ([None if value is None else 100 * value for value in values] for values in zip(
            *((point.right, point.coverage) for point in points), strict=True))
        is_chosen, letter = name == chosen, told.letter(name)
        figure.add_scatter(
            x=xs, y=ys, mode="lines+markers" if is_chosen else "lines", opacity=1 if is_chosen else 0.5,
            line={"color": look.lit if is_chosen else look.line, "width": 4 if is_chosen else 2},
            marker={"size": 9}, customdata=[point.guidance for point in points],
            hovertemplate=f"{told.curve(name)}, {letter} = %{{customdata:g}}<br>{told.spot()}<extra></extra>")
    return _dressed(figure, methods, chosen, look)


def _dressed(figure: go.Figure, methods: MeasuredMethods, chosen: str, look: Look) -> go.Figure:
    """Axes as wide as the chosen curve asks for; real digits as a line, for how right the judge finds them."""
    real, (low, high) = methods.record.real.right, _range([point.coverage for point in methods.record.curves[chosen]])
    axis = {"fixedrange": True, "gridcolor": look.grid, "zeroline": False, "tickfont": look.font(14),
            "ticksuffix": told.per_cent(), "automargin": True, "nticks": 6}
    for update, name, ends in ((figure.update_xaxes, _("right class"), _breadth(methods, chosen)),
                               (figure.update_yaxes, _("coverage (variety)"), (low, high))):
        update(range=ends, title={"text": name, "font": look.font(16), "standoff": 14}, **axis)
    if real is not None:
        figure.add_vline(100 * real, line={"color": look.other, "width": 2, "dash": "dot"})
        figure.add_annotation(x=100 * real, y=0, yref="y domain", xanchor="right", yanchor="bottom", xshift=-4,
                              text=_("real digits"), showarrow=False, font=look.font(15) | {"color": look.other})
    return figure.update_layout(**look.dress(height=420, margin={"l": 0, "r": 8, "t": 8, "b": 0}, font=look.font(14),
                                              separators=told.separators()))


def _breadth(methods: MeasuredMethods, chosen: str) -> tuple[float, float]:
    """From where to where the axis of the right class reaches: not below LEAST, for there a curve has few points."""
    rights = [point.right for point in methods.record.curves[chosen]] + [methods.record.real.right]
    return _range([max(right, LEAST) for right in rights if right is not None])


def _range(shares: Sequence[float | None]) -> tuple[float, float]:
    known = [100 * share for share in shares if share is not None] or [0.0, 100.0]
    margin = 0.08 * (max(known) - min(known)) + 0.2
    return min(known) - margin, max(known) + margin


def strengths(methods: MeasuredMethods, chosen: str) -> tuple[np.ndarray, list[Frame]]:
    """Pictures and frames of the slider: ten digits in two rows at each strength, and a dot on the curve."""
    images, points = methods.of("curve", chosen), methods.record.curves[chosen]
    classes = images.shape[1]
    half, left = -(-classes // 2), _breadth(methods, chosen)[0]
    frames = []
    for k, point in enumerate(points):
        cells = tuple(range(k * classes, (k + 1) * classes))
        known = None not in (point.right, point.coverage)
        dots = ((max(left, 100 * point.right), 100 * point.coverage),) if known else ()
        frames.append(Frame(told.strength(chosen, point), (cells[:half], cells[half:]), dots))
    return images.reshape(-1, *images.shape[2:]), frames


# -- watch two draw ----------------------------------------------------------------------------------------------------

def duel(drawn: Sequence[Drawn], label: str) -> tuple[np.ndarray, list[Frame]]:
    """Pictures and frames of the film of one class: a row for each method, state and best guess side by side."""
    sheets, cells, first = [], [], 0
    for one in drawn:
        at = one.reel.cells[:, one.labels.index(label), 0]
        sheets += [one.reel.noisy[at], one.reel.guesses[at]]
        cells.append([(first + k, first + len(at) + k) for k in range(len(at))])
        first += 2 * len(at)
    return np.concatenate(sheets), [Frame(told.moment(t), rows)
                                    for t, *rows in zip(drawn[0].reel.times, *cells, strict=True)]


def just_drawn(names: Sequence[str], drawn: Sequence[Drawn]) -> str:
    """All pictures of each method, what they cost and what the judge says."""
    return strips([Strip(name, told.outcome(one), strip(one.images), _("{name}: all ten digits").format(name=name))
                   for name, one in zip(names, drawn, strict=True)])


# -- small codes, and two that failed ----------------------------------------------------------------------------------

def strips(rows: Sequence[Strip]) -> str:
    """Strips of pictures, one below the other."""
    return filled(HERE / "strips.html", strips=rows)


def reconstruction(images: np.ndarray) -> str:
    """What went into an autoencoder, what came out, and the difference, (3, N, H, W)."""
    gain = _gain([images[2].astype(int)])
    rows = []
    for (name, note), part, times in zip(told.reconstruction(gain), images, (1, 1, gain), strict=True):
        alt = _("{name}: ten digits, {what}").format(name=name, what=note)
        rows.append(Strip(name, note, strip(times * part / GREYS), alt))
    return strips(rows)


def variants(methods: MeasuredMethods, kind: str) -> str:
    """The variants of a kind with bars, each with its difference from the one without a classifier, if there is one;
    of the first draw number, of which the differences are."""
    chosen = {name: methods.record.variants[name] for name in told.in_order(methods.record.variants, kind)}
    scales = {measure: measure.scale(chosen) for measure in MARKS[kind]}
    artefacts = {name: array for name in chosen if (array := methods.of("artefact", name)) is not None}
    gain, lines = _gain(artefacts.values()), []
    for name, figures in chosen.items():
        title, images = told.variant(name), methods.of("variant", name)
        if images is not None:
            cells = [_cell(measure, figures, scale) for measure, scale in scales.items()]
            if told.is_untrained(name):
                cells[0] = Cell(_(MARKS[kind][0].name), "", "", "")
            lines.append(Line(title, told.taught(figures), pictures(images[0]),
                              _("{name}: ten digits").format(name=title), cells, []))
        if name in artefacts:
            lines.append(Line("", told.difference(gain), strip(signed(gain * artefacts[name].astype(int))),
                              _("{name}: what differs").format(name=title), [], [], "second"))
    return filled(HERE / "rows.html", labels=DIGITS, measures=MARKS[kind], lines=lines)


def _gain(differences: Iterable[np.ndarray]) -> int:
    """How many times as strong differences can be shown, all alike: one pixel in a thousand may be too bright."""
    largest = max((float(np.quantile(np.abs(array), 0.999)) for array in differences), default=GREYS)
    return int(np.clip(GREYS / max(largest, 1.0), 1, BRIGHTEST))


def signed(difference: np.ndarray) -> np.ndarray:
    """Differences (N, H, W) of grey levels in colour, (N, H, W, 3): brighter is orange, darker blue, none black."""
    share = np.clip(difference / GREYS, -1, 1)[..., None]
    return np.where(share > 0, share * ORANGE, -share * BLUE)


def attention(seen: Attended) -> tuple[np.ndarray, list[Frame]]:
    """Pictures and frames of the film of attention: the best guess, and below it each token's share in every layer, in
    orange upon the faint picture."""
    steps, layers, tokens = seen.maps.shape[:3]
    faint = 0.45 * seen.images[:, None, None, ..., None]                                      # (S, 1, 1, H, W, 1)
    shares = _enlarged(seen.maps, seen.images.shape[-1]) / seen.maps.max()                    # (S, L, M, H, W)
    parts = np.clip(faint + shares[..., None] * ORANGE, 0, 1).reshape(-1, *seen.images.shape[1:], 3)
    guesses = np.repeat(seen.images[..., None], 3, axis=-1)
    frames = []
    for k, t in enumerate(seen.times):
        first = steps + k * layers * tokens
        below = (tuple(range(first + layer * tokens, first + (layer + 1) * tokens)) for layer in range(layers))
        frames.append(Frame(told.token_film(t), ((k,), *below)))
    return np.concatenate([guesses, parts]), frames


def _enlarged(maps: np.ndarray, side: int) -> np.ndarray:
    """Maps (..., h, w) with each place as a square, as large as a picture."""
    times = side // maps.shape[-1]
    return maps.repeat(times, axis=-2).repeat(times, axis=-1)


# -- what numbers hide -------------------------------------------------------------------------------------------------

def neighbours(methods: MeasuredMethods, row: str, look: Look) -> go.Figure:
    """Real pictures as grey dots, drawn ones as the digits that they were meant to be."""
    places = methods.record.tsne[row]
    real, drawn, meant = np.array(places.real), np.array(places.drawn), np.array(places.meant)
    figure = go.Figure(go.Scatter(x=real[:, 0], y=real[:, 1], mode="markers", hoverinfo="skip", opacity=0.5,
                                  marker={"size": 5, "color": look.line}))
    for digit in sorted(set(meant.tolist())):
        at = drawn[meant == digit]
        figure.add_scatter(x=at[:, 0], y=at[:, 1], mode="text", text=[f"<b>{digit}</b>"] * len(at),
                           textfont=look.font(14) | {"color": SPOTS[digit % len(SPOTS)]},
                           hovertemplate=_("meant to be a {digit}").format(digit=digit) + "<extra></extra>")
    figure.update_xaxes(visible=False, fixedrange=True)
    figure.update_yaxes(visible=False, fixedrange=True)
    return figure.update_layout(**look.dress(height=560, margin={"l": 0, "r": 0, "t": 0, "b": 0}))


def scores(methods: MeasuredMethods) -> str:
    """The judge's score, beside two figures that look at real pictures as well."""
    rows = dict(methods.record.rows)
    scales = {measure: measure.scale(rows) for measure in SCORES}
    lines = [Line(told.method(name).name if name else _("Real digits"), "", "", "",
                  [_cell(measure, row, scale) for measure, scale in scales.items()], [], "ours" if name in OURS else "")
             for name, row in [*rows.items(), ("", methods.record.real)]]
    return filled(HERE / "scores.html", measures=SCORES, lines=lines)


# -- what each can -----------------------------------------------------------------------------------------------------

def can(methods: MeasuredMethods) -> str:
    """The table of methods and abilities."""
    rows = [(told.method(name).name, name in OURS, cells)
            for name, cells in abilities.table(methods.record.rows, methods.record.steps).items()]
    return filled(HERE / "abilities.html", abilities=list(map(_, abilities.ABILITIES)), rows=rows)

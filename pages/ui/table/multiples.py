"""Small multiples of a table's features, as HTML that flows with the width: distributions, scatters, and moves."""
from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np

from ..figures.standing_tree import DARK, LIGHT
from ..parts.pictures import svg
from .tables import digits, shares

MOST = 24        # panels at once
WIDE, HIGH = 160, 100
STYLE = """<style>
.said {font-size: 1.05rem; margin: 0 0 .8rem}
.key {display: flex; flex-wrap: wrap; gap: .6rem 1.4rem; align-items: end; margin: .2rem 0 1.1rem}
.key figure {margin: 0; display: flex; flex-direction: column; gap: .3rem; max-width: 15rem}
.key figure img {width: 92px; height: 92px}
.key b {display: inline-flex; align-items: center; gap: .45rem}
.key b::before {content: ""; flex: none; width: 1rem; height: 1rem; border-radius: .2rem; background: var(--own)}
.key b.both::before {height: 4px}
.panels-box {container-type: inline-size}
.panels {display: grid; grid-template-columns: repeat(4, 1fr); gap: 1rem 1.1rem; margin-bottom: .6rem}
@container (min-width: 1000px) {.panels {grid-template-columns: repeat(8, 1fr)}}
@container (max-width: 420px) {.panels {grid-template-columns: repeat(2, 1fr)}}
.panels > div {min-width: 0}
.panels .top, .panels .foot {display: flex; justify-content: space-between; gap: .5rem; line-height: 1.25}
.panels .top b {overflow: hidden; text-overflow: ellipsis; white-space: nowrap}
.panels .top span {white-space: nowrap; font-variant-numeric: tabular-nums}
.panels .foot {font-size: .8rem; opacity: .8; font-variant-numeric: tabular-nums}
.panels img {display: block; width: 100%; height: 92px; border-radius: 0; margin: .2rem 0 .1rem}
.panels.square img {height: auto; aspect-ratio: 1}
.moves {display: grid; grid-template-columns: fit-content(9rem) 1fr max-content; gap: .3rem .9rem; align-items: center}
.moves b {overflow-wrap: anywhere; line-height: 1.2}
.moves.few b {font-weight: 400}
.moves .track {position: relative; height: 1.5rem}
.moves .track i {position: absolute; top: 50%; transform: translateY(-50%); border-radius: 1rem}
.moves .all {left: 0; right: 0; height: 2px; background: #8884}
.moves .tries {height: 1.1rem; opacity: .25; border-radius: .3rem !important}
.moves .way {height: 4px}
.moves .dot {width: 14px; height: 14px; margin-left: -7px}
.moves .values {font-variant-numeric: tabular-nums; white-space: nowrap}
.moves .still {opacity: .6}
</style>"""


def look(dark: bool) -> dict[str, str]:
    """The colours of one side, the other, and of what both share."""
    return DARK if dark else LIGHT


def said(text: str) -> str:
    """A sentence as HTML; the names in it are text, never markup."""
    return f'<p class="said">{escape(text)}</p>'


def key(entries: Sequence[tuple[str, str, str]], dark: bool) -> str:
    """What the colours mean: names, the tree's word for each colour, and a drawing to show above it ("" for none)."""
    return '<div class="key">' + "".join(
        f"<figure>{_img(source, f'Sketch of {name}') if source else ''}<b class='{kind}' "
        f"style='--own: {look(dark)[kind]}'>{escape(name)}</b></figure>" for name, kind, source in entries) + "</div>"


def _img(source: str, alt: str) -> str:
    return f'<img src="{source}" alt="{escape(alt)}">'


def of_all(features: Sequence[str]) -> str:
    """How many of the features are shown, where not all are."""
    return f" You see {MOST} of the {len(features)} features." if len(features) > MOST else ""


def number(value: float, k: int, form: Any) -> str:
    """A value of feature k, in as many digits as its range asks for."""
    return f"{value:.{digits(form.low[k], form.high[k], form.whole[k])}f}"


# -- distributions -----------------------------------------------------------------------------------------------------

def panel(one: np.ndarray, hybrid: np.ndarray, other: np.ndarray, limits: np.ndarray, dark: bool) -> str:
    """The distributions of one feature, (n,) each, as the source of an <img>; dots below are the means."""
    colours, sets = look(dark), (one, other, hybrid)
    heights = [shares(values, limits) for values in sets]
    tall = max(height.max() for height in heights)
    steps = [_steps(height / tall, len(limits) - 1) for height in heights]
    first, last = limits[0], limits[-1]
    marks = "".join(
        f'<path d="M{WIDE * np.clip((values.mean() - first) / (last - first), 0.03, 0.97):.1f} {HIGH - 7}h0" '
        f'stroke="{colours[kind]}" stroke-width="9" stroke-linecap="round" vector-effect="non-scaling-stroke"/>'
        for values, kind in zip(sets, ("lit", "other", "both"), strict=True))
    areas = "".join(f'<path d="{path}" fill="{colours[kind]}" fill-opacity=".38" stroke="{colours[kind]}" '
                    'stroke-width="1.2" vector-effect="non-scaling-stroke"/>'
                    for path, kind in zip(steps, ("lit", "other"), strict=False))
    return svg(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {HIGH}" width="{WIDE}" height="{HIGH}" '
        f'preserveAspectRatio="none">{areas}<path d="{steps[2]}" fill="none" stroke="{colours["both"]}" '
        f'stroke-width="2.2" vector-effect="non-scaling-stroke"/><path d="M0 {HIGH - 16}H{WIDE}" '
        f'stroke="{colours["line"]}" vector-effect="non-scaling-stroke"/>{marks}</svg>')


def _steps(heights: np.ndarray, bins: int) -> str:
    """A distribution as a path of steps on the line at HIGH - 16."""
    floor, room = HIGH - 16, HIGH - 20
    parts = [f"M0 {floor}"]
    for k, height in enumerate(heights):
        parts.append(f"V{floor - room * height:.1f}H{WIDE * (k + 1) / bins:.1f}")
    return "".join(parts) + f"V{floor}"


def distributions(features: Sequence[str], order: Sequence[int], limits: Sequence[np.ndarray],
                  rows: Sequence[np.ndarray], form: Any, dark: bool) -> str:
    """A panel for each feature in `order`, from rows (n, F) of one side, of the hybrid and of the other side."""
    return _flowing("", [
        _panel(features, k, "", panel(*(own[:, k] for own in rows), limits[k], dark), _means(features[k], rows, k),
               form) for k in order[:MOST]])


def _flowing(kind: str, panels: Sequence[str]) -> str:
    return f'<div class="panels-box"><div class="panels {kind}">{"".join(panels)}</div></div>'


def _panel(features: Sequence[str], k: int, note: str, source: str, alt: str, form: Any) -> str:
    """One small multiple: a feature's name, a note beside it, a picture, and the ends of its scale."""
    name, (low, high) = escape(features[k]), (number(end[k], k, form) for end in (form.low, form.high))
    return (f'<div><div class="top"><b title="{name}">{name}</b><span>{note}</span></div>{_img(source, alt)}'
            f'<div class="foot"><span>{low}</span><span>{high}</span></div></div>')


def _means(feature: str, rows: Sequence[np.ndarray], k: int) -> str:
    a, middle, b = (f"{own[:, k].mean():.4g}" for own in rows)
    return f"{feature}: mean {a} on one side, {middle} of the hybrid, {b} on the other side"


# -- before and after --------------------------------------------------------------------------------------------------

def scatter(before: np.ndarray, after: np.ndarray, low: float, high: float, whole: bool, dark: bool) -> str:
    """Values (n,) before (to the right) and after (upwards), as the source of an <img>; the line: unchanged."""
    colours, room = look(dark), max(high - low, 1e-9)
    if high <= low:
        low, high, room = low - 0.5, low + 0.5, 1.0
    jitter = np.random.default_rng(0).uniform(-0.35, 0.35, len(before)) if whole else 0
    pad = 0.5 if whole else 0.02 * room
    x, y = (np.clip(100 * (values - low + pad) / (room + 2 * pad), 1, 99) for values in (before + jitter, after))
    dots = "".join(  # several paths: where many dots are, it is darker
        f'<path d="{"".join(f"M{a:.0f} {100 - b:.0f}h0" for a, b in zip(x[k::8], y[k::8], strict=True))}"/>'
        for k in range(8))
    return svg(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100" width="100" height="100"><rect x=".5" y=".5" '
        f'width="99" height="99" fill="none" stroke="{colours["line"]}" stroke-opacity=".6"/><path d="M0 100L100 0" '
        f'stroke="{colours["line"]}" stroke-dasharray="3 3"/><g stroke="{colours["other"]}" stroke-width="4" '
        f'stroke-opacity=".5" stroke-linecap="round">{dots}</g></svg>')


def scatters(features: Sequence[str], before: np.ndarray, after: np.ndarray, r: np.ndarray, form: Any,
             dark: bool) -> str:
    """A panel for each feature, those that kept most first."""
    order = np.argsort(-np.nan_to_num(r, nan=-2)).tolist()[:MOST]
    return _flowing("square", [
        _panel(features, k, _r(r[k]),
               scatter(before[:, k], after[:, k], form.low[k], form.high[k], form.whole[k], dark),
               f"{features[k]} before and after: {_r(r[k])}", form) for k in order])


def _r(value: float) -> str:
    return f"r = {value:z.2f}" if np.isfinite(value) else "never varies"


def moves(features: Sequence[str], before: np.ndarray, tries: np.ndarray, change: np.ndarray, form: Any,
          dark: bool) -> str:
    """What moved: from the value before (F,) to that of the first of some tries (n, F), biggest movers first.

    `change` (F,) are the moves in standard deviations.
    """
    colours, rows = look(dark), []
    for k in np.argsort(-np.abs(change), kind="stable").tolist()[:MOST]:
        room = max(form.high[k] - form.low[k], 1e-9)
        a, b, low, high = (float(np.clip(100 * (value - form.low[k]) / room, 0, 100)) for value in
                           (before[k], tries[0, k], *np.quantile(tries[:, k], [0.1, 0.9])))
        name = f"<b>{escape(features[k])}</b>" if abs(change[k]) >= 1 else f"<span>{escape(features[k])}</span>"
        band = _bar("tries", low - 0.8, high - low + 1.6, colours["other"]) if len(tries) > 1 else ""
        values = f"{number(before[k], k, form)} → {number(tries[0, k], k, form)}"
        rows.append(
            f'{name}<div class="track"><i class="all"></i>{band}{_bar("way", min(a, b), abs(b - a), colours["text"])}'
            f'{_dot(a, colours["lit"])}{_dot(b, colours["other"])}</div>'
            f'<span class="values{" still" if before[k] == tries[0, k] else ""}">{values}</span>')
    return f'<div class="moves">{"".join(rows)}</div>'


def _bar(kind: str, left: float, width: float, colour: str) -> str:
    return f'<i class="{kind}" style="left: {left:.1f}%; width: {width:.1f}%; background: {colour}"></i>'


def _dot(place: float, colour: str) -> str:
    return f'<i class="dot" style="left: {place:.1f}%; background: {colour}"></i>'

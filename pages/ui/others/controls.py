"""What can be chosen on the page "Other ways"; where the file has less, there is less to choose."""
from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from branched import MeasuredMethods

from ..frame import link
from ..frame.controls import SEED
from . import told

ROWS_OF = {"tree": "tree-guided", "latent": "latent-kl"}  # the rows of those curves that are called otherwise
DIGITS = tuple(map(str, range(10)))


class Settings(NamedTuple):
    """All that the page's link says. `strength` None is where the method is usually."""

    part: link.Options
    draw: link.Range
    curve: link.Options
    strength: link.Range
    first: link.Options
    second: link.Options
    digit: link.Options
    live: link.Switch
    code: link.Options
    kind: link.Options
    near: link.Options
    seed: link.Range = SEED


def settings(methods: MeasuredMethods) -> Settings:
    """The settings for what was measured."""
    record, rows = methods.record, told.names(methods.record.rows)
    draws = max((len(array) for name, array in methods.pictures.items() if name.startswith("row/")), default=1)
    codes = {name: told.CODES.get(name, name) for name in (*told.CODES, *record.autoencoders)
             if name in record.autoencoders}
    kinds = {kind: text for kind, text in told.KINDS.items()
             if any(name.startswith(kind + "-") for name in record.variants)}
    return Settings(
        part=link.choice("part", told.PARTS, "rows"),
        draw=link.whole("draw", 0, max(draws - 1, 1), 0),
        curve=_choice("curve", {name: told.CURVES.get(name, name) for name in record.curves if record.curves[name]},
                      "free"),
        strength=link.number("strength", 0, 100, None),
        first=_choice("first", rows, "free"), second=_choice("second", rows, "tree"),
        digit=link.choice("digit", DIGITS, "4"), live=link.switch("live", False),
        code=_choice("code", codes, "kl"), kind=_choice("kind", kinds, "ac"),
        near=_choice("near", told.names(name for name in record.rows if name in record.tsne), "free"))


def _choice(name: str, options: dict[str, str], usual: str) -> link.Options:
    """One of some options: the usual one, where it is among them."""
    return link.choice(name, options, usual if usual in options else next(iter(options), None))


def nearest(values: Iterable[float], wanted: float) -> int:
    """The place of the value nearest to one that is wanted."""
    distances = [abs(value - wanted) for value in values]
    return distances.index(min(distances))


def start(methods: MeasuredMethods, curve: str, strength: Any) -> int:
    """The point of a curve at a strength; None is that of the method's own row, else the beginning."""
    points = [point.guidance for point in methods.record.curves[curve]]
    row = methods.record.rows.get(ROWS_OF.get(curve, curve))
    usual = row.guidance if row is not None else points[0]
    return nearest(points, usual if strength is None else strength)

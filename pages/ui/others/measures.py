"""What is measured of every method: its name, how a value is written, and whether more is better."""
from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any

from ..language import N_, decimal, percent

ASKED = 0.5    # methods that are right less often than this do not draw what was asked for
BEYOND = 4.0   # a bar ends at so many times the median: the longest would hide all others


@dataclass(frozen=True)
class Measure:
    """A field of a row. `end` is where a bar is full: of a share, 1; else as the rows are, None. `name`, `note` and
    `best` (who is best at it) are marked texts."""

    field: str
    name: str
    note: str
    write: Callable[[float], str]
    is_more_better: bool = False
    end: float | None = None
    best: str = ""

    def value(self, row: Any) -> float | None:
        """The value in a row; None where it was not measured."""
        return getattr(row, self.field, None)

    def length(self, row: Any) -> float | None:
        """What its bar is as long as: gradients are looks, too."""
        value = self.value(row)
        pulls = getattr(row, "gradients", None) if self.field == "evaluations" else None
        return value if value is None else value + (pulls or 0)

    def text(self, row: Any) -> str:
        """The value as text, with gradients where there are some; "" where it was not measured."""
        value = self.value(row)
        pulls = getattr(row, "gradients", None) if self.field == "evaluations" else None
        return "" if value is None else self.write(value) + (f" + {decimal(pulls)}∇" if pulls else "")

    def scale(self, rows: Mapping[str, Any]) -> float:
        """The value at which a bar is full."""
        values = [value for row in rows.values() if (value := self.length(row)) is not None]
        return self.end or min(max(values, default=1.0), BEYOND * median(values or [1.0])) or 1.0


def _millions(value: float) -> str:
    return f"{decimal(value / 1e6, 2)} M"


def _distance(value: float) -> str:
    return decimal(value, 2 if value < 10 else 0)


def plain(value: float) -> str:
    """A number with a digit after the point, where that is none."""
    return decimal(value, 0 if f"{value:.1f}".endswith(".0") else 1)


def _tenths(share: float) -> str:
    return percent(share, 1)


def _hundredths(number: float) -> str:
    return decimal(number, 2)


MEASURES = (
    Measure("right", N_("Right class"), N_("more is better"), _tenths, True, 1.0,
            N_("Right most often: **{name}** ({figure})")),
    Measure("feature_frechet", N_("Distance"), N_("less is better"), _distance,
            best=N_("nearest to real digits: **{name}** ({figure})")),
    Measure("coverage", N_("Coverage"), N_("more is better"), percent, True, 1.0,
            N_("most varied: **{name}** ({figure})")),
    Measure("evaluations", N_("Looks"), N_("a picture"), plain),
    Measure("seconds", N_("Seconds"), N_("ten digits"), _hundredths, best=N_("fastest: **{name}** ({figure})")),
    Measure("parameters", N_("Size"), N_("numbers learnt"), _millions),
    Measure("training_minutes", N_("Training"), N_("minutes"), decimal),
)
SCORES = (
    Measure("score", N_("Judge's score"), N_("at most 10"), _hundredths, True, 10.0),
    *(measure for measure in MEASURES if measure.field in ("feature_frechet", "coverage")),
)


TRAINING = MEASURES[-1]


def comparable(rows: Mapping[str, Any], measure: Measure) -> dict[str, Any]:
    """The rows whose values of a measure compare: minutes of training do on the device on which most were trained."""
    if measure is not TRAINING:
        return dict(rows)
    devices = Counter(row.training_device for row in rows.values())
    usual = max(devices, key=devices.__getitem__, default=None)
    return {name: row for name, row in rows.items() if row.training_device == usual}


_JUDGE = Measure("right", N_("The judge"), N_("says: right"), _tenths, True, 1.0)
_DISTANCE, _COVERAGE = MEASURES[1:3]
MARKS = {  # of variants, by their kind
    "ac": (Measure("own", N_("Own classifier"), N_("says: right"), _tenths, True, 1.0), _JUDGE, _DISTANCE),
    "cbn": (_JUDGE, _DISTANCE, _COVERAGE,
            Measure("time_counts", N_("Time counts"), N_("0%: blind to it"), percent, True)),
}


def ranked(record: Any, measure: Measure) -> list[str]:
    """The rows that draw what was asked for, the best of a measure first."""
    rows = comparable(record.rows, measure)
    values = {name: value for name, row in rows.items()
              if (row.right or 0) > ASKED and (value := measure.value(row)) is not None}
    return sorted(values, key=values.__getitem__, reverse=measure.is_more_better)

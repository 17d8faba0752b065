"""The leaves of a tree with a bar at each: how likely every class is. They follow a drawing while the pen moves."""
from collections.abc import Mapping, Sequence
from typing import Any

from ..language import N_, _
from .component import component

SO_FAR = N_("So far it looks like **{label}**: a quick classifier guesses along.")  # while the pen moves
UNSURE = N_("Not sure yet. A quick classifier guesses along.")
Said = tuple[str, str, str]  # a sentence, with some of it in bold

_leaves = component("leaves", "leaves")


def leaves(key: str, nodes: Mapping[int, Mapping[str, Any]], names: Mapping[str, str], said: Said,
           shares: Mapping[str, float] | None, canvas: str = "", ink: int = 0) -> None:
    """Leaves side by side, as a tree's `nodes` have them (`figures.graph`), with a bar each for its share (None: not
    known yet), and what is `said` of that. `names` are classes with an article. They also follow the canvas of the key
    `canvas`, whose reading the browser tells, until something is said of what has so much `ink`."""
    ordered = [here for here in sorted(nodes.values(), key=lambda here: here["x"]) if here["leaf"]]
    labels = [here["name"] for here in ordered]
    _leaves(key=key, data={
        "labels": labels, "names": [names[label] for label in labels], "rooms": [here["room"] for here in ordered],
        "said": list(said), "hints": hints(), "key": canvas, "ink": ink,
        "shares": shares and [float(shares[label]) for label in labels],
        **branches(list(nodes.values()))})


def hints() -> dict[str, str]:
    """What is said while the pen moves: around the class that it looks like, and where it looks like none; and what the
    bars are called."""
    before, after = _(SO_FAR).split("**{label}**")
    return {"before": before, "after": after, "unsure": _(UNSURE), "bars": _("How likely each is: {shares}"),
            "unknown": _("not known yet")}


def branches(nodes: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The tree above its leaves as the path of an SVG. Branch points are one row apart each, whatever their times."""
    times = sorted({here[end] for here in nodes for end in ("t", "t_high")}, reverse=True)
    width = max(here["x"] + here.get("room", 0) / 2 for here in nodes) + 0.5
    line = []
    for here in nodes:
        top, low = times.index(here["t_high"]), times.index(here["t"])
        line.append(f"M{here['start'] + 0.5:.3f} {top}H{here['x'] + 0.5:.3f}V{low}")
    return {"line": "".join(line), "width": round(width, 3), "height": len(times) - 1}

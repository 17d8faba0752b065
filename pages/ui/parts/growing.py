"""A tree that grows step by step, played and scrubbed in the browser: no step needs the server."""
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from ..language import N_, _
from .component import component
from .film import player_names, reported

_growing = component("growing", "growing", base="player")


@dataclass(frozen=True)
class Spot:
    """A node of the whole tree: where it stands and where it comes from, its parent's place, both (x, y) in percent;
    the width of its line in pixels, its name ("" for none) and its picture, a data URI."""

    at: tuple[float, float]
    origin: tuple[float, float]
    width: float
    name: str
    picture: str


@dataclass(frozen=True)
class Heap:
    """Pictures that lie together: `kind` is "" or "new", `strip` says which of the strips of pictures."""

    kind: str
    title: str
    strip: str


@dataclass(frozen=True)
class Step:
    """The tree at one moment. For every spot a state: "unborn", "leaf", "leaf new" where it has just come, "fork", or
    "fork cut" where it was just cut; and a note below it. Then what is shown beside the tree."""

    caption: str
    states: tuple[str, ...]
    notes: tuple[str, ...]
    heaps: tuple[Heap, ...]


def growing(key: str, spots: Sequence[Spot], steps: Sequence[Step], strips: Mapping[str, str], *, depth: int,
            across: int, start: int = 0, seconds: float = 12.0, label: str = N_("Step")) -> int:
    """The tree, and below a slider its steps; returns the one at which it last came to rest.

    `strips` are pictures, data URIs by name; `depth` counts the levels, and `across` the leaves beside each other.
    Raises ValueError where spots, steps and strips do not fit.
    """
    check(spots, steps, strips, start)
    places = [{"at": spot.at, "from": spot.origin, "width": spot.width, "name": spot.name, "picture": spot.picture}
              for spot in spots]
    growth = json.dumps({"spots": places, "frames": [asdict(step) for step in steps], "strips": dict(strips),
                         "depth": depth, "across": across, "seconds": seconds, "label": _(label),
                         "names": player_names()})
    name = hashlib.blake2b(growth.encode(), digest_size=16).hexdigest()
    sent = _growing(key=key, data={"id": name, "growth": growth, "start": int(start)}, default={"frame": None},
                    on_frame_change=lambda: None).frame
    return reported(sent, name, len(steps), start)


def check(spots: Sequence[Spot], steps: Sequence[Step], strips: Mapping[str, str], start: int) -> None:
    """Raise ValueError where the parts of a growing tree do not fit together."""
    if start not in range(len(steps)):
        raise ValueError(f"there is no step {start} among {len(steps)}")
    if any({len(step.states), len(step.notes)} != {len(spots)} for step in steps):
        raise ValueError(f"every step needs a state and a note for each of the {len(spots)} spots")
    if missing := {heap.strip for step in steps for heap in step.heaps} - set(strips):
        raise ValueError(f"there are no pictures called {', '.join(sorted(missing))}")

"""What became of a label-conditioned model that was taught the same way: measured once, told by a file."""
from math import prod
from pathlib import Path

import msgspec
import numpy as np

from ..language import N_, _, decimal
from ..parts.markup import filled
from ..parts.pictures import Row, sheet, strip

HERE = Path(__file__).parent
FILE = HERE.parents[2] / "checkpoints" / "forgetting.json"  # `python experiments/extension.py forgetting` writes it
WAYS = {"tree": N_("The tree"), "label-conditioned": N_("One network without a tree")}
MEANING = N_("Distance to real digits: how far its drawings as a whole are from real ones; less is better, and 8 is "
             "as good as real. Right: how often an independent classifier reads a drawing as the digit that was "
             "asked for.")


class Figure(msgspec.Struct, frozen=True):
    """A measured figure before and after the lesson; a class that is new in it has none before."""

    after: float
    before: float | None = None

    def written(self, pattern: str) -> str:
        """Both as text."""
        return " → ".join(pattern.format(value) for value in (self.before, self.after) if value is not None)


class Strip(msgspec.Struct, frozen=True):
    """Pictures of a class before and after the lesson, uint8, all pixels one after the other."""

    after: bytes
    before: bytes | None = None


class Way(msgspec.Struct, frozen=True):
    """What was measured of one of the WAYS, by class: distances, shares that are right, and pictures."""

    frechet: dict[str, Figure]
    right: dict[str, Figure]
    pictures: dict[str, Strip]


class Teaching(msgspec.Struct, frozen=True):
    """From how many images of the new class, and in how many steps, both learnt it."""

    images: int
    steps: int = msgspec.field(name="fine-tuning steps")


class Forgetting(msgspec.Struct, frozen=True):
    """The whole file. `shape` (n, H, W) is that of the pictures of a class."""

    protocol: Teaching
    new: str
    old: tuple[str, ...]
    shape: tuple[int, int, int]
    models: dict[str, Way]

    def __post_init__(self) -> None:
        """Raises ValueError where anything is missing, or pictures are of another size."""
        for way in (self.models.get(name) for name in WAYS):
            if way is None or not set(self.labels) <= set(way.frechet) & set(way.right) & set(way.pictures):
                raise ValueError("something was not measured")
            strips = [pixels for both in way.pictures.values() for pixels in (both.before, both.after)]
            if any(pixels is not None and len(pixels) != prod(self.shape) for pixels in strips):
                raise ValueError(f"pictures are not of shape {self.shape}")

    @property
    def labels(self) -> tuple[str, ...]:
        """All classes, the new one last."""
        return *self.old, self.new


def load(path: Path = FILE) -> Forgetting | None:
    """What was measured; None if there is no such file, or one that makes no sense."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Forgetting)
    except (OSError, ValueError):
        return None


def story(measured: Forgetting) -> str:
    """What was done, in words."""
    new, old, protocol = measured.new, ", ".join(measured.old), measured.protocol
    return _("Most models of this kind are **one** network for all classes, which is told the class it is to draw. "
             "Here such a network and the tree both learnt {old}, and then both were taught {new} from {images} "
             "pictures of {new} alone, {steps} steps. The tree's old branches were left as they were; the other "
             "network had to change the numbers by which it draws all that it knows.").format(
                 old=old, new=new, images=decimal(protocol.images), steps=decimal(protocol.steps))


def pictures(measured: Forgetting, way: str) -> str:
    """Drawings before and after, as HTML."""
    rows = []
    for label in measured.labels:
        strips = measured.models[way].pictures[label]
        for when, alt, pixels in (
                (_("before"), _("{label}, before it was taught {new}"), strips.before),
                (_("after"), _("{label}, after it was taught {new}"), strips.after)):
            if pixels is not None:
                images = np.frombuffer(pixels, np.uint8).reshape(measured.shape) / np.float32(255)
                rows.append(Row(label, when, strip(images), alt.format(label=label, new=measured.new)))
    return sheet(rows)


def table(measured: Forgetting) -> str:
    """The figures, as HTML."""
    rows = [(_("{label}, new").format(label=label) if label == measured.new else label,
             [(way.frechet[label].written("{:.0f}"), way.right[label].written("{:.0%}"))
              for way in (measured.models[name] for name in WAYS)]) for label in measured.labels]
    return filled(HERE / "forgetting.html", ways=[_(way) for way in WAYS.values()], rows=rows)

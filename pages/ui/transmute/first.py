"""What the page "Turn" asks for when it is opened as it usually is: its example."""
from collections.abc import Generator
from dataclasses import replace
from typing import Any

from branched import BranchedModel, Sampling

from ..serve.request import Request
from .work import FIRST, VARIANTS, Gallery, Scans, Sharpened, Turning

MODEL = "mnist"


def asks(model: BranchedModel) -> Generator[Request[Any], Scans, None]:
    """The gallery; one of its pictures, turned into the class that is most like its own; and the frame that is seen."""
    source = (yield Gallery()).source(FIRST)
    target = model.tree.nearest(source.label)
    film = Turning(source.picture, source.label, (target,), VARIANTS, False, Sampling.quick(seed=0))
    times, usual = film.times(model.tree)
    yield replace(film, first=usual)
    yield Sharpened(film, times[usual])

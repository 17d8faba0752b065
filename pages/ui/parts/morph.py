"""Large pictures that are one as long as they are the same, and part as they do: at the moment where a film is."""
from collections.abc import Sequence

import numpy as np
from PIL import Image

from ..language import _
from .component import component
from .pictures import levels, png

_morph = component("morph", "morph", base="player")


def morph(key: str, film: str, pictures: np.ndarray, cells: np.ndarray, names: Sequence[str], colours: Sequence[str], *,
          shared: str, start: int = 0, notes: Sequence[str] = (), height: int = 300) -> None:
    """For each of some names a picture, which follows the film of the name `film`, from its frame `start` on.

    `cells` (frames, names) says which of the `pictures` (P, H, W[, 3]), floats in [0, 1] or uint8, each name has; those
    that have the same one have it together, in the colour `shared`. `notes` stand below pictures, by their index.
    `height` is that of one alone, in CSS pixels.
    """
    sheet = Image.fromarray(np.concatenate(list(levels(pictures))))  # one below the other
    _morph(key=key, data={
        "film": film, "sheet": png(sheet), "size": [*pictures.shape[2:0:-1]],
        "cells": cells.tolist(), "names": list(names), "colours": list(colours), "shared": shared, "start": int(start),
        "notes": list(notes), "height": height, "listed": _("{others} and {last}")})

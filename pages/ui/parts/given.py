"""Where a visitor draws, uploads or photographs a picture of something."""
from collections.abc import Callable, Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

import numpy as np
import streamlit as st

from ..language import N_, _
from .canvas import drawing
from .cropper import Crop, cropper
from .pictures import TYPES

STAYS = N_("Nobody else sees your picture: it stays with this tab, and a link to this page does not hold it.")
NO_CAMERA = N_("Browsers lend the camera only to pages on HTTPS or on this very machine. Take a photo with your "
               "device, and choose Upload.")


class Handed(NamedTuple):
    """What a visitor gave, and the part of it that is meant, where it is not all."""

    data: bytes | np.ndarray
    crop: Crop | None = None


def handed_over(kind: str, looked_at: Callable[[bytes], tuple[np.ndarray | None, Sequence[Crop]]],
                **canvas: str) -> Handed | None:
    """What was drawn (kind "draw"; with what `canvas` is told beside), uploaded ("upload") or else photographed; None
    as long as there is nothing. `looked_at` gives a small copy of a photo, and where there are figures in it."""
    if kind == "draw":
        drawn = drawing("drawing", **canvas)
        return None if drawn is None else Handed(drawn)
    if kind == "upload":
        file = st.file_uploader(_("A photo or picture of one digit"), TYPES, key="upload")
    elif camera_allowed(st.context.url):
        file = st.camera_input(_("Hold one digit, on plain paper, before the camera"), key="camera")
    else:
        st.info(_(NO_CAMERA), icon=":material/no_photography:")
        file = None
    if file is None:
        return None
    small, places = looked_at(data := file.getvalue())
    return Handed(data, None if small is None else cropper("crop", small, places))


def camera_allowed(url: str | None) -> bool:
    """Whether browsers lend a camera to a page at this address."""
    parts = urlsplit(url or "")
    return parts.scheme == "https" or (parts.hostname or "") in ("localhost", "127.0.0.1", "::1")

"""Where a visitor draws, uploads or photographs a picture of something."""
from urllib.parse import urlsplit

import numpy as np
import streamlit as st

from .canvas import drawing
from .pictures import TYPES

STAYS = "Nobody else sees your picture: it stays with this tab, and a link to this page does not hold it."
NO_CAMERA = ("Browsers lend the camera only to pages on HTTPS or on this very machine. Take a photo with your device, "
             "and choose Upload.")


def handed_over(kind: str, **canvas: str) -> bytes | np.ndarray | None:
    """What was drawn (kind "draw"; with what `canvas` is told beside), uploaded ("upload") or else photographed; None
    as long as there is nothing."""
    if kind == "draw":
        return drawing("drawing", **canvas)
    if kind == "upload":
        file = st.file_uploader("A photo or picture of one digit", TYPES, key="upload")
    elif camera_allowed(st.context.url):
        file = st.camera_input("Hold one digit, on plain paper, before the camera", key="camera")
    else:
        st.info(NO_CAMERA, icon=":material/no_photography:")
        file = None
    return None if file is None else file.getvalue()


def camera_allowed(url: str | None) -> bool:
    """Whether browsers lend a camera to a page at this address."""
    parts = urlsplit(url or "")
    return parts.scheme == "https" or (parts.hostname or "") in ("localhost", "127.0.0.1", "::1")

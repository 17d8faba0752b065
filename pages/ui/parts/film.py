"""A film of small pictures that is played and scrubbed in the browser, and carried along a tree drawn with Plotly."""
import base64
import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from ..language import N_, _
from .component import component
from .pictures import levels
from .reels import Frame

MOST = 20_000  # pictures; of 28 x 28 pixels they are 16 MB

_film = component("film", "film", base="player")
_growth = component("film-growth", "film_growth")


def film(key: str, pictures: np.ndarray, frames: Sequence[Frame], *, start: int = 0, autoplay: bool = False,
         **looks: Any) -> int:
    """Pictures that change with a slider, in the browser alone; returns the frame at which it last came to rest.

    `pictures` (P, H, W[, 3]) are floats in [0, 1] or uint8. How it `looks`, see `contents`. A film that is shown
    already stays where it is; another begins at `start`, or plays once by itself, as soon as there is what it is played
    `over`; not where motion is unwelcome. One that has a `name` is the same as long as its name is:
    then it may be shown before it is whole, and `grow`. Raises ValueError where frames and pictures do not fit.
    """
    check(pictures, frames, start, looks.get("marks", ()))
    data = contents(pictures, frames, **looks)
    sent = _film(key=key, data=data | {"start": int(start), "autoplay": autoplay}, default={"frame": None},
                 on_frame_change=lambda: None).frame
    return reported(sent, data["id"], len(frames), start)


def grow(key: str, pictures: np.ndarray, frames: Sequence[Frame], **looks: Any) -> None:
    """More of a film that this run of the page shows already, by its `name`. It stays where it is, and may be pulled
    meanwhile. Each growth has a key of its own."""
    check(pictures, frames, 0, looks.get("marks", ()))
    _growth(key=key, data=contents(pictures, frames, **looks))


def contents(pictures: np.ndarray, frames: Sequence[Frame], *, rows: Sequence[str] = (), marks: Mapping[int, str] = {},
             ends: tuple[str, str] = ("", ""), over: str = "", height: int = 64, seconds: float = 4.0,
             label: str = N_("Time"), name: str = "", made: int = 0) -> dict[str, Any]:
    """What the browser is sent of a film, of which so many frames are `made` (0: all).

    `rows` are names beside the rows of cells; `marks` are ticks below the slider, by frame; `ends` are texts at its
    ends. `over` is the key of a `st.plotly_chart` on which dots and sprites are drawn. `height` is a picture's in CSS
    pixels, where there is room.
    """
    said = json.dumps({
        "size": [pictures.shape[2], pictures.shape[1], *(pictures.shape[3:] or [1])],
        "frames": [vars(frame) for frame in frames], "rows": list(rows), "marks": sorted(marks.items()),
        "ends": ends, "over": re.sub(r"[^a-zA-Z0-9_-]", "-", over.strip()),  # as Streamlit makes class names
        "height": height, "seconds": seconds, "label": _(label), "names": player_names(),
    }, default=lambda number: number.tolist())  # NumPy's
    packed = levels(pictures).tobytes()
    version = hashlib.blake2b(packed + said.encode(), digest_size=16).hexdigest()
    return {"id": name or version, "version": version, "made": made or len(frames), "film": said,
            "pixels": base64.b64encode(packed).decode()}


def player_names() -> dict[str, str]:
    """What the button of a player is called."""
    return {"play": _("Play"), "pause": _("Pause")}


def check(pictures: np.ndarray, frames: Sequence[Frame], start: int, marks: Iterable[int]) -> None:
    """Raise ValueError where frames, pictures and marks do not fit together."""
    if pictures.ndim not in (3, 4) or pictures.shape[3:] not in ((), (3,)) or 0 in pictures.shape[1:]:
        raise ValueError(f"pictures must be (P, H, W) or (P, H, W, 3), not {pictures.shape}")
    if len(pictures) > MOST:
        raise ValueError(f"{len(pictures):,} pictures are too many for a browser; at most {MOST:,}")
    if not frames:
        raise ValueError("a film needs at least one frame")
    for frame in (start, *marks):
        if frame not in range(len(frames)):
            raise ValueError(f"there is no frame {frame} among {len(frames)}")
    used = [k for frame in frames for row in frame.cells for k in row]
    carried = [k for frame in frames for *_, k in frame.sprites]
    if any(k not in range(-1, len(pictures)) for k in used) or any(k not in range(len(pictures)) for k in carried):
        raise ValueError(f"a frame asks for a picture that is not among the {len(pictures)}")
    places = [number for frame in frames for spot in (*frame.dots, *frame.sprites, *sum(frame.trails, ()))
              for number in spot[:2]]
    if not np.isfinite(places).all():
        raise ValueError("places of dots and sprites must be finite")


def reported(sent: object, name: str, length: int, start: int) -> int:
    """The frame that the browser reports, if it is one of this film; else `start`."""
    if not isinstance(sent, dict) or sent.get("film") != name:
        return int(start)
    frame = sent.get("frame")
    return frame if type(frame) is int and 0 <= frame < length else int(start)

"""A film of small pictures that is played and scrubbed in the browser, and carried along a tree drawn with Plotly."""
import base64
import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from .component import component
from .pictures import levels
from .reels import Frame

MOST = 20_000  # pictures; of 28 x 28 pixels they are 16 MB

_film = component("film", "film", base="player")


def film(key: str, pictures: np.ndarray, frames: Sequence[Frame], *, rows: Sequence[str] = (), start: int = 0,
         marks: Mapping[int, str] = {}, ends: tuple[str, str] = ("", ""), over: str = "",
         autoplay: bool = False, height: int = 64, seconds: float = 4.0, label: str = "Time") -> int:
    """Pictures that change with a slider, in the browser alone; returns the frame at which it last came to rest.

    `pictures` (P, H, W[, 3]) are floats in [0, 1] or uint8. `rows` are names beside the rows of cells; `marks` are
    ticks below the slider, by frame; `ends` are texts at its ends. `over` is the key of a `st.plotly_chart` on which
    dots and sprites are drawn. `height` is a picture's in CSS pixels, where there is room. A film that is shown
    already stays where it is; another begins at `start`. Raises ValueError where frames and pictures do not fit.
    """
    check(pictures, frames, start, marks)
    contents = json.dumps({
        "size": [pictures.shape[2], pictures.shape[1], *(pictures.shape[3:] or [1])],
        "frames": [vars(frame) for frame in frames], "rows": list(rows), "marks": sorted(marks.items()),
        "ends": ends, "over": re.sub(r"[^a-zA-Z0-9_-]", "-", over.strip()),  # as Streamlit makes class names
        "height": height, "seconds": seconds, "label": label,
    }, default=lambda number: number.tolist())  # NumPy's
    packed = levels(pictures).tobytes()
    name = hashlib.blake2b(packed + contents.encode(), digest_size=16).hexdigest()
    data = {"id": name, "film": contents, "pixels": base64.b64encode(packed).decode(),
            "start": int(start), "autoplay": autoplay}
    sent = _film(key=key, data=data, default={"frame": None}, on_frame_change=lambda: None).frame
    return reported(sent, name, len(frames), start)


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
    places = [number for frame in frames for spot in (*frame.dots, *frame.sprites) for number in spot[:2]]
    if not np.isfinite(places).all():
        raise ValueError("places of dots and sprites must be finite")


def reported(sent: object, name: str, length: int, start: int) -> int:
    """The frame that the browser reports, if it is one of this film; else `start`."""
    if not isinstance(sent, dict) or sent.get("film") != name:
        return int(start)
    frame = sent.get("frame")
    return frame if type(frame) is int and 0 <= frame < length else int(start)

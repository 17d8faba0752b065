"""Both components on one page, to try them: `streamlit run tests/apps/components.py`.

`?autoplay=1` plays the film; `?slow=1` makes every run of the page a second longer; `?grows=FOLDER` shows a
film that grows when a file 1, then a file 2 is there.
"""
import json
import time
from pathlib import Path

import numpy as np
import plotly.graph_objects as go
import streamlit as st
from PIL import Image

from pages.ui.parts.canvas import clear, drawing
from pages.ui.parts.film import Frame, film, grow
from pages.ui.parts.pictures import png

LEAVES, HEIGHT, FRAMES, COLUMNS = 10, 480, 61, 8
WAY = [(4.5, 1.0), (4.5, 0.6), (7.5, 0.6), (7.5, 0.3), (8.0, 0.3), (8.0, 0.0)]


def place(part: float) -> tuple[float, float]:
    """A place on the way down the tree, by the part of it that is done."""
    sides = np.r_[0, np.cumsum(np.abs(np.diff(WAY, axis=0)).sum(1))]
    return tuple(float(np.interp(part * sides[-1], sides, side)) for side in np.transpose(WAY))


@st.cache_resource
def tree(version: int) -> go.Figure:
    """A few lines, nodes and layout images, on axes like those of the tree."""
    nodes = [*WAY, *((float(x), 0.0) for x in range(LEAVES))]
    grey = png(Image.new("L", (28, 28), 128))
    result = go.Figure([
        go.Scatter(x=[x for x, _ in WAY], y=[t for _, t in WAY], mode="lines", line={"width": 4 - version % 2}),
        go.Scatter(x=[x for x, _ in nodes], y=[t for _, t in nodes], mode="markers", customdata=[[k] for k in
                                                                                            range(len(nodes))])])
    for x in range(LEAVES):
        result.add_layout_image(source=grey, x=x, y=0, xref="x", yref="y", sizex=0.8, sizey=0.08, xanchor="center",
                                yanchor="middle", layer="above")
    result.update_xaxes(visible=False, fixedrange=True, range=[-0.6, LEAVES - 0.4])
    result.update_yaxes(fixedrange=True, range=[-0.15, 1.05], automargin=True, title={"text": "diffusion time t"})
    return result.update_layout(height=HEIGHT, margin={"l": 0, "r": 4, "t": 12, "b": 4}, showlegend=False)


def digits(levels: int) -> np.ndarray:
    """Picture k has grey level k everywhere, so that a test can tell it; from 61 on, rings as if they were digits."""
    grid = np.hypot(*(np.mgrid[:28, :28] - 13.5))
    rings = [np.clip(2 - abs(grid - 8 + np.sin(k)), 0, 1) * 255 for k in range(levels)]
    return np.concatenate([np.tile(np.arange(levels)[:, None, None], (1, 28, 28)), rings]).astype(np.uint8)


def frames(shift: int) -> list[Frame]:
    """Frame k shows picture k in its first row, rings in the second, and goes along the tree."""
    result = []
    for k in range(FRAMES):
        x, t = np.float32(place(k / (FRAMES - 1)))
        ring = tuple(FRAMES + np.int64((k + shift + c) % FRAMES) for c in range(COLUMNS))
        result.append(Frame(f"t = {1 - k / (FRAMES - 1):.2f}: <b>frame {k}</b>" + " and more to say" * (k > 50),
                            ((k, -1, k, k, k, k, k, k), ring, ring), ((x, t),) if k < 40 else (),
                            () if k < 20 else ((x - 1, t, FRAMES + k), (x, max(t, 0.1), FRAMES + k))))
    return result


def growing() -> None:
    """A film of which at first frame 30 alone is made, then those within 5 of it, then all."""
    shown, place = frames(0), st.empty()
    for number, width in enumerate((0, 5, FRAMES)):
        there = [frame if abs(k - 30) <= width else Frame("on its way", ((-1,) * COLUMNS,) * 3)
                 for k, frame in enumerate(shown)]
        looks = {"rows": ["This moment", "Best guess", "4"], "over": "my tree", "name": "it grows",
                 "made": min(2 * width + 1, FRAMES)}
        if number == 0:
            st.html(f'<pre id="frame">{film("film", digits(FRAMES), there, start=30, **looks)}</pre>')
        else:
            with place:
                grow(f"growth {number}", digits(FRAMES), there, **looks)
        while number < 2 and not (Path(st.query_params["grows"]) / str(number + 1)).exists():
            time.sleep(0.02)


st.set_page_config(page_title="Components", layout="wide")
st.session_state.setdefault("version", 0)
left, right = st.columns(2, gap="large")
with left:
    st.button("Clear from Python", on_click=clear, args=["pad"])
    if st.checkbox("Pad", True):
        picture = drawing("pad")
        small = None if picture is None else picture.reshape(28, 10, 28, 10).mean((1, 3)).round().astype(int).tolist()
        st.html(f'<pre id="drawn" style="display: none">{json.dumps(small)}</pre>')
    if st.button("Another figure"):
        st.session_state.version += 1
    st.plotly_chart(tree(st.session_state.version), key="my tree", theme=None)
if "grows" in st.query_params:
    with right:
        growing()
    st.stop()
with right:
    which = st.radio("Film", ["first", "other", "none"], horizontal=True)
    if which != "none":
        shift = 1 if which == "other" else 0
        start = 5 if shift else st.session_state.get("shown", 0)  # as from a link that is kept up to date
        shown = film("film", digits(FRAMES), frames(shift), rows=["This moment", "Best guess", "4"], start=start,
                     marks={20: "meeting point of 4 and 9", 24: "guess", 60: "the end of all this"}, over="my tree",
                     ends=("picture, t = 0", "noise, t = 1"), autoplay="autoplay" in st.query_params, seconds=1.5,
                     height=56)
        st.session_state.shown = shown
        dots = [np.array(frame.dots).tolist() for frame in frames(shift)]
        st.html(f'<pre id="frame">{shown}</pre><pre id="dots" style="display: none">{json.dumps(dots)}</pre>')
st.session_state.runs = st.session_state.get("runs", 0) + 1
st.html(f'<pre id="runs">{st.session_state.runs}</pre>')
if "slow" in st.query_params:
    time.sleep(1)

"""A canvas to draw a digit on, with mouse, pen or finger. Strokes travel as points; Python draws them anew."""
import numpy as np
import streamlit as st
from PIL import Image, ImageDraw

SIDE, BRUSH = 280, 22  # MNIST's strokes are about a twelfth as wide as its pictures
POINTS = 8_000         # the browser adds no more ink than this, and Python reads no more
FAR = SIDE             # how far beyond the edge a stroke is followed

HTML = """
<div class="drawing">
  <div class="pad"><canvas width="560" height="560" role="img"></canvas><div class="hint"></div></div>
  <div class="buttons">
    <button type="button" class="undo">Undo</button><button type="button" class="clear">Clear</button>
  </div>
</div>"""

CSS = """
.drawing {width: 100%; max-width: 280px; font-family: var(--st-font); user-select: none; -webkit-user-select: none;
  -webkit-touch-callout: none; -webkit-tap-highlight-color: transparent}
.pad {position: relative; aspect-ratio: 1; overflow: hidden; background: #000;
  border-radius: var(--st-base-radius); box-shadow: 0 0 0 1px var(--st-border-color)}
canvas {display: block; width: 100%; height: 100%; touch-action: none; cursor: crosshair}
.hint {position: absolute; inset: 0; display: grid; place-items: center; pointer-events: none; color: #8c8c8c;
  font-size: 1.05rem; transition: opacity .15s}
.inked .hint {opacity: 0}
.buttons {display: grid; grid-template-columns: 1fr 1fr; gap: .5rem; margin-top: .6rem}
button {min-height: 44px; font: inherit; font-size: 1rem; color: var(--st-text-color); cursor: pointer;
  background: var(--st-background-color); border: 1px solid var(--st-border-color);
  border-radius: var(--st-button-radius); touch-action: manipulation}
button:hover:enabled {border-color: var(--st-primary-color); color: var(--st-primary-color)}
button:active:enabled {background: var(--st-secondary-background-color)}
button:focus-visible {outline: 3px solid var(--st-primary-color); outline-offset: 1px}
button:disabled {opacity: .45; cursor: default}
"""

JS = f"const SIDE = {SIDE}, BRUSH = {BRUSH}, FAR = {FAR}, POINTS = {POINTS};" + """

export default function({parentElement, data, setStateValue}) {
  const root = parentElement.querySelector('.drawing');
  root.pad ??= pad(root);  // this runs again whenever `data` changes: what is drawn lives on the element
  root.querySelector('.hint').textContent = data.hint;
  root.pad.receive(data, (drawing) => setStateValue('drawing', drawing));
}

function pad(root) {
  const [canvas, undo, clear] = ['canvas', '.undo', '.clear'].map((name) => root.querySelector(name));
  const pen = canvas.getContext('2d');
  pen.scale(canvas.width / SIDE, canvas.height / SIDE);
  Object.assign(pen, {lineWidth: BRUSH, lineCap: 'round', lineJoin: 'round', strokeStyle: '#fff'});
  let strokes = [], current = null, pointer = null, turn = null, send = null;

  const ink = (stroke, from = 0) => {
    pen.beginPath();
    pen.moveTo(stroke[from] - 0.01, stroke[from + 1]);  // a line, if only just: so a tap leaves a dot
    for (let k = from; k < stroke.length; k += 2) pen.lineTo(stroke[k], stroke[k + 1]);
    pen.stroke();
  };
  const refresh = () => {
    const count = strokes.length + (current ? 1 : 0);
    root.classList.toggle('inked', count > 0);
    undo.disabled = clear.disabled = !count;
    canvas.setAttribute('aria-label', count ? `Your drawing, ${count} stroke${count > 1 ? 's' : ''}`
      : 'Empty drawing area: draw with mouse, pen or finger');
  };
  const redraw = () => {
    pen.clearRect(0, 0, SIDE, SIDE);
    [...strokes, ...(current ? [current] : [])].forEach((stroke) => ink(stroke));
    refresh();
  };
  const change = (kept) => {
    strokes = kept;
    redraw();
    send({turn, strokes});
  };

  const place = (event) => {
    const box = canvas.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height]
      .map((part) => Math.round(10 * Math.max(-FAR, Math.min(SIDE + FAR, part * SIDE))) / 10);
  };
  const full = () => strokes.reduce((sum, stroke) => sum + stroke.length, current?.length ?? 0) >= 2 * POINTS;
  const extend = (event) => {
    const [x, y] = place(event), end = current.length - 2;
    if (Math.hypot(x - current[end], y - current[end + 1]) < 2 || full()) return;
    current.push(x, y);
    ink(current, end);
  };
  const finish = () => {
    if (!current) return;
    const done = current;
    current = pointer = null;
    change([...strokes, done]);
  };

  canvas.onpointerdown = (event) => {
    // A second finger is ignored, but never because of a pointer that went away without a word.
    if (event.button !== 0 || (pointer !== null && pointer !== event.pointerId && canvas.hasPointerCapture(pointer)))
      return;
    finish();
    if (full()) return;
    pointer = event.pointerId;
    canvas.setPointerCapture(pointer);
    current = place(event);
    ink(current);
    refresh();
  };
  canvas.onpointermove = (event) => {
    if (event.pointerId !== pointer) return;
    const events = event.getCoalescedEvents?.() ?? [];
    (events.length ? events : [event]).forEach(extend);
  };
  canvas.onpointerup = canvas.onpointercancel = canvas.onlostpointercapture = (event) => {
    if (event.pointerId === pointer) finish();
  };
  canvas.oncontextmenu = (event) => event.preventDefault();  // a long press draws
  undo.onclick = () => change(strokes.slice(0, -1));
  clear.onclick = () => change([]);

  return {receive(data, report) {
    send = report;
    if (turn === data.turn) return;  // an echo of strokes that came from here, maybe of older ones
    ({turn, strokes} = data);
    redraw();
  }};
}
"""

_canvas = st.components.v2.component("digit_canvas", html=HTML, css=CSS, js=JS)


def drawing(key: str, hint: str = "Draw a digit here") -> np.ndarray | None:
    """A canvas, and what is drawn on it: uint8 (280, 280), white on black, or None where there is no ink.

    Every finished stroke reruns the page. The drawing stays in this visitor's session, and so survives page switches.
    """
    strokes, turn = f"{key} strokes", f"{key} turn"
    st.session_state.setdefault(strokes, [])
    st.session_state.setdefault(turn, 0)
    _canvas(key=key, data={"turn": st.session_state[turn], "strokes": st.session_state[strokes], "hint": hint},
            default={"drawing": None}, on_drawing_change=lambda: drawn(key))
    return drawn(key)  # after a lost connection no callback is run


def drawn(key: str) -> np.ndarray | None:
    """What is on a canvas at this moment, as the browser sent it last: for callbacks."""
    sent, strokes = (st.session_state.get(key) or {}).get("drawing"), f"{key} strokes"
    if isinstance(sent, dict) and sent.get("turn") == st.session_state.get(f"{key} turn"):  # else it was cleared since
        st.session_state[strokes] = checked(sent.get("strokes"))
    picture = inked(st.session_state.get(strokes, []))
    return picture if picture.any() else None


def clear(key: str) -> None:
    """Empty the canvas. Takes effect where `drawing` is called next: so call it in a callback, or before."""
    st.session_state[f"{key} strokes"] = []
    st.session_state[f"{key} turn"] = st.session_state.get(f"{key} turn", 0) + 1


def checked(sent: object) -> list[list[float]]:
    """Strokes as the browser sent them, each x, y, x, y, ...; none at all, if anything is wrong with them."""
    if not isinstance(sent, list) or not all(isinstance(stroke, list) and stroke for stroke in sent):
        return []
    numbers = [number for stroke in sent for number in stroke]
    good = (len(numbers) <= 2 * POINTS and all(len(stroke) % 2 == 0 for stroke in sent)
            and all(type(number) in (int, float) and -FAR <= number <= SIDE + FAR for number in numbers))
    return sent if good else []


def inked(strokes: list[list[float]], scale: int = 2) -> np.ndarray:
    """Strokes as a picture, uint8 (280, 280); drawn larger and reduced, for smooth edges."""
    sheet = Image.new("L", (SIDE * scale, SIDE * scale))
    brush, radius = ImageDraw.Draw(sheet), BRUSH * scale / 2
    for stroke in strokes:
        points = [(x * scale, y * scale) for x, y in zip(stroke[::2], stroke[1::2], strict=True)]
        if len(points) > 1:
            brush.line(points, fill=255, width=BRUSH * scale, joint="curve")
        for x, y in (points[0], points[-1]):
            brush.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    return np.asarray(sheet.reduce(scale))

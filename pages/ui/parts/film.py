"""A film of small pictures that is played and scrubbed in the browser, and carried along a tree drawn with Plotly."""
import base64
import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

MOST = 20_000  # pictures; of 28 x 28 pixels they are 16 MB

HTML = """
<div class="film">
  <div class="rows"></div>
  <div class="caption"><span class="ghost" aria-hidden="true"></span><span class="now"></span></div>
  <div class="controls">
    <button type="button"><svg viewBox="0 0 24 24" width="24" height="24" aria-hidden="true"><path/></svg></button>
    <input type="range" min="0" step="1">
    <div class="marks"></div>
  </div>
</div>"""

CSS = """
.film {container-type: inline-size; font-family: var(--st-font); color: var(--st-text-color); line-height: 1.35}
.rows {display: grid; align-items: center; gap: .3rem .9rem; grid-template-columns: minmax(0, var(--width))}
.rows.named {grid-template-columns: fit-content(9rem) minmax(0, var(--width))}
.rows .name {text-align: right; font-weight: 600; overflow-wrap: anywhere}
.rows canvas {display: block; width: 100%; image-rendering: pixelated}
.rows:empty {display: none}
.caption {display: grid; margin: .6rem 0 .4rem; font-size: 1.05rem; font-variant-numeric: tabular-nums;
  overflow-wrap: anywhere}
.caption span {grid-area: 1 / 1}
.ghost {visibility: hidden}
.controls {display: grid; grid-template-columns: 44px minmax(0, 1fr); column-gap: .75rem; align-items: center;
  max-width: 46rem}
button {width: 44px; height: 44px; padding: 0; display: grid; place-items: center; border-radius: 50%; cursor: pointer;
  color: var(--st-background-color); background: var(--st-primary-color); border: 0; touch-action: manipulation}
button:hover:enabled {filter: brightness(1.1)}
button:focus-visible {outline: 3px solid var(--st-primary-color); outline-offset: 2px}
button:disabled, input:disabled {opacity: .45; cursor: default}
path {fill: currentColor}
input {position: relative; z-index: 1; appearance: none; -webkit-appearance: none; width: 100%; height: 44px; margin: 0;
  background: none; cursor: pointer; touch-action: pan-y; --done: calc(14px + (100% - 28px) * var(--at, 0))}
input:focus {outline: none}
input::-webkit-slider-runnable-track {height: 6px; border-radius: 3px; background: linear-gradient(to right,
  var(--st-primary-color) var(--done), color-mix(in srgb, var(--st-text-color) 45%, transparent) var(--done))}
input::-moz-range-track {height: 6px; border-radius: 3px;
  background: color-mix(in srgb, var(--st-text-color) 45%, transparent)}
input::-moz-range-progress {height: 6px; border-radius: 3px; background: var(--st-primary-color)}
input::-webkit-slider-thumb {-webkit-appearance: none; width: 28px; height: 28px; margin-top: -11px;
  border-radius: 50%; background: var(--st-primary-color); border: 4px solid var(--st-background-color);
  box-shadow: 0 0 0 1px var(--st-primary-color)}
input::-moz-range-thumb {box-sizing: border-box; width: 28px; height: 28px; border-radius: 50%;
  background: var(--st-primary-color); border: 4px solid var(--st-background-color);
  box-shadow: 0 0 0 1px var(--st-primary-color)}
input:focus-visible::-webkit-slider-thumb {outline: 3px solid var(--st-primary-color); outline-offset: 3px}
input:focus-visible::-moz-range-thumb {outline: 3px solid var(--st-primary-color); outline-offset: 3px}
.marks {grid-column: 2; position: relative; margin-top: -4px; font-size: .875rem; pointer-events: none}
.marks span {position: absolute; max-width: 100%; width: max-content; line-height: 20px; padding: 0 2px;
  box-sizing: border-box; background: var(--st-background-color)}
.marks .end {opacity: .8}
.marks i {position: absolute; top: -13px; width: 2px; margin-left: -1px; background: var(--st-text-color)}
@container (max-width: 500px) {
  .rows.named.long {grid-template-columns: minmax(0, var(--width)); gap: .1rem}
  .rows.long .name {text-align: left}
  .rows.long .name:not(:first-child) {margin-top: .4rem}
}
"""

JS = r"""
const THUMB = 28, LINE = 20, PLAY = 'M8 5v14l11-7z', PAUSE = 'M6 5h4v14H6zM14 5h4v14h-4z';

export default function({parentElement, data, setStateValue}) {
  const root = parentElement.querySelector('.film');
  const film = root.film ??= new Film(root);
  film.receive(data, (frame) => setStateValue('frame', {film: data.id, frame}));
  const call = ++film.calls;  // of the calls on one element only the last one's clean-up counts
  return () => { if (call === film.calls) film.remove(); };
}

class Film {
  constructor(root) {
    this.root = root;
    this.calls = 0;
    for (const part of ['rows', 'ghost', 'now', 'marks']) this[part] = root.querySelector('.' + part);
    [this.button, this.slider, this.icon] = ['button', 'input', 'path'].map((name) => root.querySelector(name));
    this.button.onclick = () => this.playing ? this.pause() : this.play();
    this.slider.oninput = () => { this.rest(); this.show(+this.slider.value); };
    this.slider.onchange = () => this.report();
    this.watch = new ResizeObserver(() => { this.lay(); this.shade(); });
    this.watch.observe(this.marks);
    document.fonts.ready.then(() => this.lay());
  }

  receive(data, tell) {
    this.tell = tell;
    if (data.id === this.data?.id) {  // the same film: it goes on, perhaps in a new theme
      this.overlay?.colour(this.root);
      this.draw();
      return;
    }
    this.rest();
    clearTimeout(this.soon);
    this.data = data = {...data, ...JSON.parse(data.film)};
    this.last = data.frames.length - 1;
    this.told = data.start;
    this.reel = new Reel(data);
    this.build();
    this.overlay?.remove();
    this.overlay = data.over ? new Overlay(data.over, () => this.shade()) : null;
    this.overlay?.colour(this.root);
    this.show(data.start);
    this.lay();
    if (data.autoplay && !matchMedia('(prefers-reduced-motion: reduce)').matches) this.play();
  }

  build() {
    const {frames, rows, label, height} = this.data, {width: w, height: h} = this.reel;
    const down = Math.max(...frames.map((frame) => frame.cells.length));
    const across = Math.max(0, ...frames.flatMap((frame) => frame.cells.map((row) => row.length)));
    this.gap = Math.max(1, Math.round(w / 14));
    const pixels = across * (w + this.gap) - this.gap;
    this.rows.style.setProperty('--width', `${pixels * height / h}px`);
    this.rows.classList.toggle('named', rows.length > 0);
    this.rows.classList.toggle('long', rows.some((name) => name.length > 4));
    this.rows.replaceChildren();
    this.pens = [];
    for (let r = 0; r < down && across; r++) {
      if (rows.length) this.rows.append(piece('div', 'name', rows[r] ?? ''));
      const canvas = Object.assign(document.createElement('canvas'), {width: pixels, height: h});
      canvas.setAttribute('role', 'img');
      this.rows.append(canvas);
      this.pens.push(canvas.getContext('2d', {willReadFrequently: true}));
    }
    // The longest caption keeps its place, so that nothing below moves.
    this.ghost.textContent = frames.reduce((most, {caption}) => caption.length > most.length ? caption : most, '');
    this.slider.max = this.last;
    this.slider.disabled = this.button.disabled = this.last < 1;
    this.slider.setAttribute('aria-label', label);
  }

  show(frame) {
    this.frame = frame;
    this.slider.value = frame;
    this.slider.style.setProperty('--at', this.last ? frame / this.last : 0);
    this.draw();
  }

  draw() {
    const begun = performance.now(), {caption, cells} = this.data.frames[this.frame];
    this.pens.forEach((pen, r) => this.blit(pen, cells[r] ?? []));
    this.pens.forEach((pen, r) => {
      const name = this.data.rows[r];
      pen.canvas.setAttribute('aria-label', name ? `${name}: ${caption}` : caption);
    });
    this.now.textContent = caption;
    this.slider.setAttribute('aria-valuetext', caption);
    this.shade();
    const seen = this.root.dataset;
    seen.drawn = performance.now() - begun;
    seen.frame = this.frame;
    seen.count = +(seen.count ?? 0) + 1;
  }

  shade() {  // nothing on the tree from a film that Streamlit keeps hidden, while the page is made anew
    const hidden = !this.root.getClientRects().length;
    this.overlay?.draw(hidden ? {dots: [], sprites: []} : this.data.frames[this.frame], this.reel,
      this.playing || this.frame < this.last);
  }

  blit(pen, row) {
    pen.clearRect(0, 0, pen.canvas.width, pen.canvas.height);
    row.forEach((k, c) => { if (k >= 0) pen.putImageData(this.reel.picture(k), c * (this.reel.width + this.gap), 0); });
  }

  play() {
    if (this.frame === this.last) this.frame = 0;
    const rate = this.last / (1000 * this.data.seconds), first = this.frame, begun = performance.now();
    const step = (now) => {
      const frame = Math.min(this.last, first + Math.max(0, Math.floor((now - begun) * rate)));
      if (frame === this.last) return this.pause(frame);
      if (frame !== this.frame) this.show(frame);
      this.playing = requestAnimationFrame(step);
    };
    this.playing = requestAnimationFrame(step);
    this.face();
    this.show(this.frame);
  }

  pause(frame = this.frame) {
    this.rest();
    this.show(frame);
    this.report();
  }

  rest() {
    cancelAnimationFrame(this.playing);
    this.playing = 0;
    this.face();
  }

  face() {
    this.icon.setAttribute('d', this.playing ? PAUSE : PLAY);
    this.button.setAttribute('aria-label', this.playing ? 'Pause' : 'Play');
  }

  report() {  // a held arrow key reports once, at its end
    clearTimeout(this.soon);
    this.soon = setTimeout(() => {
      if (this.playing || this.frame === this.told) return;
      this.told = this.frame;
      this.tell(this.frame);
    }, 200);
  }

  lay() {  // marks and ends below the slider: each text in the first line where it has room
    const width = this.marks.clientWidth, {marks, ends} = this.data, taken = [];
    const put = (text, kind, wishes) => {
      const item = this.marks.appendChild(piece('span', kind, text)), wide = item.offsetWidth;
      const lines = Math.round(item.offsetHeight / LINE);
      const lefts = wishes(wide).map((left) => Math.max(0, Math.min(width - wide, left)));
      for (let line = 0; ; line++) for (const left of lefts) {
        const box = [left - 4, left + wide + 4, line, line + lines];
        if (taken.some((its) => box[0] < its[1] && its[0] < box[1] && box[2] < its[3] && its[2] < box[3])) continue;
        taken.push(box);
        Object.assign(item.style, {left: `${left}px`, top: `${line * LINE}px`});
        return line;
      }
    };
    this.marks.replaceChildren();
    for (const [frame, text] of marks) {
      const x = THUMB / 2 + (width - THUMB) * (this.last ? frame / this.last : 0);
      const line = put(text, 'mark', (wide) => [x - wide / 2, x - wide, x]);
      const tick = piece('i', 'tick', '');
      Object.assign(tick.style, {left: `${x}px`, height: `${15 + line * LINE}px`});
      this.marks.prepend(tick);  // behind the texts
    }
    if (ends[0]) put(ends[0], 'end', () => [0]);
    if (ends[1]) put(ends[1], 'end', () => [width]);
    this.marks.style.height = `${LINE * Math.max(0, ...taken.map((box) => box[3]))}px`;
  }

  remove() {
    this.rest();
    clearTimeout(this.soon);
    this.watch.disconnect();
    this.overlay?.remove();
    delete this.root.film;
  }
}

class Reel {  // the pictures, unpacked when first seen
  constructor({size, pixels}) {
    [this.width, this.height, this.channels] = size;
    const packed = atob(pixels);
    this.bytes = new Uint8Array(packed.length);
    for (let k = 0; k < packed.length; k++) this.bytes[k] = packed.charCodeAt(k);
    this.seen = [];
    this.sheet = Object.assign(document.createElement('canvas'), {width: this.width, height: this.height});
    this.pen = this.sheet.getContext('2d', {willReadFrequently: true});
  }

  picture(k) {
    return this.seen[k] ??= this.unpack(k);
  }

  unpack(k) {
    const image = new ImageData(this.width, this.height), many = this.width * this.height, own = this.channels;
    for (let place = 0; place < many; place++) {
      for (let c = 0; c < 3; c++) image.data[4 * place + c] = this.bytes[(k * many + place) * own + (own > 1 ? c : 0)];
      image.data[4 * place + 3] = 255;
    }
    return image;
  }

  enlargeable(k) {
    this.pen.putImageData(this.picture(k), 0, 0);
    return this.sheet;
  }
}

class Overlay {  // dots and pictures upon a plot that stands elsewhere on the page
  constructor(key, redraw) {
    this.plots = `.st-key-${key} .js-plotly-plot`;
    this.redraw = redraw;
    this.layer = piece('div', 'film-overlay', '');
    this.layer.setAttribute('aria-hidden', 'true');
    this.layer.style.cssText = 'position: absolute; inset: 0; pointer-events: none';
    this.canvas = this.layer.appendChild(document.createElement('canvas'));
    this.canvas.style.cssText = 'position: absolute; inset: 0; width: 100%; height: 100%';
    this.layer.append(piece('style', '', `
      .js-plotly-plot:has(.film-overlay) .imagelayer image {transition: opacity .3s}
      .js-plotly-plot:has(.film-overlay.moving) .imagelayer image {opacity: .2}`));
    this.pen = this.canvas.getContext('2d');
    this.watch = new MutationObserver(() => { if (this.plot !== this.found() || !this.layer.isConnected) redraw(); });
    this.watch.observe(document.body, {childList: true, subtree: true});
  }

  found() {  // the plot, once it is drawn
    const plot = document.querySelector(this.plots);
    return plot?._fullLayout?.xaxis?._length && plot.querySelector('.svg-container') ? plot : null;
  }

  attach() {  // Streamlit makes a new plot for each new figure
    const plot = this.found();
    if (plot !== this.plot) {
      this.plot?.removeListener?.('plotly_afterplot', this.redraw);  // gone with a purged plot
      plot?.on('plotly_afterplot', this.redraw);
      this.plot = plot;
    }
    const paper = plot?.querySelector('.svg-container');
    if (paper && this.layer.parentElement !== paper) paper.append(this.layer);
    return plot;
  }

  colour(root) {
    const look = getComputedStyle(root), get = (name) => look.getPropertyValue(`--st-${name}-color`);
    [this.fill, this.ring, this.rim] = [get('primary'), get('background'), get('text')];
  }

  draw({dots, sprites}, reel, moving) {
    this.layer.classList.toggle('moving', moving && sprites.length > 0);
    if (!this.attach()) return;
    const layout = this.plot._fullLayout, {xaxis, yaxis} = layout, ratio = devicePixelRatio;
    const [width, height] = ['width', 'height'].map((side) => Math.round(layout[side] * ratio));
    if (this.canvas.width !== width) this.canvas.width = width;
    if (this.canvas.height !== height) this.canvas.height = height;
    this.pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.pen.clearRect(0, 0, width, height);
    this.pen.imageSmoothingEnabled = false;
    const at = (x, t) => [xaxis._offset + xaxis.d2p(x), yaxis._offset + yaxis.d2p(t)];
    const side = Math.round(Math.min(40, 0.8 * Math.abs(xaxis.d2p(1) - xaxis.d2p(0))));
    for (const [x, t, k] of sprites) this.sprite(...at(x, t), side, reel.enlargeable(k));
    for (const [x, t] of dots) this.dot(...at(x, t));
  }

  sprite(x, y, side, picture) {
    const tall = Math.round(side * picture.height / picture.width);
    const left = Math.round(x - side / 2), top = Math.round(y - tall / 2);
    this.pen.fillStyle = this.fill;
    this.pen.fillRect(left - 2, top - 2, side + 4, tall + 4);
    this.pen.drawImage(picture, left, top, side, tall);
  }

  dot(x, y) {
    for (const [radius, colour] of [[10, this.rim], [9, this.ring], [6.5, this.fill]]) {
      this.pen.fillStyle = colour;
      this.pen.beginPath();
      this.pen.arc(x, y, radius, 0, 2 * Math.PI);
      this.pen.fill();
    }
  }

  remove() {
    this.watch.disconnect();
    this.plot?.removeListener?.('plotly_afterplot', this.redraw);
    this.layer.remove();
  }
}

function piece(tag, kind, text) {
  return Object.assign(document.createElement(tag), {className: kind, textContent: text});
}
"""

_film = st.components.v2.component("film", html=HTML, css=CSS, js=JS)


@dataclass(frozen=True)
class Frame:
    """One moment of a film. Places are in the tree figure's own coordinates, pictures are indices."""

    caption: str  # a line of plain text under the pictures
    cells: tuple[tuple[int, ...], ...] = ()  # rows of pictures; -1 leaves a place empty
    dots: tuple[tuple[float, float], ...] = ()  # x, t
    sprites: tuple[tuple[float, float, int], ...] = ()  # pictures carried over the tree: x, t, index


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


def levels(pictures: np.ndarray) -> np.ndarray:
    """Pictures as bytes, from floats in [0, 1]."""
    if pictures.dtype == np.uint8:
        return pictures
    return (np.fmin(np.fmax(pictures, 0), 1) * 255 + 0.5).astype(np.uint8)  # fmax takes 0 rather than NaN


def reported(sent: object, name: str, length: int, start: int) -> int:
    """The frame that the browser reports, if it is one of this film; else `start`."""
    if not isinstance(sent, dict) or sent.get("film") != name:
        return int(start)
    frame = sent.get("frame")
    return frame if type(frame) is int and 0 <= frame < length else int(start)

// Player, mounted and piece are in player.js, which film.py puts before this. film_growth.js puts more of a film that is
// shown into `growths`, by its id, and tells of it.
const THUMB = 28, LINE = 20, NOTHING = {dots: [], sprites: [], trails: []};

export default function(called) {
  return mounted('.film', Film, called);
}

class Film extends Player {
  constructor(root) {
    super(root);
    for (const part of ['rows', 'ghost', 'now', 'marks']) this[part] = root.querySelector('.' + part);
    this.watch = new ResizeObserver(() => { this.lay(); this.shade(); });
    this.watch.observe(this.marks);
    document.fonts.ready.then(() => this.lay());
    this.grow = () => this.data && this.renew(window.filmGrowths?.[this.data.id]);
    document.addEventListener('film-growth', this.grow);
  }

  receive(data, tell) {
    this.tell = tell;
    if (data.id === this.data?.id) {  // the same film: it goes on, perhaps in a new theme
      this.overlay?.colour(this.root);
      if (!this.renew(data)) this.draw();
      return;
    }
    this.data = data = {...data, ...JSON.parse(data.film)};
    this.begin(data, data.start, tell);
    this.reel = new Reel(data);
    this.build();
    this.overlay?.remove();
    this.overlay = data.over ? new Overlay(data.over, () => { this.shade(); this.hurry(); }, () => this.finish()) : null;
    this.overlay?.colour(this.root);
    this.show(data.start);
    this.lay();
    this.grow();  // which may have come before
    this.eager = data.autoplay && !matchMedia('(prefers-reduced-motion: reduce)').matches;
    this.hurry();
  }

  renew(data) {  // more of the same film: all stays where it is; whether there was more
    if (!data || data.version === this.data.version || data.made < this.data.made) return false;
    this.data = {...this.data, ...data, ...JSON.parse(data.film)};
    this.reel = new Reel(this.data);
    this.keepRoom();
    this.draw();
    return true;
  }

  keepRoom() {  // the longest caption keeps its place, so that nothing below moves
    this.ghost.textContent = this.data.frames.reduce((most, {caption}) => caption.length > most.length ? caption : most, '');
  }

  build() {
    const {frames, rows, height} = this.data, {width: w, height: h} = this.reel;
    const down = Math.max(...frames.map((frame) => frame.cells.length));
    const across = Math.max(0, ...frames.flatMap((frame) => frame.cells.map((row) => row.length)));
    this.gap = Math.max(1, Math.round(w / 14));
    const pixels = across * (w + this.gap) - this.gap;
    this.rows.style.setProperty('--width', `${pixels * height / h}px`);
    this.rows.classList.toggle('named', rows.length > 0);
    this.rows.classList.toggle('long', rows.some((name) => name.length > 4));
    this.rows.replaceChildren();
    this.pens = [];
    for (let r = 0; r < (across && down); r++) {
      if (rows.length) this.rows.append(piece('div', 'name', rows[r] ?? ''));
      const canvas = Object.assign(document.createElement('canvas'), {width: pixels, height: h});
      canvas.setAttribute('role', 'img');
      this.rows.append(canvas);
      this.pens.push(canvas.getContext('2d', {willReadFrequently: true}));
    }
    this.keepRoom();
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
    (window.filmFrames ??= {})[this.data.id] = this.frame;  // for what follows a film, and may come after it: morph.js
    document.dispatchEvent(new Event('film-frame'));
  }

  hurry() {  // play by itself, once there is what it is played over
    if (!this.eager || (this.overlay && !this.overlay.plotted())) return;
    this.eager = false;
    this.play();
  }

  finish() {  // who clicks on the tree wants to see all of it
    this.eager = false;
    if (this.playing) this.pause(this.last);
  }

  shade() {  // nothing on the tree from a film that Streamlit keeps hidden, while the page is made anew
    const hidden = !this.root.getClientRects().length;
    this.overlay?.draw(hidden ? NOTHING : this.data.frames[this.frame], this.reel,
      this.playing || this.frame < this.last);
  }

  blit(pen, row) {
    pen.clearRect(0, 0, pen.canvas.width, pen.canvas.height);
    row.forEach((k, c) => { if (k >= 0) pen.putImageData(this.reel.picture(k), c * (this.reel.width + this.gap), 0); });
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

  leave() {
    super.leave();
    this.watch.disconnect();
    document.removeEventListener('film-growth', this.grow);
    this.overlay?.remove();
    delete this.root.player;
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
    const image = new ImageData(this.width, this.height), many = this.width * this.height, {channels} = this;
    for (let place = 0; place < many; place++) {
      const first = (k * many + place) * channels;
      for (let c = 0; c < 3; c++) image.data[4 * place + c] = this.bytes[first + (channels > 1 ? c : 0)];
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
  constructor(key, redraw, pressed) {
    this.plots = `.st-key-${key} .js-plotly-plot`;
    Object.assign(this, {redraw, pressed});
    this.layer = piece('div', 'film-overlay', '');
    this.layer.setAttribute('aria-hidden', 'true');
    this.layer.style.cssText = 'position: absolute; inset: 0; pointer-events: none';
    this.canvas = this.layer.appendChild(document.createElement('canvas'));
    this.canvas.style.cssText = 'position: absolute; inset: 0; width: 100%; height: 100%';
    this.layer.append(piece('style', '', `
      .js-plotly-plot:has(.film-overlay) .imagelayer image {transition: opacity .3s}
      .js-plotly-plot .imagelayer image.ahead {opacity: .1}`));
    this.pen = this.canvas.getContext('2d');
    this.watch = new MutationObserver(() => { if (this.plot !== this.plotted() || !this.layer.isConnected) redraw(); });
    this.watch.observe(document.body, {childList: true, subtree: true});
  }

  plotted() {  // the plot, once it is drawn
    const plot = document.querySelector(this.plots);
    return plot?._fullLayout?.xaxis?._length && plot.querySelector('.svg-container') ? plot : null;
  }

  attach() {  // Streamlit makes a new plot for each new figure
    const plot = this.plotted();
    if (plot !== this.plot) {
      this.detach();
      plot?.on('plotly_afterplot', this.redraw);
      plot?.on('plotly_click', this.pressed);
      this.plot = plot;
    }
    const paper = plot?.querySelector('.svg-container');
    if (paper && this.layer.parentElement !== paper) paper.append(this.layer);
    return plot;
  }

  detach() {
    this.plot?.removeListener?.('plotly_afterplot', this.redraw);  // gone with a purged plot
    this.plot?.removeListener?.('plotly_click', this.pressed);
  }

  colour(root) {
    const look = getComputedStyle(root), get = (name) => look.getPropertyValue(`--st-${name}-color`);
    [this.fill, this.ring, this.rim] = [get('primary'), get('background'), get('text')];
  }

  draw({dots, sprites, trails}, reel, moving) {
    const carried = moving && sprites.length > 0;
    this.layer.classList.toggle('moving', carried);
    if (!this.attach()) return;
    this.reveal(carried ? Math.min(...sprites.map(([, t]) => this.height(t))) : -Infinity);
    const layout = this.plot._fullLayout, {xaxis, yaxis} = layout, ratio = devicePixelRatio;
    const [width, height] = ['width', 'height'].map((side) => Math.round(layout[side] * ratio));
    if (this.canvas.width !== width) this.canvas.width = width;
    if (this.canvas.height !== height) this.canvas.height = height;
    this.pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.pen.clearRect(0, 0, width, height);
    this.pen.imageSmoothingEnabled = false;
    const at = (x, t) => [xaxis._offset + xaxis.d2p(x), yaxis._offset + yaxis.d2p(this.height(t))];
    const side = Math.round(Math.min(40, 0.8 * Math.abs(xaxis.d2p(1) - xaxis.d2p(0))));
    for (const trail of trails) this.trail(trail.map(([x, t]) => at(x, t)));
    for (const [x, t, k] of sprites) this.sprite(...at(x, t), side, reel.enlargeable(k));
    for (const [x, t] of dots) this.dot(...at(x, t));
  }

  height(t) {  // how high a time is drawn: the figure's own map (stretch.py), if it has one
    const {times, heights} = this.plot.layout.meta ?? {}, k = times ? times.findIndex((time) => time >= t) : -1;
    if (k < 1) return t;
    return heights[k - 1] + (heights[k] - heights[k - 1]) * (t - times[k - 1]) / (times[k] - times[k - 1]);
  }

  reveal(reached) {  // the tree's own pictures come out when what moves has passed them
    const places = this.plot._fullLayout.images ?? [];
    this.plot.querySelectorAll('.imagelayer image').forEach((image, k) =>
      image.classList.toggle('ahead', places[k]?.y < reached - 1e-6));
  }

  trail(corners) {
    Object.assign(this.pen, {strokeStyle: this.fill, lineWidth: 7, lineCap: 'round', lineJoin: 'round'});
    this.pen.beginPath();
    for (const [x, y] of corners) this.pen.lineTo(x, y);
    this.pen.stroke();
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
    if (this.plot?._fullLayout) this.reveal(-Infinity);
    this.detach();
    this.layer.remove();
  }
}

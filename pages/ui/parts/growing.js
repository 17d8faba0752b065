// Player, mounted and piece are in player.js, which growing.py puts before this.
export default function(called) {
  return mounted('.growing', Growing, called);
}

class Growing extends Player {
  constructor(root) {
    super(root);
    for (const part of ['tree', 'caption', 'heaps']) this[part] = root.querySelector('.' + part);
    this.lines = this.tree.querySelector('svg');
  }

  receive(data, tell) {
    this.tell = tell;
    if (data.id === this.id) return;  // the same tree: it stays where it is
    Object.assign(this, JSON.parse(data.growth), {id: data.id});
    this.begin(this, data.start, tell);
    this.build();
    this.show(data.start);
  }

  build() {
    for (const side of ['depth', 'across']) this.tree.style.setProperty(`--${side}`, this[side]);
    this.tree.querySelectorAll('.spot').forEach((spot) => spot.remove());
    this.lines.replaceChildren();
    this.parts = this.spots.map((spot) => this.part(spot));
    // All captions share one place, so that nothing below moves.
    this.caption.replaceChildren(...this.frames.map(({caption}) => piece('span', '', caption)));
  }

  part({at, from, width, name, picture}) {
    const spot = piece('div', name ? 'spot' : 'spot nameless', ''), line = document.createElementNS(
      'http://www.w3.org/2000/svg', 'path');
    const middle = (from[1] + at[1]) / 2;
    line.setAttribute('d', `M${from} C${from[0]} ${middle} ${at[0]} ${middle} ${at}`);
    line.style.strokeWidth = `${width}px`;
    spot.append(piece('i', '', ''), Object.assign(piece('img', '', ''), {src: picture, alt: ''}),
      piece('b', '', name), piece('small', '', ''));
    this.lines.append(line);
    this.tree.append(spot);
    return {spot, line};
  }

  draw() {
    const {caption, states, notes, heaps} = this.frames[this.frame];
    this.parts.forEach(({spot, line}, k) => {
      const [x, y] = this.spots[k][states[k].includes('unborn') ? 'from' : 'at'];
      Object.assign(spot.style, {left: `${x}%`, top: `${y}%`});
      spot.className = `spot ${states[k]}${this.spots[k].name ? '' : ' nameless'}`;
      line.setAttribute('class', states[k]);
      spot.querySelector('small').textContent = notes[k];
    });
    [...this.caption.children].forEach((text, k) => {
      text.className = k === this.frame ? 'now' : '';
      text.ariaHidden = k !== this.frame;
    });
    this.heaps.replaceChildren(...heaps.map(({kind, title, strip}) => {
      const heap = piece('div', `heap ${kind}`, '');
      heap.append(piece('div', '', title), Object.assign(piece('img', '', ''), {src: this.strips[strip], alt: title}));
      return heap;
    }));
    this.slider.setAttribute('aria-valuetext', caption);
    this.tree.setAttribute('aria-label', caption);
    Object.assign(this.root.dataset, {frame: this.frame});
  }
}

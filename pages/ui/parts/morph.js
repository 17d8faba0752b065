// Large pictures, one for all that are still the same: it parts as they do. Which moment it shows, a film tells, which it
// follows by the film's name: see film.js. `mounted` and `piece` are in player.js, which morph.py puts before this.
const GAP = 12;

export default function(called) {
  return mounted('.morph', Morph, called);
}

class Morph {
  constructor(root) {
    this.root = root;
    this.calls = 0;
    this.follow = () => this.show();
    this.watch = new ResizeObserver(() => this.lay());
    this.watch.observe(root);
    document.addEventListener('film-frame', this.follow);
  }

  receive(data) {
    const anew = data.sheet !== this.data?.sheet || data.names.join() !== this.data.names.join();
    this.data = data;
    if (!anew) return this.show();
    this.build();
    this.sheet = Object.assign(new Image(), {src: data.sheet});
    this.sheet.decode().then(() => this.show());
  }

  build() {
    const [width, height] = this.data.size;
    this.root.replaceChildren();
    this.figures = this.data.names.map(() => {
      const figure = this.root.appendChild(piece('figure', '', ''));
      const canvas = figure.appendChild(Object.assign(document.createElement('canvas'), {width, height}));
      canvas.setAttribute('role', 'img');
      const said = figure.appendChild(document.createElement('figcaption'));
      return {figure, canvas, pen: canvas.getContext('2d'), name: said.appendChild(piece('b', '', '')),
        note: said.appendChild(piece('span', '', ''))};
    });
    this.root.classList.add('still');  // nothing slides to its first place
  }

  show() {
    const {cells, names, colours, notes, film, start, shared, listed} = this.data;
    if (!this.figures || !this.sheet?.complete) return;
    const row = cells[window.filmFrames?.[film] ?? start] ?? cells[start], {sheet} = this;
    this.places = [...new Set(row)];
    this.figures.forEach(({figure, canvas, pen, name, note}, k) => {
      const together = names.filter((_, other) => row[other] === row[k]), first = row.indexOf(row[k]) === k;
      pen.drawImage(sheet, 0, row[k] * canvas.height, canvas.width, canvas.height, 0, 0, canvas.width, canvas.height);
      const others = together.slice(0, -1).join(', '), last = together.at(-1);
      name.textContent = others ? listed.replace(/{(\w+)}/g, (_, place) => ({others, last})[place]) : last;
      note.textContent = notes[row[k]] ?? '';
      canvas.setAttribute('aria-label', [name.textContent, note.textContent].filter(Boolean).join(': '));
      figure.setAttribute('aria-hidden', !first);
      figure.style.setProperty('--colour', together.length > 1 ? shared : colours[k]);
    });
    this.row = row;
    this.lay();
  }

  lay() {  // side by side, in as many lines as make them largest
    const width = this.root.clientWidth, {height, size} = this.data ?? {};
    if (!this.row || !width) return;
    const many = this.places.length, words = this.figures[0].figure.lastChild.offsetHeight, ratio = size[1] / size[0];
    const side = (lines) => Math.floor(Math.min((width - GAP * (Math.ceil(many / lines) - 1)) / Math.ceil(many / lines),
      (height - GAP * (lines - 1) - words * (lines - 1)) / lines / ratio));
    const lines = this.places.map((_, k) => k + 1).reduce((best, more) => side(more) > side(best) ? more : best, 1);
    const across = Math.ceil(many / lines), wide = side(lines), step = [wide + GAP, wide * ratio + words + GAP];
    const left = (width - across * step[0] + GAP) / 2;
    this.root.style.height = `${height + words}px`;  // the same at every moment: nothing below moves
    this.figures.forEach(({figure}, k) => {
      const place = this.places.indexOf(this.row[k]), [x, y] = [place % across, Math.floor(place / across)];
      figure.style.width = `${wide}px`;
      figure.style.transform = `translate(${left + x * step[0]}px, ${y * step[1]}px)`;
    });
    requestAnimationFrame(() => this.root.classList.remove('still'));
  }

  leave() {
    this.watch.disconnect();
    document.removeEventListener('film-frame', this.follow);
    delete this.root.player;
  }
}

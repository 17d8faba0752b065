const SVG = 'http://www.w3.org/2000/svg', NARROW = 66, TALL = 210, THICK = 11, BIG = 15, SLIM = 0.65;

export default function({parentElement, data, setTriggerValue}) {
  const root = parentElement.querySelector('.figure');
  root.tree ??= new PictureTree(root);  // this runs again whenever `data` changes
  root.tree.receive(data, (id) => setTriggerValue('picked', id));
  const call = ++root.tree.calls;  // of the calls on one element only the last one's clean-up counts
  return () => { if (call === root.tree.calls) root.tree.watch.disconnect(); };
}

class PictureTree {
  constructor(root) {
    this.root = root;
    this.calls = 0;
    [this.branches, this.svg, this.leaves] = ['.branches', 'svg', '.leaves'].map((name) => root.querySelector(name));
    this.watch = new ResizeObserver(() => this.lay());
  }

  receive(data, tell) {
    Object.assign(this, {data, tell, by: new Map(data.knots.map((knot) => [knot.id, knot]))});
    this.root.setAttribute('aria-label', data.label);
    this.path = new Set();
    for (let knot = this.by.get(data.chosen); knot; knot = this.by.get(knot.parent)) this.path.add(knot.id);
    this.leaves.style.setProperty('--leaves', data.leaves.length);
    this.cards = data.leaves.map((leaf, row) => this.card(leaf, row));
    this.leaves.replaceChildren(...this.cards);
    this.width = 0;
    this.lay();
    this.watch.observe(this.root);
  }

  card(leaf, row) {
    const button = this.button('leaf', leaf.id, `${leaf.name}. ${this.by.get(leaf.id).says}`);
    const name = button.appendChild(piece('span', 'name', leaf.name));
    if (leaf.note) name.append(piece('span', 'note', leaf.note));
    if (this.data.count) button.append(this.cells(leaf, row));
    if (leaf.bars.length) button.append(this.histogram(leaf));
    return button;
  }

  cells(leaf, row) {
    const {count, sheet} = this.data, grid = piece('span', 'cells'), last = count * this.data.leaves.length - 1;
    for (let k = 0; k < count; k++) {
      const cell = grid.appendChild(piece('span', leaf.corners[k] ? 'cell faint' : 'cell')), place = row * count + k;
      Object.assign(cell.appendChild(piece('i')).style, {backgroundImage: `url(${sheet})`,
        backgroundSize: `100% ${100 * (last + 1)}%`, backgroundPosition: `0 ${last ? 100 * place / last : 0}%`});
      if (leaf.corners[k]) cell.append(piece('small', '', leaf.corners[k]));
    }
    return grid;
  }

  histogram(leaf) {
    const whole = piece('span', 'histogram'), bars = whole.appendChild(piece('span', 'bars'));
    const most = Math.max(...leaf.bars), ticks = whole.appendChild(piece('span', 'ticks'));
    leaf.bars.forEach((share, k) => {
      const name = this.data.classes[k], is_most = share === most && share > 0, bar = piece('i', is_most ? 'most' : '');
      bar.style.height = share ? `max(2px, ${100 * share}%)` : '0';
      bars.append(bar);
      ticks.append(piece(is_most ? 'b' : 'span', '', name));
    });
    return whole;
  }

  button(kind, id, says) {
    const button = Object.assign(piece('button', kind), {type: 'button', title: says, disabled: this.data.still,
      onclick: () => this.pick(id)});
    button.setAttribute('aria-label', says);
    button.setAttribute('aria-pressed', id === this.data.chosen);
    button.dataset.node = id;
    return button;
  }

  pick(id) {
    this.tell(id);
    const place = this.data.follow && document.querySelector(`.st-key-${this.data.follow}`);
    if (place && place.getBoundingClientRect().top > innerHeight - 120)
      setTimeout(() => place.scrollIntoView({block: 'center', behavior: 'smooth'}), 250);
  }

  lay() {
    const width = this.root.clientWidth, {leaves, knots, count, ratio} = this.data, n = leaves.length;
    if (!width || width === this.width) return;
    this.width = width;
    const lying = width / n < NARROW;
    this.root.classList.toggle('lying', lying);
    const across = lying ? Math.min(count, width > 620 ? 8 : 4) : Math.min(count, width / n > 150 ? 4 : 2);
    const down = across ? Math.ceil(count / across) : 0, side = width > 620 ? 40 : 25;
    this.slim = lying && width < 620 ? SLIM : 1;
    this.root.classList.toggle('slim', this.slim !== 1);  // pictures too small to be written on
    const row = lying ? Math.max(58, down * (side * ratio + 2) + 8) : 0;
    const vars = {across, ratio, row: `${row}px`, sheet: `${across * (side + 2)}px`};
    for (const [name, value] of Object.entries(vars)) this.root.style.setProperty(`--${name}`, value);
    for (const ticks of this.root.querySelectorAll('.ticks'))
      ticks.hidden = ticks.clientWidth < 7.5 * this.data.classes.length;
    this.branches.style.height = `${lying ? row * n : TALL}px`;
    const deep = lying ? this.branches.clientWidth : TALL;
    const along = (knot) => BIG * this.slim + 4 + (deep - BIG * this.slim - 10) * (1 - knot.y);
    const beside = (knot) => (knot.x + 0.5) * (lying ? row : width / n);
    this.draw(knots.map((knot) => lying ? [along(knot), beside(knot)] : [beside(knot), along(knot)]), lying);
  }

  draw(places, lying) {
    const {knots, chosen} = this.data, at = new Map(knots.map((knot, k) => [knot.id, places[k]]));
    const kind = (knot) => knot.kind || (this.path.has(knot.id) ? 'lit' : '');
    const edges = knots.filter((knot) => at.has(knot.parent)).map((knot) => {
      const [[x, y], [u, v]] = [at.get(knot.parent), at.get(knot.id)], middle = lying ? (x + u) / 2 : (y + v) / 2;
      return drawn('path', kind(knot), {'stroke-width': 1.5 + THICK * this.slim * knot.share,
        d: lying ? `M${x} ${y}C${middle} ${y} ${middle} ${v} ${u} ${v}` : `M${x} ${y}C${x} ${middle} ${u} ${middle} ${u} ${v}`});
    });
    edges.sort((one, other) => one.classList.contains('lit') - other.classList.contains('lit'));
    const dots = knots.map((knot) => drawn('circle', `${kind(knot)} ${knot.id === chosen ? 'chosen' : ''}`.trim(),
      {cx: at.get(knot.id)[0], cy: at.get(knot.id)[1], r: Math.max(3, BIG * this.slim * Math.sqrt(knot.mass))}));
    const texts = knots.filter((knot) => knot.text || (knot.parent !== null && knot.parent === chosen)).map((knot) => {
      const [[x, y], [u, v]] = [at.get(knot.parent) ?? at.get(knot.id), at.get(knot.id)];
      const text = drawn('text', '', {x: (x + u) / 2, y: (y + v) / 2 + 4});
      text.textContent = knot.text || this.data.percent.replace('0', Math.round(100 * knot.share));
      return text;
    });
    this.svg.replaceChildren(...edges, ...dots, ...texts);
    const names = new Set(this.data.leaves.map((leaf) => leaf.id));
    for (const old of this.branches.querySelectorAll('.knot')) old.remove();
    for (const knot of knots.filter((each) => !names.has(each.id))) {
      const button = this.branches.appendChild(this.button('knot', knot.id, knot.says)), [x, y] = at.get(knot.id);
      Object.assign(button.style, {left: `${x}px`, top: `${y}px`});
    }
  }
}

function piece(tag, kind = '', text = '') {
  return Object.assign(document.createElement(tag), {className: kind, textContent: text});
}

function drawn(tag, kind, attributes) {
  const shape = document.createElementNS(SVG, tag);
  if (kind) shape.setAttribute('class', kind);
  for (const [name, value] of Object.entries(attributes)) shape.setAttribute(name, value);
  return shape;
}

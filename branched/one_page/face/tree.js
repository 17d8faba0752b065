// The class tree: branches in an SVG, a button for every node. What is shown is told by `show`; it lays itself out anew
// where there is more or less room.
Face.Tree = class {
  constructor(root, facts, pictures, pick) {
    Object.assign(this, {root, facts, pictures, pick, nodes: facts.stored.nodes, branches: facts.tree.branches});
    this.by = new Map(this.branches.map((branch) => [branch.id, branch]));
    this.points = this.branches.filter(({is_leaf}) => !is_leaf).toSorted((one, other) => other.low - one.low);
    this.leaf = Face.named(this.branches.filter(({is_leaf}) => is_leaf).map((leaf) => [leaf.classes[0], leaf]));
    this.svg = root.appendChild(Face.drawn('svg', {'aria-hidden': 'true'}));
    this.over = root.appendChild(Face.drawn('svg', {'class': 'over', 'aria-hidden': 'true'}));
    this.hung = root.appendChild(Face.piece('div', 'hung'));
    this.buttons = new Map(this.branches.map((branch) => [branch.id, this.button(branch)]));
    root.append(...this.buttons.values());
    this.sprites = new Face.Sprites(root, pictures);
    root.addEventListener('click', (event) => this.clicked(event));
    root.addEventListener('keydown', (event) => this.pressed(event));
    new ResizeObserver(() => this.lay()).observe(root.parentElement);
  }

  button({id, is_leaf: isLeaf, classes}) {
    const button = Face.button(isLeaf ? 'node leaf' : 'node point', '', null);
    button.dataset.node = id;
    if (isLeaf) button.append(Face.piece('span', 'name', classes[0]));
    button.append(Face.piece('canvas', 'picture'));
    if (isLeaf) {
      const bar = button.appendChild(Face.piece('span', 'bar'));
      bar.append(Face.piece('i'), Face.piece('small'));
    }
    return button;
  }

  // `view`: mode "watch" or "turn"; `chosen` node; `lit` kinds of branches by id; `points` pictures of branch points by
  // id, `ends` those of leaves by label; `hung` pictures on branches; `shares` of labels; `names` of buttons by id.
  show(view) {
    this.view = view;
    const isTree = view.mode === 'watch';
    this.root.setAttribute('role', isTree ? 'tree' : 'group');
    this.root.setAttribute('aria-label', view.label);
    this.root.dataset.mode = view.mode;
    for (const [id, button] of this.buttons) {
      const branch = this.by.get(id), chosen = id === view.chosen, kind = view.lit[id] ?? '';
      button.hidden = !isTree && !branch.is_leaf;
      button.className = `node ${branch.is_leaf ? 'leaf' : 'point'} ${kind} ${chosen ? 'chosen' : ''}`.trim();
      button.setAttribute('aria-label', view.names[id]);
      if (isTree) button.setAttribute('role', 'treeitem');
      else button.removeAttribute('role');
      button.tabIndex = isTree && chosen ? 0 : -1;  // where it turns, the row of classes has the same choice
      button.title = view.names[id];
      for (const [name, value] of [['aria-level', this.level(branch)], ['aria-selected', chosen]]) {
        if (isTree) button.setAttribute(name, value);
        else button.removeAttribute(name);
      }
      if (isTree) button.removeAttribute('aria-pressed');
      else button.setAttribute('aria-pressed', kind === 'other');
      if (branch.is_leaf) this.bar(button, view.shares?.[branch.classes[0]]);
    }
    this.lay();
  }

  level({parent}) {
    return parent === null ? 1 : 1 + this.level(this.by.get(parent));
  }

  // At a branch point several pictures, where there is room for them.
  picture(button, {id, is_leaf: isLeaf, classes}) {
    const pictures = isLeaf ? this.view.ends[classes[0]] : this.view.points[id];
    const many = isLeaf || this.place.lying ? 1 : 4;
    const canvas = button.querySelector('canvas');
    canvas.classList.toggle('empty', !pictures);  // whose place is kept
    if (!pictures || (button.pictures === pictures && button.many === many)) return;
    Object.assign(button, {pictures, many});
    const few = pictures.slice(0, many);
    this.pictures.paint(canvas, few, Math.min(2, few.length));
  }

  bar(button, share) {
    const [bar, number] = [button.querySelector('.bar'), button.querySelector('small')];
    bar.hidden = this.view.mode === 'watch';
    bar.style.setProperty('--share', share ?? 0);
    bar.classList.toggle('most', share > 0 && share === Math.max(...Object.values(this.view.shares ?? {})));
    number.textContent = share >= 0.1 ? Face.percent(share) : '';
  }

  // -- places -------------------------------------------------------------------------------------------------------

  lay() {
    const width = this.root.parentElement.clientWidth, {view} = this;
    if (!width || !view) return;
    const {branches, nodes, facts: {stored: {scale}}} = this, watched = view.mode === 'watch';
    const height = Math.max(400, Math.min(620, innerHeight - (watched ? 345 : 250)));
    const wanted = {picture: watched || Object.keys(view.ends).length > 0, bar: !watched};
    this.place = new Face.Geometry({branches, nodes, scale, width, height, wanted});
    this.root.classList.toggle('lying', this.place.lying);
    this.root.style.height = `${this.place.height}px`;
    this.root.style.setProperty('--side', `${this.place.side}px`);
    this.root.style.setProperty('--name', `${this.place.name ?? 0}px`);
    for (const [id, button] of this.buttons) {
      this.put(button, this.by.get(id));
      this.picture(button, this.by.get(id));
    }
    this.draw();
    this.hang();
    this.over.replaceChildren();
    this.view.laid?.();
  }

  put(button, branch) {
    const {place} = this, {x, room} = this.nodes[branch.id], [left, top] = place.at(x, branch.low);
    const wide = branch.is_leaf ? place.lying ? place.cell.width : room * place.unit : Math.max(44, place.side + 6);
    const tall = branch.is_leaf ? place.lying ? place.row : place.cell.height : wide;
    const from = !branch.is_leaf ? [left - wide / 2, top - tall / 2]
      : place.lying ? [left + 4, top - tall / 2] : [left - wide / 2, top + 2];
    Object.assign(button.style, {left: `${from[0]}px`, top: `${from[1]}px`, width: `${wide}px`, height: `${tall}px`});
  }

  draw() {
    const {place, view} = this, order = {'': 0, other: 1, lit: 2};
    const lines = this.branches.map((branch) => {
      const {x} = this.nodes[branch.id], start = branch.parent === null ? x : this.nodes[branch.parent].x;
      return [view.lit[branch.id] ?? '', place.line([[start, branch.high], [x, branch.high], [x, branch.low]])];
    }).toSorted(([one], [other]) => order[one] - order[other]);
    const dots = view.mode === 'turn' ? this.points.map(({id, low}) => {
      const [cx, cy] = place.at(this.nodes[id].x, low);
      return Face.drawn('circle', {cx, cy, r: 5, 'class': view.lit[id] ?? ''});
    }) : [];
    const paths = lines.map(([kind, d]) => Face.drawn('path', {d, 'class': kind}));
    this.svg.replaceChildren(...this.axis(), ...paths, ...dots);
  }

  axis() {
    const {place, view} = this, chosen = this.by.get(view.chosen), ticks = [], parts = [];
    const time = chosen && !chosen.is_leaf ? chosen.low : null, apart = place.lying ? 34 : 24;
    for (const t of [...(time === null ? [] : [time]), 1, 0, 0.2, 0.4, 0.6, 0.8]) {
      if (ticks.every((other) => Math.abs(place.along(t) - place.along(other)) > apart)) ticks.push(t);
    }
    for (const t of ticks) {
      const along = place.along(t), kind = t === time ? 'lit' : '';
      const end = place.lying ? place.height - 4 : place.width;
      const [x1, y1, x2, y2] = place.lying ? [along, 22, along, end] : [Face.Geometry.AXIS - 8, along, end, along];
      parts.push(Face.drawn('line', {x1, y1, x2, y2, 'class': kind || 'grid'}));
      const says = t === 1 ? ['1', 'noise'] : t === 0 ? ['0', 'picture'] : [t === time ? t.toFixed(2) : String(t)];
      parts.push(...this.tick(says, along, kind, place));
    }
    if (!place.lying) {
      const middle = place.top + place.long / 2;
      const turned = `rotate(-90 12 ${middle})`;
      const title = Face.drawn('text', {x: 12, y: middle, transform: turned, 'text-anchor': 'middle'});
      title.textContent = 'noise level t';
      parts.push(title);
    }
    return parts;
  }

  tick(says, along, kind, place) {
    if (place.lying) {
      const last = says[1] === 'picture', x = says[1] === 'noise' ? along - 14 : last ? along + 4 : along;
      const text = Face.drawn('text', {x, y: 15, 'text-anchor': says[1] ? 'start' : 'middle', 'class': kind});
      text.textContent = says[1] ?? says[0];
      return [text];
    }
    return says.map((word, k) => {
      const x = Face.Geometry.AXIS - 14, y = along + 5 + 16 * k;
      const text = Face.drawn('text', {x, y, 'text-anchor': 'end', 'class': kind});
      text.textContent = word;
      return text;
    });
  }

  hang() {
    const {place, view} = this;
    this.hung.replaceChildren(...(place.lying ? [] : view.hung ?? []).map(({node, time, picture}) => {
      const canvas = this.pictures.canvas([picture], ''), [left, top] = place.at(this.nodes[node].x, time);
      canvas.dataset.time = time;
      Object.assign(canvas.style, {left: `${left}px`, top: `${top}px`});
      return canvas;
    }));
  }

  // -- what is drawn upon it ----------------------------------------------------------------------------------------

  // The way of a turn at a time: up the path of one class, down that of another, and the dot where it turns.
  route(source, target, time) {
    const {place} = this, marks = [];
    const up = this.way(source, time), down = this.way(target, time).toReversed();
    marks.push(Face.drawn('path', {'class': 'lit', d: place.line(up)}));
    const [from, to] = [up.at(-1), down[0]];
    if (from[0] !== to[0]) marks.push(Face.drawn('path', {'class': 'leap', d: place.line([from, to])}));
    marks.push(Face.drawn('path', {'class': 'other', d: place.line(down)}));
    for (const [x, t] of from[0] === to[0] ? [from] : [from, to]) marks.push(...this.dot(x, t));
    this.over.replaceChildren(...marks);
  }

  // Turns into several classes: a dot where each of them leaves.
  routes(source, targets, time) {
    const {nodes} = this, marks = [];
    const dots = time === null ? targets.map((target) => this.meeting(source, target)).filter(Boolean)
      .map(({id, low}) => [nodes[id].x, low]) : [[nodes[this.on(source, time).id].x, time]];
    for (const [x, t] of dots) marks.push(...this.dot(x, t));
    this.over.replaceChildren(...marks);
  }

  dot(x, time) {
    const [cx, cy] = this.place.at(x, time);
    return ['rim', 'ring', 'fill'].map((kind, k) => Face.drawn('circle', {'class': kind, cx, cy, r: [10, 9, 6.5][k]}));
  }

  // The path of a class from its leaf up to a time, as points.
  way(label, time) {
    const points = [];
    for (let branch = this.leaf[label]; branch; branch = this.by.get(branch.parent)) {
      const {x} = this.nodes[branch.id];
      if (points.length) points.push([x, branch.low]);
      else points.push([x, 0]);
      if (branch.high > time || branch.parent === null) return [...points, [x, Math.min(time, branch.high)]];
      points.push([x, branch.high]);
      if (branch.high === time) return [...points, [this.nodes[branch.parent].x, time]];  // it turns at a branch point
    }
    return points;
  }

  on(label, time) {
    let branch = this.leaf[label];
    while (branch.high < time && branch.parent !== null) branch = this.by.get(branch.parent);
    return branch;
  }

  path(id) {
    const result = [];
    for (let branch = this.by.get(id); branch; branch = this.by.get(branch.parent)) result.unshift(branch);
    return result;
  }

  meeting(one, other) {
    return this.path(this.leaf[one].id).findLast(({classes}) => classes.includes(other)) ?? null;
  }

  // -- choosing -----------------------------------------------------------------------------------------------------

  // A click means the node that is nearest to it: so none is too small for a finger, however close others are.
  clicked(event) {
    const shown = [...this.buttons.values()].filter((button) => !button.hidden);
    const own = event.target.closest('.node');
    if (!event.detail) return own && this.pick(Number(own.dataset.node));
    const distances = shown.map((button) => {
      const box = button.getBoundingClientRect(), {clientX: x, clientY: y} = event;
      const out = Math.hypot(Math.max(box.left - x, 0, x - box.right), Math.max(box.top - y, 0, y - box.bottom));
      return [out, Math.hypot(x - box.left - box.width / 2, y - box.top - box.height / 2), button];
    }).toSorted(([one, far], [other, further]) => one - other || far - further);
    const [out, , nearest] = distances[0];
    if (out < 12) this.pick(Number(nearest.dataset.node));
    return undefined;
  }

  pressed(event) {
    if (this.view.mode !== 'watch' || event.ctrlKey || event.altKey || event.metaKey) return;
    const standing = {ArrowUp: 'up', ArrowDown: 'down', ArrowLeft: 'left', ArrowRight: 'right'};
    const lying = {ArrowLeft: 'up', ArrowRight: 'down', ArrowUp: 'left', ArrowDown: 'right'};
    const side = (this.place.lying ? lying : standing)[event.key], node = event.target.closest('.node');
    if (!side || !node) return;
    event.preventDefault();  // the page does not scroll
    const next = this.nodes[node.dataset.node].moves[side];
    if (next === undefined) return;
    this.pick(next);
    this.buttons.get(next).focus();
  }
};

Face.percent = (share) => share > 0.995 ? '>99%' : `${Math.round(100 * share)}%`;  // nothing is certain

// Small pictures that are carried over the tree.
Face.Sprites = class {
  constructor(root, pictures) {
    Object.assign(this, {root, pictures, pool: []});
  }

  show(places) {
    while (this.pool.length < places.length) {
      const canvas = Face.piece('canvas', 'sprite');
      canvas.setAttribute('aria-hidden', 'true');
      this.pool.push(this.root.appendChild(canvas));
    }
    this.pool.forEach((canvas, k) => {
      canvas.hidden = k >= places.length;
      if (canvas.hidden) return;
      const {place: [left, top], picture} = places[k];
      if (canvas.shown !== picture) this.pictures.paint(canvas, [picture]);
      canvas.shown = picture;
      canvas.style.transform = `translate(${left}px, ${top}px) translate(-50%, -50%)`;
    });
  }
};

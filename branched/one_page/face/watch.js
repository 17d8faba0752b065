// Noise becomes pictures, down the tree: what there is at a node, and the film.
Face.Watch = class {
  constructor(page) {
    Object.assign(this, {page, texts: page.stored.texts, root: document.getElementById('watch')});
    this.tour = this.before = page.tour;
    this.film = new Face.Player(document.querySelector('.fall'), 'Noise level, from noise to pictures',
      (frame, moving) => this.fall(frame, moving));
    this.film.root.hidden = true;
    const {MOMENTS, SECONDS} = Face.Watch;
    this.film.begin(MOMENTS + 1, MOMENTS, SECONDS, [[0, 'noise'], [MOMENTS, 'picture']]);
  }

  enter() {
    this.film.root.hidden = false;
    this.refresh();
  }

  leave() {
    this.film.rest();
    this.film.root.hidden = true;
    this.page.tree.sprites.show([]);
    this.page.desk.cancel('tour');
  }

  // What the address says has changed, or the draw number.
  refresh() {
    const {draw} = this.page.fragment.state;
    if (draw !== this.tour.seed) this.begin(draw);
    else if (this.tour.columns < this.page.stored.columns) this.walk(this.tour);
    this.show();
  }

  begin(draw) {
    this.film.rest();
    if (this.tour.columns) this.before = this.tour;
    this.tour = draw === this.page.tour.seed ? this.page.tour : new Face.Tour(draw);
    if (this.tour === this.page.tour) this.page.desk.cancel('tour');
    else this.walk(this.tour);
    this.film.go(this.film.last);
  }

  // First one picture of everything, which is soon there; then the others beside it.
  async walk(tour) {
    const {page} = this;
    await page.working(() => page.desk.ask('tour', async (explorer, signal) => {
      for (const n of [1, page.stored.columns]) {
        if (n <= tour.columns) continue;
        const more = new Face.Tour(tour.seed);
        // oxlint-disable-next-line no-await-in-loop -- one after the other, on purpose
        await explorer.descent({seed: tour.seed, n, signal,
          onPicture: (picture) => picture.wave ? this.passed(more, picture.wave) : this.came(tour, picture)});
        if (n === 1) tour.waves = more.waves;
        tour.columns = n;
        this.soon();
      }
    }));
  }

  came(tour, {node, noisy, denoised, label, image}) {
    const {pictures} = this.page;
    if (label === undefined) tour.shared[node] = {noisy: pictures.all(noisy), guess: pictures.all(denoised)};
    else tour.ends[label] = pictures.all(image);
    this.soon();
  }

  passed(tour, lanes) {
    const {pictures} = this.page;
    for (const {node, time, noisy, denoised} of lanes)
      (tour.waves[node] ??= []).push({time, noisy: pictures.taken(noisy), guess: pictures.taken(denoised)});
  }

  soon() {
    this.waiting ??= requestAnimationFrame(() => {
      this.waiting = null;
      if (this.page.fragment.state.see === 'watch') this.show();
    });
  }

  // -- what is shown ------------------------------------------------------------------------------------------------

  get chosen() {
    const {page: {tree, fragment}} = this;
    return fragment.state.node ?? (tree.points.at(-1) ?? tree.branches[0]).id;
  }

  show() {
    const {page, chosen, tour, before} = this, {tree, stored} = page;
    const names = Object.fromEntries(Object.entries(stored.nodes).map(([id, {name}]) => [id, name]));
    const at = (part, key) => tour[part][key] ?? before[part][key];
    document.body.classList.toggle('stale', !tour.columns);
    tree.show({
      mode: 'watch', label: this.texts.alt, chosen, names,
      lit: Object.fromEntries(tree.path(chosen).map(({id}) => [id, 'lit'])),
      points: Object.fromEntries(tree.points.map(({id}) => [id, at('shared', id)?.guess])),
      ends: Face.named(page.labels.map((label) => [label, at('ends', label)])),
      hung: this.hung(), laid: () => this.fall(this.film.frame, this.film.playing > 0),
    });
    this.tell(tree.by.get(chosen));
  }

  hung() {
    const tour = Object.keys(this.tour.waves).length ? this.tour : this.before;
    return this.page.stored.hung.map(([node, time, kind]) => ({node, time, picture: tour.wave(node, time)?.[kind]}))
      .filter(({picture}) => picture);
  }

  tell(node) {
    const said = this.page.stored.nodes[node.id];
    const [head, about, rows] = ['h2', '.about', '.rows'].map((part) => this.root.querySelector(part));
    if (head.textContent !== said.headline) head.textContent = said.headline;
    if (node.is_leaf) about.textContent = said.company;
    else Face.marked(about, this.texts.reading);
    const count = node.is_leaf ? said.way.length : node.classes.length;
    rows.className = `rows ${count > 7 ? 'many' : count < 5 ? 'few' : ''}`;  // all in one screen
    rows.replaceChildren(...node.is_leaf ? this.history(node, said) : this.hybrids(node));
    this.page.speak(said.headline);
  }

  hybrids(node) {
    const {tour, before, texts} = this, shared = tour.shared[node.id] ?? before.shared[node.id];
    const who = Face.listed(node.classes), rows = [];
    if (shared) rows.push(this.row(...texts.sees, shared.noisy, `Noisy pictures that ${who} share`),
      this.row(...texts.thinks, shared.guess, `The model's best guesses of the finished pictures: between ${who}`));
    rows.push(Face.piece('h3', '', texts.ends));
    for (const label of this.below(node)) {
      const ends = tour.ends[label] ?? before.ends[label];
      if (ends) rows.push(this.row(label, '', ends, `What each becomes as ${label}`, 'short'));
    }
    return rows;
  }

  below(node) {
    const {tree: {leaf}, stored: {nodes}} = this.page;
    return node.classes.toSorted((one, other) => nodes[leaf[one].id].x - nodes[leaf[other].id].x);
  }

  history(leaf, said) {
    const {tour, before} = this, label = leaf.classes[0], ends = tour.ends[label] ?? before.ends[label];
    const rows = said.way.map(([above, at, leaving]) => {
      const shared = tour.shared[above] ?? before.shared[above];
      return shared && this.row(at, leaving, shared.guess, `The model's best guesses at ${at}`);
    }).filter(Boolean);
    return ends ? [...rows, this.row(said.finished, 't\u{A0}=\u{A0}0', ends, `Finished pictures of ${label}`)] : rows;
  }

  row(name, note, pictures, says, kind = '') {
    const row = Face.piece('div', `row ${kind}`), head = row.appendChild(Face.piece('div', 'name', name));
    if (note) head.append(Face.piece('small', '', note));
    row.append(this.page.pictures.canvas(pictures, says, this.page.stored.columns));
    return row;
  }

  // -- the film -----------------------------------------------------------------------------------------------------

  // A moment: pictures fall as fast as the tree is drawn, so most of the film is where paths part.
  fall(frame, moving) {
    const {page, page: {tree}} = this;
    if (!tree.place || page.fragment.state.see !== 'watch') return;
    const time = tree.place.time(1 - frame / Face.Watch.MOMENTS), ended = frame === Face.Watch.MOMENTS;
    const tour = Object.keys(this.tour.waves).length ? this.tour : this.before;
    const sprites = ended ? [] : tree.branches.filter((branch) => branch.low < time && time <= branch.high)
      .map(({id}) => ({place: tree.place.at(page.stored.nodes[id].x, time), picture: tour.wave(id, time)?.noisy}))
      .filter(({picture}) => picture);
    tree.sprites.show(sprites);
    tree.root.classList.toggle('moving', moving);
    const ahead = (low) => !ended && low < time;
    for (const canvas of tree.hung.children) canvas.classList.toggle('ahead', ahead(Number(canvas.dataset.time)));
    for (const [id, button] of tree.buttons) button.classList.toggle('ahead', ahead(tree.by.get(id).low));
    tree.over.replaceChildren(...ended ? [] : this.trails(time));
    this.film.say(page.stored.captions.findLast(([from]) => from >= time)[1]);
  }

  // The branches on which classes have just left, from where they did.
  trails(time) {
    const {tree, stored: {nodes}} = this.page;
    const parted = Math.min(...tree.points.map(({low}) => low).filter((low) => low >= time));
    return tree.points.filter(({low}) => low === parted).flatMap((point) => nodes[point.id].leavers.map((id) => {
      const {x} = nodes[id], {low} = tree.by.get(id);
      const corners = [[nodes[point.id].x, parted], [x, parted], [x, Math.max(time, low)]];
      return Face.drawn('path', {'class': 'trail', d: tree.place.line(corners)});
    }));
  }
};
Object.assign(Face.Watch, {MOMENTS: 160, SECONDS: 16});  // a sentence at each branch point is read

// Draw a digit or choose an example: what the model takes it for, and what becomes of it as another.
Face.Turn = class {
  constructor(page) {
    Object.assign(this, {page, texts: page.stored.texts.turn, turning: null, shares: null, given: null});
    this.read = new Map();  // shares by pictures
    this.root = document.getElementById('turn');
    [this.verdict, this.examples, this.aims, this.screen] = ['.verdict', '.examples', '.aims', '.turned']
      .map((part) => this.root.querySelector(part));
    this.drawing = this.root.querySelector('.drawing');
    this.drawing.hidden = !page.stored.draws;
    this.pad = new Face.Pad(this.drawing, this.texts.draw, () => this.drawn());
    this.player = new Face.Player(this.root.querySelector('.when'), 'Noise level of the turn',
      (frame, moving) => this.at(frame, moving));
    this.build();
  }

  build() {
    const {labels} = this.page, named = labels.map((label) => [label, label]);
    this.source = Face.choice(this.texts.it_is, named, (from) => this.set({from}));
    this.target = Face.choice(this.texts.into, [...named, [Face.Turn.ALL, 'all']], (to) => this.aim(to));
    this.aims.append(this.source, this.target);
    this.tiles = new Map();
    const name = this.page.stored.draws ? 'Or choose an example' : 'Choose an example';
    const head = this.examples.appendChild(Face.piece('p', 'name', name));
    head.id = 'examples';
    const row = this.examples.appendChild(Face.piece('div', 'tiles'));
    row.setAttribute('role', 'radiogroup');
    row.setAttribute('aria-labelledby', 'examples');
    for (const label of ['', ...labels]) {
      const tile = row.appendChild(Face.button('tile', '', () => this.choose(label)));
      tile.setAttribute('role', 'radio');
      tile.setAttribute('aria-label', label ? `The example of ${label}` : 'Your drawing');
      tile.append(this.page.pictures.canvas(label ? this.page.tour.ends[label].slice(0, 1) : [], ''));
      this.tiles.set(label, tile);
    }
    row.onkeydown = (event) => Face.along(event, [...this.tiles.values()].filter((tile) => !tile.hidden));
  }

  enter() {
    this.refresh();
  }

  leave() {
    this.player.rest();
    clearTimeout(this.resting);
    for (const kind of ['read', 'turn', 'outcome']) this.page.desk.cancel(kind);
    this.busy = null;
    this.page.tree.over.replaceChildren();
  }

  // -- the picture --------------------------------------------------------------------------------------------------

  drawn() {
    this.page.fragment.set({example: null, from: null, time: null});
    this.given = null;
    this.refresh();
  }

  choose(label) {
    this.page.fragment.set({example: label || null, from: null, time: null});
    this.given = null;
    this.own = !label;
    this.refresh();
  }

  set(values) {
    this.page.fragment.set({time: null, ...values});
    this.refresh();
  }

  aim(to) {
    this.set(to === Face.Turn.ALL ? {all: true, to: null} : {all: false, to});
  }

  // What there is to be turned: a drawing, or else an example.
  get wanted() {
    const {fragment: {state}, stored} = this.page;
    const {strokes} = this.pad, own = state.example === null && strokes.length > 0 && stored.draws;
    if (own) return {id: JSON.stringify(strokes), label: null};
    const label = state.example ?? stored.first;
    return {id: label, label};
  }

  refresh() {
    const {wanted} = this, {pictures, tour} = this.page;
    if (this.given?.id !== wanted.id) {
      this.page.desk.cancel('turn');
      this.turning = this.shares = null;
      this.given = wanted;
      if (wanted.label !== null) {
        [this.given.picture] = tour.ends[wanted.label];
        this.given.image = pictures.floats(this.given.picture);
      }
      this.look(this.given);
    } else if (!this.read.has(wanted.id)) this.look(this.given);
    this.begin();
  }

  // What the model takes it for.
  async look(given) {
    const {page} = this;
    this.say(given.label === null ? 'Reading …' : '');
    if (this.read.has(given.id)) {
      this.judged(given, this.read.get(given.id));
      return;
    }
    await page.working(() => page.desk.ask('read', async (explorer, signal) => {
      if (!given.image) {
        const {SIDE} = Face.Pad;
        given.image = (await explorer.prepare(this.pad.pixels, SIDE, SIDE, {signal})).image;
        given.picture = page.pictures.taken(given.image);
        // A first look says what is to be turned; the second one is as the app's.
        this.judged(given, (await explorer.classify(given.image, {noises: Face.Turn.GLANCE, signal})).probabilities);
      }
      const shares = (await explorer.classify(given.image, {signal})).probabilities;
      this.read.set(given.id, shares);
      this.judged(given, shares);
    }), (error) => { if (this.given === given) this.say(error.message); });
  }

  judged(given, shares) {
    if (this.given !== given) return;
    this.shares = shares;
    this.judge();
    this.begin();
  }

  judge() {
    const {texts, page: {stored: {articles}}} = this, order = this.order, own = this.given.label === null;
    const rest = own ? texts.wrong : '.', who = own ? 'This' : 'The example';
    const sure = this.shares[order[0]] >= texts.sure, or = sure || order.length < 2 ? '' : ` or ${articles[order[1]]}`;
    const said = `${who} ${sure ? texts.surely : texts.hardly}`;
    this.verdict.replaceChildren(said, Face.piece('b', '', articles[order[0]]), `${or}${rest}`);
  }

  get order() {
    return this.page.labels.toSorted((one, other) => this.shares[other] - this.shares[one]);
  }

  say(text) {
    this.verdict.textContent = text;
  }

  // -- what it becomes ----------------------------------------------------------------------------------------------

  begin() {
    const {page, given} = this, {state} = page.fragment;
    const from = state.from ?? given.label ?? (this.shares ? this.order[0] : null);
    const to = state.all ? null : state.to ?? page.stored.nearest[from];
    const targets = page.labels.filter((label) => label !== from && (state.all || label === to));
    Object.assign(this, {from, to});
    if (!given.image || from === null || !targets.length) this.turning = null;
    else {
      const next = Face.Turning.of(given, from, targets, state.draw, page);
      if (next.id !== this.turning?.id) {
        this.turning = next;
        clearTimeout(this.resting);
        const mark = Face.filled(state.all ? this.texts.mark_each : this.texts.mark, {source: from, target: to});
        const last = next.times.length - 1, ends = [[0, this.texts.ends[0]], [last, this.texts.ends[1]]];
        const marks = [...next.usual ? ends : ends.slice(1), [next.usual, mark]];
        this.player.begin(next.times.length, next.nearest(state.time), 5, marks);
      }
      this.work();
    }
    if (!this.turning) page.desk.cancel('turn');
    this.show();
  }

  async work() {
    const {page, turning} = this;
    if (this.busy === turning) return;
    this.busy = turning;
    await page.working(() => page.desk.ask('turn', async (explorer, signal) => {
      for (let next = turning.next(this.player.frame); next; next = turning.next(this.player.frame)) {
        // oxlint-disable-next-line no-await-in-loop -- where the slider is decides what comes next
        await turning.work(next, explorer, page, signal);
        signal.throwIfAborted();
        this.soon();
        this.readEnd();
      }
    }));
    if (this.busy === turning) this.busy = null;
  }

  // What the model takes the outcome for, where the slider rests: with hardly any noise, it is still what it was.
  async readEnd() {
    const {turning, page, player} = this, frame = turning?.frames[player.frame];
    if (!frame || frame.level < 2 || frame.read || turning.targets.length > 1 || player.playing) return;
    frame.read = {};  // is being asked
    const [picture] = frame.ends[turning.targets[0]], image = page.pictures.floats(picture);
    await page.working(async () => {
      frame.read = await page.desk.ask('outcome', (explorer, signal) => explorer.classify(image, {signal}));
      this.soon();
    });
  }

  soon() {
    this.waiting ??= requestAnimationFrame(() => {
      this.waiting = null;
      if (this.page.fragment.state.see === 'turn') this.show();
    });
  }

  // The slider is at a frame; where it rests, the address says so.
  at(frame, moving) {
    const {turning, page} = this;
    if (!turning) return;
    clearTimeout(this.resting);
    const rest = () => {
      page.fragment.set({time: frame === turning.usual ? null : turning.times[frame]});
      this.readEnd();
    };
    if (!moving) this.resting = setTimeout(rest, 200);  // browsers let no page change its address at every move
    this.soon();
  }

  // -- what is shown ------------------------------------------------------------------------------------------------

  show() {
    const {page, turning, from, to} = this, {state} = page.fragment, frame = turning?.frames[this.player.frame];
    for (const [label, tile] of this.tiles) this.tile(label, tile);
    this.source.mark(from);
    this.target.mark(state.all ? Face.Turn.ALL : to);
    this.player.root.hidden = !turning;
    if (turning) this.caption(turning, frame);
    this.figures(turning, frame);
    page.tree.show(this.view(turning, frame));
    this.colours(turning);
  }

  tile(label, tile) {
    const own = label === '', chosen = own ? this.given.label === null : this.given.label === label;
    tile.hidden = own && !(this.pad.strokes.length && this.page.stored.draws);
    tile.setAttribute('aria-checked', chosen);
    tile.tabIndex = chosen ? 0 : -1;
    if (own && chosen && this.given.picture && tile.shown !== this.given.picture) {
      tile.shown = this.given.picture;
      this.page.pictures.paint(tile.firstChild, [this.given.picture]);
    }
  }

  caption(turning, frame) {
    const time = turning.times[this.player.frame], {texts} = this;
    const said = time === null ? texts.each : Face.filled(texts.turned, {at: Face.at(time)});
    const {articles} = this.page.stored, label = articles[frame.read?.label];
    const read = label && Face.filled(texts.read, {label});
    this.player.say([said, frame.level ? read : texts.on_its_way].filter(Boolean).join(' · '));
  }

  figures(turning, frame) {
    const {texts, given, page: {stored: {articles}}} = this, several = turning?.targets.length > 1;
    const own = given.label === null ? several ? 'Yours' : 'Your drawing' : several ? 'Example' : 'The example';
    const parts = [this.figure(own, given.picture && [given.picture])];
    if (!turning) {
      const said = this.from === null ? '' : `It is ${articles[this.from]} already. Choose what else it is to become.`;
      this.screen.className = 'turned';
      this.screen.replaceChildren(...parts, Face.piece('p', 'already', said));
      return;
    }
    if (!several || turning.times[this.player.frame] !== null) parts.push(this.figure(texts.rows[0], frame.noised));
    for (const label of turning.targets) {
      const name = several ? label : [texts.rows[1], articles[frame.read?.label]].filter(Boolean).join(' ');
      parts.push(this.figure(name, frame.ends?.[label]));
    }
    this.screen.className = several ? 'turned several' : 'turned';
    this.screen.replaceChildren(...parts);
  }

  figure(name, pictures) {
    const figure = Face.piece('figure'), {pictures: painter} = this.page;
    if (pictures) figure.append(painter.canvas(pictures, name));
    else figure.append(painter.canvas([null], `${name}: ${this.texts.on_its_way}`));
    figure.append(Face.piece('figcaption', '', name));
    return figure;
  }

  view(turning, frame) {
    const {page, from, given, shares} = this, {tree, stored: {articles}} = page, ends = Face.named(), names = {};
    for (const [label, {id}] of Object.entries(tree.leaf)) {
      const share = shares ? ` It is read as that with ${Face.percent(shares[label])}.` : '';
      names[id] = `${label === from ? this.texts.it_is : this.texts.into} ${articles[label]}.${share}`;
      if (frame?.ends?.[label]) ends[label] = frame.ends[label];
    }
    if (from !== null && given.picture) ends[from] = given.one ??= [given.picture];
    const time = turning?.times[this.player.frame];
    return {mode: 'turn', label: 'The class tree: choose what it is to become', chosen: null, points: {}, ends, names,
      shares: shares ?? Face.named(), lit: turning ? this.lit(turning) : {}, laid: () => {
        if (turning?.targets.length === 1) tree.route(from, turning.targets[0], time);
        else if (turning) tree.routes(from, turning.targets, time);
      }};
  }

  // The source's own way up to where it turns, and the ways down from there.
  lit({source, targets}) {
    const {tree} = this.page, result = {};
    const highest = Math.max(...targets.map((target) => tree.meeting(source, target)?.low ?? 1));
    const below = (label) => tree.path(tree.leaf[label].id).filter(({high}) => high <= highest);
    for (const {id} of targets.flatMap(below)) result[id] = 'other';
    for (const {id} of below(source)) result[id] = 'lit';
    return result;
  }

  colours(turning) {
    const key = this.page.key;
    if (!turning) {
      key.replaceChildren();
      return;
    }
    const others = turning.targets.length > 1 ? 'the others' : `the ${turning.targets[0]}`;
    const values = {source: this.from, others};
    key.replaceChildren(...this.texts.colours.map((text, k) => {
      const said = Face.filled(text, values);
      return k % 2 ? Face.piece('b', k === 1 ? 'lit' : 'other', said) : said;
    }));
  }
};
Object.assign(Face.Turn, {ALL: '\u{0}all', GLANCE: 3});  // no class is called so; noises of a first look

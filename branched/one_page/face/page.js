// The page as a whole: two views over one tree, the draw number, and the address.
Face.Page = class {
  constructor(explorer) {
    const {facts, facts: {stored, labels}} = explorer;
    Object.assign(this, {explorer, facts, stored, labels, jobs: 0});
    Face.coloured(this.stored.palette);
    this.pictures = new Face.Pictures(this.facts.shape, this.stored.pictures);
    this.tour = Face.Tour.stored(this.stored, this.pictures);
    this.desk = new Face.Desk(explorer);
    this.fragment = new Face.Fragment(this.facts, () => this.refresh());
    const parts = ['.key', '.alive', 'h1', '.introduction', '#dice'].map((part) => document.querySelector(part));
    [this.key, this.state, this.title, this.introduction, this.dice] = parts;
    this.tree = new Face.Tree(document.querySelector('.tree'), this.facts, this.pictures, (node) => this.picked(node));
    this.views = {watch: new Face.Watch(this), turn: new Face.Turn(this)};
    this.said = document.body.appendChild(Face.piece('p', 'spoken'));
    this.said.setAttribute('aria-live', 'polite');
    this.listen();
    this.refresh();
    this.wake();
  }

  listen() {
    this.tabs = [...document.querySelectorAll('[role=tab]')];
    for (const tab of this.tabs) tab.onclick = () => this.see(tab.dataset.see);
    document.querySelector('.tabs').onkeydown = (event) => Face.along(event, this.tabs);
    document.querySelector('.tabs').hidden = this.labels.length < 2;  // there is nothing to turn into
    this.dice.oninput = () => {
      clearTimeout(this.typing);
      this.typing = setTimeout(() => this.rolled(this.dice.valueAsNumber), 350);
    };
    this.dice.onchange = () => { this.dice.value = this.fragment.state.draw; };
    for (const step of document.querySelectorAll('.step'))
      step.onclick = () => this.rolled(this.fragment.state.draw + Number(step.dataset.step));
    document.querySelector('.roll').onclick = () => this.rolled(Math.floor(10_000 * Math.random()));
    addEventListener('resize', () => this.tree.lay());
  }

  // The same number draws the same pictures on every device.
  rolled(number) {
    if (!Number.isInteger(number) || number < 0 || number > 9999 || number === this.fragment.state.draw) return;
    this.fragment.set({draw: number});
    this.refresh();
  }

  see(name) {
    if (name === this.fragment.state.see) return;
    this.fragment.set({see: name});
    this.refresh();
  }

  picked(node) {
    const {is_leaf: isLeaf, classes} = this.tree.by.get(node), {turn} = this.views;
    if (this.fragment.state.see === 'watch') {
      this.fragment.set({node});
      this.views.watch.show();
      this.uncover();
    } else if (isLeaf && classes[0] !== turn.from) turn.aim(classes[0]);
  }

  // What is told of the chosen node, as far as it is below the window.
  uncover() {
    const box = document.getElementById('watch').getBoundingClientRect(), hidden = box.top + 330 - innerHeight;
    if (hidden > 0) scrollBy({top: Math.min(hidden, box.top), behavior: Face.calm() ? 'auto' : 'smooth'});
  }

  refresh() {
    const {state} = this.fragment, see = this.labels.length < 2 ? 'watch' : state.see, {texts} = this.stored;
    if (this.seen !== see) {
      this.views[this.seen]?.leave();
      this.seen = see;
      document.body.dataset.see = see;
      this.title.textContent = see === 'watch' ? texts.title : texts.turn.title;
      Face.marked(this.introduction, see === 'watch' ? texts.introduction : texts.turn.introduction);
      this.explain(see === 'watch' ? [...texts.explanation, texts.training] : texts.turn.explanation);
      document.title = this.title.textContent;
      for (const tab of this.tabs) {
        const here = tab.dataset.see === see;
        tab.setAttribute('aria-selected', here);
        tab.tabIndex = here ? 0 : -1;
        document.getElementById(tab.dataset.see).hidden = !here;
      }
      this.key.replaceChildren();
      this.dice.value = state.draw;
      this.views[see].enter();
      return;
    }
    if (document.activeElement !== this.dice || this.dice.valueAsNumber !== state.draw) this.dice.value = state.draw;
    this.views[see].refresh();
  }

  explain(paragraphs) {
    const pieces = paragraphs.filter(Boolean).map((text) => Face.marked(Face.piece('p'), text));
    document.querySelector('.explained').replaceChildren(...pieces);
  }

  // -- what is told -------------------------------------------------------------------------------------------------

  async wake() {
    this.state.textContent = 'Waking up: what is stored is here already …';
    document.querySelector('footer').textContent = 'All of this is one file. It draws on this very device, asks no '
      + 'server, and sends nothing. Its address says what you see, but holds no drawing of yours: copy it to share.';
    try {
      await this.explorer.ready;
      this.state.textContent = '';
      document.body.classList.add('awake');
    } catch (error) {
      this.fail(error, 'What is stored can still be looked at.');
    }
  }

  // Work that may fail: then it is told in a sentence.
  async working(work, failed = (error) => this.fail(error)) {
    this.jobs += 1;
    document.body.classList.add('busy');
    try {
      await work();
    } catch (error) {
      if (document.body.classList.contains('awake')) failed(error);  // else it has been told that nothing will come
    } finally {
      this.jobs -= 1;
      document.body.classList.toggle('busy', this.jobs > 0);
    }
  }

  fail(error, more = '') {
    this.state.classList.add('failed');
    this.state.textContent = `${error.message} ${more}`.trim();
  }

  speak(text) {
    if (this.last !== undefined && text !== this.last) this.said.textContent = text;
    this.last = text;
  }
};

// When this script is through: all of the above is there, while the model below is still being read.
queueMicrotask(() => { Face.page = new Face.Page(window.explorer); });

// The state that the address holds after its #, so that it can be shared. What makes no sense there is left out.
Face.Fragment = class {
  constructor(facts, changed) {
    this.facts = facts;
    this.changed = changed;
    this.state = this.read();
    addEventListener('hashchange', () => {
      const text = this.text();
      this.state = this.read();
      if (this.text() !== text) this.changed();
    });
  }

  read() {
    const said = new URLSearchParams(location.hash.slice(1, 2000)), {labels, stored: {nodes}} = this.facts;
    const label = (name) => labels.includes(said.get(name)) ? said.get(name) : null;
    const number = (name, low, high, pattern) => {
      const text = said.get(name) ?? '', value = Number(text);
      return pattern.test(text) && value >= low && value <= high ? value : null;
    };
    const node = said.get('node') ?? '';
    return {
      see: said.get('see') === 'turn' ? 'turn' : 'watch', draw: number('draw', 0, 9999, /^\d{1,4}$/) ?? 0,
      node: Object.hasOwn(nodes, node) ? Number(node) : null, example: label('example'), from: label('from'),
      to: label('to'), all: said.get('all') === '1', time: number('time', 0, 1, /^(0|1|[01]?\.\d{1,6})$/),
    };
  }

  set(values) {
    Object.assign(this.state, values);
    const hash = this.text();
    if (hash === location.hash.slice(1)) return;
    try {
      history.replaceState(null, '', `#${hash}`);
    } catch { /* a browser that lets no page change its address so often */ }
  }

  text() {
    const said = new URLSearchParams();
    for (const [name, value] of Object.entries(this.state)) {
      const usual = {see: 'watch', draw: 0}[name];
      if (value === null || value === false || value === usual) continue;
      said.set(name, value === true ? '1' : name === 'time' ? String(Math.round(1000 * value) / 1000) : value);
    }
    return said.toString();
  }
};

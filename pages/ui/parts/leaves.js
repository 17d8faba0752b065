// The bars follow what a canvas is told of its drawing (canvas.js), until Python says what the model makes of it.
const SURE = 0.5, NOTED = 0.1;

export default function({parentElement, data}) {
  const root = parentElement.querySelector('.leaves');
  root.own ??= new Leaves(root);
  root.own.receive(data);
  return () => { root.own?.leave(); delete root.own; };
}

class Leaves {
  constructor(root) {
    this.root = root;
    [this.rest, this.now, this.svg, this.bars] = ['.rest', '.now', 'svg', '.bars'].map((name) => root.querySelector(name));
    this.heard = (event) => event.detail.key === this.data.key && this.hear(event.detail);
    document.addEventListener('drawing-read', this.heard);
  }

  receive(data) {
    const told = JSON.stringify(data);
    if (told === this.told) return;
    if (data.labels.join() !== this.data?.labels.join()) this.build(data);
    [this.data, this.told] = [data, told];
    say(this.rest, data.said);
    if (!this.live || !data.key || data.shares && data.ink === this.ink) this.settle();
  }

  build({labels, rooms, line, width, height}) {
    this.svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
    this.svg.querySelector('path').setAttribute('d', line);
    this.bars.replaceChildren(...labels.map((label, k) => {
      const leaf = document.createElement('div'), of = document.createElement('span');
      of.className = 'of';
      of.append(document.createElement('i'));
      leaf.style.setProperty('--room', rooms[k]);
      leaf.title = label;
      leaf.append(of, label, document.createElement('small'));
      return leaf;
    }));
  }

  hear({shares, moving, ink}) {  // of a drawing that grows
    this.ink = ink;
    if (!moving && (!Object.keys(shares).length || this.data.shares && this.data.ink === ink)) return this.settle();
    this.live = true;
    this.root.classList.add('live');
    const {labels, names, hints} = this.data, each = labels.map((label) => shares[label] ?? 0);
    const most = Math.max(...each), who = names[each.indexOf(most)];
    say(this.now, most < SURE ? [hints.unsure, '', ''] : [hints.before, who, hints.after]);
    this.draw(each);
  }

  settle() {  // what the model says
    this.live = false;
    this.root.classList.remove('live');
    this.draw(this.data.shares ?? this.data.labels.map(() => 0));
  }

  draw(shares) {
    const most = Math.max(...shares);
    [...this.bars.children].forEach((leaf, k) => {
      leaf.style.setProperty('--share', shares[k]);
      leaf.classList.toggle('most', shares[k] === most && most > 0);
      leaf.lastChild.textContent = shares[k] >= NOTED ? percent(shares[k]) : '';
    });
    const said = shares.map((share, k) => [share, this.data.labels[k]]).filter(([share]) => share >= 0.01)
      .toSorted(([a], [b]) => b - a).map(([share, label]) => `${label}: ${percent(share)}`).join(', ');
    this.bars.setAttribute('aria-label', this.data.hints.bars.replace('{shares}', said || this.data.hints.unknown));
  }

  leave() {
    document.removeEventListener('drawing-read', this.heard);
  }
}

function percent(share) {  // nothing is certain
  return share > 0.995 ? '>99%' : `${Math.round(100 * share)}%`;
}

function say(place, [before, bold, after]) {
  place.replaceChildren(before, Object.assign(document.createElement('b'), {textContent: bold}), after);
}

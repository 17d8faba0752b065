// LEAST is a constant of cropper.py, which writes it before this.
const SLIP = 6;  // pixels that a finger may move and still taps

export default function({parentElement, data, setStateValue}) {
  const root = parentElement.querySelector('.cropper');
  root.own ??= new Cropper(root);
  root.own.receive(data, (box) => setStateValue('part', {name: data.name, box}));
}

class Cropper {
  constructor(root) {
    [this.photo, this.image, this.box, this.said, this.all] = ['.photo', 'img', '.box', '.said', '.all']
      .map((name) => root.querySelector(name));
    this.photo.onpointerdown = (event) => this.begin(event);
    this.photo.onpointermove = (event) => this.move(event);
    this.photo.onpointerup = () => this.end();
    this.photo.onpointercancel = () => this.draw(this.from = null);
    this.all.onclick = () => this.choose(null);
  }

  receive(data, report) {
    this.report = report;
    const told = JSON.stringify(data);
    if (told === this.told) return;
    [this.told, this.part] = [told, data.part];
    this.words = data.words;
    this.image.alt = data.words.photo;
    this.all.textContent = data.words.whole;
    this.image.src = data.photo;
    this.photo.querySelectorAll('button').forEach((button) => button.remove());
    this.buttons = data.places.map((place, k) => {
      const button = Object.assign(document.createElement('button'), {type: 'button'});
      button.setAttribute('aria-label', data.words.figure.replace('{k}', k + 1)
        .replace('{count}', data.places.length));
      lay(button, place);
      button.onclick = (event) => event.detail || this.choose(place);  // by the keyboard; pointers end in `end`
      button.place = place;
      return button;
    });
    this.photo.append(...this.buttons);
    this.draw(null);
  }

  at(event) {
    const frame = this.photo.getBoundingClientRect();
    return [(event.clientX - frame.left) / frame.width, (event.clientY - frame.top) / frame.height]
      .map((share) => Math.max(0, Math.min(1, share)));
  }

  begin(event) {
    if (event.button !== 0) return;
    this.photo.setPointerCapture(event.pointerId);
    [this.from, this.place, this.dragged] = [event, event.target.place, null];
  }

  move(event) {
    if (!this.from || !this.dragged && Math.hypot(event.clientX - this.from.clientX,
                                                  event.clientY - this.from.clientY) < SLIP) return;
    const [a, b] = [this.at(this.from), this.at(event)];
    this.dragged = [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[0], b[0]), Math.max(a[1], b[1])];
    this.draw(this.dragged);
  }

  end() {
    const {from, place, dragged} = this;
    this.from = null;
    if (dragged && Math.min(dragged[2] - dragged[0], dragged[3] - dragged[1]) >= LEAST) this.choose(dragged);
    else if (from && !dragged && place) this.choose(place);
    else this.draw(null);
  }

  choose(box) {
    this.part = box;
    this.draw(null);
    this.report(box);
  }

  draw(dragged) {
    const part = dragged ?? this.part, many = this.buttons.length;
    this.box.hidden = !part;
    if (part) lay(this.box, part);
    this.buttons.forEach((button) => button.setAttribute('aria-pressed', `${button.place}` === `${part}`));
    this.all.hidden = !this.part;
    this.said.textContent = this.words[this.part ? 'part' : many > 1 ? 'many' : many ? 'one' : 'none'];
  }
}

function lay(element, [left, top, right, bottom]) {
  Object.assign(element.style, {left: `${100 * left}%`, top: `${100 * top}%`, width: `${100 * (right - left)}%`,
    height: `${100 * (bottom - top)}%`});
}

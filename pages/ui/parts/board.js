export default function({parentElement, data, setTriggerValue}) {
  const board = parentElement.querySelector('.board'), {tiles, label, buttons} = data;
  board.setAttribute('aria-label', label);
  const known = new Map([...board.children].map((item) => [item.id, item])), begins = !known.size;
  board.replaceChildren(...tiles.map((tile) => {
    const item = known.get(`work-${tile.number}`) ?? made(tile, !begins);
    item.querySelector('.buttons')?.remove();
    if (Object.keys(buttons).length) item.append(buttonsOf(tile, buttons, setTriggerValue));
    return item;
  }));
}

function made({number, image, ratio, alt, name, note, mark}, fresh) {
  const item = element('li', fresh ? 'fresh' : ''), head = element('div', 'head');
  item.id = `work-${number}`;
  head.append(element('strong', '', name), element('span', 'mark', mark));
  const picture = Object.assign(element('img'), {src: image, alt});
  picture.style.setProperty('--ratio', ratio);
  item.append(picture, head);
  if (note) item.append(element('span', 'note', note));
  return item;
}

function buttonsOf({number, alt}, buttons, tell) {
  const row = element('div', 'buttons');
  row.append(...Object.entries(buttons).map(([what, title]) => {
    const button = Object.assign(element('button', '', title), {type: 'button'});
    button.dataset.what = what;
    button.setAttribute('aria-label', `${title}: ${alt}`);
    button.onclick = () => { button.disabled = true; tell('pressed', {what, number}); };
    return button;
  }));
  return row;
}

function element(kind, name = '', text = '') {
  return Object.assign(document.createElement(kind), {className: name, textContent: text});
}

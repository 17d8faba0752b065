// What people see. The files beside this one follow it in one script; they share this name, and nothing else.
const Face = {};

Face.piece = (tag, kind = '', text = '') =>
  Object.assign(document.createElement(tag), {className: kind, textContent: text});

Face.button = (kind, text, pressed) =>
  Object.assign(Face.piece('button', kind, text), {type: 'button', onclick: pressed});

Face.drawn = (tag, attributes) => {
  const shape = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) shape.setAttribute(name, value);
  return shape;
};

// A text with what belongs into its braces. Once: what is filled in may have braces of its own.
Face.filled = (text, values) => text.replaceAll(/\{(\w+)\}/g, (all, name) => values[name] ?? all);

Face.at = (time) => `t\u{A0}=\u{A0}${time.toFixed(2)}`;  // kept together at the end of a line

// **Strong** and *emphasised* parts of a text as elements: nothing else of it means anything.
Face.marked = (place, text) => {
  place.replaceChildren(...text.split(/(\*\*[^*]+\*\*|\*[^*]+\*)/).map((part) => {
    const stars = part.startsWith('**') ? 2 : part.startsWith('*') ? 1 : 0;
    return stars ? Face.piece(stars === 2 ? 'strong' : 'em', '', part.slice(stars, -stars)) : part;
  }));
  return place;
};

// Things by the names of classes, one of which may be called __proto__.
Face.named = (entries = []) => {
  const result = Object.create(null);
  for (const [label, thing] of entries) result[label] = thing;
  return result;
};

Face.calm = () => matchMedia('(prefers-reduced-motion: reduce)').matches;

Face.listed = (names) => names.length > 1 ? `${names.slice(0, -1).join(', ')} and ${names.at(-1)}` : names.join('');

// A row of buttons of which one is chosen; `choose` is told which.
Face.choice = (name, options, choose) => {
  const group = Face.piece('div', 'choice'), head = Face.piece('span', 'name', name);
  head.id = `name-${Face.choice.count = (Face.choice.count ?? 0) + 1}`;
  group.setAttribute('role', 'radiogroup');
  group.setAttribute('aria-labelledby', head.id);
  const row = Face.piece('div', 'options');
  const buttons = options.map(([value, text]) => {
    const button = row.appendChild(Face.button('option', text, () => choose(value)));
    button.setAttribute('role', 'radio');
    button.title = text;
    return [value, button];
  });
  row.onkeydown = (event) => Face.along(event, buttons.map(([, button]) => button));
  group.append(head, row);
  group.mark = (chosen) => buttons.forEach(([value, button], k) => {
    const here = value === chosen;
    button.setAttribute('aria-checked', here);
    button.tabIndex = here || (!buttons.some(([other]) => other === chosen) && !k) ? 0 : -1;
  });
  return group;
};

// The arrow keys go along a row of buttons, and choose.
Face.along = (event, buttons) => {
  const step = {ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1}[event.key];
  const place = buttons.indexOf(event.target);
  if (!step || place < 0 || event.ctrlKey || event.altKey || event.metaKey) return;
  event.preventDefault();
  const next = buttons[(place + step + buttons.length) % buttons.length];
  next.focus();
  next.click();
};

// Colours come from the app's palette; the page's style sheet knows their names alone.
Face.coloured = ({light, dark}) => {
  const names = ['line', 'lit', 'other', 'both', 'text', 'grid', 'ink', 'primary', 'ground', 'raised', 'border'];
  const rule = (look) => `:root {${names.map((name) => `--${name}: ${look[name]}`).join('; ')}}`;
  const rules = `${rule(light)} @media (prefers-color-scheme: dark) {${rule(dark)}}`;
  document.head.append(Face.piece('style', '', rules));
};

const STEPS = {ArrowRight: () => 1, ArrowLeft: () => -1, ArrowDown: (row) => row, ArrowUp: (row) => -row};

export default function({parentElement, data, setTriggerValue}) {
  const grid = parentElement.querySelector('.grid'), {sheet, names, chosen, columns, side, label} = data;
  grid.style.setProperty('--columns', columns);
  grid.style.setProperty('--side', `${side}px`);
  grid.setAttribute('aria-label', label);
  while (grid.children.length > names.length) grid.lastChild.remove();
  while (grid.children.length < names.length) grid.append(document.createElement('button'));
  const buttons = [...grid.children];
  const mark = (number) => buttons.forEach((button, k) => {
    button.setAttribute('aria-checked', k === number);
    button.tabIndex = k === number ? 0 : -1;  // one stop for the Tab key, as radio buttons have
  });
  const choose = (number) => {
    if (number < 0 || number >= buttons.length) return;
    mark(number);
    buttons[number].focus({preventScroll: true});
    clearTimeout(grid.soon);  // a held arrow key asks once, at its end
    grid.soon = setTimeout(() => setTriggerValue('picked', number), grid.hurried ? 250 : 0);
  };
  buttons.forEach((button, k) => {
    Object.assign(button, {type: 'button', title: names[k], onclick: () => { grid.hurried = false; choose(k); }});
    button.setAttribute('role', 'radio');
    button.setAttribute('aria-label', names[k]);
    Object.assign(button.style, {backgroundImage: `url(${sheet})`, backgroundSize: `100% ${names.length * 100}%`,
      backgroundPosition: `0 ${names.length > 1 ? 100 * k / (names.length - 1) : 0}%`});
    button.onkeydown = (event) => {
      if (!STEPS[event.key]) return;
      event.preventDefault();
      grid.hurried = true;
      choose(k + STEPS[event.key](columns));
    };
  });
  mark(chosen);
}

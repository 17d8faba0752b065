const SIDES = {ArrowUp: 'up', ArrowDown: 'down', ArrowLeft: 'left', ArrowRight: 'right'};
const PATIENCE = 150;  // milliseconds: a held arrow key asks once, at its end
const PEEK = 330;  // pixels of what is told that are to be seen: the sentence, and the first rows of pictures

export default function({parentElement, data, setTriggerValue}) {
  const said = parentElement.querySelector('.said'), {over, beside, label, node, moves, text} = data;
  const tree = document.querySelector(`.st-key-${over}`);
  const moved = said.node !== undefined && said.node !== node;
  said.node = node;
  if (said.textContent !== text) said.textContent = text;  // which a screen reader reads out
  if (!tree) return;
  tree.tabIndex = 0;
  tree.setAttribute('role', 'application');  // or a screen reader keeps the arrow keys for itself
  tree.setAttribute('aria-label', label);
  tree.onkeydown = (event) => {
    const next = moves[said.node]?.[SIDES[event.key]];
    if (!SIDES[event.key] || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();  // the page does not scroll
    if (next === undefined) return;
    said.node = next;
    clearTimeout(said.soon);
    said.soon = setTimeout(() => setTriggerValue('picked', next), PATIENCE);
  };
  if (moved) requestAnimationFrame(() => uncover(document.querySelector(`.st-key-${beside}`)));
}

function uncover(told) {  // what is told of the chosen node, as far as it is below the window
  const page = document.querySelector('[data-testid=stMain]'), box = told?.getBoundingClientRect();
  if (!box) return;
  const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
  const hidden = box.top + Math.min(box.height, PEEK) - innerHeight;
  if (hidden > 0) page.scrollBy({top: Math.min(hidden, box.top), behavior: calm ? 'auto' : 'smooth'});
}

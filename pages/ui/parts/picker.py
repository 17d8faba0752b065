"""Small pictures in a grid, of which one is chosen: by a click, a tap or the arrow keys, as among radio buttons."""
from collections.abc import Callable, Sequence

import numpy as np
import streamlit as st

from .pictures import picture, png

HTML = '<div class="grid" role="radiogroup"></div>'

CSS = """
.grid {display: grid; gap: 3px; grid-template-columns: repeat(var(--columns), minmax(0, var(--side)))}
button {padding: 0; border: 0; aspect-ratio: 1; cursor: pointer; touch-action: manipulation; border-radius: 3px;
  background-repeat: no-repeat; image-rendering: pixelated}
button:hover {box-shadow: 0 0 0 2px var(--st-text-color)}
button[aria-checked=true] {box-shadow: 0 0 0 2px var(--st-background-color), 0 0 0 5px var(--st-primary-color);
  position: relative}
button:focus-visible {outline: 3px solid var(--st-text-color); outline-offset: 5px; position: relative}
"""

JS = """
const STEPS = {ArrowRight: () => 1, ArrowLeft: () => -1, ArrowDown: (row) => row, ArrowUp: (row) => -row};

export default function({parentElement, data, setTriggerValue}) {
  const grid = parentElement.querySelector('.grid'), {sheet, names, chosen, columns, side, label} = data;
  grid.style.setProperty('--columns', columns);
  grid.style.setProperty('--side', `${side}px`);
  grid.setAttribute('aria-label', label);
  while (grid.children.length > names.length) grid.lastChild.remove();
  while (grid.children.length < names.length) grid.append(document.createElement('button'));
  const buttons = [...grid.children];
  const mark = (own) => buttons.forEach((button, k) => {
    button.setAttribute('aria-checked', k === own);
    button.tabIndex = k === own ? 0 : -1;  // one stop for the Tab key, as radio buttons have
  });
  const choose = (own) => {
    if (own < 0 || own >= buttons.length) return;
    mark(own);
    buttons[own].focus({preventScroll: true});
    clearTimeout(grid.soon);  // a held arrow key asks once, at its end
    grid.soon = setTimeout(() => setTriggerValue('picked', own), grid.hurried ? 250 : 0);
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
"""

_picker = st.components.v2.component("picture_picker", html=HTML, css=CSS, js=JS)


def picker(key: str, pictures: np.ndarray, names: Sequence[str], chosen: int, columns: int, label: str,
           pick: Callable[[int], None], side: int = 40) -> None:
    """A grid of pictures (n, H, W[, 3]), of which the one of index `chosen` is marked. `pick` is told of another.

    `names` are for screen readers and pointers that rest; `side` is the largest width of a picture, in CSS pixels.
    """
    def tell() -> None:
        own = st.session_state[key].get("picked")
        if type(own) is int and 0 <= own < len(pictures):
            pick(own)

    sheet = png(picture(np.concatenate(list(pictures))))  # one below the other
    _picker(key=key, on_picked_change=tell, data={"sheet": sheet, "names": list(names), "chosen": chosen,
                                                  "columns": columns, "side": side, "label": label})

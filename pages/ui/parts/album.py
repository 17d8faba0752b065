"""Small pictures in a grid, each of which can be removed by a click or a tap on it."""
import numpy as np
import streamlit as st

from .pictures import picture, png

HTML = '<div class="album" role="group"></div>'

CSS = """
.album {display: grid; gap: 12px; padding: 5px; grid-template-columns: repeat(auto-fill, minmax(64px, 1fr));
  max-width: 40rem; font-family: var(--st-font)}
button {position: relative; padding: 0; border: 0; aspect-ratio: 1; cursor: pointer; touch-action: manipulation;
  border-radius: 3px; background-repeat: no-repeat; image-rendering: pixelated;
  box-shadow: 0 0 0 1px var(--st-border-color)}
button::after {content: '\\00d7'; position: absolute; top: -5px; right: -5px; width: 22px; height: 22px;
  border-radius: 50%; font-size: 18px; line-height: 20px; text-align: center; color: #fff; background: #333;
  box-shadow: 0 0 0 1px #fff8}
button:hover::after, button:focus-visible::after {background: #c62f1b}
button:hover {box-shadow: 0 0 0 2px var(--st-text-color)}
button:focus-visible {outline: 3px solid var(--st-primary-color); outline-offset: 2px}
button:disabled {opacity: .3; cursor: default}
"""

JS = """
export default function({parentElement, data, setTriggerValue}) {
  const album = parentElement.querySelector('.album'), {sheet, tokens, label} = data, last = tokens.length - 1;
  album.setAttribute('aria-label', label);
  album.replaceChildren(...tokens.map((token, k) => {
    const button = Object.assign(document.createElement('button'), {type: 'button', title: `Remove number ${k + 1}`});
    button.onclick = () => { button.disabled = true; setTriggerValue('removed', token); };
    button.setAttribute('aria-label', button.title);
    Object.assign(button.style, {backgroundImage: `url(${sheet})`, backgroundSize: `100% ${tokens.length * 100}%`,
      backgroundPosition: `0 ${last ? 100 * k / last : 0}%`});
    return button;
  }));
}
"""

_album = st.components.v2.component("picture_album", html=HTML, css=CSS, js=JS)


def album(key: str, pictures: dict[str, np.ndarray], label: str) -> None:
    """Pictures (H, W[, 3]) by tokens that name them. One that is clicked on is taken out of the dictionary."""
    def remove() -> None:
        token = st.session_state[key].get("removed")
        if isinstance(token, str):
            pictures.pop(token, None)

    sheet = png(picture(np.concatenate(list(pictures.values()))))  # one below the other
    _album(key=key, data={"sheet": sheet, "tokens": list(pictures), "label": label}, on_removed_change=remove)

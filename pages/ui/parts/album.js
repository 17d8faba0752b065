export default function({parentElement, data, setTriggerValue}) {
  const album = parentElement.querySelector('.album'), {sheet, tokens, label, remove} = data, last = tokens.length - 1;
  album.setAttribute('aria-label', label);
  album.replaceChildren(...tokens.map((token, k) => {
    const button = Object.assign(document.createElement('button'), {type: 'button', title: remove.replace('{number}', k + 1)});
    button.onclick = () => { button.disabled = true; setTriggerValue('removed', token); };
    button.setAttribute('aria-label', button.title);
    Object.assign(button.style, {backgroundImage: `url(${sheet})`, backgroundSize: `100% ${tokens.length * 100}%`,
      backgroundPosition: `0 ${last ? 100 * k / last : 0}%`});
    return button;
  }));
}

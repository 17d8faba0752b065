export default function({parentElement, data}) {
  const root = parentElement.querySelector('.wipe'), slider = root.querySelector('input');
  const [before, after] = ['before', 'after'].map((part) => root.querySelector(`.${part}`));
  if (before.getAttribute('src') !== data.before) before.src = data.before;
  if (after.getAttribute('src') !== data.after) after.src = data.after;
  before.alt = data.alt;
  slider.setAttribute('aria-label', data.words.wipe);
  root.querySelectorAll('.names span').forEach((span, k) => { span.textContent = data.names[k]; });
  const show = () => {  // what lies left of the line is from before, right of it from after
    root.style.setProperty('--at', `${slider.value}%`);
    slider.setAttribute('aria-valuetext', data.words.at.replace('{share}', slider.value));
  };
  slider.oninput = show;
  show();
}

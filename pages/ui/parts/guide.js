// Points at one thing of the page after the other. Nothing is covered but the corner in which it speaks.
export default function({parentElement, data}) {
  const one = (name) => parentElement.querySelector(`.${name}`);
  const [call, ring, says, text, place, back, on, close] = ['call', 'ring', 'says', 'text', 'place', 'back', 'on', 'close'].map(one);
  call.textContent = '?';
  call.title = data.words.call;
  call.setAttribute('aria-label', data.words.call);
  says.setAttribute('aria-label', data.words.call);
  close.textContent = data.words.close;
  back.textContent = data.words.back;
  const gently = matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth';
  let stops = [], now = -1;

  const draw = () => {
    if (now < 0) return;
    const box = stops[now].target.getBoundingClientRect();
    Object.assign(ring.style, {left: `${box.left - 4}px`, top: `${box.top - 4}px`, width: `${box.width + 2}px`,
      height: `${box.height + 2}px`});
  };
  const end = () => {
    now = -1;
    ring.hidden = says.hidden = true;
    call.focus();
  };
  const go = (step) => {
    if (step >= stops.length) return end();
    now = Math.max(0, step);
    ring.hidden = says.hidden = false;
    stops[now].target.scrollIntoView({block: 'center', behavior: gently});
    text.textContent = stops[now].text;
    place.textContent = `${now + 1} / ${stops.length}`;
    back.disabled = now === 0;
    on.textContent = now + 1 < stops.length ? data.words.on : data.words.end;
    draw();
    says.focus({preventScroll: true});
  };
  call.onclick = () => {
    stops = data.stops.map(([selector, said]) => ({text: said, target: document.querySelector(selector)}))
      .filter(({target}) => target && target.checkVisibility());
    if (now < 0) go(0); else end();
  };
  back.onclick = () => go(now - 1);
  on.onclick = () => go(now + 1);
  close.onclick = end;
  const keys = (event) => {
    if (now < 0 || event.key !== 'Escape') return;
    event.preventDefault();
    end();
  };
  document.addEventListener('keydown', keys, true);
  addEventListener('resize', draw);
  document.addEventListener('scroll', draw, {capture: true, passive: true});
  return () => {
    document.removeEventListener('keydown', keys, true);
    removeEventListener('resize', draw);
    document.removeEventListener('scroll', draw, {capture: true});
  };
}

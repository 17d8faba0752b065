export default function() {
  // One listener a call: the last call's clean-up is not to take away the next one's.
  // oxlint-disable-next-line unicorn/consistent-function-scoping
  const hover = (event) => {
    const plot = event.target.closest && event.target.closest('.js-plotly-plot');
    const touch = event.touches[0], drag = plot && plot.querySelector('.nsewdrag');
    if (touch && drag) drag.dispatchEvent(new MouseEvent('mousemove',
      {bubbles: true, clientX: touch.clientX, clientY: touch.clientY, view: window}));
  };
  document.addEventListener('touchstart', hover, {capture: true, passive: true});
  return () => document.removeEventListener('touchstart', hover, {capture: true});
}

const TWICE = 400, NEAR = 24;  // milliseconds and pixels within which two taps are one: children tap twice

const plotted = (event) => event.target.closest && event.target.closest('.js-plotly-plot');

export default function() {
  let last = {time: -TWICE}, muted = 0;
  // One listener a call: the last call's clean-up is not to take away the next one's.
  const touched = (event) => {
    const plot = plotted(event), touch = event.touches[0], drag = plot && plot.querySelector('.nsewdrag');
    if (!touch || !drag) return;
    const {clientX, clientY} = touch, time = event.timeStamp;
    const again = time - last.time < TWICE && Math.hypot(clientX - last.clientX, clientY - last.clientY) < NEAR;
    last = {time, clientX, clientY};
    if (again) {
      muted = time + 2 * TWICE;  // the mouse's events that a browser makes of a tap, too
      event.stopImmediatePropagation();
      return;
    }
    drag.dispatchEvent(new MouseEvent('mousemove', {bubbles: true, clientX, clientY, view: window}));
  };
  const pressed = (event) => {  // a second click would take the choice back
    if (plotted(event) && (event.detail > 1 || event.timeStamp < muted)) event.stopImmediatePropagation();
  };
  document.addEventListener('touchstart', touched, {capture: true, passive: true});
  document.addEventListener('mousedown', pressed, {capture: true});
  return () => {
    document.removeEventListener('touchstart', touched, {capture: true});
    document.removeEventListener('mousedown', pressed, {capture: true});
  };
}

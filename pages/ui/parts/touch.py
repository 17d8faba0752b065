"""Plotly takes a clicked point from the last hover, and a finger does not hover: so a touch moves the mouse first."""
import streamlit as st

TOUCH = """
export default function() {
  const hover = (event) => {
    const plot = event.target.closest && event.target.closest('.js-plotly-plot');
    const touch = event.touches[0], drag = plot && plot.querySelector('.nsewdrag');
    if (touch && drag) drag.dispatchEvent(new MouseEvent('mousemove',
      {bubbles: true, clientX: touch.clientX, clientY: touch.clientY, view: window}));
  };
  document.addEventListener('touchstart', hover, {capture: true, passive: true});
  return () => document.removeEventListener('touchstart', hover, {capture: true});
}"""

_touch = st.components.v2.component("touch_on_plots", js=TOUCH)


def touch() -> None:
    """Make the plots of this page answer to taps. Once on a page."""
    _touch(key="touch")

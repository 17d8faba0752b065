"""Plotly takes a clicked point from the last hover, and a finger does not hover: so a touch moves the mouse first."""
from .component import component

_touch = component("touch_on_plots", "touch")


def touch() -> None:
    """Make the plots of this page answer to taps. Once on a page."""
    _touch(key="touch")

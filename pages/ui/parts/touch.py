"""Fingers and quick hands on plots.

Plotly takes a clicked point from the last hover, and a finger does not hover: so a touch moves the mouse first. And it
takes the second of two quick clicks for a click that takes the first one back: so that counts for nothing.
"""
from .component import component

_touch = component("touch_on_plots", "touch")


def touch() -> None:
    """Make the plots of this page answer to taps and to double clicks. Once on a page."""
    _touch(key="touch")

"""A guide who shows a visitor around a page: points at one thing after the other, and says what it is for."""
from collections.abc import Mapping, Sequence

from .component import component

_guide = component("guide", "guide")


def guide(stops: Sequence[tuple[str, str]], words: Mapping[str, str]) -> None:
    """A button that is always in view, and calls the guide. `stops` are what is pointed at (a CSS selector; what is not
    there is left out) and what is said there; `words` are the buttons' "call", "on", "end", "back" and "close"."""
    _guide(key="around", data={"stops": [list(stop) for stop in stops], "words": dict(words)})

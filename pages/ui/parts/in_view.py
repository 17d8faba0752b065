"""What a tap has brought about is in view, wherever the page was scrolled to before."""
from .component import component

_in_view = component("in_view", "in_view")


def in_view(stage: str) -> None:
    """Scroll to the top when the page comes to another stage than the one seen before, by its name."""
    _in_view(key="keeper of the view", data={"stage": stage})

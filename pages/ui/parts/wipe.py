"""Two pictures in one place, before and after: a slider wipes from the one to the other, in the browser."""
from .component import component

_wipe = component("wipe", "wipe")


def wipe(key: str, before: str, after: str, *, names: tuple[str, str], alt: str) -> None:
    """Two pictures of one size, data URIs, with their names; `alt` says what both show."""
    _wipe(key=key, data={"before": before, "after": after, "names": list(names), "alt": alt})

"""Two pictures in one place, before and after: a slider wipes from the one to the other, in the browser."""
from ..language import _
from .component import component

_wipe = component("wipe", "wipe")


def wipe(key: str, before: str, after: str, *, names: tuple[str, str], alt: str) -> None:
    """Two pictures of one size, data URIs, with their names; `alt` says what both show."""
    _wipe(key=key, data={"before": before, "after": after, "names": list(names), "alt": alt, "words": words(names)})


def words(names: tuple[str, str]) -> dict[str, str]:
    """What the slider is called, and where it stands, for those who do not see it; the browser fills in the `share`."""
    before, after = names
    return {"wipe": _("Wipe between {before} and {after}").format(before=before, after=after),
            "at": _("{share}% {before}, the rest {after}").format(share="{share}", before=before, after=after)}

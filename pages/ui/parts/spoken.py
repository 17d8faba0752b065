"""What has just come about, for those who hear the page: a screen reader reads it out when it changes."""
from .component import component

_spoken = component("spoken", "spoken")


def spoken(text: str) -> None:
    """Say this, once; always from the same place of a page, or nobody hears it."""
    _spoken(key="spoken", data={"text": text.replace("**", "")})

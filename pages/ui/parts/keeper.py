"""What a visitor's own browser keeps, and gives back after a reload: in its tab, or longer, until others come.

It comes from outside: whoever takes something back checks it as an uploaded file.
"""
from dataclasses import dataclass

from .component import component

LARGEST = 16_000_000  # letters of a text that is taken back; what is kept is far smaller
MOST = 4              # texts that a browser keeps beyond its tabs: the latest

_keeper = component("keeper", "keeper", f"const MOST = {MOST};")


@dataclass(frozen=True)
class Shelf:
    """A place in the browser: of one tab, where it survives reloads, or of the browser, until MOST others came."""

    name: str
    tab: bool = False


def found(shelf: Shelf) -> str | None:
    """What lies there, "" for nothing; None as long as the browser has not answered: then the page runs again."""
    key = f"keeper finds {shelf.name}"
    answer = _keeper(key=key, data={"find": True, "name": shelf.name, "tab": shelf.tab, "warns": False},
                     default={"answer": None}, on_answer_change=lambda: None).answer
    text = answer.get("text") if isinstance(answer, dict) and answer.get("name") == shelf.name else None
    return text if isinstance(text, str) and len(text) <= LARGEST else None if text is None else ""


def keep(shelf: Shelf, text: str, warns: bool = False) -> bool:
    """Lay something there, or take away what lies there ("" ). With `warns`, the browser asks before the page is left.
    Tells whether the browser refused."""
    answer = _keeper(key=f"keeper keeps {shelf.name}",
                     data={"text": text, "name": shelf.name, "tab": shelf.tab, "warns": warns},
                     default={"answer": None}, on_answer_change=lambda: None).answer
    return isinstance(answer, dict) and answer.get("refused") == shelf.name


def warn() -> None:
    """The browser asks before the page is left."""
    _keeper(key="keeper warns", data={"warns": True}, default={"answer": None}, on_answer_change=lambda: None)

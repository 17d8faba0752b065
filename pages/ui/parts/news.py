"""What runs a part of a page again as soon as a class's room has changed: the browser asks beside Streamlit
(pages/start/beside.py), so that as long as nothing happens nothing is drawn."""
from .component import component

_news = component("news", "news")


def news(code: str, version: int) -> None:
    """Run this fragment (or page) again when the room of this code is of another version. Nothing is seen of it."""
    _news(key="news", data={"code": code, "version": version}, on_heard_change=lambda: None)

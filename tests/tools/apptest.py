"""A page of the app as its script leaves it, without a browser. For tests."""
from pathlib import Path

from streamlit.testing.v1 import AppTest

APP = Path(__file__).resolve().parent.parent.parent / "app.py"


def opened(page: str = "app.py", **query: str) -> AppTest:
    """A page on a first visit with these query parameters; its script ended without an exception."""
    app = AppTest.from_file(str(APP), default_timeout=300).switch_page(page)
    for key, value in query.items():
        app.query_params[key] = value
    app.run()
    assert not app.exception
    return app

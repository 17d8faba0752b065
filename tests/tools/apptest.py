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


def asked(app: AppTest, key: str) -> list[str]:
    """What the page's address says of a setting; AppTest keeps it as a list or, for one value, as that."""
    value = app.query_params.get(key, [])
    return [value] if isinstance(value, str) else list(value)

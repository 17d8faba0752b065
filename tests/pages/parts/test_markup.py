"""Templates of HTML: what is filled in is text, and nothing may be missing."""
import pytest
from jinja2 import UndefinedError

from pages.ui.parts import pictures
from pages.ui.parts.markup import filled


def test_what_is_filled_in_is_text(tmp_path):
    (tmp_path / "a.html").write_text('<b title="{{ name }}">{{ name }}</b>')
    html = filled(tmp_path / "a.html", name="<i>'\"&")
    assert html == '<b title="&lt;i&gt;&#39;&#34;&amp;">&lt;i&gt;&#39;&#34;&amp;</b>'


def test_what_is_missing_is_an_error(tmp_path):
    (tmp_path / "a.html").write_text("{{ name }}")
    with pytest.raises(UndefinedError):
        filled(tmp_path / "a.html", nome="Anna")


def test_rows_of_pictures():
    """A short name beside its pictures, a longer one above them where it is narrow; a row without pictures: a head."""
    html = pictures.sheet([pictures.Row("4", "a <note>", "data:x", "four", "short"), pictures.Row("Then:", "", "", ""),
                           pictures.Row("", "", "data:y", "bare"), pictures.Row("long", "", "data:z", "", "short")])
    for part in ('class="row short"', '<div class="name">4<small>a &lt;note&gt;</small></div>',
                 '<img src="data:x" alt="four">', '<div class="then">Then:</div>', 'class="row bare"', 'class="row "'):
        assert html.count(part) == 1, part

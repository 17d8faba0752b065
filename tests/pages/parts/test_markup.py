"""Templates of HTML: what is filled in is text, and nothing may be missing."""
import pytest
from jinja2 import UndefinedError

from pages.ui.parts import pictures
from pages.ui.parts.markup import filled, label, literal


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


@pytest.mark.parametrize("text, said", [
    ("![p](http://h/x.png)", "!\\[p\\](http:\u2060//h/x.png)"), ("[c](www.h.com)", "\\[c\\](www\u2060.h.com)"),
    ("<img src=x>", "\\<img src=x>"), ("$x^2$", "\\$x^2\\$"), ("*a* _b_ `c` ~d~", "\\*a\\* \\_b\\_ \\`c\\` \\~d\\~"),
    (":red[r]", "\\:red\\[r\\]"), ("me@h.com", "me@\u2060h.com"), ("a -> b", "a -\u2060> b"), ("# 1", "\\# 1"),
    ("1. a", "1\\. a"), ("&amp;", "\\&amp;"), ("> a", "\\> a"), ("a\nb\ud800", "a b "), ("back\\", "back\\\\")])
def test_what_means_something_in_markdown_is_said_as_it_is(text, said):
    assert literal(text) == said


@pytest.mark.parametrize("text", ["4", "A", "-1 of 3"[1:], "a, b and c", "Up to t = 0.35 (of 3).",
                                  "\u304b", "\u0627\u0644",
                                  "\U0001f600", "e\u0301", "a|b", "12:30", "x.y", "it's 5%!"])
def test_what_means_nothing_stays_the_same(text):
    assert literal(text) == label(text) == text


def test_a_long_text_has_an_end_and_a_figure_reads_no_tags():
    assert len(literal("x" * 10**6)) < 3000
    assert label("<b>&") == "&lt;b&gt;&amp;" and label(7) == "7"

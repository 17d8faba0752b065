"""Short links: they lead to pages of this app, and are few."""
import pytest

from pages.class_room import Links, Refused, links


def test_a_view_has_one_code_that_leads_back_to_it():
    own = Links()
    code = own.shorten("transmute?target=9&room=BCDM")
    assert own.find(code) == own.find(code.lower()) == "transmute?target=9&room=BCDM"
    assert own.shorten("transmute?target=9&room=BCDM") == code != own.shorten("hybrids?a=4&b=9")
    assert [own.find(text) for text in ("", "ZZZ", "AAAA", "../..", "x" * 1000)] == [None] * 5


@pytest.mark.parametrize("view", [
    "http://evil.example/", "//evil.example", "javascript:alert(1)", "../../etc", "a/b", "?x=<script>", "?x=a b",
    "?x=\n", "?" + "x" * 2000, "?x=\r\nSet-Cookie: a=b", "TURN", "?a#b", None, 7, b"?x", "?é", "?x?y"])
def test_nothing_leads_elsewhere(view):
    with pytest.raises(Refused, match="a page of this app"):
        Links().shorten(view)


def test_links_have_an_end():
    time = [0.0]
    own = Links(lambda: time[0])
    first = own.shorten("?first")
    for k in range(links.MOST):
        own.shorten(f"?k={k}")
    assert len(own) == links.MOST and own.find(first) is None
    time[0] = links.LASTS + 1
    assert own.find(own.shorten("?k=0")) == "?k=0" and len(own) == 1

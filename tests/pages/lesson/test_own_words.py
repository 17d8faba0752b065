"""What one wrote in the lesson comes back from the browser; whatever else comes from there is nothing."""
import pytest

from pages.ui.lesson import own_words, steps


def test_words_come_back():
    assert own_words.read('{"kin": "alike", "trunk": ""}', steps.STATIONS) == {"kin": "alike", "trunk": ""}
    assert len(own_words.read('{"kin": "%s"}' % ("x" * 9000), steps.STATIONS)["kin"]) == own_words.MOST


@pytest.mark.parametrize("text", ["", "{", "[1]", '{"kin": 3}', '{"elsewhere": "a"}', "null", "[" * 5000, "\x00"])
def test_what_is_none_is_nothing(text):
    assert own_words.read(text, steps.STATIONS) == {}

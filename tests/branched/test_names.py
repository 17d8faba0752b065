"""Names of classes: as they are, however they are written."""
import pytest

from branched import BranchedError
from branched.names import listed, natural_order, one_of

LABELS = ("a, b", "e\u0301", "\u304b", "4", 'say "x"')


def test_numbers_come_by_value_before_words_and_no_number_is_too_long():
    assert sorted(["10", "b", "9", "a"], key=natural_order) == ["9", "10", "a", "b"]
    assert natural_order("1" * 5000) > natural_order("9")


def test_composed_and_decomposed_are_one_name():
    assert one_of(LABELS, "\u00e9", "it") == "e\u0301" and one_of(LABELS, "e\u0301", "it") == "e\u0301"
    with pytest.raises(BranchedError):
        one_of(("\u00e9x", "e\u0301"), "e", "it")


def test_names_with_commas_are_asked_for_alone_or_in_quotes():
    assert listed("a, b", LABELS) == ["a, b"] and listed("4,\u304b", LABELS) == ["4", "\u304b"]
    assert listed('"a, b", 4', LABELS) == ["a, b", "4"] and listed("", LABELS) == []


def test_a_refusal_is_short():
    with pytest.raises(BranchedError) as error:
        one_of([str(k) for k in range(10**4)], "x" * 10**5, "it")
    assert len(str(error.value)) < 700

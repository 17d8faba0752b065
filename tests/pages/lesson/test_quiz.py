"""The quiz: answers in the address, and the table that a teacher takes along."""
import csv
import io

import pytest

from pages.ui.lesson import quiz, steps


def test_there_are_six_questions_and_their_answers_are_not_all_in_one_place():
    assert len(quiz.QUIZ) == 6 and set(quiz.RIGHT) == set(quiz.LETTERS)


@pytest.mark.parametrize("text", ["abcabc", "------", "a-----", quiz.RIGHT])
def test_answers_are_read(text):
    assert quiz.checked(text) == text


@pytest.mark.parametrize("text", ["", "abc", "abcabca", "abcabd", "ABCABC", "=1+1()", "abcab\n", "<b>ab>", "------ "])
def test_what_is_none_is_refused(text):
    with pytest.raises(ValueError):
        quiz.checked(text)


def test_the_table_can_be_read_again():
    rows = [("mnist", "de", quiz.RIGHT, quiz.RIGHT), ("a, \"b\"", "en", "aaaaaa", quiz.NOTHING),
            ("=HYPERLINK(1)", "fr", quiz.NOTHING, "b-----")]
    first, second, third = csv.DictReader(io.StringIO(quiz.table(rows)))
    assert first["right_before"] == first["right_after"] == "6" and first["after_1"] == quiz.RIGHT[0]
    assert second["model"] == "a, \"b\"" and second["right_after"] == "" and second["after_1"] == ""
    assert second["right_before"] == str(quiz.RIGHT.count("a"))
    assert third["model"].startswith("'="), "no spreadsheet takes it for a formula"
    assert third["right_before"] == "" and third["right_after"] == str(int(quiz.RIGHT[0] == "b"))
    assert not {"name", "student", "ip", "time"} & set(first)


@pytest.mark.parametrize("whole", [steps.SHORT, steps.LONG])
def test_the_minutes_add_up(whole):
    assert sum(steps.minutes(step, whole) for step in steps.STEPS) == whole

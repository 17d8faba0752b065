"""Six questions, asked before the lesson and after it, and what a device has answered as a line of a table: no
names."""
import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from ..language import N_

LETTERS = "abc"
OPEN = "-"  # in place of a letter, where nothing is said yet


@dataclass(frozen=True)
class Item:
    """A question of the quiz, three answers, and the letter of the right one."""

    text: str
    answers: tuple[str, str, str]
    right: str


QUIZ = (
    Item(N_("What does the model begin a picture with?"),
         (N_("With a picture that it has stored"), N_("With pure noise"), N_("With the outline of what it will be")),
         "b"),
    Item(N_("When is it settled which digit or class a picture will be?"),
         (N_("On the way: earlier for those that are unlike others, later for alike ones"), N_("Before the first step"),
          N_("In the very last step, for all at once")), "a"),
    Item(N_("Why do some stay together longer than others?"),
         (N_("They were learnt one after the other"), N_("Their numbers or names are neighbours"),
          N_("Under noise they look much alike")), "c"),
    Item(N_("What is a hybrid at a branch point?"),
         (N_("Two pictures laid over each other"), N_("One noisy picture that can become the one or the other"),
          N_("A picture that the model got wrong")), "b"),
    Item(N_("A handwritten 4 is turned into a 9. What of the 4 is still there?"),
         (N_("Its slant and its stroke"), N_("Nothing: a new 9 is drawn"), N_("Every dot of it")), "a"),
    Item(N_("A classifier reads 99 of 100 pictures as what was asked for. What does that tell?"),
         (N_("The model understands what it draws"), N_("One picture of 100 is certainly bad"),
          N_("How often the two agree; either of them may be wrong")), "c"),
)
RIGHT = "".join(item.right for item in QUIZ)
NOTHING = OPEN * len(QUIZ)


def checked(text: str) -> str:
    """Answers as an address has them: a letter or "-" for each question. Raises ValueError where they are none."""
    if len(text) != len(QUIZ) or set(text) - set(LETTERS + OPEN):
        raise ValueError
    return text


def right(said: str) -> int:
    """How many answers are right."""
    return sum(one == item.right for one, item in zip(said, QUIZ, strict=True))


def columns() -> list[str]:
    """The head of the table."""
    numbers = range(1, len(QUIZ) + 1)
    return ["model", "language", *(f"before_{k}" for k in numbers), *(f"after_{k}" for k in numbers),
            "right_before", "right_after"]


def table(rows: Sequence[tuple[str, str, str, str]]) -> str:
    """Rows (model, language, answers before, answers after) as CSV, with a head. What was not answered is empty, and so
    is the count where nothing was."""
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\r\n")  # RFC 4180
    writer.writerow(columns())
    for model, language, before, after in rows:
        writer.writerow([_plain(model), language, *_cells(before), *_cells(after), _count(before), _count(after)])
    return target.getvalue()


def _cells(said: str) -> list[str]:
    return ["" if letter == OPEN else letter for letter in said]


def _count(said: str) -> int | str:
    return "" if said == NOTHING else right(said)


def _plain(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text

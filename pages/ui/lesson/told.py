"""The page of the lesson in words."""
from collections.abc import Mapping, Sequence

import numpy as np

from branched import BranchedModel, Outline

from ..frame import words
from ..language import N_, _, decimal, percent
from ..parts.markup import literal
from ..questions import Question
from . import steps

TITLE = N_("A lesson: out of noise, a picture")
INTRODUCTION = N_("Six stations. At each one you **say first what you expect**, and then the model shows it. Try it, "
                  "look, and put it into your own words. You can leave for any page and come back: the lesson waits "
                  "where you were, and its address brings you there again.")
PRIVATE = N_("No names, no accounts. Your answers are in the address of this page and nowhere else; your own words are "
             "in no address.")
EXPLANATION = N_("""
This page leads through the whole app: what the model does with noise, why it has a tree, what is between two classes,
what of a picture is kept, and what it can and cannot do. All questions, answers, numbers and pictures are read from
the model that is loaded, so another model asks and answers differently.

**For teachers:** the switch *Teacher's version* shows answers, timing, and what students usually think. *Worksheet* has
two pages to print, or to edit, with a sheet of solutions.
""")
RIGHT, NOT_QUITE = N_("**Yes.** {reason}"), N_("**Not this time.** Right is: **{answer}**. {reason}")
TRY = N_("**Try.** This opens another page. Come back by *More → Lesson*, or by your browser's *Back*.")


def question_of(questions: Sequence[Question], key: str) -> Question | None:
    """The question of a station, if it can be asked."""
    return next((question for question in questions if question.key == key), None)


def outcome(question: Question, said: str) -> str:
    """What came of a guess."""
    if question.is_right(said):
        return _(RIGHT).format(reason=question.reason)
    return _(NOT_QUITE).format(answer=answer(question), reason=question.reason)


def answer(question: Question) -> str:
    """The right answer, or all of them."""
    return either(question.options[key] for key in question.answers)


def either(names) -> str:
    """1 / 1 or 2 / 1, 2 or 3."""
    names = list(names)
    if len(names) < 2:
        return "".join(names)
    return _("{others} or {last}").format(others=", ".join(names[:-1]), last=names[-1])


def time_of(step: str, whole: int) -> str:
    """How long a step takes."""
    return _("{count} min").format(count=decimal(steps.minutes(step, whole)))


def points(outline: Outline) -> list[str]:
    """The tree as a list, from noise to picture: who parts at each branch point."""
    said = []
    for point in outline.points:
        sides = "; ".join(words.listed(map(literal, child.groups)) for child in outline.children(point))
        said.append(_("{time}: here part {sides}").format(time=words.at(point.low), sides=sides))
    return said


def hybrids_alt(a: str, b: str, time: float, read: Sequence[str]) -> str:
    """Hybrids for those who do not see them: what each looks like, as far as a judge can tell."""
    one = _("hybrid of {a} and {b} at {time}").format(a=a, b=b, time=words.at(time))
    if not read:
        return one
    return "; ".join(_("{hybrid}, mostly {label}").format(hybrid=one, label=label) for label in read)


def kept(slants: np.ndarray, after: np.ndarray) -> str:
    """How far three pictures of strokes lean, before and after, in degrees; "" where it cannot be measured."""
    if not (np.isfinite(slants).all() and np.isfinite(after).all()):
        return ""
    pairs = [_("from {before}° to {after}°").format(before=decimal(one), after=decimal(other))
             for one, other in zip(slants, after, strict=True)]
    return _("Measured slant, from left to right: {pairs}. A positive number leans to the right.").format(
        pairs=words.listed(pairs))


def judged(model: BranchedModel, accuracy: float | None) -> str:
    """How far those who read can be trusted."""
    made = model.facts.quality.generation
    if made is None or made.right is None or accuracy is None:
        return ""
    return _("The classifier itself reads {share} of real test pictures rightly. So of {wrong} that it did not read as "
             "asked, some may be its own mistakes.").format(
                 share=percent(accuracy, 1), wrong=percent(1 - made.right, 1))


def scores(before: int | None, after: int | None, count: int) -> str:
    """How many answers of the quiz were right, before and after."""
    said: Mapping[str, int | None] = {N_("Before the lesson: {right} of {count} right."): before,
                                      N_("After it: {right} of {count} right."): after}
    return " ".join(_(text).format(right=decimal(right), count=decimal(count)) for text, right in said.items()
                    if right is not None)

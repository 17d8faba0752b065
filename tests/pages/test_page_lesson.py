"""The lesson: what is committed to before it is shown, progress in the address, the worksheet."""
import io

import pytest
from apptest import asked, opened
from docx import Document

from pages.class_room import ROOMS
from pages.ui import questions
from pages.ui.lesson import quiz, steps
from pages.ui.serve import models

PAGE = "pages/lesson.py"


def text(app) -> str:
    """All that is read on the page."""
    return "\n".join(str(one.value) for kind in ("title", "header", "markdown", "warning", "caption")
                     for one in getattr(app, kind))


def question(key: str, name: str = "mnist-049"):
    return next(one for one in questions.of(models.shared(name)) if one.key == key)


def test_an_answer_is_committed_to_before_it_is_shown():
    app, kin = opened(PAGE, model="mnist-049", step="kin"), question("kin")
    assert kin.reason not in text(app) and not app.get("plotly_chart")
    app.button(key="commit").click().run()
    assert len(app.warning) == 1 and asked(app, "kin") == []
    wrong = next(key for key in kin.options if key not in kin.answers)
    app.get_by_key("_choice_kin").set_value(wrong).run()
    assert kin.reason not in text(app), "chosen is not committed"
    app.button(key="commit").click().run()
    assert not app.exception and asked(app, "kin") == [wrong]
    assert kin.reason in text(app) and "Not this time" in text(app) and len(app.get("plotly_chart")) == 1


@pytest.mark.parametrize("key", steps.STATIONS)
def test_a_link_brings_back_where_one_was(key):
    """Every station of a small model, answered rightly, by the address alone."""
    right = question(key)
    app = opened(PAGE, model="mnist-049", step=key, **{key: right.answers[0]})
    assert right.reason in text(app) and "**Yes.**" in text(app) and not app.warning
    assert asked(app, key) == [right.answers[0]] and asked(app, "step") == [key]
    app.button(key="forward").click().run()
    place = steps.STEPS[steps.STEPS.index(key) + 1]
    assert asked(app, "step") == [place] and asked(app, key) == [right.answers[0]]


@pytest.mark.parametrize(("key", "value"), [("step", "nowhere"), ("step", ""), ("kin", "7"), ("kin", "<script>"),
                                            ("trunk", "51"), ("before", "abc"), ("after", "x" * 4000),
                                            ("minutes", "21"), ("teacher", "yes"), ("fails", "\N{BELL}"),
                                            ("hybrid", "__class__")])
def test_a_hostile_address_is_a_sentence(key, value):
    app = opened(PAGE, model="mnist-049", **{key: value})
    assert len(app.warning) == 1 and asked(app, key) == []


def test_students_see_no_answers_and_the_teacher_does():
    right = question("fails")
    assert right.reason not in text(opened(PAGE, model="mnist-049", step="fails"))
    app = opened(PAGE, model="mnist-049", step="fails", teacher="1", minutes="45")
    assert right.reason in text(app) and "What students usually think" in text(app) and "6 min" in text(app)
    whole = text(opened(PAGE, model="mnist-049", teacher="1"))
    asked = questions.of(models.shared("mnist-049"))
    assert all(right.options[key] in whole for right in asked for key in right.answers)


def test_the_quiz_is_handed_in_once_and_compared():
    app = opened(PAGE, model="mnist-049", before="aaaaaa", step="end")
    for k, letter in enumerate(quiz.RIGHT):
        app.get_by_key(f"_quiz_after_{k}").set_value(letter)
    next(button for button in app.button if button.label == "Hand in").click().run()
    assert not app.exception and asked(app, "after") == [quiz.RIGHT] and asked(app, "before") == ["aaaaaa"]
    assert f"Before the lesson: {quiz.RIGHT.count('a')} of 6 right. After it: 6 of 6 right." in text(app)


def test_in_a_room_what_one_says_is_a_vote_that_is_seen_by_who_has_answered():
    ROOMS._opened.clear()
    room, kin = ROOMS.open(), question("kin")
    app = opened(PAGE, model="mnist-049", step="kin", room=room.code)
    [poll] = room.polls
    assert kin.key in poll and set(room.counts(poll)) == set(kin.options) and not sum(room.counts(poll).values())
    wrong = next(key for key in kin.options if key not in kin.answers)
    room.vote(poll, wrong, "another")
    assert "Your class so far" not in text(app.run())
    app.get_by_key("_choice_kin").set_value(kin.answers[0])
    app.button(key="commit").click().run()
    assert not app.exception and room.counts(poll) == {key: 1 for key in (wrong, *kin.answers)}
    assert "Your class so far" in text(app)


def test_anew_nothing_is_left():
    app = opened(PAGE, model="mnist-049", step="end", kin="4", before="aaaaaa", teacher="1")
    app.button(key="anew").click().run()
    assert not app.exception and {key: asked(app, key) for key in ("kin", "before", "step")} == {
        "kin": [], "before": [], "step": []} and asked(app, "teacher") == ["1"]


def test_a_model_of_a_table_says_so_and_leads_on():
    app = opened(PAGE, model="letters")
    assert "works with tables" in app.info[0].value and not app.title


def test_odd_models_are_taught_what_makes_sense_of_them(odd_models):
    """Three classes with evil names, of which a quarter was right."""
    for step in steps.STEPS:
        app = opened(PAGE, model="pets", step=step)
        assert not app.error and "<b>" not in text(app).replace("\\<b>", "")


def test_the_worksheet_has_the_models_questions_and_answers():
    app = opened(PAGE, model="mnist-049", step="sheet")
    [html] = [one.proto.body for one in app.get("html") if 'class="papers"' in one.proto.body]
    assert html.count("<section") == 3 and html.count("<h4") == 6 and html.count("<img") == 5
    assert "alt=\"\"" not in html
    kin = question("kin")
    assert kin.reason.split(",")[0][:20] in html


def test_the_document_opens_and_solves_what_it_asks():
    from pages.ui.lesson import document, sheet

    tasks = [sheet.Task(f"Task {k}", PNG, f"what {k} shows", "Which of **these**?", ("one", "two\\*"), "Why?",
                        f"answer {k}", "because \\[so\\]") for k in range(6)]
    paper = sheet.Paper("A title", "mnist", (tuple(tasks[:3]), tuple(tasks[3:])))
    doc = Document(io.BytesIO(document.document(paper)))
    lines = [line.text for line in doc.paragraphs]
    assert lines[0] == "A title" and len(doc.inline_shapes) == 6
    assert [shape._inline.docPr.get("descr") for shape in doc.inline_shapes] == [task.alt for task in tasks]
    assert sum(line == "☐ one     ☐ two*" for line in lines) == 6 and lines.count("because [so]") == 6
    assert sum(line.startswith("Task") or " · Task" in line for line in lines) == 12
    bold = [run.text for line in doc.paragraphs for run in line.runs if run.bold]
    assert bold.count("these") == 6 and [f"answer {k}" for k in range(6)] == [text for text in bold if "answer" in text]


def _png() -> bytes:
    from PIL import Image

    file = io.BytesIO()
    Image.new("RGB", (40, 8)).save(file, "PNG")
    return file.getvalue()


PNG = _png()

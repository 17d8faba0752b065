"""Questions about a model: their answers are what the tree says, whatever the tree."""
from types import SimpleNamespace

import pytest

from branched import ClassTree
from branched.facts import Facts
from pages.ui import questions
from pages.ui.questions import of_model, of_tree

TREES = {
    "two": ClassTree.from_merges("49", [(0.3, "49")]),
    "pairs": ClassTree.from_merges("0123", [(0.2, "01"), (0.4, "23"), (0.7, "0123")]),
    "triple": ClassTree.from_merges("3589", [(0.4, "358"), (0.6, "3589")]),
    "star": ClassTree.from_merges("abc", [(0.5, "abc")]),
    "flat": ClassTree.flat("0123"), "late": ClassTree.from_merges("ab*", [(0.02, "ab"), (0.08, "ab*")])}


def model(tree: ClassTree, right: float | None = None, kind: str = "images",
          family: str = "class tree") -> SimpleNamespace:
    facts = Facts.read({} if right is None else {"quality": {"generation": {"right class": right}}}, "images")
    return SimpleNamespace(tree=tree, labels=tree.labels, facts=facts, family=family, parameters=12345,
                           form=SimpleNamespace(kind=kind, shows=None))


def asked(tree: str, **of) -> dict:
    return {question.key: question for question in questions.of(model(TREES[tree], **of))}


def test_answers_are_among_the_options_and_keys_fit_into_an_address():
    for name in TREES:
        for question in asked(name, right=0.9).values():
            assert question.answers and set(question.answers) <= set(question.options), (name, question)
            assert question.text and question.reason and all(question.options.values())
            assert question.is_right(question.answers[0]) and not question.is_right(None)


@pytest.mark.parametrize(("tree", "share"), [("two", "50 90"), ("pairs", "25"), ("triple", "50"),
                                             ("star", "50"), ("flat", "0"), ("late", "90")])
def test_how_long_one_picture_serves_all(tree, share):
    """1 - 0.7 is nearest to a quarter; 1 - 0.3 is as near to half as to nine tenths, and so both are right."""
    assert asked(tree)["trunk"].answers == tuple(share.split())


def test_the_time_in_the_reason_is_the_trees():
    assert "t\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}0.70" in asked("pairs")["trunk"].reason
    assert "30%" in asked("pairs")["trunk"].reason


@pytest.mark.parametrize(("tree", "subject", "near"), [("pairs", "3", ("2",)), ("triple", "3", ("5", "8")),
                                                       ("late", "a", ("b",))])
def test_who_stays_together_longest(tree, subject, near):
    assert of_tree.subject(TREES[tree]) == subject and asked(tree)["kin"].answers == near
    assert set(asked(tree)["kin"].options) == set(TREES[tree].labels) - {subject}


@pytest.mark.parametrize("tree", ["two", "star", "flat"])
def test_who_stays_together_longest_is_not_asked_where_all_do(tree):
    assert "kin" not in asked(tree)
    assert any("stay together longest" in sentence for sentence in questions.unasked(model(TREES[tree])))


def test_what_can_become_of_a_hybrid():
    assert set(asked("two")["hybrid"].options) == {"a", "b", "either"}, "no other class is left over"
    assert set(asked("triple")["hybrid"].options) == {"a", "b", "either", "any"}
    assert "3, 5 and 8" in asked("triple")["hybrid"].options["either"] and "hybrid" not in asked("flat")


@pytest.mark.parametrize(("right", "answer"), [(1.0, "1000"), (0.999, "990"), (0.994, "990"), (0.9843, "990"),
                                               (0.93, "900"), (0.5, "400"), (0.0, "400")])
def test_how_often_it_fails_is_what_was_measured(right, answer):
    question = asked("pairs", right=right)["fails"]
    assert question.answers == (answer,) and f"{1000 * right:,.0f}" in question.reason


def test_what_nobody_measured_is_not_asked():
    assert "fails" not in asked("pairs") and any("nobody has measured" in said
                                                 for said in questions.unasked(model(TREES["pairs"])))


def test_the_order_of_three_is_one_and_the_answer_says_where_the_first_is():
    for a, b in (("4", "9"), ("0", "1"), ("a", "b*"), ("3", "5")):
        places = of_model.order(a, b)
        assert sorted(places) == [0, 1, 2] and places == of_model.order(a, b)
    tree = TREES["pairs"]
    question, places = of_model.style(model(tree)), of_model.order(*of_model.pair(tree))
    assert places[int(question.answers[0]) - 1] == 0


@pytest.mark.parametrize("other", [{"kind": "rows"}, {"family": "label"}, {"family": "cluster tree"}])
def test_other_models_are_not_asked_and_one_sentence_says_why(other):
    assert questions.of(model(TREES["pairs"], **other)) == []
    assert len(questions.unasked(model(TREES["pairs"], **other))) == 1


def test_names_from_a_file_are_text():
    """A class may be called anything: nothing of it becomes a link or a picture."""
    tree = ClassTree.from_merges(["**x**", "![](http://a.b)", "{0}"], [(0.3, ("**x**", "{0}")),
                                                                       (0.6, ("**x**", "![](http://a.b)", "{0}"))])
    told = SimpleNamespace(**vars(model(tree)))
    for question in questions.of(told):
        assert "![](http" not in question.text + question.reason + "".join(question.options.values())

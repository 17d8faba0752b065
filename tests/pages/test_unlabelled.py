"""A class tree whose classes are clusters, on all pages: nothing is said of it that is true of named classes alone."""
import numpy as np
import pytest
from apptest import opened

from branched import BranchedModel, ClassTree, of_tree
from pages.ui.about import told as about
from pages.ui.teach import controls as teach
from pages.ui.transmute import work as transmute
from pages.ui.tree import told as tree

NAME = "unlabelled"


@pytest.fixture
def unlabelled(model, monkeypatch, tmp_path) -> BranchedModel:
    """Like one of digits, but its classes are A to E."""
    letters = dict(zip(model.labels, "ABCDE", strict=True))

    def renamed(part):
        if isinstance(part, dict):
            return {key: letters[value] if key == "class" else renamed(value) for key, value in part.items()}
        return [renamed(item) for item in part] if isinstance(part, list) else part

    roots = renamed(model.tree.to_json()["roots"])
    curves = {"times": np.linspace(0.1, 1, 10, dtype=np.float32), "similarity": np.ones((10, 5, 5), np.float32),
              "means": np.random.default_rng(0).random((10, 5, 64)).astype(np.float16)}
    facts = {"data": {"name": "mnist"}, "training": {"steps": 3, "clusters": "mnist-clusters", "trunk": "told-nothing"}}
    made = BranchedModel(model.denoise.network, ClassTree.from_json({"labels": [*"ABCDE"], "roots": roots}), facts,
                         curves)
    made.save(tmp_path / f"{NAME}.safetensors")
    monkeypatch.setenv("BRANCHED_MODELS", str(tmp_path))
    return made


def said(app) -> str:
    return " ".join(element.value for kind in (app.markdown, app.caption, app.info, app.html, app.subheader)
                    for element in kind if isinstance(element.value, str))


def test_the_tree_tells_what_its_letters_are(unlabelled, model):
    assert "A to E are groups of like ones" in tree.introduction(unlabelled)
    assert "groups" not in tree.introduction(model) and "five digits" in tree.introduction(model)
    assert "without its labels" in of_tree.training(unlabelled.facts)


def test_about_tells_how_it_was_made(unlabelled, model):
    rows = dict(about.story(unlabelled, NAME))
    assert "mnist-clusters" in rows["Classes"] and "told-nothing" in rows["Began as"]
    assert not {"Classes", "Began as"} & dict(about.story(model, "usual")).keys()
    form = about.form_of(unlabelled)
    assert "found without labels" in form.fails(unlabelled, "A") and "without labels" not in form.fails(model, "0")


def test_figures_of_it_are_explained(unlabelled, model):
    assert "groups without names" in about.measuring(unlabelled, {})
    assert "groups without names" not in about.measuring(model, {})


def test_the_gallery_is_there_for_a_model_that_learnt_from_digits_without_their_names(unlabelled, model):
    assert transmute.digits(unlabelled) == list("0123456789") and transmute.digits(model) == list("01479")
    other = BranchedModel(model.denoise.network, unlabelled.tree,
                          {"data": {"name": "pets"}, "training": {"clusters": "groups"}}, {})
    assert transmute.digits(other) == []


def test_nobody_can_tell_which_digits_it_has_not_seen(unlabelled):
    assert teach.missing(unlabelled) == [] and "digit" not in teach.kinds(unlabelled)


@pytest.mark.parametrize("page, pickers", [("pages/generate.py", ["labels"]), ("pages/hybrids.py", ["one_a", "one_b"]),
                                           ("pages/transmute.py", ["it is", "into"])])
def test_where_a_class_is_picked_its_mean_picture_is_seen(unlabelled, page, pickers):
    app = opened(page, model=NAME)
    groups = {group.key: group for group in app.button_group}
    for key in pickers:
        options = [option.content for option in groups[key].proto.options]
        assert [text.split(" ![](data:image/png;base64,")[0] for text in options if text != "all"] == list("ABCDE")
        assert all(text.endswith(")") for text in options if text != "all")


def test_the_pair_that_is_compared_is_seen(unlabelled):
    app = opened("pages/discovery.py", model=NAME, a="A", b="D")
    assert any(text.value.startswith("A ![](") and " and D ![](" in text.value for text in app.markdown)


def test_a_link_names_classes_by_their_names(unlabelled):
    app = opened("pages/generate.py", model=NAME, labels="B,D", n="1")
    assert app.session_state.labels == ["B", "D"] and not app.warning


@pytest.mark.parametrize("page", ["app.py", "pages/teach.py", "pages/about.py"])
def test_other_pages_show_it(unlabelled, page):
    assert not opened(page, model=NAME).error


def test_no_classifier_is_spoken_of_that_does_not_know_its_classes(unlabelled):
    assert "classifier" not in said(opened("pages/hybrids.py", model=NAME))
    assert "independent classifier" not in said(opened("pages/transmute.py", model=NAME))

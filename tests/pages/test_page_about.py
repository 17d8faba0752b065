"""About the model: what a file tells, whatever it tells; and changing from one model to another, on every page."""

import numpy as np
import pytest
from apptest import asked, opened
from streamlit.testing.v1 import AppTest

import branched
from branched import BranchedModel
from pages.ui.about import facts
from pages.ui.frame import shell

PAGE = "pages/about.py"
ODD = [{}, {"data": None, "training": 3, "discovery": [], "versions": "x", "quality": "good"},
       {"data": {"name": 7, "images": "many"}, "training": {"steps": None, "seconds": float("nan"), "device": {}},
        "quality": {"generation": [], "protocol": 1, "transmutation, stochastic": {"right class per pair": 5}}},
       {"quality": {"generation": {"right class": "high", "precision, recall": [1], "density, coverage": [None, 2],
                                   "right class per class": {"4": "x", "9": True}},
                    "transmutation, deterministic": {"slant kept": [], "worst pair": 4, "right class": float("inf")}}}]


@pytest.fixture(scope="module")
def shipped():
    return branched.load("mnist")


def text(app: AppTest) -> str:
    assert not app.exception
    return "\n".join([*(part.value for part in app.markdown), *(part.proto.body for part in app.get("html"))])


# -- what a file tells -------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("odd", ODD, ids=str)
def test_a_file_need_not_tell_anything_that_makes_sense(model, odd):
    fresh = BranchedModel(model.denoise.network, model.tree, odd, {})
    rows = dict(facts.story(fresh, "odd"))
    assert rows["Name"] == "odd" and rows["Tree"] == "8 branches, 3 branch points"
    assert facts.quality(odd, None) == {} and facts.protocol(odd) == ""
    assert facts.per_class(odd, model.labels, False) is None
    assert all(facts.per_pair(odd, way, model.labels) is None for way in facts.WAYS)


def test_the_shipped_model_tells_everything(shipped):
    rows, quality = dict(facts.story(shipped, "mnist")), facts.quality(shipped.facts.stored, 0.9962)
    assert rows["Trained on"] == "MNIST, 60,000 pictures" and f"{shipped.parameters:,}" in rows["Size"]
    assert set(quality) == {"generation", "stochastic", "deterministic", "classification"}
    first = quality["generation"][0]
    assert first.name == "Right class" and first.here.endswith("%") and first.real == "99.6%" and first.published
    own = shipped.facts.stored["quality"]["generation"]
    assert f"{own['pixel Frechet']:.1f}" in [row.here for row in quality["generation"]]
    assert all(row.meaning and row.here for rows in quality.values() for row in rows)


def test_published_figures_stand_beside_mnist_alone(shipped):
    for data in ({"name": "fashion"}, {"name": ["mnist"]}, None, {}):
        told = facts.quality({**shipped.facts.stored, "data": data}, None)
        assert told.keys() == {"generation", "stochastic", "deterministic", "classification"}
        assert not any(row.published for rows in told.values() for row in rows)
        assert "Published" not in facts.quality_table(told["generation"])


def test_each_cell_of_the_matrix_is_its_pair(shipped):
    own = shipped.facts.stored["quality"]["transmutation, stochastic"]["right class per pair"]
    shares = facts.per_pair(shipped.facts.stored, "stochastic", shipped.labels)
    assert shares.shape == (10, 10) and np.isnan(shares.diagonal()).all()
    assert shares[9, 4] == own["9>4"] and shares[4, 9] == own["4>9"]
    drawn = facts.matrix(shares, shipped.labels, dark=True).data[0]
    assert drawn.y[9] == "9" and drawn.x[4] == "4" and drawn.z[9][4] == pytest.approx(100 * own["9>4"])
    worst = facts.per_class(shipped.facts.stored, shipped.labels, False).data[0]
    assert list(worst.x) == list(shipped.labels)


def test_what_a_file_says_is_never_markup():
    table = facts.pairs_table([("Name", "<script>"), ("<b>", "x")])
    assert "<script>" not in table and "<b>" not in table
    rows = [facts.Figure("<i>", "<u>", "<s>", '"><img src=x>')]
    assert not any(tag in facts.quality_table(rows) for tag in ("<i>", "<u>", "<s>", "<img"))


def test_a_judge_that_cannot_be_read_is_no_ceiling(shipped, tmp_path, monkeypatch):
    assert 0.99 < facts.ceiling(shell.judge("shipped, in a test", shipped)) <= 1
    monkeypatch.setattr(branched.checkpoint, "SHIPPED", tmp_path)
    (tmp_path / "judge-mnist.safetensors").write_bytes(b"damaged")
    assert facts.ceiling(shell.judge("damaged, in a test", shipped)) is None


# -- the script --------------------------------------------------------------------------------------------------------

def test_the_page_tells_of_the_shipped_model():
    app = opened(PAGE)
    assert app.selectbox[0].value == "mnist" and "2212.10777" in text(app) and "When this fails" in [
        head.value for head in app.subheader]
    assert {chart.key for chart in app.get("plotly_chart")} == {"matrix", "classes"}
    assert opened(PAGE, way="deterministic").get_by_key("way").value == "deterministic"
    assert opened(PAGE, way="magic").warning


def test_own_models_are_offered_and_chosen(odd_models):
    app = opened(PAGE)
    assert set(app.selectbox[0].options) == {"cut short", "pets", *branched.models()} >= {"mnist", "mnist-049"}
    app.selectbox[0].select("pets").run()
    assert "cat, d&lt;b&gt;og, 4" in text(app) and asked(app, "model") == ["pets"]
    assert "<script>" not in text(app) and "<img src=x>" not in text(app) and "2212.10777" not in text(app)
    assert "25.0%" in text(app) and {chart.key for chart in app.get("plotly_chart")} == {"classes"}
    links = app.get("page_link")
    assert len(links) == len(shell.PAGES) and all("pets" in str(link.proto) for link in links)


def test_a_damaged_model_is_told_of_and_others_stay_in_reach(odd_models):
    app = opened(PAGE)
    app.selectbox[0].select("cut short").run()
    assert not app.exception and "could not be loaded" in app.error[0].value
    assert app.selectbox[0].value == "cut short"
    labels = [link.proto.label for link in app.get("page_link")]
    assert "Open the model mnist" in labels and "Open the model pets" in labels
    app.selectbox[0].select("mnist").run()
    assert not app.error and "2212.10777" in text(app)


@pytest.mark.parametrize("asked", ["../mnist", "/etc/passwd", "no such", "judge-mnist", "", "mnist.safetensors"])
def test_no_path_and_no_other_file_is_opened(odd_models, asked):
    app = opened(PAGE, model=asked)
    assert not app.exception and app.selectbox[0].value == "mnist" and len(app.warning) == 1


# -- from one model to another -----------------------------------------------------------------------------------------

SETTINGS = {"node": "3", "a": "3", "b": "5", "source": "4", "target": "9", "classes": "3,5", "time": "0.3",
            "eps": "0.01"}


@pytest.mark.parametrize("page", shell.PAGES)
def test_every_page_goes_from_one_model_to_another_and_back(odd_models, page):
    """With all that was chosen for the one, none of which the other knows; and what was chosen is kept for each."""
    app = opened(page, **SETTINGS)
    assert not app.exception
    for name in ("pets", "mnist", "pets"):
        app.query_params.clear()
        if name != "mnist":
            app.query_params["model"] = name
        app.run()
        assert not app.exception and not app.error
        assert not any("not there" in warning.value for warning in app.warning), "nothing is asked of the other model"


def test_what_was_chosen_is_kept_for_each_model(odd_models):
    app = opened("app.py", node="3", seed="7")
    assert app.number_input[0].value == 7
    app.query_params.clear()
    app.query_params["model"] = "pets"
    app.run()
    assert not app.exception and app.number_input[0].value == 0
    del app.query_params["model"]
    app.run()
    assert app.number_input[0].value == 7 and app.selectbox[0].value == 3

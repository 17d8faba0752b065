"""About the model: what a file tells, whatever it tells; and changing from one model to another, on every page."""

import numpy as np
import pytest
from apptest import asked, opened
from streamlit.testing.v1 import AppTest

import branched
from branched import BranchedModel
from pages.ui.about import of_images, shown, told
from pages.ui.about.figure import Figure
from pages.ui.frame import shell
from pages.ui.frame.look import DARK, LIGHT

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

def telling(model: BranchedModel, facts: dict) -> BranchedModel:
    """The same model with other facts."""
    return BranchedModel(model.denoise.network, model.tree, facts, {}, model.form)


@pytest.mark.parametrize("odd", ODD, ids=range(len(ODD)))
def test_a_file_need_not_tell_anything_that_makes_sense(model, odd):
    fresh = telling(model, odd)
    rows = dict(told.story(fresh, "odd"))
    assert rows["Name"] == "odd" and rows["Tree"] == "8 branches, 3 branch points"
    assert told.quality(fresh) == {} and told.protocol(fresh) == ""
    assert shown.right_classes(fresh, LIGHT) is None and shown.distances(fresh, LIGHT) is None
    assert all(shown.per_pair(fresh, way) is None for way in told.WAYS)


def test_figures_that_are_no_numbers_are_not_shown(model):
    fresh = telling(model, {"training": {"seconds": float("nan")}, "quality": {
        "generation": {"right class": float("inf"), "right class per class": {"4": float("nan")}},
        "transmutation, deterministic": {"right class": float("nan"), "right class per pair": {"0>1": float("nan")}}}})
    assert "Training" not in dict(told.story(fresh, "odd"))
    assert told.quality(fresh) == {}
    assert shown.right_classes(fresh, LIGHT) is None and shown.per_pair(fresh, "deterministic") is None


def test_the_shipped_model_tells_everything(shipped):
    rows, quality = dict(told.story(shipped, "mnist")), told.quality(shipped)
    assert rows["Trained on"] == "MNIST, 60,000 pictures" and f"{shipped.parameters:,}" in rows["Size"]
    assert rows["Training"] == "14,000 steps, 128 pictures a step, 69 minutes, on 2 CPU cores"
    assert set(quality) == {"generation", "stochastic", "deterministic", "classification"}
    first = quality["generation"][0]
    assert first.name == "Right class" and first.here.endswith("%") and first.real == "99.6%" and first.published
    generation = shipped.facts.quality.generation
    assert f"{generation.pixel_frechet:.1f}" in [row.here for row in quality["generation"]]
    assert all(row.meaning and row.here for rows in quality.values() for row in rows)


def test_three_large_numbers_are_those_of_its_file(shipped, model):
    quality = shipped.facts.quality
    assert [value for value, _ in told.numbers(shipped)] == [
        f"{quality.generation.right:.1%}", f"{quality.stochastic.right:.1%}", f"{quality.generation.saved:.2f}×"]
    few = told.numbers(telling(model, {}))
    assert [value for value, _ in few] == [str(len(model.labels)), f"{model.parameters:,}"]
    assert shown.numbers(few).count("<dd>") == 2 and "<b>" not in shown.numbers([("<b>", "<b>")])


def test_published_figures_stand_beside_mnist_alone(shipped):
    for data in ({"name": "fashion"}, {"name": ["mnist"]}, None, {}):
        quality = told.quality(telling(shipped, {**shipped.facts.stored, "data": data}))
        assert quality.keys() == {"generation", "stochastic", "deterministic", "classification"}
        assert not any(row.published for rows in quality.values() for row in rows)
        assert "Published" not in shown.table(quality["generation"], "pictures")


def test_each_cell_of_the_matrix_is_its_pair(shipped):
    right = shipped.facts.quality.stochastic.right_of
    shares = shown.per_pair(shipped, "stochastic")
    assert shares.shape == (10, 10) and np.isnan(shares.diagonal()).all()
    assert shares[9, 4] == right["9>4"] and shares[4, 9] == right["4>9"]
    drawn = shown.matrix(shares, shipped.labels, DARK).data[0]
    assert drawn.y[9] == "9" and drawn.x[4] == "4" and drawn.z[9][4] == pytest.approx(100 * right["9>4"])
    worst = shown.right_classes(shipped, LIGHT).data[0]
    assert list(worst.x) == list(shipped.labels)


def test_what_a_file_says_is_never_markup():
    table = shown.story([("Name", "<script>"), ("<b>", "x")])
    assert "<script>" not in table and "<b>" not in table
    rows = [Figure("<i>", "<u>", "<s>", '"><img src=x>')]
    assert not any(tag in shown.table(rows, "<b>") for tag in ("<i>", "<u>", "<s>", "<img", "<b>"))


def test_a_column_in_which_nothing_stands_is_left_out():
    table = shown.table([Figure("a", "b", "1", published="2"), Figure("c", "d", "3")], "rows")
    assert "Published" in table and "Real rows" not in table and table.count('data-column="This model"') == 2


def test_a_judge_that_cannot_be_read_is_no_ceiling(shipped, tmp_path, monkeypatch):
    assert of_images.ceiling(shipped) == "99.6%"
    monkeypatch.setattr(branched.checkpoint, "SHIPPED", tmp_path)
    (tmp_path / "judge-mnist.safetensors").write_bytes(b"damaged")
    assert of_images.ceiling(shipped) == ""


def test_a_form_without_words_of_its_own_is_told_of(shipped, monkeypatch):
    """As a model of signals would be: what is measured of any form, and nothing about pictures."""
    monkeypatch.setattr(told, "FORMS", {})
    assert [row.name for row in told.quality(shipped)["generation"]] == ["Right class", "Work saved"]
    assert {"stochastic", "deterministic", "classification"} < told.quality(shipped).keys()
    assert "objects of each class" in told.measuring(shipped, told.quality(shipped))
    words = "\n".join([*dict(told.story(shipped, "x")).values(), told.form_of(shipped).fails(shipped, "4 and 9")])
    assert "picture" not in words and "pixel" not in words and "images of 28 × 28 numbers" in words


@pytest.mark.parametrize("name, kind, lessons", [("mnist", "images", "star (10 pictures), moon"),
                                                 ("letters", "rows", "star (10 rows), moon")])
def test_classes_that_were_taught_later_are_told_of(name, kind, lessons):
    added = [{"name": "star", "sibling": "4", "time": 0.3, kind: 10}, {"name": "moon", "sibling": "4", "time": 0.2}]
    assert dict(told.story(telling(branched.load(name), {"extensions": added}), name))["Taught later"] == lessons


# -- of a table --------------------------------------------------------------------------------------------------------

TOLD = {"data": {"name": "letters", "rows": 16000}, "quality": {
    "protocol": {"n": 1000, "transmuted": 100},
    "generation": {"Frechet": 1.31, "Frechet, as many rows of one Gaussian": 0.35, "Frechet, real halves": 0.4,
                   "right class": 0.931, "right class, worst": 0.81, "right class, real test rows": 0.962,
                   "close correlations": 0.87, "density, coverage": [0.8, 0.82],
                   "density, coverage, real halves": [0.9, 0.91], "evaluations, class by class over tree": 2.38,
                   "nearer to a training row than 5% of test rows": 0.031, "right class per class": {"A": 0.9},
                   "Frechet per class": {"A": 1.0, "B": 2.0}},
    "transmutation, stochastic": {"right class": 0.9, "worst pair": "A>B", "right class, worst pair": 0.5,
                                  "kept, nearest class": 0.55, "kept, random target": -0.001,
                                  "kept, wrong target": 0.3, "right class per pair": {"A>B": 0.5}},
    "classification": {"rows": 2000, "accuracy": 0.93, "evaluations of each row": 190}}}


@pytest.fixture(scope="module")
def letters():
    return branched.load("letters")


def test_a_table_tells_its_quality(letters):
    fresh = telling(letters, TOLD)
    quality = told.quality(fresh)
    made = {row.name: row for row in quality["generation"]}
    distance = made["Distance (Fréchet)"]
    assert (distance.here, distance.real, distance.published) == ("1.31", "0.40", "1.24") and "0.35" in distance.meaning
    assert made["Right class"].real == "96.2%" and made["Work saved"].published == "2.43×"
    assert made["Coverage"].here == "82.0%" and made["Coverage"].real == "91.0%" and made["Copied?"].here == "3.1%"
    kept = quality["stochastic"][-1]
    assert kept.here == "0.55" and "0.00 with any real row" in kept.meaning and "0.30 when" in kept.meaning
    assert "A into B" in quality["stochastic"][1].meaning and "2,000" in quality["classification"][0].meaning
    assert shown.distances(fresh, DARK).data[0].y == (1.0, 2.0)
    assert "1,000 rows of each class, 100 real test rows" in told.protocol(fresh)
    story = dict(told.story(fresh, "x"))
    assert story["Trained on"] == "LETTERS, 16,000 rows" and "rows of 16 numbers (x-box, " in story["Makes"]


@pytest.mark.parametrize("odd", [{}, {"quality": 3}, {"data": {"name": []}, "quality": {
    "generation": {"Frechet": "x", "density, coverage": [1], "Frechet per class": {"A": None}},
    "transmutation, stochastic": {"worst pair": 4, "kept, random target": "y"}, "classification": []}}], ids=str)
def test_odd_facts_of_a_table_are_nothing(letters, odd):
    fresh = telling(letters, odd)
    assert told.quality(fresh) == {} and shown.distances(fresh, LIGHT) is None


def test_about_a_table(tmp_path, monkeypatch, letters):
    monkeypatch.setenv("BRANCHED_MODELS", str(tmp_path))
    telling(letters, TOLD).save(tmp_path / "told.safetensors")
    for name in ("letters", "told"):
        app = opened(PAGE, model=name)
        words = text(app)
        assert "16 features" in words and "pixels" not in words and "Real pictures" not in words
    assert "Real rows" in words and "1.24" in words
    assert {chart.key for chart in app.get("plotly_chart")} == {"classes", "distances", "matrix"}


# -- the script --------------------------------------------------------------------------------------------------------

def test_the_page_tells_of_the_shipped_model():
    app = opened(PAGE)
    assert app.selectbox(key="chosen_model").value == "mnist" and "2212.10777" in text(app) and "When this fails" in [
        head.value for head in app.header]
    assert {chart.key for chart in app.get("plotly_chart")} == {"matrix", "classes"}
    assert opened(PAGE, way="deterministic").get_by_key("way").value == "deterministic"
    assert opened(PAGE, way="magic").warning


@pytest.mark.parametrize("name", ["mnist", "letters"])
def test_the_page_speaks_the_visitors_language(name, shipped):
    app = opened(PAGE, lang="de", model=name)
    words = text(app)
    for english in ("Right class", "asked for", "Real pictures", "learnt from", "turned into", "each class"):
        assert english not in words
    share = f"{100 * branched.load(name).facts.quality.generation.right:.1f}".replace(".", ",")
    assert f"<dd>{share}\N{NO-BREAK SPACE}%</dd>" in words and app.title[0].value == "Über das Modell"
    assert r"\text{jede Klasse einzeln}" in app.latex[0].value and "{,}" in app.latex[0].value


def test_own_models_are_offered_and_chosen(odd_models):
    app = opened(PAGE)
    known = {"cut short", "pets", *branched.models()}
    assert set(app.selectbox(key="chosen_model").options) == known >= {"mnist", "mnist-049"}
    app.selectbox(key="chosen_model").select("pets").run()
    assert "cat, d&lt;b&gt;og, 4" in text(app) and asked(app, "model") == ["pets"]
    assert "<script>" not in text(app) and "<img src=x>" not in text(app) and "2212.10777" not in text(app)
    assert "25.0%" in text(app) and {chart.key for chart in app.get("plotly_chart")} == {"classes"}
    links = app.get("page_link")
    assert len(links) == len(shell.PAGES) + 1 and all("pets" in str(link.proto) for link in links)


def test_a_damaged_model_is_told_of_and_others_stay_in_reach(odd_models):
    app = opened(PAGE)
    app.selectbox(key="chosen_model").select("cut short").run()
    assert not app.exception and "could not be loaded" in app.error[0].value
    assert app.selectbox(key="chosen_model").value == "cut short"
    labels = [link.proto.label for link in app.get("page_link")]
    assert "Open the model mnist" in labels and "Open the model pets" in labels
    app.selectbox(key="chosen_model").select("mnist").run()
    assert not app.error and "2212.10777" in text(app)


@pytest.mark.parametrize("asked", ["../mnist", "/etc/passwd", "no such", "judge-mnist", "", "mnist.safetensors"])
def test_no_path_and_no_other_file_is_opened(odd_models, asked):
    app = opened(PAGE, model=asked)
    assert not app.exception and app.selectbox(key="chosen_model").value == "mnist" and len(app.warning) == 1


# -- of another family -------------------------------------------------------------------------------------------------

class Heap:
    """A model of another family, which can be asked what every model can, and no more."""

    family, name, labels, form, parameters = "heap", "heap", ("one", "two"), branched.Images((1, 8, 6)), 1234
    facts = branched.Facts.read({"data": {"name": "mnist", "images": 50}}, "images")

    def outline(self) -> branched.Outline:
        root = branched.OutlineNode(2, None, self.labels, 0.75, 1.0, False)
        return branched.Outline(self.labels, (root, *(branched.OutlineNode(k, 2, (label,), 0.0, 0.75, True)
                                                      for k, label in enumerate(self.labels))))

    def sampling(self, labels=None, *, sampling=None):
        raise AssertionError("nothing is sampled for facts")

    def save(self, path):
        raise AssertionError("nothing is written")


@pytest.fixture
def heap(monkeypatch) -> Heap:
    """The app finds it among its models."""
    stored = branched.load
    known = Heap()
    monkeypatch.setattr(branched, "models", lambda: ("heap", "letters", "mnist"))
    monkeypatch.setattr(branched, "load", lambda name, **options: known if name == "heap" else stored(name, **options))
    return known


def test_about_a_model_of_another_family(heap):
    assert isinstance(heap, branched.Explorable)
    app = opened(PAGE, model="heap")
    words = text(app)
    assert not app.error and not app.info[1:] and app.selectbox(key="chosen_model").value == "heap"
    for fact in ("2 classes (one, two), 8 × 6 pixels, in grey", "MNIST, 50 pictures", "1,234 numbers learnt",
                 "3 branches, 1 branch points", "nothing but one and two"):
        assert fact in words
    assert r"\frac{2}{1.75} = 1.14" in app.latex[0].value


@pytest.mark.parametrize("page", [page for page, row in shell.PAGES.items()
                                  if row.family and page not in ("pages/table.py", "pages/clusters.py")])
def test_other_pages_have_nothing_to_show_of_another_family(heap, page):
    app = opened(page, model="heap")
    assert not app.error and "nothing to show of the model heap" in app.info[0].value and len(app.info) == 1
    assert len(app.get("page_link")) == len(shell.PAGES) + 1, "all other pages stay in reach"


def test_tables_show_the_shipped_one_beside_another_family(heap):
    app = opened("pages/table.py", model="heap")
    assert not app.error and not app.info and app.get("plotly_chart")


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
    assert app.number_input[0].value == 7 and app.selectbox(key="node").value == 3


@pytest.mark.parametrize("name, tree", [("mnist-guided", "drawn alone"), ("mnist-unconditional", "told no class")])
def test_of_a_model_that_only_draws_nothing_is_told_of_turning(name, tree):
    app = opened("pages/about.py", model=name)
    said = " ".join(part.value for part in (*app.markdown, *app.info))
    assert not app.exception and "Other ways" in said and "nobody has measured" not in said
    assert "Pictures are small" in said and not any(word in said for word in ("hybrid", "turned", "a letter"))
    assert tree in dict(told.story(branched.load(name), name))["Tree"]


def test_a_page_of_trees_leads_a_model_that_is_told_the_label_to_where_it_is_seen():
    app = opened("pages/generate.py", model="mnist-guided")
    assert not app.exception and "nothing to show of the model mnist-guided" in app.info[0].value
    assert any("side by side" in link.proto.label for link in app.get("page_link"))

"""A drawing on its way through the tree: its way lit, its leaves' bars, and what is said of it; on planted ways."""
from types import SimpleNamespace

import numpy as np
import pytest
from apptest import opened
from models import Known, untrained
from uploads import BAD, written

from branched import BranchedModel, Sampling
from branched.cluster_tree.tree import ClusterTree
from pages.ui.clusters import drawing, work
from pages.ui.clusters.measured import Measured
from pages.ui.serve import is_private
from pages.ui.serve.kept import SHARED
from pages.ui.serve.request import Numbers

PAGE = "pages/clusters.py"
TREE = ClusterTree().split(0).split(2)  # A (B C): leaves 1, 3, 4
OUTLINE = TREE.outline("ABC")
CLEAR = {0: 1.0, 1: 0.003, 2: 0.997, 3: 0.9, 4: 0.097}
TORN = {0: 1.0, 1: 0.42, 2: 0.58, 3: 0.36, 4: 0.22}


def probabilities(reached: dict[int, float]) -> np.ndarray:
    return np.array([reached[leaf] for leaf in TREE.leaves])


def knots(reached: dict[int, float]) -> dict[int, drawing.Knot]:
    return {knot.id: knot for knot in drawing.knots(OUTLINE, reached)}


def test_the_probable_way_is_lit_and_the_others_are_dim():
    assert {node: knot.kind for node, knot in knots(CLEAR).items()} == {0: "lit", 2: "lit", 3: "lit", 4: "", 1: "dim"}
    assert knots(TORN)[3].kind == "", "no leaf is more probable than not"


def test_edges_are_as_thick_as_the_picture_is_probable_there():
    found = knots(TORN)
    assert {node: knot.share for node, knot in found.items()} == TORN
    assert found[1].share + found[2].share == pytest.approx(found[0].share)
    assert found[2].text == "58%" and found[0].text == found[1].text == ""
    assert knots({**CLEAR, 2: 0.04})[2].text == "", "what is hardly used is not labelled"


def test_the_leaves_bars_are_their_probabilities():
    bars = [(leaf.name, leaf.note, *leaf.bars) for leaf in drawing.leaves(OUTLINE, probabilities(CLEAR))]
    assert bars == [("A", "<1%", 0.0), ("B", "90%", 0.9), ("C", "10%", 0.097)]


@pytest.mark.parametrize(("reached", "said"), [
    (CLEAR, "It lies in **leaf B (the 4s)**. The tree is 90% sure. Next comes leaf C (10%)."),
    (TORN, "**No leaf is sure of this picture.** At best it would lie in leaf A (42%), or in leaf B (the 4s) "
           "(36%)."),
    ({**CLEAR, 3: 0.999, 4: 0.0}, "It lies in **leaf B (the 4s)**. The tree is all but certain.")])
def test_where_it_lies_is_said_and_how_surely(reached, said):
    assert drawing.told("ABC", probabilities(reached), {"B": "4"}) == said


def test_the_hardest_fork_is_named():
    assert drawing.told_way(OUTLINE, CLEAR, {"B": "4"}) == (
        "It was least clear at the fork 4 | C: 90% for the side that it took.")
    sure = {0: 1.0, 1: 0.003, 2: 0.997, 3: 0.99, 4: 0.007}
    assert drawing.told_way(OUTLINE, sure, {}) == "At each of its 2 forks it was clear where to go."
    assert drawing.told_way(OUTLINE, TORN, {}) == (
        "It was least clear at the fork A | B C: 42% for the side that it took.")


# -- requests ----------------------------------------------------------------------------------------------------------

def result(request, model):
    steps = request.work(model)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value


def test_a_way_is_the_models_own(model):
    picture = np.random.default_rng(0).random((28, 28), np.float32)
    routed = result(work.Route(Numbers(picture)), model)
    assert set(routed.reached) == {node.id for node in model.tree.nodes} and routed.reached[0] == 1
    np.testing.assert_allclose([routed.reached[leaf] for leaf in model.tree.leaves], routed.probabilities, atol=1e-6)
    assert routed.probabilities.sum() == pytest.approx(1, abs=1e-5)


def test_a_picture_is_covered_up_to_where_its_class_parts(tree, config):
    """And drawn anew with the model's own transmutation."""
    known_model = BranchedModel(untrained(config, tree), tree, {}, {})
    known_model.denoise = Known(tree)
    picture, asked = np.random.default_rng(0).random((8, 8), np.float32), Sampling(1, 4, seed=3)
    drawn = result(work.Redraw(Numbers(picture), "4", asked), known_model)
    turned = known_model.transmute(picture[None], "4", "4", 0.35, sampling=asked)
    np.testing.assert_array_equal(drawn.image, turned.images[0])
    assert drawn.taken_for == str(known_model.classify(picture[None])[0])


def test_a_visitors_picture_is_private():
    picture = Numbers(np.zeros((8, 8)))
    for asked in (work.Route, lambda x, private: work.Rebuild(x, "decoder", 4, 0, private),
                  lambda x, private: work.Redraw(x, "A", Sampling(), private)):
        assert is_private("some", asked(picture, True)) and not is_private("some", asked(picture, False))


# -- what there is to choose -------------------------------------------------------------------------------------------

def test_test_pictures_come_first_and_members_stand_in(model, measured):
    page = SimpleNamespace(model=model, measured=measured)
    assert drawing.some(page).shape == (40, 28, 28) and drawing.some(page).max() <= 1
    page.measured = Measured()
    members = drawing.some(page)
    assert members.shape == (40, 28, 28) and len({float(x.mean()) for x in members}) == 40
    page.model = SimpleNamespace(snapshots=(), groups="AB", shape=(8, 8))
    assert drawing.some(page).shape == (0, 8, 8)


# -- the script --------------------------------------------------------------------------------------------------------

def said(app) -> str:
    return " ".join(text.value for text in (*app.markdown, *app.caption, *app.warning))


def test_a_picture_is_chosen_and_the_link_keeps_it(planted):
    app = opened(PAGE, part="drawing", pick="7")
    assert not app.error and not app.warning and app.session_state["pick"] == 7
    assert "leaf" in said(app) and drawing.EXPLANATION.split(".")[0] in said(app)
    assert any("The tree itself" in element.proto.body for element in app.get("html"))


def test_an_upload_is_routed_and_stays_with_its_visitor(planted):
    app = opened(PAGE, part="drawing", given="upload")
    assert "Until then you see one of the real pictures." in said(app) and drawing.STAYS in said(app)
    app.file_uploader[0].upload("seven.png", written(), "image/png").run()
    assert not app.exception and not app.warning
    source = app.session_state["_given mnist-clusters"]
    assert source.private and source.name == "your picture"
    asked = work.Route(source.picture, private=True)
    own, shared = ([key[1] for key in store.keys()]  # noqa: SIM118 - a Store is no dictionary
                   for store in (app.session_state["_kept_things"], SHARED))
    assert asked in own and asked not in shared
    for name, data in BAD.items():
        app.file_uploader[0].set_value((f"{name}.png", data, "image/png")).run()
        assert not app.exception and len(app.warning) == 1, name
        assert "Until then you see your picture." in said(app), "what is said below is of the one before"


def test_nothing_to_begin_with_is_no_error(alone_here):
    """A bare tree has no pictures; then one is drawn or uploaded."""
    from small_clusters import small_clusters
    small_clusters(snapshot=False).save(alone_here / "bare.safetensors")
    for given in drawing.KINDS:
        app = opened(PAGE, part="drawing", model="bare", given=given)
        assert not app.exception and not app.error

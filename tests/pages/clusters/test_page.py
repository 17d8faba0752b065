"""The page "Without labels" as its script leaves it."""
import pytest
from apptest import asked, opened
from planted_clusters import plant
from small_clusters import plant_trees, small_clusters

import branched
from branched import Sampling
from pages.ui.clusters import told
from pages.ui.clusters.parts import PARTS
from pages.ui.clusters.work import Draw
from pages.ui.serve import kept as serve

PAGE = "pages/clusters.py"


def said(app) -> str:
    return " ".join(text.value for text in (*app.markdown, *app.subheader, *app.info, *app.caption, *app.warning))


def html(app) -> str:
    return " ".join(element.proto.body for element in app.get("html"))


@pytest.mark.parametrize("part", PARTS)
def test_every_part_opens(planted, part):
    app = opened(PAGE, part=part)
    assert not app.error and not app.warning and told.QUESTION in said(app)


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("model", ["mnist-clusters", "drawing", "bare", "blobs"])
def test_every_part_opens_on_trees_of_which_nothing_is_known(alone_here, part, model):
    plant_trees(alone_here)
    app = opened(PAGE, part=part, model=model)
    assert not app.error and not app.warning and told.OWN in said(app)


def test_a_model_of_another_family_makes_room_for_the_shipped_tree(planted):
    app = opened(PAGE, model="letters")
    assert not app.error and "every leaf became one digit" in said(app)


def test_without_any_tree_the_page_says_how_one_comes_about(tmp_path, monkeypatch):
    monkeypatch.setenv("BRANCHED_MODELS", str(tmp_path))
    monkeypatch.setattr("pages.ui.clusters.controls.USUAL", "nowhere")
    app = opened(PAGE)
    assert not app.error and len(app.info) == 1 and "branched grow" in app.info[0].value


def test_the_most_mixed_leaf_comes_first(planted):
    """All are alike in the planted figures: so it is the first."""
    app = opened(PAGE)
    assert app.subheader[0].value == "Leaf A: the 0s" and "98 of 100 are a 0" in said(app)
    assert "Purity 98.0%" in said(app) and not app.number_input


def test_a_link_opens_what_it_names(planted):
    app = opened(PAGE, kind="decoder", node="1", seed="7")
    assert app.subheader[0].value.startswith("Here part ") and not app.warning
    assert asked(app, "kind") == ["decoder"] and asked(app, "node") == ["1"] and asked(app, "seed") == ["7"]
    assert told.UNTOLD in said(app) and app.number_input[0].value == 7


@pytest.mark.parametrize("key, value", [("part", "none"), ("kind", "nothing"), ("node", "99"), ("seed", "x"),
                                        ("steps", "3"), ("more", "yes")])
def test_a_broken_link_opens_the_usual_and_says_so(planted, key, value):
    assert "not there" in opened(PAGE, **{key: value}).warning[0].value


def test_pictures_are_kept_where_nobody_can_draw_others(planted):
    """The planted tree has no diffusion model, the naive one is in no file, and the bridged one is not here."""
    for kind in ("naive", "diffusion", "bridged"):
        app = opened(PAGE, kind=kind, seed="5")
        assert told.KEPT_ALONE in said(app) and not app.number_input and not app.error


def test_a_tree_of_ones_own_shows_members_and_decoders(alone_here):
    plant_trees(alone_here)
    app = opened(PAGE, model="mnist-clusters")
    assert app.get("button_group") and "Purity" not in said(app) and html(app).count("<img") == 8
    bare = opened(PAGE, model="bare")
    assert html(bare).count("<img") == 24, "without members, the decoders' come first"


def test_pictures_are_drawn_by_diffusion_and_kept(planted):
    app = opened(PAGE, model="drawing", kind="diffusion", steps="5", seed="3")
    assert not app.error and html(app).count("<img") == 8 and app.selectbox(key="steps").value == 5
    drawn = serve.store(False).keys()
    assert ("drawing", Draw(tuple("ABCDEFGHIJ"), Sampling(8, 5, "ddim", 3))) in drawn
    [more] = [button for button in app.button if button.label == told.MORE]
    more.click().run()
    assert html(app).count("<img") == 24 and asked(app, "more") == ["on"] and not app.exception


def test_an_inner_node_tells_what_its_leaves_share(planted):
    app = opened(PAGE, model="drawing", node="9", steps="5")
    assert told.SHARE in said(app) and told.BELOW in said(app) and html(app).count("<img") == 8 + 2 * 8
    whole = opened(PAGE, model="whole", node="3", steps="5")
    assert "has not learnt what an inner" in said(whole) and html(whole).count("<img") == 5 * 4


def test_a_table_shows_means(planted):
    app = opened(PAGE, model="blobs")
    assert "class=\"means\"" in html(app) and "3 leaves" in said(app)


def test_damaged_figures_are_no_harm(alone_here):
    small_clusters().save(alone_here / "mnist-clusters.safetensors")
    plant(alone_here)
    (alone_here / "clusters.npz").write_bytes(b"nothing")
    app = opened(PAGE, model="mnist-clusters")
    assert not app.error and told.OWN in said(app) and branched.models() == ("mnist-clusters",)

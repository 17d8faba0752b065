"""The app: what its script makes (AppTest), and what a visitor meets in a browser. Nothing here looks at weights."""
import asyncio
import base64
import io
import json

import browser
import numpy as np
import pytest
from apptest import asked, opened
from awaited import awaited
from PIL import Image
from streamlit.testing.v1 import AppTest
from visitor import Visitor

import branched
from branched import Branch, ClassTree, Facts, Sampling
from pages.ui import serve
from pages.ui.figures.graph import graph, lit
from pages.ui.figures.standing_tree import figure
from pages.ui.frame.look import DARK, LIGHT
from pages.ui.parts import pictures
from pages.ui.serve.kept import SHARED
from pages.ui.tree import shown, told
from pages.ui.tree.work import COLUMNS, Descent, Tour


@pytest.fixture(scope="module")
def tree() -> ClassTree:
    return branched.load("mnist").tree


def said(app: AppTest) -> str:
    assert not app.exception
    return app.subheader[0].value


def headline(tree: ClassTree, branch: Branch) -> str:
    outline = tree.outline()
    return told.headline(outline, outline[branch.id])


def node_trace(app: AppTest) -> dict:
    spec = json.loads(app.get("plotly_chart")[0].proto.spec)
    return next(trace for trace in spec["data"] if "customdata" in trace)


# -- the tree, drawn and in words --------------------------------------------------------------------------------------

ODD = ClassTree.from_json({"time": 0.9, "split": [
    {"time": 0.5, "split": ["a", "b", {"time": 0.499, "split": ["c", "d"]}]}, {"time": 0.7, "split": ["e", "f"]}]})
OUTLINE = ODD.outline()
THREE = ClassTree.from_json({"time": 0.9, "split": ["a", {"time": 0.899, "split": ["b", "c"]}, "d"]})


@pytest.mark.parametrize("shape", [ODD, THREE, ClassTree.flat("abc"), ClassTree.flat("a")],
                         ids=["odd", "three", "flat", "one class"])
def test_any_tree_can_be_drawn_without_crossings(shape):
    outline = shape.outline()
    nodes = graph(outline).nodes
    assert all(nodes[branch.id]["t"] == branch.t_low for branch in shape.branches)
    assert sorted(nodes[b.id]["x"] for b in shape.branches if b.is_leaf) == list(range(len(shape.labels)))
    for branch in shape.branches:
        places = sorted(nodes[shape.leaf(label).id]["x"] for label in branch.classes)
        assert places == list(range(int(places[0]), int(places[0]) + len(places))), "a branch's leaves stand together"
        assert places[0] <= nodes[branch.id]["x"] <= places[-1]
    inner = [nodes[branch.id]["x"] for branch in shape.branch_points]
    assert len(set(inner)) == len(inner), "however close in time, branch points differ in place"
    assert len(figure(outline).layout.images) == 0
    for node in outline.nodes:
        assert told.headline(outline, node) and told.name(outline, node)
        assert not node.is_leaf or node.groups[0] in told.company(outline, node)


def level(source: str) -> float:
    """The grey level in the middle of a picture that a figure shows."""
    image = Image.open(io.BytesIO(base64.b64decode(source.split(",")[1]))).convert("L")
    return image.getpixel((image.width // 2, image.height // 2)) / 255


@pytest.mark.parametrize("look", [LIGHT, DARK])
def test_every_thumbnail_stands_at_its_own_node(look):
    """Planted: node i has grey level i / 20 everywhere."""
    planted = {branch.id: np.full((28, 28), branch.id / 20) for branch in ODD.branches}
    nodes, drawn = graph(OUTLINE).nodes, figure(OUTLINE, 0, planted, look)
    shown = {(image.x, round(image.y, 6)): level(image.source) for image in drawn.layout.images}
    assert len(shown) == len(ODD.branches)
    for branch in ODD.branches:
        own = nodes[branch.id]
        below = [at for at in shown if at[0] == own["x"] and at[1] <= own["t"]]
        assert shown[max(below, key=lambda at: at[1])] == pytest.approx(branch.id / 20, abs=1 / 255)


def test_the_tour_gives_every_node_its_own_pictures():
    """The same as the library gives for each node by itself."""
    model = branched.load("mnist")
    found = serve.ask("mnist", Descent(0), lambda frame: None)
    pictures = shown.thumbnails(model.outline(), found)
    assert set(pictures) == {branch.id for branch in model.tree.branches}
    for branch in model.tree.branch_points:
        first, *rest = (child.classes for child in model.tree.children(branch))
        alone = model.hybrid(first, sum(rest, ()), sampling=Sampling.quality(n=COLUMNS, seed=0))
        np.testing.assert_allclose(pictures[branch.id], alone.denoised[0], atol=1e-4)
        np.testing.assert_allclose(found.noisy[branch.id], alone.noisy, atol=1e-4)
        for label in branch.classes:
            np.testing.assert_allclose(found.finished[label], alone.endings[label], atol=1e-4)


def test_noise_goes_down_the_tree():
    """Planted: each class's state is its wave's number; two waves, the second at the branch points and below."""
    tree = ClassTree.from_json({"time": 0.5, "split": ["a", "b"]})
    waves = [((1.0, 1.0), np.full((2, 4, 4), 0.2)), ((0.5, 0.5), np.full((2, 4, 4), 0.4)),
             ((0.1, 0.3), np.stack([np.full((4, 4), 0.6), np.full((4, 4), 0.8)])), ((0.0, 0.0), np.ones((2, 4, 4)))]
    outline, tour = tree.outline(), Tour({}, {}, {}, tuple(waves))
    pictures, frames = shown.falling.__wrapped__("", Descent(0), outline=outline, tour=tour)
    nodes = graph(tree.outline()).nodes
    for k, frame in enumerate(frames[:-1]):
        t = 1 - k / shown.MOMENTS
        assert [(x, round(s, 9)) for x, s, _ in frame.sprites] == [
            (nodes[branch.id]["x"], round(t, 9)) for branch in tree.branches if branch.owns(t)]
        levels = [pictures[place[2]][0, 0] // 51 / 5 for place in frame.sprites]
        own = ((0.1 + 1e-9, 0.6), (0.3 + 1e-9, 0.8))
        assert levels == ([0.2] if t > 0.5 else [0.4 if t > arrives else grey for arrives, grey in own])
    assert not frames[-1].sprites and "2 finished" in frames[-1].caption


def test_the_path_to_a_node_is_lit():
    assert lit(graph(OUTLINE), ODD.leaf("d").id) == {branch.id for branch in ODD.path("d")}


def test_sentences():
    def plain(text):
        return text.replace("\N{NO-BREAK SPACE}", " ")

    point, pair, root = ODD.meeting("a", "d").branch, ODD.meeting("e", "f").branch, ODD.roots[0]
    assert plain(headline(ODD, pair)) == "e and f part here, at t = 0.70. Until then the model draws them as one."
    assert plain(headline(ODD, root)).startswith("e and f part from all the others here, at t = 0.90.")
    assert plain(headline(ODD, point)).startswith("3 groups part here (a; b; c and d), at t = 0.50.")
    assert plain(told.name(OUTLINE, OUTLINE[pair.id])) == "e | f, at t = 0.70"
    assert plain(told.company(OUTLINE, OUTLINE.leaf("d"))) == (
        "On its way down from noise, d is drawn together with e and f until t = 0.90, a and b until t = 0.50 "
        "and c until t = 0.50.")


@pytest.mark.parametrize("facts", [{}, {"data": None, "training": 3}, {"training": {"steps": "many"}}])
def test_a_model_need_not_tell_how_it_was_trained(facts):
    assert told.training(Facts.read(facts, "images")) == ""


def test_how_the_model_was_trained():
    facts = {"data": {"name": "mnist"}, "training": {"steps": 12000, "seconds": 600.0}, "more": []}
    facts = Facts.read(facts, "images")
    assert told.training(facts) == "The model was trained on MNIST, in 12,000 steps, for 10 minutes."


def test_names_cannot_smuggle_markup():
    row = pictures.Row("<b>", "<i>", "data:,", '"><script>')
    assert "<b>" not in (html := pictures.sheet([row])) and "<i>" not in html and "<script>" not in html


# -- the script --------------------------------------------------------------------------------------------------------

def test_something_is_chosen_before_the_first_click(tree):
    app = opened()
    assert said(app) == headline(tree, tree.branch_points[-1])
    assert app.selectbox[0].value == tree.branch_points[-1].id
    assert "model" in app.expander[0].markdown[0].value


def test_the_figure_has_one_node_for_each_branch_at_its_time(tree):
    nodes = node_trace(opened())
    times = {own[0]: t for own, t in zip(nodes["customdata"], nodes["y"], strict=True)}
    assert times == {branch.id: branch.t_low for branch in tree.branches} and len(nodes["y"]) == len(tree.branches)


def test_a_link_opens_its_node(tree):
    root = tree.roots[0]
    assert said(opened(node=str(root.id), seed="3")) == headline(tree, root)


@pytest.mark.parametrize("node, seed", [("zz", "-1"), ("9999", "1e9"), ("", ""), ("-1", "x"), ("1.0", "ten")])
def test_a_broken_link_opens_the_default_and_says_so(tree, node, seed):
    app = opened(node=node, seed=seed)
    assert "not there" in app.warning[0].value
    assert said(app) == headline(tree, tree.branch_points[-1]) and app.number_input[0].value == 0


def test_a_leaf_tells_of_its_path(tree):
    label = tree.labels[-1]
    app = opened(node=str(tree.leaf(label).id))
    assert label in said(app)
    assert told.company(tree.outline(), tree.outline()[tree.leaf(label).id]) in [text.value for text in app.markdown]


def test_the_list_and_the_draw_change_the_page(tree):
    app = opened()
    app.selectbox[0].select(tree.roots[0].id).run()
    assert said(app) == headline(tree, tree.roots[0])
    assert asked(app, "node") == [str(tree.roots[0].id)]
    app.number_input[0].set_value(5).run()
    assert said(app) == headline(tree, tree.roots[0])


def test_rows_line_up():
    """Every class below a branch point has its row; every branch point above a leaf has one."""
    model = branched.load("mnist")
    found = serve.ask("mnist", Descent(0), lambda frame: None)
    for branch in model.tree.branches:
        rows = shown.rows(model.outline(), model.outline()[branch.id], found)
        assert all(row.alt for row in rows if row.source)
        if branch.is_leaf:
            assert len(rows) == len(model.tree.path(branch.classes[0]))
        else:
            below = [c for child in model.tree.children(branch) for c in child.classes]
            assert [row.name for row in rows if row.kind] == below


@pytest.mark.parametrize("contents", [None, b"", b"cut short"], ids=["missing", "empty", "broken"])
def test_without_a_model_there_is_a_sentence(contents, tmp_path, monkeypatch):
    """And once it is there, the page works without a restart."""
    with monkeypatch.context() as patch:
        patch.setattr(branched.checkpoint, "SHIPPED", tmp_path)
        SHARED.clear()
        if contents is not None:
            (tmp_path / "mnist.safetensors").write_bytes(contents)
        app = opened()
        assert not app.exception and not app.get("plotly_chart") and len(app.error) == 1
        assert app.error[0].value.startswith("The model mnist could not be loaded.")
    assert said(opened())


# -- who arrives together ----------------------------------------------------------------------------------------------

def test_a_class_that_opens_a_fresh_server_together_meets_no_error():
    """Plotly took pandas from `sys.modules` while another visitor's thread was still importing it."""
    async def visit(address: str, page: str) -> list[str]:
        async with Visitor(address) as visitor:
            await visitor.open(page)
            return visitor.failures

    async def together(address: str) -> list[list[str]]:
        return await asyncio.gather(*(visit(address, page) for page in 3 * ("", "teach", "discovery", "about")))

    with browser.server() as fresh:
        assert awaited(together(fresh)) == [[]] * 12

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
from branched import Branch, ClassTree, Facts, Sampling, graph, lit, of_tree, stretch
from pages.ui import serve
from pages.ui.figures.standing_tree import figure
from pages.ui.frame.look import DARK, LIGHT
from pages.ui.parts import pictures
from pages.ui.serve.descent import COLUMNS, SEVERAL, Descent, Passed, Tour
from pages.ui.serve.kept import SHARED
from pages.ui.tree import shown, told


@pytest.fixture(scope="module")
def tree() -> ClassTree:
    return branched.load("mnist").tree


def said(app: AppTest) -> str:
    assert not app.exception
    return app.subheader[0].value


def headline(tree: ClassTree, branch: Branch) -> str:
    outline = tree.outline()
    return of_tree.headline(outline, outline[branch.id])


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
        assert of_tree.headline(outline, node) and of_tree.name(outline, node)
        assert not node.is_leaf or node.groups[0] in of_tree.company(outline, node)


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
        below = [at for at in shown if at[0] == own["x"] and at[1] <= stretch(OUTLINE).height(own["t"]) + 1e-6]
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
        corners = np.s_[:28, :28], np.s_[:28, 30:], np.s_[30:, :28], np.s_[30:, 30:]
        for place, guess in zip(corners, alone.denoised[:SEVERAL], strict=True):
            np.testing.assert_allclose(pictures[branch.id][place], guess, atol=1e-4)
        np.testing.assert_allclose(found.noisy[branch.id], alone.noisy, atol=1e-4)
        for label in branch.classes:
            np.testing.assert_allclose(found.finished[label], alone.endings[label], atol=1e-4)


def planted(*waves: tuple[tuple[float, ...], tuple[float, ...]]) -> Tour:
    """A tour of which after each wave the times of all classes and the grey levels of their pictures are given."""
    ways = [Passed(times, grey := np.broadcast_to(np.array(levels)[:, None, None, None], (len(levels), SEVERAL, 4, 4)),
                   grey / 2) for times, levels in waves]
    return Tour({}, {}, {}, tuple(ways))


PAIR = ClassTree.from_json({"time": 0.5, "split": ["a", {"time": 0.4, "split": ["b", "c"]}]})
TOUR = planted(((1.0, 1.0, 1.0), (0.2, 0.2, 0.2)), ((0.5, 0.5, 0.5), (0.4, 0.4, 0.4)),
               ((0.1, 0.4, 0.4), (0.6, 0.5, 0.5)), ((0.1, 0.3, 0.3), (0.6, 0.8, 0.7)), ((0.0,) * 3, (1.0, 1.0, 1.0)))


def test_noise_goes_down_the_tree():
    """Planted: each class's state is its wave's number; they part at 0.5 and at 0.4."""
    outline = PAIR.outline()
    pictures, frames = shown.falling.__wrapped__("", Descent(0), outline=outline, tour=TOUR)
    nodes, scale = graph(outline).nodes, stretch(outline)
    assert len(frames) == shown.MOMENTS + 1
    for k, frame in enumerate(frames[:-1]):
        t = scale.time(1 - k / shown.MOMENTS)
        live = [branch for branch in PAIR.branches if branch.owns(t)]
        assert [sprite[:2] for sprite in frame.sprites] == [(nodes[branch.id]["x"], t) for branch in live]
        grey = {"a": 0.2 if t > 0.5 else 0.4 if t > 0.1 else 0.6, "c": 0.7 if t <= 0.3 else 0.5,
                "b": 0.2 if t > 0.5 else 0.4 if t > 0.4 else 0.5 if t > 0.3 else 0.8}
        seen = [pictures[place][0, 0] / 255 for *_, place in frame.sprites]
        assert seen == pytest.approx([grey[branch.classes[0]] for branch in live], abs=1 / 255)
    assert not frames[-1].sprites and frames[-1].caption == of_tree.finished(outline)
    assert len(pictures) == 1 + 2 + 2 + 3, "each branch's picture of a wave is sent once"


def test_most_of_the_film_is_where_paths_part(tree):
    """Of any tree that has two branch points."""
    for shape in (tree, ODD, THREE, PAIR):
        scale, parted = stretch(shape.outline()), [branch.t_low for branch in shape.branch_points]
        times = [scale.time(1 - k / shown.MOMENTS) for k in range(shown.MOMENTS + 1)]
        between = [t for t in times if min(parted) <= t <= max(parted)]
        assert times[0] == 1 and times[-1] == 0 and len(between) >= len(times) / 2


def test_the_branch_on_which_one_leaves_is_lit_until_the_next_leaves():
    outline = PAIR.outline()
    nodes = graph(outline).nodes
    root, a = (nodes[PAIR.roots[0].id]["x"], nodes[PAIR.leaf("a").id]["x"])
    _, frames = shown.falling.__wrapped__("", Descent(0), outline=outline, tour=TOUR)
    for frame in frames[:-1]:
        t = frame.sprites[0][1]
        if t > 0.5:
            assert frame.trails == ()
        elif t > 0.4:
            assert frame.trails == (((root, 0.5), (a, 0.5), (a, t)),)
        else:
            assert {trail[-1] for trail in frame.trails} == {(nodes[PAIR.leaf(x).id]["x"], t) for x in "bc"}


def test_from_noise_to_digit_pictures_hang_on_the_branches():
    """Planted: what the model sees is half as bright as what it has."""
    outline = PAIR.outline()
    noise, ghost, *leaves = shown.hung(outline, TOUR)
    root = graph(outline).nodes[PAIR.roots[0].id]["x"]
    assert (noise.x, noise.t, noise.picture[0, 0]) == pytest.approx((root, 1.0, 0.2))
    assert ghost.x == root and 0.5 < ghost.t < 1 and ghost.picture[0, 0] == pytest.approx(0.1)
    assert [(one.x, one.picture[0, 0]) for one in leaves] == [(graph(outline).nodes[PAIR.leaf("a").id]["x"],
                                                              pytest.approx(0.2 if leaves[0].t > 0.1 else 0.3))]


def test_the_film_says_what_happens(tree):
    """In words that are read off the tree."""
    outline = tree.outline()
    points = outline.points
    assert of_tree.progress(outline, 1.0) == "One picture for all ten."
    assert of_tree.progress(outline, points[0].low) == "The 1 leaves: two pictures."
    said = [of_tree.progress(outline, point.low) for point in points]
    assert len(set(said)) == len(said) and said[-1] == "4 and 9 part: ten pictures."
    for point, caption in zip(points, said, strict=True):
        for child in of_tree.leavers(outline, point):
            assert all(group in caption for group in child.groups)
    together = np.mean([sum(branch.t_high - branch.t_low for branch in tree.path(label) if not branch.is_leaf)
                        for label in tree.labels])
    assert of_tree.shared(outline) == pytest.approx(together) and together > 0.5
    assert of_tree.finished(outline) == "Ten pictures, drawn together for most of the way."
    assert of_tree.progress(outline, 0.0) == of_tree.finished(outline)


def test_the_film_of_any_tree_says_what_happens():
    assert of_tree.progress(OUTLINE, 0.9) == "E and f leave together: two pictures."
    assert of_tree.progress(OUTLINE, 0.7) == "E and f part: three pictures."
    assert of_tree.progress(OUTLINE, 0.5) == "A and b leave: five pictures."
    flat, single = ClassTree.flat("abc").outline(), ClassTree.flat("a").outline()
    assert of_tree.progress(flat, 0.5) == of_tree.progress(flat, 0.0) == "Three pictures."
    assert of_tree.progress(single, 0.5) == of_tree.progress(single, 0.0) == "One picture."


def test_the_title_and_the_introduction_are_of_the_model():
    digits, three = branched.load("mnist"), branched.load("mnist-049")
    assert told.title(digits) == "One noise, ten digits: when does the model decide?"
    assert told.title(three) == "One noise, three digits: when does the model decide?"
    assert "ten groups" in told.title(branched.load("mnist-unlabelled"))
    first = digits.tree.roots[0].t_low
    assert abs(1 - first - 0.5) < 0.05 and "For the first half of the way, one picture serves all ten digits" \
        in told.introduction(digits)
    assert "all three digits" in told.introduction(three)


def test_the_path_to_a_node_is_lit():
    assert lit(graph(OUTLINE), ODD.leaf("d").id) == {branch.id for branch in ODD.path("d")}


def test_sentences():
    def plain(text):
        return text.replace("\N{NO-BREAK SPACE}", " ")

    point, pair, root = ODD.meeting("a", "d").branch, ODD.meeting("e", "f").branch, ODD.roots[0]
    assert plain(headline(ODD, pair)) == "e and f part here, at t = 0.70. Up to here, one picture serves both."
    assert plain(headline(ODD, root)) == (
        "e and f part from all the others here, at t = 0.90. Up to here, one picture serves all six.")
    assert plain(headline(ODD, point)).startswith("3 groups part here (a; b; c and d), at t = 0.50.")
    assert plain(of_tree.name(OUTLINE, OUTLINE[pair.id])) == "e | f, at t = 0.70"
    assert plain(of_tree.company(OUTLINE, OUTLINE.leaf("d"))) == (
        "On its path from noise, d is drawn together with e and f until t = 0.90, a and b until t = 0.50 "
        "and c until t = 0.50.")


@pytest.mark.parametrize("facts", [{}, {"data": None, "training": 3}, {"training": {"steps": "many"}}])
def test_a_model_need_not_tell_how_it_was_trained(facts):
    assert of_tree.training(Facts.read(facts, "images")) == ""


def test_how_the_model_was_trained():
    facts = {"data": {"name": "mnist"}, "training": {"steps": 12000, "seconds": 600.0}, "more": []}
    facts = Facts.read(facts, "images")
    assert of_tree.training(facts) == "The model was trained on MNIST, in 12,000 steps, for 10 minutes."


def test_names_cannot_smuggle_markup():
    row = pictures.Row("<b>", "<i>", "data:,", '"><script>')
    assert "<b>" not in (html := pictures.sheet([row])) and "<i>" not in html and "<script>" not in html


# -- the script --------------------------------------------------------------------------------------------------------

def test_something_is_chosen_before_the_first_click(tree):
    app = opened()
    assert said(app) == headline(tree, tree.branch_points[-1])
    assert app.selectbox(key="node").value == tree.branch_points[-1].id
    assert "model" in app.expander[0].markdown[0].value


def test_the_figure_has_one_node_for_each_branch_at_its_time(tree):
    nodes = node_trace(opened())
    times = {own[0]: t for own, t in zip(nodes["customdata"], nodes["y"], strict=True)}
    scale = stretch(tree.outline())
    assert times == {branch.id: scale.height(branch.t_low) for branch in tree.branches}
    assert len(nodes["y"]) == len(tree.branches)


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
    assert of_tree.company(tree.outline(), tree.outline()[tree.leaf(label).id]) in [text.value for text in app.markdown]


def test_the_list_and_the_draw_change_the_page(tree):
    app = opened()
    app.selectbox(key="node").select(tree.roots[0].id).run()
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

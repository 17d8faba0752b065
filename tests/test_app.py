"""The app: what its script makes (AppTest), and what a visitor meets in a browser. Nothing here looks at weights."""
import json
from urllib.parse import parse_qs, urlsplit

import browser
import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

import branched
from branched import ClassTree
from pages.ui import explore, pictures, setup, words
from pages.ui.tree_figure import figure, graph, lit


@pytest.fixture(scope="module")
def tree() -> ClassTree:
    return branched.load("mnist").tree


def opened(**query) -> AppTest:
    """The app as it is after its first run with these query parameters."""
    app = AppTest.from_file(str(browser.ROOT / "app.py"), default_timeout=120)
    for key, value in query.items():
        app.query_params[key] = value
    return app.run()


def said(app: AppTest) -> str:
    assert not app.exception
    return app.subheader[0].value


def node_trace(app: AppTest) -> dict:
    spec = json.loads(app.get("plotly_chart")[0].proto.spec)
    return next(trace for trace in spec["data"] if "customdata" in trace)


# -- the tree, drawn and in words --------------------------------------------------------------------------------------

ODD = ClassTree.from_json({"time": 0.9, "split": [
    {"time": 0.5, "split": ["a", "b", {"time": 0.499, "split": ["c", "d"]}]}, {"time": 0.7, "split": ["e", "f"]}]})


@pytest.mark.parametrize("shape", [ODD, ClassTree.flat("abc"), ClassTree.flat("a")], ids=["odd", "flat", "one class"])
def test_any_tree_can_be_drawn_without_crossings(shape):
    nodes = graph(shape).nodes
    assert all(nodes[branch.id]["t"] == branch.t_low for branch in shape.branches)
    assert sorted(nodes[b.id]["x"] for b in shape.branches if b.is_leaf) == list(range(len(shape.labels)))
    for branch in shape.branches:
        places = sorted(nodes[shape.leaf(label).id]["x"] for label in branch.classes)
        assert places == list(range(int(places[0]), int(places[0]) + len(places))), "a branch's leaves stand together"
        assert places[0] <= nodes[branch.id]["x"] <= places[-1]
    inner = [nodes[branch.id]["x"] for branch in shape.branch_points]
    assert len(set(inner)) == len(inner), "however close in time, branch points differ in place"
    drawn = figure(shape, shape.branches[-1].id, {branch.id: np.zeros((28, 28)) for branch in shape.branches})
    assert len(drawn.layout.images) == len(shape.branches)
    for branch in shape.branches:
        assert words.headline(shape, branch) and words.name(shape, branch)
        assert not branch.is_leaf or branch.classes[0] in words.company(shape, branch)


def test_the_path_to_a_node_is_lit():
    assert lit(graph(ODD), ODD.leaf("d").id) == {branch.id for branch in ODD.path("d")}


def test_sentences():
    def plain(text):
        return text.replace("\N{NO-BREAK SPACE}", " ")

    point, pair, root = ODD.meeting_branch("a", "d"), ODD.meeting_branch("e", "f"), ODD.roots[0]
    assert plain(words.headline(ODD, pair)) == "e and f part here, at t = 0.70. Until then the model draws them as one."
    assert plain(words.headline(ODD, root)).startswith("e and f part from all the others here, at t = 0.90.")
    assert plain(words.headline(ODD, point)).startswith("3 groups part here (a; b; c and d), at t = 0.50.")
    assert plain(words.name(ODD, pair)) == "e | f, at t = 0.70"
    assert plain(words.company(ODD, ODD.leaf("d"))) == (
        "On its way down from noise, d is drawn together with e and f until t = 0.90, a and b until t = 0.50 "
        "and c until t = 0.50.")


@pytest.mark.parametrize("facts", [{}, {"data": None, "training": 3}, {"training": {"steps": "many"}}])
def test_a_model_need_not_tell_how_it_was_trained(facts):
    assert words.training(facts) == ""


def test_how_the_model_was_trained():
    facts = {"data": {"name": "mnist"}, "training": {"steps": 12000, "seconds": 600.0}, "more": []}
    assert words.training(facts) == "The model was trained on MNIST, in 12,000 steps, for 10 minutes."


def test_names_cannot_smuggle_markup():
    row = pictures.Row("<b>", "<i>", "data:,", '"><script>')
    assert "<b>" not in (html := pictures.sheet([row])) and "<i>" not in html and "<script>" not in html


# -- the script --------------------------------------------------------------------------------------------------------

def test_something_is_chosen_before_the_first_click(tree):
    app = opened()
    assert said(app) == words.headline(tree, tree.branch_points[-1])
    assert app.selectbox[0].value == tree.branch_points[-1].id
    assert "model" in app.expander[0].markdown[0].value


def test_the_figure_has_one_node_for_each_branch_at_its_time(tree):
    nodes = node_trace(opened())
    times = {own[0]: t for own, t in zip(nodes["customdata"], nodes["y"], strict=True)}
    assert times == {branch.id: branch.t_low for branch in tree.branches} and len(nodes["y"]) == len(tree.branches)


def test_a_link_opens_its_node(tree):
    root = tree.roots[0]
    assert said(opened(node=str(root.id), seed="3")) == words.headline(tree, root)


@pytest.mark.parametrize("node, seed", [("zz", "-1"), ("9999", "1e9"), ("", ""), ("-1", "x"), ("1.0", "ten")])
def test_a_broken_link_opens_the_default(tree, node, seed):
    app = opened(node=node, seed=seed)
    assert said(app) == words.headline(tree, tree.branch_points[-1]) and app.number_input[0].value == 0


def test_a_leaf_tells_of_its_path(tree):
    label = tree.labels[-1]
    app = opened(node=str(tree.leaf(label).id))
    assert label in said(app)
    assert words.company(tree, tree.leaf(label)) in [text.value for text in app.markdown]


def test_the_list_and_the_draw_change_the_page(tree):
    app = opened()
    app.selectbox[0].select(tree.roots[0].id).run()
    assert said(app) == words.headline(tree, tree.roots[0])
    assert app.query_params["node"] in (str(tree.roots[0].id), [str(tree.roots[0].id)])  # AppTest gives either
    app.number_input[0].set_value(5).run()
    assert said(app) == words.headline(tree, tree.roots[0])


def test_rows_line_up_and_are_drawn_once_under_the_lock(tree, monkeypatch):
    """Every class below the branch point has its row; a second visitor gets the same from the cache."""
    held, hybrid = [], branched.BranchedModel.hybrid
    monkeypatch.setattr(branched.BranchedModel, "hybrid",
                        lambda *args, **more: held.append(setup.lock().locked()) or hybrid(*args, **more))
    point = tree.branch_points[-1]
    rows, again = explore.rows(point.id, 4321), explore.rows(point.id, 4321)
    assert held == [True] and not setup.lock().locked() and rows == again
    assert [row.name for row in rows if row.kind] == [c for child in tree.children(point) for c in child.classes]
    assert all(row.alt for row in rows if row.source)


@pytest.mark.parametrize("contents", [None, b"", b"cut short"], ids=["missing", "empty", "broken"])
def test_without_a_model_there_is_a_sentence(contents, tmp_path, monkeypatch):
    """And once it is there, the page works without a restart."""
    with monkeypatch.context() as patch:
        patch.setattr(branched.checkpoint, "SHIPPED", tmp_path)
        setup._load.clear()
        if contents is not None:
            (tmp_path / "mnist.safetensors").write_bytes(contents)
        app = opened()
        assert not app.exception and not app.get("plotly_chart") and len(app.error) == 1
        assert app.error[0].value.startswith("The model could not be loaded.")
    assert said(opened())


# -- in a browser ------------------------------------------------------------------------------------------------------

needs_browser = pytest.mark.skipif(browser.chromium() is None, reason="there is no Chromium on this machine")


@pytest.fixture(scope="module")
def address():
    with browser.server() as found:
        yield found


@pytest.fixture(scope="module")
def chromium():
    with browser.browser() as found:
        yield found


def shows(page, tree: ClassTree, node: int) -> list[str]:
    """Wait for the sentence about a node; the sources of the pictures below it."""
    page.get_by_role("heading", name=words.headline(tree, tree[node]), exact=True).wait_for()
    browser.settled(page)
    return page.locator(".sheet img").evaluate_all("images => images.map(image => image.src)")


def node_in_url(page) -> list[str]:
    return parse_qs(urlsplit(page.url).query).get("node", [])


@needs_browser
def test_clicking_through_the_tree(tree, address, chromium):
    start, root, leaf = tree.branch_points[-1].id, tree.roots[0].id, tree.leaf(tree.labels[0]).id
    with browser.page(chromium) as page:
        page.goto(address)
        before = shows(page, tree, start)
        page.mouse.click(*browser.node_at(page, root))
        after = shows(page, tree, root)
        assert len(after) == 2 + len(tree.labels) and before[0] != after[0] and before[1] != after[1]
        assert node_in_url(page) == [str(root)]
        for _ in range(2):  # a second click clears Plotly's selection, not what is shown
            page.mouse.click(*browser.node_at(page, root))
            page.wait_for_timeout(300)
            assert shows(page, tree, root) == after
        page.mouse.click(*browser.node_at(page, leaf))
        assert len(shows(page, tree, leaf)) == 2 and node_in_url(page) == [str(leaf)]
        page.go_back()
        assert shows(page, tree, root) == after
        assert page.noise == [] and page.hosts <= {urlsplit(address).netloc, ""}
        assert page.locator(".modebar").count() == 0


@needs_browser
def test_a_link_and_the_keyboard(tree, address, chromium):
    first, second, *_ = explore.in_order(tree)
    with browser.page(chromium, width=900) as page:
        page.goto(f"{address}/?node={first}&seed=7")
        before = shows(page, tree, first)
        assert page.get_by_role("spinbutton").input_value() == "7"
        page.get_by_role("combobox").focus()
        page.keyboard.press("ArrowDown")  # opens the list at the next entry
        page.locator("[role=option][data-focused]").wait_for()
        page.keyboard.press("Enter")
        assert shows(page, tree, second)[0] != before[0] and node_in_url(page) == [str(second)]
        assert page.noise == []


@needs_browser
def test_on_a_phone(tree, address, chromium):
    """A tap chooses, nothing is wider than the screen, nodes can be told apart, and columns line up."""
    root = tree.roots[0].id
    with browser.page(chromium, 390, 844, has_touch=True, is_mobile=True, color_scheme="dark") as page:
        page.goto(f"{address}/?node=nonsense&seed=-3")
        shows(page, tree, tree.branch_points[-1].id)
        places = [browser.node_at(page, branch.id) for branch in tree.branch_points]
        gaps = [np.hypot(a[0] - b[0], a[1] - b[1]) for k, a in enumerate(places) for b in places[:k]]
        assert min(gaps) > 24
        page.touchscreen.tap(*browser.node_at(page, root))
        shows(page, tree, root)
        boxes = page.locator(".sheet img").evaluate_all(
            "images => images.map(image => [image.getBoundingClientRect().left, image.getBoundingClientRect().right])")
        assert len({tuple(map(round, box)) for box in boxes}) == 1 and boxes[0][1] <= 390
        assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        assert page.noise == []

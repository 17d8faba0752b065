"""One root through all leaves, and levels of a path exchanged: rows, corners, bars, words."""
import numpy as np
import pytest
from apptest import asked, opened
from small_clusters import small_clusters

from pages.ui.clusters import path, work

PAGE = "pages/clusters.py"
DEEPEST = "A"  # ((((A B) C) (D E)) ...: of the deepest leaves the first


@pytest.fixture(scope="module")
def drawer():
    """A tree with a diffusion model that has learnt nothing."""
    return small_clusters(draws=True)


def test_the_path_to_a_leaf_begins_at_the_root(model):
    assert path.path(model, "A") == (0, 1, 3, 5, 9, 13) and path.path(model, "J") == (0, 2)
    assert path.leaf_setting(model).default == DEEPEST


def test_all_that_a_tree_passes_through_is_a_level():
    """Node 4 has one child: it is no fork, but it has a latent."""
    from models import tiny_tree
    assert path.path(tiny_tree(), tiny_tree().groups[1]) == (0, 1, 4, 6)


def roots() -> work.Roots:
    """Two roots in three leaves; every picture says by its level whose it is."""
    level = np.arange(6).reshape(3, 2)[..., None, None] / 10 * np.ones((4, 4))
    return work.Roots(level, level + 0.05, np.array([[0.9, 0.15], [0.1, 0.5], [0.004, 0.35]]))


def test_rows_go_by_root_and_improbable_leaves_have_their_probability():
    rows = path.root_rows(roots())
    assert [(row["name"], row["note"]) for row in rows] == [
        ("Root 1", "by the decoders"), ("Root 1", "by diffusion"), ("Root 2", "by the decoders"),
        ("Root 2", "by diffusion")]
    assert [row["kind"] for row in rows] == ["first", "", "first", ""]
    assert [cell.note for cell in rows[0]["cells"]] == [cell.note for cell in rows[1]["cells"]] == ["", "10%", "<1%"]
    assert [cell.note for cell in rows[2]["cells"]] == ["15%", "", ""]
    assert len({cell.source for row in rows for cell in row["cells"]}) == 12


def test_without_diffusion_there_are_the_decoders_rows_alone():
    found = roots()
    assert [row["note"] for row in path.root_rows(work.Roots(found.decoded, None, found.probabilities))] == [
        "by the decoders"] * 2


def planted_swaps() -> np.ndarray:
    """Of three levels the second changes nothing, the third twice as much as the first."""
    images = np.zeros((3, 4, 2, 2))
    images[0, 1:], images[2, 1:] = 0.1, -0.2
    return images + 0.5


def test_changes_are_measured_against_the_first_of_each_row():
    np.testing.assert_allclose(path.changed(planted_swaps()), [0.1, 0, 0.2])
    assert path.changed(np.ones((3, 1, 2, 2))).tolist() == [0, 0, 0]


def test_bars_and_words_say_what_each_level_changes():
    images = planted_swaps()
    changes = path.changed(images)
    rows = path.swap_rows(work.Swaps(images), changes)
    assert [(row["name"], row["part"]) for row in rows] == [("The root", 50), ("Level 1", 0), ("The leaf itself", 100)]
    assert path.told(changes) == "Here **the leaf itself** changes the picture most."
    assert path.told(np.array([0.3, 0.1])) == (
        "Here **the root** changes the picture most, 3.0 times as much as the leaf itself.")
    assert path.told(np.zeros(3)) == ""


def test_roots_are_the_models_own_shared_ones(drawer):
    steps = work.Rooted(2, 3, 5, True).work(drawer)
    before = next(steps)
    assert before.decoded.any() and before.drawn.shape == before.decoded.shape and not before.drawn.any()
    with pytest.raises(StopIteration) as end:
        while True:
            next(steps)
    found = end.value.value
    np.testing.assert_array_equal(found.decoded, drawer.decode(n=2, seed=5, roots="shared").images)
    np.testing.assert_array_equal(found.drawn, drawer.sample(n=2, steps=3, seed=5, roots="shared").images)
    np.testing.assert_allclose(found.probabilities.sum(0), 1, atol=1e-5)


def test_each_level_is_exchanged_and_the_first_stays(drawer):
    levels = len(path.path(drawer, "H"))
    steps = work.Swapped("H", levels, 3, 3, 5).work(drawer)
    rows = [next(steps).images.any((1, 2, 3)).tolist() for _ in range(levels)]
    assert rows == [[True] * k + [False] * (levels - k) for k in range(levels)], "row by row"
    with pytest.raises(StopIteration) as end:
        while True:
            next(steps)
    images = end.value.value.images
    assert images.shape == (levels, 3, 28, 28) and path.changed(images).min() > 0
    np.testing.assert_allclose(images[:, 0], np.broadcast_to(images[0, 0], (levels, 28, 28)), atol=1e-5)


# -- the script --------------------------------------------------------------------------------------------------------

def html(app) -> str:
    return " ".join(element.proto.body for element in app.get("html"))


def test_a_tree_alone_shows_its_decoders(planted):
    app = opened(PAGE, part="paths", seed="4")
    assert not app.error and not app.warning and asked(app, "seed") == ["4"]
    assert "by the decoders" in html(app) and "by diffusion" not in html(app)
    assert path.UNTOLD in [text.value for text in app.caption]


def test_a_leaf_is_chosen_whose_levels_are_exchanged(alone_here, drawer):
    drawer.save(alone_here / "paths.safetensors")
    app = opened(PAGE, part="paths", model="paths", leaf="J", steps="5")
    assert not app.error and not app.warning and app.session_state["leaf"] == "J"
    assert "by diffusion" in html(app) and html(app).count('class="bar"') == 2
    app.button_group(key="leaf").set_value("A").run()
    assert not app.exception and html(app).count('class="bar"') == 6

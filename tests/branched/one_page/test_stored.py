"""What the page shows before its model is alive: pictures as the model draws them, and words for every node."""
import base64
import json

import numpy as np
import pytest
from models import untrained

from branched import BranchedModel, ClassTree, Sampling
from branched.one_page.stored import COLUMNS, SEED, stored
from branched.shown import of_tree


@pytest.fixture(scope="module")
def kept(model) -> dict:
    return json.loads(json.dumps(stored(model)))  # as a page reads it


def pictures(kept: dict, places: list[int], shape: tuple[int, ...]) -> np.ndarray:
    sheet = np.frombuffer(base64.b64decode(kept["pictures"]), np.uint8).reshape(-1, *shape)
    return sheet[places]


def levels(images: np.ndarray) -> np.ndarray:
    return (images.clip(0, 1) * 255 + 0.5).astype(np.uint8)


def test_stored_pictures_are_those_of_the_draw_number(model, kept):
    asked = Sampling.quality(n=COLUMNS, seed=SEED)
    *frames, last = model.sampling(sampling=asked, hybrids=True)
    for label, images in zip(last.result.labels, last.result.images, strict=True):
        assert np.array_equal(pictures(kept, kept["tour"]["ends"][label], model.shape), levels(images))
    for node, hybrid in last.result.hybrids.items():
        noisy, guess = (pictures(kept, places, model.shape) for places in kept["tour"]["shared"][str(node)])
        assert np.array_equal(noisy, levels(hybrid.noisy)) and np.array_equal(guess, levels(hybrid.denoised))
    time, noisy, *_ = kept["tour"]["waves"][str(model.outline().roots[0].id)][0]
    assert time == 1 and np.array_equal(pictures(kept, [noisy], model.shape)[0], levels(frames[0].noisy[0, 0]))


def test_the_way_of_every_node_falls_and_stays_on_it(model, kept):
    outline = model.outline()
    for node in outline.nodes:
        times = [time for time, *_ in kept["tour"]["waves"].get(str(node.id), [])]
        assert times == sorted(set(times), reverse=True) and all(node.owns(time) for time in times)


def test_every_node_is_told_as_the_app_tells_it(model, kept):
    outline = model.outline()
    assert set(kept["nodes"]) == {str(node.id) for node in outline.nodes}
    for node in outline.nodes:
        here = kept["nodes"][str(node.id)]
        assert here["headline"] == of_tree.headline(outline, node) and here["name"] == of_tree.name(outline, node)
        assert ("company" in here) == node.is_leaf == ("leavers" not in here)
    assert kept["texts"]["title"] == "One noise, five digits: when does the model decide?"


def test_captions_are_the_films(model, kept):
    outline = model.outline()
    for time in (1.0, 0.61, 0.6, 0.5, 0.35, 0.2, 0.0):
        said = [text for since, text in kept["captions"] if since >= time][-1]
        assert said == of_tree.progress(outline, time)


@pytest.mark.parametrize("which", ["flat_model", "colour_model"])
def test_other_models_are_kept_too(which, request):
    model = request.getfixturevalue(which)
    kept = json.loads(json.dumps(stored(model)))
    assert kept["draws"] == (len(model.shape) == 2) and set(kept["tour"]["ends"]) == set(model.labels)
    assert kept["first"] in model.labels and len(base64.b64decode(kept["pictures"])) % np.prod(model.shape) == 0


def test_a_model_of_one_class_has_nothing_to_turn_into(model):
    tree = ClassTree.flat("7")
    kept = stored(BranchedModel(model.denoise.network, tree, {}, {}))
    assert kept["first"] == "7" and kept["nearest"] == {"7": None}


def test_where_a_graft_has_cut_a_branch_nothing_hangs_above_its_first_step(config):
    """In 8 steps the lower part of a, up to 0.37, is first seen at 0.25; a picture would hang at 0.31."""
    tree = ClassTree.from_merges("abc", [(0.3, "bc"), (0.9, "abc")]).graft("new", "a", 0.37)
    kept, leaf = stored(BranchedModel(untrained(config, tree), tree, {}, {})), tree.leaf("a").id
    [since] = [time for node, time, _ in kept["hung"] if node == leaf]
    assert since > 0.25 == kept["tour"]["waves"][leaf][0][0]
    assert all(len(wave) == 2 for wave in kept["tour"]["waves"][leaf])

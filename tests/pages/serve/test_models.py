"""Models for all visitors: loaded once, and anew when their file was written anew; then nothing is left of the old."""
import pytest

import branched
from pages.ui.serve import kept, models


@pytest.fixture
def folder(model, tmp_path, monkeypatch):
    model.save(tmp_path / "pets.safetensors")
    monkeypatch.setenv("BRANCHED_MODELS", str(tmp_path))
    yield tmp_path
    kept.SHARED.forget("pets")


def test_a_model_is_loaded_once(folder):
    assert models.shared("pets") is models.shared("pets")


def test_a_retrained_model_shows_up_and_what_came_of_the_old_one_does_not(folder, colour_model):
    old = models.shared("pets")
    kept.SHARED.put(("pets", "a request"), "an old picture")
    kept.SHARED.put(("module", "figure", "pets", 3), "an old figure")
    kept.SHARED.put(("cats", "a request"), "another model's")
    colour_model.save(folder / "pets.safetensors")
    new = models.shared("pets")
    assert new is not old and new.shape == colour_model.shape and models.shared("pets") is new
    left = set(filter(lambda key: "pets" in key, kept.SHARED.keys()))
    assert left == {("model", "pets", branched.changed("pets"))}
    assert kept.SHARED.get(("cats", "a request")) == "another model's"
    kept.SHARED.drop(("cats", "a request"))


def test_what_is_kept_outlives_a_model_that_was_let_go(folder):
    models.shared("pets")
    kept.SHARED.put(("pets", "a request"), "a picture")
    kept.SHARED.drop(("model", "pets", branched.changed("pets")))  # no room for it
    models.shared("pets")
    assert kept.SHARED.get(("pets", "a request")) == "a picture"

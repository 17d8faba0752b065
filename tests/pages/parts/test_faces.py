"""What stands on the buttons of classes."""
import base64
import io

import numpy as np
import pytest
from PIL import Image

from branched import BranchedModel
from pages.ui.parts.faces import faces


def model_of(model, clusters=None, **curves) -> BranchedModel:
    facts = {"training": {"clusters": clusters} if clusters else {}}
    return BranchedModel(model.denoise.network, model.tree, facts, model.curves | curves)


@pytest.fixture
def means():
    """(M, N, D): in each class another pixel is the brightest."""
    at = np.full((3, 5, 64), -0.2, np.float16)
    at[0, range(5), range(5)] = 0.4
    return at


def test_the_mean_pictures_are_what_the_file_keeps_at_the_least_noise(model, means):
    pictures = model_of(model, means=means).mean_pictures()
    assert list(pictures) == list(model.labels)
    for k, picture in enumerate(pictures.values()):
        assert picture.shape == (8, 8) and picture[0, k] == 1 and (np.delete(picture.ravel(), k) == 0).all()


def test_without_means_or_of_a_table_there_are_none(model, table_model):
    rows = BranchedModel(table_model.denoise.network, table_model.tree, {}, {"means": np.ones((3, 5, 5), np.float16)},
                         table_model.form)
    assert model.mean_pictures() == rows.mean_pictures() == {}


def test_a_class_that_was_taught_later_has_its_own(model, means):
    curves = {"times": np.linspace(0.1, 1, 3, dtype=np.float32), "similarity": np.ones((3, 5, 5), np.float32)}
    images = np.random.default_rng(0).random((3, 8, 8), dtype=np.float32)
    larger = model_of(model, means=means, **curves).extend(images, "star", "4", 0.2, steps=1)
    assert list(larger.mean_pictures()) == [*model.labels, "star"]
    wanted = images.mean(0)
    assert np.corrcoef(larger.mean_pictures()["star"].ravel(), wanted.ravel())[0, 1] > 0.9


def test_only_classes_that_are_clusters_need_a_face(model, means):
    assert faces(model_of(model, means=means)) == {label: label for label in model.labels}
    assert faces(model_of(model, clusters="groups")) == {label: label for label in model.labels}
    shown = faces(model_of(model, clusters="groups", means=means))
    assert list(shown) == list(model.labels)
    for k, (label, text) in enumerate(shown.items()):
        name, source = text.removesuffix(")").split(" ![](data:image/png;base64,")
        picture = np.asarray(Image.open(io.BytesIO(base64.b64decode(source))))
        assert name == label and picture.shape == (8, 8) and picture.argmax() == k

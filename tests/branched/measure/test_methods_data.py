"""What was measured of all methods is read as it was written; what is wrong with the files is said in a sentence."""
import numpy as np
import pytest
from planted_methods import ROWS, STRENGTHS, pictures, plant, record

from branched import BranchedError, measured_methods


def test_what_was_written_is_read(tmp_path):
    methods, written = measured_methods(plant(tmp_path)), record()
    assert list(methods.record.rows) == list(ROWS) and methods.record.steps == 20
    for name, row in methods.record.rows.items():
        assert {key: getattr(row, key) for key in written["rows"][name]} == written["rows"][name]
    assert {name: tuple(point.guidance for point in points)
            for name, points in methods.record.curves.items()} == STRENGTHS
    assert methods.record.tsne["tree"].meant == tuple(written["tsne"]["tree"]["meant"])
    assert methods.record.variants["cbn-class-per-time"].own is None
    assert methods.record.variants["ac-1-frozen"].own == 0.99
    assert set(methods.pictures) == set(pictures())
    for name, array in pictures().items():
        np.testing.assert_array_equal(methods.of(*name.split("/")), array)
    assert methods.of("row", "nobody") is None


def test_what_is_not_told_is_none(tmp_path):
    rows = {"label": {"model": "mnist-guided", "more": [1]}}
    methods = measured_methods(plant(tmp_path, {"rows": rows}, {}))
    assert methods.record.rows["label"].right is None and methods.record.real.coverage is None
    assert dict(methods.record.curves) == {} and methods.pictures == {}


@pytest.mark.parametrize("text", [
    b"", b"{", b"[]", b"\xff\xfe", b'{"rows": {"label": {}}}', b'{"rows": {"label": {"model": "m", "right": "much"}}}',
    b'{"tsne": {"label": {"real": [[1, 2, 3]], "drawn": [], "meant": []}}}', b'{"curves": {"free": [{"right": 1}]}}'])
def test_damaged_figures_are_told(tmp_path, text):
    (plant(tmp_path) / "methods.json").write_bytes(text)
    with pytest.raises(BranchedError, match="does not hold what was measured"):
        measured_methods(tmp_path)


@pytest.mark.parametrize("name, array", [
    ("curve/free", pictures()["curve/free"][:-1]), ("row/free", pictures()["row/free"][0]),
    ("row/free", pictures()["row/free"].astype(float)), ("artefact/ac-1-frozen", pictures()["row/free"][0]),
    ("other/free", pictures()["row/free"]), ("row/free", pictures()["row/free"][:, :0]),
    ("reconstruction/kl", pictures()["row/free"][:1])])
def test_pictures_that_do_not_fit_are_told(tmp_path, name, array):
    plant(tmp_path, arrays=pictures() | {name: array})
    with pytest.raises(BranchedError, match=f"pictures {name} .* not what they should be"):
        measured_methods(tmp_path)

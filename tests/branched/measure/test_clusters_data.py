"""What was measured of trees without labels is read as it was written; what is wrong with the files is said."""
import numpy as np
import pytest
from planted_clusters import CLASSES, GROUPS, OF, WAYS, level, pictures, plant, record

from branched import BranchedError, measured_clusters


def test_what_was_written_is_read(tmp_path):
    measured, written = measured_clusters(plant(tmp_path)), record()
    read = measured.record
    assert (read.groups, read.classes, read.n, read.model) == (GROUPS, CLASSES, 100, "mnist-clusters")
    for name in ("clustering", "terms"):
        assert {key: getattr(getattr(read, name), key) for key in written[name]} == written[name]
    assert (read.agreement.agree, read.agreement.luck, read.agreement.crossings) == (0.75, 0.01, 0)
    assert read.agreement.right == GROUPS and read.agreement.left == tuple(CLASSES[k] for k in OF)
    for name in ("rows", "reconstructions", "conditions"):
        assert list(getattr(read, name)) == list(written[name])
        for entry, values in written[name].items():
            assert {key: getattr(getattr(read, name)[entry], key) for key in values} == values
    for tree, values in zip(read.seeds, written["seeds"], strict=True):
        assert {key: getattr(tree, key) for key in values} == values
    assert read.chosen.seed == 5 and [tree.mark for tree in read.seeds] == ["", "", "", "", "chosen"]
    assert read.control[0].accuracy == 0.8
    assert read.reached["0"] == 1


def test_pictures_and_counts_are_found_by_way(tmp_path):
    measured = measured_clusters(plant(tmp_path))
    for k, way in enumerate(WAYS):
        assert (measured.of(way)[3, 5] == level(k, 3, 5)).all()
        assert tuple(measured.counts(way).argmax(1)) == OF and (measured.counts(way).sum(1) == 100).all()
    assert measured.test.shape == measured.reconstructed("diffusion").shape == (40, 28, 28)
    assert measured.reconstructed("naive") is None and measured.of("nobody") is None
    assert measured.counts("nobody") is None


def test_the_spread_over_seeds_is_that_of_a_sample(tmp_path):
    read = measured_clusters(plant(tmp_path)).record
    assert read.spread("information") == pytest.approx((2.28, np.sqrt(2.5) / 100, 2.26, 2.3, 5))
    assert read.over_seeds["accuracy"].least == pytest.approx(0.972) and "chosen" not in read.over_seeds
    control = read.over_control["accuracy"]
    assert (control.mean, control.count) == (0.8, 1) and np.isnan(control.deviation)
    empty = measured_clusters(plant(tmp_path, {}, {})).record.spread("nmi")
    assert np.isnan(empty[:4]).all() and empty.count == 0


def test_what_is_not_told_is_none_or_empty(tmp_path):
    measured = measured_clusters(plant(tmp_path, {"rows": {"decoder": {"more": [1]}}, "seeds": [{}]}, {}))
    read = measured.record
    assert read.rows["decoder"].purity is None and read.seeds[0].nmi is None and not read.seeds[0].chosen
    assert read.clustering.accuracy is None and read.terms.elbo is None and read.agreement.agree is None
    assert read.chosen is None and dict(read.leaves) == dict(read.reached) == {} and measured.test is None


@pytest.mark.parametrize("text", [
    b"", b"{", b"[]", b"\xff\xfe", b'{"rows": {"decoder": {"purity": "much"}}}', b'{"seeds": {"1": {}}}',
    b'{"groups": ["A"], "classes": ["0", "1"], "leaves": {"decoder": [[1]]}}',
    b'{"groups": ["A"], "classes": ["0"], "leaves": {"decoder": [[1], [2]]}}'])
def test_damaged_figures_are_told(tmp_path, text):
    (plant(tmp_path) / "clusters.json").write_bytes(text)
    with pytest.raises(BranchedError, match="does not hold what was measured"):
        measured_clusters(tmp_path)


@pytest.mark.parametrize("name, array", [
    ("decoder", pictures()["decoder"][:-1]), ("decoder", pictures()["decoder"][0]),
    ("decoder", pictures()["decoder"].astype(float)), ("decoder", pictures()["decoder"][:, :0]),
    ("other", pictures()["decoder"]), ("other/decoder", pictures()["test"]), ("reconstructed", pictures()["test"]),
    ("reconstructed/other", pictures()["test"]), ("reconstructed/decoder", pictures()["test"][1:])])
def test_pictures_that_do_not_fit_are_told(tmp_path, name, array):
    plant(tmp_path, arrays=pictures() | {name: array})
    with pytest.raises(BranchedError, match=f"pictures {name} .* not what they should be"):
        measured_clusters(tmp_path)

"""Typefaces: no design in both parts, rows that belong together, and drawing by design; other data as ever."""
import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from branched.data import faces
from branched.data.dataset import Dataset, load
from branched.errors import BranchedError

pytestmark = pytest.mark.usefixtures("alone")


def planted(designs: list[int], letters: int = 3, shuffled: bool = False) -> Dataset:
    """Faces of these designs in a few classes; a pixel is 10 times the place of its face, plus that of its class."""
    n = len(designs)
    ids, y = torch.arange(n).repeat_interleave(letters), torch.arange(letters).repeat(n)
    x = (10 * ids + y).to(torch.uint8)[:, None, None, None].repeat(1, 1, 2, 2)
    order = torch.randperm(len(y), generator=generator()) if shuffled else torch.arange(len(y))
    data = Dataset.of_images("planted", tuple("abc"[:letters]), x[order], y[order])
    return replace(data, designs=torch.tensor(designs)[ids[order]], ids=ids[order])


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def pixels(drawn: torch.Tensor) -> torch.Tensor:
    return ((drawn[:, 0, 0, 0] + 1) * 127.5).round().long()


# -- drawing by design -------------------------------------------------------------------------------------------------

def test_a_design_of_many_faces_is_drawn_no_more_often_than_one_of_one():
    data = planted([7, 7, 2, 7, 7, 2, 5])  # four, two and one face; each design a third of all draws
    seen = torch.bincount(pixels(data.draw("abc", 12_000, generator())) // 10, minlength=7) / 12_000
    expected = torch.tensor([1 / 12, 1 / 12, 1 / 6, 1 / 12, 1 / 12, 1 / 6, 1 / 3])
    assert (seen - expected).abs().max() < 0.015  # over three standard deviations of the largest


def test_drawing_by_design_keeps_equal_shares_and_is_repeatable():
    data = planted([0, 0, 1], shuffled=True)
    drawn = data.draw("ac", 101, generator())
    shares = torch.bincount(pixels(drawn) % 10, minlength=3)
    assert shares[1] == 0 and sorted(shares.tolist()) == [0, 50, 51]
    assert torch.equal(drawn, data.draw("ac", 101, generator()))
    assert not torch.equal(drawn, data.draw("ac", 101, generator(1)))


def test_other_data_are_drawn_bit_for_bit_as_before():
    data = replace(planted([0, 0, 1]), designs=None, ids=None)
    g = generator(3)
    shares = torch.full((3,), 3)
    shares[torch.randperm(3, generator=g)[:1]] += 1
    rows = [torch.nonzero(data.y == k).flatten() for k in range(3)]
    picks = torch.cat([r[torch.randint(len(r), (share,), generator=g)]
                       for r, share in zip(rows, shares.tolist(), strict=True)])
    expected = data.form.scale(data.x[picks[torch.randperm(10, generator=g)]])
    assert torch.equal(data.draw("abc", 10, generator(3)), expected)


def test_what_is_known_of_objects_goes_along_with_a_part_of_the_classes():
    data = planted([4, 4, 9], shuffled=True)
    part = data.only("ca")
    assert part.labels == ("a", "c") and torch.equal(part.ids, part.x[:, 0, 0, 0].long() // 10)
    assert part.designs.tolist() == [9 if face == 2 else 4 for face in part.ids.tolist()]


def test_other_designs_are_other_data_for_a_run_that_goes_on():
    assert planted([0, 0, 1]).identity != planted([0, 1, 1]).identity
    plain = replace(planted([0, 0, 1]), designs=None, ids=None)
    assert plain.identity == replace(planted([0, 1, 1]), designs=None, ids=None).identity


def test_designs_and_ids_are_of_every_object():
    data = planted([0, 1])
    for wrong in ({"designs": torch.zeros(2)}, {"ids": torch.zeros(7)}):
        with pytest.raises(BranchedError, match="a design and an id for each"):
            replace(data, **wrong)


# -- what belongs together ---------------------------------------------------------------------------------------------

def test_row_i_of_every_class_is_the_same_face():
    data = planted([0, 1, 1, 2], shuffled=True)
    ids, x = data.together()
    assert ids.tolist() == [0, 1, 2, 3] and x.shape == (3, 4, 1, 2, 2)
    assert x[:, :, 0, 0, 0].tolist() == [[0, 10, 20, 30], [1, 11, 21, 31], [2, 12, 22, 32]]


def test_a_face_that_lacks_a_letter_is_left_out():
    data = planted([0, 1, 1])
    kept = torch.arange(len(data)) != 4  # the b of face 1
    data = replace(data, x=data.x[kept], y=data.y[kept], ids=data.ids[kept], designs=data.designs[kept])
    ids, x = data.together()
    assert ids.tolist() == [0, 2] and x[1, :, 0, 0, 0].tolist() == [1, 21]


def test_where_nothing_belongs_together_that_is_said():
    data = planted([0, 1])
    with pytest.raises(BranchedError, match="Nobody knows which images of planted belong together"):
        replace(data, ids=None).together()
    with pytest.raises(BranchedError, match="two images of the same id"):
        replace(data, ids=torch.zeros_like(data.ids)).together()


# -- the typefaces themselves ------------------------------------------------------------------------------------------

def test_no_design_is_in_both_parts():
    train, test = load("typefaces"), load("typefaces", "test")
    assert train.labels == test.labels == tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ") and train.shape == (1, 28, 28)
    assert len(train) == 26 * 873 and len(test) == 26 * 198
    assert not set(train.designs.tolist()) & set(test.designs.tolist())
    assert (len(train.designs.unique()), len(test.designs.unique())) == (288, 73)
    first = [{str(name).split()[0] for name in faces.read().names[data.ids.unique()]} for data in (train, test)]
    assert not first[0] & first[1]


def test_a_part_has_each_face_whole():
    test, found = load("typefaces", "test"), faces.read()
    ids, x = test.together()
    assert (found.fold[ids] == faces.TEST_FOLD).all() and len(ids) == 198
    assert np.array_equal(x[:, :, 0].numpy(), found.x[ids].swapaxes(0, 1))


def test_letters_stand_on_one_line_and_are_as_high_as_told():
    """Of the straight capitals of faces that were not scaled down: ink from row 5 to row 22."""
    ink = (faces.read().x[:, faces.LETTERS.index("H")] > 127).any(2)
    assert np.median(ink.argmax(1)) == 5 and np.median(27 - ink[:, ::-1].argmax(1)) == 22


def test_a_known_data_set_in_its_usual_forms():
    data = load("typefaces", classes=("B", "A"), size=16, colour=True)
    assert data.labels == ("A", "B") and data.shape == (3, 16, 16) and data.form.shows == "characters"
    assert len(data.designs) == len(data.ids) == len(data) == 2 * 873


def test_every_family_is_credited():
    with open(Path(faces.SHIPPED).with_name("FONTS.tsv"), encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    found = faces.read()
    assert {row["family"] for row in rows} >= set(found.names.tolist()) and len(rows) == 457
    assert all(row["package"] and row["copyright"] for row in rows)
    assert all(Path(faces.SHIPPED).with_name(f"{licence}.txt").is_file() for licence in np.unique(found.licence))


def test_a_damaged_file_is_one_sentence(tmp_path):
    (tmp_path / "a.npz").write_bytes(faces.SHIPPED.read_bytes()[:5000])
    np.savez(tmp_path / "b.npz", x=np.zeros(3))
    for name in ("a.npz", "b.npz", "none.npz"):
        with pytest.raises(BranchedError, match=f"{name} holds no typefaces"):
            faces.read(tmp_path / name)


def test_a_group_in_two_folds_is_refused():
    found = faces.read()
    of = {name: array[:2] for name, array in vars(found).items() if name in faces.Faces.__dataclass_fields__}
    faces.Faces(**of)
    with pytest.raises(BranchedError, match="one group are in one fold"):
        faces.Faces(**of | {"fold": np.array([0, 1], np.int8)})
    with pytest.raises(BranchedError, match="uint8"):
        faces.Faces(**of | {"x": np.zeros((2, 26, 20, 20), np.uint8)})

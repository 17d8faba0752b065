"""What was measured lies in two files, of methods and of trees without labels alike: where they are looked for, when
they are read anew, and what is said of missing and damaged ones."""
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import planted_clusters
import planted_methods
import pytest

from branched import BranchedError, checkpoint, measured_clusters, measured_methods


class Kind(NamedTuple):
    """What reads them, what plants them, and the name of some pictures in them."""

    stem: str
    read: Callable[..., Any]
    planted: Any
    picture: str


@pytest.fixture(params=[Kind("methods", measured_methods, planted_methods, "row/free"),
                        Kind("clusters", measured_clusters, planted_clusters, "decoder")], ids=lambda kind: kind.stem)
def kind(request) -> Kind:
    return request.param


def test_a_folder_of_ones_own_comes_first(kind, tmp_path, monkeypatch):
    shipped, mine = tmp_path / "shipped", tmp_path / "mine"
    for folder in (shipped, mine):
        folder.mkdir()
    kind.planted.plant(shipped, kind.planted.record() | {"machine": "theirs"})
    monkeypatch.setattr(checkpoint, "SHIPPED", shipped)
    monkeypatch.setenv("BRANCHED_MODELS", str(mine))
    assert kind.read().record.machine == "theirs", "as long as mine has none"
    kind.planted.plant(mine, kind.planted.record() | {"machine": "mine"})
    assert kind.read().record.machine == "mine"
    assert kind.read(shipped).record.machine == "theirs"


def test_new_files_are_seen_and_unchanged_ones_are_kept(kind, tmp_path):
    first = kind.read(kind.planted.plant(tmp_path))
    assert kind.read(tmp_path) is first
    kind.planted.plant(tmp_path, kind.planted.record() | {"n": 7})
    assert kind.read(tmp_path).record.n == 7


def test_without_files_it_says_what_writes_them(kind, tmp_path):
    with pytest.raises(BranchedError, match=f"no file {kind.stem}.json.*measure-{kind.stem}"):
        kind.read(tmp_path)
    kind.planted.plant(tmp_path)
    (tmp_path / f"{kind.stem}.npz").unlink()
    with pytest.raises(BranchedError, match=f"no file {kind.stem}.npz.*measure-{kind.stem}"):
        kind.read(tmp_path)


@pytest.mark.parametrize("kept", [0, 30, 1000, 5000])
def test_a_file_of_pictures_that_is_cut_short_is_told(kind, tmp_path, kept):
    path = kind.planted.plant(tmp_path) / f"{kind.stem}.npz"
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(BranchedError, match="not a whole file of pictures"):
        kind.read(tmp_path)


def test_pictures_hold_no_code(kind, tmp_path):
    kind.planted.plant(tmp_path, arrays={kind.picture: np.array([{}, None])})
    with pytest.raises(BranchedError, match="not a whole file of pictures"):
        kind.read(tmp_path)

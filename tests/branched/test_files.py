"""Files are written whole or not at all: what was there stays until the new one is whole."""
import os
from pathlib import Path

import pytest

from branched import BranchedError
from branched.files import write_atomically


def writing(text: str):
    return lambda temporary: Path(temporary).write_text(text)


def test_a_file_appears_whole_in_a_new_folder_and_others_may_read_it(tmp_path):
    path = tmp_path / "a" / "b" / "file.txt"
    write_atomically(path, writing("whole"))
    assert path.read_text() == "whole" and path.stat().st_mode & 0o777 == 0o644
    assert os.listdir(path.parent) == ["file.txt"]


def test_it_is_not_there_before_it_is_whole(tmp_path):
    path = tmp_path / "file.txt"
    path.write_text("old")

    def slowly(temporary: str) -> None:
        Path(temporary).write_text("half")
        assert path.read_text() == "old" and Path(temporary).parent == path.parent
        Path(temporary).write_text("new")

    write_atomically(path, slowly)
    assert path.read_text() == "new"


@pytest.mark.parametrize("error", [OSError("No space left"), KeyboardInterrupt(), ValueError("a bug")], ids=repr)
def test_whatever_goes_wrong_the_old_one_stays_and_nothing_lies_beside_it(tmp_path, error):
    path = tmp_path / "file.txt"
    path.write_text("old")

    def fails(temporary: str) -> None:
        Path(temporary).write_text("half")
        raise error

    with pytest.raises(BranchedError if isinstance(error, OSError) else type(error)):
        write_atomically(path, fails)
    assert path.read_text() == "old" and os.listdir(tmp_path) == ["file.txt"]


def test_targets_that_cannot_be_written_are_told_in_a_sentence(tmp_path):
    (tmp_path / "taken").mkdir()
    (tmp_path / "file").write_text("")
    for path in (tmp_path / "file" / "below.txt", tmp_path / "taken", tmp_path / ("x" * 300)):
        with pytest.raises(BranchedError, match="could not be written"):
            write_atomically(path, writing("text"))
    assert sorted(os.listdir(tmp_path)) == ["file", "taken"]

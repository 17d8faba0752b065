"""Files are written whole or not at all: what was there stays until the new one is whole."""
import os
from pathlib import Path

import pytest

from branched import BranchedError
from branched.files import named, write_atomically


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
        with pytest.raises(BranchedError, match="could not be written|No file can be called"):
            write_atomically(path, writing("text"))
    assert sorted(os.listdir(tmp_path)) == ["file", "taken"]


def test_a_link_is_followed_a_file_keeps_its_mode_and_a_new_one_has_the_usual(tmp_path):
    old, link = tmp_path / "old.txt", tmp_path / "link.txt"
    old.write_text("old")
    old.chmod(0o600)
    link.symlink_to(old)
    write_atomically(link, writing("new"))
    assert link.is_symlink() and old.read_text() == "new" and old.stat().st_mode & 0o777 == 0o600


def test_what_is_no_file_is_not_replaced(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/null")):
        with pytest.raises(BranchedError, match="no file that could be replaced"):
            write_atomically(path, writing("text"))
    assert sorted(os.listdir(tmp_path)) == ["pipe"] and not Path("/dev/null").is_file()


@pytest.mark.parametrize("name", ["~nobody-here/x", "a\0b", "\ud800", "x" * 300])
def test_names_that_no_file_can_have(name):
    with pytest.raises(BranchedError, match="No file can be called"):
        named(name)

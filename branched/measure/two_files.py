"""What was measured, in two files: the figures in NAME.json and the pictures in NAME.npz. Read for pages and tables,
and written a piece at a time.

What lies in one folder was measured alike, so that it compares; what was measured earlier stays.
"""
from __future__ import annotations

import json
import os
import zipfile
import zlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import numpy as np

from .. import checkpoint
from ..errors import BranchedError
from ..files import write_atomically

T = TypeVar("T")
CUT_SHORT = (OSError, EOFError, KeyError, ValueError, zipfile.BadZipFile, zlib.error)  # of a file of arrays


@dataclass(frozen=True)
class TwoFiles:
    """The files of a measurement: their name without an end, what was measured, and the command that writes them."""

    stem: str
    what: str
    command: str

    @property
    def how(self) -> str:
        """Half a sentence that says what writes them."""
        return f"`python -m branched {self.command}` measures {self.what} and writes it"

    def find(self, folder: str | os.PathLike | None = None) -> tuple[Path, Path]:
        """Figures and pictures of a folder: else of $BRANCHED_MODELS, if that has such figures, or of `checkpoints/`.
        Raises BranchedError if one of them is missing."""
        places = [Path(folder).expanduser()] if folder else [*reversed(checkpoint.folders())]
        place = next((place for place in places if (place / f"{self.stem}.json").is_file()), places[-1])
        for path in (paths := (place / f"{self.stem}.json", place / f"{self.stem}.npz")):
            if not path.is_file():
                raise BranchedError(f"There is no file {path.name} in {path.parent.name}/; {self.how}.")
        return paths

    def figures(self, path: Path, of: type[T]) -> T:
        """The figures as a record. Raises BranchedError for what is none."""
        try:
            return msgspec.json.decode(path.read_bytes(), type=of)
        except (msgspec.DecodeError, OSError, UnicodeDecodeError) as error:
            raise self.broken(path, str(error)) from None

    def pictures(self, path: Path) -> dict[str, np.ndarray]:
        """All arrays of a file; none may hold code. Raises BranchedError if it is cut short or foreign."""
        try:
            return _arrays(path)
        except CUT_SHORT as error:
            raise BranchedError(f"{path} is not a whole file of pictures ({error}); {self.how} anew.") from None

    def broken(self, path: Path, why: str) -> BranchedError:
        """What is wrong with a file of figures."""
        return BranchedError(f"{path} does not hold what was measured of {self.what} ({why}); {self.how} anew.")

    def misfit(self, name: str, array: np.ndarray, path: Path) -> BranchedError:
        """What is wrong with pictures of this name."""
        return BranchedError(f"The pictures {name} in {path} are not what they should be: {array.dtype} "
                             f"{array.shape}; {self.how} anew.")


def changed(paths: Iterable[Path]) -> tuple[int, ...]:
    """When files were changed: what was read of them is kept as long as this stays the same."""
    return tuple(path.stat().st_mtime_ns for path in paths)


def _arrays(path: Path) -> dict[str, np.ndarray]:
    with np.load(path, allow_pickle=False) as file:
        return {name: file[name] for name in file.files}


# -- writing -----------------------------------------------------------------------------------------------------------

def stored_figures(path: Path) -> dict[str, Any]:
    """The figures as they lie there, {} if there are none. Raises BranchedError if they are cut short or foreign."""
    try:
        stored = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    except (OSError, ValueError) as error:
        raise BranchedError(f"{path} is not a whole JSON file ({error}); measure anew.") from None
    if not isinstance(stored, dict):
        raise BranchedError(f"{path} is not what was measured; measure anew.")
    return stored


def stored_arrays(path: Path) -> dict[str, np.ndarray]:
    """The arrays of a file, {} if there is none. Raises BranchedError if it is cut short or foreign."""
    try:
        return _arrays(path) if path.is_file() else {}
    except CUT_SHORT as error:
        raise BranchedError(f"{path} is not a whole file of arrays ({error}); measure anew.") from None


def agreed(figures: Mapping[str, Any], protocol: Mapping[str, Any], path: Path) -> None:
    """Raises BranchedError if the stored figures of a file were measured by another protocol."""
    differing = {key: figures[key] for key in protocol if key in figures and figures[key] != protocol[key]}
    if differing:
        told = ", ".join(f"{key} = {value}" for key, value in differing.items())
        raise BranchedError(f"The figures in {path} were measured with {told}; what lies in one folder compares, so "
                            "measure likewise, or into another one.")


def write_figures(path: Path, figures: Mapping[str, Any], sections: Collection[str]) -> None:
    """Write JSON with a line for each value, and for each entry of a section, which has names or is a list."""
    text = _as_text(figures, sections)
    write_atomically(path, lambda temporary: Path(temporary).write_text(text, encoding="utf-8"))


def _as_text(figures: Mapping[str, Any], sections: Collection[str]) -> str:
    def of(value: Any) -> str:
        return json.dumps(value, ensure_ascii=False)

    lines = []
    for key, value in figures.items():
        if key in sections and isinstance(value, Mapping):
            entries = ",\n".join(f"  {of(name)}: {of(entry)}" for name, entry in value.items())
            lines.append(f" {of(key)}: {{\n{entries}\n }}")
        elif key in sections:
            entries = ",\n".join(f"  {of(entry)}" for entry in value)
            lines.append(f" {of(key)}: [\n{entries}\n ]")
        else:
            lines.append(f" {of(key)}: {of(value)}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def write_arrays(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    """Write a compressed file of arrays."""
    def write(temporary: str) -> None:
        with open(temporary, "wb") as file:
            np.savez_compressed(file, **arrays)

    write_atomically(path, write)

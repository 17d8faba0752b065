"""Files are written whole or not at all."""
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from safetensors import SafetensorError

from .errors import BranchedError

LITTER = {"thumbs.db", "ehthumbs.db", "desktop.ini", "__macosx", "icon\r", "@eadir"}  # what systems leave in folders


def visible(folder: Path) -> list[Path]:
    """What lies in a folder, in the order of names; without hidden files, and without what Windows, macOS and servers
    for home leave everywhere."""
    return sorted(path for path in folder.iterdir()
                  if not path.name.startswith(".") and path.name.lower() not in LITTER)


def check_folder(folder: Path) -> None:
    """Raises BranchedError for a folder that cannot be written to: before long work, rather than after it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        raise BranchedError(f"Nothing can be written to {folder}: {error}.") from None


def write_atomically(path: Path, write: Callable[[str], object]) -> None:
    """Let `write(temporary)` write a file, then rename it: what was at `path` stays until the new one is whole."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        os.close(handle)
        try:
            write(temporary)
            os.chmod(temporary, 0o644)  # mkstemp keeps others out, and a shipped model is for everyone
            os.replace(temporary, path)
        finally:
            Path(temporary).unlink(missing_ok=True)
    except (OSError, SafetensorError) as error:
        raise BranchedError(f"{path} could not be written: {error}.") from None

"""Files are written whole or not at all."""
import os
import secrets
import stat
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


LONGEST = 255  # bytes of a name, on all file systems that are in use


def named(name: str | os.PathLike) -> Path:
    """A path as somebody typed it, or as a file says it; ~ is one's own folder. Raises BranchedError for what no file
    can be called."""
    try:
        path = Path(name).expanduser()
        is_possible = b"\0" not in os.fsencode(path) and all(len(os.fsencode(part)) <= LONGEST for part in path.parts)
    except (RuntimeError, ValueError):  # nobody's folder; half a letter
        is_possible = False
    if not is_possible:
        raise BranchedError(f"No file can be called {str(name)!r:.200}.")
    return path


def is_file(path: Path) -> bool:
    """Whether there is such a file; no path is too long to be asked for."""
    try:
        return path.is_file()
    except OSError:
        return False


def check_folder(folder: Path) -> None:
    """Raises BranchedError for a folder that cannot be written to: before long work, rather than after it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        raise BranchedError(f"Nothing can be written to {folder}: {error}.") from None


def write_atomically(path: Path, write: Callable[[str], object]) -> None:
    """Let `write(temporary)` write a file, then rename it: what was at `path` stays until the new one is whole. A link
    is followed, and a file keeps its mode. Raises BranchedError for what is no file, such as a device or a folder."""
    try:
        target = Path(os.path.realpath(named(path)))
        target.parent.mkdir(parents=True, exist_ok=True)
        mode = _mode(target)
        temporary = target.with_name(f".{secrets.token_hex(8)}.part")
        os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))  # less what the umask takes away
        try:
            write(str(temporary))
            if mode is not None:
                os.chmod(temporary, mode)
            os.replace(temporary, target)
        finally:
            temporary.unlink(missing_ok=True)
    except (OSError, SafetensorError) as error:
        raise BranchedError(f"{path} could not be written: {error}.") from None


def _mode(path: Path) -> int | None:
    """The mode of a file that is there, None where there is none. Raises OSError for what is there and no file."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(mode):
        raise OSError("it is there, and it is no file that could be replaced; name another one")
    return stat.S_IMODE(mode)

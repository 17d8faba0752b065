"""Checkpoints: one safetensors file with tensors and a JSON header. No code inside; checked on loading."""
import dataclasses
import hashlib
import json
import os
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from . import believed
from .errors import BranchedError
from .files import is_file, named, visible, write_atomically

T = TypeVar("T")
FORMAT, VERSION = "branched", 1
LONGEST, MOST_TENSORS = 4_000_000, 10_000  # bytes of a header, and tensors: shipped files have 54,000 and 130
BESIDE = " (own)"  # ends the name of an own model that is called like a shipped one
SHIPPED = Path(__file__).resolve().parent.parent / "checkpoints"


def find(name: str | os.PathLike) -> Path:
    """The file of a model: a path as it is, or a name in `checkpoints/` or in the folder $BRANCHED_MODELS.

    One there that is called like a shipped one is found under its name and BESIDE.
    """
    path = named(name)
    if path.suffix == ".safetensors" or len(path.parts) > 1:
        return path
    places = [folder / f"{name}.safetensors" for folder in folders()]
    if path.name.endswith(BESIDE) and not any(is_file(place) for place in places):
        return folders()[-1] / f"{path.name.removesuffix(BESIDE)}.safetensors"
    return next((place for place in places if place.is_file()), places[0])


def names(*kinds: str) -> tuple[str, ...]:
    """Names under which `find` finds files of some kinds, sorted; also those too damaged to tell what they are."""
    return tuple(sorted(name for name in _stems() if kind_of(find(name)) in (*kinds, None)))


def has(name: str, kind: str) -> bool:
    """Whether a name is among those of a kind; no other file is opened to tell."""
    return name in _stems() and kind_of(find(name)) in (kind, None)


def _stems() -> set[str]:
    shipped, *own = [{path.stem for path in visible(folder) if path.suffix == ".safetensors" and is_file(path)}
                     if folder.is_dir() else set() for folder in folders()]
    return shipped | {f"{stem}{BESIDE}" if stem in shipped else stem for stems in own for stem in stems}


def folders() -> list[Path]:
    """Where files are looked for: what is shipped, and the folder $BRANCHED_MODELS, if there is one."""
    folder = os.environ.get("BRANCHED_MODELS")
    return [SHIPPED, named(folder)] if folder and named(folder).resolve() != SHIPPED.resolve() else [SHIPPED]


def changed(name: str | os.PathLike) -> tuple[int, int]:
    """When the file of a model was written, and its size; zeros, where there is none: another pair, another model."""
    try:
        there = find(name).stat()
    except (OSError, ValueError):
        return 0, 0
    return there.st_mtime_ns, there.st_size


def amiss() -> str:
    """What is wrong with the folder $BRANCHED_MODELS, in a sentence; "" if nothing is."""
    if all(folder.is_dir() for folder in folders()[1:]):
        return ""
    return (f"There is no folder {folders()[-1].absolute()}, which the environment variable BRANCHED_MODELS names; "
            "only the shipped models are here. Check its name.")


def kind_of(path: Path) -> str | None:
    """What a file says that it is, from its header alone: "" for one that is not ours, None if it cannot be read."""
    try:
        there = path.stat()
    except (OSError, ValueError):
        return None
    return _kind(path, there.st_mtime_ns, there.st_size, there.st_ino)


@lru_cache(maxsize=1000)
def _kind(path: Path, *changed: int) -> str | None:
    """The kind of a file, read once as long as that is not `changed`: every page asks for the kinds of all files."""
    try:
        with _opened(path) as file:
            metadata = file.metadata() or {}
    except (SafetensorError, OSError, ValueError):
        return None
    return metadata.get("kind", "") if metadata.get("format") == FORMAT else ""


def _opened(path: Path) -> Any:
    """A safetensors file, open. Raises BranchedError for one whose header is longer than any that is written here:
    to read it would take longer than a visitor waits."""
    with open(path, "rb") as file:
        length = int.from_bytes(file.read(8), "little")
    if length > LONGEST:
        raise BranchedError(f"{path} is not a whole model of this project (its header claims {length:,} bytes); get it "
                            "anew.")
    return safe_open(path, "pt")


def save(path: str | os.PathLike, kind: str, tensors: Mapping[str, Tensor], header: Mapping[str, Any]) -> None:
    """Write tensors and a JSON header of a `kind` ("model", "training", ...) to a safetensors file."""
    contents = {key: value.detach().cpu().contiguous() for key, value in tensors.items()}
    text = json.dumps(header, default=_plain)
    metadata = {"format": FORMAT, "kind": kind, "version": str(VERSION), "header": text,
                "sha256": digest(contents, text)}
    write_atomically(Path(path), lambda temporary: save_file(contents, temporary, metadata))


def load(path: str | os.PathLike, kind: str) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Tensors and header of a file that `save` wrote. Raises BranchedError if it is missing, cut short or foreign."""
    path = named(path)
    if not is_file(path):
        raise BranchedError(f"There is no file {path}.")
    try:
        with _opened(path) as file:
            metadata = file.metadata() or {}
            if metadata.get("format") != FORMAT or metadata.get("kind") != kind:
                raise BranchedError(f"{path} is a safetensors file, but not a {kind} of this project.")
            if metadata.get("version") != str(VERSION):
                raise BranchedError(f"{path} has version {metadata.get('version', '?'):.40}; this program reads "
                                    f"{VERSION}.")
            names = list(file.keys())
            if len(names) > MOST_TENSORS:
                raise BranchedError(f"{path} is no model of this project: it holds {len(names):,} tensors.")
            # Copied: a file aligns numbers as it likes, and where they lie decides how products are rounded; and what
            # stays mapped to the file kills the process, or changes a model, once that is overwritten in place.
            tensors = {name: file.get_tensor(name).clone() for name in names}
            if metadata["sha256"] != digest(tensors, metadata["header"]):
                raise BranchedError(f"{path} is damaged or edited (its checksum differs); get it anew.")
            return tensors, _header(metadata["header"])
    except BranchedError:
        raise
    except (SafetensorError, OSError, KeyError, RecursionError, ValueError) as error:
        raise BranchedError(f"{path} is not a whole safetensors file ({error}); get it anew.") from None


def _header(text: str) -> dict[str, Any]:
    """A header from its JSON. Raises ValueError or RecursionError where that is none, or has halves of letters."""
    header = json.loads(text)
    if not isinstance(header, dict):
        raise ValueError("its header is no dictionary")
    json.dumps(header, ensure_ascii=False).encode()
    return header


def assembled(path: Path, kind: str, assemble: Callable[[str, dict[str, Tensor], dict[str, Any]], T]) -> T:
    """What `assemble(name, tensors, header)` makes of a file. Raises BranchedError if the file is missing, cut short,
    edited or foreign, or if nothing whole can be made of what it holds."""
    tensors, header = load(path, kind)
    try:
        with believed.Within(tensors.values()):
            return assemble(path.stem, tensors, header)
    except (BranchedError, ArithmeticError, AttributeError, LookupError, TypeError, RuntimeError, ValueError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise BranchedError(f"{path} does not hold a whole model ({reason}); get it anew.") from None


def halved(weights: Mapping[str, Tensor], part: str) -> dict[str, Tensor]:
    """A network's weights in half precision, their names after that of the part; whole numbers as they are."""
    return {f"{part}.{key}": value.half() if value.is_floating_point() else value for key, value in weights.items()}


def whole(tensors: Mapping[str, Tensor], part: str) -> dict[str, Tensor]:
    """The weights of a part in single precision; copies, for what is not copied stays mapped to the file. Raises
    BranchedError if they are not finite."""
    weights = {key.removeprefix(f"{part}."): value for key, value in tensors.items() if key.startswith(f"{part}.")}
    if not all(value.isfinite().all() for value in weights.values()):
        raise BranchedError("its weights are not finite numbers")
    return {key: value.to(torch.float32, copy=True) if value.is_floating_point() else value.clone()
            for key, value in weights.items()}


def digest(tensors: Mapping[str, Tensor], header: str) -> str:
    """A checksum of header, names and contents, against damage that the format itself does not notice."""
    digest = hashlib.sha256(header.encode())
    for key in sorted(tensors):
        digest.update(key.encode())
        digest.update(tensors[key].reshape(-1).view(torch.uint8).numpy())
    return digest.hexdigest()


def _plain(value: Any) -> Any:
    """What JSON does not know: dataclasses and NumPy scalars."""
    if dataclasses.is_dataclass(value):
        return dataclasses.asdict(value)
    return value.item()

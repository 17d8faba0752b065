"""Typefaces rendered anew, from packages of npm; `python experiments/typefaces.py abel chewy` says how near they are.

Without names it takes all packages of branched/data/typefaces/FONTS.tsv, in the versions told there; with --output it
writes what it rendered, in the form of the shipped file. `npm pack` fetches packages, Pillow reads their fonts.

The shipped file was rendered by an earlier script, by the rules of the README beside it; this one is near it, not the
same to the pixel. A letter is centred by its text box, as there: what its advance and its ink cover together. Which
faces are too ornamental or too small is taken from the shipped file; --all renders every weight there is.
"""
import argparse
import csv
import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw, ImageFont

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # so that it runs from anywhere

from branched.data import faces
from branched.errors import BranchedError

FINER, SIDE = 8, 28      # supersampling; pixels of a picture
CAPITALS, BASE = 18, 23  # pixels: the height of an H, and of its foot below the upper edge
MOST = 26                # pixels of the widest and the highest letter; a face that is larger is scaled down whole
ALIKE, SAME = 0.2, 0.02  # relative L2 below which two faces are of one design; are the same
FILE = re.compile(r"package/files/(.+)-latin-(\d+)-(normal|italic)\.woff")


class Face(NamedTuple):
    """A face's place in a package, and its letters (26, 28, 28) uint8."""

    package: str
    weight: int
    style: str
    x: np.ndarray


def fetched(package: str, folder: Path) -> Path:
    """A package of npm, name@version, as a file."""
    answer = subprocess.run(["npm", "pack", "--silent", package], cwd=folder, capture_output=True, text=True)
    if answer.returncode:
        raise BranchedError(f"npm could not fetch {package}: {answer.stderr.strip()[-200:]}")
    return folder / answer.stdout.split()[-1]


def rendered(package: str, folder: Path) -> list[Face]:
    """All upright and italic faces of a package that have Latin letters."""
    found = []
    with tarfile.open(fetched(package, folder)) as archive:
        for member in archive.getmembers():
            if match := FILE.fullmatch(member.name):
                font = folder / "font.woff"
                font.write_bytes(archive.extractfile(member).read())
                found.append(Face(match[1], int(match[2]), match[3], letters(font)))
    return found


def letters(font: Path) -> np.ndarray:
    """A to Z (26, 28, 28) uint8, white on black, capitals 18 pixels high on one base line."""
    size = CAPITALS * FINER / height_of_capitals(font)
    boxes = [typeface(font, size).getbbox(letter, anchor="ls") for letter in faces.LETTERS]
    largest = max(max(right - left, bottom - top) for left, top, right, bottom in boxes) / FINER
    scaled = typeface(font, size * min(1, MOST / largest))
    return np.stack([drawn(scaled, letter) for letter in faces.LETTERS])


def typeface(font: Path, size: float) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(font), size, layout_engine=ImageFont.Layout.BASIC)


def height_of_capitals(font: Path) -> float:
    """Of an H, in em."""
    return -typeface(font, 1000).getbbox("H", anchor="ls")[1] / 1000


def drawn(font: ImageFont.FreeTypeFont, letter: str) -> np.ndarray:
    """A letter (28, 28) uint8, its text box in the middle: drawn large, and each pixel the mean of 8 x 8."""
    left, _, right, bottom = font.getbbox(letter, anchor="ls")
    middle = (min(0, left) + max(font.getlength(letter), right)) / 2
    base = min(BASE * FINER, (SIDE - 1) * FINER - bottom)  # one that hangs too low is lifted
    large = Image.new("L", (SIDE * FINER, SIDE * FINER))
    ImageDraw.Draw(large).text((SIDE * FINER / 2 - middle, base), letter, 255, font, "ls")
    return np.asarray(large).reshape(SIDE, FINER, SIDE, FINER).mean((1, 3)).round().astype(np.uint8)


# -- what belongs together ---------------------------------------------------------------------------------------------

def far(a: np.ndarray, b: np.ndarray) -> float:
    """Relative L2 of two faces (26, 28, 28): their distance over the mean of their lengths."""
    a, b = a.astype(np.float32), b.astype(np.float32)
    return float(2 * np.linalg.norm(a - b) / (np.linalg.norm(a) + np.linalg.norm(b)))


def distinct(found: list[Face]) -> list[Face]:
    """Without those that are the same as an earlier one, or nearly."""
    kept: list[Face] = []
    for face in found:
        if all(far(face.x, other.x) >= SAME for other in kept):
            kept.append(face)
    return kept


def grouped(found: list[Face]) -> list[str]:
    """The group of each face, by the first of its packages: those of the same first word, or with two faces alike."""
    first: dict[str, str] = {}
    for package in sorted({face.package for face in found}):
        first.setdefault(package.split("-")[0], package)
    group = [first[face.package.split("-")[0]] for face in found]
    for i, face in enumerate(found):
        for j in range(i):
            if group[i] != group[j] and far(face.x, found[j].x) < ALIKE:
                earlier, later = sorted((group[i], group[j]))
                group = [earlier if name == later else name for name in group]
    return group


def folds(found: list[Face], group: list[str]) -> np.ndarray:
    """Of each face (n,) the lowest fold in which the shipped file has a face of its group, so that what is held
    out there stays so, in fold 0; of new packages one by the name of their group."""
    known, lowest = faces.read(), {}
    shipped_fold = dict(zip(known.ids.tolist(), known.fold.tolist(), strict=True))
    for face, name in zip(found, group, strict=True):
        if (fold := shipped_fold.get(face.package)) is not None:
            lowest[name] = min(fold, lowest.get(name, fold))
    return np.array([lowest.get(name, 1 + sum(name.encode()) % 4) for name in group], np.int8)


# -- compared, and written ---------------------------------------------------------------------------------------------

def shipped(face: Face) -> int | None:
    """The place of a face in the shipped file; None if it is not there."""
    known = faces.read()
    places = np.flatnonzero((known.ids == face.package) & (known.weight == face.weight) & (known.style == face.style))
    return int(places[0]) if len(places) else None


def compared(found: list[Face]) -> None:
    """Print how far each face is from its shipped pictures."""
    known, offs = faces.read(), []
    for face in found:
        if (place := shipped(face)) is not None:
            grey = np.abs(face.x.astype(float) - known.x[place]).mean()
            offs.append((far(face.x, known.x[place]), grey))
            print(f"{face.package} {face.weight} {face.style}: relative L2 {offs[-1][0]:.3f}, {grey:.2f} of 255")
    if offs:
        print(f"{len(offs)} faces, median: relative L2 {np.median(offs, 0)[0]:.3f}, {np.median(offs, 0)[1]:.2f} of 255")


def written(found: list[Face], rows: dict[str, dict[str, str]], path: Path) -> None:
    """Write faces as `faces.read` reads them."""
    group, of = grouped(found), [rows[face.package] for face in found]
    np.savez_compressed(
        path, x=np.stack([face.x for face in found]), names=[row["family"] for row in of],
        ids=[face.package for face in found], style=[face.style for face in found],
        weight=np.array([face.weight for face in found], np.int16), category=[row["category"] for row in of],
        licence=[row["licence"] for row in of], group=group, fold=folds(found, group))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="of packages, without @fontsource/ (default: all of FONTS.tsv)")
    parser.add_argument("--all", action="store_true", help="all weights, not those of the shipped file alone")
    parser.add_argument("--output", type=Path, help="write them to this file (.npz)")
    options = parser.parse_args()
    with open(faces.SHIPPED.with_name("FONTS.tsv"), encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    rows = {row["package"].removeprefix("@fontsource/").rsplit("@", 1)[0]: row for row in table}
    if unknown := set(options.names) - set(rows):
        parser.error(f"FONTS.tsv has no {', '.join(sorted(unknown))}.")
    with tempfile.TemporaryDirectory() as folder:
        found = [face for name in options.names or rows for face in rendered(rows[name]["package"], Path(folder))]
    compared(found)
    if options.output:
        written(distinct([face for face in found if options.all or shipped(face) is not None]), rows, options.output)


if __name__ == "__main__":
    main()

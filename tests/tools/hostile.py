"""Hostile input, drawn from a seed: pictures, model files, tables, trees and names. Each comes with what it is called,
and is tried by a function for its kind."""
from __future__ import annotations

import io
import json
import random
import struct
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from models import tiny, tiny_label_model, tiny_tree, untrained
from PIL import Image

import branched
from branched import BranchedModel, ClassTree, Table, checkpoint
from branched.data import dataset
from branched.networks.mlp import MLPConfig
from branched.photos.decode import know_heic
from branched.photos.photo import prepare

HOST = "foreign.example"  # whom no browser may ask
NASTY = (f"![p](http://{HOST}/p.png)", f"[c](http://{HOST}/)", f"<img src=http://{HOST}/i onerror=alert(1)>", "$x^2$",
         "*a*_b_`c`", ":red[r] :material/home:", "a,b;c\"d'", "=cmd()|' /C calc'!A0", "\u202eevil", "e\u0301 \u00e9",
         "\U0001f600", "\u304b\u306a", "\u0627\u0644", "\x1b[2J", "\ud800", "a\0b", "", " ", "1" * 5000, "x" * 10**5,
         "../../etc/passwd", "~nobody-here/x", "C:\\a\\b", "None", "NaN", "all", "-1", "%s%n{0}{x}", "\n# head\n- a")
VALUES: tuple[Any, ...] = (None, True, -1, 0, 1, 1.5, 28.0, 10**5, 10**9, 2**63, -10**400, 1e308, float("nan"), [], {},
                           [[]], [-1], ["a", "a"], [10**6] * 3, list(range(3000)), {"a": {"b": []}}, *NASTY)
Case = tuple[str, Any]
Maker = Callable[[random.Random, Path], Iterator[Case]]


# -- pictures ----------------------------------------------------------------------------------------------------------

def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(*more: bytes, size: tuple[int, int] = (40, 40), colour: int = 0, rows: bytes | None = None) -> bytes:
    """A PNG of noise with chunks of one's own in front of its data."""
    width, height = size
    rows = rows if rows is not None else b"".join(b"\0" + bytes(range(0, 200, 5))[:width] for _ in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + b"".join(more) + chunk(b"IDAT", zlib.compress(rows)) + \
        chunk(b"IEND", b"")


def _zeros(count: int) -> bytes:
    """Zeros, compressed, as many as are wanted and no more memory than that takes."""
    packer, parts = zlib.compressobj(9), []
    for start in range(0, count, 1 << 20):
        parts.append(packer.compress(bytes(min(1 << 20, count - start))))
    return b"".join([*parts, packer.flush()])


def tall() -> bytes:
    """A picture of 49,999,999 pixels, one wide, in 50 KB."""
    head = struct.pack(">IIBBBBB", 1, 49_999_999, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", _zeros(2 * 49_999_999)) + chunk(b"IEND", b"")


def known_pictures() -> list[Case]:
    """Pictures of which each once led to a traceback, or took gigabytes or seconds."""
    bomb = zlib.compress(bytes(2_000_000))
    palette = chunk(b"PLTE", bytes(6)) + chunk(b"tRNS", bytes(256))
    strips = b"II*\0" + struct.pack("<IH", 8, 8) + b"".join(
        struct.pack("<HHII", tag, kind, count, value) for tag, kind, count, value in (
            (256, 4, 1, 1), (257, 4, 1, 500_000), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1),
            (273, 4, 500_000, 120), (278, 4, 1, 1), (279, 4, 500_000, 120))) + bytes(4)
    return [
        *((f"PNG with a short {kind.decode()}", png(chunk(kind, b"\0"))) for kind in
          (b"sRGB", b"gAMA", b"pHYs", b"cHRM", b"tRNS", b"acTL", b"iCCP", b"fcTL", b"eXIf")),
        ("PNG with 2 MB of compressed words", png(chunk(b"zTXt", b"a\0\0" + bomb))),
        ("PNG with 2 MB of international words", png(chunk(b"iTXt", b"a\0\1\0\0\0" + bomb))),
        ("PNG with a profile of 2 MB", png(chunk(b"iCCP", b"a\0\0" + bomb))),
        ("PNG with more transparency than palette", png(palette, colour=3)),
        ("PNG of no width", png(size=(0, 5))), ("PNG of negative size", png(size=(2**31 - 1, 2**31 - 1), rows=b"")),
        ("PFM of scale 0", b"Pf\n4 4\n0\n" + bytes(64)), ("PPM of words", b"P3\nx y\n255\n"),
        ("PPM of negative size", b"P6\n-4 4\n255\n" + bytes(48)), ("PNG, tall", tall()),
        ("PPM with a long comment", b"P5\n#" + b"x" * 3_000_000 + b"\n4 4\n255\n" + bytes(16)),
        ("PPM, a long text", b"P2\n1500 1500\n255\n" + b"0 " * 2_250_000),
        ("TIFF in many strips", strips + bytes(4_000_000))]


def _written(kind: str) -> bytes:
    know_heic()
    grey = np.full((60, 50), 250, np.uint8)
    grey[10:50, 22:28] = 5
    image, file = Image.fromarray(grey), io.BytesIO()
    (image.convert("RGBA") if kind in ("PNG", "WEBP", "TIFF") else image.convert("RGB")).save(file, kind)
    return file.getvalue()


def pictures(rng: random.Random, folder: Path) -> Iterator[Case]:
    """First the known ones, then files that are cut, spoilt, or whose sizes are lies."""
    yield from known_pictures()
    whole = {kind: _written(kind) for kind in ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF", "PPM", "JPEG2000", "AVIF",
                                                    "HEIF")}
    while True:
        kind = rng.choice(list(whole))
        spoilt, head = bytearray(whole[kind]), rng.random() < 0.5
        for _ in range(rng.choice((1, 2, 8, 40))):
            place = rng.randrange(min(len(spoilt), 60) if head else len(spoilt))
            spoilt[place] = rng.choice((0, 255, rng.randrange(256)))
        cut = len(spoilt) if rng.random() < 0.7 else rng.randrange(len(spoilt))
        yield f"{kind}, spoilt", bytes(spoilt[:cut])


def try_picture(content: bytes) -> None:
    prepare(content, (28, 28), 0.0)
    prepare(content, (28, 28, 3))


# -- model files -------------------------------------------------------------------------------------------------------

def bases(folder: Path) -> list[Path]:
    """A small model of each family."""
    tree = ClassTree.from_merges("ab", [(0.4, "ab")])
    table = Table.of(("u", "v"), torch.randn(20, 2, generator=torch.Generator().manual_seed(0)))
    curves = {"times": np.linspace(0, 1, 5, dtype=np.float32), "similarity": np.ones((5, 2, 2), np.float32)}
    facts = {"data": {"name": "d", "background": 0.0}, "training": {"steps": 3}, "quality": {}, "versions": {"a": "1"}}
    made = {"pictures": BranchedModel(untrained(tiny(), tree), tree, facts, curves),
            "rows": BranchedModel(untrained(MLPConfig((2,), 16, 1, 16, 2), tree), tree, facts, {}, table),
            "label": tiny_label_model("label"), "clusters": tiny_tree()}
    for name, model in made.items():
        model.save(folder / f"{name}.safetensors")
    return [folder / f"{name}.safetensors" for name in made]


def _places(value: Any, way: tuple = ()) -> Iterator[tuple]:
    """The ways to all parts of some JSON."""
    for key in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield (*way, key)
        yield from _places(value[key], (*way, key))


def _put(header: Any, way: tuple, value: Any) -> None:
    for key in way[:-1]:
        header = header[key]
    header[way[-1]] = value


def crafted(path: Path, kind: str, tensors: dict[str, torch.Tensor], header: Any, text: str | None = None) -> Path:
    """A file with a right checksum, whatever its header says; or whatever that is as text."""
    text = json.dumps(header) if text is None else text
    checkpoint.save_file(tensors, path, {"format": "branched", "kind": kind, "version": "1", "header": text,
                                         "sha256": checkpoint.digest(tensors, text)})
    return path


def known_models(folder: Path) -> Iterator[Case]:
    """Files of which each once led to a traceback, or to work without end."""
    source = bases(folder)[0]
    tensors, header = checkpoint.load(source, "model")

    def put(way: tuple, value: Any) -> Path:
        changed = json.loads(json.dumps(header))
        _put(changed, way, value)
        return crafted(folder / f"k{'-'.join(map(str, way))}.safetensors", "model", tensors, changed)

    for way, value in (
            (("branches",), 100_000), (("network", "blocks"), [10**4] * 3), (("network", "blocks"), [10**9] * 3),
            (("network", "rank"), 10**6), (("network", "heads"), -4), (("network", "shape"), [1, 28.0, 28.0]),
            (("network", "shape"), [1, 0, 0]), (("network", "shape"), [1, -8, -8]),
            (("network", "shape"), [1, 2**20, 2**20]), (("facts",), []), (("facts",), None), (("facts",), "x"),
            (("tree",), {"time": 0.3, "split": [str(k) for k in range(100_000)]})):
        yield f"{'.'.join(way)} = {value!r:.40}", put(way, value)
    deep, digits = "[" * 100_000 + "]" * 100_000, '{"tree": ' + "1" * 5_000 + "}"
    for name, text in (("nested deeply", deep), ("5,000 digits", digits), ("no dictionary", "[]")):
        yield name, crafted(folder / f"{name}.safetensors", "model", tensors, None, text)
    empty = {f"t{k}": torch.zeros(0) for k in range(100_000)}
    yield "100,000 empty tensors", crafted(folder / "empty.safetensors", "model", empty, header)


def models(rng: random.Random, folder: Path) -> Iterator[Case]:
    """First the known ones, then models of all families with something else where it matters, rightly signed."""
    yield from known_models(folder)
    loaded = [(checkpoint.kind_of(path), *checkpoint.load(path, checkpoint.kind_of(path))) for path in bases(folder)]
    for k in range(10**9):
        kind, tensors, header = rng.choice(loaded)
        header, way = json.loads(json.dumps(header)), ()
        for _ in range(rng.choice((1, 1, 1, 3))):
            way = rng.choice([place for place in _places(header) if len(place) <= rng.choice((1, 2, 9))])
            _put(header, way, rng.choice(VALUES))
        try:
            yield f"{kind}: {'.'.join(map(str, way))}", crafted(folder / f"c{k}.safetensors", kind, tensors, header)
        except UnicodeEncodeError:
            continue


def try_model(path: Path) -> None:
    """Load it, and ask of it what pages ask first."""
    model = branched.load(path, "cpu")
    branched.judge_for(model)
    outline = model.outline()
    for group in outline.groups[:3]:
        outline.path(group)
    if isinstance(model, BranchedModel):
        model.tree.closest_pairs(1)
        model.tree.by_kinship(model.labels[0])
    for _ in model.sampling(model.labels[:2], sampling=branched.Sampling(n=1, steps=2)):
        pass


# -- tables, trees, names, addresses -----------------------------------------------------------------------------------

def tables(rng: random.Random, folder: Path) -> Iterator[Case]:
    """CSV files with odd cells, names, quotes, ends of lines and encodings."""
    for k in range(10**9):
        columns, cells = rng.choice((1, 2, 3, 300)), (*NASTY, "1", "2.5", "-3", "1e400", "\"", "0x1", "1,5")
        odd = rng.choice((0.02, 0.2, 1.0))
        row = [[rng.choice(cells) if rng.random() < odd else str(rng.randrange(99)) for _ in range(columns)]
               for _ in range(rng.choice((1, 9, 60)))]
        head = [rng.choice(cells) if rng.random() < odd else f"f{c}" for c in range(columns - 1)]
        join = rng.choice((",", ";", "\t"))
        text = rng.choice(("\n", "\r\n", "\r")).join(join.join(line) for line in [[*head, "class"], *row])
        path = folder / f"t{k}.csv"
        path.write_bytes(text.encode(rng.choice(("utf-8", "utf-16", "cp1252", "utf-8-sig")), "replace"))
        yield f"table {k}", path


def try_table(path: Path) -> None:
    data = dataset.load(str(path))
    data.form.write(path.with_suffix(".out.csv"), [({"class": data.labels[0]}, data.form.shown(data.x[:2]))])


def trees(rng: random.Random, folder: Path) -> Iterator[Case]:
    """Trees as JSON, more or less."""
    def node(depth: int) -> Any:
        if depth == 0 or rng.random() < 0.2:
            return rng.choice((*VALUES, "a", "b", {"class": "c"}))
        time = rng.choice((0.1 * depth, 0.1 * depth, *VALUES))
        return {"time": time, "split": [node(depth - 1) for _ in range(rng.choice((0, 1, 2, 3)))]}

    while True:
        yield "tree", node(rng.choice((1, 3, 6)))


def try_tree(source: Any) -> None:
    ClassTree.from_json(source).closest_pairs(1)


def names(rng: random.Random, folder: Path) -> Iterator[Case]:
    """Names of models, files, classes."""
    for k in range(10**9):
        yield "name", rng.choice(NASTY) + rng.choice(("", ".csv", ".safetensors", "/x", "x" * 300)) * (k >= len(NASTY))


def try_name(name: str) -> None:
    for load in (branched.load, dataset.load):
        try:
            load(name)
        except branched.BranchedError as error:
            str(error).encode()


KINDS: dict[str, tuple[Maker, Callable[[Any], None]]] = {
    "pictures": (pictures, try_picture), "models": (models, try_model), "tables": (tables, try_table),
    "trees": (trees, try_tree), "names": (names, try_name)}

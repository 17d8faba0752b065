"""How the app reads pictures that people bring: `python tests/tools/handed.py [PART ...] [--folder FOLDER]`.

Parts: `handed`, pictures in a folder whose INDEX.tsv says what is on each, by kind; `photos`, MNIST's test digits as
synthetic phone photos, and clean; `strangers`, 200 pictures that show no single digit. Read by the reader, the judge
and the tree; refused pictures count as not read, and as told.
"""
import argparse
import io
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # so that it runs from anywhere

import branched
from branched.data import hands
from branched.data.dataset import load
from pages.ui.transmute.told import KNOWN

SURE = 0.8  # a share from which on a reading is confident
WORDS = ["the", "quick", "brown", "fox", "jumps", "over", "a", "lazy", "dog", "and", "says", "0123456789", "times"]
Read = tuple[str, float]  # as what, and how likely; "" for what is refused or told as doubtful


def by_everyone(model: branched.BranchedModel, sources: list) -> dict[str, list[Read]]:
    """What each source is taken for by the reader, which knows what is no digit, by the judge, and by the tree."""
    reader, judge = branched.reader_for(model), branched.judge_for(model)
    prepared = [_prepared(model, source) for source in sources]
    there = [k for k, picture in enumerate(prepared) if picture is not None]
    x = np.stack([prepared[k] for k in there]).astype(np.float32)
    read = reader.read(x, model.labels)
    shares = {"reader": read.probabilities * (1 - read.other[:, None]), "judge": judge.probabilities(x),
              "tree": model.classify(x).probabilities}
    result = {who: [("", 0.0)] * len(sources) for who in shares}
    for who, rows in shares.items():
        for k, row in zip(there, rows, strict=True):
            if row.sum() >= KNOWN:
                result[who][k] = model.labels[row.argmax()], float(row.max())
    return result


def _prepared(model: branched.BranchedModel, source) -> np.ndarray | None:
    try:
        return model.prepare(source)
    except branched.BranchedError:
        return None


def handed(model: branched.BranchedModel, folder: Path) -> Iterator[str]:
    """Pictures that others made, by kind."""
    rows = [line.split("\t") for line in (folder / "INDEX.tsv").read_text(encoding="utf-8").splitlines()[1:]]
    read = by_everyone(model, [folder / row[0] for row in rows])
    for kind in sorted({row[2] for row in rows}) + ["all"]:
        mine = [k for k, row in enumerate(rows) if len(row[1]) == 1 and kind in (row[2], "all")]
        for who, answers in read.items():
            right = [answers[k][0] == rows[k][1] for k in mine]
            sure = sum(not good and answers[k][1] > SURE for k, good in zip(mine, right, strict=True))
            yield f"{kind}, by the {who}: {sum(right)} of {len(mine)} right, {sure} confidently wrong"
    for k, row in enumerate(rows):
        if len(row[1]) != 1 or read["reader"][k][0] != row[1]:
            yield f"  {row[0]} is {row[1]}: read as {read['reader'][k]}"


def photos(model: branched.BranchedModel, n: int) -> Iterator[str]:
    """MNIST's test digits as photos, and clean."""
    test, rng = load("mnist", "test"), np.random.default_rng(0)
    rows = rng.choice(len(test), n, replace=False)
    digits = test.form.shown(test.x[rows])
    for what, sources in (("photos", [photographed(digit, rng) for digit in digits]), ("clean", list(digits))):
        for who, answers in by_everyone(model, sources).items():
            right = np.mean([label == str(int(y)) for (label, _), y in zip(answers, test.y[rows], strict=True)])
            doubtful = np.mean([label == "" for label, _ in answers])
            yield f"{n} test digits, {what}, by the {who}: {right:.2%} right, {doubtful:.2%} refused or doubtful"


def photographed(ink: np.ndarray, rng: np.random.Generator) -> bytes:
    """A digit on paper as a phone sees it: somewhere, slanted, in uneven light, blurred and noisy, as a JPEG."""
    side = int(rng.uniform(120, 300))
    pen = Image.fromarray((ink * 255).astype(np.uint8)).resize((side, side), Image.Resampling.BICUBIC)
    pen = np.asarray(pen.rotate(rng.normal(0, 4), Image.Resampling.BICUBIC), np.float32) / 255
    sheet = np.zeros((480, 640), np.float32)
    top, left = rng.integers(10, 470 - side), rng.integers(10, 630 - side)
    sheet[top:top + side, left:left + side] = ((pen - .3) / .4).clip(0, 1)
    return on_paper(sheet, rng)


def on_paper(sheet: np.ndarray, rng: np.random.Generator) -> bytes:
    """Ink (H, W) in [0, 1] on a sheet of paper, photographed."""
    y, x = np.mgrid[:sheet.shape[0], :sheet.shape[1]].astype(np.float32) / max(sheet.shape)
    paper, ink = rng.uniform(.7, .95, 3), rng.uniform(.05, .35, 3)
    picture = paper + sheet[..., None] * (ink - paper)
    towards = rng.uniform(-.35, .35, 2)
    picture *= (1 + towards[0] * (x - .5) + towards[1] * (y - .4))[..., None]
    picture += rng.uniform(.005, .03) * rng.standard_normal(picture.shape)
    stream = io.BytesIO()
    Image.fromarray((picture.clip(0, 1) * 255).astype(np.uint8)).save(stream, "JPEG", quality=int(rng.integers(60, 92)))
    return stream.getvalue()


def strangers(model: branched.BranchedModel, each: int = 40) -> Iterator[str]:
    """Pages, pairs, letters, faces and empty paper."""
    for kind, make in (("pages", _page), ("pairs", _pair), ("letters and signs", _sign), ("faces", _face),
                       ("empty paper", _empty)):
        rng = np.random.default_rng(len(kind))
        for who, answers in by_everyone_or_none(model, [on_paper(make(rng), rng) for _ in range(each)]).items():
            told = sum(label == "" for label, _ in answers)
            sure = sum(share > SURE for _, share in answers)
            yield f"{kind}, by the {who}: {told} of {each} refused or doubtful, {sure} confidently a digit"


def by_everyone_or_none(model: branched.BranchedModel, sources: list) -> dict[str, list[Read]]:
    """As `by_everyone`, also where all are refused."""
    if all(_prepared(model, source) is None for source in sources):
        return {"reader": [("", 0.0)] * len(sources)}
    return by_everyone(model, sources)


def _page(rng: np.random.Generator) -> np.ndarray:
    sheet = Image.new("L", (480, 640))
    size = int(rng.integers(12, 40))
    for y in range(20, 600, int(1.5 * size)):
        text = " ".join(rng.choice(WORDS, 12))
        ImageDraw.Draw(sheet).text((20, y), text, 255, ImageFont.load_default(size))
    return np.asarray(sheet, np.float32) / 255


def _pair(rng: np.random.Generator) -> np.ndarray:
    sheet = np.zeros((400, 600), np.float32)
    gap = int(rng.integers(0, 120))
    for k in range(2):
        digit = hands.drawn(hands.DIGITS[rng.integers(10)](rng), rng)
        left = 60 + k * (hands.SIDE + gap)
        sheet[100:100 + hands.SIDE, left:left + hands.SIDE] = digit
    return sheet


def _sign(rng: np.random.Generator) -> np.ndarray:
    """A printed letter that is like no digit, or a sign of no writing at all."""
    sheet = Image.new("L", (600, 450))
    letter = str(rng.choice(list("AEFHKMNPRTUVWXaefhkmnrtvwx&#%@?ÄÆÇЖЩΔΣΨπφ")))
    ImageDraw.Draw(sheet).text((200, 80), letter, 255, ImageFont.load_default(int(rng.integers(100, 260))))
    return np.asarray(sheet, np.float32) / 255


def _face(rng: np.random.Generator) -> np.ndarray:
    sheet = Image.new("L", (500, 500))
    pen, width = ImageDraw.Draw(sheet), int(rng.integers(4, 14))
    a, b = rng.uniform(90, 150, 2)
    pen.ellipse((250 - a, 250 - b, 250 + a, 250 + b), outline=255, width=width)
    for side in (-1, 1):
        x, r = 250 + side * .4 * a, rng.uniform(6, 18)
        pen.ellipse((x - r, 215 - r, x + r, 215 + r), fill=255)
    pen.arc((250 - .5 * a, 230, 250 + .5 * a, 230 + .6 * b), 20, 160, 255, width)
    return np.asarray(sheet, np.float32) / 255


def _empty(rng: np.random.Generator) -> np.ndarray:
    sheet = np.zeros((480, 640), np.float32)
    if rng.random() < .5:  # ruled
        sheet[int(rng.integers(10, 30))::int(rng.integers(24, 60))] = rng.uniform(.2, .7)
    return sheet


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", default=["photos", "strangers"], choices=["handed", "photos", "strangers"])
    parser.add_argument("--folder", type=Path, help="of the part `handed`")
    parser.add_argument("--n", type=int, default=500, help="test digits")
    options = parser.parse_args()
    model = branched.load("mnist")
    for part in options.parts:
        lines = (handed(model, options.folder) if part == "handed" else photos(model, options.n) if part == "photos"
                 else strangers(model))
        for line in lines:
            print(line, flush=True)


if __name__ == "__main__":
    main()

"""The worksheet of the lesson: what stands on it, whatever it is printed as. Two pages of tasks, and the solutions."""
from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageOps

from branched import BranchedModel

from ..frame import words
from ..language import N_, _
from ..parts.markup import JOINER
from ..parts.pictures import picture
from ..parts.reels import latest
from ..questions import Question, of_model, of_tree
from ..serve.descent import Tour
from . import steps, told
from .shown import MOMENTS

TITLE = N_("Out of noise, a picture")
GROUP = N_("Group: ______________    Date: ______________")
INTRODUCTION = N_("First tick what you expect. Then look at it in the app, and write down in your own words why it is "
                  "so.")
SOLUTIONS = N_("Solutions")
LARGE, GAP, BORDER = 4, 6, 12  # times that a picture is enlarged; pixels between two, and around one in a frame
PAGES = (("trunk", "kin", "hybrid"), ("style", "forget", "fails"))
Run = tuple[str, bool]  # a piece of text, and whether it is bold


@dataclass(frozen=True)
class Task:
    """A task: a picture as PNG (None: a box in which to draw), what it shows, and what is asked; then the solution."""

    title: str
    picture: bytes | None
    alt: str
    text: str
    options: tuple[str, ...]
    explain: str
    answer: str
    reason: str


@dataclass(frozen=True)
class Paper:
    """The whole worksheet, page by page."""

    title: str
    model: str
    pages: tuple[tuple[Task, ...], ...]

    @property
    def tasks(self) -> list[Task]:
        """All tasks in their order."""
        return [task for page in self.pages for task in page]


def paper(name: str, model: BranchedModel, questions: Sequence[Question], tour: Tour, turned: np.ndarray | None,
          three: np.ndarray | None) -> Paper:
    """The worksheet of a model: `turned` and `three` (3, H, W[, 3]) are the pictures that were turned, None where there
    are none."""
    drawn: dict[str, Callable[[], tuple[bytes | None, str]]] = {
        "trunk": lambda: _trunk(model, tour), "kin": lambda: _classes(model, tour, 0),
        "hybrid": lambda: _hybrid(model, tour), "style": lambda: _style(model, tour, three, turned),
        "forget": lambda: (None, _("Draw your symbol here, ten times, each one a little different.")),
        "fails": lambda: _classes(model, tour, 1)}

    def task(key: str) -> Task:
        own, question = steps.STATIONS[key], told.question_of(questions, key)
        seen, alt = drawn[key]()
        asked = question or Question(key, _(own.lead), {}, (), "")
        return Task(_(own.title), seen, alt, asked.text, tuple(asked.options.values()), _(own.explain),
                    told.answer(question) if question else "", asked.reason)

    return Paper(_(TITLE), name, tuple(tuple(task(key) for key in page) for page in PAGES))


def runs(text: str) -> list[Run]:
    """Markdown as pieces of plain text, bold or not; pictures in it and its backslashes are gone."""
    plain = re.sub(r"!\[\]\([^)]*\)", "", text).replace(JOINER, "").strip()
    return [(re.sub(r"\\(.)", r"\1", piece), bool(k % 2)) for k, piece in enumerate(plain.split("**")) if piece]


def plain(text: str) -> str:
    """Markdown as plain text."""
    return "".join(piece for piece, _bold in runs(text))


# -- pictures ----------------------------------------------------------------------------------------------------------

def row(arrays: Sequence[np.ndarray]) -> bytes:
    """Pictures (H, W[, 3]) side by side on white, enlarged without blurring, as a PNG."""
    return _png(_row([picture(array).convert("RGB") for array in arrays]))


def _row(images: Sequence[Image.Image]) -> Image.Image:
    large = [image.resize((image.width * LARGE, image.height * LARGE), Image.Resampling.NEAREST) for image in images]
    sheet = Image.new("RGB", (sum(one.width + GAP for one in large) - GAP, max(one.height for one in large)), "white")
    left = 0
    for one in large:
        sheet.paste(one, (left, 0))
        left += one.width + GAP
    return sheet


def _below(images: Sequence[Image.Image]) -> Image.Image:
    sheet = Image.new("RGB", (max(one.width for one in images), sum(one.height + GAP for one in images) - GAP), "white")
    top = 0
    for one in images:
        sheet.paste(one, (0, top))
        top += one.height + GAP
    return sheet


def _png(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def _trunk(model: BranchedModel, tour: Tour) -> tuple[bytes, str]:
    outline = model.outline()
    label, k = outline.groups[-1], len(outline.groups) - 1
    seen = [tour.waves[latest([wave.times[k] for wave in tour.waves], t)].noisy[k][0] for t in MOMENTS[:-1]]
    alt = _("One picture on its way: {times}").format(times=", ".join(words.at(t) for t in MOMENTS))
    return row([*seen, tour.finished[label][0]]), alt


def _classes(model: BranchedModel, tour: Tour, which: int) -> tuple[bytes, str]:
    alt = _("From left to right: {labels}").format(labels=", ".join(model.labels))
    return row([tour.finished[label][which] for label in model.labels]), alt


def _hybrid(model: BranchedModel, tour: Tour) -> tuple[bytes, str]:
    pair = of_tree.closest(model.tree)
    if pair is None:
        return _classes(model, tour, 2)
    node = model.tree.meeting(*pair).id
    seen = tour.noisy[node], tour.guesses[node]
    rows = [_row([picture(one).convert("RGB") for one in several]) for several in seen]
    return _png(_below(rows)), _("Above: what the model sees. Below: what it thinks it will be.")


def _style(model: BranchedModel, tour: Tour, three: np.ndarray | None,
           turned: np.ndarray | None) -> tuple[bytes, str]:
    if three is None or turned is None:
        return _classes(model, tour, 3)
    places = of_model.order(*of_model.pair(model.tree))
    framed = ImageOps.expand(_row([picture(three[0]).convert("RGB")]), BORDER, "#d55e00")
    results = _row([picture(one).convert("RGB") for one in turned[places]])
    sheet = Image.new("RGB", (framed.width + 12 * GAP + results.width, framed.height), "white")
    sheet.paste(framed, (0, 0))
    sheet.paste(results, (framed.width + 12 * GAP, BORDER))
    return _png(sheet), _("In the frame what it was; to the right of it three results")

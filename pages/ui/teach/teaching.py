"""Second part of the page "Teach": a lesson, which the visitor can watch, leave and come back to, and stop."""
import secrets
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import streamlit as st

from branched import BranchedModel, Extension

from ..figures.standing_tree import DARK, LIGHT
from ..frame import visitor
from ..parts.film import levels
from ..parts.pictures import Row, sheet, strip, svg
from ..serve import queue
from . import showing

MOST = 5       # classes that are added to a model
EXAMPLES = 16  # of a class, that are kept for what comes later
RECENT = 20    # steps by which the time left is judged
CSS = Path(__file__).with_name("teach.css")


@dataclass
class Lesson:
    """A class that is being taught to the model that goes by `base`, and how far that is. It belongs to one session.

    `images` is None as long as another model has not drawn them yet; `drawn` says that the visitor did. `records` is
    the work itself, which goes on where it was left. `latest` is the last record that brought a model.
    """

    base: str
    model: BranchedModel
    name: str
    images: np.ndarray | None = field(repr=False)
    drawn: bool
    steps: int | None = None
    records: Iterator[Extension] | None = None
    told: list[Extension] = field(default_factory=list)
    latest: Extension | None = None
    previews: dict[int, np.ndarray] = field(default_factory=dict)
    key: str = field(default_factory=lambda: secrets.token_hex(8))

    def note(self, record: Extension) -> None:
        """Remember what a record tells. The very last one may go back to an earlier step."""
        if record.model is not None:
            self.latest = record
            self.previews = {step: shown for step, shown in self.previews.items() if step < record.step}
            self.previews[record.step] = levels(record.samples)
        self.told.append(Extension(record.step, record.steps, record.loss, record.seconds))

    @property
    def share(self) -> float:
        return self.told[-1].step / self.told[-1].steps if self.told else 0.0

    def left(self) -> float:
        """Seconds that it will still take, judged by the last steps."""
        *_, now = self.told
        before = self.told[-RECENT:][0]
        return (now.seconds - before.seconds) / max(1, now.step - before.step) * (now.steps - now.step)


def begin(base: str, model: BranchedModel, name: str, images: np.ndarray | None, steps: int) -> None:
    """A lesson begins; one that was not finished is let go."""
    st.session_state["_lesson"] = Lesson(base, model, name, images, images is not None, steps or None)


def running(base: str) -> Lesson | None:
    """The unfinished lesson of this visitor on a model."""
    found = st.session_state.get("_lesson")
    return found if found and found.base == base else None


def cancel() -> None:
    """The lesson is let go; the drawings stay."""
    st.session_state.pop("_lesson", None)


def stop() -> None:
    """The lesson ends where it is, by the visitor's wish."""
    lesson = st.session_state.get("_lesson")
    if lesson and lesson.latest:
        finish(lesson, "stopped")
    elif lesson:
        cancel()
        showing.say("It had not learnt anything yet.")


def finish(lesson: Lesson, ended: str = "") -> None:
    """What was learnt becomes the visitor's own model, and all pages show it."""
    older = visitor.find(lesson.base)
    taught = visitor.Taught(lesson.images[:EXAMPLES], lesson.drawn, tuple(lesson.previews),
                        np.stack(list(lesson.previews.values())), ended)
    found = visitor.keep(older.base if older else lesson.base, lesson.latest.model, lesson.model,
                     {**(older.taught if older else {}), lesson.name: taught})
    cancel()
    showing.start_over()
    st.session_state["_another"] = None
    st.query_params.from_dict({"model": found.name})


def work(lesson: Lesson) -> Generator[Lesson, None, int]:
    """The job in the line. Broken off, it goes on from there the next time."""
    yield lesson
    if lesson.records is None:
        lesson.records = lesson.model.extending(lesson.images, lesson.name, steps=lesson.steps)
    for record in lesson.records:
        lesson.note(record)
        yield lesson
    return lesson.latest.step


def run(lesson: Lesson, show: Callable[[Lesson], None], prepare: Callable[[float], None]) -> None:
    """Teach, when it is this visitor's turn, and `show` the lesson on the way. Raises BranchedError.

    Where another model has to draw the examples first, `prepare` is told how far that is.
    """
    if lesson.images is None:
        lesson.images = showing.shown_digit(lesson.name, showing.LESSON, prepare)
    queue.work(("lesson", lesson.key), lambda: work(lesson), show, private=True)
    finish(lesson, "early" if lesson.latest.step < lesson.latest.steps else "")


# -- on the screen -----------------------------------------------------------------------------------------------------

def progress(lesson: Lesson) -> str:
    """How far it is, in words."""
    if not lesson.told:
        return "First it draws what it knows already, up to where the new way begins …"
    now = lesson.told[-1]
    return f"Step {now.step} of {now.steps}: {remaining(lesson.left()) if now.step > 2 else 'it begins to learn …'}"


def remaining(seconds: float) -> str:
    """A time in words, rounded."""
    if seconds > 90:
        return f"about {seconds / 60:.0f} minutes left"
    return f"about {max(5, 5 * round(seconds / 5))} seconds left"


def curve(lesson: Lesson, dark: bool, width: int = 320, height: int = 110) -> str:
    """How wrong its guesses were, step by step and smoothed, as a small picture."""
    look, steps = DARK if dark else LIGHT, lesson.told[-1].steps if lesson.told else ""
    losses = [record.loss for record in lesson.told]
    top, lines = max(losses, default=1.0) * 1.05, ""
    for values, colour, thick in ((losses, look["line"], 1), (smooth(losses), look["lit"], 2.5)):
        points = " ".join(f"{width * (k + 1) / steps:.1f},{height * (1 - value / top):.1f}"
                          for k, value in enumerate(values))
        lines += f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="{thick}"/>'
    drawn = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">{lines}</svg>'
    return (f'<figure class="curve"><figcaption>How wrong its guesses are</figcaption>'
            f'<img src="{svg(drawn)}" alt="A curve that falls '
            f'as it learns"><div><span>step 1</span><span>{steps}</span></div></figure>')


def smooth(values: list[float], share: float = 0.12) -> list[float]:
    """A running mean that forgets."""
    found = []
    for value in values:
        found.append(value if not found else found[-1] + share * (value - found[-1]))
    return found


def previews(lesson: Lesson) -> str:
    """What it draws by now, large, and below what it drew before."""
    if not lesson.previews:
        return '<p class="soon">Soon you will see here what it draws.</p>'
    *_, (step, now) = lesson.previews.items()
    large = Row(f"Now, at step {step}", "each picture began as noise", _strip(now, len(now) // 2),
                f"{len(now)} pictures that it draws at step {step}")
    small = "".join(f'<span>step {k}</span><img src="{_strip(made)}" alt="What it drew at step {k}">'
                    for k, made in lesson.previews.items())
    rows = [large, Row("From noise to the symbol, step by step", "", "", "")]
    return f'{sheet(rows)}<div class="steps">{small}</div>'


def _strip(levels: np.ndarray, columns: int = 0) -> str:
    return strip(levels / np.float32(255), columns)

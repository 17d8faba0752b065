"""First part of the page "Teach": what the new class looks like, shown by drawings, files, or another model."""
from collections.abc import Callable, Generator, Sequence

import numpy as np
import streamlit as st

import branched
from branched import BranchedError, BranchedModel

from ..frame import link, shell, visitor
from ..parts import canvas
from ..parts.album import album
from ..parts.pictures import TYPES, Row, digest, sheet, strip
from ..serve import queue

NAMES = {"draw": "Draw", "upload": "Upload", "digit": "A digit that it has not seen"}
TEACHER, SMALLER = shell.USUAL, "mnist-049"  # the model that knows all ten digits, and one that knows three
DIGITS = "0123456789"
LEAST, MOST = 3, 40    # drawings and uploads: without the first no lesson begins, beyond the second none is kept
LONGEST = 12           # letters of a name, which is to stand below a leaf of the tree
LESSON, SHOWN = 300, 16  # pictures of a digit that the teacher draws, and how many of them are shown
MEGABYTES = 12         # of an upload
TIPS = """**Invent a symbol**, or take a letter or a sign. Draw it about ten times, one drawing after the other, and add
each of them. Vary it, as a hand does: wider, narrower, slanted, rounder.

Every drawing will be shown here as the model sees it: small, and in the middle."""
STAYS = "Drawings and pictures stay with you: they are not stored, and a link to this page does not hold them."


def missing(model: BranchedModel) -> list[str]:
    """The digits that a model of digits has not learnt, and that another model can show it."""
    able = model.facts.data.name == "mnist" and model.shape == (28, 28) and TEACHER in branched.models()
    return [digit for digit in DIGITS if digit not in model.labels] if able else []


def kinds(model: BranchedModel) -> list[str]:
    """Where examples for this model can come from."""
    return [kind for kind in NAMES if kind != "digit" or missing(model)]


def settings(model: BranchedModel) -> tuple[link.Setting, ...]:
    """Those that say what is shown; drawings and files are not in them. "steps" is for trials: 0 is the usual."""
    left = missing(model)
    return (link.choice("from", kinds(model), "draw"),
            link.choice("digit", left, "7" if "7" in left else next(iter(left), None)),
            link.Setting("name", "", lambda text: _good(text, model.labels)), link.whole("steps", 1, 1000, 0))


# -- names -------------------------------------------------------------------------------------------------------------

def wrong_name(name: str, labels: Sequence[str]) -> str:
    """Why a class can't have this name, in a sentence; "" if it can."""
    if not name:
        return "Give it a name first: an emoji, or a few letters."
    if len(name) > LONGEST:
        return f"A name has at most {LONGEST} letters, so that it finds room on the tree."
    if name in labels or name == "all":
        return f"The name {name} is taken. Choose another."
    if not all(map(_plain, name)) or name[0] in " -'!?":
        return "A name is made of letters, digits or emoji; a space, -, ', ! or ? may be among them."
    return ""


def _plain(letter: str) -> bool:
    """Whether a letter can stand on any page as it is, and means nothing in Markdown or HTML."""
    if letter.isascii():
        return letter.isalnum() or letter in " -'!?"
    return letter == "\N{ZERO WIDTH JOINER}" or letter.isprintable()  # which no other space or mark of direction is


def _good(text: str, labels: Sequence[str]) -> str:
    if wrong_name(text, labels):
        raise ValueError
    return text


# -- what the visitor shows --------------------------------------------------------------------------------------------

def examples(model: BranchedModel) -> dict[str, np.ndarray]:
    """The visitor's own pictures (H, W[, 3]) by digest; those for a model of other pictures are let go."""
    found = st.session_state.setdefault("_examples", {})
    if any(picture.shape != model.shape for picture in found.values()):
        found.clear()
    return found


def say(sentence: str) -> None:
    """Tell the visitor something, the next time that the page is shown."""
    st.session_state.setdefault("_said", []).append(sentence)


def take(model: BranchedModel, given: bytes | np.ndarray, who: str = "") -> bool:
    """Keep a picture as the model sees it; or say in a sentence why it can't be used."""
    found = examples(model)
    try:
        picture = model.prepare(given)
    except BranchedError as error:
        say(f"{who}{error}")
        return False
    if digest(picture) in found or len(found) >= MOST:
        say(f"{who}{'This very picture is there already.' if digest(picture) in found else full()}")
        return False
    found[digest(picture)] = picture
    return True


def full() -> str:
    return f"There is room for {MOST} pictures. Remove some to make room for others."


def add(model: BranchedModel) -> None:
    """What is on the canvas is kept, and the canvas is empty again; a drawing that can't be used stays there."""
    drawn = canvas.drawn("sketch")
    if drawn is None:
        say("Draw something on the black square first.")
    elif take(model, drawn):
        canvas.clear("sketch")


def enough(model: BranchedModel) -> str:
    """What is missing before a lesson can begin, in a sentence; "" if nothing is."""
    n = len(examples(model))
    return "" if n >= LEAST else (f"It needs at least {LEAST} different pictures to see what varies, better 8 to 20; "
                                  f"there {'is' if n == 1 else 'are'} {n or 'none'} so far.")


def start_over() -> None:
    """Forget all drawings and uploads."""
    st.session_state.pop("_examples", None)
    canvas.clear("sketch")


def given(model: BranchedModel) -> None:
    """The canvas, or the place for files, or the digits to choose from."""
    kind = st.session_state["from"]
    if kind == "draw":
        canvas.drawing("sketch", "Draw it here, large")
        st.button("Add this drawing", type="primary", icon=":material/add:", on_click=add, args=[model],
                  width=canvas.SIDE)
    elif kind == "upload":
        _uploaded(model)
    else:
        st.pills("Which one", missing(model), key="digit", required=True)


def smaller(model: BranchedModel) -> None:
    """Where all digits are known, the way to a model that knows but a few."""
    if set(DIGITS) <= set(model.labels) and SMALLER in branched.models():
        st.caption("Or let a model that knows 0, 4 and 9 alone learn a digit that it has not seen:")
        st.page_link("pages/teach.py", label="Teach it a real digit", icon=":material/arrow_forward:",
                     query_params={"model": SMALLER, "from": "digit"})


def replaced(name: str) -> None:
    """Who has a model of his own already, and would lose it, is told."""
    mine = visitor.held()
    if mine and mine.name != name:
        st.caption(f"You have a model of your own: {visitor.title(mine.name)}. A lesson here takes its place.")
        st.page_link("pages/teach.py", label="Teach that one instead", icon=":material/arrow_forward:",
                     query_params={"model": mine.name})


def notes() -> None:
    """What was said since the page was shown last."""
    for sentence in st.session_state.pop("_said", []):
        st.warning(sentence, icon=":material/info:")


def _uploaded(model: BranchedModel) -> None:
    """Files are looked at one by one, and then the place for them is empty again."""
    turn = st.session_state.setdefault("_uploads", 0)
    with st.container(key="upload"):
        files = st.file_uploader("Photos or pictures, one symbol on each", TYPES, accept_multiple_files=True,
                                 key=f"files {turn}", max_upload_size=MEGABYTES)
    if not files:
        return
    bar = st.empty()
    for k, file in enumerate(files):
        bar.progress(k / len(files), "Looking for the symbol …")
        if len(examples(model)) >= MOST:
            say(f"{len(files) - k} of {len(files)} files were left out. {full()}")
            break
        take(model, file.getvalue(), f"{file.name:.40}: ")
    st.session_state["_uploads"] += 1
    st.rerun()


def seen(model: BranchedModel) -> None:
    """The examples so far, as the model sees them."""
    if st.session_state["from"] == "digit":
        _lesson(st.session_state.digit)
        return
    found = examples(model)
    with st.container(horizontal=True, vertical_alignment="center", key="count"):
        st.markdown(count(len(found)), width="content")
        st.button("Start over", icon=":material/delete_sweep:", disabled=not found, on_click=start_over)
    if found:
        album("album", found, "Your drawings: choose one to remove it")
        st.caption(f"As the model sees them. A click on one removes it. {STAYS}")
    else:
        st.markdown(TIPS)


def count(n: int) -> str:
    """How many there are, and how many there should be."""
    drawings = f"**{n} {'drawing' if n == 1 else 'drawings'}**"
    if n < 8:
        return f"{drawings}; 8 to 20 are good."
    return f"{drawings}: enough to begin." if n <= 20 else f"{drawings}: plenty."


# -- a digit that another model shows ----------------------------------------------------------------------------------

def _lesson(digit: str) -> None:
    st.markdown(f"**The model {TEACHER}**, which knows all ten digits, shows it what a {digit} is, by {LESSON} "
                f"pictures. Here are {SHOWN} of them. {TEACHER} draws them itself: they are no real handwriting, "
                "and the lesson is no better than its teacher.")
    first = shown_digit(digit, SHOWN)
    st.html(sheet([Row("", "", strip(first, SHOWN // 2), f"Pictures of {digit}, drawn by {TEACHER}")]))


def shown_digit(digit: str, n: int, show: Callable[[float], None] | None = None) -> np.ndarray:
    """The first n pictures (n, H, W) of a digit that the teacher draws: for all visitors the same."""
    def job() -> Generator[float, None, np.ndarray]:
        for frame in teacher.sampling(digit, n=n, seed=1):
            yield 1 - max(frame.times)
        return frame.result.images[0]

    teacher = shell.model(TEACHER)
    return queue.work(("lesson", TEACHER, digit, n), job, show)

"""What a visitor of the page "Teach" can do: show examples of a class, and use what came of the lesson."""
import tempfile
from pathlib import Path
from typing import NamedTuple

import numpy as np
import streamlit as st

import branched
from branched import BranchedError, BranchedModel

from .. import serve
from ..frame import link, shell, visitor, words
from ..frame.controls import SEED, one_file
from ..language import N_, _
from ..parts import canvas
from ..parts.album import album
from ..parts.faces import faces
from ..parts.markup import literal
from ..parts.pictures import TYPES, Row, sheet, strip
from ..serve.request import digest
from . import told
from .work import Digits

KINDS = {"draw": N_("Draw"), "upload": N_("Upload"), "digit": N_("A digit that it has not seen")}
TEACHER, SMALLER = shell.USUAL, "mnist-049"  # the model that knows all ten digits, and one that knows three
DIGITS = "0123456789"
ADDED = 5                # classes that are added to a model
STEPS = 400              # of a lesson, at most: so many are usual
LESSON, SHOWN = 300, 16  # pictures of a digit that the teacher draws, and how many of them are shown
MEGABYTES = 12           # of an upload
TIPS = N_("""**Invent a symbol**, or take a letter or a sign. Draw it about ten times, one drawing after the other, and
add each of them. **Make each one a little different.**

Every drawing will be shown here as the model sees it: small, and in the middle.""")
STAYS = N_("They stay in this tab of your browser, and a link to this page does not hold them.")


class Showing(NamedTuple):
    """Settings that say what is shown; drawings and files are not in them. `steps` is for trials: 0 is the usual."""

    kind: link.Options
    digit: link.Options
    name: link.Text
    steps: link.Range


class Seeing(NamedTuple):
    """Settings that say what is looked at, once there is a class that was taught."""

    label: link.Options
    old: link.Options
    seed: link.Range


def showing(model: BranchedModel) -> Showing:
    """Before a lesson."""
    left = missing(model)
    return Showing(link.choice("from", {kind: KINDS[kind] for kind in kinds(model)}, "draw"),
                   link.choice("digit", left, "7" if "7" in left else next(iter(left), None)),
                   link.text("name", "", lambda text: _good(text, model)), link.whole("steps", 1, STEPS, 0))


def seeing(mine: visitor.Own | None) -> Seeing | tuple[()]:
    """After it; none before."""
    if mine is None:
        return ()
    last = mine.added[-1]
    return Seeing(link.choice("class", mine.added, last),
                  link.choice("old", faces(mine.model), told.relative(mine.model, last)), SEED)


def missing(model: BranchedModel) -> list[str]:
    """The digits that a model of digits has not learnt, and that another model can show it; of one whose classes have
    no names nobody can tell."""
    known = model.facts.data.name == "mnist" and not model.facts.training.clusters
    able = known and model.shape == (28, 28) and TEACHER in branched.models()
    return [digit for digit in DIGITS if digit not in model.labels] if able else []


def kinds(model: BranchedModel) -> list[str]:
    """Where examples for this model can come from."""
    return [kind for kind in KINDS if kind != "digit" or missing(model)]


def _good(text: str, model: BranchedModel) -> str:
    if words.wrong_name(text, model.labels):
        raise ValueError
    return text


# -- what the visitor shows --------------------------------------------------------------------------------------------

def examples(model: BranchedModel) -> dict[str, np.ndarray]:
    """The visitor's own pictures (H, W[, 3]) by digest; those for a model of other pictures are let go."""
    pictures = st.session_state.setdefault("_examples", {})
    if any(picture.shape != model.shape for picture in pictures.values()):
        pictures.clear()
    return pictures


def say(sentence: str) -> None:
    """Tell the visitor something, the next time that the page is shown."""
    st.session_state.setdefault("_said", []).append(sentence)


def complain(sentence: str) -> None:
    """Say by the button "Teach it" why no lesson begins, the next time that the page is shown."""
    st.session_state.setdefault("_complaints", []).append(sentence)


def complaints() -> None:
    """What was complained of since the page was shown last."""
    _notes("_complaints")


def notes() -> None:
    """What was said since the page was shown last."""
    _notes("_said")


def _notes(key: str) -> None:
    for sentence in st.session_state.pop(key, []):
        st.warning(literal(sentence), icon=":material/info:")


def take(model: BranchedModel, data: bytes | np.ndarray, who: str = "") -> bool:
    """Keep a picture as the model sees it; or say in a sentence why it can't be used."""
    pictures = examples(model)
    try:
        picture = model.prepare(data)
    except BranchedError as error:
        say(f"{who}{error}")
        return False
    if digest(picture) in pictures or len(pictures) >= told.MOST:
        there = digest(picture) in pictures
        say(who + (_("This very picture is there already.") if there else told.full()))
        return False
    hold(model, picture)
    return True


def hold(model: BranchedModel, picture: np.ndarray) -> None:
    """Keep a picture that is as the model sees it."""
    examples(model)[digest(picture)] = picture


def add(model: BranchedModel) -> None:
    """What is on the canvas is kept, and the canvas is empty again; a drawing that can't be used stays there."""
    drawing = canvas.drawn("sketch")
    if drawing is None:
        say(_("Draw something on the black square first."))
    elif take(model, drawing):
        canvas.clear("sketch")


def start_over() -> None:
    """Forget all drawings and uploads."""
    st.session_state.pop("_examples", None)
    canvas.clear("sketch")


def place_to_show(model: BranchedModel, kind: str, settings: Showing) -> None:
    """The canvas, or the place for files, or the digits to choose from."""
    if kind == "draw":
        canvas.drawing("sketch", N_("Draw it here, large"))
        st.button(_("Add this drawing"), type="primary", icon=":material/add:", on_click=add, args=[model],
                  width=canvas.SIDE)
    elif kind == "upload":
        _uploaded(model)
    else:
        settings.digit.pills(_("Which one"))


def _uploaded(model: BranchedModel) -> None:
    """Files are looked at one by one, and then the place for them is empty again."""
    turn = st.session_state.setdefault("_uploads", 0)
    with st.container(key="upload"):
        files = st.file_uploader(_("Photos or pictures, one symbol on each"), TYPES, accept_multiple_files=True,
                                 key=f"files {turn}", max_upload_size=MEGABYTES)
    if not files:
        return
    bar = st.empty()
    for k, file in enumerate(files):
        bar.progress(k / len(files), _("Looking for the symbol …"))
        if len(examples(model)) >= told.MOST:
            left = _("{count} of {all} files were left out.").format(count=len(files) - k, all=len(files))
            say(f"{left} {told.full()}")
            break
        take(model, file.getvalue(), f"{file.name:.40}: ")
    st.session_state["_uploads"] += 1
    st.rerun()


def shown_so_far(model: BranchedModel, kind: str) -> None:
    """The examples as the model sees them, or those that another model will show it."""
    if kind == "digit":
        _lesson_of(st.session_state.digit)
        return
    pictures = examples(model)
    with st.container(horizontal=True, vertical_alignment="center", key="count"):
        st.markdown(told.count(len(pictures)), width="content")
        st.button(_("Start over"), icon=":material/delete_sweep:", disabled=not pictures, on_click=start_over)
    if pictures:
        album("album", pictures, _("Your drawings: choose one to remove it"))
        said = _("As the model sees them. A click on one removes it."), _(STAYS)
        st.caption(" ".join(said))
    else:
        st.markdown(_(TIPS))


def _lesson_of(digit: str) -> None:
    st.markdown(_("**The model {name}**, which knows all ten digits, shows it what a {digit} is, by {count} pictures. "
                  "Here are {shown} of them. {name} draws them itself: they are no real handwriting, and the lesson is "
                  "no better than its teacher.").format(name=TEACHER, digit=literal(digit), count=LESSON, shown=SHOWN))
    first = serve.ask(TEACHER, Digits(digit, SHOWN))
    st.html(sheet([Row("", "", strip(first, SHOWN // 2), _("Pictures of {label}, drawn by {name}").format(
        label=digit, name=TEACHER))]))


def smaller_model(model: BranchedModel) -> None:
    """Where all digits are known, the way to a model that knows but a few."""
    if set(DIGITS) <= set(model.labels) and SMALLER in branched.models():
        st.caption(_("Or let a model that knows 0, 4 and 9 alone learn a digit that it has not seen:"))
        st.page_link("pages/teach.py", label=_("Teach it a real digit"), icon=":material/arrow_forward:",
                     query_params={"model": SMALLER, "from": "digit"})


def replaced(name: str) -> None:
    """Who has a model of his own already, and would lose it, is told."""
    mine = visitor.held()
    if mine and mine.name != name:
        st.caption(_("You have a model of your own: {name}. A lesson here takes its place.").format(
            name=literal(visitor.title(mine.name))))
        st.page_link("pages/teach.py", label=_("Teach that one instead"), icon=":material/arrow_forward:",
                     query_params={"model": mine.name})


# -- what can be done with what came of it -----------------------------------------------------------------------------

def contents(mine: visitor.Own) -> bytes:
    """The model as a file's contents."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.safetensors"
        mine.model.save(path)
        return path.read_bytes()


def remove(label: str) -> None:
    """Take a class out of the visitor's model; without any, it is let go."""
    mine = visitor.held()
    try:
        smaller = mine.model.without(label)
    except BranchedError as error:
        say(str(error))
        return
    st.session_state["_removed"] = mine.name  # the browser is not to keep it, either
    name, left = mine.base, {other: taught for other, taught in mine.taught.items() if other != label}
    if left:
        name = visitor.keep(mine.base, smaller, shell.model(mine.base), left).name
    else:
        visitor.forget()
    st.query_params.from_dict({"model": name})


def another(name: str | None) -> None:
    """Back to drawing, for one more class; or back to what there is."""
    st.session_state["_another"] = name


def actions(mine: visitor.Own, label: str) -> None:
    """What to do with the model now."""
    st.download_button(_("Download the model"), lambda: contents(mine), f"{visitor.short(mine.name)}.safetensors",
                       "application/octet-stream", on_click="ignore", icon=":material/download:",
                       help=_("Put into the folder checkpoints, it is a model like any other, on any machine."))
    one_file(mine.model, visitor.short(mine.name))
    full = len(mine.added) >= ADDED
    st.button(_("Teach another"), icon=":material/add:", on_click=another, args=[mine.name], disabled=full,
              help=_("{count} added classes are the most.").format(count=ADDED) if full else None)
    st.button(literal(_("Remove {label}").format(label=label)), icon=":material/delete:", on_click=remove, args=[label])


def links(mine: visitor.Own, label: str, sibling: str) -> None:
    """The other pages, where they are about the new class."""
    for page, name, icon, query in (
            ("app.py", N_("Watch"), "account_tree", {"node": str(mine.model.tree.leaf(label).id)}),
            ("pages/generate.py", N_("Generate"), "grid_view", {"labels": link.packed([sibling, label])}),
            ("pages/hybrids.py", N_("Hybrids"), "join_inner", {"a": link.packed([label]), "b": link.packed([sibling])}),
            ("pages/transmute.py", N_("Turn"), "swap_horiz", {"target": label}),
            ("pages/discovery.py", N_("Why there"), "query_stats", {"a": label, "b": sibling})):
        st.page_link(page, label=_(name), icon=f":material/{icon}:", query_params={"model": mine.name, **query})

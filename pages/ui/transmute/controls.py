"""What a visitor of the page "Transmute" can choose and do: a picture, what it is to become, and when it turns."""
import pickle
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from branched import BranchedModel, ClassTree, Sampling, of_turn, words

from .. import serve
from ..frame import link
from ..frame.controls import SEED, WAY, draw_number
from ..language import N_, _
from ..parts.canvas import ink
from ..parts.faces import faces
from ..parts.film import film, grow
from ..parts.given import STAYS, handed_over
from ..parts.leaves import leaves
from ..parts.markup import literal
from ..parts.picker import picker
from ..serve.given import Places, Preparation, Source
from ..serve.judge import reader_for
from ..serve.request import Numbers, digest
from . import shown, told, work
from .work import EACH, FIRST, VARIANTS, Crossing, Drawings, Gallery, Matrix, Sharpened, Turned, Turning, Verdict

ALL = "all"
KINDS = {"draw": N_("Draw"), "gallery": N_("Gallery"), "upload": N_("Upload"), "camera": N_("Camera"),
         "model": N_("The model's own")}
QUICK = Sampling.quick().steps  # a film is many pictures, of which each is looked at in passing
STEPS = tuple(sorted({QUICK, 10, 20, 50}))
PEN = "reading"  # where the server tells what a drawing looks like while the pen moves (pages/start/reading.py)
READING = N_("A column for each: above, the {thing} in noise; below, what becomes of it.")


class Settings(NamedTuple):
    """Which picture is chosen, and what is to be done with it. None stands for what the page itself proposes.

    Of drawings, uploads and photos nothing is in them.
    """

    kind: link.Options
    pick: link.Range
    label: link.Options
    nth: link.Range
    source: link.Options
    target: link.Options
    time: link.Range
    variants: link.Range
    way: link.Options
    steps: link.Options
    seed: link.Range
    matrix: link.Switch


def settings(model: BranchedModel) -> Settings:
    """The settings of the page for a model."""
    labels, count, places = faces(model), EACH * len(work.digits(model)), kinds(model)
    return Settings(
        link.choice("from", {kind: KINDS[kind] for kind in places}, "draw" if count else "model"),
        link.whole("pick", 0, max(count - 1, 0), FIRST if count > FIRST else 0),
        link.choice("own", model.labels, model.labels[0]), link.whole("nth", 1, work.DRAWN, 1),
        link.choice("source", labels, None), link.choice("target", labels | {ALL: N_("all")}, None),
        link.number("time", 0, 1, None), link.whole("variants", 1, 8, VARIANTS), WAY,
        link.choice("steps", STEPS, QUICK), SEED, link.switch("matrix", False))


def kinds(model: BranchedModel) -> list[str]:
    """Where a picture for this model can come from."""
    return [kind for kind in KINDS if kind != "gallery" or work.digits(model)]


# -- the picture -------------------------------------------------------------------------------------------------------

class Given(NamedTuple):
    """A picture, and `how` it came to be shown: it is the visitor's "own", or "chosen"; or none was given that can be
    used, and it is an "example", or the visitor's from "before". `advice` says why it could not be used."""

    source: Source
    how: str
    advice: str = ""


def welcomed() -> None:
    """Links from when the page began with the gallery name a picture of it, and no place."""
    if "pick" in st.query_params and "from" not in st.query_params:
        st.query_params["from"] = "gallery"


def picture_changed() -> None:
    """Another picture: what was said about the one before, and where its film stood, is forgotten."""
    st.session_state.source = st.session_state.time = None


def source(name: str, model: BranchedModel, settings: Settings) -> Given:
    """The controls, and the chosen picture. As long as they give none, it is the one from before."""
    state, held = st.session_state, f"_source {name}"
    kind = settings.kind.pills(_("Where the picture comes from"), on_change=picture_changed)
    if held not in state:  # something is there to be seen from the beginning
        state[held] = _first(name, model)
    chosen, advice = _chosen(name, model, kind, settings), ""
    if isinstance(chosen, str):
        advice = told.advice(chosen, kind)
    elif chosen:
        state[held] = chosen
    if advice and kind != "draw":  # what is wrong with a drawing is said where it is read
        st.warning(literal(advice), icon=":material/image_not_supported:")
    if state[held].private and state.get("_seen") != state[held].picture:
        picture_changed()
    state["_seen"] = state[held].picture
    if isinstance(chosen, Source):
        return Given(chosen, "own" if chosen.private else "chosen")
    return Given(state[held], "before" if state[held].private else "example", advice)


def _chosen(name: str, model: BranchedModel, kind: str, settings: Settings) -> Source | str | None:
    """What the controls give: a picture, why there is none, or nothing yet."""
    if kind == "gallery":
        return _from_gallery(name)
    if kind == "model":
        return _from_model(name, settings)
    handed = handed_over(kind, lambda data: serve.ask(name, Places(data)), reading=_reader(model),
                         example=shown.example(st.session_state[f"_source {name}"]))
    return None if handed is None else serve.ask(name, Preparation.of(handed.data, kind, handed.crop))


def _reader(model: BranchedModel) -> str:
    """Where the canvas can ask what it looks like to this model's classes; "" where nobody can tell."""
    return PEN if reader_for(model) else ""


def is_read(given: Given) -> bool:
    """Whether the page says what the model reads: not of an example, beside a canvas that waits for a drawing."""
    return st.session_state["from"] != "draw" or given.how == "own"


def read(model: BranchedModel, given: Given, shares: np.ndarray | None) -> None:
    """What the model reads, in a sentence and as bars on the leaves; while one draws, they follow the pen."""
    if shares is None:
        said = told.awaited(given.advice, bool(_reader(model)), of_turn.thing(model.labels, model.form.shows))
    else:
        said = told.verdict(model.labels, shares, given.source.private, given.how == "example")
    following = {"canvas": "drawing", "ink": ink("drawing")} if st.session_state["from"] == "draw" else {}
    leaves("leaves", shown.nodes(model.tree), {label: words.article(label) for label in model.labels}, said,
           None if shares is None else dict(zip(model.labels, shares, strict=True)), **following)
    if st.session_state["from"] not in ("gallery", "model"):
        st.caption(_(STAYS))


def _first(name: str, model: BranchedModel) -> Source:
    state = st.session_state
    if work.digits(model):
        return serve.ask(name, Gallery()).source(state.pick)
    drawings = _drawings(state.own)
    return drawings.source(serve.ask(name, drawings), state.nth)


def _from_gallery(name: str) -> Source:
    scans = serve.ask(name, Gallery())
    picker("gallery", scans.pictures, [_numbered(label, k % EACH + 1) for k, label in enumerate(scans.classes)],
           st.session_state.pick, EACH, _("Handwritten digits: choose one"), lambda k: _pick("pick", k))
    st.caption(_("Real handwriting, scanned with 8 × 8 pixels (from scikit-learn)."))
    return scans.source(st.session_state.pick)


def _from_model(name: str, settings: Settings) -> Source:
    label = settings.label.selectbox(_("Class"), on_change=picture_changed)
    request = _drawings(label)
    drawings = serve.ask(name, request)
    picker("samples", drawings, [_numbered(label, k + 1) for k in range(len(drawings))], st.session_state.nth - 1,
           4, _("Pictures of {label}: choose one").format(label=label), lambda k: _pick("nth", k + 1), side=76)
    st.caption(_("Drawn by the model. Another dice roll, under *More settings*, gives others."))
    return request.source(drawings, st.session_state.nth)


def _drawings(label: str) -> Drawings:
    return Drawings(label, Sampling.quality(n=work.DRAWN, seed=st.session_state.seed))


def _numbered(label: str, number: int) -> str:
    return _("{label}, number {number}").format(label=label, number=number)


def _pick(setting: str, number: int) -> None:
    st.session_state[setting] = number
    picture_changed()


# -- what it is, and what it becomes -----------------------------------------------------------------------------------

def said(name: str, model: BranchedModel, source: Source, looked: Verdict) -> str | None:
    """The class of a picture, where it comes with it, or the visitor has said it and the model has not looked yet; or
    None: then it counts what the model takes it for."""
    if source.label in model.labels:
        return source.label
    return None if serve.is_kept(name, looked) else st.session_state.source


def aims(tree: ClassTree, taken_for: str, settings: Settings) -> None:
    """What the picture is, which the visitor may say, and what it is to become."""
    state = st.session_state
    state["it is"] = state.source or taken_for
    state["into"] = state.target or tree.nearest(state["it is"])
    settings.source.pills(_(of_turn.IT_IS), key="it is", on_change=_correct, args=[taken_for])
    settings.target.pills(_(of_turn.INTO), key="into", on_change=_aim)
    _more(settings)


def _forget_time() -> None:
    """Another film begins at its own branch point."""
    st.session_state.time = None


def _correct(taken_for: str) -> None:
    """The visitor says what the picture is; to agree with what it is taken for is to say nothing."""
    state = st.session_state
    state.source = None if state["it is"] == taken_for else state["it is"]
    _forget_time()


def _aim() -> None:
    st.session_state.target = st.session_state["into"]
    _forget_time()


def _more(settings: Settings) -> None:
    """The settings that are not needed at first."""
    with st.popover(_("More settings"), icon=":material/tune:"):
        way = settings.way.segments(_("Way up"), on_change=_forget_time)
        settings.variants.number_input(_("Variants"), on_change=_forget_time,
                                       disabled=way == "plain" or st.session_state["into"] == ALL,
                                       help=_("With fresh noise, one picture can become many others."))
        settings.steps.segments(_("Steps"), on_change=_forget_time,
                                help=_("From pure noise to a picture; a turn with half the noise takes half of them."))
        draw_number("noise", on_change=picture_changed)


def _sampling(deterministic: bool) -> Sampling:
    """What the controls say of the walk; without chance by a solver that adds no noise."""
    sampling = Sampling.quick(steps=st.session_state.steps, seed=st.session_state.seed)
    return sampling.without_noise() if deterministic else sampling


def turning(picture: Source, model: BranchedModel) -> Turning | None:
    """What the controls ask for; None where there is nothing to do."""
    state = st.session_state
    it_is, into, deterministic = state["it is"], state["into"], state.way == "plain"
    targets = tuple(label for label in model.labels if label != it_is and into in (label, ALL))
    if not targets:
        return None
    variants = state.variants if len(targets) == 1 and not deterministic else 1
    return Turning(picture.picture, it_is, targets, variants, deterministic, _sampling(deterministic), picture.private)


# -- the film ----------------------------------------------------------------------------------------------------------

def nearest_frame(times: Sequence[float | None], usual: int, wanted: float | None) -> int:
    """The frame whose turning time is nearest to the one that a link wants."""
    if wanted is None:
        return usual
    timed = [k for k, t in enumerate(times) if t is not None]
    return min(timed, key=lambda k: abs(times[k] - wanted))


def film_of(name: str, model: BranchedModel, request: Turning, thing: str,
            once_seen: Callable[[], None]) -> tuple[Turned, int]:
    """The film of what becomes of a picture, and the frame at which it rests. Its first frame is there at once; then it
    grows, and can be pulled meanwhile. `once_seen`: what else the page has to show can wait for that."""
    state, (times, usual) = st.session_state, request.times(model.tree)
    start, looks = nearest_frame(times, usual, state.time), shown.film_options(request)
    looks |= {"name": digest(pickle.dumps((name, replace(request, first=0)))), "ends": tuple(map(_, of_turn.ENDS)),
              "marks": {usual: told.mark(request, times[usual])}}
    if len(request.targets) > 1:
        st.markdown(_(READING).format(thing=told.called(thing)))
        st.html(shown.heads(model.labels, model.shape, looks["height"]))
    screen, more, bar = st.container(key="screen").empty(), st.empty(), st.empty()  # whose room is kept
    rests: list[int] = []  # where the film has been shown, and how often it has grown since

    def show(turned: Turned) -> None:
        pictures, frames = shown.frames(model.tree, request, turned)
        if not rests:
            with screen:
                rests.append(film("film", pictures, frames, start=start, made=len(turned.times), **looks))
            once_seen()
        else:
            with more:
                grow(f"growth {len(rests)}", pictures, frames, made=len(turned.times), **looks)
            rests.append(rests[0])
        if len(turned.times) < len(times):
            bar.progress(len(turned.times) / len(times), _("Now for all other noise levels …"))

    turned = serve.ask(name, replace(request, first=start), show)
    show(turned)
    bar.empty()
    frame = rests[0]
    if request.sampling.steps == QUICK:  # here the visitor looks closely
        turned = turned.sharper(frame, serve.ask(name, Sharpened(request, times[frame])))
        show(turned)
    if (rested := (looks["name"], frame)) != state.get("_rested"):
        state.time, state["_rested"] = None if frame == usual else times[frame], rested
    return turned, frame


# -- every class into every other --------------------------------------------------------------------------------------

def matrix(name: str, model: BranchedModel, place: DeltaGenerator) -> Matrix:
    """One picture of each class turned into every other; it grows before one's eyes."""
    deterministic = st.session_state.way == "plain"
    request = Crossing(Numbers(one_of_each(name, model)), deterministic, _sampling(deterministic))
    crossed = serve.ask(name, request, lambda grown: place.html(shown.grid(model.labels, grown)))
    place.html(shown.grid(model.labels, crossed))
    return crossed


def one_of_each(name: str, model: BranchedModel) -> np.ndarray:
    """A picture of each class (N, H, W[, 3]): the gallery's or, where it lacks one, drawn ones.

    Never a visitor's own: all may see what becomes of these.
    """
    state = st.session_state
    if state["from"] == "model" or set(model.labels) != set(work.digits(model)):
        return np.stack([serve.ask(name, _drawings(label))[0] for label in model.labels])
    return serve.ask(name, Gallery()).pictures[state.seed % EACH::EACH]

"""Where the picture to be transmuted comes from: a gallery, a drawing, a file, a camera, or the model itself."""
import io
from collections.abc import Generator
from dataclasses import dataclass
from urllib.parse import urlsplit

import numpy as np
import streamlit as st
from PIL import Image, ImageOps

from branched import BranchedError, BranchedModel

from ..frame import link
from ..parts.canvas import drawing
from ..parts.picker import picker
from ..parts.pictures import TYPES, digest
from ..serve import queue

NAMES = {"gallery": "Gallery", "draw": "Draw", "upload": "Upload", "camera": "Camera", "model": "The model's own"}
OWN = 8      # pictures of the model's own to choose from
FIRST = 47   # of the gallery, to begin with: a 4, which is close to a 9
SHOWN = 280  # pixels of the longer side of an original, where it is shown
STAYS = "Your picture stays with you: it is not stored, and a link to this page does not hold it."
NO_CAMERA = ("Browsers lend the camera only to pages on HTTPS or on this very machine. Take a photo with your device, "
             "and choose Upload.")
# Ten of each class of scikit-learn's digits, from leaning left to leaning right: legible ones, of which the judge in
# checkpoints/ is sure, with strokes from 2.2 to 4.3 pixels.
LEGIBLE = (
    (1065, 565, 1297, 406, 1451, 1642, 208, 646, 724, 10), (586, 442, 606, 1380, 1648, 1585, 1213, 1626, 1621, 1590),
    (1403, 84, 313, 1531, 907, 278, 648, 798, 1593, 115), (1125, 737, 1438, 799, 789, 143, 1624, 962, 83, 1118),
    (1127, 1053, 929, 1043, 1033, 637, 733, 1023, 640, 770), (289, 74, 1486, 1203, 531, 35, 302, 1192, 893, 401),
    (1092, 662, 1094, 871, 921, 262, 197, 468, 1391, 802), (1395, 912, 932, 174, 559, 560, 602, 1145, 403, 1710),
    (955, 923, 639, 612, 1544, 978, 554, 638, 404, 1315), (1196, 9, 478, 1736, 455, 1379, 1452, 1540, 655, 1572),
)
EACH = len(LEGIBLE[0])


@dataclass(frozen=True)
class Source:
    """A picture as the model sees it, (H, W[, 3]) in [0, 1], and as it was given; `private`: a visitor's own."""

    picture: np.ndarray
    original: np.ndarray
    name: str
    private: bool = False

    @property
    def digest(self) -> str:
        return digest(self.picture)


@dataclass(frozen=True)
class Gallery:
    """Real digits: their classes, as they were scanned (n, 8, 8), and as the model sees them (n, H, W)."""

    classes: tuple[str, ...]
    originals: np.ndarray
    pictures: np.ndarray


def digits(model: BranchedModel) -> list[str]:
    """The classes of a model of which the gallery has pictures."""
    return [label for label in model.labels if label in tuple("0123456789")] if len(model.shape) == 2 else []


def kinds(model: BranchedModel) -> list[str]:
    """Where a picture for this model can come from; the first is where the page begins."""
    return [kind for kind in NAMES if kind != "gallery" or digits(model)]


def settings(model: BranchedModel) -> tuple[link.Setting, ...]:
    """Those that say which picture is chosen. Of drawings, uploads and photos nothing is in them."""
    count = EACH * len(digits(model))
    return (link.choice("from", kinds(model), kinds(model)[0]),
            link.whole("pick", 0, max(count - 1, 0), FIRST if count > FIRST else 0),
            link.choice("own", model.labels, model.labels[0]), link.whole("nth", 1, OWN, 1))


def changed() -> None:
    """Another picture: what was said about the one before, and where its film stood, is forgotten."""
    st.session_state.source = st.session_state.time = None


def choose(name: str, model: BranchedModel, seed: int) -> Source:
    """The controls, and the chosen picture. As long as they give none, it is the one from before."""
    state, held = st.session_state, f"_source {name}"
    st.pills("Where the picture comes from", kinds(model), key="from", format_func=NAMES.get, required=True,
             on_change=changed)
    kind = state["from"]
    if kind in ("gallery", "model"):
        found = _from_gallery(name, model) if kind == "gallery" else _from_model(name, model, seed)
    else:
        found = _prepared(name, model, given, kind) if (given := _given(kind)) is not None else None
    if kind != "model":
        state.own = state.own  # or Streamlit drops it, as its widget is not on the page
    if isinstance(found, str):
        st.warning(found, icon=":material/image_not_supported:")
    elif found:
        state[held] = found
    if held not in state:  # something is there to be seen from the beginning
        state[held] = gallery_source(name, model, state.pick) if digits(model) else own_source(
            name, model, state.own, state.nth, seed)
    if kind not in ("gallery", "model"):
        instead = {Source: "", str: f"You still see {state[held].name}. "}.get(type(found))
        st.caption((f"Until then you see {state[held].name}. " if instead is None else instead) + STAYS)
    if state[held].private and state.get("_seen") != state[held].digest:
        changed()
    state["_seen"] = state[held].digest
    return state[held]


# -- what all may see --------------------------------------------------------------------------------------------------

def gallery(name: str, model: BranchedModel) -> Gallery:
    """The digits that come with scikit-learn, for the classes of a model: once for all visitors."""
    def job() -> Generator[float, None, Gallery]:
        from sklearn.datasets import load_digits  # takes a second

        classes = digits(model)
        chosen = [k for label in classes for k in LEGIBLE[int(label)]]
        originals, pictures = load_digits().images[chosen].astype(np.float32) / 16, []
        for k, original in enumerate(originals):
            pictures.append(model.prepare(enlarged(original)))
            if k % EACH == 0:
                yield k / len(originals)
        return Gallery(tuple(label for label in classes for _ in range(EACH)), originals, np.stack(pictures))

    return queue.work(("gallery", name), job)


def enlarged(scan: np.ndarray, side: int = 60) -> np.ndarray:
    """An 8 x 8 scan in [0, 1], large and with edges as sharp as a pen's: (side, side)."""
    smooth = Image.fromarray(np.pad(scan, 1)).resize((side, side), Image.Resampling.BICUBIC)
    return ((np.asarray(smooth) - 0.35) / 0.4).clip(0, 1).astype(np.float32)


def gallery_source(name: str, model: BranchedModel, pick: int) -> Source:
    found = gallery(name, model)
    return Source(found.pictures[pick], found.originals[pick], f"a {found.classes[pick]} from the gallery")


def own_pictures(name: str, model: BranchedModel, label: str, seed: int) -> np.ndarray:
    """Some pictures (n, H, W) of a class that the model draws."""
    def job() -> Generator[float, None, np.ndarray]:
        for frame in model.sampling(label, n=OWN, seed=seed):
            yield 1 - max(frame.times)
        return frame.result.images[0]

    return queue.work(("own", name, label, seed), job)


def own_source(name: str, model: BranchedModel, label: str, nth: int, seed: int) -> Source:
    picture = own_pictures(name, model, label, seed)[nth - 1]
    return Source(picture, picture, f"a picture of {label} that the model drew")


def one_of_each(name: str, model: BranchedModel, kind: str, seed: int) -> tuple[np.ndarray, tuple]:
    """A picture of each class (N, H, W[, 3]), and what decides which: the gallery's or, where it lacks one, drawn ones.

    Never a visitor's own: all may see what becomes of these.
    """
    if kind == "model" or set(model.labels) != set(digits(model)):
        return np.stack([own_pictures(name, model, label, seed)[0] for label in model.labels]), ("model", seed)
    found, number = gallery(name, model), seed % EACH
    return found.pictures[number::EACH], ("gallery", number)


def _from_gallery(name: str, model: BranchedModel) -> Source:
    def pick(k: int) -> None:
        st.session_state.pick = k
        changed()

    found = gallery(name, model)
    picker("gallery", found.pictures, [f"{label}, number {k % EACH + 1}" for k, label in enumerate(found.classes)],
           st.session_state.pick, EACH, "Handwritten digits: choose one", pick)
    st.caption("Real handwriting, scanned with 8 × 8 pixels (from scikit-learn).")
    return gallery_source(name, model, st.session_state.pick)


def _from_model(name: str, model: BranchedModel, seed: int) -> Source:
    def pick(k: int) -> None:
        st.session_state.nth = k + 1
        changed()

    label = st.selectbox("Class", model.labels, key="own", filter_mode=None, on_change=changed)
    picker("samples", own_pictures(name, model, label, seed), [f"{label}, number {k + 1}" for k in range(OWN)],
           st.session_state.nth - 1, 4, f"Pictures of {label}: choose one", pick, side=76)
    st.caption("Drawn by the model. Another draw number, under *More settings*, gives others.")
    return own_source(name, model, label, st.session_state.nth, seed)


# -- what is the visitor's own -----------------------------------------------------------------------------------------

def _given(kind: str) -> bytes | np.ndarray | None:
    """What was drawn, uploaded or photographed."""
    if kind == "draw":
        return drawing("drawing")
    if kind == "upload":
        file = st.file_uploader("A photo or picture of one digit", TYPES, key="upload")
    elif camera_allowed(st.context.url):
        file = st.camera_input("Hold one digit, on plain paper, before the camera", key="camera")
    else:
        st.info(NO_CAMERA, icon=":material/no_photography:")
        file = None
    return None if file is None else file.getvalue()


def camera_allowed(url: str | None) -> bool:
    """Whether browsers lend a camera to a page at this address."""
    parts = urlsplit(url or "")
    return parts.scheme == "https" or (parts.hostname or "") in ("localhost", "127.0.0.1", "::1")


def _prepared(name: str, model: BranchedModel, given: bytes | np.ndarray, kind: str) -> Source | str:
    """What the model sees in it, or a sentence that says why it can't be used; worked out once."""
    def job() -> Generator[float, None, Source | str]:
        yield 0.0
        try:
            picture = model.prepare(given)
        except BranchedError as error:
            return str(error)
        return Source(picture, thumbnail(given, picture), {"draw": "your drawing"}.get(kind, "your picture"), True)

    return queue.work(("prepared", name, digest(given)), job, private=True)


def thumbnail(given: bytes | np.ndarray, otherwise: np.ndarray) -> np.ndarray:
    """A small copy of a picture that was already found to be good, upright; uint8 (h, w) or (h, w, 3)."""
    if isinstance(given, np.ndarray):
        return given
    try:
        with Image.open(io.BytesIO(given), formats=("PNG", "JPEG", "MPO", "GIF", "WEBP", "BMP", "TIFF")) as image:
            image.draft(None, (SHOWN, SHOWN))
            small = ImageOps.exif_transpose(image)
            if small.mode.startswith(("I", "F")):
                return otherwise
            small = small.convert("RGBA" if small.has_transparency_data else "RGB")
            small.thumbnail((SHOWN, SHOWN))
            ground = Image.new("RGBA", small.size, "white")
            return np.asarray(Image.alpha_composite(ground, small.convert("RGBA")).convert("RGB"))
    except Exception:  # noqa: BLE001 - what decoders raise is their own affair; this is a look at it, no more
        return otherwise

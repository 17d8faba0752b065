"""What the page "Transmute" says: what a picture is taken for, what became of it, and what was kept."""
from collections import Counter
from collections.abc import Sequence

import numpy as np

from ..frame import words
from .work import Matrix, Turned, Turning

INTRODUCTION = """Noise covers your {thing}, until it could as well be another; then the model takes the noise away,
as if it had been that other all along."""
EXPLANATION = """
**Up, then down.** Your {thing} is covered with noise, up to the *turning time* t. From there the model cleans it again,
but now on the path of another class. What the noise left of yours, its slant and its stroke, is still there at the end.

**When to turn?** At the *meeting point*, where the paths of the two classes part on the tree, so much noise is on them
that they look alike to the model. Turn much earlier, and your {thing} shows through; much later, and little of yours is
left. Pull the slider, and see.

**Variants** differ by the noise, which is drawn by chance. *Without chance* the model walks up its own path backwards
instead, which keeps more of yours, but fails more often.
"""
MATRIX = """Every row begins with the {thing} in the grey frame, and every column is what became of it: each turned
where the two paths part."""
EQUATION = r"\text{{at the turn}} = {:.2f} \cdot \text{{{}}} + {:.2f} \cdot \text{{noise}} \qquad (t = {:.2f})"


def thing(labels: Sequence[str]) -> str:
    """What the classes of a model are to be called."""
    return "digit" if set(labels) <= set("0123456789") else "picture"


def verdict(labels: Sequence[str], probabilities: np.ndarray) -> str:
    """The verdict in words: "The model takes this for a 4 (97%), perhaps a 9 (2%)."."""
    likely = np.argsort(-probabilities, kind="stable")
    first, *others = [(article(labels[k]), percent(probabilities[k])) for k in likely
                      if k == likely[0] or probabilities[k] >= 0.015][:3]
    rest = f", perhaps {' or '.join(f'{who} ({share})' for who, share in others)}" if others else ""
    unsure = "" if probabilities[likely[0]] >= 0.6 else "The model is not sure. "
    return f"{unsure}The model takes this for **{first[0]}** ({first[1]}){rest}."


def percent(share: float) -> str:
    """Rounded, but nothing is certain."""
    return "over 99%" if share > 0.995 else f"{100 * share:.0f}%"


def article(label: str) -> str:
    """ "a 4", "an 8"."""
    vowel = label[:1].lower() in "aeiou" or label in ("8", "11", "18") or label.lower() in tuple("fhlmnrsx")
    return f"an {label}" if vowel and label.lower() != "u" else f"a {label}"


def notes(probabilities: np.ndarray) -> tuple[str, ...]:
    """Whole percents, for below the leaves."""
    return tuple(f"{100 * share:.0f}%" for share in probabilities)


def mark(turning: Turning, time: float | None) -> str:
    """What stands below the slider where a film usually begins."""
    return "each at its meeting point" if time is None else f"{turning.source} and {turning.targets[0]} part"


def success(turning: Turning, turned: Turned, frame: int) -> str:
    """How many pictures are what they were meant to be, in words; empty where nobody looked."""
    if not turned.read or not (read := turned.read[frame]):
        return ""
    good = sum(label == aim for label, aim in zip(read, turning.columns, strict=True))
    by = "An independent classifier reads" if turned.independent else "The model itself reads"
    if len(turning.targets) > 1:
        return f"{by} **{good} of {len(read)}** as the class they were meant to be."
    if len(read) == 1:
        return f"{by} it as **{article(read[0])}**{', as it was meant to be' if good else ''}."
    return f"{by} **{good} of {len(read)}** variants as **{article(turning.targets[0])}**."


# -- the film ----------------------------------------------------------------------------------------------------------

def turn(time: float | None) -> str:
    """When it turned."""
    return "Each turned where its path parts" if time is None else f"Turned at {words.at(time)}"


def on_its_way(time: float | None) -> str:
    """One line about a frame that is not there yet."""
    return f"{turn(time)} · on its way …"


def caption(turning: Turning, time: float | None, read: Sequence[str]) -> str:
    """One line about a frame."""
    turned = turn(time)
    if not read:
        return turned
    if len(turning.targets) == 1:
        return f"{turned} · an independent classifier reads {reading(read)}"
    wrong = [aim for aim, label in zip(turning.columns, read, strict=True) if label != aim]
    failed = f" (not {words.listed(wrong)})" if 0 < len(wrong) <= 4 else ""
    return f"{turned} · an independent classifier reads {len(read) - len(wrong)} of {len(read)} as meant{failed}"


def reading(read: Sequence[str]) -> str:
    """9, 9, 9, 4; or how often each, where there are many."""
    return ", ".join(read) if len(read) <= 4 else ", ".join(f"{label} ({n} ×)" for label, n in
                                                           Counter(read).most_common())


# -- what was kept -----------------------------------------------------------------------------------------------------

def when(time: float | None) -> str:
    """At which turning time something was kept."""
    return "each at its meeting point" if time is None else f"turned at {words.at(time)}"


def comparison(thing: str, slants: np.ndarray, strokes: np.ndarray) -> str:
    """Slants in degrees and widths of strokes in pixels, of the picture itself and of what became of it, in words."""
    return (f"Your {thing} {leaning(slants[0])}; what became of it {leaning(mean(slants[1:]))}. "
            f"Its stroke is {width(strokes[0])} wide, then {width(mean(strokes[1:]))}.")


def mean(numbers: np.ndarray) -> float:
    """Of those that are known; nan if none is."""
    known = numbers[np.isfinite(numbers)]
    return float(known.mean()) if len(known) else float("nan")


def leaning(degrees: float) -> str:
    """A slant in words."""
    if not np.isfinite(degrees):
        return "has no slant that could be measured"
    if abs(degrees) < 1.5:
        return "stands upright"
    return f"leans {abs(degrees):.0f}° to the {'right' if degrees > 0 else 'left'}"


def width(pixels: float) -> str:
    return f"{pixels:.1f} pixels" if np.isfinite(pixels) else "of unknown width"


def signed(degrees: float) -> str:
    """A slant in a table: a plus leans to the right."""
    return f"{degrees:+z.0f}".replace("-", "\N{MINUS SIGN}") if np.isfinite(degrees) else "–"


def short(pixels: float) -> str:
    return f"{pixels:.1f}" if np.isfinite(pixels) else "–"


def failures(labels: Sequence[str], read: Sequence[Sequence[str]]) -> list[tuple[str, str, str]]:
    """Those that are taken for another class than they were meant to be: (source, target, taken for)."""
    return [(labels[k], aim, label) for k, row in enumerate(read)
            for aim, label in zip(labels, row, strict=True) if aim != labels[k] and label != aim]


def summary(labels: Sequence[str], matrix: Matrix) -> str:
    """How many of a matrix are what they were meant to be, in words."""
    wrong, count = failures(labels, matrix.read), len(labels) * (len(labels) - 1)
    who = "an independent classifier" if matrix.independent else "the model itself"
    good = f"**{count - len(wrong)} of {count}** are read by {who} as the class they were meant to be."
    named = [f"{source} into {target} (read as {label})" for source, target, label in wrong]
    return good + (f" Framed are the others: {words.listed(named[:8])}" +
                   (f", and {len(named) - 8} more" if len(named) > 8 else "") + "." if named else "")

"""What the page "Transmute" says: what a picture is taken for, what became of it, and what was kept."""
from collections.abc import Sequence

import numpy as np

from branched import of_turn, words

from ..parts.leaves import Said
from ..parts.markup import literal
from .work import Matrix, Turning

KNOWN = 0.5  # the sum of all shares below which a picture may be of no class
REDRAW = "Draw one digit, large, in the middle of the black square."

VARIANTS = """
**Variants** differ by the noise, which is a matter of chance. The other *way up* goes the model's own path backwards
instead, without chance, which keeps more of the {thing}, but fails more often.
"""
BY_OTHER = """**Who reads?** An independent classifier, which had no part in the model's training."""
UNSEEN = """
**What the model has never seen.** It learnt from American handwriting of the 1990s: no 1 with a long upstroke, hardly a
7 with a bar, no 0 with a slash, nothing underlined, and nothing but digits. The classifier knows such hands, and tells
you when it may be no digit; the model turns whatever you give it, and what comes out looks American.
"""
BY_ITSELF = "**Who reads the results?** The model itself: there is no other classifier that knows these classes."
MATRIX = """Every row begins with the {thing} in the grey frame, and every column is what became of it: each turned
at the branch point of the two."""
EQUATION = r"\text{{in noise}} = {:.2f} \cdot \text{{{}}} + {:.2f} \cdot \text{{noise}} \qquad (t = {:.2f})"
LEADS = {"own": "{}", "chosen": "{}", "example": "Example: {}", "before": "{} from before"}


def explanation(thing: str, independent: bool) -> str:
    """What the page is about, and who reads what becomes of pictures."""
    unseen = UNSEEN if independent and thing == "digit" else ""
    whole = (of_turn.EXPLANATION + VARIANTS).format(thing=thing)
    return f"{whole}\n{BY_OTHER if independent else BY_ITSELF}\n{unseen}"


def verdict(labels: Sequence[str], probabilities: np.ndarray, own: bool = False, example: bool = False) -> Said:
    """The verdict as a sentence: "This looks like ", "a 4", ". Wrong? ..." where it is the visitor's own."""
    first, second = np.argsort(-probabilities, kind="stable")[:2]
    who, rest = "The example" if example else "This", of_turn.WRONG if own else "."
    if probabilities.sum() < KNOWN:
        none = f"{who} may be no {of_turn.thing(labels)} at all. If it is one, it is perhaps "
        return none, words.article(labels[first]), rest
    if probabilities[first] >= of_turn.SURE:
        return f"{who} {of_turn.SURELY}", words.article(labels[first]), rest
    return f"{who} {of_turn.HARDLY}", words.article(labels[first]), f" or {words.article(labels[second])}{rest}"


def awaited(advice: str, live: bool, thing: str) -> Said:
    """What stands in its place while a canvas waits for a drawing, or for a better one."""
    follows = "the bars follow your pen" if live else "it is read when your pen rests"
    return advice or f"Draw a {thing}: {follows}.", "", ""


def advice(reason: str, kind: str) -> str:
    """Why a picture cannot be used, and what to do; of a drawing nothing is said about paper."""
    return f"{reason.partition('. ')[0].rstrip('.')}. {REDRAW}" if kind == "draw" else reason


def headline(name: str, how: str, becomes: str) -> str:
    """ "Your drawing, turned into a 9"; "Example: a 4 from the gallery, turned into a 9". """
    said = LEADS[how].format(name)
    return f"{said[0].upper()}{said[1:]}{becomes}"


def becomes(targets: Sequence[str]) -> str:
    """What a picture is turned into, as the end of a headline."""
    if not targets:
        return ""
    return f", turned into {words.article(targets[0]) if len(targets) == 1 else 'each of the others'}"


def mark(turning: Turning, time: float | None) -> str:
    """What stands below the slider where a film usually begins."""
    return of_turn.mark(turning.source, None if time is None else turning.targets[0])


# -- the film ----------------------------------------------------------------------------------------------------------

def on_its_way(time: float | None) -> str:
    """One line about a frame that is not there yet."""
    return f"{of_turn.turn(time)} · {of_turn.ON_ITS_WAY}"


def caption(turning: Turning, time: float | None, read: Sequence[str], independent: bool) -> str:
    """One line about a frame: when it turned, and what became of it, where somebody looked."""
    if not read:
        return of_turn.turn(time)
    return f"{of_turn.turn(time)} · {success(turning, read)}{'' if independent else ' by the model itself'}"


def success(turning: Turning, read: Sequence[str]) -> str:
    """How many pictures are read as what they were to become: "all 4 are read as a 9"."""
    wrong = [aim for aim, label in zip(turning.columns, read, strict=True) if label != aim]
    good, count = len(read) - len(wrong), len(read)
    if len(turning.targets) > 1:
        failed = f" (not {words.listed(wrong)})" if 0 < len(wrong) <= 4 else ""
        return f"{good} of {count} are read as what they were to become{failed}"
    if count == 1:
        return f"read as {words.article(read[0])}"
    verb = "is" if good == 1 else "are"
    many = f"all {count} are" if not wrong else f"{good} of {count} {verb}" if good else f"none of {count} is"
    return f"{many} read as {words.article(turning.targets[0])}"


# -- what was kept -----------------------------------------------------------------------------------------------------

def when(time: float | None) -> str:
    """At which noise level something was kept."""
    return "each at its branch point" if time is None else f"turned at noise level {words.at(time)}"


def comparison(thing: str, slants: np.ndarray, strokes: np.ndarray) -> str:
    """Slants in degrees and widths of strokes in pixels, of the picture itself and of what became of it, in words."""
    return (f"The {thing} {leaning(slants[0])}; what became of it {leaning(mean(slants[1:]))}. "
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
    named = [literal(f"{source} into {target} (read as {label})") for source, target, label in wrong]
    return good + (f" Framed are the others: {words.listed(named[:8])}" +
                   (f", and {len(named) - 8} more" if len(named) > 8 else "") + "." if named else "")

"""What the page "Transmute" says: what a picture is taken for, what became of it, and what was kept."""
from collections.abc import Sequence

import numpy as np

from branched import of_turn, words

from ..language import N_, _, decimal, ngettext, pgettext
from ..parts.leaves import Said
from ..parts.markup import literal
from .work import Matrix, Turning

MOST = 8     # failures that are named
KNOWN = 0.1  # the sum of all shares below which a picture may be of no class: of 1,000 digits 1 or 2; below 0.5, 6
REDRAW = N_("Draw one digit, large, in the middle of the black square.")

VARIANTS = N_("""
**Variants** differ by the noise, which is a matter of chance. The other *way up* goes the model's own path backwards
instead, without chance, which keeps more of the {thing}, but fails more often.
""")
BY_OTHER = N_("**Who reads?** An independent classifier, which had no part in the model's training.")
UNSEEN = N_("""
**What the model has never seen.** It learnt from American handwriting of the 1990s: no 1 with a long upstroke, hardly a
7 with a bar, no 0 with a slash, nothing underlined, and nothing but digits. The classifier knows such hands, and tells
you when it may be no digit; the model turns whatever you give it, and what comes out looks American.
""")
BY_ITSELF = N_("**Who reads the results?** The model itself: there is no other classifier that knows these classes.")
MATRIX = N_("Every row begins with the {thing} in the grey frame, and every column is what became of it: each turned "
            "at the branch point of the two.")
EQUATION = r"\text{{{}}} = {:.2f} \cdot \text{{{}}} + {:.2f} \cdot \text{{{}}} \qquad (t = {:.2f})"
NO_THING = (N_("This may be no {thing} at all. If it is one, it is perhaps **{label}**."),
            N_("The example may be no {thing} at all. If it is one, it is perhaps **{label}**."))
SURELY = N_("This looks like **{label}**."), N_("The example looks like **{label}**.")
HARDLY = (N_("This is hard to read: perhaps **{label}** or {other}."),
          N_("The example is hard to read: perhaps **{label}** or {other}."))
WRONG = N_("Wrong? Tap the right one under “It is”.")


def called(thing: str) -> str:
    """What pictures of the model are called: "digit" or "picture"."""
    return _("digit") if thing == "digit" else pgettext("thing", "picture")


def equation(thing: str, picture: float, noise: float, time: float) -> str:
    """What there is at the turn, in LaTeX."""
    return EQUATION.format(_("in noise"), picture, called(thing), noise, _("noise"), time)


def explanation(thing: str, independent: bool) -> str:
    """What the page is about, and who reads what becomes of pictures."""
    unseen = _(UNSEEN) if independent and thing == "digit" else ""
    whole = (_(of_turn.EXPLANATION) + _(VARIANTS)).format(thing=called(thing))
    return f"{whole}\n{_(BY_OTHER if independent else BY_ITSELF)}\n{unseen}"


def verdict(labels: Sequence[str], probabilities: np.ndarray, own: bool = False, example: bool = False) -> Said:
    """The verdict as a sentence: "This looks like ", "a 4", ". Wrong? ..." where it is the visitor's own."""
    first, second = np.argsort(-probabilities, kind="stable")[:2]
    sure = probabilities[first] >= of_turn.SURE
    kind = NO_THING if probabilities.sum() < KNOWN else SURELY if sure else HARDLY
    said = {"thing": called(of_turn.thing(labels)), "label": words.article(labels[first]),
            "other": words.article(labels[second])}
    before, bold, after = (piece.format(**said) for piece in _(kind[example]).split("**"))
    return before, bold, f"{after} {_(WRONG)}" if own else after


def awaited(advice: str, live: bool, thing: str) -> Said:
    """What stands in its place while a canvas waits for a drawing, or for a better one."""
    if live:
        return advice or _("Draw a {thing}: the bars follow your pen.").format(thing=called(thing)), "", ""
    return advice or _("Draw a {thing}: it is read when your pen rests.").format(thing=called(thing)), "", ""


def advice(reason: str, kind: str) -> str:
    """Why a picture cannot be used, and what to do; of a drawing nothing is said about paper."""
    return f"{reason.partition('. ')[0].rstrip('.')}. {_(REDRAW)}" if kind == "draw" else reason


def headline(name: str, how: str, becomes: str) -> str:
    """ "Your drawing, turned into a 9"; "Example: a 4 from the gallery, turned into a 9". """
    said = _(name)
    if how in ("example", "before"):
        said = (_("Example: {name}") if how == "example" else _("{name} from before")).format(name=said)
    return f"{said[:1].upper()}{said[1:]}{becomes}"


def becomes(targets: Sequence[str]) -> str:
    """What a picture is turned into, as the end of a headline."""
    if not targets:
        return ""
    if len(targets) > 1:
        return _(", turned into each of the others")
    return _(", turned into {label}").format(label=words.article(targets[0]))


def mark(turning: Turning, time: float | None) -> str:
    """What stands below the slider where a film usually begins."""
    return of_turn.mark(turning.source, None if time is None else turning.targets[0])


# -- the film ----------------------------------------------------------------------------------------------------------

def on_its_way(time: float | None) -> str:
    """One line about a frame that is not there yet."""
    return f"{of_turn.turn(time)} · {_(of_turn.ON_ITS_WAY)}"


def caption(turning: Turning, time: float | None, read: Sequence[str], independent: bool) -> str:
    """One line about a frame: when it turned, and what became of it, where somebody looked."""
    if not read:
        return of_turn.turn(time)
    done = success(turning, read)
    return f"{of_turn.turn(time)} · " + (done if independent else _(of_turn.ITSELF).format(read=done))


def success(turning: Turning, read: Sequence[str]) -> str:
    """How many pictures are read as what they were to become: "all 4 are read as a 9"."""
    wrong = [aim for aim, label in zip(turning.columns, read, strict=True) if label != aim]
    good, count = len(read) - len(wrong), len(read)
    if len(turning.targets) > 1:
        text = _("{good} of {count} are read as what they were to become (not {wrong})") if 0 < len(wrong) <= 4 else _(
            "{good} of {count} are read as what they were to become")
        return text.format(good=good, count=count, wrong=words.listed(wrong))
    if count == 1:
        return _(of_turn.READ).format(label=words.article(read[0]))
    text = (_("all {count} are read as {label}") if not wrong else
            _("none of {count} is read as {label}") if not good else
            ngettext("{good} of {count} is read as {label}", "{good} of {count} are read as {label}", good))
    return text.format(good=good, count=count, label=words.article(turning.targets[0]))


# -- what was kept -----------------------------------------------------------------------------------------------------

def when(time: float | None) -> str:
    """At which noise level something was kept: a heading."""
    if time is None:
        return _("What was kept, each at its branch point")
    return _("What was kept, turned at noise level {time}").format(time=words.at(time))


def comparison(thing: str, slants: np.ndarray, strokes: np.ndarray) -> str:
    """Slants in degrees and widths of strokes in pixels, of the picture itself and of what became of it, in words."""
    return _("The {thing} {leans}; what became of it {then_leans}. Its stroke is {width} wide, then "
             "{then_width}.").format(
        thing=called(thing), leans=leaning(slants[0]), then_leans=leaning(mean(slants[1:])),
        width=width(strokes[0]), then_width=width(mean(strokes[1:])))


def mean(numbers: np.ndarray) -> float:
    """Of those that are known; nan if none is."""
    known = numbers[np.isfinite(numbers)]
    return float(known.mean()) if len(known) else float("nan")


def leaning(degrees: float) -> str:
    """A slant in words."""
    if not np.isfinite(degrees):
        return _("has no slant that could be measured")
    if abs(degrees) < 1.5:
        return _("stands upright")
    text = _("leans {degrees}° to the right") if degrees > 0 else _("leans {degrees}° to the left")
    return text.format(degrees=decimal(abs(degrees)))


def width(pixels: float) -> str:
    """The width of a stroke in words."""
    return _("{count} pixels").format(count=decimal(pixels, 1)) if np.isfinite(pixels) else _("of unknown width")


def signed(degrees: float) -> str:
    """A slant in a table: a plus leans to the right."""
    return f"{degrees:+z.0f}".replace("-", "\N{MINUS SIGN}") if np.isfinite(degrees) else "–"


def short(pixels: float) -> str:
    return decimal(pixels, 1) if np.isfinite(pixels) else "–"


def failures(labels: Sequence[str], read: Sequence[Sequence[str]]) -> list[tuple[str, str, str]]:
    """Those that are taken for another class than they were meant to be: (source, target, taken for)."""
    return [(labels[k], aim, label) for k, row in enumerate(read)
            for aim, label in zip(labels, row, strict=True) if aim != labels[k] and label != aim]


def summary(labels: Sequence[str], matrix: Matrix) -> str:
    """How many of a matrix are what they were meant to be, in words."""
    wrong, count = failures(labels, matrix.read), len(labels) * (len(labels) - 1)
    good = (_("**{good} of {count}** are read by an independent classifier as the class they were meant to be.")
            if matrix.independent else
            _("**{good} of {count}** are read by the model itself as the class they were meant to be."))
    said = [good.format(good=count - len(wrong), count=count)]
    named = [literal(_("{source} into {target} (read as {label})").format(source=source, target=target, label=label))
             for source, target, label in wrong]
    if named:
        text = _("Framed are the others: {names}, and {count} more.") if len(named) > MOST else _(
            "Framed are the others: {names}.")
        said.append(text.format(names=words.listed(named[:MOST]), count=len(named) - MOST))
    return " ".join(said)

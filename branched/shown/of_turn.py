"""A turn in words: what a picture is taken for, when it turned, and what it is to become."""
from collections.abc import Sequence

from ..facts import PICTURES
from .language import N_, _
from .words import at

SURE = 0.6  # a share from which on a verdict is one
INTRODUCTION = N_("We bury a {thing} in noise, up to where one picture serves it and another; then the model digs out "
                  "the other.")
TITLE = N_("Turn one {thing} into another")
EXPLANATION = N_("""
**Up, then down.** The {thing} is covered with noise, up to the *noise level* t. From there the model cleans it again,
but now on the path of another class. What the noise left of it, its slant and its stroke, is still there at the end.

**When to turn?** At the *branch point*, where the two paths part on the tree: up to there, one picture serves both.
With much less noise the {thing} shows through; with much more, little of it is left. Pull the slider, and see.
""")
TURNED, EACH_TURNED = N_("Turned at noise level {at}"), N_("Each turned at its branch point")
ON_ITS_WAY = N_("on its way …")
READ, ITSELF = N_("read as {label}"), N_("{read} by the model itself")
ROWS = (N_("In noise"), N_("Becomes"))
ENDS = (N_("much noise"), N_("little noise"))
IT_IS, INTO = N_("It is"), N_("Turn it into")
DRAW = N_("Draw a {thing} here")
SURELY, HARDLY = "looks like ", "is hard to read: perhaps "  # how a verdict goes on after its subject
WRONG = f". Wrong? Tap the right one under “{IT_IS}”."
LOW, HIGH = 0.05, 0.75  # turning times, from hardly any noise to hardly any picture
TIMES = 15              # of them, .05 apart


def thing(labels: Sequence[str], shows: str | None = None) -> str:
    """What a picture of one of these classes is to be called; hands that show numbers are no digits."""
    return "digit" if set(labels) <= set("0123456789") and shows != PICTURES else "picture"


def turn(time: float | None) -> str:
    """When it turned."""
    return _(EACH_TURNED) if time is None else _(TURNED).format(at=at(time))


def mark(source: str, target: str | None) -> str:
    """What stands below a slider of turning times where it usually begins; no target stands for all."""
    if target is None:
        return _("each at its branch point")
    return _("branch point of {source} and {target}").format(source=source, target=target)


def colours(source: str, others: str) -> tuple[str, str, str, str, str]:
    """What the two colours on the tree mean: words, and between them those that have the colours."""
    pieces = _("Up the path of **the {source}**, down the path of **{others}**.").split("**")
    return tuple(piece.format(source=source, others=others) for piece in pieces)

"""What is asked of what a model does: what of a picture is kept, what a lesson changes, how often it fails."""
from typing import Any
from zlib import crc32

import numpy as np

from branched import ClassTree

from ..language import N_, _, decimal
from ..parts.markup import literal
from .question import Question

PLACES = {"1": N_("The left one"), "2": N_("The middle one"), "3": N_("The right one")}
OF_1000 = {"400": N_("Fewer than half"), "700": N_("About 700"), "900": N_("About 900"), "990": N_("About 990"),
           "1000": N_("All 1,000")}


def style(model: Any) -> Question | None:
    """Which of three pictures was made out of a certain one: what noise left of it can still be seen."""
    if len(model.labels) < 2:
        return None
    a, b = pair(model.tree)
    text = _("A picture of {a} was covered with noise and cleaned again as {b}, and so were two others. Which of the "
             "three results came from the framed one?")
    reason = _("Its slant, its width and its stroke are still there: the noise hid what makes {a} different from {b}, "
               "and left the rest.")
    names = {"a": literal(a), "b": literal(b)}
    return Question("style", text.format(**names), {key: _(said) for key, said in PLACES.items()},
                    (str(order(a, b).index(0) + 1),), reason.format(**names))


def pair(tree: ClassTree) -> tuple[str, str]:
    """The two classes of which one is turned into the other: those that part last."""
    return tree.closest_pairs(1)[0]


def order(a: str, b: str) -> list[int]:
    """Which of three pictures is where, from left to right; the first is the one that is asked for."""
    return np.random.default_rng(crc32(f"{a} into {b}".encode())).permutation(len(PLACES)).tolist()


def forget(model: Any) -> Question:
    """What becomes of the old classes when the model is taught a new one."""
    options = {"worse": _("They become a little worse"), "gone": _("It forgets some of them"),
               "same": _("They stay the same, to the last dot")}
    reason = _("A new leaf grows, and only its own numbers learn. The {count} numbers that the model had stay as they "
               "are, so every old picture stays the same.")
    text = _("You teach the model a symbol that it has never seen, from ten drawings. Meanwhile it sees none of its "
             "old pictures. What happens to the pictures that it could draw before?")
    return Question("forget", text, options, ("same",), reason.format(count=decimal(model.parameters)))


def fails(model: Any) -> Question | None:
    """How many pictures of a thousand are what was asked for, as a separate classifier reads them."""
    made = model.facts.quality.generation
    if made is None or made.right is None:
        return None
    rest = [key for key in OF_1000 if key != "1000"]
    answer = "1000" if made.right == 1 else min(rest, key=lambda key: abs(int(key) - 1000 * made.right))
    reason = _("Of 1,000 pictures {right} were read as what was asked for. But who reads is a network, too, and errs.")
    return Question("fails", _("The model was asked for 1,000 pictures, and a separate classifier read all of them. "
                               "How many did it read as what was asked for?"),
                    {key: _(said) for key, said in OF_1000.items()}, (answer,),
                    reason.format(right=decimal(1000 * made.right)))

"""What the page "Teach" says: of names and examples, of a lesson on its way, and of what came of it."""
from collections.abc import Sequence

from branched import BranchedModel

from ..frame import words
from ..frame.visitor import Taught
from ..parts.markup import literal
from .work import Progress, Proof

INTRODUCTION = "Show it something that it has never seen. It learns it in about a minute, without forgetting anything."
EXPLANATION = """
**Where does it join?** Your examples are covered with noise, more and more of it, until one of the old classes looks
like them: from there up, the new class shares that one's way. This is the rule by which the whole tree was found.

**What learns?** The tree gets one new branch, from that point down to the picture. It begins as a copy of its
neighbour, and then learns to take the noise off *your* symbol. What it begins with it draws by itself, so that no old
picture is needed. From few drawings many are made, a little turned, bent or thickened; and it stops before it only
repeats them.

**Why is nothing forgotten?** All other numbers of the network stay as they are. Old classes walk old branches only: the
same numbers, the same calculation, the same pictures.

As an equation: of the two groups of numbers θ in the network only those of the new branch are changed, so that the
picture which it guesses behind the noise comes close to the real one:
"""
EQUATION = (r"\min_{\theta_{\text{new}}} \; \big\| \, \text{guess}(x_t, t;\, \theta_{\text{old}}, \theta_{\text{new}})"
            r" - x_0 \big\|^2 \qquad \theta_{\text{old}} \text{ fixed}")
NOT_KEPT = "This browser keeps nothing for this page: a reload would lose your drawings."
NOT_KEPT_MODEL = "This browser keeps nothing for this page: download the model, or a reload will lose it."
LEAST, MOST = 3, 40  # drawings and uploads: without the first no lesson begins, beyond the second none is kept
ENDED = {"": "", "stopped": " You stopped it there.",
         "early": " It stopped by itself, before it would have merely repeated the examples."}
SHARE = 0.12         # that a new value has in a smoothed curve


# -- names and examples ------------------------------------------------------------------------------------------------

def full() -> str:
    """There is an end to drawings."""
    return f"There is room for {MOST} pictures. Remove some to make room for others."


def too_few(n: int) -> str:
    """What is missing before a lesson can begin with n pictures, in a sentence; "" if nothing is."""
    return "" if n >= LEAST else (f"It needs at least {LEAST} different pictures to see what varies, better 8 to 20; "
                                  f"there {'is' if n == 1 else 'are'} {n or 'none'} so far.")


def count(n: int) -> str:
    """How many there are, and how many there should be."""
    drawings = f"**{n} {'drawing' if n == 1 else 'drawings'}**"
    if n < 8:
        return f"{drawings}; 8 to 20 are good."
    return f"{drawings}: enough to begin." if n <= 20 else f"{drawings}: plenty."


# -- the lesson --------------------------------------------------------------------------------------------------------

def so_far(n: int) -> str:
    """How many there are, to be heard."""
    return f"Drawings so far: {n}"


def learning(label: str) -> str:
    """What goes on."""
    return f"It learns {label}"


def progress(lesson: Progress) -> str:
    """How far a lesson is, in words."""
    if not lesson.records:
        return "First it draws what it knows already, up to where the new path begins …"
    now = lesson.records[-1]
    return f"Step {now.step} of {now.steps}: {remaining(lesson.left) if now.step > 2 else 'it begins to learn …'}"


def remaining(seconds: float) -> str:
    """A time in words, rounded."""
    if seconds > 90:
        return f"about {seconds / 60:.0f} minutes left"
    return f"about {max(5, 5 * round(seconds / 5))} seconds left"


def smooth(values: Sequence[float]) -> list[float]:
    """A running mean that forgets."""
    means: list[float] = []
    for value in values:
        means.append(value if not means else means[-1] + SHARE * (value - means[-1]))
    return means


# -- what came of it ---------------------------------------------------------------------------------------------------

def triumph(label: str, taught: Taught) -> str:
    """What a lesson has brought, in a few words; of one that was stopped nothing more is promised."""
    whose = f"your {label}" if taught.drawn else label
    return f"It has begun to draw {whose}" if taught.ended == "stopped" else f"It can draw {whose}!"


def relative(model: BranchedModel, label: str) -> str:
    """The class that a new one is nearest to: whose path it left, if that is still there, else with whom it is together
    longest."""
    sibling = model.facts.lesson(label).sibling
    others = [other for other in model.labels if other != label]
    return sibling if sibling in others else min(others, key=lambda other: model.tree.meeting(label, other).time)


def joined(model: BranchedModel, label: str, taught: Taught) -> str:
    """Where a class joined the tree, and why, in words."""
    lesson, near = model.facts.lesson(label), relative(model, label)
    point = model.tree.meeting(label, near)
    label, sibling = literal(label), literal(near)
    whose, examples = ("your ", "drawings") if taught.drawn else ("", "pictures")
    if point.branch is None:
        return f"**{label}** has a path of its own from the start: in this tree nothing is shared but the noise."
    company = "all the others" if point.branch.parent is None else f"**{sibling}**"
    return (f"Its new path leaves that of {company} at {words.at(point.time)}: as noise covers {whose}"
            f"{lesson.count} {examples}, {sibling} is the first that looks like {label}. "
            f"Only the last {point.time:.0%} of the way from noise to {label} had to be learnt.")


def shared(model: BranchedModel, label: str, sibling: str) -> str:
    """What the pictures at the branch point of a class and its sibling are."""
    time = words.at(model.tree.meeting(label, sibling).time)
    label, sibling = literal(label), literal(sibling)
    return (f"**Where the paths of {sibling} and {label} part**, at {time}, the old model has worked alone so far, and "
            f"has never seen {label}: so its best guesses there look like what it knew before. From here on the new "
            f"branch makes {label} of the same noisy pictures.")


def learnt(model: BranchedModel, before: BranchedModel, label: str, taught: Taught) -> str:
    """What it took."""
    alone = set(model.labels) - set(before.labels) == {label}
    new = f", and {model.parameters - before.parameters:,} new numbers beside {before.parameters:,} old ones" * alone
    return f"It took {model.facts.lesson(label).steps} steps{new}.{ENDED[taught.ended]}"


def verdict(proof: Proof) -> str:
    """How many bits differ, in words."""
    of = f"of the {proof.bits:,} bits of these pictures"
    if proof.different == 0:
        return (f"The same noise, drawn by the model from before the lesson and by yours: **0** {of} differ. Pull the "
                "line: nothing changes.")
    return (f"**{proof.different:,}** {of} differ. They should not: on this machine the two models do not draw exactly "
            "the same.")


def heading(proof: Proof) -> str:
    """The same in a few words."""
    return "And it forgot nothing" if proof.different == 0 else "What it has forgotten"


def alt(proof: Proof) -> str:
    """What the pictures before and after show."""
    same = "the same" if proof.different == 0 else "not the same"
    return f"Drawings of {words.listed(proof.labels)}, before and after the lesson: {same}"

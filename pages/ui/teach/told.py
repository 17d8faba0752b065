"""What the page "Teach" says: of names and examples, of a lesson on its way, and of what came of it."""
from collections.abc import Sequence

from branched import BranchedModel

from ..frame import words
from ..frame.visitor import Taught
from .work import Progress, Proof

INTRODUCTION = "Show it something that it has never seen. It learns that in about a minute, and forgets nothing for it."
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
LONGEST = 12         # letters of a name, which is to stand below a leaf of the tree
LEAST, MOST = 3, 40  # drawings and uploads: without the first no lesson begins, beyond the second none is kept
ENDED = {"": "", "stopped": " You stopped it there.",
         "early": " It stopped by itself, before it would have merely repeated the examples."}
SHARE = 0.12         # that a new value has in a smoothed curve


# -- names and examples ------------------------------------------------------------------------------------------------

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

def progress(lesson: Progress) -> str:
    """How far a lesson is, in words."""
    if not lesson.records:
        return "First it draws what it knows already, up to where the new way begins …"
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

def joined(model: BranchedModel, label: str, taught: Taught) -> str:
    """Where a class joined the tree, with whom and why, in words."""
    lesson, tree = model.facts.lesson(label), model.tree
    sibling, (whose, examples) = lesson.sibling, ("your ", "drawings") if taught.drawn else ("", "pictures")
    branch = tree.meeting(label, sibling).branch
    if branch is None:
        return f"**{label}** goes its own way from the start: in this tree nothing is shared but the noise."
    others = [f"**{sibling}**", *(other for other in branch.classes if other not in (label, sibling))]
    company = "**all the others**" if branch.parent is None else words.listed(others)
    return (f"**{label}** parts from {company} at **{words.at(branch.t_low)}**. That was found from "
            f"{whose}{lesson.count} {examples}: when noise covers them more and more, {sibling} is the first class "
            f"that looks like {label}. So only the last {branch.t_low:.0%} of the way from noise to {label} is new.")


def learnt(model: BranchedModel, before: BranchedModel, label: str, taught: Taught) -> str:
    """What it took."""
    alone = set(model.labels) - set(before.labels) == {label}
    new = f", and {model.parameters - before.parameters:,} new numbers beside {before.parameters:,} old ones" * alone
    return f"It took {model.facts.lesson(label).steps} steps{new}.{ENDED[taught.ended]}"


def verdict(proof: Proof) -> str:
    """How many bits differ, in words."""
    of = f"of the {proof.bits:,} bits of these pictures"
    if proof.different == 0:
        return f"**0** {of} differ. The model from before and yours drew the same, to the last bit."
    return (f"**{proof.different:,}** {of} differ. They should not: on this machine the two models do not draw exactly "
            "the same.")


def heading(proof: Proof) -> str:
    """The same in a few words."""
    return "What it has forgotten: nothing" if proof.different == 0 else "What it has forgotten"

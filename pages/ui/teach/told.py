"""What the page "Teach" says: of names and examples, of a lesson on its way, and of what came of it."""
from collections.abc import Sequence

from branched import BranchedModel

from ..frame import words
from ..frame.visitor import Taught
from ..language import N_, _, decimal, ngettext, percent
from ..parts.markup import literal
from .work import Progress, Proof

INTRODUCTION = N_("Show it something that it has never seen. It learns it in about a minute, without forgetting "
                  "anything.")
EXPLANATION = N_("""
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
""")
EQUATION = (r"\min_{\theta_{\text{new}}} \; \big\| \, \text{guess}(x_t, t;\, \theta_{\text{old}}, \theta_{\text{new}})"
            r" - x_0 \big\|^2 \qquad \theta_{\text{old}} \text{ fixed}")
NOT_KEPT = N_("This browser keeps nothing for this page: a reload would lose your drawings.")
NOT_KEPT_MODEL = N_("This browser keeps nothing for this page: download the model, or a reload will lose it.")
LEAST, MOST = 3, 40  # drawings and uploads: without the first no lesson begins, beyond the second none is kept
ENDED = {"": "", "stopped": N_("You stopped it there."),
         "early": N_("It stopped by itself, before it would have merely repeated the examples.")}
SHARE = 0.12         # that a new value has in a smoothed curve


# -- names and examples ------------------------------------------------------------------------------------------------

def full() -> str:
    """There is an end to drawings."""
    return _("There is room for {count} pictures. Remove some to make room for others.").format(count=MOST)


def too_few(n: int) -> str:
    """What is missing before a lesson can begin with n pictures, in a sentence; "" if nothing is."""
    if n >= LEAST:
        return ""
    if not n:
        return _("It needs at least {least} different pictures to see what varies, better 8 to 20; there are none so "
                 "far.").format(least=LEAST)
    return ngettext("It needs at least {least} different pictures to see what varies, better 8 to 20; there is {count} "
                    "so far.", "It needs at least {least} different pictures to see what varies, better 8 to 20; there "
                    "are {count} so far.", n).format(least=LEAST, count=n)


def count(n: int) -> str:
    """How many there are, and how many there should be."""
    drawings = ngettext("**{count} drawing**", "**{count} drawings**", n).format(count=n)
    text = _("{drawings}; 8 to 20 are good.") if n < 8 else (
        _("{drawings}: enough to begin.") if n <= 20 else _("{drawings}: plenty."))
    return text.format(drawings=drawings)


# -- the lesson --------------------------------------------------------------------------------------------------------

def so_far(n: int) -> str:
    """How many there are, to be heard."""
    return _("Drawings so far: {count}").format(count=n)


def learning(label: str) -> str:
    """What goes on."""
    return _("It learns {label}").format(label=label)


def progress(lesson: Progress) -> str:
    """How far a lesson is, in words."""
    if not lesson.records:
        return _("First it draws what it knows already, up to where the new path begins …")
    now = lesson.records[-1]
    left = remaining(lesson.left) if now.step > 2 else _("it begins to learn …")
    return _("Step {step} of {steps}: {left}").format(step=now.step, steps=now.steps, left=left)


def remaining(seconds: float) -> str:
    """A time in words, rounded."""
    if seconds > 90:
        return _("about {count} minutes left").format(count=round(seconds / 60))
    return _("about {count} seconds left").format(count=max(5, 5 * round(seconds / 5)))


def smooth(values: Sequence[float]) -> list[float]:
    """A running mean that forgets."""
    means: list[float] = []
    for value in values:
        means.append(value if not means else means[-1] + SHARE * (value - means[-1]))
    return means


# -- what came of it ---------------------------------------------------------------------------------------------------

def triumph(label: str, taught: Taught) -> str:
    """What a lesson has brought, in a few words; of one that was stopped nothing more is promised."""
    whose = _("your {label}").format(label=label) if taught.drawn else label
    text = _("It has begun to draw {what}") if taught.ended == "stopped" else _("It can draw {what}!")
    return text.format(what=whose)


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
    if point.branch is None:
        return _("**{label}** has a path of its own from the start: in this tree nothing is shared but the "
                 "noise.").format(label=label)
    company = _("all the others") if point.branch.parent is None else f"**{sibling}**"
    why = (_("Its new path leaves that of {company} at {time}: as noise covers your {count} drawings, {sibling} is the "
             "first that looks like {label}.") if taught.drawn else
           _("Its new path leaves that of {company} at {time}: as noise covers {count} pictures, {sibling} is the "
             "first that looks like {label}."))
    rest = _("Only the last {share} of the way from noise to {label} had to be learnt.")
    why = why.format(company=company, time=words.at(point.time), count=lesson.count, sibling=sibling, label=label)
    return f"{why} {rest.format(share=percent(point.time), label=label)}"


def shared(model: BranchedModel, label: str, sibling: str) -> str:
    """What the pictures at the branch point of a class and its sibling are."""
    time = words.at(model.tree.meeting(label, sibling).time)
    label, sibling = literal(label), literal(sibling)
    return _("**Where the paths of {sibling} and {label} part**, at {time}, the old model has worked alone so far, and "
             "has never seen {label}: so its best guesses there look like what it knew before. From here on the new "
             "branch makes {label} of the same noisy pictures.").format(sibling=sibling, label=label, time=time)


def learnt(model: BranchedModel, before: BranchedModel, label: str, taught: Taught) -> str:
    """What it took."""
    alone = set(model.labels) - set(before.labels) == {label}
    text = (_("It took {steps} steps, and {new} new numbers beside {old} old ones.") if alone else
            _("It took {steps} steps."))
    took = text.format(steps=model.facts.lesson(label).steps, new=decimal(model.parameters - before.parameters),
                       old=decimal(before.parameters))
    return " ".join([took, *[_(ENDED[taught.ended])] * bool(ENDED[taught.ended])])


def verdict(proof: Proof) -> str:
    """How many bits differ, in words."""
    text = (_("The same noise, drawn by the model from before the lesson and by yours: **0** of the {bits} bits of "
              "these pictures differ. Pull the line: nothing changes.") if proof.different == 0 else
            _("**{different}** of the {bits} bits of these pictures differ. They should not: on this machine the two "
              "models do not draw exactly the same."))
    return text.format(bits=decimal(proof.bits), different=decimal(proof.different))


def heading(proof: Proof) -> str:
    """The same in a few words."""
    return _("And it forgot nothing") if proof.different == 0 else _("What it has forgotten")


def alt(proof: Proof) -> str:
    """What the pictures before and after show."""
    text = (_("Drawings of {labels}, before and after the lesson: the same") if proof.different == 0 else
            _("Drawings of {labels}, before and after the lesson: not the same"))
    return text.format(labels=words.listed(proof.labels))

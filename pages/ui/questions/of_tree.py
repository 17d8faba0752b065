"""What is asked of a model's tree: how long one picture serves all, who stays together, what becomes of a hybrid."""
from typing import Any

from branched import ClassTree

from ..frame import words
from ..language import N_, _, decimal, percent
from ..parts.faces import faces
from ..parts.markup import literal
from .question import Question

SHARES = {"0": N_("Not at all: each has its own from the start"), "25": N_("For about a quarter of the way"),
          "50": N_("For about half of the way"), "90": N_("For almost all of the way")}  # by per cent
PREFERRED = "3"  # of digits: it has relatives that one has to look at twice
OF_DIGITS = N_("Which digits stay together longest with **{label}**? Choose one of them.")
OF_CLASSES = N_("Which of the others stays together longest with **{label}**?")


def trunk(model: Any) -> Question | None:
    """For how much of the way the model draws one picture for all its classes."""
    if len(model.labels) < 2:
        return None
    share = shared(model.tree)
    text = _("Pictures of {count} kinds come out of noise: {kinds}. For how much of the way does the model draw "
             "**one** picture for all of them?")
    reason = _("The first branch point is at {time}: up to there, for {share} of the way, one picture serves all.")
    if not share:
        reason = _("This tree has no branch that all classes share: each is drawn by itself.")
    return Question("trunk", text.format(count=decimal(len(model.labels)), kinds=_listed(model.labels)),
                    {key: _(said) for key, said in SHARES.items()},
                    nearest_shares(share),
                    reason.format(time=words.at(1 - share), share=percent(share)))


def nearest_shares(share: float) -> tuple[str, ...]:
    """The options that are nearest to a share; two, where it is in the middle between them."""
    away = {key: round(abs(int(key) - 100 * share), 6) for key in SHARES}
    return tuple(key for key in SHARES if away[key] == min(away.values()))


def shared(tree: ClassTree) -> float:
    """Which part of the way from noise to picture all classes go together."""
    [*roots] = tree.roots
    return 1 - roots[0].t_low if len(roots) == 1 and not roots[0].is_leaf else 0.0


def kin(model: Any) -> Question | None:
    """Which class is together longest with a certain one."""
    label = subject(model.tree)
    if label is None:
        return None
    near, time = relatives(model.tree, label)
    buttons = faces(model)
    text = _(OF_DIGITS if words.are_digits(model.labels) and len(near) > 1 else OF_CLASSES)
    reason = _("With {near} it is together until {time}, longer than with any other.")
    return Question("kin", text.format(label=buttons[label]),
                    {other: buttons[other] for other in model.labels if other != label}, near,
                    reason.format(near=_listed(near), time=words.at(time)))


def subject(tree: ClassTree) -> str | None:
    """The class whose relatives are asked for: not all the others are that. None where there is no such class."""
    told = {label: relatives(tree, label) for label in tree.labels} if len(tree.labels) > 2 else {}
    good = [label for label, (near, _time) in told.items() if len(near) < len(tree.labels) - 1]
    if PREFERRED in good:
        return PREFERRED
    return min(good, key=lambda label: (len(told[label][0]), told[label][1]), default=None)


def relatives(tree: ClassTree, label: str) -> tuple[tuple[str, ...], float]:
    """The classes with which a class is together longest, and the time at which they part."""
    times = {other: tree.meeting_point(label, other) for other in tree.labels if other != label}
    least = min(times.values())
    return tuple(other for other, time in times.items() if time == least), least


def hybrid(model: Any) -> Question | None:
    """What can become of the picture that the two most alike classes share."""
    pair = closest(model.tree)
    if pair is None:
        return None
    a, b, meeting = *pair, model.tree.meeting(*pair)
    options = {"a": _("Only {label}").format(label=literal(a)), "b": _("Only {label}").format(label=literal(b)),
               "either": _("Each of these: {labels}").format(labels=_listed(meeting.branch.classes))}
    if len(meeting.branch.classes) < len(model.labels):
        options["any"] = _("Anything that the model knows")
    text = _("At {time}, just before their paths part, the model has one picture for {a} and {b}. What can still "
             "become of it?")
    reason = _("At this branch point the path goes on to {labels}. The same picture ends as each of them.")
    text = text.format(time=words.at(meeting.time), a=literal(a), b=literal(b))
    return Question("hybrid", text, options, ("either",),
                    reason.format(labels=_listed(meeting.branch.classes)))


def closest(tree: ClassTree) -> tuple[str, str] | None:
    """The two classes that part last, if they share more than the noise."""
    if len(tree.labels) < 2:
        return None
    pair = tree.closest_pairs(1)[0]
    return pair if tree.meeting(*pair).branch is not None else None


def _listed(labels: Any) -> str:
    return words.listed(map(literal, labels))

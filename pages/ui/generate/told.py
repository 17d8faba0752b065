"""The page "Generate" in words: what is on it, how the steps are taken, and what the tree saved."""
from collections.abc import Iterable
from datetime import datetime

from branched import ClassTree

from ..frame.words import at, classes
from ..language import N_, _, current, decimal, ngettext, percent
from .work import BAND, TURNS, Draw, Drawn, Measured

TITLE = N_("Many {classes} at once")
INTRODUCTION = N_("The model draws pictures of many {classes} out of noise. What they have in common it draws only "
                  "once.")
READING = N_("Each row is a {one}. Every column grew from the same noise.")
STEPS = N_("In how many steps the noise is taken away. More take longer.")
STEP = N_("In a **step of the model** it cleans one picture a little, once. Most of the time goes into that.")
RACE = N_("Two machines, equally fast. Which one has all pictures first?")
PULLED = N_("With each step goes a gradient of the classifier, which is not counted here, but takes its time.")
MEASURE = N_("Measure the time, too")
EXPLANATION = N_("""
Every picture begins as pure noise. At each **step** the network takes a little of the noise away. As long as classes
look alike under all that noise, the model keeps **one** picture for all of them; it makes copies only at their branch
points. So it needs fewer steps than if each class were drawn by itself, and gives the very same pictures. With more
classes, and with more alike ones, more is saved.

How many steps that takes: on each branch of the tree the number of steps there, summed over all branches, for each of
the pictures of a class.
""")
GUIDANCE = N_("How strongly each step is pushed towards its class. More is clearer, but more alike; too much spoils "
              "it.")
GUIDES = {
    "model": (N_("the tree"), N_("Just below a branch point, a step goes away from what the common branch would see "
                                 "there. Such a step counts twice.")),
    "classifier": (N_("a classifier"), N_("A second network, which tells classes in noisy pictures apart, pushes each "
                                          "step towards the class. It works once for every step.")),
}
SOLVERS = {
    "ddim-eta": (N_("Small steps, a little fresh noise (DDIM)"),
                 N_("At each step a part of the noise is replaced by fresh noise, which mends earlier mistakes.")),
    "ddim": (N_("Small steps, no fresh noise (DDIM)"), N_("The first noise alone decides what comes out.")),
    "dpm++2m": (N_("Steps that look back (DPM++ 2M)"),
                N_("Each step uses the one before it to guess how things go on, and so bears fewer, longer steps.")),
    "sde-dpm++2m": (N_("Steps that look back, fresh noise (SDE-DPM++ 2M)"),
                    N_("As DPM++ 2M, but fresh noise is added at each step.")),
    "ddpm": (N_("Small steps, all noise fresh (DDPM)"),
             N_("At each step all of the noise that can be is replaced by fresh noise; it wants many steps.")),
    "heun": (N_("Steps that look ahead (Heun)"),
             N_("Each step is tried, and taken anew with the mean of both: so it counts as two.")),
    "unipc": (N_("Steps that are corrected (UniPC)"), N_("The next step of a picture also mends the step before it.")),
}


def solver(name: str) -> tuple[str, str]:
    """What a way to take the steps is called, and how it goes; a new one by its own name."""
    return SOLVERS.get(name, (name, ""))


def guide(name: str) -> tuple[str, str]:
    """What guides, by what it is called, and how; a new one by its own name."""
    return GUIDES.get(name, (name, ""))


def caption(t: float, different: int, together: int) -> str:
    """A moment of the film: how many different pictures a column of so many classes has then."""
    if t == 0:
        return _("t = 0: finished.")
    if together == 1:
        return f"{at(t)}."
    if different == 1:
        return _("{time}: all {count} are still one picture in each column.").format(time=at(t), count=together)
    return _("{time}: {different} different pictures in each column of {count}.").format(
        time=at(t), different=different, count=together)


def kinds(labels: Iterable[str]) -> str:
    """What a model's classes are called, over their buttons: "Digits" or "Classes"."""
    return classes(labels).capitalize()


def steps(evaluations: int) -> str:
    """Evaluations of the network, as the page calls them."""
    return _("{count} steps").format(count=decimal(evaluations))


def single(drawn: Drawn) -> str:
    """What one class cost."""
    return _("{count} steps. There is nothing to save with one alone.").format(count=decimal(drawn.evaluations))


def saving(drawn: Drawn) -> str:
    """What the tree saved, in a sentence."""
    text = _("One by one, the same pictures take **{ratio} times** as many steps: {alone} instead of {together}.")
    return text.format(ratio=decimal(drawn.alone / drawn.evaluations, 1), alone=decimal(drawn.alone),
                       together=decimal(drawn.evaluations))


def tick(spent: int, drawn: Drawn, done: int) -> str:
    """A moment of the race: so many steps on either side, and how many are finished one by one."""
    every = drawn.images.shape[0]
    if spent >= drawn.alone:
        return _("After {count} steps: now all {every} are finished one by one, too.").format(
            count=decimal(drawn.alone), every=every)
    if spent >= drawn.evaluations:
        return _("After {count} steps: together, all {every} are finished; one by one, {done}.").format(
            count=decimal(spent), every=every, done=done)
    return ngettext("After {count} steps: one by one, {done} of {every} is finished.",
                    "After {count} steps: one by one, {done} of {every} are finished.", done).format(
        count=decimal(spent), every=every, done=done)


def measured(drawn: Drawn, result: Measured, now: datetime) -> str:
    """What measuring both ways has shown; `now` in the time zone of who reads it."""
    if result.agrees(drawn):
        text = _("Measured {when} on this machine, both ways in turns, the best of {turns} each: {together} s "
                 "together, {alone} s one by one, **{ratio} times** as long.")
    else:
        text = _("Measured {when} on this machine, both ways in turns, the best of {turns} each: the times stray from "
                 "the steps by more than {band}. Other work on the machine does that, and so do small batches; so only "
                 "the steps are compared here.")
    said = text.format(when=when(result.when, now), turns=TURNS, together=decimal(result.together, 1),
                       alone=decimal(result.alone, 1), ratio=decimal(result.alone / result.together, 1),
                       band=percent(BAND - 1))
    return f"{said} {sameness(result.difference)}"


def when(moment: datetime, now: datetime) -> str:
    """A time of today by the clock, of another day with its date."""
    there = moment.astimezone(now.tzinfo)
    time = f"{there:%H:%M}"
    if there.date() == now.date():
        return _("at {time}").format(time=time)
    return _("at {time} on {day} {month}").format(time=time, day=there.day, month=month(there))


def month(moment: datetime) -> str:
    """The name of its month."""
    from babel.dates import format_date  # most visitors need not wait for it

    return format_date(moment, "MMMM", locale=current())


def too_many() -> str:
    """Why the time is not measured."""
    return _("So many pictures would take too long to measure: choose fewer of each.")


def sameness(difference: float) -> str:
    """What comparing both ways' pictures, pixel for pixel, has shown."""
    if difference == 0:
        return _("Both ways gave **the same pictures, bit for bit**: we compared them.")
    if difference < 1e-3:
        text = _("Both ways gave **the same pictures**: we compared them, and no pixel differs by more than one part "
                 "in {parts}, which is rounding.")
        return text.format(parts=decimal(float(f"{1 / difference:.0e}")))
    return _("The pictures of both ways differ by rounding that has grown: by up to {share} in a pixel.").format(
        share=percent(difference, 1))


def equation(tree: ClassTree, draw: Draw, drawn: Drawn) -> str:
    """Where the number of evaluations comes from, in LaTeX: branches in the order of the walk."""
    shared, single = [], []
    for branch in tree.through(draw.labels):
        if branch.id in drawn.calls:
            several = len(set(branch.classes) & set(draw.labels)) > 1
            (shared if several else single).append(str(drawn.calls[branch.id]))
    sums = [rf"\underbrace{{{' + '.join(numbers)}}}_{{\text{{{name}}}}}"
            for numbers, name in ((shared, _("shared by several classes")), (single, _("one class alone"))) if numbers]
    body, each = r" \\ &\quad + ".join(sums), _("steps (some counted twice)") if draw.sampling.is_guided else _("steps")
    whole, pictures, branches = _("steps of the model"), _("pictures of a class"), _("branches")
    total = decimal(drawn.evaluations).replace(",", "{,}").replace("\N{NARROW NO-BREAK SPACE}", r"\,")
    return (rf"\begin{{aligned}} \text{{{whole}}} &= \text{{{pictures}}} \times "
            rf"\textstyle\sum_{{\text{{{branches}}}}} \text{{{each}}} \\ &= {draw.sampling.n} \times \bigl( {body} "
            rf"\bigr) \\ &= {total} \end{{aligned}}")

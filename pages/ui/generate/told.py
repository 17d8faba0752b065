"""The page "Generate" in words: what is on it, how the steps are taken, and what the tree saved."""
from collections.abc import Iterable
from datetime import datetime

from branched import ClassTree

from ..frame.words import at, classes
from .work import BAND, TURNS, Draw, Drawn, Measured

TITLE = "Many {} at once"
INTRODUCTION = "The model draws pictures of many {} out of noise. What they have in common it draws only once."
READING = "Each row is a {}. Every column grew from the same noise."
STEPS = "In how many steps the noise is taken away. More take longer."
STEP = "In a **step of the model** it cleans one picture a little, once. Most of the time goes into that."
RACE = "Two machines, equally fast. Which one has all pictures first?"
PULLED = " With each step goes a gradient of the classifier, which is not counted here, but takes its time."
MEASURE = "Measure the time, too"
EXPLANATION = """
Every picture begins as pure noise. At each **step** the network takes a little of the noise away. As long as classes
look alike under all that noise, the model keeps **one** picture for all of them; it makes copies only at their branch
points. So it needs fewer steps than if each class were drawn by itself, and gives the very same pictures. With more
classes, and with more alike ones, more is saved.

How many steps that takes: on each branch of the tree the number of steps there, summed over all branches, for each of
the pictures of a class.
"""
GUIDANCE = "How strongly each step is pushed towards its class. More is clearer, but more alike; too much spoils it."
GUIDES = {
    "model": ("the tree", "Just below a branch point, a step goes away from what the common branch would see there. "
                          "Such a step counts twice."),
    "classifier": ("a classifier", "A second network, which tells classes in noisy pictures apart, pushes each step "
                                   "towards the class. It works once for every step."),
}
SOLVERS = {
    "ddim-eta": ("Small steps, a little fresh noise (DDIM)",
                 "At each step a part of the noise is replaced by fresh noise, which mends earlier mistakes."),
    "ddim": ("Small steps, no fresh noise (DDIM)", "The first noise alone decides what comes out."),
    "dpm++2m": ("Steps that look back (DPM++ 2M)",
                "Each step uses the one before it to guess how things go on, and so bears fewer, longer steps."),
    "sde-dpm++2m": ("Steps that look back, fresh noise (SDE-DPM++ 2M)",
                    "As DPM++ 2M, but fresh noise is added at each step."),
    "ddpm": ("Small steps, all noise fresh (DDPM)",
             "At each step all of the noise that can be is replaced by fresh noise; it wants many steps."),
    "heun": ("Steps that look ahead (Heun)",
             "Each step is tried, and taken anew with the mean of both: so it counts as two."),
    "unipc": ("Steps that are corrected (UniPC)", "The next step of a picture also mends the step before it."),
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
        return "t = 0: finished."
    if together == 1:
        return f"{at(t)}."
    if different == 1:
        return f"{at(t)}: all {together} are still one picture in each column."
    return f"{at(t)}: {different} different pictures in each column of {together}."


def kinds(labels: Iterable[str]) -> str:
    """What a model's classes are called, over their buttons: "Digits" or "Classes"."""
    return classes(labels).capitalize()


def steps(evaluations: int) -> str:
    """Evaluations of the network, as the page calls them."""
    return f"{evaluations:,} steps"


def single(drawn: Drawn) -> str:
    """What one class cost."""
    return f"{steps(drawn.evaluations)}. There is nothing to save with one alone."


def saving(drawn: Drawn) -> str:
    """What the tree saved, in a sentence."""
    return (f"One by one, the same pictures take **{drawn.alone / drawn.evaluations:.1f} times** as many steps: "
            f"{drawn.alone:,} instead of {drawn.evaluations:,}.")


def tick(spent: int, drawn: Drawn, done: int) -> str:
    """A moment of the race: so many steps on either side, and how many are finished one by one."""
    every = drawn.images.shape[0]
    if spent >= drawn.alone:
        return f"After {steps(drawn.alone)}: now all {every} are finished one by one, too."
    if spent >= drawn.evaluations:
        return f"After {steps(spent)}: together, all {every} are finished; one by one, {done}."
    return f"After {steps(spent)}: one by one, {done} of {every} {'is' if done == 1 else 'are'} finished."


def measured(drawn: Drawn, result: Measured, now: datetime) -> str:
    """What measuring both ways has shown; `now` in the time zone of who reads it."""
    how = f"Measured {when(result.when, now)} on this machine, both ways in turns, the best of {TURNS} each"
    if result.agrees(drawn):
        said = (f"{how}: {result.together:.1f} s together, {result.alone:.1f} s one by one, "
                f"**{result.alone / result.together:.1f} times** as long.")
    else:
        said = (f"{how}: the times stray from the steps by more than {BAND - 1:.0%}. Other work on the machine does "
                "that, and so do small batches; so only the steps are compared here.")
    return f"{said} {sameness(result.difference)}"


def when(moment: datetime, now: datetime) -> str:
    """A time of today by the clock, of another day with its date."""
    there = moment.astimezone(now.tzinfo)
    day = "" if there.date() == now.date() else f" on {there.day} {there:%B}"
    return f"at {there:%H:%M}{day}"


def too_many() -> str:
    """Why the time is not measured."""
    return "So many pictures would take too long to measure: choose fewer of each."


def sameness(difference: float) -> str:
    """What comparing both ways' pictures, pixel for pixel, has shown."""
    if difference == 0:
        return "Both ways gave **the same pictures, bit for bit**: we compared them."
    if difference < 1e-3:
        return ("Both ways gave **the same pictures**: we compared them, and no pixel differs by more than one part in "
                f"{float(f'{1 / difference:.0e}'):,.0f}, which is rounding.")
    return f"The pictures of both ways differ by rounding that has grown: by up to {difference:.1%} in a pixel."


def equation(tree: ClassTree, draw: Draw, drawn: Drawn) -> str:
    """Where the number of evaluations comes from, in LaTeX: branches in the order of the walk."""
    shared, single = [], []
    for branch in tree.through(draw.labels):
        if branch.id in drawn.calls:
            several = len(set(branch.classes) & set(draw.labels)) > 1
            (shared if several else single).append(str(drawn.calls[branch.id]))
    sums = [rf"\underbrace{{{' + '.join(numbers)}}}_{{\text{{{name}}}}}"
            for numbers, name in ((shared, "shared by several classes"), (single, "one class alone")) if numbers]
    body, each = r" \\ &\quad + ".join(sums), " (some counted twice)" * draw.sampling.is_guided
    return (r"\begin{aligned} \text{steps of the model} &= \text{pictures of a class} \times "
            rf"\textstyle\sum_{{\text{{branches}}}} \text{{steps{each}}} \\ &= {draw.sampling.n} \times \bigl( {body} "
            rf"\bigr) \\ &= {drawn.evaluations:,}".replace(",", "{,}") + r" \end{aligned}")

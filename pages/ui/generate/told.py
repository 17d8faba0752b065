"""The page "Generate" in words: what is on it, how the steps are taken, and what the tree saved."""
from branched import ClassTree

from ..frame.words import at
from .work import Alone, Draw, Drawn

INTRODUCTION = "The model draws pictures of many classes out of noise. What they have in common it draws only once."
READING = "Each row is a class. Each column began as the same noise, and was one picture until ways part."
STEPS = "In how many steps the noise is taken away. More take longer."
LOOK = "A **look** is the network looking at one picture once. Most of the time goes into that."
PULLED = " With each look goes a gradient of the classifier, which is not counted here, but takes its time."
EXPLANATION = """
Every picture begins as pure noise. At each **step** the network looks at what it has and takes a little of the noise
away. As long as classes look alike under all that noise, the model keeps **one** picture for all of them; it makes
copies only where their ways part (see *Watch*). So it needs fewer looks at pictures than if each class were drawn
by itself, and gives the very same pictures. With more classes, and with more alike ones, more is saved.

How many looks that takes: on each branch of the tree the number of steps there, summed over all branches, for each of
the pictures of a class.
"""
GUIDANCE = "How strongly each step is pushed towards its class. More is clearer, but more alike; too much spoils it."
GUIDES = {
    "model": ("the tree", "Just below where ways part, a step goes away from what the common branch would see there. "
                          "That takes a second look at each picture."),
    "classifier": ("a classifier", "A second network, which tells classes in noisy pictures apart, pushes each step "
                                   "towards the class. It works once for every look."),
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
             "Each step is tried, looked at, and taken anew with the mean of both: two looks for every step."),
    "unipc": ("Steps that are corrected (UniPC)", "The next look at a picture also mends the step before it."),
}


def solver(name: str) -> tuple[str, str]:
    """What a way to take the steps is called, and how it goes; a new one by its own name."""
    return SOLVERS.get(name, (name, ""))


def guide(name: str) -> tuple[str, str]:
    """What guides, by what it is called, and how; a new one by its own name."""
    return GUIDES.get(name, (name, ""))


def caption(t: float, different: int, classes: int) -> str:
    """A moment of the film: how many different pictures a column of so many classes has then."""
    if t == 0:
        return "t = 0: finished."
    if classes == 1:
        return f"{at(t)}."
    if different == 1:
        return f"{at(t)}: all classes are still one picture in each column."
    return f"{at(t)}: {different} different pictures in each column of {classes}."


def looks(evaluations: int) -> str:
    """Evaluations of the network, as the page calls them."""
    return f"{evaluations:,} looks"


def single(drawn: Drawn) -> str:
    """What one class cost."""
    return f"{looks(drawn.evaluations)}, {drawn.seconds:.1f} s. There is nothing to save with a single class."


def too_many(drawn: Drawn) -> str:
    """Why the classes are not drawn one by one."""
    seconds = drawn.seconds * drawn.alone / drawn.evaluations
    return f"So many pictures one by one would take about {seconds:.0f} s. So they are not drawn to compare."


def saving(drawn: Drawn, alone: Alone | None) -> str:
    """What the tree saved, in a sentence or two."""
    ratio = f"**{drawn.alone / drawn.evaluations:.1f} times**"
    if alone is None:
        return f"One by one, the same classes would take {ratio} as many looks."
    return (f"One by one, the same classes took {ratio} as many looks, and {alone.seconds / drawn.seconds:.1f} times "
            f"as long: measured just now, on this machine. {sameness(alone.difference(drawn.images))}")


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
    body, each = r" \\ &\quad + ".join(sums), "looks at each" if draw.sampling.is_guided else "steps"
    return (r"\begin{aligned} \text{looks} &= \text{pictures of a class} \times \textstyle\sum_{\text{branches}} "
            rf"\text{{{each}}} \\ &= {draw.sampling.n} \times \bigl( {body} \bigr) \\ &= {drawn.evaluations:,}"
            .replace(",", "{,}") + r" \end{aligned}")

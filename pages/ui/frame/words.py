"""The tree in plain words: names for its nodes, and a sentence about each."""
import branched
from branched import Branch, ClassTree, Facts


def listed(names) -> str:
    """1 / 1 and 2 / 1, 2 and 3."""
    names = list(names)
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def at(time: float) -> str:
    """A time, kept together at the end of a line."""
    return f"t = {time:.2f}".replace(" ", "\N{NO-BREAK SPACE}")


def mixture(time: float) -> str:
    """The equation of the noise process with the numbers of a time, in LaTeX."""
    picture, noise = float(branched.alpha(time)), float(branched.sigma(time))
    return (rf"x_{{{time:.2f}}} \;=\; \alpha\,x_0 + \sigma\,\varepsilon \;=\; "
            rf"{picture:.2f}\cdot\text{{picture}} \;+\; {noise:.2f}\cdot\text{{noise}}")


def name(tree: ClassTree, branch: Branch) -> str:
    """What a node is called in a list: "4 | 9, at t = 0.34", or "4, on its own below t = 0.34"."""
    if branch.is_leaf:
        return f"{branch.classes[0]}, on its own below {at(branch.t_high)}"
    return " | ".join(" ".join(child.classes) for child in tree.children(branch)) + f", at {at(branch.t_low)}"


def headline(tree: ClassTree, branch: Branch) -> str:
    """One sentence about what happens at a node."""
    if branch.is_leaf:
        return f"Below {at(branch.t_high)}, {branch.classes[0]} is drawn on its own."
    time = f"at {at(branch.t_low)}. Until then the model draws them as one."
    groups = sorted((child.classes for child in tree.children(branch)), key=len)
    verb = "parts" if len(groups[0]) == 1 else "part"
    if len(groups[-1]) == 1:
        return f"{listed(group[0] for group in groups)} part here, {time}"
    if len(groups) == 2:
        others = "all the others" if branch.parent is None else listed(groups[1])
        return f"{listed(groups[0])} {verb} from {others} here, {time}"
    return f"{len(groups)} groups part here ({'; '.join(map(listed, groups))}), {time}"


def progress(time: float, pictures: int, classes: int) -> str:
    """How many pictures are under way at a time."""
    if time == 0:
        made = f"{classes} finished pictures" if classes > 1 else "the finished picture"
        return f"t = 0: {made}. Play, to see how noise becomes pictures."
    many = "one picture" if pictures == 1 else f"{pictures} pictures"
    return f"{at(time)}: {many} for {classes} classes."


def leaving(above: Branch, below: Branch) -> str:
    """Who leaves where one branch follows another: "7 parts", or "3 and 5 part"."""
    names = [label for label in above.classes if label not in below.classes]
    return f"{listed(names)} part{'s' if len(names) == 1 else ''}"


def company(tree: ClassTree, branch: Branch) -> str:
    """With whom a class is drawn on its way from noise, and until when."""
    label, *path = branch.classes[0], *reversed(tree.path(branch.classes[0]))
    if len(path) == 1:
        return f"{label} shares its way from noise with no other."
    leaving = [f"{listed(c for c in above.classes if c not in below.classes)} until {at(above.t_low)}"
               for below, above in zip(path, path[1:], strict=False)]
    return f"On its way down from noise, {label} is drawn together with {listed(reversed(leaving))}."


def training(facts: Facts) -> str:
    """One line on how the model was trained, from what its file tells."""
    parts, run = [], facts.training
    if facts.data.name:
        parts.append(f"on {facts.data.name.upper()}")
    if run.steps is not None:
        parts.append(f"in {run.steps:,} steps")
    if run.seconds is not None:
        parts.append(f"for {run.seconds / 60:.0f} minutes")
    return f"The model was trained {', '.join(parts)}." if parts else ""

"""Words that every page has: lists, times, and the equation of the noise process."""
import branched

WAYS = {"noise": "With fresh noise", "plain": "Without chance"}  # in which a class is turned into another


def listed(names) -> str:
    """1 / 1 and 2 / 1, 2 and 3."""
    names = list(names)
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def classes(labels) -> str:
    """What a model's classes are called: "digits" where they are that, else "classes"."""
    return "digits" if all(len(label) == 1 and label.isdecimal() for label in labels) else "classes"


def at(time: float) -> str:
    """A time, kept together at the end of a line."""
    return f"t = {time:.2f}".replace(" ", "\N{NO-BREAK SPACE}")


def mixture(time: float) -> str:
    """The equation of the noise process with the numbers of a time, in LaTeX."""
    picture, noise = float(branched.alpha(time)), float(branched.sigma(time))
    return (rf"x_{{{time:.2f}}} \;=\; \alpha\,x_0 + \sigma\,\varepsilon \;=\; "
            rf"{picture:.2f}\cdot\text{{picture}} \;+\; {noise:.2f}\cdot\text{{noise}}")

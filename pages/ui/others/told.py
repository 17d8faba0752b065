"""The page "Other ways" in words: each method, the parts of the page, and what the figures say."""
from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from branched import MeasuredMethods

from ..parts.markup import literal
from .measures import MEASURES, Measure, ranked
from .work import Drawn

TITLE = "Other ways to say what to draw"
INTRODUCTION = """A diffusion model makes pictures out of noise, and somebody must tell it *which*. The tree is one way
to do that; here are others, trained on the same digits, **beginning with the same noise**."""
PARTS = {"rows": "Side by side", "strength": "How strongly?", "live": "Watch two draw", "latent": "Small codes first",
         "mended": "Two that failed", "numbers": "What numbers hide", "abilities": "What each can"}
NOT_MEASURED = "This page shows what was measured of all methods, and that is not here. {}"
NOTHING = "The file of what was measured has nothing for this part of the page."


@dataclass(frozen=True)
class Method:
    """A way to say what to draw: its name, how it goes, what it needs, what it can and what it cannot."""

    name: str
    how: str
    needs: str = ""
    can: str = ""
    cannot: str = ""


METHODS = {
    "unconditional": Method(
        "Not told", "Nobody says what to draw",
        "One network that has never seen a label; one look a step.",
        "Draw digits, and be led by a classifier that was trained later.",
        "Draw what you ask for. All ten pictures of its row are the same, for they began as the same noise; one in ten "
        "is right, by luck."),
    "label": Method(
        "Told the label", "The label stretches and shifts what it sees",
        "One network, trained with labels; one look a step.",
        "Draw what you ask for, with nothing more than a network and its labels. This is the paper's own rival of the "
        "tree.",
        "Be told *how strongly*. It knows nothing of what classes share: no hybrids, and no class more without "
        "training on all the old ones again."),
    "free": Method(
        "Guided by itself", "Asked with and without label, then further",
        "The same network, trained with the label left out now and then; two looks a step, so twice the time. Its name "
        "is classifier-free guidance (Ho and Salimans, 2022).",
        "Be turned up after training: the stronger, the surer is the digit.",
        "Keep variety when it is turned up. See \"How strongly?\"."),
    "classifier": Method(
        "Led by a classifier", "A second network, which reads digits, pulls",
        "Two networks: one that draws and was never told a label, and a classifier trained on noisy digits. A look and "
        "a gradient a step: which change of the pixels would convince the classifier? (Dhariwal and Nichol, 2021)",
        "Make a model draw on demand without training that model again.",
        "See much where there is much noise: then its advice is weak. And what convinces a classifier is not always a "
        "digit."),
    "classifier-told": Method(
        "Told, and led by one", "Both at once",
        "Two networks; a look and a gradient a step.",
        "Be turned up, as all guidance. It needs a weaker pull, for the drawing network knows the label already.",
        "Do without a second network. Variety falls as it is turned up, as with all guidance."),
    "latent-kl": Method(
        "Small codes first", "Draws a short code; a decoder paints it",
        "An autoencoder (a second network, trained before), and a small network that draws codes. The label comes in "
        "by attention: every place of the code looks at eight learnt tokens of the label (Rombach et al., 2022).",
        "Be fast, for a code is smaller than a picture. The large pictures that you know from the Internet are made "
        "so.",
        "Be sharper than its decoder. In digits there is little to leave out, so it gains less than in photos."),
    "latent-vq": Method(
        "Small codes, from a list", "The decoder knows only some codes",
        "The same two networks; before decoding, each place takes the nearest code of the list (the codebook).",
        "Be fast, and say a picture in 49 words of a small language.",
        "Say what is not on the list."),
    "cbn": Method(
        "Label in the batch norm", "The same, after a batch normalisation",
        "One network, and statistics of what it saw while it learnt: mean and spread of each of its channels.",
        "Draw what you ask for, about as well as \"Told the label\".",
        "Go by the pictures that it is just drawing: by *their* mean and spread it is blind to the time, and "
        "noise stays. See \"Two that failed\"."),
    "ac": Method(
        "Marked by a classifier", "Marked while it learns",
        "One network; the label is one channel more of the picture. While it learns, its guesses are marked by a "
        "classifier of clean digits, which was trained before: the less, the more noise there is.",
        "Be surer of its digit, for one look a step.",
        "Do without that care: marked by a classifier that learns along, it learns to please that one. See \"Two that "
        "failed\"."),
    "tree": Method(
        "The tree", "One path for all, until digits differ",
        "One network with a part of its own for each branch, and a tree that is found from the data before.",
        "Draw many classes at once for less work; show what classes share; turn one into another; learn a class more "
        "and forget nothing.",
        "Do without its tree. Its network has more numbers to learn than any other here, and learnt for more steps."),
    "tree-guided": Method(
        "The tree, guided", "Away from what the parent branch says",
        "The tree, whose parents were trained a little past their own end; two looks a step just below such a point.",
        "Be turned up, as all guidance, and share above the points as the tree does.",
        "Guide far below a point: the parent knows nothing there."),
    "tree-classifier": Method(
        "The tree, led by a classifier", "Pulled towards a branch's digits",
        "The tree, and a classifier of noisy digits (a second network); a look and a gradient a step.",
        "Be turned up with little loss of variety, and share above the points as the tree does.",
        "Do without a second network, which knows these ten digits and would have to be trained again for one more."),
}


def method(name: str) -> Method:
    """A method by its row; one that is new here by its own name."""
    return METHODS.get(name, Method(name, ""))


def names(rows: Iterable[str]) -> dict[str, str]:
    """What methods are called, by their rows."""
    return {name: method(name).name for name in rows}


def how(name: str, row: Any) -> str:
    """How a method goes, and how strongly it is guided."""
    strength = f" ({'s' if row.guide == 'classifier' else 'w'} = {row.guidance:g})" if row.guidance else ""
    return method(name).how + strength


def taught(figures: Any) -> str:
    """How long a model has learnt."""
    return "" if figures.training_steps is None else f"learnt for {figures.training_steps:,} steps"


def elsewhere(row: Any) -> str:
    """That a row was trained on another device than most."""
    return " (CPU)" if "CPU" in (row.training_device or "") else " (other)"


# -- side by side ------------------------------------------------------------------------------------------------------

READING = """Each row is a way, each column a digit that was asked for, and all pictures of a dice roll began as **the
same noise**: what differs between rows is the way, not luck. (Small codes have a noise of a code's shape.) Click
on a row to read what it needs, can and cannot."""
DRAW = "Twelve draws are kept, so that they are there at once. \"Watch two draw\" has any other number."


def summary(methods: MeasuredMethods) -> str:
    """Who is best at what, and where the tree stands; among those that draw what was asked for."""
    stands = {measure: ranked(methods.record, measure) for measure in MEASURES}
    best = [f"{measure.best} **{method(order[0]).name}** ({measure.text(methods.record.rows[order[0]])})"
            for measure, order in stands.items() if order and measure.best]
    places = [f"{measure.name.lower()} {order.index('tree') + 1}" for measure, order in stands.items()
              if "tree" in order]
    tree = f" **And the tree?** Its places among {_most(stands)}: {', '.join(places)}." if places else ""
    return f"{', '.join(best)}.{tree}" if best else ""


def _most(stands: Mapping[Measure, Sequence[str]]) -> int:
    return max(len(order) for order in stands.values())


def along_curves(methods: MeasuredMethods) -> str:
    """Of how many pictures the curves are."""
    record = methods.record
    return (f"Measured once, on {record.curve_n:,} pictures of each digit for each strength, and beside as many real "
            "ones; side by side there are more of both, so coverage and distance do not compare with those.")


def protocol(methods: MeasuredMethods) -> str:
    """How all that was measured."""
    record = methods.record
    seconds = f"; seconds on {record.seconds_machine}" if record.seconds_machine else ""
    return (f"Measured once, on {record.n:,} pictures of each digit, in {record.steps} steps each, dice roll (seed) "
            f"{record.seed}{seconds}. The **judge** is a classifier that had no part in any training."
            f"{_lessons(record)}")


def _lessons(record: Any) -> str:
    """How long the models have learnt, if the tree has not learnt for as long as the others."""
    steps = {name: row.training_steps for name, row in record.rows.items() if row.training_steps}
    others = {count for name, count in steps.items() if not name.startswith("tree")}
    if "tree" not in steps or len(others) != 1 or {steps["tree"]} == others:
        return ""
    return f" The tree has learnt for {steps['tree']:,} steps, the others for {others.pop():,}."


EXPLANATION = """
- **Right class**: how often the judge takes a picture for the digit that was asked for.
- **Distance** (feature Fréchet): how far all pictures of a method together are from real ones, as the judge sees them.
  Less is better; it grows when pictures are odd, and also when they are all alike.
- **Coverage**: how many real digits have a drawn one close by. It falls when rare ways of writing are missing.
- **Looks**: how often a network looks at a picture while drawing it (evaluations). **+∇** are gradients: for each, a
  classifier looks once forward and once back.
- **Seconds**: for one set of ten digits, on two processor cores.
- **Size**: how many numbers the networks have learnt (parameters; M is million). **Training**: minutes of learning;
  without a bar where that was on another kind of machine.

All are built on the same network (a U-Net) as far as they can be, learn from the same digits, and draw in the same
number of steps; the tree, as it is shipped, has learnt for longer. Models of codes begin with noise of a code's shape,
so theirs is another; what they have on the way is shown as their decoder paints it. One network of each kind was
measured: another would give slightly other figures.
"""


# -- how strongly ------------------------------------------------------------------------------------------------------

CURVES = {"free": "Guided by itself", "classifier": "Led by a classifier", "classifier-told": "Told, and led by one",
          "tree": "The tree, guided", "tree-classifier": "The tree, led by one", "latent": "Small codes, guided",
          "latent-vq": "Codes from a list, guided"}
STRENGTH = """Pull the slider. **Up** in the figure is variety, **right** is being right. A guided model is surer of its
digit, and its digits grow more and more alike: you buy the one with the other. The **dot** is where you are."""
LETTERS = {"classifier": "s", "classifier-told": "s", "tree-classifier": "s"}
EQUATIONS = {"w": r"\tilde\varepsilon = (1 + w)\,\varepsilon(x_t, \text{label}) - w\,\varepsilon(x_t, \text{no label})",
             "s": r"\tilde\varepsilon = \varepsilon(x_t) - s\,\sigma_t\,\nabla_{x_t} \log p(\text{label} \mid x_t, t)"}
TREE_EQUATION = r"\tilde\varepsilon = (1 + w)\,\varepsilon(x_t, \text{child}) - w\,\varepsilon(x_t, \text{parent})"


def letter(curve: str) -> str:
    """What the strength of a curve's guidance is called."""
    return LETTERS.get(curve, "w")


def strength(curve: str, point: Any) -> str:
    """A line under the pictures of a strength."""
    parts = [f"{letter(curve)} = {point.guidance:g}",
             f"right class {point.right:.1%}" if point.right is not None else "",
             f"coverage {point.coverage:.0%}" if point.coverage is not None else "",
             f"distance {point.feature_frechet:.2f}" if point.feature_frechet is not None else ""]
    return " · ".join(part for part in parts if part)


def alt(curve: str) -> str:
    """What the figure of a curve shows, for those who do not see it."""
    return f"{CURVES.get(curve, curve)}: coverage against right class, as the strength of the guidance grows"


def equation(curve: str) -> str:
    """How guidance changes the estimate of the noise, in LaTeX."""
    return TREE_EQUATION if curve == "tree" else EQUATIONS[letter(curve)]


# -- watch two draw ----------------------------------------------------------------------------------------------------

WATCH = """Choose two ways, and watch them draw the same digit from **the same noise**, here and now. Left is what the
model has, right its best guess of the finished picture. (Small codes begin with a noise of a code's shape.)"""
JUST_NOW = "All ten digits, as they were drawn just now"


def cannot_draw(name: str, error: Exception) -> str:
    """Why nothing is drawn."""
    return literal(f"The model {name} could not draw. {error}")


def moment(t: float) -> str:
    """A line under the film."""
    return f"t = {t:.2f}".replace(" ", "\N{NO-BREAK SPACE}") + {1.0: ", pure noise", 0.0: ", finished"}.get(t, "")


def cost(drawn: Drawn) -> str:
    """What a set of pictures, one of each class, has cost."""
    classes = len(drawn.labels)
    looks = f"{drawn.evaluations / classes:.1f}".removesuffix(".0")
    pulls = f" and {drawn.gradients / classes:.0f} gradients" if drawn.gradients else ""
    return f"{looks} looks{pulls} a picture; {drawn.seconds:.1f} s for all"


def verdict(drawn: Drawn) -> str:
    """What the judge says of them."""
    if drawn.seen is None:
        return ""
    right = sum(a == b for a, b in zip(drawn.seen, drawn.labels, strict=True))
    return f"; the judge reads {right} of {len(drawn.labels)} as what was asked for"


# -- small codes first -------------------------------------------------------------------------------------------------

CODES = {"kl": "Codes that stay near to zero (KL)", "vq": "Codes from a list (VQ)"}
LATENT = """Latent diffusion does not draw pixels. An **autoencoder** squeezes a picture of 28 × 28 = 784 numbers into a
code of 7 × 7 × 4 = 196, and makes a picture of a code again. The diffusion model learns to draw *codes*; what the
decoder loses, no diffusion can bring back."""
RECONSTRUCTION = (("Real", "went in"), ("Decoded", "came out"), ("Difference", "what is lost"))
ATTENTION = """How does such a model hear which digit to draw? Of each label it knows some **tokens**, short lists of
numbers that it has learnt. At every place of the code it asks all of them, and takes in a mixture: **orange** is where
it listens to a token. The shares of all tokens add up to 1 at each place. So with *one* token the share would be 1
everywhere, whatever is there: then attention only adds the same to every place."""
LAYERS = ("Early in the network", "Late in the network")


def token_film(t: float) -> str:
    """A line under the film of attention."""
    return f"{moment(t)}: its best guess, and below it where it listens to each token"


def lost(coder: Any) -> str:
    """What an autoencoder loses."""
    parts = [
        f"the mean error of a pixel is {100 * coder.error:.1f} of 100 grey levels" if coder.error is not None else "",
        f"PSNR {coder.psnr:.1f} dB" if coder.psnr is not None else "",
        f"the judge reads {coder.right:.1%} of the decoded digits rightly" if coder.right is not None else "",
        f"of the real ones {coder.right_real:.1%}" if None not in (coder.right, coder.right_real) else "",
        f"{coder.codes_used} codes of the list are in use" if coder.codes_used is not None else ""]
    text = ", ".join(part for part in parts if part)
    return f"{text[:1].upper()}{text[1:]}." if text else ""


# -- two that failed ---------------------------------------------------------------------------------------------------

FAILED = """Two ways were tried by students before us, and failed: the **batch norm** drew spots, the **auxiliary
classifier** ignored its label and drew patterns that fooled the classifier. Here they are again, failing and mended."""
KINDS = {"ac": "Marked by a classifier", "cbn": "Label in the batch norm"}
WHY = {
    "ac": """While this model learns, a classifier looks at its best guess, and there is a penalty if the classifier
reads another digit; λ says how much that counts. Where there is much noise nobody can know the digit. So what lowers
the penalty *there* is no digit, but whatever moves the classifier.

Below each row is the **difference** from λ = 0, drawn from the same noise (orange is brighter, blue is darker). And
compare two figures: *its own* classifier is content; the *judge*, who had no part in it, need not be. Mended, the
classifier was trained before, learns no more, and counts less where there is much noise.""",
    "cbn": """Batch normalisation measures every picture by the mean and spread of its batch. While it learns, a batch
has pictures of *all* times; while it draws, all are at *one*. What the network is told about the time is added to all
of these alike, and taken away again with their mean: it is **blind to the time** ("time counts" 0%), and noise
stays in its pictures. Statistics of each single time do the same.

It is mended by the **statistics of learning**, which are of all times together, as it is used to; if there are none at
all, nothing works. Without them it helps to tell the label's stretch and shift the time as well, but variety stays
small."""}
VARIANTS = {  # by the words of their names, in the order in which they are shown
    "ac": {"0": "λ = 0: no classifier", "0.01": "λ = 0.01", "0.1": "λ = 0.1", "1": "λ = 1", "along": "trained along",
           "frozen": "trained before, frozen", "weighted": "less where there is noise"},
    "cbn": {"class": "Told the class", "time": "Told class and time", "batch": "statistics of the batch",
            "running": "statistics of learning", "per-time": "statistics of each time", "first": "no statistics"}}


def words(name: str) -> list[str]:
    """The words of a variant's name: "cbn-class-per-time" has "class" and "per-time"."""
    kind, _, rest = name.partition("-")
    found = []
    while rest:
        known = (word for word in VARIANTS.get(kind, ()) if rest == word or rest.startswith(f"{word}-"))
        found.append(next(known, rest.partition("-")[0]))
        rest = rest[len(found[-1]) + 1:]
    return found


def is_untrained(name: str) -> bool:
    """Whether nobody has trained a variant's own classifier: its marks count nothing."""
    return words(name)[:1] == ["0"]


def variant(name: str) -> str:
    """What a variant is called."""
    meanings = VARIANTS.get(name.partition("-")[0], {})
    return ", ".join(meanings.get(word, word) for word in words(name)) or name


def in_order(names: Iterable[str], kind: str) -> list[str]:
    """The variants of a kind, in the order of their words; words that are new come last."""
    places = {word: place for place, word in enumerate(VARIANTS[kind])}
    return sorted((name for name in names if name.startswith(f"{kind}-")),
                  key=lambda name: [places.get(word, len(places)) for word in words(name)])


def difference(gain: int) -> str:
    """What is below a variant: how it differs, so many times enlarged."""
    return f"Difference from λ = 0{f', {gain} times as strong' if gain > 1 else ''}"


# -- what numbers hide -------------------------------------------------------------------------------------------------

MAP = """Each **digit in colour** is a drawn picture, at the place that the judge gives it among real ones (grey): the
number is what it was **meant** to be. A number in the wrong cloud is a picture that failed."""
SEPARABLE = """**Separable does not mean good.** Clouds that are well apart say that the *classes* differ, not that the
pictures are digits: the spots that the students' batch norm drew lay well apart, too. t-SNE keeps who is near to whom;
how large clouds are, and how far apart, it invents."""
SCORE = """The **judge's score** is an Inception score with our judge in place of a network that knows photos; with ten
digits it is at most 10. It is high if the judge is *sure* of each picture, and if there are as many of each digit. It
never looks at real pictures: so **one** clear picture of each digit, over and over, gets the highest score there is."""


def alt_map(row: str) -> str:
    """What the map shows, for those who do not see it."""
    return f"{method(row).name}: drawn digits among real ones, by t-SNE"


def inflated(methods: MeasuredMethods) -> str:
    """How a score rises along a curve of guidance while variety falls: the curve on which it rises most."""
    grown = {name: [points[0], points[-1]] for name, points in methods.record.curves.items() if len(points) > 1
             and None not in (points[0].score, points[-1].score, points[0].coverage, points[-1].coverage)}
    if not grown:
        return ""
    name, (first, last) = max(grown.items(), key=lambda entry: entry[1][0].coverage - entry[1][1].coverage)
    sign = letter(name)
    return (f"Look at *{CURVES.get(name, name)}*: from {sign} = {first.guidance:g} to {sign} = {last.guidance:g} the "
            f"score goes from {first.score:.2f} to {last.score:.2f}, and coverage from {first.coverage:.0%} to "
            f"{last.coverage:.0%}.{_more_than_real(last.score, methods.record.real.score)}")


def _more_than_real(score: float, real: float | None) -> str:
    return f" Real digits get no more than {real:.2f}." if real is not None and score > real else ""


# -- what each can -----------------------------------------------------------------------------------------------------

ABILITIES = """What each way can, **as it is built here**. A dash: nobody here has tried."""

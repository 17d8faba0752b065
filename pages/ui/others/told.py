"""The page "Other ways" in words: each method, the parts of the page, and what the figures say."""
from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from branched import MeasuredMethods

from ..frame import words as written
from ..language import N_, _, decimal, percent
from ..parts.markup import literal
from .measures import MEASURES, Measure, plain, ranked
from .work import Drawn

TITLE = N_("Other ways to say what to draw")
INTRODUCTION = N_("""A diffusion model makes pictures out of noise, and somebody must tell it *which*. The tree is one
way to do that; here are others, trained on the same digits, **beginning with the same noise**.""")
PARTS = {"rows": N_("Side by side"), "strength": N_("How strongly?"), "live": N_("Watch two draw"),
         "latent": N_("Small codes first"), "mended": N_("Two that failed"), "numbers": N_("What numbers hide"),
         "abilities": N_("What each can")}
NOT_MEASURED = N_("This page shows what was measured of all methods, and that is not here. {}")
NOTHING = N_("The file of what was measured has nothing for this part of the page.")


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
        N_("Not told"), N_("Nobody says what to draw"),
        N_("One network that has never seen a label; one look a step."),
        N_("Draw digits, and be led by a classifier that was trained later."),
        N_("Draw what you ask for. All ten pictures of its row are the same, for they began as the same noise; one "
           "in ten is right, by luck.")),
    "label": Method(
        N_("Told the label"), N_("The label stretches and shifts what it sees"),
        N_("One network, trained with labels; one look a step."),
        N_("Draw what you ask for, with nothing more than a network and its labels. This is the paper's own rival of "
           "the tree."),
        N_("Be told *how strongly*. It knows nothing of what classes share: no hybrids, and no class more without "
           "training on all the old ones again.")),
    "free": Method(
        N_("Guided by itself"), N_("Asked with and without label, then further"),
        N_("The same network, trained with the label left out now and then; two looks a step, so twice the time. Its "
           "name is classifier-free guidance (Ho and Salimans, 2022)."),
        N_("Be turned up after training: the stronger, the surer is the digit."),
        N_("Keep variety when it is turned up. See \"How strongly?\".")),
    "classifier": Method(
        N_("Led by a classifier"), N_("A second network, which reads digits, pulls"),
        N_("Two networks: one that draws and was never told a label, and a classifier trained on noisy digits. A look "
           "and a gradient a step: which change of the pixels would convince the classifier? (Dhariwal and Nichol, "
           "2021)"),
        N_("Make a model draw on demand without training that model again."),
        N_("See much where there is much noise: then its advice is weak. And what convinces a classifier is not "
           "always a digit.")),
    "classifier-told": Method(
        N_("Told, and led by one"), N_("Both at once"),
        N_("Two networks; a look and a gradient a step."),
        N_("Be turned up, as all guidance. It needs a weaker pull, for the drawing network knows the label already."),
        N_("Do without a second network. Variety falls as it is turned up, as with all guidance.")),
    "latent-kl": Method(
        N_("Small codes first"), N_("Draws a short code; a decoder paints it"),
        N_("An autoencoder (a second network, trained before), and a small network that draws codes. The label comes "
           "in by attention: every place of the code looks at eight learnt tokens of the label (Rombach et al., "
           "2022)."),
        N_("Be fast, for a code is smaller than a picture. The large pictures that you know from the Internet are "
           "made so."),
        N_("Be sharper than its decoder. In digits there is little to leave out, so it gains less than in photos.")),
    "latent-vq": Method(
        N_("Small codes, from a list"), N_("The decoder knows only some codes"),
        N_("The same two networks; before decoding, each place takes the nearest code of the list (the codebook)."),
        N_("Be fast, and say a picture in 49 words of a small language."),
        N_("Say what is not on the list.")),
    "cbn": Method(
        N_("Label in the batch norm"), N_("The same, after a batch normalisation"),
        N_("One network, and statistics of what it saw while it learnt: mean and spread of each of its channels."),
        N_("Draw what you ask for, about as well as \"Told the label\"."),
        N_("Go by the pictures that it is just drawing: by *their* mean and spread it is blind to the time, and "
           "noise stays. See \"Two that failed\".")),
    "ac": Method(
        N_("Marked by a classifier"), N_("Marked while it learns"),
        N_("One network; the label is one channel more of the picture. While it learns, its guesses are marked by a "
           "classifier of clean digits, which was trained before: the less, the more noise there is."),
        N_("Be surer of its digit, for one look a step."),
        N_("Do without that care: marked by a classifier that learns along, it learns to please that one. See \"Two "
           "that failed\".")),
    "tree": Method(
        N_("The tree"), N_("One path for all, until digits differ"),
        N_("One network with a part of its own for each branch, and a tree that is found from the data before."),
        N_("Draw many classes at once for less work; show what classes share; turn one into another; learn a class "
           "more and forget nothing."),
        N_("Do without its tree. Its network has more numbers to learn than any other here, and learnt for more "
           "steps.")),
    "tree-guided": Method(
        N_("The tree, guided"), N_("Away from what the parent branch says"),
        N_("The tree, whose parents were trained a little past their own end; two looks a step just below such a "
           "point."),
        N_("Be turned up, as all guidance, and share above the points as the tree does."),
        N_("Guide far below a point: the parent knows nothing there.")),
    "tree-classifier": Method(
        N_("The tree, led by a classifier"), N_("Pulled towards a branch's digits"),
        N_("The tree, and a classifier of noisy digits (a second network); a look and a gradient a step."),
        N_("Be turned up with little loss of variety, and share above the points as the tree does."),
        N_("Do without a second network, which knows these ten digits and would have to be trained again for one "
           "more.")),
}


def method(name: str) -> Method:
    """A method by its row, in the visitor's language; one that is new here by its own name."""
    if name not in METHODS:
        return Method(name, "")
    return Method(**{field: _(text) for field, text in vars(METHODS[name]).items()})


def names(rows: Iterable[str]) -> dict[str, str]:
    """What methods are called, by their rows; marked texts, for a setting."""
    return {name: METHODS[name].name if name in METHODS else name for name in rows}


def short(number: float) -> str:
    """A number with as many digits as it has."""
    return decimal(number, len(f"{number:g}".partition(".")[2]))


def how(name: str, row: Any) -> str:
    """How a method goes, and how strongly it is guided."""
    strength = f" ({'s' if row.guide == 'classifier' else 'w'} = {short(row.guidance)})" if row.guidance else ""
    return method(name).how + strength


def taught(figures: Any) -> str:
    """How long a model has learnt."""
    return "" if figures.training_steps is None else _("learnt for {count} steps").format(
        count=decimal(figures.training_steps))


def elsewhere(row: Any) -> str:
    """That a row was trained on another device than most."""
    return " (CPU)" if "CPU" in (row.training_device or "") else " " + _("(other)")


# -- side by side ------------------------------------------------------------------------------------------------------

READING = N_("""Each row is a way, each column a digit that was asked for, and all pictures of a dice roll began as
**the same noise**: what differs between rows is the way, not luck. (Small codes have a noise of a code's shape.) Click
on a row to read what it needs, can and cannot.""")
DRAW = N_("Twelve draws are kept, so that they are there at once. \"Watch two draw\" has any other number.")


PLACES = {  # of figures, in a list: a value, or a place among others
    "right": N_("right class {figure}"), "feature_frechet": N_("distance {figure}"),
    "coverage": N_("coverage {figure}"), "evaluations": N_("looks {figure}"), "seconds": N_("seconds {figure}"),
    "parameters": N_("size {figure}"), "training_minutes": N_("training {figure}")}


def summary(methods: MeasuredMethods) -> str:
    """Who is best at what, and where the tree stands; among those that draw what was asked for."""
    stands = {measure: ranked(methods.record, measure) for measure in MEASURES}
    best = [_(measure.best).format(name=method(order[0]).name, figure=measure.text(methods.record.rows[order[0]]))
            for measure, order in stands.items() if order and measure.best]
    places = [_(PLACES[measure.field]).format(figure=order.index("tree") + 1) for measure, order in stands.items()
              if "tree" in order]
    tree = _("**And the tree?** Its places among {count}: {places}.").format(count=_most(stands),
                                                                             places=", ".join(places))
    return " ".join([f"{', '.join(best)}.", tree] if places else [f"{', '.join(best)}."]) if best else ""


def _most(stands: Mapping[Measure, Sequence[str]]) -> int:
    return max(len(order) for order in stands.values())


def along_curves(methods: MeasuredMethods) -> str:
    """Of how many pictures the curves are."""
    return _("Measured once, on {count} pictures of each digit for each strength, and beside as many real ones; side "
             "by side there are more of both, so coverage and distance do not compare with those.").format(
        count=decimal(methods.record.curve_n))


def protocol(methods: MeasuredMethods) -> str:
    """How all that was measured."""
    record = methods.record
    text = _("Measured once, on {count} pictures of each digit, in {steps} steps each, dice roll (seed) {seed}; "
             "seconds on {machine}. The **judge** is a classifier that had no part in any training."
             ) if record.seconds_machine else _(
        "Measured once, on {count} pictures of each digit, in {steps} steps each, dice roll (seed) {seed}. The "
        "**judge** is a classifier that had no part in any training.")
    return text.format(count=decimal(record.n), steps=record.steps, seed=record.seed,
                       machine=record.seconds_machine) + _lessons(record)


def _lessons(record: Any) -> str:
    """How long the models have learnt, if the tree has not learnt for as long as the others."""
    steps = {name: row.training_steps for name, row in record.rows.items() if row.training_steps}
    others = {count for name, count in steps.items() if not name.startswith("tree")}
    if "tree" not in steps or len(others) != 1 or {steps["tree"]} == others:
        return ""
    return " " + _("The tree has learnt for {tree} steps, the others for {others}.").format(
        tree=decimal(steps["tree"]), others=decimal(others.pop()))


EXPLANATION = N_("""
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
""")


# -- how strongly ------------------------------------------------------------------------------------------------------

CURVES = {"free": N_("Guided by itself"), "classifier": N_("Led by a classifier"),
          "classifier-told": N_("Told, and led by one"), "tree": N_("The tree, guided"),
          "tree-classifier": N_("The tree, led by one"), "latent": N_("Small codes, guided"),
          "latent-vq": N_("Codes from a list, guided")}
STRENGTH = N_("""Pull the slider. **Up** in the figure is variety, **right** is being right. A guided model is surer of
its digit, and its digits grow more and more alike: you buy the one with the other. The **dot** is where you are.""")
LETTERS = {"classifier": "s", "classifier-told": "s", "tree-classifier": "s"}


def letter(curve: str) -> str:
    """What the strength of a curve's guidance is called."""
    return LETTERS.get(curve, "w")


def curve(name: str) -> str:
    """What a curve is called; one that is new here by its own name."""
    return _(CURVES[name]) if name in CURVES else name


def strength(curve: str, point: Any) -> str:
    """A line under the pictures of a strength."""
    figures = {"right": point.right is not None and percent(point.right, 1),
               "coverage": point.coverage is not None and percent(point.coverage),
               "feature_frechet": point.feature_frechet is not None and decimal(point.feature_frechet, 2)}
    return " · ".join([f"{letter(curve)} = {short(point.guidance)}",
                       *(_(PLACES[field]).format(figure=figure) for field, figure in figures.items() if figure)])


def spot() -> str:
    """What Plotly is to say of a point of a curve; it fills in the figures."""
    return ", ".join([_(PLACES["right"]).format(figure=f"%{{x:.1f}}{per_cent()}"),
                      _(PLACES["coverage"]).format(figure=f"%{{y:.0f}}{per_cent()}")])


def per_cent() -> str:
    """What stands after a number of per cent, where Plotly writes it."""
    return percent(0).removeprefix("0")


def separators() -> str:
    """The decimal point and what is between thousands, as Plotly wants them."""
    written = decimal(1234.5, 1)
    return written[-2] + written[1]


def alt(name: str) -> str:
    """What the figure of a curve shows, for those who do not see it."""
    return _("{name}: coverage against right class, as the strength of the guidance grows").format(name=curve(name))


def equation(curve: str) -> str:
    """How guidance changes the estimate of the noise, in LaTeX."""
    given, without, child, parent = _("label"), _("no label"), _("child"), _("parent")
    if curve == "tree":
        return (rf"\tilde\varepsilon = (1 + w)\,\varepsilon(x_t, \text{{{child}}}) - w\,\varepsilon(x_t, "
                rf"\text{{{parent}}})")
    if letter(curve) == "w":
        return (rf"\tilde\varepsilon = (1 + w)\,\varepsilon(x_t, \text{{{given}}}) - w\,\varepsilon(x_t, "
                rf"\text{{{without}}})")
    return (r"\tilde\varepsilon = \varepsilon(x_t) - s\,\sigma_t\,\nabla_{x_t} "
            rf"\log p(\text{{{given}}} \mid x_t, t)")


# -- watch two draw ----------------------------------------------------------------------------------------------------

WATCH = N_("""Choose two ways, and watch them draw the same digit from **the same noise**, here and now. Left is what
the model has, right its best guess of the finished picture. (Small codes begin with a noise of a code's shape.)""")
JUST_NOW = N_("All ten digits, as they were drawn just now")


def cannot_draw(name: str, error: Exception) -> str:
    """Why nothing is drawn."""
    return literal(_("The model {name} could not draw. {error}").format(name=name, error=error))


def moment(t: float) -> str:
    """A line under the film."""
    text = {1.0: _("{time}, pure noise"), 0.0: _("{time}, finished")}.get(t, "{time}")
    return text.format(time=written.at(t))


def cost(drawn: Drawn) -> str:
    """What a set of pictures, one of each class, has cost."""
    classes = len(drawn.labels)
    text = _("{looks} looks and {gradients} gradients a picture; {seconds} s for all") if drawn.gradients else _(
        "{looks} looks a picture; {seconds} s for all")
    return text.format(looks=plain(drawn.evaluations / classes), gradients=decimal(drawn.gradients / classes),
                       seconds=decimal(drawn.seconds, 1))


def outcome(drawn: Drawn) -> str:
    """What a set of pictures has cost, and what the judge says of them."""
    if drawn.seen is None:
        return cost(drawn)
    right = sum(a == b for a, b in zip(drawn.seen, drawn.labels, strict=True))
    return _("{cost}; the judge reads {right} of {count} as what was asked for").format(
        cost=cost(drawn), right=right, count=len(drawn.labels))


# -- small codes first -------------------------------------------------------------------------------------------------

CODES = {"kl": N_("Codes that stay near to zero (KL)"), "vq": N_("Codes from a list (VQ)")}
LATENT = N_("""Latent diffusion does not draw pixels. An **autoencoder** squeezes a picture of 28 × 28 = 784 numbers
into a code of 7 × 7 × 4 = 196, and makes a picture of a code again. The diffusion model learns to draw *codes*; what
the decoder loses, no diffusion can bring back.""")
ATTENTION = N_("""How does such a model hear which digit to draw? Of each label it knows some **tokens**, short lists of
numbers that it has learnt. At every place of the code it asks all of them, and takes in a mixture: **orange** is where
it listens to a token. The shares of all tokens add up to 1 at each place. So with *one* token the share would be 1
everywhere, whatever is there: then attention only adds the same to every place.""")
def reconstruction(gain: int) -> list[tuple[str, str]]:
    """What went into an autoencoder, what came out, and the difference, so many times as strong; a note for each."""
    difference = _("what is lost, {count} times as strong").format(count=gain) if gain > 1 else _("what is lost")
    return [(_("Real"), _("went in")), (_("Decoded"), _("came out")), (_("Difference"), difference)]


def layers(count: int) -> list[str]:
    """The rows of the film of attention, of so many layers."""
    return [_("Best guess"), _("Early in the network"), _("Late in the network")][:1 + count]


def token_film(t: float) -> str:
    """A line under the film of attention."""
    return _("{moment}: its best guess, and below it where it listens to each token").format(moment=moment(t))


def lost(coder: Any) -> str:
    """What an autoencoder loses."""
    parts = [
        coder.error is not None and _("the mean error of a pixel is {count} of 100 grey levels").format(
            count=decimal(100 * coder.error, 1)),
        coder.psnr is not None and _("PSNR {decibels} dB").format(decibels=decimal(coder.psnr, 1)),
        _read(coder),
        coder.codes_used is not None and _("{count} codes of the list are in use").format(count=coder.codes_used)]
    text = ", ".join(part for part in parts if part)
    return f"{text[:1].upper()}{text[1:]}." if text else ""


def _read(coder: Any) -> str:
    """How many digits the judge reads after an autoencoder, and before."""
    if coder.right is None:
        return ""
    if coder.right_real is None:
        return _("the judge reads {share} of the decoded digits rightly").format(share=percent(coder.right, 1))
    return _("the judge reads {share} of the decoded digits rightly, of the real ones {real}").format(
        share=percent(coder.right, 1), real=percent(coder.right_real, 1))


# -- two that failed ---------------------------------------------------------------------------------------------------

FAILED = N_("""Two ways were tried by students before us, and failed: the **batch norm** drew spots, the **auxiliary
classifier** ignored its label and drew patterns that fooled the classifier. Here they are again, failing and
mended.""")
KINDS = {"ac": N_("Marked by a classifier"), "cbn": N_("Label in the batch norm")}
WHY = {
    "ac": N_("""While this model learns, a classifier looks at its best guess, and there is a penalty if the classifier
reads another digit; λ says how much that counts. Where there is much noise nobody can know the digit. So what lowers
the penalty *there* is no digit, but whatever moves the classifier.

Below each row is the **difference** from λ = 0, drawn from the same noise (orange is brighter, blue is darker). And
compare two figures: *its own* classifier is content; the *judge*, who had no part in it, need not be. Mended, the
classifier was trained before, learns no more, and counts less where there is much noise."""),
    "cbn": N_("""Batch normalisation measures every picture by the mean and spread of its batch. While it learns, a
batch has pictures of *all* times; while it draws, all are at *one*. What the network is told about the time is added to
all of these alike, and taken away again with their mean: it is **blind to the time** ("time counts" 0%), and noise
stays in its pictures. Statistics of each single time do the same.

It is mended by the **statistics of learning**, which are of all times together, as it is used to; if there are none at
all, nothing works. Without them it helps to tell the label's stretch and shift the time as well, but variety stays
small.""")}
VARIANTS = {  # by the words of their names, in the order in which they are shown
    "ac": {"0": N_("λ = 0: no classifier"), "0.01": N_("λ = 0.01"), "0.1": N_("λ = 0.1"), "1": N_("λ = 1"),
           "along": N_("trained along"), "frozen": N_("trained before, frozen"),
           "weighted": N_("less where there is noise")},
    "cbn": {"class": N_("Told the class"), "time": N_("Told class and time"), "batch": N_("statistics of the batch"),
            "running": N_("statistics of learning"), "per-time": N_("statistics of each time"),
            "first": N_("no statistics")}}


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
    return ", ".join(_(meanings[word]) if word in meanings else word for word in words(name)) or name


def in_order(names: Iterable[str], kind: str) -> list[str]:
    """The variants of a kind, in the order of their words; words that are new come last."""
    places = {word: place for place, word in enumerate(VARIANTS[kind])}
    return sorted((name for name in names if name.startswith(f"{kind}-")),
                  key=lambda name: [places.get(word, len(places)) for word in words(name)])


def difference(gain: int) -> str:
    """What is below a variant: how it differs, so many times enlarged."""
    return _("Difference from λ = 0, {count} times as strong").format(count=gain) if gain > 1 else _(
        "Difference from λ = 0")


# -- what numbers hide -------------------------------------------------------------------------------------------------

MAP = N_("""Each **digit in colour** is a drawn picture, at the place that the judge gives it among real ones (grey):
the number is what it was **meant** to be. A number in the wrong cloud is a picture that failed.""")
SEPARABLE = N_("""**Separable does not mean good.** Clouds that are well apart say that the *classes* differ, not that
the pictures are digits: the spots that the students' batch norm drew lay well apart, too. t-SNE keeps who is near to
whom; how large clouds are, and how far apart, it invents.""")
SCORE = N_("""The **judge's score** is an Inception score with our judge in place of a network that knows photos;
with ten digits it is at most 10. It is high if the judge is *sure* of each picture, and if there are as many of
each digit. It never looks at real pictures: so **one** clear picture of each digit, over and over, gets the highest
score there is.""")


def alt_map(row: str) -> str:
    """What the map shows, for those who do not see it."""
    return _("{name}: drawn digits among real ones, by t-SNE").format(name=method(row).name)


def inflated(methods: MeasuredMethods) -> str:
    """How a score rises along a curve of guidance while variety falls: the curve on which it rises most."""
    grown = {name: [points[0], points[-1]] for name, points in methods.record.curves.items() if len(points) > 1
             and None not in (points[0].score, points[-1].score, points[0].coverage, points[-1].coverage)}
    if not grown:
        return ""
    name, (first, last) = max(grown.items(), key=lambda entry: entry[1][0].coverage - entry[1][1].coverage)
    text = _("Look at *{name}*: from {before} to {after} the score goes from {low} to {high}, and coverage from {wide} "
             "to {narrow}.")
    return text.format(
        name=curve(name), before=f"{letter(name)} = {short(first.guidance)}",
        after=f"{letter(name)} = {short(last.guidance)}", low=decimal(first.score, 2), high=decimal(last.score, 2),
        wide=percent(first.coverage), narrow=percent(last.coverage)
    ) + _more_than_real(last.score, methods.record.real.score)


def _more_than_real(score: float, real: float | None) -> str:
    if real is None or score <= real:
        return ""
    return " " + _("Real digits get no more than {number}.").format(number=decimal(real, 2))


# -- what each can -----------------------------------------------------------------------------------------------------

ABILITIES = N_("""What each way can, **as it is built here**. A dash: nobody here has tried.""")

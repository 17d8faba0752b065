"""What a model's file tells of itself, in plain words; what was measured, and how."""
from types import ModuleType

import branched
from branched import Explorable, Facts, Outline

from ..frame import words
from ..parts.markup import literal
from . import of_clusters, of_images, of_rows, of_things
from .figure import Figure, percent, published, recognising, text

FORMS: dict[str, ModuleType] = {"images": of_images, "rows": of_rows}  # by kind: how a form's objects are spoken of
WAYS = {"stochastic": words.WAYS["noise"], "deterministic": words.WAYS["plain"]}
MOST = 40  # classes that are named
NOT_MEASURED = """This model's file tells of no measured quality: nobody has measured it yet
(`python -m branched evaluate --store` does)."""
ELSEWHERE = """This model's file tells of no measured quality. What was measured of models that are shipped to be
compared with the tree, the page "Other ways" shows."""
UNMEASURED = {"label": ELSEWHERE, of_clusters.FAMILY: of_clusters.QUALITY}  # by the family
MATCHED = """Its classes are groups without names; a group counts as that class which the judging classifier sees most
often in real members of the group. """
OWN = """
Put model files (`.safetensors`, as `python -m branched train` writes them) into a folder, and start the app with the
name of the folder in the environment: `BRANCHED_MODELS=my-models streamlit run app.py`. The files are then in the list
above by their names. A file that is damaged is there as well; choosing it tells what is wrong. For safety, no path can
be typed into this page, and a model file holds numbers and text alone, no program.
"""
EXPLANATION = """Facts that the model's file carries, and figures that were measured once and stored in it: nothing on
this page is computed while you look, but one number. Added up, the branches of the tree are shorter than all paths from
noise to the classes would be, each walked alone; so making one of each class through the tree saves work:"""
WORK = r"\frac{\text{each class alone}}{\text{through the tree}} = \frac{%d}{%.2f} = %.2f"
TOLD_BY = {  # how a model that is told the class is told it, by its method
    "unconditional": "nothing and nobody",
    "label": "the class stretches and shifts what every block sees (AdaGN)",
    "latent": "attention to tokens of the class; it draws codes, which a decoder makes pictures of (latent diffusion)",
    "batch norm": "the class stretches and shifts what a batch normalisation gives",
    "auxiliary": "the class is one channel more of the picture; a classifier marked it while it learnt"}


def form_of(model: Explorable) -> ModuleType:
    """The module that speaks of the objects of a model."""
    return FORMS.get(model.form.kind, of_things)


def work(outline: Outline) -> str:
    """What the tree saves, by the lengths of its branches, as an equation in LaTeX."""
    groups, length = len(outline.groups), sum(node.high - node.low for node in outline.nodes)
    return WORK % (groups, length, groups / length)


# -- how it was made ---------------------------------------------------------------------------------------------------

def story(model: Explorable, name: str) -> list[tuple[str, str]]:
    """What the model is and how it came about, as rows of two; a row for what the file tells."""
    rows = [("Name", name), *(_of_clusters(model) if is_of_clusters(model) else _of_classes(model)),
            ("Versions", _joined(*(f"{_short(key)} {_short(value)}"
                                   for key, value in list(model.facts.versions.items())[:6]),
                                 f"shown by branched {branched.__version__}"))]
    return [(title, value) for title, value in rows if value]


def is_of_clusters(model: Explorable) -> bool:
    """Whether a model is a tree of clusters, which has groups and no classes."""
    return model.family == of_clusters.FAMILY


def _of_clusters(model: Explorable) -> list[tuple[str, str]]:
    form = form_of(model)
    things, facts = form.THINGS, model.facts
    return [
        ("What it is", of_clusters.kind(model, things)),
        ("Leaves", f"{len(model.labels)}: {of_clusters.groups(model, things)}"),
        ("Takes", form.object_is(model)),
        ("Grown on", _joined(_short(facts.data.name).upper(), text(facts.data.count, f"{{:,.0f}} {things}"),
                             "without their names")),
        ("How it grew", _joined(of_clusters.grown(model, things), _duration(facts.training.seconds))),
        ("Put in by people", of_clusters.put_in(model, things)),
        ("Its diffusion model", of_clusters.diffusion(model, things, _duration)),
        ("Size", _size(model)),
        ("Dice roll (seed)", text(facts.training.seed, "{:.0f}"))]


def _of_classes(model: Explorable) -> list[tuple[str, str]]:
    form, outline = form_of(model), model.outline()
    classes = ", ".join(model.labels[:MOST]) + (", …" if len(model.labels) > MOST else "")
    return [
        ("Draws" if form is of_images else "Makes",
         f"{len(model.labels)} classes ({classes}), {form.object_is(model)}"),
        ("Told by", TOLD_BY.get(getattr(model, "method", ""), "")),
        *_training(model.facts, form.THINGS),
        ("Size", _size(model)),
        ("Tree", f"{len(outline.nodes)} branches, {len(outline.points)} branch points" if outline.points else
         "none: it is told no class, and draws any" if getattr(model, "method", "") == "unconditional" else
         "none: every class is drawn alone, from noise to data"),
        *_discovery(model.facts, form.THINGS)]


def _size(model: Explorable) -> str:
    return f"{model.parameters:,} numbers learnt (parameters)"


def _training(facts: Facts, things: str) -> list[tuple[str, str]]:
    data, run = facts.data, facts.training
    lessons = (_short(lesson.name) + text(lesson.count, f" ({{:,.0f}} {things})") for lesson in facts.extensions)
    return [
        ("Trained on", _joined(_short(data.name).upper(), text(data.count, f"{{:,.0f}} {things}"))),
        ("Classes", f"groups that the tree {_short(run.clusters)} had found; no label was looked at" if run.clusters
         else ""),
        ("Began as", f"the model {_short(run.trunk)}" if run.trunk else ""),
        ("Training", _joined(text(run.steps, "{:,.0f} steps"), text(run.batch, f"{{:.0f}} {things} a step"),
                             _duration(run.seconds), f"on {_short(run.device)}" if run.device else "")),
        ("Settings of training", _joined(text(run.learning_rate, "learning rate {:g}"),
                                         text(run.bridge, "{:.0%} of each step on bridges"),
                                         text(run.ema, "average of weights {:g}"))),
        ("Taught later", _joined(*lessons))]


def _discovery(facts: Facts, things: str) -> list[tuple[str, str]]:
    rule = facts.discovery
    return [
        ("Tree found with", _joined(text(rule.samples, f"up to {{:,.0f}} {things} of each class"),
                                    text(rule.epsilon, "epsilon {:g}"), text(rule.smoothing, "smoothing {:g}"),
                                    text(rule.minimum_length, "shortest branch {:g}"))),
        ("Dice rolls (seeds)", _joined(text(facts.training.seed, "training {:.0f}"),
                                         text(rule.seed, "tree {:.0f}")))]


def _joined(*parts: str) -> str:
    return ", ".join(part for part in parts if part)


def _short(name: str | None) -> str:
    return f"{name or '':.60}"


def _duration(seconds: float | None) -> str:
    if seconds is None or not seconds >= 0:
        return ""
    return text(seconds / 3600, "{:.1f} hours") if seconds > 7200 else text(seconds / 60, "{:.0f} minutes")


def fails(model: Explorable) -> str:
    """When the model fails."""
    form, labels = form_of(model), words.listed(map(literal, model.labels))
    if is_of_clusters(model):
        return of_clusters.fails(model, labels, form.THING, form.THINGS)
    return form.fails(model, labels)


def explained(model: Explorable) -> tuple[str, str]:
    """What stands behind the page: words, and an equation in LaTeX."""
    if is_of_clusters(model):
        return of_clusters.EXPLANATION.format(things=form_of(model).THINGS), of_clusters.BOUND
    return EXPLANATION, work(model.outline())


# -- in three numbers --------------------------------------------------------------------------------------------------

def numbers(model: Explorable) -> list[tuple[str, str]]:
    """Three numbers that say most of a model, each with what it is; where nobody measured, what its file tells."""
    things, facts = form_of(model).THINGS, model.facts
    return [(value, meaning) for value, meaning in (
        *(() if is_of_clusters(model) else _measured(model, things)),
        (f"{len(model.labels)}", "groups that it found by itself" if is_of_clusters(model) else "classes"),
        (text(facts.data.count, "{:,.0f}"), f"{things} that it learnt from"),
        (f"{model.parameters:,}", "numbers that it learnt (parameters)")) if value][:3]


def _measured(model: Explorable, things: str) -> list[tuple[str, str]]:
    """Measured ones, "" where nobody did."""
    quality, made = model.facts.quality, form_of(model).MADE
    drawn, turned = quality.generation, quality.stochastic
    return [
        (percent(drawn and drawn.right), f"of its {made} are what was asked for, says a separate classifier"),
        (percent(turned and turned.right), f"of real {things}, turned into another class, are taken for that class"),
        (text(drawn and drawn.saved, "{:.2f}×"), "as much work it would be to draw each class alone")]


# -- how good it is ----------------------------------------------------------------------------------------------------

def quality(model: Explorable) -> dict[str, list[Figure]]:
    """Measured figures by what the model was asked to do: "generation", "classification", and the ways of turning one
    class into another; without those that nobody measured."""
    form, measured = form_of(model), model.facts.quality
    ceiling = form.ceiling(model)
    parts = {
        "generation": measured.generation and form.making(measured.generation, ceiling, published(model.facts)),
        **{way: part and form.turning(part, ceiling) for way in WAYS for part in [getattr(measured, way)]},
        "classification": measured.classification and recognising(measured.classification, form.THING)}
    return {key: kept for key, rows in parts.items() if (kept := [row for row in rows or () if row.here])}


def protocol(model: Explorable) -> str:
    """How the figures came about, in a part of a sentence."""
    form, asked = form_of(model), model.facts.quality.protocol
    if asked is None:
        return ""
    return _joined(text(asked.n, f"{{:,.0f}} {form.MADE} of each class"), text(asked.steps, "{:.0f} steps"),
                   f"solver {_short(asked.solver)}" if asked.solver else "", text(asked.seed, "seed {:.0f}"),
                   text(asked.transmuted, f"{{:,.0f}} real test {form.THINGS} of each class turned into each other "
                                          "class"))


def measuring(model: Explorable, figures: dict[str, list[Figure]]) -> str:
    """How it was measured, and what stands beside it."""
    form, how = form_of(model), literal(protocol(model))
    beside = any(row.published for rows in figures.values() for row in rows)
    groups = MATCHED if model.facts.training.clusters else ""
    return (f"{f'How it was measured: {how}. ' if how else ''}{groups}{form.REAL}"
            f"{f' {form.PUBLISHED}' if beside else ''}")

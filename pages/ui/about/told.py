"""What a model's file tells of itself, in plain words; what was measured, and how."""
from types import ModuleType

import branched
from branched import Explorable, Facts, Outline

from ..frame import words
from ..language import N_, _, decimal
from ..parts.markup import literal
from . import of_clusters, of_images, of_rows, of_things
from .figure import Figure, bare, percent, plain, published, recognising, text, times

FORMS: dict[str, ModuleType] = {"images": of_images, "rows": of_rows}  # by kind: how a form's objects are spoken of
WAYS = {"stochastic": words.WAYS["noise"], "deterministic": words.WAYS["plain"]}
MOST = 40  # classes that are named
NOT_MEASURED = N_("""This model's file tells of no measured quality: nobody has measured it yet
(`python -m branched evaluate --store` does).""")
ELSEWHERE = N_("""This model's file tells of no measured quality. What was measured of models that are shipped to be
compared with the tree, the page "Other ways" shows.""")
UNMEASURED = {"label": ELSEWHERE, of_clusters.FAMILY: of_clusters.QUALITY}  # by the family
MATCHED = N_("""\
Its classes are groups without names; a group counts as that class which the judging classifier sees most
often in real members of the group.""")
OWN = N_("""
Put model files (`.safetensors`, as `python -m branched train` writes them) into a folder, and start the app with the
name of the folder in the environment: `BRANCHED_MODELS=my-models streamlit run app.py`. The files are then in the list
above by their names. A file that is damaged is there as well; choosing it tells what is wrong. For safety, no path can
be typed into this page, and a model file holds numbers and text alone, no program.
""")
EXPLANATION = N_("""\
Facts that the model's file carries, and figures that were measured once and stored in it: nothing on
this page is computed while you look, but one number. Added up, the branches of the tree are shorter than all paths from
noise to the classes would be, each walked alone; so making one of each class through the tree saves work:""")
WORK = r"\frac{\text{%s}}{\text{%s}} = \frac{%s}{%s} = %s"
TOLD_BY = {  # how a model that is told the class is told it, by its method
    "unconditional": N_("nothing and nobody"),
    "label": N_("the class stretches and shifts what every block sees (AdaGN)"),
    "latent": N_("attention to tokens of the class; it draws codes, which a decoder makes pictures of (latent "
                 "diffusion)"),
    "batch norm": N_("the class stretches and shifts what a batch normalisation gives"),
    "auxiliary": N_("the class is one channel more of the picture; a classifier marked it while it learnt")}
OF_EACH = N_("{value} {things} of each class")
TURNED = N_("{value} real test {things} of each class turned into each other class")


def form_of(model: Explorable) -> ModuleType:
    """The module that speaks of the objects of a model."""
    return FORMS.get(model.form.kind, of_things)


def work(outline: Outline) -> str:
    """What the tree saves, by the lengths of its branches, as an equation in LaTeX."""
    groups, length = len(outline.groups), sum(node.high - node.low for node in outline.nodes)
    numbers = (decimal(number, digits).replace(",", "{,}")  # no comma of a list
               for number, digits in ((groups, 0), (length, 2), (groups / length, 2)))
    return WORK % (_("each class alone"), _("through the tree"), *numbers)


# -- how it was made ---------------------------------------------------------------------------------------------------

def story(model: Explorable, name: str) -> list[tuple[str, str]]:
    """What the model is and how it came about, as rows of two; a row for what the file tells."""
    rows = [(_("Name"), name), *(_of_clusters(model) if is_of_clusters(model) else _of_classes(model)),
            (_("Versions"), _joined(*(f"{_short(key)} {_short(value)}"
                                   for key, value in list(model.facts.versions.items())[:6]),
                                 _("shown by branched {version}").format(version=branched.__version__)))]
    return [(title, value) for title, value in rows if value]


def is_of_clusters(model: Explorable) -> bool:
    """Whether a model is a tree of clusters, which has groups and no classes."""
    return model.family == of_clusters.FAMILY


def _of_clusters(model: Explorable) -> list[tuple[str, str]]:
    form, facts = form_of(model), model.facts
    things = _(form.THINGS)
    return [
        (_("What it is"), of_clusters.kind(model, things)),
        (_("Leaves"), f"{len(model.labels)}: {of_clusters.groups(model, things)}"),
        (_("Takes"), form.object_is(model)),
        (_("Grown on"), _joined(_short(facts.data.name).upper(), _counted(facts.data.count, things),
                                _("without their names"))),
        (_("How it grew"), _joined(of_clusters.grown(model, things), _duration(facts.training.seconds))),
        (_("Put in by people"), of_clusters.put_in(model, things)),
        (_("Its diffusion model"), of_clusters.diffusion(model, things, _duration)),
        (_("Size"), _size(model)),
        (_("Dice roll (seed)"), bare(facts.training.seed))]


def _of_classes(model: Explorable) -> list[tuple[str, str]]:
    form = form_of(model)
    names = ", ".join(model.labels[:MOST]) + (", …" if len(model.labels) > MOST else "")
    return [
        (_("Draws") if form is of_images else _("Makes"), _("{count} classes ({names}), {what}").format(
            count=len(model.labels), names=names, what=form.object_is(model))),
        (_("Told by"), _(TOLD_BY.get(getattr(model, "method", ""), ""))),
        *_training(model.facts, _(form.THINGS)),
        (_("Size"), _size(model)),
        (_("Tree"), _tree(model)),
        *_discovery(model.facts, _(form.THINGS))]


def _tree(model: Explorable) -> str:
    outline = model.outline()
    if outline.points:
        return _("{branches} branches, {points} branch points").format(branches=len(outline.nodes),
                                                                       points=len(outline.points))
    if getattr(model, "method", "") == "unconditional":
        return _("none: it is told no class, and draws any")
    return _("none: every class is drawn alone, from noise to data")


def _size(model: Explorable) -> str:
    return _("{count} numbers learnt (parameters)").format(count=decimal(model.parameters))


def _counted(count: float | None, things: str) -> str:
    """So many pictures, or rows."""
    return text(count, f"{{value}} {things}")


def _training(facts: Facts, things: str) -> list[tuple[str, str]]:
    data, run = facts.data, facts.training
    lessons = (_short(lesson.name) + text(lesson.count, f" ({{value}} {things})") for lesson in facts.extensions)
    a_step = _(of_clusters.A_STEP).replace("{things}", things)
    return [
        (_("Trained on"), _joined(_short(data.name).upper(), _counted(data.count, things))),
        (_("Classes"), _("groups that the tree {name} had found; no label was looked at").format(
            name=_short(run.clusters)) if run.clusters else ""),
        (_("Began as"), _("the model {name}").format(name=_short(run.trunk)) if run.trunk else ""),
        (_("Training"), _joined(text(run.steps, _("{value} steps")), bare(run.batch, a_step), _duration(run.seconds),
                                _("on {device}").format(device=_short(run.device)) if run.device else "")),
        (_("Settings of training"), _joined(plain(run.learning_rate, _("learning rate {value}")),
                                            percent(run.bridge, _("{value} of each step on bridges"), 0),
                                            plain(run.ema, _("average of weights {value}")))),
        (_("Taught later"), _joined(*lessons))]


def _discovery(facts: Facts, things: str) -> list[tuple[str, str]]:
    rule, most = facts.discovery, _("up to {value} {things} of each class").replace("{things}", things)
    return [
        (_("Tree found with"), _joined(text(rule.samples, most), plain(rule.epsilon, _("epsilon {value}")),
                                       plain(rule.smoothing, _("smoothing {value}")),
                                       plain(rule.minimum_length, _("shortest branch {value}")))),
        (_("Dice rolls (seeds)"), _joined(bare(facts.training.seed, _("training {value}")),
                                          bare(rule.seed, _("tree {value}"))))]


def _joined(*parts: str) -> str:
    return ", ".join(part for part in parts if part)


def _short(name: str | None) -> str:
    return f"{name or '':.60}"


def _duration(seconds: float | None) -> str:
    if seconds is None or not seconds >= 0:
        return ""
    if seconds > 7200:
        return text(seconds / 3600, _("{value} hours"), 1)
    return text(seconds / 60, _("{value} minutes"))


def fails(model: Explorable) -> str:
    """When the model fails."""
    form, labels = form_of(model), words.listed(map(literal, model.labels))
    if is_of_clusters(model):
        return of_clusters.fails(model, labels, _(form.THING), _(form.THINGS))
    return form.fails(model, labels)


def explained(model: Explorable) -> tuple[str, str]:
    """What stands behind the page: words, and an equation in LaTeX."""
    if is_of_clusters(model):
        return _(of_clusters.EXPLANATION).format(things=_(form_of(model).THINGS)), of_clusters.bound()
    return _(EXPLANATION), work(model.outline())


# -- in three numbers --------------------------------------------------------------------------------------------------

def numbers(model: Explorable) -> list[tuple[str, str]]:
    """Three numbers that say most of a model, each with what it is; where nobody measured, what its file tells."""
    things, grown = _(form_of(model).THINGS), is_of_clusters(model)
    return [(value, meaning) for value, meaning in (
        *(() if grown else _measured(model, things)),
        (f"{len(model.labels)}", _("groups that it found by itself") if grown else _("classes")),
        (text(model.facts.data.count), _("{things} that it learnt from").format(things=things)),
        (decimal(model.parameters), _("numbers that it learnt (parameters)"))) if value][:3]


def _measured(model: Explorable, things: str) -> list[tuple[str, str]]:
    """Measured ones, "" where nobody did."""
    quality, made = model.facts.quality, _(form_of(model).MADE)
    drawn, turned = quality.generation, quality.stochastic
    return [
        (percent(drawn and drawn.right), _("of its {made} are what was asked for, says a separate classifier").format(
            made=made)),
        (percent(turned and turned.right), _("of real {things}, turned into another class, are taken for that class"
                                             ).format(things=things)),
        (times(drawn and drawn.saved), _("as much work it would be to draw each class alone"))]


# -- how good it is ----------------------------------------------------------------------------------------------------

def quality(model: Explorable) -> dict[str, list[Figure]]:
    """Measured figures by what the model was asked to do: "generation", "classification", and the ways of turning one
    class into another; without those that nobody measured."""
    form, measured = form_of(model), model.facts.quality
    ceiling = form.ceiling(model)
    parts = {
        "generation": measured.generation and form.making(measured.generation, ceiling, published(model.facts)),
        **{way: part and form.turning(part, ceiling) for way in WAYS for part in [getattr(measured, way)]},
        "classification": measured.classification and recognising(measured.classification, form.RECOGNISED)}
    return {key: kept for key, rows in parts.items() if (kept := [row for row in rows or () if row.here])}


def protocol(model: Explorable) -> str:
    """How the figures came about, in a part of a sentence."""
    form, asked = form_of(model), model.facts.quality.protocol
    if asked is None:
        return ""
    each, turned = (_(pattern).replace("{things}", _(things)) for pattern, things in (
        (OF_EACH, form.MADE), (TURNED, form.THINGS)))
    return _joined(text(asked.n, each), bare(asked.steps, _("{value} steps")),
                   _("solver {name}").format(name=_short(asked.solver)) if asked.solver else "",
                   bare(asked.seed, _("seed {value}")), text(asked.transmuted, turned))


def measuring(model: Explorable, figures: dict[str, list[Figure]]) -> str:
    """How it was measured, and what stands beside it."""
    form, how = form_of(model), literal(protocol(model))
    beside = any(row.published for rows in figures.values() for row in rows)
    said = [_("How it was measured: {how}.").format(how=how) if how else "",
            _(MATCHED) if model.facts.training.clusters else "", _(form.REAL), _(form.PUBLISHED) if beside else ""]
    return " ".join(filter(None, said))

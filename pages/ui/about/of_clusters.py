"""A tree of clusters in plain words: what it is, how it came about, what it can be asked, where it fails."""
from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import Any

from ..language import N_, _, decimal
from .figure import bare, plain, text

FAMILY = "cluster tree"
KIND = N_("a tree of clusters (TreeVAE): it sorted {things} into groups by what they have in common, and was told no "
          "name of any")
A_STEP = N_("{value} {things} a step")
WITH_DIFFUSION = N_("and a diffusion model that draws what belongs to a group, sharply (TreeDiffusion)")
CONTRAST = N_("{value} passes over all {things}, to learn what stays the same in two views of one")
ROOT = N_("{value} passes in which a tree of two leaves learnt, all of it together")
SPLITS = N_("the fullest leaf was parted in two, again and again, {value} passes over its {things} each time, while "
            "all else stayed as it was")
MIDDLE = N_("{value} passes of all together after every {partings} partings")
FINAL = N_("{value} passes of all together in the end")
LEAVES = N_("how many leaves there are to be")
FULL = N_("that leaves are about equally full, and that it is to be sure of them")
VIEWS = {"images": N_("that a picture stays what it is if it is turned a little, shifted, bent, thicker or thinner"),
         "rows": N_("how rows vary by chance")}
NEAR = {"images": N_("that {things} belong together that are near each other, compared point by point")}
NEAR_NUMBERS = N_("that {things} belong together that are near each other, compared number by number")
TOLD = {  # what a diffusion model is told of what it is to draw
    "path": N_("told the way from the root to the leaf, with what was drawn on it"), "leaf": N_("told the leaf alone"),
    "image": N_("told the picture that the leaf's decoder makes"), "latent": N_("told what was drawn at the leaf"),
    "leaf and latent": N_("told the leaf, and what was drawn there")}
FAILS = N_("""
- **It has no names.** Its leaves are called {labels}. Which of them is which kind of {thing}, somebody has to look up,
  and a leaf may hold two kinds, or half of one.
- **It puts everything somewhere.** Also what is like nothing that it learnt from is sent to one of its leaves; how
  sure it is, is no proof.
- **Another dice roll, another tree.** Grown anew it may find other groups, or hang them up in another order. Which
  of several trees is better can be told without names, too: by how much a leaf tells of what lies in it.
- **It finds alike what looks alike**, not what means the same.{views}
- **The leaves' decoders draw softly**: what they make is the mean of many {things}, without its chance details.{sharp}
""")
SEEN_VIEWS = N_("""And it learnt with views that were turned, bent and thickened: things that differ by that alone are
  the same to it.""")
SHARP = N_("Its diffusion model draws sharply, and now and then something that belongs to another leaf.")
QUALITY = N_("""\
This model's file tells of no quality: it learnt without labels, so there is no right or wrong in it. How
far its leaves are classes that people named was counted afterwards; where that was done, the page "Without labels"
tells, and `python -m branched evaluate` counts it anew.""")
EXPLANATION = N_("""Facts that the model's file carries; nothing on this page is computed while you look. What the tree
learns by is one number for each of the {things}, which is to grow (the *evidence lower bound*): how well the leaf draws
it again, less what it costs to say, node by node, where it went and how it differs from what is usual there.""")
BOUND = r"""\log p(x) \;\ge\; \underbrace{\sum_{\text{%(leaves)s}} P(\text{%(leaf)s})\, \log p(x \mid z_{
\text{%(leaf)s}})}_{\text{%(again)s}} \;-\; \underbrace{\mathrm{KL}_{\text{%(root)s}}}_{\text{%(start)s}} \;-\;
\underbrace{\sum_{\text{%(nodes)s}} P(\text{%(node)s})\, \mathrm{KL}_{\text{%(node)s}}}_{\text{%(way)s}} \;-\;
\underbrace{
\sum_{\text{%(forks)s}} P(\text{%(fork)s})\, \mathrm{KL}_{\text{%(side)s}}}_{\text{%(decisions)s}}"""
ASK = """import branched
model = branched.load({name!r})
found = model.assign({objects})  # {shape}
print([model.groups[k] for k in found.indices], found.probabilities.max(1))  # {each}
drawn = model.decode({first!r}, n=8, seed=0).made  # {eight}
"""
ASK_DIFFUSION = "sharp = model.sample({first!r}, n=8, steps=20, seed=0).made  # {same}\n"
NAMED = ("mnist", "digits", "letters", "typefaces")  # data that a command knows by name


def has_diffusion(model: Any) -> bool:
    """Whether the model's file holds a diffusion model, too."""
    return getattr(model, "diffusion", None) is not None


# -- how it came about -------------------------------------------------------------------------------------------------

def growth(model: Any) -> Mapping[str, Any]:
    """What the file says of how the tree grew; empty if it says nothing that makes sense."""
    return _record(model.facts.stored, "training")


def _record(of: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = of.get(key)
    return found if isinstance(found, dict) else {}


def number(of: Mapping[str, Any], key: str) -> float | None:
    """A number that a file tells; None if it tells something else."""
    value = of.get(key)
    return value if isinstance(value, (int, float)) and isfinite(value) and abs(value) < 2**53 else None


def kind(model: Any, things: str) -> str:
    """What it is."""
    return "; ".join([_(KIND).format(things=things), *[_(WITH_DIFFUSION)] * has_diffusion(model)])


def groups(model: Any, things: str) -> str:
    """The leaves, with how much came to each when the growth ended."""
    counts = model.snapshots[-1].counts if model.snapshots else ()
    if len(counts) != len(model.groups):
        return ", ".join(model.groups)
    said = (f"{name} ({decimal(count)})" for name, count in zip(model.groups, counts, strict=True))
    return f"{', '.join(said)} {things}"


def grown(model: Any, things: str) -> str:
    """The stages of its growth."""
    told = growth(model)
    first, root, split = (number(told, key) for key in ("contrast", "root", "split"))
    every, middle, last = (number(told, key) for key in ("middle_every", "middle", "final"))
    stages = [plain(first, _of(CONTRAST, things)) if first else plain(root, _(ROOT)),
              plain(split, _of(SPLITS, things)),
              plain(middle, _(MIDDLE).replace("{partings}", decimal(every))) if every else "", plain(last, _(FINAL))]
    return "; ".join(filter(None, stages))


def _of(pattern: str, things: str) -> str:
    """A pattern with what the model makes; its value goes in later."""
    return _(pattern).replace("{things}", things)


def put_in(model: Any, things: str) -> str:
    """What people knew beforehand and put in: a tree of this family is told no name, but not nothing."""
    told = growth(model)
    views = any(number(told, key) for key in ("contrast", "likeness"))
    known = [_(LEAVES) if number(told, "leaves") else "", _(FULL) if number(told, "information") else "",
             _(VIEWS.get(model.form.kind, "")) if views else ""]
    if told and told.get("cut", True):
        known.append(_of(NEAR.get(model.form.kind, NEAR_NUMBERS), things))
    return "; ".join(filter(None, known))


def diffusion(model: Any, things: str, lasted: Any) -> str:
    """How its diffusion model learnt; `lasted` says a number of seconds in words."""
    told = _record(growth(model), "diffusion")
    trunk, device, what = (value if isinstance(value := told.get(key), str) else "" for key in (
        "trunk", "device", "told"))
    condition = _(TOLD[what]) if what in TOLD else _("told {what}").format(what=f"{what:.80}") if what else ""
    parts = [text(number(told, "steps"), _("{value} steps")),
             bare(number(told, "batch"), _of(A_STEP, things)),
             lasted(number(told, "seconds")), _("on {device}").format(device=f"{device:.60}") if device else "",
             condition, _("begun with the weights of {trunk}").format(trunk=f"{trunk:.60}") if trunk else ""]
    return ", ".join(filter(None, parts)) if has_diffusion(model) else ""


# -- what it can be asked, and how it is made anew ---------------------------------------------------------------------

def asking(model: Any, name: str, things: str) -> str:
    """A few lines of Python."""
    images = model.form.kind == "images"
    shape = f"({', '.join(map(str, ('B', *model.shape)))})"
    said = {
        "shape": _("{shape}, from 0 to 1").format(shape=shape) if images else shape,
        "each": _("the leaf of each, and how sure"),
        "eight": _("eight {things} of leaf {leaf}, by its decoder: {shape}").format(
            things=things, leaf=model.groups[0], shape="(1, 8, ...)"),
        "same": _("the same by the diffusion model")}
    return (ASK + (ASK_DIFFUSION if has_diffusion(model) else "")).format(
        name=name, objects="images" if images else "rows", first=model.groups[0], **said)


def commands(model: Any) -> str:
    """The command lines that make such a model from the same data with the same settings."""
    told, data = growth(model), model.facts.data.name
    source = f"--data {data}" if data in NAMED else "--data FILE.csv"
    if data not in NAMED and model.form.kind == "images":
        height, _, *colour = model.shape
        source = f"--data FOLDER --size {height}{' --colour' if colour else ''}"
    lines = [f"python -m branched grow {source} --depth {model.network.config.depth}{options(told, GROWTH)}"
             f"{' --no-cut' if told.get('cut') is False else ''} --output tree.safetensors"]
    if has_diffusion(model):
        learnt = _record(told, "diffusion")
        words = "".join(f' --{key} "{learnt[key]}"' for key in ("told", "trunk") if isinstance(learnt.get(key), str))
        lines.append(f"python -m branched tree-diffusion --tree tree.safetensors {source}{words}"
                     f"{options(learnt, DIFFUSION)} --output tree-diffusion.safetensors")
    return "\n".join(lines)


GROWTH = ("leaves", "batch", "contrast", "root", "split", "middle_every", "middle", "final", "learning_rate", "view",
          "likeness", "information", "decisions", "seed")
DIFFUSION = ("steps", "batch", "learning_rate", "warmup", "decay", "ema", "drop", "partial", "seed")


def options(told: Mapping[str, Any], names: tuple[str, ...]) -> str:
    """Settings as options of a command, those that the file tells."""
    return "".join(f" --{name.replace('_', '-')} {value:.12g}" for name in names
                   if (value := number(told, name)) is not None)


def fails(model: Any, labels: str, thing: str, things: str) -> str:
    """Where it fails."""
    views = any(number(growth(model), key) for key in ("contrast", "likeness")) and model.form.kind == "images"
    return _(FAILS).format(labels=labels, thing=thing, things=things, views=f" {_(SEEN_VIEWS)}" if views else "",
                           sharp=f" {_(SHARP)}" if has_diffusion(model) else "")


def bound() -> str:
    """What it learns by, as an equation in LaTeX."""
    return BOUND % {
        "leaves": _("leaves"), "leaf": _("leaf"), "again": _("drawn again"), "root": _("root"), "start": _("start"),
        "nodes": _("nodes"), "node": _("node"), "way": _("on the way"), "forks": _("forks"), "fork": _("fork"),
        "side": _("left or right"), "decisions": _("decisions")}

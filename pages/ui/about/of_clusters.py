"""A tree of clusters in plain words: what it is, how it came about, what it can be asked, where it fails."""
from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import Any

from .figure import text

FAMILY = "cluster tree"
KIND = ("a tree of clusters (TreeVAE): it sorted {things} into groups by what they have in common, and was told no "
        "name of any")
WITH_DIFFUSION = "; and a diffusion model that draws what belongs to a group, sharply (TreeDiffusion)"
CONTRAST = "{:g} passes over all {things}, to learn what stays the same in two views of one"
ROOT = "{:g} passes in which a tree of two leaves learnt, all of it together"
SPLITS = ("the fullest leaf was parted in two, again and again, {:g} passes over its {things} each time, while all "
          "else stayed as it was")
MIDDLE = "{:g} passes of all together after every {:.0f} partings"
FINAL = "{:g} passes of all together in the end"
LEAVES = "how many leaves there are to be"
FULL = "that leaves are about equally full, and that it is to be sure of them"
VIEWS = {"images": "that a picture stays what it is if it is turned a little, shifted, bent, thicker or thinner",
         "rows": "how rows vary by chance"}
NEAR = "that {things} belong together that are near each other, compared {by}"
BY = {"images": "point by point"}
TOLD = {  # what a diffusion model is told of what it is to draw
    "path": "the way from the root to the leaf, with what was drawn on it", "leaf": "the leaf alone",
    "image": "the picture that the leaf's decoder makes", "latent": "what was drawn at the leaf",
    "leaf and latent": "the leaf, and what was drawn there"}
FAILS = """
- **It has no names.** Its leaves are called {labels}. Which of them is which kind of {thing}, somebody has to look up,
  and a leaf may hold two kinds, or half of one.
- **It puts everything somewhere.** Also what is like nothing that it learnt from is sent to one of its leaves; how
  sure it is, is no proof.
- **Another dice roll, another tree.** Grown anew it may find other groups, or hang them up in another order. Which
  of several trees is better can be told without names, too: by how much a leaf tells of what lies in it.
- **It finds alike what looks alike**, not what means the same.{views}
- **The leaves' decoders draw softly**: what they make is the mean of many {things}, without its chance details.{sharp}
"""
SEEN_VIEWS = """ And it learnt with views that were turned, bent and thickened: things that differ by that alone are the
  same to it."""
SHARP = " Its diffusion model draws sharply, and now and then something that belongs to another leaf."
QUALITY = """This model's file tells of no quality: it learnt without labels, so there is no right or wrong in it. How
far its leaves are classes that people named was counted afterwards; where that was done, the page "Without labels"
tells, and `python -m branched evaluate` counts it anew."""
EXPLANATION = """Facts that the model's file carries; nothing on this page is computed while you look. What the tree
learns by is one number for each of the {things}, which is to grow (the *evidence lower bound*): how well the leaf draws
it again, less what it costs to say, node by node, where it went and how it differs from what is usual there."""
BOUND = r"""\log p(x) \;\ge\; \underbrace{\sum_{\text{leaves}} P(\text{leaf})\, \log p(x \mid z_{\text{leaf}})
}_{\text{drawn again}} \;-\; \underbrace{\mathrm{KL}_{\text{root}}}_{\text{start}} \;-\; \underbrace{
\sum_{\text{nodes}} P(\text{node})\, \mathrm{KL}_{\text{node}}}_{\text{on the way}} \;-\; \underbrace{
\sum_{\text{forks}} P(\text{fork})\, \mathrm{KL}_{\text{left or right}}}_{\text{decisions}}"""
ASK = """import branched
model = branched.load({name!r})
found = model.assign({objects})  # {shape}{range}
print([model.groups[k] for k in found.indices], found.probabilities.max(1))  # the leaf of each, and how sure
drawn = model.decode({first!r}, n=8, seed=0).made  # eight {things} of leaf {first}, by its decoder: (1, 8, ...)
"""
ASK_DIFFUSION = "sharp = model.sample({first!r}, n=8, steps=20, seed=0).made  # the same by the diffusion model\n"
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
    return KIND.format(things=things) + (WITH_DIFFUSION if has_diffusion(model) else "")


def groups(model: Any, things: str) -> str:
    """The leaves, with how much came to each when the growth ended."""
    counts = model.snapshots[-1].counts if model.snapshots else ()
    if len(counts) != len(model.groups):
        return ", ".join(model.groups)
    return ", ".join(f"{name} ({count:,})" for name, count in zip(model.groups, counts, strict=True)) + f" {things}"


def grown(model: Any, things: str) -> str:
    """The stages of its growth."""
    told = growth(model)
    first, root, split = (number(told, key) for key in ("contrast", "root", "split"))
    every, middle, last = (number(told, key) for key in ("middle_every", "middle", "final"))
    stages = [text(first, CONTRAST.replace("{things}", things)) if first else text(root, ROOT),
              text(split, SPLITS.replace("{things}", things)),
              MIDDLE.format(middle, every) if every and middle is not None else "", text(last, FINAL)]
    return "; ".join(filter(None, stages))


def put_in(model: Any, things: str) -> str:
    """What people knew beforehand and put in: a tree of this family is told no name, but not nothing."""
    told = growth(model)
    views = any(number(told, key) for key in ("contrast", "likeness"))
    known = [LEAVES if number(told, "leaves") else "", FULL if number(told, "information") else "",
             VIEWS.get(model.form.kind, "") if views else ""]
    if told and told.get("cut", True):
        known.append(NEAR.format(things=things, by=BY.get(model.form.kind, "number by number")))
    return "; ".join(filter(None, known))


def diffusion(model: Any, things: str, lasted: Any) -> str:
    """How its diffusion model learnt; `lasted` says a number of seconds in words."""
    told = _record(growth(model), "diffusion")
    trunk, device, what = (value if isinstance(value := told.get(key), str) else "" for key in (
        "trunk", "device", "told"))
    parts = [text(number(told, "steps"), "{:,.0f} steps"), text(number(told, "batch"), f"{{:.0f}} {things} a step"),
             lasted(number(told, "seconds")), f"on {device:.60}" if device else "",
             f"told {TOLD.get(what, what):.80}" if what else "",
             f"begun with the weights of {trunk:.60}" if trunk else ""]
    return ", ".join(filter(None, parts)) if has_diffusion(model) else ""


# -- what it can be asked, and how it is made anew ---------------------------------------------------------------------

def asking(model: Any, name: str, things: str) -> str:
    """A few lines of Python."""
    images = model.form.kind == "images"
    shape = f"({', '.join(map(str, ('B', *model.shape)))})"
    return (ASK + (ASK_DIFFUSION if has_diffusion(model) else "")).format(
        name=name, objects="images" if images else "rows", things=things, first=model.groups[0], shape=shape,
        range=", from 0 to 1" if images else "")


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
    return FAILS.format(labels=labels, thing=thing, things=things,
                        views=SEEN_VIEWS if views else "", sharp=SHARP if has_diffusion(model) else "")

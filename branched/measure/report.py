"""Accounts of what was measured: a part for the terminal, a checkpoint's card, and the tables of docs/*.md.

A table is a file docs/figures/NAME.json. In its cells `{mnist.generation.right:.1%}` stands for a figure, by Python's
rules for formats, and `sources` says where figures come from. Measuring writes figures, never a table; and a table
is written from them alone, so that it cannot tell anything else.
"""
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import torch

from .. import checkpoint
from ..class_tree.model import BranchedModel
from ..errors import BranchedError
from ..facts import Part, figures
from ..family import load, models
from ..files import write_atomically
from ..label.model import LabelModel
from ..version import versions
from .clusters_data import FILES, measured_clusters
from .clusters_data import Record as ClustersRecord
from .judge import Judge
from .methods_data import Record, measured_methods

DOCS = Path(__file__).resolve().parents[2] / "docs"
BLOCK = re.compile(r"(?<=<!-- table )([\w-]+)( -->\n).*?(?=<!-- end -->)", re.DOTALL)
OWN = ("members", "decoder", "unguided", "diffusion")   # ways in which a tree of clusters has pictures itself
UNITS = {"amx_bf16": "AMX", "avx512_bf16": "AVX-512 BF16", "avx512_f": "AVX-512"}  # as PyTorch names abilities
PAIR = re.compile(r"(?<=\()(\w+)>(\w+)(?=\))")  # "(9>4)", as a pair of classes is named in a file


# -- one model ---------------------------------------------------------------------------------------------------------

def as_text(part: Part, kind: str) -> str:
    """Figures as lines of text, one each; those of every pair of classes are left to the checkpoint."""
    return "\n".join(f"  {name:<55} {_text(value)}" for name, value in figures(part, kind).items())


def card(name: str, model: BranchedModel | LabelModel) -> str:
    """A readable account of a checkpoint, in Markdown."""
    of = {"class tree": _of_tree, "cluster tree": _of_clusters}.get(model.family, _of_label)
    what, *more = of(model)
    lines = [f"# {name}", "", what, "",
             *(f"- {key}: `{json.dumps(value)}`" for key, value in model.facts.stored.items() if key != "quality"),
             *more]
    for title, part in model.facts.quality.parts.items():
        rows = [(key, _text(value)) for key, value in figures(part, model.form.kind).items()]
        lines += ["", f"## Measured: {title}", "", *_markdown(("figure", "value"), rows)]
    for title, part in _as_clusters(name).items():
        rows = [(key.replace("_", " "), _text(value)) for key, value in part.items()]
        lines += ["", f"## Measured by measure-clusters: {title}", "", *_markdown(("figure", "value"), rows)]
    return "\n".join(lines) + "\n"


def _as_clusters(name: str) -> dict[str, dict[str, Any]]:
    """What `measure-clusters` has stored of a shipped tree of clusters, part by part; {} of any other model."""
    if not (checkpoint.SHIPPED / f"{FILES.stem}.json").is_file() or (record := _clusters()).model != name:
        return {}
    parts = {"clustering, test pictures": record.clustering, "bound, test pictures": record.terms,
             **{f"pictures of leaves, {way}": row for way, row in record.rows.items() if way in OWN}}
    told = {title: {key: value for key, value in msgspec.structs.asdict(part).items() if value is not None}
            for title, part in parts.items()}
    return {title: part for title, part in told.items() if part}


def _of_tree(model: BranchedModel) -> list[str]:
    """What a class tree is, its network and its branch points, a line each."""
    points = "; ".join(f"{' '.join(b.classes)} at {b.t_low:.3f}" for b in model.tree.branch_points)
    return [f"A hierarchically branched diffusion model of {len(model.labels)} classes ({', '.join(model.labels)}): "
            f"{model.parameters:,} parameters, {len(model.tree.branches)} branches.",
            f"- network: `{json.dumps(asdict(model.denoise.network.config))}`", f"- branch points: {points}"]


def _of_label(model: LabelModel) -> list[str]:
    """What a model that is told the label is, and its network, a line each."""
    autoencoder = model.autoencoder and [f"- autoencoder: `{json.dumps(asdict(model.autoencoder.config))}`"]
    return [f"A diffusion model of {len(model.labels)} classes ({', '.join(model.labels)}), told by the method "
            f"\"{model.method}\": {model.parameters:,} parameters.",
            f"- network: `{json.dumps(asdict(model.network.config))}`", *(autoencoder or ())]


def _of_clusters(model: Any) -> list[str]:
    """What a tree of clusters is, its networks and its leaves, a line each."""
    leaves = model.snapshots[-1].counts if model.snapshots else ()
    return [f"A tree of {len(model.labels)} clusters, learnt without labels: {model.parameters:,} parameters.",
            f"- network: `{json.dumps(asdict(model.network.config))}`",
            f"- tree, every node and its parent: `{json.dumps(model.tree.to_json())}`",
            f"- {model.form.many} in the leaves: {', '.join(map(str, leaves))}"]


def cards() -> dict[Path, str]:
    """The cards of the shipped models, by where they lie."""
    paths = (checkpoint.find(name) for name in models())
    return {path.with_suffix(".md"): card(path.stem, load(path)) for path in paths if path.parent == checkpoint.SHIPPED}


def _text(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {_text(item)}" for key, item in value.items())
    if isinstance(value, (tuple, list)):
        return " / ".join(_text(item) for item in value)
    return f"{value:.4g}" if isinstance(value, float) else str(value)


# -- results of measuring ----------------------------------------------------------------------------------------------

def machine(device: torch.device) -> str:
    """Where something is measured, in words. Of a CPU, what multiplies bfloat16 decides most of all how fast it is."""
    if device.type == "cuda":
        return torch.cuda.get_device_name()
    has = torch.cpu.get_capabilities()
    unit = next((name for key, name in UNITS.items() if has.get(key)), "no AVX-512")
    return f"{torch.get_num_threads()} CPU threads, {unit}"


def record(path: Path, figures: Mapping[str, Any], where: str, **more: Any) -> None:
    """Write figures to a JSON file, with the day, the machine and the versions that they come from."""
    results = {**more, "measured": date.today().isoformat(), "machine": where, "versions": versions(),
               "figures": figures}
    text = json.dumps(results, indent=1, ensure_ascii=False) + "\n"
    write_atomically(path, lambda temporary: Path(temporary).write_text(text, encoding="utf-8"))


def add(path: Path, figures: Mapping[str, Any], where: str) -> None:
    """Write figures to a file as `record` does; others that it has stay."""
    earlier = json.loads(path.read_text(encoding="utf-8"))["figures"] if path.is_file() else {}
    record(path, {**earlier, **figures}, where)


# -- tables of all -----------------------------------------------------------------------------------------------------

def _judge(name: str, folder: Path) -> dict[str, Any]:
    return Judge.load(checkpoint.find(f"judge-{name}")).facts


def _results(name: str, folder: Path) -> dict[str, Any]:
    return json.loads((folder / "results" / f"{name}.json").read_text(encoding="utf-8"))


def _methods() -> Record:
    return measured_methods(checkpoint.SHIPPED).record


def _clusters() -> ClustersRecord:
    return measured_clusters(checkpoint.SHIPPED).record


def _origin_of(record: Record | ClustersRecord) -> dict[str, Any]:
    where = f"{record.machine}; seconds on {record.seconds_machine}" if record.seconds_machine else record.machine
    return {"measured": record.measured, "machine": where, "versions": record.versions}


SOURCES: dict[str, Callable[[str, Path], Any]] = {
    "checkpoint": lambda name, folder: load(name).facts.quality,    # what `evaluate --store` wrote
    "judge": _judge,
    "methods": lambda name, folder: _methods(),                     # of measure-methods
    "clusters": lambda name, folder: _clusters(),                   # of measure-clusters
    "results": lambda name, folder: _results(name, folder)["figures"],  # of bench, tests/tools/measure.py, experiments
}
ORIGINS: dict[str, Callable[[str, Path], Mapping[str, Any]]] = {  # the sources that tell when and where they are from
    "methods": lambda name, folder: _origin_of(_methods()),
    "clusters": lambda name, folder: _origin_of(_clusters()),
    "results": _results,
}


def filled(text: str, folder: Path = DOCS / "figures") -> str:
    """A Markdown text with every block `<!-- table NAME --> ... <!-- end -->` written anew."""
    return BLOCK.sub(lambda block: f"{block[1]}{block[2]}\n{table(block[1], folder)}\n", text)


def pages(docs: Path = DOCS) -> dict[Path, str]:
    """The documents that have such blocks, each filled from the figures beside it."""
    texts = {path: path.read_text(encoding="utf-8") for path in sorted(docs.glob("*.md"))}
    return {path: filled(text, docs / "figures") for path, text in texts.items() if BLOCK.search(text)}


def table(name: str, folder: Path = DOCS / "figures") -> str:
    """A table in Markdown, and below it when and where its figures were measured, as far as they tell.

    Raises BranchedError if it asks for a figure that is not there.
    """
    layout = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    sources = layout.get("sources", {})
    values = {key: SOURCES[kind](source, folder) for key, (kind, source) in sources.items()}
    rows = layout.get("rows") or _every(values[layout["every"]], layout["beside"])
    try:
        rows = [[PAIR.sub(r"\1 into \2", cell.format(**values)) for cell in row] for row in rows]
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        raise BranchedError(f"The table {name} asks for a figure that is not there: {error}.") from None
    origins = [layout, *(ORIGINS[kind](source, folder) for kind, source in sources.values() if kind in ORIGINS)]
    return "\n".join([*_markdown(layout["columns"], rows), "", *filter(None, map(_origin, origins))]).rstrip() + "\n"


def _every(values: Mapping[str, str], beside: Mapping[str, str]) -> list[list[str]]:
    """All figures of a source, in their order, and what was to be reached; one that belongs to the last is indented."""
    return [[f"… {name.strip()}" if name.startswith(" ") else name, text, beside.get(name, "")]
            for name, text in values.items()]


def _origin(measured: Mapping[str, Any]) -> str:
    """When, where and by what: one line."""
    versions = ", ".join(f"{name} {version}" for name, version in measured.get("versions", {}).items())
    parts = (measured.get("measured"), measured.get("machine"), versions,
             measured.get("commit") and f"commit {measured['commit']}")
    return f"*Measured {'; '.join(filter(None, parts))}.*" if any(parts) else ""


def _markdown(columns: Any, rows: Any) -> list[str]:
    return [f"| {' | '.join(columns)} |".replace("|  |", "| |"), "|" + "---|" * len(columns),
            *(f"| {' | '.join(row)} |" for row in rows)]

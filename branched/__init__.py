"""Hierarchically branched diffusion models (Tseng et al., arXiv 2212.10777): `branched.load("mnist").sample()`."""
from importlib import import_module
from typing import Any

from . import memory, threads  # noqa: F401 - first: these have to come before PyTorch
from .checkpoint import amiss, changed
from .class_tree.branch import Branch, Meeting
from .class_tree.extension import Extension
from .class_tree.generate import Samples
from .class_tree.hybrid import Hybrid
from .class_tree.model import BranchedModel
from .class_tree.rule import Rule, pair_curves
from .class_tree.transmute import Transmutation
from .class_tree.tree import ClassTree
from .data.form import Form
from .data.images import Images
from .data.table import Table
from .errors import BranchedError
from .facts import (
    Classification,
    Facts,
    GenerationOfImages,
    GenerationOfRows,
    TransmutationOfImages,
    TransmutationOfRows,
)
from .family import Explorable, load, models
from .noise.samples import Frame
from .noise.sampling import Sampling
from .noise.schedule import alpha, sigma
from .noise.solvers import SOLVER, SOLVERS, STOCHASTIC
from .outline import Outline, OutlineNode
from .version import __version__

LATER = {  # these need SciPy or NetworkX, or serve many: loading and sampling need not wait for them (PEP 562)
    "AHEAD": ".engine.order", "FRONT": ".engine.order", "Bounds": ".engine.bounds", "Busy": ".engine.bounds",
    "Engine": ".engine.engine", "processor_seconds": ".engine.task", "Pool": ".engine.pool",
    "export_page": ".one_page.export", "page_of": ".one_page.export",
    "tree_from_similarity": ".class_tree.discovery",
    "Judge": ".measure.judge", "judge_for": ".measure.judge",
    "Reader": ".measure.reader", "Reading": ".measure.reader", "reader_for": ".measure.reader",
    "MeasuredMethods": ".measure.methods_data", "measured_methods": ".measure.methods_data",
    "MeasuredClusters": ".measure.clusters_data", "measured_clusters": ".measure.clusters_data",
    "Facing": ".measure.agreement", "facing": ".measure.agreement",
    "correlations": ".measure.metrics", "differing_bits": ".measure.metrics",
    "slant": ".measure.metrics", "stroke_thickness": ".measure.metrics",
    "of_tree": ".shown", "of_turn": ".shown", "words": ".shown",
    "speak": ".shown.language", "english": ".shown.language",
    "Palette": ".shown.palette", "LIGHT": ".shown.palette", "DARK": ".shown.palette",
    "graph": ".shown.graph", "lit": ".shown.graph", "moves": ".shown.graph",
    "Stretch": ".shown.stretch", "stretch": ".shown.stretch",
}
__all__ = ["SOLVER", "SOLVERS", "STOCHASTIC", "Branch", "BranchedError", "BranchedModel", "ClassTree",
           "Classification", "Explorable", "Extension", "Facts", "Form", "Frame", "GenerationOfImages",
           "GenerationOfRows", "Hybrid", "Images", "Meeting", "Outline", "OutlineNode", "Rule", "Samples", "Sampling",
           "Table", "Transmutation", "TransmutationOfImages", "TransmutationOfRows", "__version__", "alpha", "amiss",
           "changed", "load", "models", "pair_curves", "sigma", *LATER]


def __getattr__(name: str) -> Any:
    if name in LATER:
        return getattr(import_module(LATER[name], __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

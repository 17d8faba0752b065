"""Hierarchically branched diffusion models (Tseng et al., arXiv 2212.10777): `branched.load("mnist").sample()`."""
from importlib import import_module
from typing import Any

from .class_tree.model import BranchedModel, Extension, load, models
from .class_tree.tree import Branch, ClassTree
from .errors import BranchedError
from .facts import Facts
from .noise.schedule import alpha, sigma
from .noise.solvers import SOLVERS, STOCHASTIC
from .version import __version__

LATER = {  # these need SciPy, for whose import loading and sampling need not wait (PEP 562)
    "pair_curves": ".class_tree.discovery", "tree_from_similarity": ".class_tree.discovery",
    "correlations": ".measure.metrics", "slant": ".measure.metrics", "stroke_thickness": ".measure.metrics",
}
__all__ = ["SOLVERS", "STOCHASTIC", "Branch", "BranchedError", "BranchedModel", "ClassTree", "Extension", "Facts",
           "__version__", "alpha", "load", "models", "sigma", *LATER]


def __getattr__(name: str) -> Any:
    if name in LATER:
        return getattr(import_module(LATER[name], __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

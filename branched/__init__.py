"""Hierarchically branched diffusion models (Tseng et al., arXiv 2212.10777): `branched.load("mnist").sample()`."""
from .discovery import pair_curves, tree_from_similarity
from .errors import BranchedError
from .metrics import slant, stroke_thickness
from .model import BranchedModel, load, models
from .sampler import SOLVERS, STOCHASTIC
from .schedule import alpha, sigma
from .tree import Branch, ClassTree

__version__ = "0.1.0"
__all__ = ["SOLVERS", "STOCHASTIC", "Branch", "BranchedError", "BranchedModel", "ClassTree", "alpha", "load", "models",
           "pair_curves", "sigma", "slant", "stroke_thickness", "tree_from_similarity"]

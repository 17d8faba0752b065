"""Hierarchically branched diffusion models (Tseng et al., arXiv 2212.10777): `branched.load("mnist").sample()`."""
from .errors import BranchedError
from .model import BranchedModel, load
from .sampler import SOLVERS
from .tree import Branch, ClassTree

__version__ = "0.1.0"
__all__ = ["SOLVERS", "Branch", "BranchedError", "BranchedModel", "ClassTree", "load"]

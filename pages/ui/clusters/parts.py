"""The parts of the page "Without labels", in their order; one is seen at a time."""
from __future__ import annotations

from . import tree_part
from .opened import Part

PARTS = {
    "tree": Part("The tree", tree_part.show),
}

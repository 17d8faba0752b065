"""The parts of the page "Without labels", in their order; one is seen at a time."""
from __future__ import annotations

from . import facing, growth, tree_part
from .opened import Part

PARTS = {
    "tree": Part("The tree", tree_part.show),
    "growth": Part("How it grew", growth.show, growth.settings),
    "facing": Part("Beside the class tree", facing.show),
}

"""The parts of the page "Without labels", in their order; one is seen at a time."""
from __future__ import annotations

from . import drawing, facing, growth, path, tree_part
from .opened import Part

PARTS = {
    "tree": Part("The tree", tree_part.show),
    "growth": Part("How it grew", growth.show, growth.settings),
    "drawing": Part("Drop in a drawing", drawing.show, drawing.settings),
    "paths": Part("One start, all leaves", path.show, path.settings),
    "facing": Part("Beside the class tree", facing.show),
}

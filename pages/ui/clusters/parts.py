"""The parts of the page "Without labels", in their order; one is seen at a time."""
from __future__ import annotations

from ..language import N_
from . import drawing, facing, growth, path, tree_part
from .opened import Part

PARTS = {
    "tree": Part(N_("The tree"), tree_part.show),
    "growth": Part(N_("How it grew"), growth.show, growth.settings),
    "drawing": Part(N_("Drop in a drawing"), drawing.show, drawing.settings),
    "paths": Part(N_("One start, all leaves"), path.show, path.settings),
    "facing": Part(N_("Beside the class tree"), facing.show),
}

"""What the first visitor of the tree page will see, made by the server before anybody comes."""
from .. import serve
from ..serve import models
from ..serve.descent import Descent

USUAL, SEED = "mnist", 0  # as the frame has them, which is imported only when all has been drawn


def prepare() -> None:
    """Draw the usual descent, and make of it what the page shows at first, in light and in dark."""
    descent = Descent(SEED)
    tour = serve.ahead(USUAL, descent)
    from ..frame import look  # waits until all libraries are there
    from . import controls, shown

    outline = models.shared(USUAL).outline()
    node = controls.settings(outline).node.default
    shown.falling(USUAL, descent, outline=outline, tour=tour)
    shown.sheet(USUAL, descent, node, outline=outline, tour=tour)
    for theme in (look.LIGHT, look.DARK):
        shown.tree(USUAL, descent, node, theme, True, outline=outline, tour=tour)

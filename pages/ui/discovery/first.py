"""What the page "Why" asks for when it is opened as it usually is."""
from collections.abc import Generator

from branched import BranchedModel

from .work import Guess

MODEL = "mnist"


def asks(model: BranchedModel) -> Generator[Guess, object, None]:
    """The first round of the game, of the two classes that part last."""
    a, b = model.tree.closest_pairs(1)[0]
    yield Guess(a, b, seed=0)

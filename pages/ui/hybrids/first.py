"""What the page "Hybrids" asks for when it is opened as it usually is."""
from collections.abc import Generator

from branched import BranchedModel

from .work import Hybrids

MODEL = "mnist"


def asks(model: BranchedModel) -> Generator[Hybrids, object, None]:
    """The two classes that part last."""
    a, b = model.tree.closest_pairs(1)[0]
    yield Hybrids((a,), (b,), seed=0)

"""What the page "Tables" asks for when it is opened as it usually is."""
from collections.abc import Generator

from branched import BranchedModel

from .work import Descent

MODEL = "letters"


def asks(_: BranchedModel) -> Generator[Descent, object, None]:
    """The rows of all classes, and the hybrids."""
    yield Descent(seed=0)

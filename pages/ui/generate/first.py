"""What the page "Generate" asks for when it is opened as it usually is."""
from collections.abc import Generator

from branched import BranchedModel, Sampling

from .work import Draw

MODEL = "mnist"


def asks(model: BranchedModel) -> Generator[Draw, object, None]:
    """Eight pictures of every class."""
    yield Draw(tuple(model.labels), Sampling(n=8, steps=20, seed=0))

"""Questions about a model that a class answers before it sees: what they ask, and their answers, are read from the
model at hand. The lesson asks them, the worksheet prints them, and the class wall counts who said what."""
from .asked import of, unasked
from .question import Question

__all__ = ["Question", "of", "unasked"]

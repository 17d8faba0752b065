"""What results hold: objects of some form, under one name whatever the form, and under the form's own."""
import numpy as np


class Made:
    """Results hold what was made in `made`; it goes by the name of its `kind`: `.images`, or `.rows` of a table."""

    made: np.ndarray
    kind: str

    def __getattr__(self, name: str) -> np.ndarray:
        kind = self.__dict__.get("kind")
        if name.startswith("_") or kind is None:
            raise AttributeError(name)
        if name != kind:
            raise AttributeError(f"This model makes {kind}, not {name}.")
        return self.made

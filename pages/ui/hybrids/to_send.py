"""What of the page "Hybrids" goes to the class's wall: the large hybrid, between what becomes of it."""
import numpy as np

from branched import BranchedModel

from ...class_room import Work, work
from ..frame import in_class
from .work import Hybrids, Parted


def work_of(name: str, model: BranchedModel, order: Hybrids, parted: Parted, column: int, mark: str) -> Work:
    """The hybrid in this column, as it is seen where the ways part, and each side's first ending. Raises Refused."""
    a, b = order.a[0], order.b[0]
    pictures = np.stack([parted.endings[a][column], parted.guesses[column], parted.endings[b][column]])
    return work("hybrid", pictures, model=in_class.model(name), source=in_class.several(name, order.a),
                target=in_class.several(name, order.b), seed=order.seed, time=parted.reel.times[parted.meeting],
                mark=mark, place=in_class.place(model.outline(), (a, b)))

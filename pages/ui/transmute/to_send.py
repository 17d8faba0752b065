"""What of the page "Turn" goes to the class's wall: the picture, and what became of it where the film rests."""
import numpy as np

from branched import BranchedModel

from ...class_room import Work, work
from ..frame import in_class
from ..parts.pictures import levels
from .work import Turned, Turning


def work_of(name: str, model: BranchedModel, turning: Turning, turned: Turned, frame: int, mark: str) -> Work:
    """The picture and what it became, with the settings by which it did. Raises Refused."""
    pictures = np.concatenate([levels(turning.picture.array)[None], turned.images[frame]])
    target = in_class.common(name, turning.targets[0]) if len(turning.targets) == 1 else in_class.ALL
    time = turned.times[frame]
    return work("turned", pictures, model=in_class.model(name), source=in_class.common(name, turning.source),
                target=target, seed=turning.sampling.seed, time=time, mark=mark,
                place=in_class.place(model.outline(), turning.targets))

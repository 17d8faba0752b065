"""What of the page "Teach" goes to the class's wall: a drawing that was shown, and what the model draws by now. Not the
name that the visitor gave: it might be somebody's."""
import numpy as np

from ...class_room import Work, work
from ..frame import in_class, visitor
from ..parts.pictures import levels
from . import told

DRAWN = 3  # of the model's, beside the one that was shown


def work_of(mine: visitor.Own, label: str, mark: str) -> Work:
    """What came of a lesson. Raises Refused."""
    taught, relative = mine.taught[label], told.relative(mine.model, label)
    pictures = np.concatenate([levels(taught.examples[:1]), taught.previews[-1][:DRAWN]])
    return work("taught", pictures, model=mine.base, source=in_class.common(mine.name, relative), mark=mark,
                place=in_class.place(mine.before.outline(), (relative,) if relative in mine.before.labels else ()))

"""Classes by their names and, where a name says nothing, by what their pictures look like on average."""
from branched import BranchedModel

from .markup import literal
from .pictures import picture, png


def faces(model: BranchedModel) -> dict[str, str]:
    """What stands on the button of each class, in Markdown: its name; of classes that are clusters, whose names are
    mere letters, a mean picture, too."""
    shown = model.mean_pictures() if model.facts.training.clusters else {}
    return {label: f"{literal(label)} ![]({png(picture(shown[label]))})" if label in shown else literal(label)
            for label in model.labels}

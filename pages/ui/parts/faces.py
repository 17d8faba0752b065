"""Classes by their names and, where a name says nothing, by what their pictures look like on average."""
from branched import BranchedModel

from .pictures import picture, png


def faces(model: BranchedModel) -> dict[str, str]:
    """What stands on the button of each class, in Markdown: its name; of classes that are clusters, whose names are
    mere letters, a mean picture, too."""
    shown = model.mean_pictures() if model.facts.training.clusters else {}
    return {label: f"{label} ![]({png(picture(shown[label]))})" if label in shown else label for label in model.labels}

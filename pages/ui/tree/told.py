"""What the tree page says beyond what is said of every class tree (`branched.of_tree`)."""
from branched import BranchedModel, OutlineNode, of_tree

from ..language import N_, _
from ..parts.markup import literal

UNTOLD = N_("Nobody told it what is on the pictures that it learnt from: {first} to {last} are groups of like ones, "
            "which another model had found by itself.")
ALT = N_("The tree, from noise at the top to pictures at the bottom. The arrow keys go along it; a list names all of "
         "it.")


def kind(model: BranchedModel, count: int = 2) -> str:
    """What so many of a model's classes are called."""
    return of_tree.kind(model.labels, model.facts.training.clusters, count)


def title(model: BranchedModel) -> str:
    """The question that the page answers."""
    return of_tree.title(model.outline(), kind(model, len(model.labels)))


def introduction(model: BranchedModel) -> str:
    """What the page is about; where classes are clusters, what their names are."""
    first, last = (literal(model.labels[k]) for k in (0, -1))
    untold = [_(UNTOLD).format(first=first, last=last)] if model.facts.training.clusters else []
    return " ".join([of_tree.introduction(model.outline(), kind(model)), *untold])


def enlarged(point: OutlineNode) -> str:
    """What is to be seen of a branch point on the page where pictures are large."""
    return _("See one picture become {many}").format(many=of_tree.number(len(point.groups)))

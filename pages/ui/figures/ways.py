"""How the branches of a tree are lit where two sides go their ways."""
from branched import ClassTree

Classes = tuple[str, ...]


def two_ways(tree: ClassTree, a: Classes, b: Classes) -> dict[int, str]:
    """Branches by id: "lit" for the first side, "other" for the second, "both" for what they share."""
    kinds = {(True, True): "both", (True, False): "lit", (False, True): "other"}
    return {branch.id: kinds[bool(set(a) & set(branch.classes)), bool(set(b) & set(branch.classes))]
            for branch in tree.through(a + b)}

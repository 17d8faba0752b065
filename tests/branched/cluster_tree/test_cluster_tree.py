"""The tree of clusters: splitting, pruning, paths, its outline, its JSON."""
import pytest

from branched import BranchedError
from branched.cluster_tree.tree import ClusterTree, Node, letter


def test_a_tree_begins_as_a_root_that_is_a_leaf():
    tree = ClusterTree()
    assert (tree.root, tree.leaves, tree.forks, tree.depth) == (0, (0,), (), 0)


def test_a_split_gives_a_leaf_two_children_and_leaves_the_rest():
    tree = ClusterTree().split(0).split(1)
    assert tree.children(0) == (1, 2) and tree.children(1) == (3, 4) and tree.leaves == (3, 4, 2)
    assert tree.forks == (0, 1) and tree.depth == 2 and tree.path(4) == (0, 1, 4)
    assert [[node.id for node in level] for level in tree.levels()] == [[0], [1, 2], [3, 4]]


def test_a_pruned_leafs_parent_passes_on(uneven):
    assert uneven.leaves == (3, 6, 2) and uneven.children(4) == (6,) and uneven.forks == (0, 1)


def test_what_leads_to_no_leaf_goes_with_it(uneven):
    assert {node.id for node in uneven.prune(6).nodes} == {0, 1, 2, 3}
    chain = uneven.prune(2).prune(3)
    assert chain.leaves == (6,) and chain.path(6) == (0, 1, 4, 6) and chain.forks == ()


@pytest.mark.parametrize(("act", "why"), [
    (lambda tree: tree.split(0), "Only a leaf"), (lambda tree: tree.split(99), "Only a leaf"),
    (lambda tree: tree.prune(1), "no leaf"), (lambda tree: ClusterTree().prune(0), "the last one"),
    (lambda tree: ClusterTree((Node(0, None, 0), Node(1, 0, 2))), "a step below"),
    (lambda tree: ClusterTree((Node(0, None, 0), Node(0, 0, 1))), "comes twice"),
    (lambda tree: ClusterTree((Node(0, None, 0), Node(1, None, 0))), "one root"),
    (lambda tree: ClusterTree((Node(0, None, 0), *(Node(k, 0, 1) for k in (1, 2, 3)))), "at most two"),
    (lambda tree: ClusterTree.from_json([[0, None], [1, 7]]), "not a tree"),
    (lambda tree: ClusterTree.from_json(None), "not a tree"),
    (lambda tree: tree.outline("ab"), "a name each"), (lambda tree: tree.outline("aab"), "all different"),
])
def test_what_is_no_tree_is_refused(uneven, act, why):
    with pytest.raises(BranchedError, match=why):
        act(uneven)


def test_json_and_back(uneven):
    assert ClusterTree.from_json(uneven.to_json()) == uneven != ClusterTree().split(0).split(1)


def test_the_outline_owns_every_group_at_every_height_once(uneven):
    outline = uneven.outline("abc")
    assert outline.groups == ("a", "b", "c") and [node.id for node in outline.points] == [0, 1]
    for group in outline.groups:
        for height in (0.0, 0.1, 0.25, 0.5, 0.6, 0.75, 1.0):
            owners = [node for node in outline.nodes if group in node.groups and node.owns(height)]
            assert owners == [outline.node_of(group, height)]
        path = outline.path(group)
        assert path[0].high == 1 and all(a.low == b.high for a, b in zip(path, path[1:], strict=False))


def test_what_all_pass_through_is_a_part_of_the_next(uneven):
    outline = uneven.outline()
    assert {node.id for node in outline.nodes} == {0, 1, 2, 3, 6} and outline.leaf("B").parent == 1
    alone = uneven.prune(2).prune(3).outline()
    assert [(node.id, node.parent, node.low, node.high) for node in alone.nodes] == [(6, None, 0.0, 1.0)]


def test_leaves_are_called_by_letters():
    assert [letter(place) for place in (0, 9, 25, 26, 51, 52)] == ["A", "J", "Z", "A1", "Z1", "A2"]

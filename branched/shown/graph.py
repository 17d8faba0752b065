"""A tree as a graph: where its nodes stand beside each other, and where the arrow keys lead."""
import networkx as nx

from ..outline import Outline, OutlineNode

WIDE = 0.22  # of a short name's room, that each letter of a longer one takes


def graph(outline: Outline) -> nx.DiGraph:
    """An outline as a graph from parents to children; nodes are ids with x, t, t_high, leaf and name.

    A node stands where it ends: at the branch point, or at data (t = 0). Leaves stand side by side in an order
    without crossings. A branch point stands in a gap between the leaves of two children, which is nobody else's, or on
    its middle child, if that is a leaf: so however close in time branch points are, they do not cover each other.
    `room` is what a leaf takes, in units of a short name's.
    """
    nodes, result, leaves = sorted(outline.nodes, key=lambda node: node.id), nx.DiGraph(), -0.5
    for node in nodes:
        text = " | ".join(" ".join(child.groups) for child in outline.children(node)) or node.groups[0]
        result.add_node(node.id, t=node.low, t_high=node.high, leaf=node.is_leaf, name=text)
    result.add_edges_from((node.parent, node.id) for node in nodes if node.parent is not None)
    for root in outline.roots:
        for node in nx.dfs_postorder_nodes(result, root.id):
            leaves = _placed(result, node, leaves)
    return nx.freeze(result)


def _placed(result: nx.DiGraph, node: int, leaves: float) -> float:
    """Give a node, whose children have theirs, its x; returns how far the leaves reach by then."""
    spans = [result.nodes[child]["span"] for child in result.successors(node)]
    if not spans:
        room = max(1, WIDE * len(result.nodes[node]["name"]))
        spans, leaves = [(leaves + room / 2,) * 2], leaves + room
        result.add_node(node, room=room)
    middle = len(spans) // 2
    on_leaf = len(spans) % 2 and spans[middle][0] == spans[middle][1]
    between = spans[middle - (not on_leaf)][1] + spans[middle][0]
    result.add_node(node, x=between / 2, span=(spans[0][0], spans[-1][1]))
    return leaves


def lit(nodes: nx.DiGraph, chosen: int) -> set[int]:
    """The chosen node and all above it."""
    return nx.ancestors(nodes, chosen) | {chosen}


def moves(outline: Outline) -> dict[int, dict[str, int]]:
    """Where the arrow keys lead from each node: up to its parent, down to the child with most classes, left and right
    to those that part with it."""
    places, result = graph(outline).nodes, {}
    for node in outline.nodes:
        kin = outline.roots if node.parent is None else outline.children(outline[node.parent])
        result[node.id] = _beside(node, sorted(kin, key=lambda own: places[own.id]["x"]))
        if node.parent is not None:
            result[node.id]["up"] = node.parent
        if not node.is_leaf:
            result[node.id]["down"] = max(outline.children(node), key=lambda child: len(child.groups)).id
    return result


def _beside(node: OutlineNode, row: list[OutlineNode]) -> dict[str, int]:
    place = row.index(node)
    sides = {"left": row[place - 1] if place else None, "right": row[place + 1] if place + 1 < len(row) else None}
    return {side: other.id for side, other in sides.items() if other}

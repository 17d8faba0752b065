"""Trees written as JSON, by a model's file or by hand: read node by node, with a sentence for whatever is no tree."""
from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from ..errors import BranchedError
from ..names import natural_order
from .branch import Branch

MOST_IDS = 1_000_000  # tables of private parameters have a row for each process


def read(source: str | dict[str, Any]) -> tuple[list[str], list[Branch]]:
    """Labels and branches of a tree. Raises BranchedError with the reason if it is none."""
    source = _parsed(source)
    roots = source.get("roots", [source])
    if not isinstance(roots, list) or not isinstance(source.get("labels", []), list):
        raise BranchedError('"roots" and "labels" of a tree are lists.')
    branches: list[Branch] = []
    try:
        names = [name for root in roots for name in _read_node(root, 1.0, None, branches)]
    except RecursionError:
        raise BranchedError("The tree is nested too deeply to be one.") from None
    labels = [str(label) for label in source.get("labels", sorted(names, key=natural_order))]
    order = {label: k for k, label in enumerate(labels)}
    return labels, [replace(b, classes=tuple(sorted(b.classes, key=lambda c: order.get(c, -1)))) for b in branches]


def _parsed(source: str | dict[str, Any]) -> dict[str, Any]:
    """JSON as a dictionary."""
    if isinstance(source, str):
        try:
            source = json.loads(source)
        except (ValueError, RecursionError) as error:
            raise BranchedError(f"The tree is not valid JSON: {error}.") from None
    if not isinstance(source, dict):
        raise BranchedError('A tree is a JSON object such as {"time": 0.3, "split": ["4", "9"]}.')
    return source


def _read_node(node: Any, t_high: float, parent: int | None, branches: list[Branch]) -> tuple[str, ...]:
    """Append the branch of a node and those below it; gives the classes that it holds."""
    if isinstance(node, (str, int)):
        node = {"class": node}
    if not isinstance(node, dict) or ("class" in node) == ("split" in node):
        raise BranchedError(f'A node of a tree has either "class", or "time" and "split"; found {node!r:.80}.')
    branch_id = node.get("id", len(branches))
    process = node.get("process", branch_id)
    for number in (branch_id, process):
        if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number <= MOST_IDS:
            raise BranchedError(f"A branch's id (or process) is a whole number from 0 to {MOST_IDS:,}, not "
                                f"{number!r:.80}.")
    # Ids that are left out count the nodes in the order in which they are met, parents first: so the branch takes its
    # place before its children are read, and is filled in when they have said which classes it holds.
    place = len(branches)
    branches.append(Branch(branch_id, (), 0.0, t_high, parent, process))
    if "class" in node:
        t_low, classes = 0.0, (str(node["class"]),)
    else:
        t_low, split = _split(node)
        classes = tuple(name for child in split for name in _read_node(child, t_low, branch_id, branches))
    branches[place] = Branch(branch_id, classes, t_low, t_high, parent, process)
    return classes


def _split(node: dict[str, Any]) -> tuple[float, list[Any]]:
    """When a node splits, and into what."""
    t_low, split = node.get("time"), node["split"]
    if not isinstance(t_low, (int, float)) or isinstance(t_low, bool) or not 0 < t_low < 1:
        raise BranchedError(f'A split needs a "time" between 0 and 1; found {t_low!r:.80}.')
    if not isinstance(split, list) or len(split) < 2:
        raise BranchedError(f'"split" lists at least two nodes; found {split!r:.80}.')
    return float(t_low), split

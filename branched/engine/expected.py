"""How long a task will still take, in the company that it has now."""
from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence

from .costs import Costs, Spent
from .task import Task


def expected(task: Task, tasks: Sequence[Task], costs: Costs) -> float | None:
    """Seconds until a task ends, if nobody else comes; None where nothing like it has ended yet.

    Visitors share the processor, so until it ends each of the others gets as much as it does, by their weights, or all
    that is left for that one. What is made ahead does not hold up a page in front.
    """
    if task.over:
        return 0.0
    if (own := _left(task, costs)) is None:
        return None
    others = [other for other in tasks if other is not task and other.visitors and other.urgency <= task.urgency]
    left = {other: _left(other, costs) or own for other in others}
    at_once = sum(spent.rows_at_once for spent in [own, *left.values()])
    mine, theirs, weights = costs.seconds(task.name, own, at_once), defaultdict(float), defaultdict(float)
    for other, spent in left.items():
        theirs[_payer(other)] += costs.seconds(other.name, spent, at_once)
        weights[_payer(other)] = max(weights[_payer(other)], other.weight / task.weight)
    for_me = mine + min(theirs.pop(_payer(task), 0.0), mine)
    return for_me + sum(min(seconds, for_me * weights[payer]) for payer, seconds in theirs.items())


def soonest(tasks: Sequence[Task], at_work: Sequence[Task], costs: Costs) -> float | None:
    """Seconds until one of some tasks ends, among all that are at work: the one of which the least is left."""
    left = {task: costs.seconds(task.name, spent, 1) for task in tasks if (spent := _left(task, costs)) is not None}
    return expected(min(left, key=left.__getitem__), at_work, costs) if left else None


def _left(task: Task, costs: Costs) -> Spent | None:
    known = costs.of(task.name, task.request)
    return known and known.less(task.spent)


def _payer(task: Task) -> Hashable:
    return next(iter(task.visitors), task)

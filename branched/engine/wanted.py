"""Who wants what: tasks that several share, what is left and waits, and how much may be asked.

Any thread may ask, the engine's too; nothing here takes longer than a look at all tasks.
"""
from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Iterator

from .bounds import Bounds, Busy
from .order import FRONT, Urgency
from .task import Task, Wish


class Wanted:
    """All tasks that have not ended, by what makes two of them the same. `soonest` says in how many seconds one of some
    tasks ends, among all that are at work."""

    def __init__(self, bounds: Bounds, soonest: Callable[[list[Task], list[Task]], float | None]):
        self.bounds, self._soonest = bounds, soonest
        self._tasks: dict[Hashable, Task] = {}
        self._lock = threading.Lock()

    def __iter__(self) -> Iterator[Task]:
        with self._lock:
            return iter(list(self._tasks.values()))

    def ask(self, key: Hashable, visitor: Hashable, urgency: Urgency, make: Callable[[], Task]) -> tuple[Task, Wish]:
        """The task of this key, now wanted by a visitor as well. Raises Busy where it is a new one too many."""
        wish = Wish(visitor, urgency)
        with self._lock:
            if key not in self._tasks:
                self._check(wish)
                self._tasks[key] = make()
            task = self._tasks[key]
            task.wishes += (wish,)
        return task, wish

    def leave(self, task: Task, wish: Wish) -> list[Task]:
        """Somebody does not want a task now; gives the tasks that may thereby have ended."""
        with self._lock:
            wish.wanting = False
            if not task.resumable:
                _forget(task, wish)
            over = self._paused(wish.visitor)[:-self.bounds.paused]
            for other in over:
                other.wishes = tuple(each for each in other.wishes if each.visitor != wish.visitor)
            return [task, *over]

    def drop(self, task: Task, wish: Wish) -> None:
        """A visitor does not want a task any more, nor what was left of it; who asks the same anew, begins it anew."""
        with self._lock:
            _forget(task, wish)
            task.wishes = tuple(other for other in task.wishes if other.wanting or other.visitor != wish.visitor)
            self._tasks = {object() if other is task else key: other for key, other in self._tasks.items()}

    def gone(self, task: Task, wish: Wish) -> None:
        """Who wanted a task is not there any more."""
        with self._lock:
            _forget(task, wish)

    def ended(self, task: Task) -> bool:
        """Whether a task has ended, or nobody has a wish for it any more; then it is none of the tasks any more."""
        with self._lock:
            ended = task.over or not task.wishes
            if ended:
                self._tasks = {key: other for key, other in self._tasks.items() if other is not task}
            return ended

    def _paused(self, visitor: Hashable) -> list[Task]:
        """What a visitor has left and nobody works at, in the order in which that was last worked at."""
        left = [task for task in self._tasks.values() if not task.visitors
                and visitor in {wish.visitor for wish in task.wishes}]
        return sorted(left, key=lambda task: task.since)

    def _check(self, wish: Wish) -> None:
        """Raises Busy if there is no room for one more."""
        at_work = [task for task in self._tasks.values() if task.visitors]
        own = [task for task in at_work if wish.visitor in task.visitors]
        share = 1 if wish.urgency == FRONT else 2
        if len(own) >= -(-self.bounds.each // share):
            raise Busy.for_one(len(own), self._soonest(own, at_work))
        if len(at_work) >= -(-self.bounds.all // share):
            raise Busy.for_all(self._soonest(at_work, at_work))


def _forget(task: Task, wish: Wish) -> None:
    wish.wanting = False
    task.wishes = tuple(other for other in task.wishes if other is not wish)

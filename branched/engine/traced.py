"""Networks that are called without Python in between.

PyTorch gives Python's lock away at every operation. Beside threads that are busy in Python, as pages are, it then waits
for the lock up to a switch interval long, hundreds of times in a call; a traced network gives it away once. What was
traced runs the very same operations, which is looked at bit by bit before it is used.
"""
from __future__ import annotations

import warnings
from weakref import WeakKeyDictionary

import torch
from torch import Tensor, nn

AFTER = 100       # calls of a network, from which on it is worth it; a lesson's previews are drawn in fewer
MOST = 64         # networks: PyTorch keeps for ever what it has traced
SIZES = 1, 2, 5   # rows for which a traced network is compared
TIMES = 3         # it changes itself in its first calls


class Traced:
    """Those of some networks that are called often, if they are `steady`: the operations of one do not depend on what
    it is given."""

    def __init__(self) -> None:
        self._calls: WeakKeyDictionary[nn.Module, int] = WeakKeyDictionary()
        self._traced: WeakKeyDictionary[nn.Module, nn.Module | None] = WeakKeyDictionary()
        self._tried = 0

    def of(self, network: nn.Module, xt: Tensor, t: Tensor, condition: Tensor) -> nn.Module:
        """What is to be called with such rows in place of a network: itself, or what was traced of it."""
        if not getattr(network, "steady", False) or not isinstance(condition, Tensor):
            return network
        calls = self._calls[network] = self._calls.get(network, 0) + 1
        if calls == AFTER and self._tried < MOST:
            self._tried += 1
            self._traced[network] = traced(network, xt, t, condition)
        return self._traced.get(network) or network


def traced(network: nn.Module, *rows: Tensor) -> nn.Module | None:
    """A network traced on some rows (B, ...); None where that gives other bits or cannot be done."""
    examples = [_some(rows, size) for size in SIZES for _ in range(TIMES)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of sizes that are taken for constants: whether they are is seen below
        try:
            copy = torch.jit.trace(network, _some(rows, 3), check_trace=False)
            return copy if all(torch.equal(copy(*some), network(*some)) for some in examples) else None
        except RuntimeError:
            return None


def _some(rows: tuple[Tensor, ...], size: int) -> tuple[Tensor, ...]:
    """So many of some rows, which come again if they are fewer."""
    places = torch.arange(size, device=rows[0].device) % len(rows[0])
    return tuple(part[places] for part in rows)

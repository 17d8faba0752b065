"""Which rows of which questions make a batch, and how it is evaluated and answered."""
from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import torch
from torch import Tensor, nn

from ..denoisers.network import Condition, each, estimates, rows_at_once

Call = Callable[[nn.Module, Tensor, Tensor, Condition], nn.Module]


@dataclass(eq=False)
class Question:
    """What somebody asks of a network: estimates of x0 from rows xt (B, *shape), at t (B,), with conditions of B rows.

    `alone`: it shares no call, and so is evaluated as if there were no engine. Once all its rows are, there is an
    `answer`, or an `error`.
    """

    network: nn.Module
    xt: Tensor
    t: Tensor
    condition: Condition
    alone: bool = False
    parts: list[Tensor] = field(default_factory=list)
    error: BaseException | None = None
    kind: Hashable = field(init=False)  # questions of the same kind can share a call
    most: int = field(init=False)       # rows of a call

    def __post_init__(self) -> None:
        parts = (self.xt, self.t, *((self.condition,) if isinstance(self.condition, Tensor) else self.condition))
        self.kind = self.network, *((part.shape[1:], part.dtype, part.device) for part in parts)
        self.most = rows_at_once(self.network, self.xt.device)

    def __len__(self) -> int:
        return len(self.xt)

    @property
    def taken(self) -> int:
        """How many rows are evaluated."""
        return sum(map(len, self.parts))

    @property
    def left(self) -> int:
        return len(self) - self.taken

    @property
    def is_over(self) -> bool:
        return self.error is not None or self.taken == len(self)

    @property
    def answer(self) -> Tensor:
        """(B, *shape). Raises what went wrong."""
        if self.error is not None:
            raise self.error
        return self.parts[0] if len(self.parts) == 1 else torch.cat(self.parts)


class Piece(NamedTuple):
    """Some rows of a question."""

    question: Question
    rows: slice

    def __len__(self) -> int:
        return self.rows.stop - self.rows.start

    def of(self, part: Tensor) -> Tensor:
        return part[self.rows]


def merges(network: nn.Module) -> bool:
    """Whether what is asked here and now of a network can share a call: its rows are estimated each for itself, and
    nobody wants gradients or another precision."""
    return not (network.training or getattr(network, "together", False)) and torch.is_inference_mode_enabled() \
        and not (torch.is_autocast_enabled("cpu") or torch.is_autocast_enabled("cuda"))


def batch(questions: Sequence[Question]) -> list[Piece]:
    """As many rows of questions of one kind, in their order, as the processor likes best.

    If they are more than fit, they are cut evenly: so a question that is asked alone is cut as without an engine.
    """
    waiting = sum(question.left for question in questions)
    calls = -(-waiting // questions[0].most)
    room, pieces = -(-waiting // calls), []
    for question in questions:
        if room > 0:
            rows = min(room, question.left)
            pieces.append(Piece(question, slice(question.taken, question.taken + rows)))
            room -= rows
    return pieces


def evaluate(pieces: Sequence[Piece], call: Call = lambda network, *_: network) -> None:
    """One call for some pieces, which answers their questions. Where it fails, each piece is tried for itself.

    `call` says what is called with some rows in place of their network, unless the question is alone.
    """
    try:
        parts = _estimates(pieces, call).split([len(piece) for piece in pieces])
    except BaseException as error:  # noqa: BLE001 - it belongs to who asked, whatever it is
        if len(pieces) == 1:
            pieces[0].question.error = error
        else:
            for piece in pieces:
                evaluate([piece])
        return
    for piece, part in zip(pieces, parts, strict=True):
        piece.question.parts.append(part)


@torch.inference_mode()
def _estimates(pieces: Sequence[Piece], call: Call) -> Tensor:
    first = pieces[0].question
    xt, t = (_joined([piece.of(getattr(piece.question, name)) for piece in pieces]) for name in ("xt", "t"))
    conditions = [each(piece.of, piece.question.condition) for piece in pieces]
    condition = _joined(conditions) if isinstance(first.condition, Tensor) else first.condition._make(
        map(_joined, zip(*conditions, strict=True)))
    network = first.network if first.alone else call(first.network, xt, t, condition)
    return estimates(network, xt, t, condition)


def _joined(parts: Sequence[Tensor]) -> Tensor:
    return parts[0] if len(parts) == 1 else torch.cat(list(parts))

"""The visitor's own model, which was taught something here: in this visitor's session alone, under a secret name."""
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import streamlit as st

from branched import BranchedModel

from ..language import _
from ..serve import models
from ..serve.request import OWN


@dataclass(frozen=True)
class Taught:
    """What a class was learnt from: some of the `examples` (n, H, W[, 3]), `drawn` by the visitor or by a model.

    `previews` (P, n, H, W[, 3]), uint8, are what came of it after so many `steps`; it `ended` because all were done, or
    "stopped" by the visitor, or "early", before it would merely have repeated the examples.
    """

    examples: np.ndarray
    drawn: bool
    steps: tuple[int, ...]
    previews: np.ndarray
    ended: str = ""


@dataclass(frozen=True)
class Own:
    """A model, what it grew from, and what it was `before` the last lesson; `taught` has the classes it was taught."""

    name: str
    base: str
    model: BranchedModel
    before: BranchedModel
    taught: Mapping[str, Taught]

    @property
    def name_before(self) -> str:
        """The name by which the model from before the last lesson can be asked."""
        return f"{self.name}-before"

    @property
    def added(self) -> list[str]:
        """The classes that were added, in the order of the lessons."""
        return [label for label in self.model.labels if label in self.taught]


def held() -> Own | None:
    """This visitor's model, if there is one."""
    return st.session_state.get("_own_model")


def find(name: str) -> Own | None:
    """This visitor's model, if that is its name."""
    mine = held()
    return mine if mine and mine.name == name else None


def keep(base: str, model: BranchedModel, before: BranchedModel, taught: Mapping[str, Taught]) -> Own:
    """Hold a model in place of the one from before, under a new name: whatever was kept by the old one is stale."""
    return hold(Own(OWN + secrets.token_hex(8), base, model, before, dict(taught)))


def hold(mine: Own) -> Own:
    """Hold a model under the name that it has."""
    st.session_state["_own_model"] = mine
    models.hold({mine.name: mine.model, mine.name_before: mine.before})
    return mine


def forget() -> None:
    """Let go of the visitor's model."""
    st.session_state.pop("_own_model", None)
    models.hold({})


def title(name: str) -> str:
    """What a model is called on the screen: "mnist + star (yours)", or its name."""
    mine = find(name)
    return _("{name} (yours)").format(name=" + ".join([mine.base, *mine.added])) if mine else name


def short(name: str) -> str:
    """What a model is called in the names of files: "mnist+star", or its name."""
    mine = find(name)
    return re.sub(r"[^\w+-]+", "_", "+".join([mine.base, *mine.added])) if mine else name

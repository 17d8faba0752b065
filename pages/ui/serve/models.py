"""The models that there are: loaded once for all visitors, or one visitor's own."""
import gc
import threading
from collections.abc import Mapping
from typing import Any

import streamlit as st

import branched

from .kept import MISSING, SHARED

LOADING = threading.Lock()


def get(name: str) -> Any:
    """A model by its name. Raises BranchedError or OSError if it cannot be loaded."""
    if (model := held().get(name)) is not None:
        return model
    if (model := SHARED.get(("model", name))) is MISSING:
        with st.spinner("Loading the model …"):
            model = shared(name)
    return model


def shared(name: str) -> Any:
    """One of the models for all, by its name; without a screen. Raises as `get` does."""
    key = "model", name
    with LOADING:
        if (model := SHARED.get(key)) is MISSING:  # who came at the same time may have loaded it
            model = _load(name)
            SHARED.put(key, model, weight=4 * getattr(model, "parameters", 0))  # in single precision
    return model


def held() -> Mapping[str, Any]:
    """This visitor's own models, by their names."""
    return st.session_state.get("_own_models", {})


def hold(models: Mapping[str, Any]) -> None:
    """Hold models of the visitor's own, in place of those from before. Their names begin as `request.OWN` says."""
    st.session_state["_own_models"] = dict(models)


def _load(name: str) -> Any:
    model = branched.load(name)
    # Streamlit collects garbage after every run of a page. All that is here now is here to stay: PyTorch's objects
    # among it, whose inspection would take a fifth of a second each time.
    gc.freeze()
    return model

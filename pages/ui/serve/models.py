"""The models that there are: loaded once for all visitors, or one visitor's own."""
import gc
import threading
from collections.abc import Mapping
from typing import Any

import streamlit as st

import branched

from ..language import _
from .kept import MISSING, SHARED, store

LOADING = threading.Lock()
_SEEN: dict[str, tuple] = {}  # the key of each model that was loaded last, by its name


def get(name: str) -> Any:
    """A model by its name, anew where its file has changed. Raises BranchedError or OSError if it cannot be loaded."""
    if (model := held().get(name)) is not None:
        return model
    changed = branched.changed(name)
    seen = st.session_state.setdefault("_models_seen", {})
    if seen.setdefault(name, changed) != changed:  # what this visitor keeps is of the file from before
        store(private=True).forget(name)
        seen[name] = changed
    if SHARED.get(("model", name, changed)) is MISSING:
        with st.spinner(_("Loading the model …")):
            return shared(name)
    return SHARED.get(("model", name, changed))


def shared(name: str) -> Any:
    """One of the models for all, by its name; without a screen. Raises as `get` does."""
    key = "model", name, branched.changed(name)
    with LOADING:
        if (model := SHARED.get(key)) is MISSING:  # who came at the same time may have loaded it
            model = _load(name)
            if _SEEN.setdefault(name, key) != key:  # gone is the one from before its file was written anew
                SHARED.forget(name)
                _SEEN[name] = key
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

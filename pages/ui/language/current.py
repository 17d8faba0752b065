"""Which language the visitor reads, for whom the code at hand works."""
import sys

from .catalogues import ENGLISH

KEY = "_language"  # in the session; each page settles it first (`frame.language`)


def current() -> str:
    """The code of this visitor's language; English where there is no visitor, as in the engine or ahead of all."""
    if "streamlit" not in sys.modules:
        return ENGLISH
    from streamlit.runtime.scriptrunner import get_script_run_ctx

    if get_script_run_ctx(suppress_warning=True) is None:
        return ENGLISH
    return sys.modules["streamlit"].session_state.get(KEY, ENGLISH)

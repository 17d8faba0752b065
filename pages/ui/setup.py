"""What every page begins with: its configuration and looks, the one shared model, and the lock that guards its work."""
import threading

import streamlit as st

import branched

STYLE = """<style>
.stMainBlockContainer {max-width: 96rem; padding: 1.4rem clamp(1rem, 3vw, 3rem) 2rem}
.stAppHeader {background: transparent; pointer-events: none}
.stAppHeader button, [data-testid="stStatusWidget"] {pointer-events: auto}
h1 {font-size: clamp(1.6rem, 3.2vw, 2.2rem) !important; padding: 0 3rem 0 0 !important}
h3 {font-size: 1.3rem !important; padding: .2rem 0 0 !important}
.st-key-tree .nsewdrag {cursor: pointer !important}
.sheet {container-type: inline-size}
.row {display: grid; align-items: center; margin: .25rem 0; gap: .15rem 1rem;
  grid-template-columns: 9rem 476px}
.row img {width: 100%; image-rendering: pixelated; border-radius: 0; display: block}
.row .name {text-align: right; line-height: 1.25; font-weight: 600}
.row.short .name {font-size: 1.1rem}
.row .name small {display: block; font-weight: 400; font-size: .875rem; opacity: .8}
.row.bare {grid-template-columns: 476px}
.then {font-weight: 600; margin: .9rem 0 .3rem; padding-top: .55rem; border-top: 1px solid #8886}
@container (max-width: 635px) {
  .row {grid-template-columns: 1rem 476px; gap: .15rem .5rem}
  .row:not(.short) > * {grid-column: -2}
  .row .name {text-align: left}
  .row .name small {display: inline; margin-left: .5rem}
}
@container (max-width: 499px) {
  .row {grid-template-columns: 1rem minmax(0, 357px)}
  .row.bare {grid-template-columns: minmax(0, 357px)}
}
@media (max-width: 640px) {.stMainBlockContainer {padding-left: 1rem; padding-right: 1rem}}
</style>"""


def page(title: str) -> None:
    """Configure a page. The first Streamlit call of every page."""
    st.set_page_config(page_title=f"{title} · Branched Diffusion Explorer", page_icon="🌿",
                       layout="wide", initial_sidebar_state="collapsed")
    st.html(STYLE)


@st.cache_resource(show_spinner="Loading the model …")
def _load() -> branched.BranchedModel:
    return branched.load("mnist")


def model() -> branched.BranchedModel:
    """The shipped model, loaded once for all visitors. Without it the page says why, and ends."""
    try:
        return _load()
    except (branched.BranchedError, OSError) as error:
        st.error(f"The model could not be loaded. {error}", icon=":material/error:")
        st.stop()


@st.cache_resource(show_spinner=False)
def lock() -> threading.Lock:
    """Whoever lets the model work holds this: visitors queue instead of fighting over the processor."""
    return threading.Lock()


def dark() -> bool:
    """Whether this visitor sees the dark theme."""
    return st.context.theme.type == "dark"

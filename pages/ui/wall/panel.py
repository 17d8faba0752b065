"""The teacher's panel: a view of a page, put together or pasted, as a short link and a large QR code."""
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import streamlit as st

import branched

from ...class_room import LINKS, Refused, Room
from ..frame import view, words
from ..frame.menu import PAGES, USUAL
from ..language import LANGUAGES, N_, _
from ..parts.markup import literal
from ..serve import models
from . import address, shown, told

LIGHT = {"embed_options": "light_theme"}  # Streamlit's own word, for what is to be seen on a wall in a bright room
PAIRS = {"pages/transmute.py": {"target": N_("Turn it into")},
         "pages/hybrids.py": {"a": N_("One side"), "b": N_("The other side")},
         "pages/discovery.py": {"a": N_("One side"), "b": N_("The other side")}}  # as the page's address has it
SEEDED = ("app.py", "pages/transmute.py", "pages/hybrids.py", "pages/generate.py")
ANY = ""
HERE = "pages/wall.py"


def panel(room: Room | None) -> None:
    """All of it: what is chosen, and below it the link, with its QR code and what it opens."""
    seen, choices = st.columns(2, gap="large")
    with choices:
        page, query = _pasted() or _put_together()
        query |= {"room": room.code} if room else {}
        _more()
    with seen:
        try:
            code = LINKS.shorten(link(page, query))
        except Refused as error:
            st.warning(_(str(error)), icon=":material/link_off:")
            return
        _shown(code, page, query, room)


def link(page: str, query: Mapping[str, str]) -> str:
    """A page's file and its settings as what an address ends with."""
    light = LIGHT if "projector" in query.get("view", "") else {}
    return f"{stem(page)}?{urlencode(dict(query) | light)}".rstrip("?")


def stem(page: str) -> str:
    """What a page is called in the address."""
    return "" if page == "app.py" else Path(page).stem


def read(pasted: str) -> tuple[str, dict[str, str]] | None:
    """A page's file and its settings from an address of this app, wherever that is; None, where it is none."""
    parts = urlsplit(pasted.strip())
    name = parts.path.rsplit("/", 1)[-1]
    page = next((page for page in PAGES if stem(page) == name), None)
    return None if page is None else (page, {key: text for key, text in parse_qsl(parts.query) if "embed" not in key})


def _pasted() -> tuple[str, dict[str, str]] | None:
    """What an address says that was pasted, with what is hidden; None where there is none, or it leads elsewhere."""
    text = st.session_state.get("pasted", "")
    if not text:
        return None
    if (found := read(text)) is None:
        st.warning(_("That is no address of a page of this app. Copy the whole of it from your browser."),
                   icon=":material/link_off:")
        return None
    page, query = found
    return page, query | _hidden()


def _put_together() -> tuple[str, dict[str, str]]:
    first, second = st.columns(2)
    page = first.selectbox(_("Page"), list(PAGES), key="panel-page", filter_mode=None,
                           format_func=lambda file: _(PAGES[file].name))
    name = second.selectbox(_("Model"), branched.models(), branched.models().index(USUAL), key="panel-model",
                            filter_mode=None)
    language = st.selectbox(_("Language of the page"), [ANY, *LANGUAGES], key="panel-language", filter_mode=None,
                            width=320, format_func=lambda code: LANGUAGES.get(code) or _("as each browser has it"))
    query = {} if name == USUAL else {"model": name}
    query |= {"lang": language} if language else {}
    return page, query | _of_page(page, name) | _hidden()


def _of_page(page: str, name: str) -> dict[str, str]:
    """What can be set of a page: a node of the tree, classes, the dice roll."""
    try:
        model = models.get(name)
    except (branched.BranchedError, OSError) as error:
        st.warning(literal(error), icon=":material/error:")
        return {}
    if not PAGES[page].fits(model):
        st.warning(_("The page {page} has nothing to show of the model {model}. Choose another.").format(
            page=_(PAGES[page].name), model=literal(name)), icon=":material/info:")
        return {}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        found = _classes(page, model.outline().groups) | (_node(model.outline()) if page == "app.py" else {})
        if page in SEEDED and (seed := st.number_input(_("Dice roll"), 0, 9999, 0, key="panel-seed", width=160)):
            found["seed"] = str(seed)
    return found


def _classes(page: str, labels: Sequence[str]) -> dict[str, str]:
    found = {key: st.selectbox(_(title), [ANY, *labels], key=f"panel-{key}", width=200, filter_mode=None,
                               format_func=lambda label: label or _("as it is"))
             for key, title in PAIRS.get(page, {}).items()}
    if len(found) == 2 and not (all(found.values()) and len(set(found.values())) == 2):
        return {}  # of a pair both sides, and two
    return {key: label for key, label in found.items() if label}


def _node(outline: branched.Outline) -> dict[str, str]:
    names = {str(node.id): words.listed(node.groups) for node in (*outline.points, *map(outline.leaf, outline.groups))}
    node = st.selectbox(_("What is chosen on the tree"), [ANY, *names], key="panel-node", width=320, filter_mode=None,
                        format_func=lambda key: names.get(key) or _("as it is"))
    return {"node": node} if node else {}


def _hidden() -> dict[str, str]:
    chosen = st.session_state.get("panel-view", [])
    return {"view": ",".join(word for word in view.WORDS if word in chosen)} if chosen else {}


def _more() -> None:
    """What is hidden, and an address to paste."""
    st.pills(_("What is hidden or locked"), list(view.WORDS), selection_mode="multi", key="panel-view", wrap=True,
             format_func=lambda word: _(view.WORDS[word]))
    with st.expander(_("Or use an address that you have set as you want it"), icon=":material/content_paste:"):
        st.text_input(_("The address of a page"), key="pasted", placeholder="http://localhost:8501/hybrids?a=4&b=9")


def invitation(room: Room) -> str:
    """The address by which one comes into a room, for a wall on a projector."""
    asked, places = st.context.url or "", address.all_of(st.context.url or "")
    return address.url(asked, places[0].host if places else "localhost", f"go/{room.code}")


def _shown(code: str, page: str, query: Mapping[str, str], room: Room | None) -> None:
    """The QR code, as large as there is room, and ways to try what it leads to."""
    asked = st.context.url or ""
    places = address.all_of(asked)
    host = _host(places)
    whole = address.url(asked, host, f"go/{code}")
    st.html(shown.door(room.code if room else "", whole, _("QR code of {address}").format(address=whole)))
    with st.container(horizontal=True):
        st.page_link(page, label=_("Open it here"), icon=":material/open_in_new:", query_params=dict(query))
        st.page_link(page, label=_("Open it for the projector"), icon=":material/cast:",
                     query_params=dict(query) | {"view": "projector"})
        st.link_button(_("Can a device connect?"), "check", icon=":material/network_check:")
    st.caption(_("Let one tablet open {address} before the lesson: it says whether it can connect.").format(
        address=literal(address.url(asked, host, "check"))))


def _host(places: Sequence[address.Address]) -> str:
    """By which of its addresses others are to find this machine."""
    if (listens := st.get_option("server.address")) and listens in address.LOCAL[:3]:
        st.warning(told.listening(listens), icon=":material/wifi_off:")
    if not places:
        st.warning(_("This machine is in no network: only its own browser can open the link."),
                   icon=":material/wifi_off:")
        return "localhost"
    if len(places) == 1:
        return places[0].host
    return st.selectbox(_("The address of this machine (it is in several networks)"), places, key="panel-host",
                        filter_mode=None, width=420, format_func=_place).host


def _place(place: Any) -> str:
    return f"{place.host} ({place.card})" if place.card else place.host

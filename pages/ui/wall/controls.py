"""What a teacher and a student can do on the page "Wall"."""
from collections.abc import Callable

import streamlit as st

from ...class_room import ROOMS, Keyholder, Refused, Room, codes
from ..frame import along, in_class, link, view
from ..language import N_, _
from ..parts import keeper
from ..parts.board import APPROVE, REMOVE, board
from ..parts.markup import literal
from ..parts.news import news
from . import panel, shown, told

SHELF = keeper.Shelf("class-room")  # in the teacher's browser, so that a second tab is the teacher's, too
ORDER = link.choice("order", told.ORDERS, "came")
PARTS = {"wall": N_("Wall"), "link": N_("Links and QR code")}
PART = link.choice("part", PARTS, "wall")


# -- the key -----------------------------------------------------------------------------------------------------------

def held() -> Keyholder | None:
    """The room to which this visitor has the key: in this session, or kept by her browser."""
    state = st.session_state
    if "_room_key" not in state and (text := keeper.found(SHELF)) is not None:
        state["_room_key"] = text
    code, _space, key = state.get("_room_key", "").partition(" ")
    if (room := ROOMS.find(code)) is None:
        return None
    try:
        return room.unlocked(key)
    except Refused:
        return None


def open_room() -> None:
    """A room of this visitor's own."""
    try:
        room = ROOMS.open()
    except Refused as error:
        _say(_(str(error)))
        return
    st.session_state["_room_key"] = f"{room.code} {room.key}"
    st.session_state["_keep_key"] = True
    along.put("room", room.code)


def remember() -> None:
    """Have the browser keep the key, once there is one, and keep it no longer when the room is gone."""
    if st.session_state.get("_keep_key"):
        keeper.keep(SHELF, st.session_state["_room_key"])


def leave() -> None:
    """Be in no room any more; the key, if one has it, is let go."""
    along.put("room", "")
    st.session_state["_room_key"], st.session_state["_keep_key"] = "", True


def enter() -> None:
    """Into the room whose code was typed."""
    code = codes.read(st.session_state["code"])
    if ROOMS.find(code):
        along.put("room", code)
    else:
        _say(_(in_class.NOBODY).format(code=literal(f"{st.session_state['code']:.8}")))


def _say(sentence: str) -> None:
    st.session_state.setdefault("_said_on_wall", []).append(sentence)


def notes() -> None:
    """What was to be said since the page ran last."""
    for sentence in st.session_state.pop("_said_on_wall", []):
        st.warning(sentence, icon=":material/info:")


# -- the wall ----------------------------------------------------------------------------------------------------------

def begin() -> None:
    """Without a room: open one, or enter one."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="begin"):
        st.button(_("Open a room"), icon=":material/meeting_room:", type="primary", on_click=open_room)
        st.text_input(_("Or enter a room by its code"), key="code", max_chars=codes.LENGTH, width=240, on_change=enter)


def laid_out(room: Room | None, teaches: bool) -> None:
    """What there is of a room: its wall, for the teacher links to it, too; without one, links alone."""
    part = PART.segments(_("What to look at"), label_visibility="collapsed") if teaches else "wall"
    if room is None:
        with st.expander(_("Links and QR code"), icon=":material/qr_code_2:"):
            panel.panel(room)
        return
    if part == "link":
        panel.panel(room)
        return
    if view.has("projector"):
        st.html(shown.invitation(room.code, panel.invitation(room)))
    else:
        ORDER.segments(_("In which order"), label_visibility="collapsed")
    wall(room.code, teaches)


def holding(keyholder: Keyholder) -> None:
    """What the teacher does with the whole room."""
    room = keyholder.room
    with st.container(horizontal=True, vertical_alignment="center", key="holding"):
        if not room.is_open:
            st.markdown(_(told.CLOSED))
        st.toggle(_("Let everything through at once"), value=room.lets_through, key="lets-through",
                  on_change=lambda: keyholder.let_through(st.session_state["lets-through"]))
        st.download_button(_("Save as a picture"), lambda: shown.poster(_in_order(room), told.title(room)),
                           f"wall-{room.code}.png", "image/png", on_click="ignore", icon=":material/download:")
        st.button(_("Wipe"), icon=":material/mop:", on_click=keyholder.wipe, help=_("Take everything from the wall."))
        if room.is_open:
            st.button(_("Close"), icon=":material/lock:", on_click=keyholder.close,
                      help=_("Nothing more is taken. The wall stays for a quarter of an hour."))
        else:
            st.button(_("Leave"), icon=":material/logout:", on_click=leave)




def _in_order(room: Room) -> list:
    return shown.ordered(room.wall, ORDER.value)


@st.fragment
def wall(code: str, teacher: bool) -> None:
    """The wall of the room of this code, which shows by itself what is new; the teacher's has what waits, too."""
    room = ROOMS.find(code)
    if room is None:
        st.info(_(told.GONE), icon=":material/info:")
        return
    keyholder = held() if teacher else None
    news(room.code, room.version)
    if keyholder and (waiting := keyholder.waiting):
        with st.expander(told.waiting(waiting), icon=":material/visibility_off:", key="waiting-works"):
            st.button(_("Let all through"), icon=":material/done_all:", on_click=keyholder.approve)
            board("waits", shown.tiles(room, waiting), _("Works that wait"),
                  {APPROVE: _("Let through"), REMOVE: _("Take away")}, _acting(keyholder))
    posts = _in_order(room)
    if polls := room.polls:
        st.html(shown.polls(polls))
    if posts:
        board("works", shown.tiles(room, posts), _("Works of the class"), {REMOVE: _("Take away")} if keyholder else {},
              _acting(keyholder))
    else:
        st.caption(_(told.EMPTY))


def _acting(keyholder: Keyholder | None) -> Callable[[str, int], None]:
    def act(what: str, number: int) -> None:
        if keyholder and what == APPROVE:
            keyholder.approve(number)
        elif keyholder and what == REMOVE:
            keyholder.delete(number)

    return act

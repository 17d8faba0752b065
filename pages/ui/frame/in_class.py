"""The class's room, on every page: who is in one may send what was made there to its wall."""
import secrets
from collections.abc import Callable, Sequence

import streamlit as st

import branched

from ...class_room import MARKS, ROOMS, Refused, Room, Work
from ..language import N_, _
from ..parts.markup import literal
from . import along, visitor, words

NOBODY = N_("There is no room {code} here (any more). Ask your teacher for its code.")
SENT, WAITS = N_("Sent. It is on the wall."), N_("Sent. It is on the wall as soon as your teacher lets it through.")
MARK = N_("By this you find yours on the wall. Nobody sees your name.")
LONGEST = 30  # letters of several classes
ALL = "*"     # all other classes
NEW = ""      # what a class is called elsewhere that its visitor has named


def room() -> Room | None:
    """The room that this visitor is in: by the address, now or earlier in this session."""
    code = along.value("room")
    return ROOMS.find(code) if code else None


def voter() -> str:
    """A secret of this session: by it a vote counts once, and nobody floods a wall."""
    return st.session_state.setdefault("_voter", secrets.token_hex(8))


def arrived() -> str:
    """Look for the room that the address names; where there is none, nobody is in it. Returns a sentence, or ""."""
    code = along.value("room")
    if not code or ROOMS.find(code):
        return ""
    along.put("room", "")
    return _(NOBODY).format(code=literal(f"{code:.8}"))


def common(name: str, label: str) -> str:
    """What a class of a model is called before others: one that a visitor has named has no name there."""
    mine = visitor.find(name)
    return NEW if mine and label in mine.taught else label


def model(name: str) -> str:
    """What a model is called before others: a visitor's own by what it grew from."""
    mine = visitor.find(name)
    return mine.base if mine else name


def several(name: str, labels: Sequence[str]) -> str:
    """What classes are called before others, all together; the first of them, where that would be long."""
    together = words.listed([common(name, label) or _("a new symbol") for label in labels])
    return together if len(together) <= LONGEST else common(name, labels[0])


def place(outline: branched.Outline, labels: Sequence[str]) -> float:
    """Where classes stand along the leaves of the tree, in the middle of them."""
    known = [label for label in labels if label in outline.groups]
    leaves = _leaves(outline)
    return sum(map(leaves.index, known)) / len(known) if known else float(len(leaves))


def _leaves(outline: branched.Outline) -> list[str]:
    """The classes in the order in which figures have them: those of a branch side by side."""
    def below(node: branched.OutlineNode) -> list[str]:
        return [node.groups[0]] if node.is_leaf else [label for child in outline.children(node)
                                                      for label in below(child)]

    return [label for root in outline.roots for label in below(root)]


def sending(make: Callable[[str], Work]) -> None:
    """One button that sends what is on the page, with a sign of one's choice: `make` has it. Only in a room."""
    if (here := room()) is None:
        return
    with st.container(horizontal=True, vertical_alignment="bottom", key="sending"):
        st.selectbox(_("Your sign"), MARKS, key="mark", width=120, help=_(MARK), filter_mode=None,
                     format_func=lambda mark: mark or _("none"))
        st.button(_("Send to the wall {code}").format(code=here.code), icon=":material/send:", type="primary",
                  on_click=_send, args=[here, make], disabled=not here.is_open)
    if said := st.session_state.pop("_sent", None):
        st.markdown(said)


def _send(here: Room, make: Callable[[str], Work]) -> None:
    try:
        here.post(make(st.session_state.get("mark") or ""), voter())
        said = f":material/check_circle: {_(SENT if here.lets_through else WAITS)}"
    except Refused as error:
        said = f":material/block: {_(str(error))}"
    st.session_state["_sent"] = said

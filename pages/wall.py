"""Wall: what a class has made, as it comes; and for the teacher the room's key, links and a QR code."""
import streamlit as st

from pages.ui.frame import in_class, link, shell, view
from pages.ui.frame.controls import explanation
from pages.ui.language import _
from pages.ui.wall import controls, shown, told

shell.page("pages/wall.py")
st.html(shown.CSS)
with link.shared("wall", controls.ORDER, controls.PART):
    keyholder, room = controls.held(), in_class.room()
    controls.remember()
    room = room or (keyholder and keyholder.room)
    teaches = keyholder is not None and room is keyholder.room and not view.has("projector")
    st.title(told.heading(room), anchor=False)
    if "lost" in st.query_params:
        st.warning(_(told.LOST), icon=":material/link_off:")
    controls.notes()
    if room is None:
        st.markdown(_(told.INTRODUCTION))
        controls.begin()
    elif teaches:
        controls.holding(keyholder)
    with st.container(key="room"):
        controls.laid_out(room, teaches)
    with explanation():
        st.markdown(told.explanation())
shell.onward("pages/wall.py")

"""A class's room while a lesson lasts: what students made, what they voted, and short links. It knows no screen.

All of it is in this process's memory, bounded, and gone with the lesson: nothing is written anywhere. What comes from
outside is looked at before it is believed (`believed`); what is not taken is refused in a sentence (`Refused`).
"""
from .believed import MARKS, Work, work
from .links import LINKS, Links
from .refused import Refused
from .room import Keyholder, Poll, Post, Room
from .rooms import ROOMS, Rooms

__all__ = ["LINKS", "MARKS", "ROOMS", "Keyholder", "Links", "Poll", "Post", "Refused", "Room", "Rooms", "Work", "work"]

"""Sentences of the page "Wall"."""
from collections.abc import Sequence

from ...class_room import Post, Room
from ..frame import in_class, words
from ..language import N_, _, decimal, ngettext

INTRODUCTION = N_("Here a class sees what it has made: digits that were turned into others, hybrids, new symbols. "
                  "Open a room, show its QR code, and everyone in it finds a button *Send to the wall* on **Turn**, "
                  "**Hybrids** and **Teach**. Nothing is seen before you let it through. There are no names, and all "
                  "of it is gone after the lesson.")
LOST = N_("This short link is not known here (any more). Ask your teacher for a new one.")
GONE = N_("This room is over, and all that was in it is gone.")
EMPTY = N_("Nothing is on the wall yet.")
CLOSED = N_("This room is closed: it takes nothing more. Save the wall now: in a quarter of an hour it is gone.")
SYMBOL = N_("a new symbol")
ORDERS = {"came": N_("As they come"), "target": N_("By what they became"), "seed": N_("By dice roll"),
          "tree": N_("By likeness on the tree")}
EXPLANATION = (
    N_("**The wall** shows what students have sent from the pages *Turn*, *Hybrids* and *Teach*: the picture, what it "
       "is, and the settings it was made with, so that you can make it again. A sign that one chooses (an animal or a "
       "number) is all by which one finds one's own."),
    N_("**Who may do what.** Whoever knows the code of four letters may look at the wall, send to it and answer "
       "questions. To let works through, to take them away, to wipe the wall and to close the room needs the key, "
       "which is kept by the browser in which the room was opened. The key is in no link."),
    N_("**Where it is.** In the memory of the machine that runs this app, and nowhere else. It is never written to a "
       "disk. A room is gone a quarter of an hour after it was closed, an hour after nobody looks at it any more, and "
       "after four hours in any case."))


def heading(room: Room | None) -> str:
    """What stands above all."""
    return _("The wall of room {code}").format(code=room.code) if room else _("The class wall")


def explanation() -> str:
    """What the wall is, and who may do what."""
    return "\n\n".join(map(_, EXPLANATION))


def title(room: Room) -> str:
    """What stands above the picture of all works."""
    return _("What the class in room {code} made").format(code=room.code)


def symbol(label: str) -> str:
    """A class as it is called on the wall: what a visitor has named has no name there."""
    return _("all others") if label == in_class.ALL else label or _(SYMBOL)


def name(post: Post) -> str:
    """What a work is, in a few words."""
    work = post.work
    if work.kind == "turned":
        return f"{symbol(work.source)} → {symbol(work.target)}"
    if work.kind == "hybrid":
        return _("between {one} and {other}").format(one=symbol(work.source), other=symbol(work.target))
    return _("{symbol}, beside {relative}").format(symbol=_(SYMBOL), relative=symbol(work.source))


def note(post: Post) -> str:
    """The settings by which a work can be made again."""
    work = post.work
    if work.kind == "taught":
        return ""
    roll = _("dice roll {number}").format(number=work.seed)
    return roll if work.time is None else f"{words.at(work.time)} · {roll}"


def alt(post: Post) -> str:
    """A work in words, for those who do not see it."""
    work, when = post.work, "" if post.work.time is None else decimal(post.work.time, 2)
    if work.kind == "turned":
        said = _("{source}, and what became of it: {target}, turned at t = {time}") if when else _(
            "{source}, and what became of it: {target}")
    elif work.kind == "hybrid":
        said = _("The hybrid of {source} and {target} at t = {time}, between what becomes of it")
    else:
        said = _("Drawings of a new symbol, which stands beside {source} on the tree")
    return said.format(source=symbol(work.source), target=symbol(work.target), time=when)


def count(posts: Sequence[Post]) -> str:
    """How many works there are."""
    return ngettext("{count} work", "{count} works", len(posts)).format(count=len(posts))


def waiting(posts: Sequence[Post]) -> str:
    """How many wait."""
    return ngettext("{count} work waits for you to let it through", "{count} works wait for you to let them through",
                    len(posts)).format(count=len(posts))


def answers(many: int) -> str:
    """How many have answered a question."""
    return ngettext("{count} answer", "{count} answers", many).format(count=many)


def listening(address: str) -> str:
    """That nobody else can come to an app that listens to its own machine alone."""
    return _("This app listens to {address} alone, so no other device can come. Start it with: streamlit run app.py "
             "--server.address 0.0.0.0").format(address=address)

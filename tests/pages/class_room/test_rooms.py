"""A class's room: who may do what, and that nothing in it grows without end."""
import random

import numpy as np
import pytest

import branched
from pages.class_room import MARKS, Refused, Room, Rooms, Work, codes, room, rooms, work
from pages.ui import questions
from pages.ui.language import LANGUAGES, texts
from pages.ui.lesson import polled


class Clock:
    """A time that stands still until it is told."""

    def __init__(self):
        self.time = 0.0

    def __call__(self) -> float:
        return self.time


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def here(clock):
    return Room("BCDM", clock)


def made(grey: float = 0.5, **facts) -> Work:
    return work("turned", np.full((2, 28, 28), grey, np.float32), **{"source": "4", "target": "9"} | facts)


def sent(here: Room, many: int, **facts) -> None:
    """So many works, each by somebody else, no two at once."""
    for k in range(many):
        here.now.time += 1
        here.post(made(**facts), f"sender {here.version} {k}")


# -- who may do what ---------------------------------------------------------------------------------------------------

def test_nothing_is_seen_before_it_is_let_through(here):
    keyholder = here.unlocked(here.key)
    sent(here, 3)
    assert here.wall == [] and [post.number for post in keyholder.waiting] == [1, 2, 3]
    keyholder.approve(2)
    assert [post.number for post in here.wall] == [2] and [post.number for post in keyholder.waiting] == [1, 3]
    keyholder.approve()
    assert [post.number for post in here.wall] == [1, 2, 3] and keyholder.waiting == []
    keyholder.let_through(True)
    sent(here, 1)
    keyholder.let_through(False)
    sent(here, 1)
    assert [post.number for post in here.wall] == [1, 2, 3, 4] and [post.number for post in keyholder.waiting] == [5]


def test_what_is_taken_away_is_gone_whether_it_was_seen_or_not(here):
    keyholder = here.unlocked(here.key)
    sent(here, 2)
    keyholder.approve(1)
    for number in (1, 2, 2, 99):
        keyholder.delete(number)
    assert here.wall == [] == keyholder.waiting and here.nbytes == 0
    keyholder.approve(1)
    assert here.wall == [], "nothing comes back"


@pytest.mark.parametrize("key", ["", "wrong", None, 7, "é", b"", "x" * 10_000])
def test_no_other_key_unlocks(here, key):
    with pytest.raises(Refused, match="not this room's key"):
        here.unlocked(key)


def test_the_key_of_another_room_does_not_unlock_and_nobody_guesses_one(clock):
    one, other = Room("BCDM", clock), Room("BCDP", clock)
    with pytest.raises(Refused):
        one.unlocked(other.key)
    assert len(one.key) >= 24 and one.key != other.key


def test_a_room_that_is_closed_takes_nothing_and_still_can_be_seen(here):
    keyholder = here.unlocked(here.key)
    sent(here, 1)
    here.poll("which", "Which?", {"3": "3", "5": "5"})
    keyholder.approve()
    keyholder.close()
    for asked in (lambda: here.post(made(), "late"), lambda: here.vote("which", "3", "late")):
        with pytest.raises(Refused, match="closed"):
            asked()
    assert len(here.wall) == 1


def test_wiping_takes_all_and_lets_the_class_begin_anew(here):
    keyholder = here.unlocked(here.key)
    for _ in range(room.EACH):
        here.now.time += room.PAUSE
        here.post(made(), "one and the same")
    here.poll("which", "Which?", {"3": "3"})
    keyholder.wipe()
    assert here.wall == [] == keyholder.waiting and here.polls == {} and here.nbytes == 0
    assert here.post(made(), "one and the same").number == room.EACH + 1, "a number is never used twice"


def test_every_change_is_told_by_the_version(here):
    keyholder, versions = here.unlocked(here.key), [here.version]

    def changed() -> bool:
        versions.append(here.version)
        return versions[-1] > versions[-2]

    for act in (lambda: sent(here, 1), lambda: keyholder.approve(), lambda: keyholder.delete(1), keyholder.wipe,
                lambda: here.poll("q", "Q", {"a": "A", "b": "B"}), lambda: here.vote("q", "a", "me"),
                lambda: here.vote("q", "b", "me"), keyholder.close):
        act()
        assert changed()
    here.poll("q", "Q", {"a": "A"})
    assert not changed()


# -- bounds ------------------------------------------------------------------------------------------------------------

def test_a_class_may_send_all_at_once_and_nobody_time_and_again(here):
    for k in range(30):
        here.post(made(), f"student {k}")
    with pytest.raises(Refused, match="quick"):
        here.post(made(), "student 0")
    here.now.time += room.PAUSE
    here.post(made(), "student 0")
    for k in range(30, 30 + room.FLOOD - 31):
        here.post(made(), f"student {k}")
    with pytest.raises(Refused, match="quick"):
        here.post(made(), "one more within ten seconds")
    here.now.time += room.WINDOW
    here.post(made(), "one more after them")


def test_nobody_fills_a_wall_alone(here):
    for _ in range(room.EACH):
        here.now.time += room.PAUSE
        here.post(made(), "busy")
    here.now.time += 1000
    with pytest.raises(Refused, match="sent a lot"):
        here.post(made(), "busy")


def test_a_wall_has_bounds_in_works_and_in_bytes(here):
    sent(here, room.MOST_POSTS)
    with pytest.raises(Refused, match="full"):
        sent(here, 1)
    here.unlocked(here.key).delete(1)
    sent(here, 1)
    large = Room("BCDM", here.now)
    pictures = np.zeros((10, 128, 128, 3), np.uint8)
    with pytest.raises(Refused, match="full"):
        for k in range(room.MOST_POSTS):
            here.now.time += 1
            large.post(work("turned", pictures), f"{k}")
    assert 0.8 * room.MOST_BYTES < large.nbytes <= room.MOST_BYTES


def test_only_works_are_sent(here):
    for thing in (None, "work", b"\x89PNG", {"kind": "turned"}, np.zeros((1, 28, 28))):
        with pytest.raises(Refused, match="Only what a page has made"):
            here.post(thing, "me")


# -- polls -------------------------------------------------------------------------------------------------------------

def test_votes_are_counted_once_for_each_voter(here):
    here.poll("kin", "Which stays longest with the 3?", {"5": "5", "8": "8", "0": "0"})
    for voter, choice in (("a", "5"), ("b", "8"), ("c", "8"), ("a", "8"), ("a", "8")):
        here.vote("kin", choice, voter)
    assert here.counts("kin") == {"5": 0, "8": 3, "0": 0} and here.counts("other") == {}
    with pytest.raises(Refused, match="none of the answers"):
        here.vote("kin", "7", "a")
    with pytest.raises(Refused, match="no such question"):
        here.vote("other", "5", "a")
    assert here.counts("kin") == {"5": 0, "8": 3, "0": 0}


@pytest.mark.parametrize("code", LANGUAGES)
def test_all_questions_of_the_lesson_find_room(here, code, monkeypatch):
    monkeypatch.setattr(texts, "current", lambda: code)
    monkeypatch.setattr(polled.in_class, "room", lambda: here)
    asked = questions.of(branched.load("mnist"))
    for question in asked:
        polled.opened(question, "mnist")
    assert len(here.polls) == len(asked) >= 5 and all(poll.said for poll in here.polls.values())


def test_polls_have_bounds(here):
    for k in range(room.MOST_POLLS):
        here.poll(f"q{k}", "?", {"a": "A"})
    with pytest.raises(Refused, match="no place"):
        here.poll("more", "?", {"a": "A"})
    other = Room("BCDM", here.now)
    for said, choices in (("?", {}), ("?", {str(k): "x" for k in range(room.MOST_CHOICES + 1)}),
                          ("x" * 401, {"a": "A"}), ("?", {"a" * 41: "A"}), ("?", {"a": "A\n"}),
                          ("?", {"a": "\u202ex"})):
        with pytest.raises(Refused):
            other.poll("q", said, choices)
    assert other.polls == {}
    other.poll("q", "?", {"a": "A"})
    for k in range(room.MOST_VOTERS):
        other.vote("q", "a", str(k))
    with pytest.raises(Refused, match="no place"):
        other.vote("q", "a", "one more")
    other.vote("q", "a", "0")
    assert other.counts("q") == {"a": room.MOST_VOTERS}


# -- all rooms ---------------------------------------------------------------------------------------------------------

def test_codes_can_be_read_from_afar_and_stand_before_a_class():
    found = {codes.code(()) for _ in range(2000)}
    assert all(len(code) == 4 and set(code) <= set("BCDHJKMPRTWXZ") and codes.is_decent(code) for code in found)
    assert not set(codes.LETTERS) & set("AEIOUYQVILNSFG01258") and len(found) > 1500
    assert not codes.is_decent("BKZM") and not codes.is_decent("HJBC") and codes.is_decent("BCDM")
    assert codes.code({code for code in found} - {"BCDM"}) not in found - {"BCDM"}
    assert codes.read(" bcdm ") == "BCDM"
    assert [codes.read(text) for text in ("", "BCD", "BCDA", "BCDMP", "🦊🦊🦊🦊")] == [""] * 5


def test_rooms_vanish_with_all_that_is_in_them(clock):
    them = Rooms(clock)
    left, closed, kept = (them.open() for _ in range(3))
    closed.unlocked(closed.key).close()
    clock.time = rooms.CLOSED + 1
    kept.attended = clock.time
    assert them.find(closed.code) is None and them.find(left.code) is left and them.find(kept.code.lower()) is kept
    clock.time = rooms.LEFT + 1
    them.sweep()
    assert len(them) == 1 and them.find(left.code) is None and them.find(kept.code) is kept
    clock.time = kept.attended = rooms.LASTS + 1
    them.sweep()
    assert len(them) == 0 and them.nbytes == 0


def test_there_are_few_rooms_and_nobody_pushes_out_one_that_is_in_use(clock):
    them = Rooms(clock)
    mine = them.open()
    with pytest.raises(Refused, match="too many rooms"):
        for _ in range(rooms.BURST):
            them.open()
    for _ in range(200):
        clock.time += rooms.WINDOW
        mine.attended = clock.time
        them.open()
    assert len(them) == rooms.MOST and them.find(mine.code) is mine
    for code in list(them._rooms):
        them.find(code).attended = clock.time + rooms.WINDOW
    clock.time += rooms.WINDOW
    with pytest.raises(Refused, match="too many rooms"):
        them.open()


# -- what is believed --------------------------------------------------------------------------------------------------

def test_pictures_are_made_anew():
    own = np.random.default_rng(0).integers(0, 256, (2, 28, 28), dtype=np.uint8)
    found = work("turned", own)
    np.testing.assert_array_equal(found.pictures, own)
    assert found.pictures is not own and found.pictures.base is None
    ramp = np.linspace(-1, 2, 28 * 28).reshape(1, 28, 28)
    assert work("hybrid", ramp).pictures.dtype == np.uint8
    np.testing.assert_array_equal(work("hybrid", ramp).pictures, (ramp.clip(0, 1) * 255).round().astype(np.uint8))


@pytest.mark.parametrize("pictures", [
    None, "picture", b"\x89PNG\r\n", [[0.5] * 28] * 28, np.zeros((28, 28)), np.zeros((1, 28, 28, 4)),
    np.zeros((0, 28, 28)),
    np.zeros((1, 3, 28)), np.zeros((11, 28, 28)), np.zeros((1, 129, 28)), np.zeros((1, 28, 28), complex),
    np.zeros((1, 28, 28), object), np.zeros((1, 28, 28), np.int64), np.zeros((1, 28, 28), np.uint16),
    np.full((1, 28, 28), np.nan), np.full((1, 28, 28), np.inf), np.zeros((1, 28, 28), "U1"), np.zeros((2, 2, 2, 2, 2))])
def test_what_is_no_picture_is_refused_in_a_sentence(pictures):
    with pytest.raises(Refused, match=r"Send what this page has made\.$"):
        work("turned", pictures)


ODD = ("x" * 41, "a\nb", "\x00", "\u202eabc", "\u200b", "\ud800", "\ufeff", 3, None, b"x", ["x"])


@pytest.mark.parametrize("facts", [
    *({field: text} for field in ("model", "source", "target") for text in ODD), {"mark": "Anna"}, {"mark": "<b>"},
    {"mark": []}, {"seed": -1}, {"seed": 10**9}, {"seed": float("nan")}, {"seed": True}, {"seed": "3"}, {"time": 1.5},
    {"time": "now"}, {"place": float("inf")}, {"place": None}], ids=repr)
def test_odd_facts_are_refused_in_a_sentence(facts):
    with pytest.raises(Refused, match=r"Send what this page has made\.$"):
        made(**facts)


def test_names_that_models_have_are_taken_as_they_are():
    """Markdown, HTML and emoji are text: who shows it sees to that."""
    for label in ("4", "d<b>og", "![p](http://h/x.png)", "👩\u200d🔬", "ä ö", ""):
        assert made(source=label, target=label).target == label
    assert [made(mark=mark).mark for mark in MARKS] == list(MARKS) and all(len(mark) < 3 for mark in MARKS)
    with pytest.raises(Refused):
        work("shouted", np.zeros((1, 28, 28)))


def test_two_hundred_hostile_works(here):
    """Whatever is sent, from a seed: it is refused in a sentence, or it is pixels and short texts that wait."""
    rng, keyholder = random.Random(17), here.unlocked(here.key)
    shapes = [(1, 28, 28), (2, 28, 28, 3), (10, 128, 128, 3), (1, 28), (11, 8, 8), (1, 5000, 5000), (1, 28, 28, 4), ()]
    kinds = [np.float32, np.float64, np.uint8, np.int8, bool, complex, "U3", object]
    values = [*ODD, "4", "<script>alert(1)</script>", "![x](http://h/)", 0.5, -1, 10**400, float("nan"), True, {}, "🦊"]
    fields = ["model", "source", "target", "seed", "time", "place", "mark"]
    refused = 0
    for k in range(200):
        here.now.time += rng.choice((0, 1, 3))
        pictures = np.zeros(rng.choice(shapes), rng.choice(kinds)) if rng.random() < 0.7 else rng.choice(values)
        facts = {field: rng.choice(values) for field in rng.sample(fields, rng.choice((0, 0, 1, 3)))}
        try:
            here.post(work(rng.choice(("turned", "hybrid", "taught", "", None, "<b>")), pictures, **facts),
                      rng.choice(("a", "b", str(k))))
        except Refused as error:
            refused += 1
            assert str(error).endswith(".") and str(error).isprintable()
    assert refused > 100 and here.wall == [] and len(keyholder.waiting) == 200 - refused
    assert here.nbytes <= room.MOST_BYTES

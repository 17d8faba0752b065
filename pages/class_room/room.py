"""One room: a wall of what students sent, polls, and who holds the key. Threads may share it."""
from __future__ import annotations

import hmac
import secrets
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ..ui.language import N_
from . import sheet
from .believed import Work, text
from .refused import Refused

MOST_POSTS, MOST_BYTES = 200, 4_000_000  # on a wall, those that wait among them
BESIDE = 1_000                           # bytes of a post beside its pictures
EACH, PAUSE = 30, 2.0                    # posts of one sender at most, and seconds between two of them
FLOOD, WINDOW = 90, 10.0                 # posts that a room takes within so many seconds: a class that sends at once
MOST_POLLS, MOST_CHOICES, MOST_VOTERS = 24, 12, 300
QUESTION, ANSWER = 400, 120              # letters of what a poll says, and of each of its choices
CLOSED = N_("This room is closed. What you made is still on this page.")
FULL = N_("The wall is full. Your teacher can make room on it.")
ENOUGH = N_("You have sent a lot already. Your teacher can make room for more.")
TOO_FAST = N_("That was quick. Wait a moment, and send it again.")
NO_KEY = N_("That is not this room's key.")
NO_WORK = N_("Only what a page has made can be sent.")
NO_QUESTION = N_("There is no such question in this room.")
NO_CHOICE = N_("That is none of the answers. Choose one of them.")
TOO_MANY = N_("This room has no place for more of that.")


@dataclass(frozen=True)
class Post:
    """A work on the wall, or before it: its number, in the order in which they came, and its picture as a PNG."""

    number: int
    work: Work
    image: bytes = field(repr=False)
    sender: str = field(repr=False)

    @property
    def nbytes(self) -> int:
        """What it weighs in memory, about."""
        return self.work.pictures.nbytes + len(self.image) + BESIDE


@dataclass
class Poll:
    """A question: what it says, its choices by their keys with what they say, and what each voter said."""

    said: str
    choices: Mapping[str, str]
    votes: dict[str, str] = field(default_factory=dict, repr=False)

    @property
    def counts(self) -> dict[str, int]:
        """How many chose each."""
        given = Counter(self.votes.values())
        return {choice: given[choice] for choice in self.choices}


class Room:
    """A room by its code. Whoever knows the code may send and vote; whoever has the key may do what a Keyholder may.

    `version` grows with every change; `attended` is when somebody looked at the wall or sent something last, by `now`.
    """

    def __init__(self, code: str, now: Callable[[], float] = time.monotonic) -> None:
        self.code, self.now, self.version, self.is_open, self.lets_through = code, now, 0, True, False
        self.began = self.attended = now()
        self.ended: float | None = None
        self.key = secrets.token_urlsafe(18)
        self._posts: dict[int, Post] = {}
        self._waiting: set[int] = set()
        self._polls: dict[str, Poll] = {}
        self._sent: dict[str, tuple[int, float]] = {}  # of each sender: how many, and when last
        self._latest: deque[float] = deque(maxlen=FLOOD)
        self._numbers = 0
        self._lock = threading.RLock()

    # -- what students may do ------------------------------------------------------------------------------------------

    def post(self, work: Work, sender: str) -> Post:
        """Send a work. Raises Refused."""
        if not isinstance(work, Work):
            raise Refused(NO_WORK)
        image = sheet.png(work.pictures)
        with self._lock:
            self._admit(work.pictures.nbytes + len(image) + BESIDE, sender)
            self._numbers += 1
            self.attended = self.now()
            post = self._posts[self._numbers] = Post(self._numbers, work, image, sender)
            if not self.lets_through:
                self._waiting.add(post.number)
            self.version += 1
            return post

    def _admit(self, nbytes: int, sender: str) -> None:
        many, last = self._sent.get(sender, (0, float("-inf")))
        self._check_open()
        if many >= EACH:
            raise Refused(ENOUGH)
        if self.now() - last < PAUSE or len(self._latest) == FLOOD and self.now() - self._latest[0] < WINDOW:
            raise Refused(TOO_FAST)
        if len(self._posts) >= MOST_POSTS or self.nbytes + nbytes > MOST_BYTES:
            raise Refused(FULL)
        if sender not in self._sent and len(self._sent) >= 2 * MOST_VOTERS:
            raise Refused(FULL)
        self._sent[sender] = many + 1, self.now()
        self._latest.append(self.now())

    def _check_open(self) -> None:
        if not self.is_open:
            raise Refused(CLOSED)

    @property
    def wall(self) -> list[Post]:
        """What all may see, as it came."""
        with self._lock:
            return [post for number, post in self._posts.items() if number not in self._waiting]

    def seen(self, number: int) -> Post | None:
        """The post of this number, if all may see it."""
        with self._lock:
            return None if number in self._waiting else self._posts.get(number)

    @property
    def nbytes(self) -> int:
        """What all posts weigh."""
        with self._lock:
            return sum(post.nbytes for post in self._posts.values())

    # -- polls ---------------------------------------------------------------------------------------------------------

    def poll(self, question: str, said: str, choices: Mapping[str, str]) -> None:
        """Put a question, unless it is there: by its id, what it says, and what each choice says. Raises Refused."""
        with self._lock:
            if question in self._polls or not self.is_open:
                return
            if len(self._polls) >= MOST_POLLS or not 1 <= len(choices) <= MOST_CHOICES:
                raise Refused(TOO_MANY)
            named = {text(key): text(name, ANSWER) for key, name in choices.items()}
            self._polls[text(question)] = Poll(text(said, QUESTION), named)
            self.version += 1

    def vote(self, question: str, choice: str, voter: str) -> None:
        """Choose, once for each voter: another choice takes the place of the one before. Raises Refused."""
        with self._lock:
            self._check_open()
            if (poll := self._polls.get(question)) is None:
                raise Refused(NO_QUESTION)
            if choice not in poll.choices:
                raise Refused(NO_CHOICE)
            if voter not in poll.votes and len(poll.votes) >= MOST_VOTERS:
                raise Refused(TOO_MANY)
            if poll.votes.get(voter) != choice:
                poll.votes[voter] = choice
                self.version += 1

    def counts(self, question: str) -> dict[str, int]:
        """How many chose each; nothing, where nobody has put that question."""
        with self._lock:
            poll = self._polls.get(question)
            return poll.counts if poll else {}

    @property
    def polls(self) -> dict[str, Poll]:
        """All questions by their ids."""
        with self._lock:
            return dict(self._polls)

    # -- who has the key -----------------------------------------------------------------------------------------------

    def unlocked(self, key: str) -> Keyholder:
        """What the teacher may do. Raises Refused, where that is not the key."""
        if not isinstance(key, str) or not hmac.compare_digest(key.encode(), self.key.encode()):
            raise Refused(NO_KEY)
        self.attended = self.now()
        return Keyholder(self)


@dataclass(frozen=True)
class Keyholder:
    """What is done to a room by whoever has its key."""

    room: Room

    @property
    def waiting(self) -> list[Post]:
        """What nobody but the teacher may see yet."""
        with self.room._lock:
            return [self.room._posts[number] for number in sorted(self.room._waiting)]

    def approve(self, *numbers: int) -> None:
        """Let posts be seen by all; without numbers, all that wait."""
        with self.room._lock:
            self.room._waiting -= set(numbers or self.room._waiting)
            self.room.version += 1

    def let_through(self, all_of_them: bool) -> None:
        """From now on, let everything be seen at once, or nothing before it is approved."""
        with self.room._lock:
            self.room.lets_through = all_of_them
            self.room.version += 1

    def delete(self, number: int) -> None:
        """Take a post away, for ever."""
        with self.room._lock:
            self.room._posts.pop(number, None)
            self.room._waiting.discard(number)
            self.room.version += 1

    def wipe(self) -> None:
        """Take away all posts and all that was voted."""
        with self.room._lock:
            for kept in (self.room._posts, self.room._waiting, self.room._polls, self.room._sent):
                kept.clear()
            self.room.version += 1

    def close(self) -> None:
        """Take nothing any more. The wall can still be looked at and saved, until it vanishes."""
        with self.room._lock:
            self.room.is_open, self.room.ended = False, self.room.now()
            self.room.version += 1

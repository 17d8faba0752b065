"""A visitor without a browser: speaks the app's protocol as Streamlit's browser side does. Many fit into one thread."""
import asyncio
import contextlib
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from seen import CANVAS, Failure, Notice, Seen, Sight, Widget, clickable, contents, sights
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

QUIET = 5.0  # seconds without a new picture after which a page counts as at rest, though it asks by itself now and then
KEPT = 2     # runs of the script for which a browser keeps what it was sent (Streamlit's global.maxCachedMessageAge)
ENDS = (ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY,
        ForwardMsg.FINISHED_WITH_COMPILE_ERROR)
EVENTS = "$$STREAMLIT_INTERNAL_KEY_{}__events"  # to whom a component tells what has happened
Found = Callable[[Seen, frozenset[int]], float | None]


@dataclass
class Answer:
    """What came after something was asked: when it was `asked`, what was on screen `before`, what was `seen` since,
    when the script has `ended`."""

    asked: float
    before: frozenset[int] = frozenset()
    seen: list[tuple[float, Sight]] = field(default_factory=list)
    began: bool = False
    ended: float | None = None

    def after(self, found: Found) -> float | None:
        """Seconds from asking until something was found (see `seen.py`), or None."""
        when = found(self.seen, self.before)
        return None if when is None else when - self.asked


class Visitor:
    """Opens pages, uses widgets, and sees what comes of it. `async with Visitor(address) as visitor`.

    `failures` and `notices` are what the visitor was told on the way; nobody is waited for longer than `patience`
    seconds. `answer` is what came after the last thing that was asked.
    """

    def __init__(self, address: str, patience: float = 180.0):
        self.address, self.patience = address, patience
        self.failures: list[str] = []
        self.notices: list[str] = []
        self.answer = Answer(time.perf_counter())
        self._widgets: dict[tuple[str, str], Widget] = {}
        self._screen: dict[tuple[int, ...], tuple[int, ...]] = {}  # what is where on the page
        self._page = self._query = self._name = ""
        self._kept: dict[str, tuple[int, ForwardMsg]] = {}  # by hash: the run in which it was wanted last
        self._runs, self._repeats, self._leaving = 0, {}, False
        self._news = asyncio.Event()

    async def __aenter__(self) -> "Visitor":
        self._socket = await connect(f"ws://{urlsplit(self.address).netloc}/_stcore/stream", proxy=None, max_size=None,
                                     subprotocols=["streamlit"], compression=None, ping_interval=None)
        self._reader = asyncio.create_task(self._read())
        return self

    async def __aexit__(self, *_) -> None:
        self._leaving = True
        self._stop_repeating()
        await self._socket.close()
        await self._reader  # raises what could not be read

    # -- what a visitor does -------------------------------------------------------------------------------------------

    async def open(self, page: str = "", query: str = "") -> Answer:
        """Open a page (by its name in the address; "" is the tree) by a link."""
        self._page, self._name, self._query = "", page, query
        self._widgets.clear()
        return await self._ask()

    async def type(self, label: str, value: int | str) -> Answer:
        """A number or a text into the box with this label."""
        box = self._widget("number_input" if isinstance(value, int) else "text_input", label)
        state = {"double_value": value} if isinstance(value, int) else {"string_value": value}
        return await self._ask(WidgetState(id=box.id, **state), part=box.part)

    async def press(self, label: str) -> Answer:
        """The button with this label."""
        button = self._widget("button", label)
        return await self._ask(WidgetState(id=button.id, trigger_value=True), part=button.part)

    async def switch(self, label: str, on: bool = True) -> Answer:
        """The switch with this label."""
        box = self._widget("checkbox", label)
        return await self._ask(WidgetState(id=box.id, bool_value=on), part=box.part)

    async def tell(self, kind: str, event: str, value: object) -> Answer:
        """What a component of our own tells of itself."""
        own = self._widget(kind)
        events = json.dumps([{"event": event, "value": value}])
        return await self._ask(WidgetState(id=EVENTS.format(own.id), json_trigger_value=events), part=own.part)

    def shows(self, kind: str) -> Any:
        """What a component of our own was given to show; None, where there is none of it."""
        own = self._widgets.get((kind, ""))
        return own and json.loads(own.data)

    def has(self, kind: str, label: str) -> bool:
        """Whether there is such a widget."""
        return (kind, label) in self._widgets

    async def draw(self, strokes: Sequence[Sequence[float]]) -> Answer:
        """Strokes x, y, x, y … on the canvas, in its pixels."""
        canvas = self._widget(CANVAS)
        drawing = {"turn": json.loads(canvas.data)["turn"], "strokes": [list(stroke) for stroke in strokes]}
        return await self._ask(WidgetState(id=canvas.id, json_value=json.dumps({"drawing": drawing})), part=canvas.part)

    async def click(self, node: int) -> Answer:
        """A node of the tree."""
        chart = self._widget("plotly_chart")
        selection = {"points": [{"customdata": [node]}], "point_indices": [0], "box": [], "lasso": []}
        return await self._ask(WidgetState(id=chart.id, string_value=json.dumps({"selection": selection})),
                               part=chart.part)

    def nodes(self) -> list[int]:
        """What can be clicked on the tree."""
        return clickable(self._widget("plotly_chart"))

    async def until(self, found: Found) -> float | None:
        """Seconds from the last asking until something was found; None where the page came to rest without it, or
        patience was over."""
        await self._wait(lambda: self.answer.after(found) is not None or self.at_rest)
        return self.answer.after(found)

    async def rest(self) -> bool:
        """Wait until the page is at rest; False where patience was over before."""
        await self._wait(lambda: self.at_rest)
        return self.at_rest

    @property
    def address_says(self) -> str:
        """The settings in the page's address."""
        return self._query

    @property
    def at_rest(self) -> bool:
        """The script has ended and nothing will come by itself; or the connection is lost."""
        if self._reader.done():
            return True
        last = max((when for when, sight in self.answer.seen if contents(sight)), default=0.0)
        quiet = time.perf_counter() - max(last, self.answer.ended or 0.0) > QUIET
        return self.answer.ended is not None and (not self._repeats or quiet)

    # -- what goes over the wire ---------------------------------------------------------------------------------------

    def _widget(self, kind: str, label: str = "") -> Widget:
        if found := self._widgets.get((kind, label)):
            return found
        raise LookupError(f"there is no {kind} {label!r} on the page {self._name or 'of the tree'}")

    async def _wait(self, holds: Callable[[], bool]) -> None:
        end = self.answer.asked + self.patience
        while not holds() and (left := end - time.perf_counter()) > 0:
            self._news.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), min(left, 1.0))

    async def _ask(self, *states: WidgetState, part: str = "") -> Answer:
        self.answer = Answer(time.perf_counter(), frozenset().union(*self._screen.values()))
        await self._send(states, part)
        return self.answer

    async def _send(self, states: Sequence[WidgetState] = (), part: str = "", by_itself: bool = False) -> None:
        message = BackMsg()
        rerun = message.rerun_script
        rerun.query_string, rerun.fragment_id, rerun.is_auto_rerun = self._query, part, by_itself
        rerun.page_script_hash, rerun.page_name = self._page, "" if self._page else self._name
        rerun.widget_states.widgets.extend(states)
        rerun.cached_message_hashes.extend(self._kept)
        rerun.context_info.timezone, rerun.context_info.locale = "Europe/Berlin", "en-US"
        rerun.context_info.url, rerun.context_info.color_scheme = f"{self.address}/{self._name}", "light"
        with contextlib.suppress(ConnectionClosed):  # which the reader tells
            await self._socket.send(message.SerializeToString())

    async def _read(self) -> None:
        try:
            async for raw in self._socket:
                now, message = time.perf_counter(), ForwardMsg()
                message.ParseFromString(raw)
                self.hear(message, now)
                self._news.set()
        except ConnectionClosed:
            pass
        finally:
            if not self._leaving:
                self.failures.append("the connection to the app was lost")
            self._news.set()

    def hear(self, message: ForwardMsg, now: float) -> None:
        """Take in what the server said, at a time."""
        kind = message.WhichOneof("type")
        if kind == "navigation":
            self._page = message.navigation.page_script_hash
        elif kind == "new_session":
            self.answer.began, self.answer.ended = True, None
            if not message.metadata.run.fragment_ids:
                self._stop_repeating()
        elif kind in ("delta", "ref_hash"):
            for sight in sights(self._whole(message).delta):
                self._note(now, sight, tuple(message.metadata.delta_path))
        elif kind == "page_info_changed":
            self._query = message.page_info_changed.query_string
        elif kind == "auto_rerun":
            self._repeat(message.auto_rerun)
        elif kind == "stop_auto_rerun":
            self._stop_repeating(*message.stop_auto_rerun.fragment_ids)
        elif kind == "script_finished":
            self._finished(message.script_finished, now)

    def _whole(self, message: ForwardMsg) -> ForwardMsg:
        """The message itself, or the one from before that it stands for."""
        if message.WhichOneof("type") == "ref_hash":
            message = self._kept[message.ref_hash][1]
            self._kept[message.hash] = self._runs, message
        elif message.metadata.cacheable:
            self._kept[message.hash] = self._runs, message
        return message

    def _note(self, now: float, sight: Sight, place: tuple[int, ...]) -> None:
        if isinstance(sight, Widget):
            self._widgets[sight.kind, sight.label] = sight
            return
        self.answer.seen.append((now, sight))
        if shown := contents(sight):
            self._screen[place] = shown
        if isinstance(sight, Failure):
            self.failures.append(sight.text)
        elif isinstance(sight, Notice) and sight.text not in self.notices:
            self.notices.append(sight.text)

    def _finished(self, how: int, now: float) -> None:
        self._runs += 1
        self._kept = {key: (run, own) for key, (run, own) in self._kept.items() if self._runs - run <= KEPT}
        if how in ENDS and self.answer.began:  # else it is an earlier run, or it runs once more
            self.answer.ended = now

    def _repeat(self, wish) -> None:
        async def again() -> None:
            while True:
                await asyncio.sleep(wish.interval)
                await self._send(part=wish.fragment_id, by_itself=True)

        self._stop_repeating(wish.fragment_id)
        self._repeats[wish.fragment_id] = asyncio.create_task(again())

    def _stop_repeating(self, part: str | None = None) -> None:
        for own in [part] if part else list(self._repeats):
            if task := self._repeats.pop(own, None):
                task.cancel()

"""A visitor against a planted server: what is sent, what is understood, what is noticed when things go wrong."""
import asyncio
from collections.abc import Callable

from awaited import awaited
from seen import first_drawn
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from visitor import Visitor
from websockets.asyncio.server import serve

PICTURES = [f"data:image/png;base64,{own}" for own in ("AA", "BB", "CC")]


def sheet(k: int, place: int = 0, part: str = "", **more) -> ForwardMsg:
    message = ForwardMsg(hash=f"sheet {k}", **more)
    message.delta.new_element.html.body = f'<img src="{PICTURES[k]}">'
    message.delta.fragment_id = part
    message.metadata.delta_path.extend([0, place])
    return message


def box(label: str) -> ForwardMsg:
    message = ForwardMsg()
    message.delta.new_element.number_input.label, message.delta.new_element.number_input.id = label, "$$ID-number"
    message.delta.fragment_id = "part"
    return message


def began(part: str = "", page: str = "page") -> list[ForwardMsg]:
    session, place = ForwardMsg(), ForwardMsg()
    session.new_session.name = "app"
    if part:
        session.metadata.run.fragment_ids.append(part)
    place.navigation.page_script_hash = page
    return [session, place]


def ended(how: int = ForwardMsg.FINISHED_SUCCESSFULLY) -> ForwardMsg:
    return ForwardMsg(script_finished=how)


def planted(answers: Callable[[int, BackMsg], list[ForwardMsg] | None], visit) -> list[BackMsg]:
    """Let a visitor come to a server that gives these answers (None: it hangs up); what the visitor sent."""
    heard = []

    async def handle(socket):
        async for raw in socket:
            heard.append(BackMsg.FromString(raw))
            if (messages := answers(len(heard), heard[-1])) is None:
                return
            for message in messages:
                await socket.send(message.SerializeToString())

    async def run():
        async with serve(handle, "127.0.0.1", 0, subprotocols=["streamlit"]) as server:
            port = server.sockets[0].getsockname()[1]
            await visit(f"http://127.0.0.1:{port}")

    awaited(run())
    return heard


def test_a_page_a_number_and_what_is_kept():
    """The second run of the script refers to what the browser has, and says more of the address."""
    def answers(turn, message):
        if turn == 1:
            first = sheet(0)
            first.metadata.cacheable = True
            return [*began(), first, box("Dice roll"), ended()]
        address, again = ForwardMsg(), ForwardMsg(ref_hash="sheet 0")
        address.page_info_changed.query_string = "seed=7"
        return [*began("part"), address, again, sheet(1, 1), ended(ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY)]

    async def visit(address):
        async with Visitor(address, patience=5) as visitor:
            answer = await visitor.open("transmute", "pick=3")
            assert await visitor.rest() and answer.after(first_drawn) < 5
            waited = await visitor.until(first_drawn)
            assert waited == answer.after(first_drawn)
            second = await visitor.type("Dice roll", 7)
            assert await visitor.rest() and second.after(first_drawn) > 0
            [kept, new] = [when for when, _ in second.seen]
            assert second.after(first_drawn) == new - second.asked, "what was there before is no answer"
            third = await visitor.type("Dice roll", 8)
            assert await visitor.until(first_drawn) is None and third.ended, "at rest, and nothing new"
            assert visitor.failures == []

    first, second, third = (message.rerun_script for message in planted(answers, visit))
    assert (first.page_name, first.query_string, first.page_script_hash) == ("transmute", "pick=3", "")
    assert (second.page_name, second.page_script_hash, second.fragment_id) == ("", "page", "part")
    assert second.query_string == "pick=3" and third.query_string == "seed=7"
    assert list(first.cached_message_hashes) == [] and list(second.cached_message_hashes) == ["sheet 0"]
    [state] = second.widget_states.widgets
    assert (state.id, state.double_value) == ("$$ID-number", 7)


def test_an_earlier_run_s_end_and_a_run_that_begins_again_are_no_end():
    def answers(turn, message):
        return [ended(), *began(), sheet(0), ended(ForwardMsg.FINISHED_EARLY_FOR_RERUN), *began(), sheet(1), ended()]

    async def visit(address):
        async with Visitor(address, patience=5) as visitor:
            answer = await visitor.open()
            assert await visitor.rest() and len(answer.seen) == 2

    planted(answers, visit)


def test_a_page_that_asks_by_itself_is_asked_until_it_says_stop():
    def answers(turn, message):
        if turn == 1:
            wish = ForwardMsg()
            wish.auto_rerun.interval, wish.auto_rerun.fragment_id = 0.05, "part"
            return [*began(), wish, ended()]
        if turn == 4:
            stop = ForwardMsg()
            stop.stop_auto_rerun.fragment_ids.append("part")
            return [*began("part"), sheet(1), stop, ended()]
        return [*began("part"), ended()]

    async def visit(address):
        async with Visitor(address, patience=5) as visitor:
            await visitor.open()
            assert await visitor.until(first_drawn)
            assert await visitor.rest()
            await asyncio.sleep(0.2)

    heard = planted(answers, visit)
    assert len(heard) == 4
    assert all(own.rerun_script.is_auto_rerun and own.rerun_script.fragment_id == "part" for own in heard[1:])


def test_what_goes_wrong_is_noticed():
    def failing(turn, message):
        error = ForwardMsg()
        error.delta.new_element.exception.message = "no"
        return [*began(), error, ended()] if turn == 1 else None

    async def visit(address):
        async with Visitor(address, patience=5) as visitor:
            await visitor.open()
            assert await visitor.rest() and visitor.failures == [": no"]
            await visitor.open()
            assert await visitor.until(first_drawn) is None
            assert visitor.failures[1:] == ["the connection to the app was lost"]

    planted(failing, visit)


def test_patience_ends():
    async def visit(address):
        async with Visitor(address, patience=0.2) as visitor:
            await visitor.open()
            assert not await visitor.rest() and await visitor.until(first_drawn) is None
            assert visitor.failures == []

    planted(lambda turn, message: began(), visit)

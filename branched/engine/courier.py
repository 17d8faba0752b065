"""A process between an app and a pool: it carries requests there, and back what is told of them.

It is a process of its own because Ray ends those that are connected to a cluster that has gone. It is started as a
script, imports neither PyTorch nor the rest of the package, and knows nothing of what is in the bytes that it carries.
"""
from __future__ import annotations

import asyncio
import os
import struct
import sys
from typing import Any, BinaryIO, NamedTuple

APP = "branched"         # what the pool is called on Ray
TRIES = 4                # replicas that may die under one request: perhaps it is the request that they die of
PAUSE = 0.5              # seconds before the second try after a death, and as much longer before each other
SILENCE = 20.0           # seconds without any sign of a request, after which it is taken for lost
WATCH = 1.0              # seconds between two looks at the pool
LOOPBACK = ("auto", "127.", "localhost")  # how the address of a pool on this machine begins
HEAD = struct.Struct("<QcI")
# Kinds. To the courier: a request with its key, a request, whose leaving this is. From it: it is there; something that
# a replica tells; the request was lost with the pool; replicas died of it.
KEYED, ASKED, LEFT = b"k", b"a", b"x"
READY, TOLD, LOST, DIED = b"r", b"t", b"l", b"d"
KEY = 16                 # bytes of a key, before a keyed request


class Frame(NamedTuple):
    """A message in a pipe; `number`: of the request that it is about."""

    number: int
    kind: bytes
    body: bytes = b""

    def packed(self) -> bytes:
        return HEAD.pack(self.number, self.kind, len(self.body)) + self.body


def read(pipe: BinaryIO) -> Frame | None:
    """The next message; None at the end. The pipe is buffered: it gives as much as is asked, or has ended."""
    head = pipe.read(HEAD.size)
    if len(head) < HEAD.size:
        return None
    number, kind, size = HEAD.unpack(head)
    body = pipe.read(size)
    return Frame(number, kind, body) if len(body) == size else None


def settings(address: str) -> dict[str, str]:
    """Ray's settings, which it reads where it is imported. Nothing leaves the machine: no statistics, and where the
    address is this machine's own, Ray knows it by its loopback address alone (on macOS and Windows it always does)."""
    here = {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0"} if address.startswith(LOOPBACK) else {}
    return {"RAY_USAGE_STATS_ENABLED": "0", **here}


# -- in the process ----------------------------------------------------------------------------------------------------


class Courier:
    """Carries between two pipes and a handle of Ray Serve, in one asyncio loop."""

    def __init__(self, handle: Any, out: BinaryIO):
        self._handle, self._out = handle, out
        self._tasks: dict[int, asyncio.Task] = {}

    def take(self, frame: Frame) -> None:
        """Something that the app says."""
        if frame.kind == LEFT:
            if task := self._tasks.get(frame.number):
                task.cancel()
            return
        key, body = (frame.body[:KEY].hex(), frame.body[KEY:]) if frame.kind == KEYED else ("", frame.body)
        task = self._tasks[frame.number] = asyncio.create_task(self._carry(frame.number, key, body))
        task.add_done_callback(lambda _: self._tasks.pop(frame.number))

    def tell(self, number: int, kind: bytes, body: bytes = b"") -> None:
        self._out.write(Frame(number, kind, body).packed())
        self._out.flush()

    async def _carry(self, number: int, key: str, body: bytes) -> None:
        """A request to its end. If its replica dies it is asked again: who asks the same gets the same."""
        from ray.exceptions import RayActorError

        for tries in range(TRIES):
            try:
                return await self._carry_once(number, key, body)
            except RayActorError:
                await asyncio.sleep(PAUSE * tries)
            except Exception as error:  # noqa: BLE001 - whatever it is, the app can work it itself
                print(f"A request was lost: {error!r}", file=sys.stderr)
                return self.tell(number, LOST)
        self.tell(number, DIED)

    async def _carry_once(self, number: int, key: str, body: bytes) -> None:
        clock = asyncio.get_running_loop().time
        response = self._handle.options(session_id=key).work.remote(body)
        try:
            async with asyncio.timeout(SILENCE) as silence:
                async for told in response:
                    self.tell(number, TOLD, told)
                    silence.reschedule(clock() + SILENCE)
        finally:
            response.cancel()


async def carry(address: str, pipe: BinaryIO, out: BinaryIO) -> None:
    """Connect, and carry until the app has closed its pipe or the pool has gone."""
    handle, head = await asyncio.to_thread(_connected, address)
    courier, loop = Courier(handle, out), asyncio.get_running_loop()
    courier.tell(0, READY)
    watching, ended = asyncio.create_task(until_gone(head)), asyncio.Event()
    listening = asyncio.create_task(ended.wait())

    def listen() -> None:
        while frame := read(pipe):
            loop.call_soon_threadsafe(courier.take, frame)
        loop.call_soon_threadsafe(ended.set)

    loop.run_in_executor(None, listen)
    await asyncio.wait({watching, listening}, return_when=asyncio.FIRST_COMPLETED)


def _connected(address: str) -> tuple[Any, str]:
    """The handle of the pool, and where its head listens."""
    import ray
    from ray import serve

    ray.init(address=address, namespace=APP, log_to_driver=False, logging_level="ERROR")
    return serve.get_app_handle(APP).options(stream=True), ray.get_runtime_context().gcs_address


async def until_gone(head: str) -> None:
    """Wait until the pool's head is not there any more, twice in a row."""
    missed = 0
    while missed < 2:
        await asyncio.sleep(WATCH)
        try:
            _, writer = await asyncio.wait_for(asyncio.open_connection(*head.rsplit(":", 1)), 5 * WATCH)
            writer.close()
            missed = 0
        except (OSError, TimeoutError):
            missed += 1


async def main(address: str) -> None:
    """The process: frames come by standard input and go by standard output, where nothing else may write."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    try:
        await carry(address, sys.stdin.buffer, out)
    except Exception as error:  # noqa: BLE001 - Ray has many; the app goes on without
        print(next(iter(str(error).strip().splitlines()), repr(error)), file=sys.stderr)
    finally:
        sys.stderr.flush()
        os._exit(0)  # Ray would wait for a cluster that has gone, up to half a minute


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))

"""The engine that works for this app: one in this process, or the front of a pool of replicas."""
import os
import re
import sys
import threading
from functools import cache
from typing import Any

import branched
from branched import BranchedError

ADDRESS = re.compile(r"auto|ray://\S+|[^\s:/]+:\d{1,5}")
BOUNDS = branched.Bounds(each=8, all=160, paused=2)  # a class of thirty, each with what a page asks and some more
SWITCH = 0.001  # seconds after which a thread that computes lets others go on: at 0.005, pages wait for the engine

_STARTING = threading.Lock()


def get() -> Any:
    """The engine, started when it is first asked for. Raises BranchedError if $BRANCHED_ENGINE names none."""
    with _STARTING:
        return _started()


@cache
def _started() -> Any:
    engine, address = branched.Engine(BOUNDS), os.environ.get("BRANCHED_ENGINE", "").strip()
    if address and not ADDRESS.fullmatch(address):
        raise BranchedError(f"BRANCHED_ENGINE is empty, auto, or an address such as 127.0.0.1:6379, not {address:.40}.")
    sys.setswitchinterval(SWITCH)
    return branched.Pool(address, engine) if address else engine

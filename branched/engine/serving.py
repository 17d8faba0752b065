"""A replica as Ray Serve runs it."""
from __future__ import annotations

import sys

from ray.serve._private import replica as serve_replica

from .replica import Replica

SWITCH = 0.001  # seconds after which the engine's thread lets the one that answers go on


def _on_loopback(server, address: str) -> int:
    """Ray Serve opens a port in each replica, for calls by gRPC between deployments, on all addresses and with no
    questions asked, where whatever is sent is unpickled. Nothing here calls it, so it is for this machine alone."""
    return server.add_insecure_port(address.replace("[::]", "127.0.0.1"))


class Serving(Replica):
    """A replica whose process listens to nobody but Ray."""

    def __init__(self, *args, **kwargs):
        sys.setswitchinterval(SWITCH)
        serve_replica.add_port_to_grpc_server = _on_loopback
        super().__init__(*args, **kwargs)

"""Whether visitors of several app processes behind a proxy each keep to one of them:

    python tests/tools/behind_proxy.py http://localhost:8600 --visitors 12

The proxy tells in a header X-Process who has answered (docs/serving.md). Each visitor fetches the page, opens the app's
web socket, lets the page run, and fetches some more; all of that is to be answered by one process, and not by the same
for all visitors.
"""
import argparse
import sys
import urllib.request
from collections import Counter

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect

PROCESS = "X-Process"


def processes(address: str, fetches: int = 5) -> list[str]:
    """The processes that have answered one visitor, in order."""
    with urllib.request.urlopen(address) as page:
        cookie = (page.headers["Set-Cookie"] or "").split(";")[0]
        answered = [page.headers[PROCESS]]
    answered.append(_run(address, cookie))
    for _ in range(fetches):
        asked = urllib.request.Request(f"{address}/_stcore/health", headers={"Cookie": cookie})
        with urllib.request.urlopen(asked) as health:
            answered.append(health.headers[PROCESS])
    return answered


def _run(address: str, cookie: str) -> str:
    """Run the first page over the web socket, to its end; gives who has run it."""
    where = address.replace("http", "ws", 1) + "/_stcore/stream"
    with connect(where, subprotocols=["streamlit"], additional_headers={"Cookie": cookie}, max_size=None) as socket:
        arrival = BackMsg()
        arrival.rerun_script.page_name = ""
        socket.send(arrival.SerializeToString())
        answer = ForwardMsg()
        while answer.WhichOneof("type") != "script_finished":
            answer.ParseFromString(socket.recv(timeout=120))
        return socket.response.headers[PROCESS]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("address")
    parser.add_argument("--visitors", type=int, default=12)
    asked = parser.parse_args()
    visitors = [processes(asked.address.rstrip("/")) for _ in range(asked.visitors)]
    moved = [visitor for visitor in visitors if len(set(visitor)) > 1]
    served = Counter(visitor[0] for visitor in visitors)
    print("\n".join(f"{process}: {count} visitors" for process, count in sorted(served.items())))
    print(f"{len(moved)} of {len(visitors)} were answered by more than one process.", *moved, sep="\n")
    return int(bool(moved) or len(served) < 2)


if __name__ == "__main__":
    sys.exit(main())

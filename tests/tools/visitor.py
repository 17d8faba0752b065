"""A visitor without a browser: speaks the app's protocol and clicks on the tree. Load for measure.py."""
import json
import threading
import time
from collections.abc import Sequence
from itertools import cycle

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect


class Visitor(threading.Thread):
    """Opens a page (by its name in the address; "" is the tree), then clicks every `pause` seconds on the next of the
    tree's nodes, if there are any, until `stop()`.

    `seconds` are the times from each click to the end of the answer; `errors` are what went wrong there.
    """

    def __init__(self, address: str, nodes: Sequence[int] = (), delay: float = 0.0, pause: float = 3.0, page: str = ""):
        super().__init__(daemon=True)
        self.address, self.nodes, self.delay, self.pause = address.replace("http", "ws"), nodes, delay, pause
        self.page = page
        self.seconds: list[float] = []
        self.errors: list[str] = []
        self._over = threading.Event()
        self._page = self._chart = self._fragment = ""

    def stop(self) -> None:
        self._over.set()
        self.join()

    def run(self) -> None:
        with connect(f"{self.address}/_stcore/stream", subprotocols=["streamlit"], max_size=None) as socket:
            arrival = BackMsg()
            arrival.rerun_script.page_name = self.page
            self._ask(socket, arrival)
            due = time.monotonic() + self.delay
            for node in cycle(self.nodes):
                if self._over.wait(max(0.0, due - time.monotonic())):
                    return
                due += self.pause
                self.seconds.append(self._ask(socket, self._click(node)))

    def _click(self, node: int) -> BackMsg:
        """What the browser sends when a node is clicked: the selection on the chart, for its part of the page alone."""
        message = BackMsg()
        message.rerun_script.page_script_hash = self._page
        message.rerun_script.fragment_id = self._fragment
        chart = message.rerun_script.widget_states.widgets.add()
        chart.id = self._chart
        chart.string_value = json.dumps({"selection": {
            "points": [{"customdata": [node]}], "point_indices": [0], "box": [], "lasso": []}})
        return message

    def _ask(self, socket, message: BackMsg) -> float:
        message.rerun_script.query_string = ""
        began = time.perf_counter()
        socket.send(message.SerializeToString())
        while True:
            answer = ForwardMsg()
            answer.ParseFromString(socket.recv(timeout=60))
            kind = answer.WhichOneof("type")
            if kind == "new_session":
                self._page = answer.new_session.page_script_hash
            elif kind == "delta":
                self._note(answer.delta)
            elif kind == "script_finished":
                return time.perf_counter() - began

    def _note(self, delta) -> None:
        element = delta.new_element
        if element.WhichOneof("type") == "plotly_chart":
            self._chart, self._fragment = element.plotly_chart.id, delta.fragment_id
        elif element.WhichOneof("type") == "exception":
            self.errors.append(element.exception.message)

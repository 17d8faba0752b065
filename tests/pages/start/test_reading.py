"""What a drawing looks like while the pen moves: by the classifier itself, and nothing for what is no drawing."""
import asyncio
import json

import numpy as np
import pytest
from awaited import awaited

import branched
from pages.start import reading
from pages.ui.parts.canvas import inked

SEVEN = [[70, 60, 200, 60, 130, 240]]


async def post(body: bytes, path: str = "/transmute/reading", method: str = "POST") -> tuple[int, bytes]:
    """What a browser is answered; 204 by the application behind."""
    async def behind(scope, receive, send):
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def receive():
        return {"type": "http.request", "body": body, "more_body": False}

    sent = []

    async def send(message):
        sent.append(message)

    app = reading.Reading(behind, lambda strokes: {"strokes": len(strokes)})
    await asyncio.wait_for(app({"type": "http", "method": method, "path": path, "headers": []}, receive, send), 10)
    return sent[0]["status"], sent[1]["body"]


def test_a_drawing_is_answered_and_all_else_goes_on():
    assert awaited(post(json.dumps(SEVEN).encode())) == (200, b'{"strokes":1}')
    assert awaited(post(b"[]", method="GET"))[0] == awaited(post(b"[]", "/transmute"))[0] == 204
    assert awaited(post(b"\xff"))[0] == 400
    assert awaited(post(b"[" + b" " * reading.MOST))[0] == 413


def test_it_is_what_the_classifier_says():
    model = branched.load()
    picture = model.prepare(inked(SEVEN))
    read = branched.reader_for(model).read(picture[None], model.labels)
    expected = read.probabilities[0] * (1 - read.other[0])
    found = reading.shares(SEVEN)
    assert list(found) == list("0123456789") and max(found, key=found.get) == "7"
    assert np.allclose(list(found.values()), expected, atol=1e-4)


@pytest.mark.parametrize("strokes", [[], None, 7, {"a": 1}, [[1]], [[1, 2, "3", 4]], [[float("nan"), 1]], [[1e9, 0]]])
def test_of_what_is_no_drawing_nothing_is_said(strokes):
    assert reading.shares(strokes) == {}

"""What a visitor sees of what the app's server says: pictures, films, charts, headings, errors.

The one place that knows how things on screen look on the wire (Streamlit's ForwardMsg). It reads nothing but what a
browser draws, so that older and newer states of the app are told by the same measure.
"""
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.Delta_pb2 import Delta
from streamlit.proto.Element_pb2 import Element

PICTURE = re.compile(r"data:image/png;base64,[A-Za-z0-9+/=]+")
FILMS = ("film", "film-growth")  # components that play films, or bring more of one that is shown
CANVAS = "digit_canvas"          # the one that is drawn on
NEWS, BOARD = "news", "board"    # what asks for news of a class's room; where works hang
SLASH = r"\u002f"  # as Plotly writes it
NUMBER = re.compile(r"\d+(\.\d+)?")
LABELLED = ("number_input", "text_input", "button", "checkbox")


@dataclass(frozen=True)
class Pictures:
    """Pictures, each by what is on it (its hash): in a part of the page, or on a chart."""

    each: tuple[int, ...]
    on_chart: bool = False


@dataclass(frozen=True)
class Film:
    """Something to scrub: its content as one hash, and how many different moments of it have all their pictures."""

    content: int
    moments: int


@dataclass(frozen=True)
class Heading:
    """A heading on the page."""

    text: str


@dataclass(frozen=True)
class Failure:
    """An exception, or a sentence in an error's red."""

    text: str


@dataclass(frozen=True)
class Notice:
    """A sentence that the page tells in a coloured box; its numbers are left out, so that alike ones are one."""

    text: str


@dataclass(frozen=True)
class Widget:
    """Something that a visitor can use: of a kind (an element's name on the wire), with its label ("" for none).

    `part` is the fragment that it stands in; `data` is what a chart or a canvas shows.
    """

    kind: str
    label: str
    id: str
    part: str = ""
    data: str = field(default="", repr=False)


Sight = Pictures | Film | Heading | Failure | Notice | Widget
Seen = Sequence[tuple[float, Sight]]  # with the seconds at which they came, in order


def sights(delta: Delta) -> list[Sight]:
    """What can be seen of a change of the page."""
    kind = delta.WhichOneof("type")
    elements = [delta.new_element] if kind == "new_element" else (
        delta.new_transient.elements if kind == "new_transient" else [])
    return [sight for element in elements for sight in _of(element, delta.fragment_id)]


def _of(element: Element, part: str) -> list[Sight]:
    kind = element.WhichOneof("type")
    own = getattr(element, kind) if kind else None
    if kind in LABELLED:
        return [Widget(kind, own.label, own.id, part)]
    if kind == "html":
        return _pictures(PICTURE.findall(own.body))
    if kind == "imgs":
        return _pictures(image.url for image in own.imgs)
    if kind == "plotly_chart":
        chart = [Widget(kind, "", own.id, part, own.spec)] if own.selection_mode else []
        return [*chart, *_pictures(PICTURE.findall(own.spec.replace(SLASH, "/")), on_chart=True)]
    if kind == "bidi_component":
        return _component(own, part)
    return _words(kind, own)


def _words(kind: str | None, own: Any) -> list[Sight]:
    if kind == "heading":
        return [Heading(own.body)]
    if kind == "exception":
        return [Failure(f"{own.type}: {own.message}")]
    if kind == "alert":
        return [Failure(own.body) if own.format == Alert.ERROR else Notice(NUMBER.sub("N", own.body))]
    return []


def _pictures(sources: Iterable[str], on_chart: bool = False) -> list[Sight]:
    each = tuple(map(hash, sources))
    return [Pictures(each, on_chart)] if each else []


def _component(own: Any, part: str) -> list[Sight]:
    if own.component_name in (CANVAS, NEWS, BOARD):
        return [Widget(own.component_name, "", own.id, part, own.json)]
    if own.component_name not in FILMS:
        return []
    data = json.loads(own.json)
    frames = [frame["cells"] for frame in json.loads(data["film"])["frames"]]
    ends = {tuple(cells[-1]) for cells in frames if cells}  # the last row: what became of it
    return [Film(hash((data["film"], data["pixels"])), sum(min(end, default=-1) >= 0 for end in ends))]


def clickable(chart: Widget) -> list[int]:
    """The nodes that can be clicked on a chart, by their ids."""
    traces = json.loads(chart.data)["data"]
    marked = next((trace["customdata"] for trace in traces if trace.get("customdata")), [])
    return [int(own[0]) for own in marked]


# -- when something wanted was there: seconds, or None -----------------------------------------------------------------

def first_turned(seen: Seen, before: frozenset[int]) -> float | None:
    """When the first moment of a film was there that was not on screen before: the first transmuted picture."""
    return next((when for when, film in _films(seen, before) if film.moments), None)


def whole_film(seen: Seen, before: frozenset[int]) -> float | None:
    """When such a film had as many moments as it has at last. To be asked when the page is at rest."""
    films = _films(seen, before)
    return next((when for when, film in films if film.moments and film.moments >= films[-1][1].moments), None)


def first_drawn(seen: Seen, before: frozenset[int]) -> float | None:
    """When pictures came, outside of charts, that were not together on screen before."""
    return next((when for when, sight in seen if isinstance(sight, Pictures) and not sight.on_chart
                 and hash(sight.each) not in before), None)


def chart_anew(seen: Seen, before: frozenset[int]) -> float | None:
    """When a chart came that has many pictures, and none of them was on screen before.

    "Many" is as many as it has at last. To be asked when the page is at rest.
    """
    charts = [(when, sight.each) for when, sight in seen if isinstance(sight, Pictures) and sight.on_chart]
    most = max((len(each) for _, each in charts), default=0)
    return next((when for when, each in charts if len(each) == most and before.isdisjoint(each)), None)


def headed(seen: Seen, beginning: str) -> float | None:
    """When a heading with this beginning came."""
    return next((when for when, sight in seen if isinstance(sight, Heading) and sight.text.startswith(beginning)), None)


def contents(sight: Sight) -> tuple[int, ...]:
    """What is on screen with it, by hashes: each picture, all together, a film; nothing, where it has no pictures."""
    if isinstance(sight, Pictures):
        return (*sight.each, hash(sight.each))
    return (sight.content,) if isinstance(sight, Film) else ()


def _films(seen: Seen, before: frozenset[int]) -> list[tuple[float, Film]]:
    return [(when, sight) for when, sight in seen if isinstance(sight, Film) and sight.content not in before]

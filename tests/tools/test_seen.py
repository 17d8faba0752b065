"""What a visitor sees, against planted messages; and when it was there, against planted times."""
import json

import plotly.graph_objects as go
import pytest
from seen import (
    Failure,
    Film,
    Heading,
    Notice,
    Pictures,
    Widget,
    chart_anew,
    clickable,
    contents,
    first_drawn,
    first_turned,
    headed,
    sights,
    whole_film,
)
from streamlit.proto.Alert_pb2 import Alert
from streamlit.proto.Delta_pb2 import Delta

ONE, TWO, THREE = (f"data:image/png;base64,{own}" for own in ("AA/+", "BB==", "CC"))
NOTHING = frozenset()


def film(rows: list[list[list[int]]], pixels: str = "AAAA", component: str = "film") -> Delta:
    """A film with these cells in each of its moments, as `pages/ui/parts/film.py` sends it."""
    delta = Delta()
    own = delta.new_element.bidi_component
    own.component_name, own.id = component, "$$ID-film"
    contents = json.dumps({"frames": [{"caption": "", "cells": cells} for cells in rows]})
    own.json = json.dumps({"id": "x", "film": contents, "pixels": pixels, "start": 0})
    return delta


def html(*sources: str) -> Delta:
    delta = Delta()
    delta.new_element.html.body = "".join(f'<p><img src="{source}" alt=""></p>' for source in sources)
    return delta


def chart(*sources: str, nodes: tuple[int, ...] = (4, 2, 7), mode: bool = True) -> Delta:
    """As Plotly writes it, with its own escapes."""
    figure = go.Figure([go.Scatter(x=[0, 1], y=[0, 1]),
                        go.Scatter(x=[0] * len(nodes), y=[1] * len(nodes), customdata=[[node] for node in nodes])])
    for source in sources:
        figure.add_layout_image(source=source)
    delta = Delta()
    delta.fragment_id = "part"
    own = delta.new_element.plotly_chart
    own.id, own.spec = "$$ID-tree", figure.to_json()
    if mode:
        own.selection_mode.append(0)
    return delta


def test_pictures_on_the_page():
    [three] = sights(html(ONE, TWO, ONE))
    assert isinstance(three, Pictures) and len(three.each) == 3 and len(set(three.each)) == 2
    assert three.each[0] == three.each[2] and not three.on_chart
    assert sights(html()) == [] and sights(html("data:image/svg+xml;base64,AA")) == []
    assert sights(html(ONE, TWO)) != sights(html(TWO, ONE))


def test_a_chart_has_pictures_and_nodes_to_click_on():
    tree, pictures = sights(chart(ONE, TWO))
    assert tree.kind == "plotly_chart" and tree.part == "part" and clickable(tree) == [4, 2, 7]
    assert pictures == Pictures(sights(html(ONE, TWO))[0].each, on_chart=True)
    assert sights(chart(mode=False)) == [], "one that is only looked at"


@pytest.mark.parametrize(("rows", "moments"), [
    ([[[0, 0], [1, 2], [5, 6]], [[0, 0], [3, 4], [7, 8]]], 2),
    ([[[0, 0], [1, 2], [5, 6]], [[0, 0], [3, 4], [-1, -1]]], 1),  # a place is empty: not there yet
    ([[[0, 0], [1, 2], [5, 6]], [[0, 0], [3, 4], [5, 6]]], 1),    # borrowed from a neighbour
    ([[], []], 0),                                                # of sprites alone
    ([[[-1]]], 0),
])
def test_moments_of_a_film_that_are_there(rows, moments):
    [seen] = sights(film(rows))
    assert isinstance(seen, Film) and seen.moments == moments


def test_a_film_is_another_by_its_pixels_and_may_grow():
    assert sights(film([[[0]]])) == sights(film([[[0]]])) != sights(film([[[0]]], "BBBB"))
    assert sights(film([[[0]], [[1]]], component="film-growth"))[0].moments == 2
    assert sights(film([[[0]]], component="puppet")) == []


def test_words_and_what_can_be_used():
    delta = Delta()
    delta.new_element.heading.body = "It can draw your star!"
    assert sights(delta) == [Heading("It can draw your star!")]
    delta.new_element.exception.type, delta.new_element.exception.message = "ValueError", "no"
    assert sights(delta) == [Failure("ValueError: no")]
    delta.new_element.alert.body, delta.new_element.alert.format = "The model is gone.", Alert.ERROR
    assert sights(delta) == [Failure("The model is gone.")]
    delta.new_element.alert.body, delta.new_element.alert.format = "12 visitors before you, 3.5 s.", Alert.INFO
    assert sights(delta) == [Notice("N visitors before you, N s.")]
    delta.new_element.button.label, delta.new_element.button.id = "Teach it", "b"
    assert sights(delta) == [Widget("button", "Teach it", "b")]
    delta.new_element.bidi_component.component_name = "digit_canvas"
    assert sights(delta)[0].kind == "digit_canvas"
    delta.new_element.markdown.body = "**text**"
    assert sights(delta) == []
    delta.add_block.SetInParent()
    assert sights(delta) == []
    delta.new_transient.elements.add().heading.body = "for a moment"
    assert sights(delta) == [Heading("for a moment")]


OLD, STILL, HALF, WHOLE = Film(1, 22), Film(2, 1), Film(3, 11), Film(4, 22)


def test_when_a_film_was_there():
    """The first picture, and the first film with as many moments as the last: not the one from before."""
    seen = [(1.0, OLD), (2.0, STILL), (3.0, HALF), (4.0, WHOLE), (5.0, Film(5, 22))]
    assert first_turned(seen, frozenset([1])) == 2.0 and whole_film(seen, frozenset([1])) == 4.0
    assert first_turned(seen[:1], frozenset([1])) is whole_film(seen[:1], frozenset([1])) is None
    assert first_turned([(1.0, Film(9, 0))], NOTHING) is whole_film([(1.0, Film(9, 0))], NOTHING) is None


def test_when_pictures_were_there():
    """Those of another node may all have been on screen before, but not together."""
    both, one = Pictures((1, 2)), Pictures((1,))
    before = frozenset(contents(both))
    assert first_drawn([(1.0, both), (2.0, one)], before) == 2.0
    assert first_drawn([(1.0, both), (2.0, Pictures((5,), on_chart=True))], before) is None


def test_when_a_chart_was_new():
    before = frozenset(contents(Pictures((1, 2, 3), on_chart=True)))
    some, mixed, every = (Pictures(each, on_chart=True) for each in ((7,), (7, 8, 3), (7, 8, 9)))
    assert chart_anew([(1.0, some), (2.0, mixed), (3.0, every), (4.0, every)], before) == 3.0
    assert chart_anew([(1.0, some), (2.0, mixed)], before) is None, "one picture is still the old one"
    assert chart_anew([(1.0, Pictures((7, 8, 9)))], before) is None and chart_anew([], before) is None


def test_when_a_heading_was_there():
    seen = [(1.0, Heading("It learns star")), (2.0, Heading("It can draw your star!"))]
    assert headed(seen, "It can draw your star") == 2.0 and headed(seen, "It can draw your moon") is None

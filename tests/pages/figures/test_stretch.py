"""Time, stretched where paths part: a map that says nothing untrue."""
import itertools
import re

import numpy as np
import pytest

import branched
from branched import ClassTree, moves, stretch
from branched.shown.stretch import BOTTOM, EVEN, TOP
from pages.ui.figures.standing_tree import figure

ODD = ClassTree.from_json({"time": 0.9, "split": [
    {"time": 0.5, "split": ["a", "b", {"time": 0.499, "split": ["c", "d"]}]}, {"time": 0.7, "split": ["e", "f"]}]})
EARLY = ClassTree.from_json({"time": 0.999, "split": ["a", {"time": 0.002, "split": ["b", "c"]}]})
SHAPES = [ODD, EARLY, branched.load("mnist").tree, branched.load("letters").tree, ClassTree.flat("ab"),
          ClassTree.from_json({"time": 0.4, "split": ["a", "b"]})]


@pytest.mark.parametrize("shape", SHAPES, ids=["odd", "early", "mnist", "letters", "flat", "two"])
def test_it_rises_and_keeps_its_ends(shape):
    scale = stretch(shape.outline())
    times = np.linspace(0, 1, 1001).tolist()
    heights = [scale.height(time) for time in times]
    assert heights[0] == 0 and heights[-1] == 1 and all(np.diff(heights) > 0)
    assert [scale.time(height) for height in heights] == pytest.approx(times)


@pytest.mark.parametrize("shape", SHAPES[:4], ids=["odd", "early", "mnist", "letters"])
def test_branch_points_are_apart_and_what_is_around_them_is_small(shape):
    scale = stretch(shape.outline())
    parted = sorted({branch.t_low for branch in shape.branch_points})
    heights = [scale.height(time) for time in parted]
    room = 1 - TOP - BOTTOM
    assert min(np.diff(heights)) >= EVEN * room / (len(parted) - 1)
    assert heights[0] <= BOTTOM + 1e-9 and 1 - heights[-1] <= TOP + 1e-9
    gaps = sorted(zip(np.diff(parted), np.diff(heights), strict=True))
    assert all(a[1] <= b[1] + 1e-9 for a, b in itertools.pairwise(gaps)), "what is longer is drawn longer"


@pytest.mark.parametrize("shape", SHAPES[4:], ids=["flat", "two"])
def test_where_there_is_nothing_between_branch_points_heights_are_times(shape):
    scale = stretch(shape.outline())
    assert scale.is_plain and scale.height(0.3) == 0.3 and scale.time(0.3) == 0.3


def test_the_figures_ticks_say_true_times_and_it_carries_the_map():
    outline = ODD.outline()
    scale, drawn = stretch(outline), figure(outline, outline.points[0].id)
    axis, written = drawn.layout.yaxis, []
    for place, text in zip(axis.tickvals, axis.ticktext, strict=True):
        written.append(float(re.sub("<span.*?>|</?b>|</span>|<br>.*", "", text)))
        assert scale.height(written[-1]) == pytest.approx(place)
    assert {0.0, 1.0} <= set(axis.tickvals) and 0.9 in written
    assert drawn.layout.meta == {"times": list(scale.times), "heights": list(scale.heights)}


def test_arrow_keys_reach_every_node_and_come_back():
    for shape in SHAPES:
        outline = shape.outline()
        ways = moves(outline)
        reached, new = set(), {outline.roots[0].id}
        while new:
            reached |= new
            new = {other for node in new for other in ways[node].values()} - reached
        assert reached == {node.id for node in outline.nodes}
        for node, sides in ways.items():
            for there, back in (("left", "right"), ("right", "left")):
                assert there not in sides or ways[sides[there]][back] == node
            assert sides.get("up") == outline[node].parent

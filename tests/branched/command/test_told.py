"""What commands say of a tree and of a training: every class once, in lines that can be read; a time that is true."""
import re

import pytest
import torch

from branched.class_tree.fit import Plan, expected_seconds
from branched.class_tree.training import TrainingConfig
from branched.class_tree.tree import ClassTree
from branched.command import told
from branched.data.dataset import load


def test_a_tree_of_fifty_classes_can_be_read():
    names = [f"class {k}" for k in range(50)]
    merges = [(0.3, names[:2]), (0.4, names[:20]), (0.35, names[30:33]), (0.9, names)]
    lines = list(told.tree_lines(ClassTree.from_merges(names, merges)))
    text = "\n".join(lines)
    assert all(len(re.findall(rf"{name}\b", text)) == 1 for name in names)
    assert max(map(len, lines)) <= told.WIDTH and len(lines) <= 12
    points = [line[:12].rstrip() for line in lines[1:-1] if re.match(r" +0\.", line)]
    assert points == ["  0.900  cla", "    0.350  c", "    0.400  c", "      0.300"]


def test_a_flat_tree_and_one_that_a_lesson_has_cut():
    assert list(told.tree_lines(ClassTree.flat("ab")))[0] == "alone from the beginning: a, b"
    cut = ClassTree.from_merges("abc", [(0.5, "ab"), (0.8, "abc")]).graft("d", "c", 0.3)
    assert [line.split() for line in told.tree_lines(cut)][1:-1] == [["0.800"], ["0.300", "c,", "d"],
                                                                     ["0.500", "a,", "b"]]


@pytest.mark.parametrize(("seconds", "said"), [(5, "a minute"), (61, "1 minute"), (1_500, "25 minutes"),
                                               (9_000, "2.5 hours")])
def test_a_stretch_of_time(seconds, said):
    assert told.span(seconds) == said


def test_a_plan_in_plain_words():
    data = load("digits").only("014")
    plan = Plan(data, ClassTree.flat("014"), data.form.network(channels=(16, 32), rank=2),
                TrainingConfig(steps=600, batch=16, pairs=16))
    assert re.fullmatch(r"digits: \d+ pictures of 8 × 8 pixels, in 3 classes, 147 to 161 of each.",
                        told.data_line(data))
    assert "characters" in told.shown_line(data)
    line = told.plan_line(plan, 120)
    assert "3 branches" in line and "600 steps of 16 pictures: about 2 minutes" in line
    assert 0 < expected_seconds(plan, torch.device("cpu")) < 600

"""Trees as JSON: what is written is read again, and what is no tree is refused in a sentence."""
import json

import pytest
from models import random_tree

from branched import BranchedError, ClassTree


@pytest.mark.parametrize("seed", range(25))
def test_json_round_trip_keeps_everything(seed):
    tree = random_tree(seed)
    text = json.dumps(tree.to_json())
    assert ClassTree.from_json(text) == tree == ClassTree.from_json(tree.to_json())
    assert hash(ClassTree.from_json(text)) == hash(tree)


# -- malformed trees -------------------------------------------------------------------------------------------------

MALFORMED = {
    "an id beyond all tables": {"time": 0.3, "id": 10**12, "split": ["4", "9"]},
    "a process beyond all tables": {"time": 0.3, "process": 10**30, "split": ["4", "9"]},
    "not JSON": "{time: 0.3",
    "a list": ["4", "9"],
    "nothing": {},
    "class and split": {"class": "4", "time": 0.3, "split": ["4", "9"]},
    "no time": {"split": ["4", "9"]},
    "time in words": {"time": "0.3", "split": ["4", "9"]},
    "time true": {"time": True, "split": ["4", "9"]},
    "time not a number": '{"time": NaN, "split": ["4", "9"]}',
    "time 0": {"time": 0, "split": ["4", "9"]},
    "time 1": {"time": 1, "split": ["4", "9"]},
    "time below 0": {"time": -0.3, "split": ["4", "9"]},
    "time of 400 digits": {"time": 10**400, "split": ["4", "9"]},
    "time above 1": {"time": 1.3, "split": ["4", "9"]},
    "one child": {"time": 0.3, "split": ["4"]},
    "split in words": {"time": 0.3, "split": "49"},
    "class twice": {"time": 0.3, "split": ["4", "4"]},
    "child later than parent": {"time": 0.3, "split": [{"time": 0.4, "split": ["4", "9"]}, "7"]},
    "child at parent's time": {"time": 0.3, "split": [{"time": 0.3, "split": ["4", "9"]}, "7"]},
    "id twice": {"time": 0.3, "split": [{"class": "4", "id": 1}, {"class": "9", "id": 1}]},
    "id below 0": {"time": 0.3, "split": [{"class": "4", "id": -1}, "9"]},
    "id in words": {"time": 0.3, "split": [{"class": "4", "id": "a"}, "9"]},
    "label without a leaf": {"labels": ["4", "9", "7"], "roots": [{"time": 0.3, "split": ["4", "9"]}]},
    "leaf without a label": {"labels": ["4"], "roots": [{"time": 0.3, "split": ["4", "9"]}]},
    "no roots": {"labels": ["4"], "roots": []},
    "class in two roots": {"labels": ["4", "9"], "roots": [{"time": 0.3, "split": ["4", "9"]}, "4"]},
    "a number for a node": {"time": 0.3, "split": ["4", 0.5]},
    "labels not a list": {"labels": 5, "roots": [{"time": 0.3, "split": ["4", "9"]}]},
    "roots not a list": {"labels": ["4"], "roots": 5},
    "too deep": '{"time": 0.3, "split": [' * 20_000,
}


@pytest.mark.parametrize("source", MALFORMED.values(), ids=MALFORMED.keys())
def test_malformed_tree_is_refused_in_a_sentence(source):
    with pytest.raises(BranchedError) as error:
        ClassTree.from_json(source)
    assert str(error.value).endswith(".") and len(str(error.value)) < 300

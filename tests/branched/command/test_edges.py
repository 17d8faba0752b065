"""Every number of every command has edges, found from the parser's own records; beyond them is a sentence, code 2."""
import copy
import dataclasses
import functools
import typing

import pytest

from branched import BranchedError
from branched.command import edges
from branched.command.main import COMMANDS, main, parse

NEEDED = {"train": "--output x", "parents": "--output x", "grow": "--output x", "tree-diffusion": "--tree t --output x",
          "hybrid": "1 2", "transmute": "1 2", "classify": "a.png", "extend": "--name n --images a --output x",
          "remove": "--name n --output x", "export-page": "--output x", "judge": "--output x"}


def called(kind: type) -> str:
    """A command's name: MeasureSteps is measure-steps."""
    return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in kind.__name__)[1:]


def options(kind: type, way: tuple[str, ...] = ()):
    """The numbers that a record and its parts ask for: the ways to their fields, and whether they are whole."""
    hints = typing.get_type_hints(kind)
    for field in dataclasses.fields(kind):
        hint = hints[field.name]
        if dataclasses.is_dataclass(hint):
            yield from options(hint, (*way, field.name))
        elif {int, float} & (found := parts(hint)):
            yield (*way, field.name), int in found


def parts(hint) -> set:
    return {hint} | {part for inner in typing.get_args(hint) for part in parts(inner)}


CASES = [(kind, way, whole) for kind in COMMANDS for way, whole in options(kind)]


def test_every_number_has_edges():
    assert {way[-1] for _, way, _ in CASES} <= edges.EDGES.keys() and len(CASES) > 80


@pytest.mark.parametrize("kind", COMMANDS, ids=called)
def test_what_lies_beyond_is_refused_in_a_sentence(kind):
    """The words are read once, and then one number after the other is put in: reading takes tens of milliseconds."""
    usual = parse([called(kind), *NEEDED.get(called(kind), "").split()])
    assert edges.checked(usual) is usual
    for _, (*way, name), whole in (case for case in CASES if case[0] is kind):
        low, high = edges.EDGES[name]
        for value in (low - 1, high + 1, 2**70, -2**70, *(() if whole else (float("nan"), float("inf")))):
            request = copy.deepcopy(usual)
            part = functools.reduce(getattr, way, request)
            object.__setattr__(part, name, value)  # as the parser does: these are frozen
            with pytest.raises(BranchedError) as error:
                edges.checked(request)
            said = edges.CALLED.get(name, name).replace("_", "-")
            assert str(error.value).startswith(f"--{said} is ") and str(error.value).isprintable()


def test_within_them_nothing_is_refused():
    assert parse(["sample", "--seed", str(2**63 - 1)]).sampling.seed == 2**63 - 1
    assert parse(["train", "--output", "x", "--every", "1", "--seed", "0"]).every == 1


@pytest.mark.parametrize("words", ["train --output x --every 0", "sample --seed 18446744073709551616",
                                   "evaluate --seed -1", "grow --output x --learning-rate nan", "discover --size x",
                                   "transmute 1 2 --time x", "bench --repeats 0", "judge --output x --seed -1"])
def test_the_command_ends_with_2_before_anything_is_loaded(words, capsys):
    assert main(words.split()) == 2
    told = capsys.readouterr().err
    assert told.startswith("branched: ") and told.count("\n") == 1

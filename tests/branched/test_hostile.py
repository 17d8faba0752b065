"""A sample of what `python tests/tools/fuzz.py` tries: a result or a sentence, and nothing else."""
import random
from itertools import islice

import hostile
import pytest

from branched import BranchedError

MANY = {"tables": 12, "trees": 60, "names": 40}


@pytest.mark.parametrize("kind, case", [(kind, case) for kind, many in MANY.items() for case in range(0, many, 20)])
def test_it_is_taken_or_refused_in_a_sentence(kind, case, tmp_path):
    make, tried = hostile.KINDS[kind]
    for _, hard in islice(make(random.Random(case), tmp_path), min(20, MANY[kind])):
        answered(tried, hard)


@pytest.mark.parametrize("name, picture", hostile.known_pictures(), ids=lambda it: it if type(it) is str else "")
def test_pictures_that_once_were_too_much_are_refused(name, picture):
    answered(hostile.try_picture, picture)


def test_model_files_that_once_were_too_much_are_refused(tmp_path):
    for _, path in islice(hostile.known_models(tmp_path), 16):
        with pytest.raises(BranchedError):
            hostile.try_model(path)


def answered(tried, case) -> None:
    try:
        tried(case)
    except BranchedError as error:
        assert str(error).isprintable() and len(str(error)) < 3000

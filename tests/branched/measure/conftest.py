"""Digits of 8 x 8 pixels and a judge of them, for all that measures pictures."""
import pytest

from branched.data import dataset
from branched.measure.judge import Settings, train_judge


@pytest.fixture(scope="session")
def train():
    return dataset.load("digits")


@pytest.fixture(scope="session")
def test():
    return dataset.load("digits", "test")


@pytest.fixture(scope="session")
def judge(train, test):
    *_, record = train_judge(train, test, Settings(epochs=12, batch=64), seed=1)
    return record.judge

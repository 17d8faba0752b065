"""A question with a few answers to choose from."""
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Question:
    """What is asked, in Markdown and in the visitor's language. `key` and the keys of its `options` stay the same in
    every language, for addresses and votes. More than one of the options may be among the `answers`; `reason` says
    why these are right, from the model."""

    key: str
    text: str
    options: Mapping[str, str]
    answers: tuple[str, ...]
    reason: str

    def is_right(self, said: str | None) -> bool:
        """Whether this option is an answer."""
        return said in self.answers

"""Codes of four letters, to be read from a projector and typed on a tablet.

No two letters are taken for each other, there are no vowels, so that no words come about, and no two-letter signs that
a class would laugh at or be hurt by (Germany keeps some of them off number plates, too).
"""
import secrets
from collections.abc import Container

LETTERS = "BCDHJKMPRTWXZ"
LENGTH = 4
NEVER = ("KZ", "HJ", "BJ", "WC", "KKK", "XXX", "HH", "DP")


def code(taken: Container[str]) -> str:
    """A code that is not taken yet."""
    while True:
        found = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
        if found not in taken and is_decent(found):
            return found


def is_decent(found: str) -> bool:
    """Whether a code can stand on a wall before a class."""
    return not any(sign in found for sign in NEVER)


def read(text: str) -> str:
    """A code as somebody has typed it, in capitals; "" where it cannot be one."""
    found = text.strip().upper()
    return found if len(found) == LENGTH and all(letter in LETTERS for letter in found) else ""

"""The independent classifier, and who reads what visitors draw, as pages want them."""
from typing import Any

import branched


def judge_for(model: Any) -> branched.Judge | None:
    """The classifier for a model's pictures, loaded once; None if there is none, or a damaged one."""
    try:
        return branched.judge_for(model)
    except (branched.BranchedError, OSError):
        return None


def reader_for(model: Any) -> branched.Reader | None:
    """Who reads what visitors draw and photograph for a model; None if nobody but the model itself does."""
    try:
        return branched.reader_for(model)
    except (branched.BranchedError, OSError):
        return None

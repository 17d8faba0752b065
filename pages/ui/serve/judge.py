"""The independent classifier, as pages want it."""
from typing import Any

import branched


def judge_for(model: Any) -> branched.Judge | None:
    """The classifier for a model's pictures, loaded once; None if there is none, or a damaged one."""
    try:
        return branched.judge_for(model)
    except (branched.BranchedError, OSError):
        return None

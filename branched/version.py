"""Which programs made a model: kept with it."""
import platform

import torch

__version__ = "0.1.0"


def versions() -> dict[str, str]:
    """Of this package, PyTorch and Python."""
    return {"branched": __version__, "torch": torch.__version__, "python": platform.python_version()}

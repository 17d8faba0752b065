"""Where to compute: on a GPU when there is one."""
import torch

from .errors import BranchedError


def pick_device(device: str) -> torch.device:
    """The device that a user asks for: "auto", "cpu" or "cuda"."""
    if device not in ("auto", "cpu", "cuda"):
        raise BranchedError(f"The device is auto, cpu or cuda, not {device!r}.")
    if device == "cuda" and not torch.cuda.is_available():
        raise BranchedError("This machine has no GPU that PyTorch can use; choose the device cpu or auto.")
    return torch.device("cuda" if device != "cpu" and torch.cuda.is_available() else "cpu")

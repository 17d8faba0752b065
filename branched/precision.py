"""In which precision to train: bfloat16 where the hardware multiplies it, else float32."""
from contextlib import nullcontext

import torch


def autocast(precision: str, device: torch.device):
    """A function that gives the autocast context for a device and a precision."""
    if precision == "auto":
        # bfloat16 pays on a GPU and on a CPU with matrix tiles (AMX); without them it is slower than float32
        capable = device.type == "cuda" or torch.cpu.get_capabilities().get("amx_bf16", False)
        precision = "bfloat16" if capable else "float32"
    if precision == "float32":
        return nullcontext
    return lambda: torch.autocast(device.type, torch.bfloat16)

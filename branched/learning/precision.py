"""In which precision to train: bfloat16 where the hardware multiplies it, else float32."""
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

import torch
from torch import Tensor, nn


def autocast(precision: str, device: torch.device) -> Callable[[], AbstractContextManager]:
    """A function that gives the autocast context for a device and a precision."""
    if precision == "auto":
        # bfloat16 pays on a GPU and on a CPU that multiplies it (a training step: AMX, and AVX-512 BF16, where it takes
        # 0.7 of float32's time); where it is emulated it is slower than float32
        abilities = torch.cpu.get_capabilities()
        capable = device.type == "cuda" or abilities.get("amx_bf16", False) or abilities.get("avx512_bf16", False)
        precision = "bfloat16" if capable else "float32"
    if precision == "float32":
        return nullcontext
    return lambda: torch.autocast(device.type, torch.bfloat16)


class Cast(nn.Module):
    """A network that is called within `cast()`. Who asks it need not stand there: PyTorch keeps that by thread, and
    meanwhile the thread may serve others."""

    def __init__(self, network: nn.Module, cast: Callable[[], AbstractContextManager]):
        super().__init__()
        self.network, self.cast, self.chunk, self.training = network, cast, network.chunk, network.training

    def forward(self, xt: Tensor, t: Tensor, condition: Tensor) -> Tensor:
        with self.cast():
            return self.network(xt, t, condition)

"""Seeds from numbers, so that randomness is an argument everywhere and no two streams are the same."""
import torch
from torch import Tensor

from ..errors import BranchedError


def fitting(seed: int) -> int:
    """A seed that PyTorch's generators take as it is. Raises BranchedError for one with too many bits."""
    if not -2**63 <= seed < 2**63:
        raise BranchedError(f"A seed has at most 63 bits; {seed} has more.")
    return seed


def mix(*numbers: int) -> int:
    """One seed from several numbers; neighbouring numbers give unrelated seeds (splitmix64)."""
    value = 0
    for number in numbers:
        value = (value + number * 0x9E3779B97F4A7C15 + 0x632BE59BD9B4E019) % 2**64
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9 % 2**64
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB % 2**64
        value ^= value >> 31
    return value % 2**63


def normal(keys: list[int], shape: tuple[int, ...]) -> Tensor:
    """Standard normal noise (len(keys), *shape), each row from its own key: the same in any batch."""
    return torch.stack([torch.randn(shape, generator=torch.Generator().manual_seed(key)) for key in keys])

"""Distortions: small changes of a picture that leave it what it is, for learning much from few pictures."""
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F


@dataclass(frozen=True)
class Distortion:
    """How far distortions go. Shifts and bends are in half sides of the image, `stroke` in pixels at each edge."""

    turn: float = 0.22  # radians
    scale: float = 0.13
    shear: float = 0.2
    shift: float = 0.14
    bend: float = 0.05
    stroke: float = 0.0


def distort(x: Tensor, size: Distortion, generator: torch.Generator) -> Tensor:
    """Small random turns, scalings, shears, shifts and bends (Simard et al. 2003) of images (B, C, H, W), and strokes
    that are thicker or thinner."""
    def draw(*shape: int) -> Tensor:
        return 2 * torch.rand(len(x), *shape, generator=generator) - 1

    angle, shear, stretch = size.turn * draw(), size.shear * draw(), 1 + size.scale * draw(2)
    cos, sin = angle.cos(), angle.sin()
    turn = torch.stack([cos, -sin, sin, cos], -1).view(-1, 2, 2)
    lean = torch.eye(2).repeat(len(x), 1, 1)
    lean[:, 0, 1] = shear
    theta = torch.cat([turn @ lean * stretch[:, None], size.shift * draw(2, 1)], -1)          # (B, 2, 3)
    coarse = size.bend * torch.randn(len(x), 2, 5, 5, generator=generator)
    bend = F.interpolate(coarse, x.shape[-2:], mode="bicubic", align_corners=False)           # (B, 2, H, W)
    grid = F.affine_grid(theta, list(x.shape), align_corners=False) + bend.permute(0, 2, 3, 1)
    x = F.grid_sample(x, grid, padding_mode="border", align_corners=False)
    if size.stroke == 0:
        return x
    amount = (size.stroke * draw())[:, None, None, None]
    brighter, darker = F.max_pool2d(x, 3, 1, 1), -F.max_pool2d(-x, 3, 1, 1)
    edged = x + amount.clamp(min=0) * (brighter - x) + (-amount).clamp(min=0) * (darker - x)
    (low, high), (new_low, new_high) = (torch.aminmax(images.flatten(1), dim=1) for images in (x, edged))
    gain = (high - low) / (new_high - new_low).clamp(min=1e-6)  # a thinner stroke is as bright as it was
    low, new_low, gain = (value[:, None, None, None] for value in (low, new_low, gain))
    return low + (edged - new_low) * gain

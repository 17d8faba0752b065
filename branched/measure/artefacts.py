"""Artefacts: what pictures have that real ones do not, and how they fool the classifier that they were trained with.

Pictures are (..., H, W) or (..., H, W, 3), floats in [0, 1] or uint8.
"""
from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import BranchedError

HALF_NYQUIST = 0.25  # cycles a pixel; the Nyquist frequency is 0.5


def difference(images: Any, references: Any) -> np.ndarray:
    """What pictures have more than others from the same noise, int16 of the same shape, from -255 to 255.

    Raises BranchedError if their shapes differ.
    """
    a, b = (_levels(values) for values in (images, references))
    if a.shape != b.shape:
        raise BranchedError(f"A difference is between pictures of one shape, not {a.shape} and {b.shape}.")
    return a - b


def fine_share(images: Any) -> float:
    """Share of the spectral energy of pictures (B, H, W) or (B, H, W, 3), their mean taken away, that lies above half
    of the Nyquist frequency: 0 to 1. White noise has 0.80, smooth strokes little, a checkerboard 1; nan for flat ones.

    All energy above over all energy, so that a nearly blank picture counts little.
    """
    pixels = _levels(images).astype(np.float64)
    height, width = pixels.shape[1:3]
    energy = np.abs(np.fft.fft2(pixels - pixels.mean((1, 2), keepdims=True), axes=(1, 2))) ** 2
    frequency = np.hypot(*np.meshgrid(np.fft.fftfreq(height), np.fft.fftfreq(width), indexing="ij"))
    total = energy.sum()
    return float(energy[:, frequency > HALF_NYQUIST].sum() / total) if total else float("nan")


def fineness(images: Any, real: Any) -> float:
    """The share of fine detail of pictures over that of real ones: 1 where they have as much."""
    return fine_share(images) / fine_share(real)


def fooled(own: Any, judge: Any, meant: Any) -> float:
    """Share of pictures that a model's own classifier takes for what was meant while the judge does not: 0 to 1.

    All three are indices of classes, (B,).
    """
    own, judge, meant = (np.asarray(values) for values in (own, judge, meant))
    return float(((own == meant) & (judge != meant)).mean())


def _levels(images: Any) -> np.ndarray:
    """Brightness from 0 to 255, int16."""
    images = np.asarray(images)
    if images.dtype == np.uint8:
        return images.astype(np.int16)
    return np.round(np.clip(images, 0, 1) * 255).astype(np.int16)

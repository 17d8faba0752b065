"""A third form of data, outside the package: signals, whose classes are the shapes of their waves; and their network.

All that it takes: a form, a network, and a row in `branched.data.forms.FORMS`.
"""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from branched import BranchedError
from branched.data.dataset import Dataset
from branched.data.form import Blocks, Form
from branched.networks.base import BranchedNetwork, BranchLinear, TimeEmbedding

LENGTH = 32
SHAPES = {  # by the phase from 0 to 1
    "sine": lambda phase: np.sin(2 * np.pi * phase),
    "skew": lambda phase: (np.sin(2 * np.pi * phase) + np.sin(4 * np.pi * phase) / 2) / 1.3,
    "double": lambda phase: np.sin(4 * np.pi * phase),
    "saw": lambda phase: 2 * ((phase + 0.5) % 1) - 1,
}


# -- the network -------------------------------------------------------------------------------------------------------

@dataclass(frozen=True)
class SignalConfig:
    """Sizes of the network."""

    shape: tuple[int] = (LENGTH,)
    width: int = 32
    blocks: int = 3
    embedding: int = 32

    def __post_init__(self) -> None:
        object.__setattr__(self, "shape", tuple(self.shape))

    def build(self, processes: int) -> SignalNetwork:
        return SignalNetwork(self, processes)


class SignalNetwork(BranchedNetwork):
    """Convolutions that know where they are, modulated by time and process; the output is a process's own."""

    chunk = 256

    def __init__(self, config: SignalConfig, processes: int):
        super().__init__(config, processes)
        width = config.width
        self.time = TimeEmbedding(config.embedding)
        self.branch = nn.Embedding(processes, config.embedding)
        self.stem = nn.Conv1d(3, width, 7, padding="same", padding_mode="circular")
        self.convolutions = nn.ModuleList(
            nn.Conv1d(width, width, 7, padding="same", padding_mode="circular") for _ in range(config.blocks))
        self.modulations = nn.ModuleList(nn.Linear(config.embedding, 2 * width) for _ in range(config.blocks))
        self.out = BranchLinear(processes, width, 1, zero=True)

    def forward(self, xt: Tensor, t: Tensor, process: Tensor) -> Tensor:
        """xt (B, L), t (B,), process (B,) -> predicted velocity (B, L)."""
        embedding = F.silu(self.time(t) + self.branch(process))
        angle = 2 * torch.pi * torch.arange(xt.shape[1], device=xt.device) / xt.shape[1]
        place = torch.stack([angle.cos(), angle.sin()]).expand(len(xt), -1, -1)
        h = self.stem(torch.cat([xt[:, None], place], 1))                                 # (B, width, L)
        for convolution, modulation in zip(self.convolutions, self.modulations, strict=True):
            scale, shift = modulation(embedding)[..., None].chunk(2, dim=1)
            h = h + F.silu(convolution(h) * (1 + scale) + shift)
        return self.out(h.transpose(1, 2), process)[..., 0]


# -- the form ----------------------------------------------------------------------------------------------------------

@dataclass(frozen=True)
class Signals(Form):
    """One-dimensional signals (B, L) in [-1, 1], outside as inside."""

    shape: tuple[int] = (LENGTH,)
    kind = "signals"
    one, many, suffix, features = "signal", "signals", ".npy", ()
    config, sizes = SignalConfig, ("width", "blocks")

    def __post_init__(self) -> None:
        object.__setattr__(self, "shape", tuple(self.shape))

    def to_core(self, given: Any) -> Tensor:
        signals = np.asarray(given, np.float32)
        if signals.shape[1:] != self.shape or not len(signals) or not np.abs(signals).max() <= 1:
            raise BranchedError(f"Signals are (B, {self.shape[0]}), from -1 to 1.")
        return torch.from_numpy(signals)

    def from_core(self, x: Tensor) -> np.ndarray:
        return x.detach().cpu().clamp(-1, 1).numpy()

    def shown(self, stored: Tensor) -> np.ndarray:
        return stored.numpy()

    def scale(self, stored: Tensor) -> Tensor:
        return stored

    def store(self, x: Tensor) -> Tensor:
        return x

    def clamp(self, x: Tensor) -> Tensor:
        return x.clamp(-1, 1)

    def varied(self, stored: Tensor, strength: float, generator: torch.Generator) -> Tensor:
        """Signals moved a little round the circle."""
        shifts = (strength * torch.randint(4, (len(stored),), generator=generator)).long()
        return torch.stack([signal.roll(int(shift)) for signal, shift in zip(stored, shifts, strict=True)])

    def objection(self, x: Tensor) -> str:
        return "A signal is flat." if (x.amax(1) - x.amin(1) < 0.1).any() else ""

    def read(self, paths: Sequence[Path], label: str = "") -> np.ndarray:
        return np.concatenate([np.load(path) for path in paths])

    def write(self, path: Path, blocks: Blocks) -> None:
        np.save(path, np.concatenate([signals for _, signals in blocks]))


def signals(n: int, seed: int = 0) -> Dataset:
    """n signals of every shape, a little early or late, louder or softer, with a little noise."""
    rng = np.random.default_rng(seed)
    phases = 0.2 * rng.random((len(SHAPES), n, 1)) + np.arange(LENGTH) / LENGTH
    drawn = np.stack([shape(phase) for shape, phase in zip(SHAPES.values(), phases, strict=True)])
    drawn = drawn * rng.uniform(0.7, 0.9, (len(SHAPES), n, 1)) + 0.02 * rng.normal(size=drawn.shape)
    x = torch.from_numpy(drawn.reshape(-1, LENGTH).clip(-1, 1).astype(np.float32))
    return Dataset("signals", tuple(SHAPES), x, torch.arange(len(SHAPES)).repeat_interleave(n), Signals())


def shape_of(signals: np.ndarray) -> np.ndarray:
    """The shape that each signal (n, L) is most like, at any phase: by the height of the correlation."""
    phase = np.arange(LENGTH) / LENGTH
    templates = np.stack([shape(phase) for shape in SHAPES.values()])
    templates = templates - templates.mean(1, keepdims=True)
    templates /= np.linalg.norm(templates, axis=1, keepdims=True)
    centred = signals - signals.mean(1, keepdims=True)
    centred /= np.linalg.norm(centred, axis=1, keepdims=True) + 1e-9
    spectra = np.fft.rfft(centred)[:, None] * np.fft.rfft(templates).conj()               # (n, shapes, frequencies)
    return np.array(list(SHAPES))[np.fft.irfft(spectra, LENGTH).max(-1).argmax(1)]

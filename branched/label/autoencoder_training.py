"""How an autoencoder learns: begin, train, and `finished` gives it with its latents scaled."""
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn

from ..data.dataset import Dataset
from ..errors import BranchedError
from ..learning.loop import LearningConfig, LearningState, Progress, learn, start
from ..noise.seeds import mix
from .autoencoder import Autoencoder, AutoencoderConfig

SEEN = 10_000  # images that say how far latents spread
AT_A_TIME = 500


class Batch(NamedTuple):
    """Images (B, C, H, W) in [-1, 1], and noise (B, *latent), with which the bottleneck draws."""

    images: Tensor
    noise: Tensor


@dataclass(frozen=True, eq=False)
class Batches:
    """A step -> its batch."""

    data: Dataset
    latent: tuple[int, ...]
    config: LearningConfig

    def __call__(self, step: int) -> Batch:
        generator = torch.Generator().manual_seed(mix(self.config.seed, step, 1))
        images = self.data.draw(self.data.labels, self.config.batch, generator)
        return Batch(images, torch.randn(len(images), *self.latent, generator=generator))


def loss_of(network: nn.Module, batch: Batch) -> Tensor:
    """Mean absolute error of a pixel, plus the cost of the latents.

    The absolute error as in latent diffusion, rather than a cross-entropy: it asks for the median, so edges of strokes
    stay sharp, it is the figure that is reported, and colours are no probabilities.
    """
    images, cost = network(*batch)
    return (images.float() - batch.images).abs().mean() + cost.mean()


def begin(config: AutoencoderConfig, learning: LearningConfig, device: torch.device) -> LearningState:
    """A run before its first step, its network initialised from the seed."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(learning.seed)
        return start(config.build().to(device), learning)


def train(state: LearningState, data: Dataset, learning: LearningConfig) -> Iterator[Progress]:
    """Train an autoencoder on images. Raises BranchedError for data of another form."""
    config = state.network.config
    if data.form.kind != "images" or data.shape != config.shape:
        raise BranchedError(f"This autoencoder takes images of shape {config.shape}; {data.name} has {data.form.kind} "
                            f"of {data.shape}.")
    return learn(state, Batches(data, config.latent, learning), loss_of, learning)


def finished(state: LearningState, data: Dataset) -> Autoencoder:
    """The averaged network, at rest, its latents scaled by what images of the data have."""
    autoencoder = state.average.eval()
    some = data.x[torch.linspace(0, len(data) - 1, min(SEEN, len(data))).long()]
    autoencoder.standardise(data.form.scale(some).to(state.device))
    return autoencoder


@torch.no_grad()
def latents_of(autoencoder: Autoencoder, data: Dataset) -> Tensor:
    """Latents of all images of a data set, (n, *latent), float32 on the CPU."""
    device = autoencoder.spread.device
    return torch.cat([autoencoder.encode(data.form.scale(part).to(device)).cpu() for part in data.x.split(AT_A_TIME)])

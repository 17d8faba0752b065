"""What is measured of single methods alone, to say why they do what they do: an autoencoder, conditional batch
normalisation by different statistics, an auxiliary classifier's own verdict."""
from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from ..data.dataset import Dataset
from ..label.batch_norm import BatchNormUNet, with_batch_statistics, with_first_statistics
from ..label.batch_statistics import PerTime, statistics_gap, time_counts
from ..label.model import LabelModel
from ..noise import schedule
from .artefacts import fooled
from .judge import Judge
from .of_methods import levels

ROWS = 500                      # images at a time through an autoencoder
GAPS = (0.1, 0.5, 0.9)          # times at which statistics are compared with those of training
TOLD, TRUE = 0.6, 0.3           # is a state at 0.3 another thing to a network that is told 0.6?
# Which statistics a network with batch normalisation goes by in a walk: those of training; the batch's own, as in the
# trial by whose failure this was found; those of each time; and those it began with, as after an average of the weights
# alone.
STATISTICS: dict[str, Callable[[BatchNormUNet, Dataset], nn.Module]] = {
    "running": lambda network, data: network,
    "batch": lambda network, data: with_batch_statistics(network),
    "per-time": lambda network, data: PerTime(network, data),
    "first": lambda network, data: with_first_statistics(network),
}


# -- autoencoders ------------------------------------------------------------------------------------------------------

def reconstruction(model: LabelModel, judge: Judge, test: Dataset) -> tuple[dict[str, Any], np.ndarray]:
    """Figures of real test images (`methods_data.Autoencoder`), and the first of each class: as it is, as it comes
    back, and how much differs, uint8 (3, N, H, W)."""
    images = test.form.shown(test.x)
    back, codes = _through(model, images)
    figures = {**lost(images, back), "right": judge.accuracy(back, test.y),
               "right_real": judge.accuracy(images, test.y)}
    first = [int((test.y == k).nonzero()[0]) for k in range(len(test.labels))]
    seen = levels(np.stack([images[first], back[first], np.abs(images[first] - back[first])]))
    return figures | ({"codes_used": codes} if codes else {}), seen


def lost(images: np.ndarray, back: np.ndarray) -> dict[str, float]:
    """What images (n, ...) in [0, 1] lost on a way and back: mean absolute error, and signal to noise in dB."""
    squared = max(float(np.square(images - back).mean()), 1e-10)
    return {"error": float(np.abs(images - back).mean()), "psnr": float(-10 * np.log10(squared))}


@torch.inference_mode()
def _through(model: LabelModel, images: np.ndarray) -> tuple[np.ndarray, int]:
    """Images in [0, 1] through a model's autoencoder, and how many codes of its codebook were used: 0 without one."""
    autoencoder, form, used = model.autoencoder, model.form, set()
    back = []
    for part in form.to_core(images).split(ROWS):
        latents = autoencoder.encode(part.to(model.device))
        back.append(form.from_core(form.clamp(autoencoder.decode(latents))))
        if autoencoder.config.regularisation == "vq":
            unscaled = latents * autoencoder.spread + autoencoder.centre
            used |= set(autoencoder.bottleneck.nearest(unscaled).flatten().tolist())
    return np.concatenate(back), len(used)


# -- variants ----------------------------------------------------------------------------------------------------------

def by_statistics(model: LabelModel, statistics: str, data: Dataset) -> LabelModel:
    """The same model, whose batch normalisation goes by other statistics in a walk."""
    network = STATISTICS[statistics](model.network, data)
    return LabelModel(model.method, network, model.labels, model.facts, model.form, model.name)


def of_statistics(model: LabelModel, trained: LabelModel, data: Dataset) -> dict[str, float]:
    """How far statistics at single times are from those of training, in standard deviations, mean over layers and
    times; and how much a network's answer changes if it is told another time: 0 if it is blind to it."""
    gaps = [gap.shift for t in GAPS for gap in statistics_gap(trained.network, data, t)]
    return {"statistics_gap": float(np.mean(gaps)), "time_counts": time_counts(
        model.network, *_noisy(data, model.device), TRUE, TOLD)}


def _noisy(data: Dataset, device: torch.device) -> tuple[Tensor, Tensor]:
    """Noisy real objects at the time TRUE, and their classes."""
    x0 = data.form.scale(data.x[:ROWS])
    noise = torch.randn(x0.shape, generator=torch.Generator().manual_seed(0))
    return schedule.diffuse(x0, noise, TRUE).to(device), data.y[:ROWS].to(device)


def of_classifier(model: LabelModel, judge: Judge, images: Mapping[str, np.ndarray]) -> dict[str, float]:
    """What the classifier that a network has learnt with says of images (n, H, W), by the class that they were meant to
    be: how often it names that, and how often it alone does, and the judge does not."""
    pixels = np.concatenate(list(images.values()))
    meant = np.repeat([model.labels.index(label) for label in images], [len(part) for part in images.values()])
    own = model.network.classifier.probabilities(model.form.to_core(pixels)).argmax(1).numpy()
    verdicts = [model.labels.index(judge.labels[k]) for k in judge.probabilities(pixels).argmax(1)]
    return {"own": float((own == meant).mean()), "fooled": fooled(own, verdicts, meant)}

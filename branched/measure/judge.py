"""The judge: the classifier with which the project measures its own samples.

A small convolutional network, trained on real training images alone. Its accuracy on real test images is the ceiling
of any "right class" figure, and distances in its features are comparable only with themselves: they are no FID.
"""
from __future__ import annotations

import math
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .. import believed, checkpoint
from ..data.dataset import Dataset
from ..data.distort import Distortion, distort
from ..errors import BranchedError
from ..learning.loop import LearningConfig, learn, start
from ..noise.seeds import mix
from ..version import versions

SMALLEST_SIDE = 8
LAYOUT = torch.channels_last  # the faster one for convolutions on a CPU
EVERY = 50  # steps between two records of a training
LOOKED = 500  # images at a time
MATCHED = 1000  # images by which a class is known, at most


@dataclass(frozen=True)
class JudgeConfig:
    """Everything that decides the network's shape."""

    labels: tuple[str, ...]
    channels: int
    height: int
    width: int
    widths: tuple[int, int, int] = (32, 64, 128)

    def __post_init__(self) -> None:
        if not all(isinstance(number, int) for number in (self.channels, self.height, self.width, *self.widths)):
            raise BranchedError("A judge's channels, height, width and widths are whole numbers.")
        if len(self.labels) < 2 or len(set(self.labels)) != len(self.labels):
            raise BranchedError("A judge tells at least two classes apart, each named once.")
        if self.channels not in (1, 3):
            raise BranchedError(f"A judge sees grey or RGB images, with 1 or 3 channels, not {self.channels}.")
        if min(self.height, self.width) < SMALLEST_SIDE or max(self.height, self.width) > 1024:
            raise BranchedError(f"A judge needs images with sides from {SMALLEST_SIDE} to 1024 pixels, "
                                f"not {self.height} x {self.width}.")
        if len(self.widths) != 3 or not all(1 <= width <= 1024 for width in self.widths):
            raise BranchedError(f"A judge has three widths from 1 to 1024, not {self.widths}.")


@dataclass(frozen=True)
class TrainingStep:
    """How far the training of a judge is; the last record carries the finished judge."""

    step: int
    steps: int
    epoch: float
    loss: float
    seconds: float
    judge: Judge | None = None


@dataclass(frozen=True)
class Settings(Distortion):
    """How a judge is trained, distortions among it; saved with it."""

    epochs: int = 10
    batch: int = 256
    peak_lr: float = 6e-3
    weight_decay: float = 0.02
    label_smoothing: float = 0.02
    average: float = 0.998  # decay of the running average of the weights


# -- the network -----------------------------------------------------------------------------------------------------


def _block(inward: int, outward: int, side: int = 3, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(inward, outward, side, stride, side // 2, bias=False),
                         nn.BatchNorm2d(outward), nn.ReLU())


def _network(config: JudgeConfig) -> nn.Sequential:
    """Trunk, a weighted sum over the places of each map (position matters in digits), linear head."""
    a, b, c = config.widths
    place = tuple((math.ceil(side / 2) + 1) // 2 for side in (config.height, config.width))
    trunk = nn.Sequential(
        _block(config.channels, a, side=5, stride=2),                           # (B, a, H/2, W/2)
        _block(a, b), _block(b, b), nn.MaxPool2d(2, ceil_mode=True),            # (B, b, H/4, W/4)
        _block(b, c), _block(c, c), _block(c, c),                               # (B, c, H/4, W/4)
        nn.Conv2d(c, c, place, groups=c, bias=False), nn.Flatten(),             # (B, c)
        nn.BatchNorm1d(c), nn.ReLU(),
    )
    return nn.Sequential(trunk, nn.Linear(c, len(config.labels)))


def _initialise(network: nn.Module, generator: torch.Generator) -> None:
    """Draw the weights from one generator, so that no global seed is needed (He et al. 2015)."""
    for module in network.modules():
        if isinstance(module, (nn.Conv2d, nn.Linear)):
            nn.init.kaiming_normal_(module.weight, nonlinearity="relu", generator=generator)
            if module.bias is not None:
                nn.init.zeros_(module.bias)


# -- the judge -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Judge:
    """A trained classifier. Images at its door are floats in [0, 1], (B, H, W) for grey or (B, H, W, 3) for RGB.
    `meant` are its own classes by other names that classes go by, of which it may be asked, too."""

    config: JudgeConfig
    network: nn.Sequential = field(repr=False)
    facts: dict[str, Any] = field(default_factory=dict)  # test accuracy, seed, settings, versions
    meant: dict[str, str] = field(default_factory=dict)

    @property
    def labels(self) -> tuple[str, ...]:
        return self.config.labels

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of one image: (H, W), or (H, W, 3)."""
        c = self.config
        return (c.height, c.width) if c.channels == 1 else (c.height, c.width, c.channels)

    def place(self, label: str) -> int:
        """Where a class is in `labels`. Raises BranchedError for one that it does not know."""
        label = self.meant.get(label, label)
        if label not in self.labels:
            raise BranchedError(f"The judge does not know the class {label!r:.40}; it knows {', '.join(self.labels)}.")
        return self.labels.index(label)

    def matched(self, data: Dataset) -> Judge:
        """This judge, asked of the classes of some data whatever they are called: each is the class that the judge sees
        most often in its objects. Two may be the same."""
        seen = {label: self.probabilities(data.form.shown(x[::-(-len(x) // MATCHED)])).argmax(1)
                for label in data.labels if len(x := data.of(label))}
        return replace(self, meant={label: self.labels[np.bincount(places).argmax()] for label, places in seen.items()})

    def features(self, images: Any) -> np.ndarray:
        """Penultimate activations, float32 (B, D), not negative."""
        return self.look(images)[0]

    def probabilities(self, images: Any) -> np.ndarray:
        """Probability of each class, float32 (B, N), in the order of `labels`."""
        return self.look(images)[1]

    def look(self, images: Any) -> tuple[np.ndarray, np.ndarray]:
        """Features (B, D) and probabilities (B, N) in one pass. Raises BranchedError for other shapes or ranges."""
        pixels = self._pixels(images)
        trunk, head = self.network
        with torch.inference_mode():
            features = torch.cat([trunk(part.contiguous(memory_format=LAYOUT)) for part in pixels.split(LOOKED)])
            return features.numpy(), head(features).softmax(-1).numpy()

    def accuracy(self, images: Any, y: Any) -> float:
        """Share of images whose most probable class is y, int (B,), indices into `labels`."""
        return float((self.probabilities(images).argmax(1) == np.asarray(y)).mean())

    def _pixels(self, images: Any) -> Tensor:
        """Float32 (B, C, H, W), checked."""
        images, want = torch.as_tensor(images), self.shape
        if not images.is_floating_point():
            raise BranchedError(f"The judge takes images as floats from 0 to 1, not as {images.dtype}.")
        if tuple(images.shape[1:]) != want:
            raise BranchedError(f"This judge knows images of shape (B, {', '.join(map(str, want))}), "
                                f"not {tuple(images.shape)}.")
        images = images.detach().to("cpu", torch.float32)
        if images.numel() and not (images.min() >= -1e-4 and images.max() <= 1 + 1e-4):  # nan fails, too
            raise BranchedError("The judge takes images with values from 0 to 1; some lie outside.")
        return images[:, None] if self.config.channels == 1 else images.permute(0, 3, 1, 2)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write a safetensors file whose JSON header holds the configuration and the facts."""
        header = {"config": asdict(self.config), "facts": self.facts}
        checkpoint.save(path, "judge", self.network.state_dict(), header)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Judge:
        """Read what `save` wrote. Raises BranchedError with the reason if the file is missing, cut or foreign."""
        tensors, header = checkpoint.load(path, "judge")
        try:
            config, facts = _config(header["config"]), dict(header["facts"])
            with believed.Within(tensors.values()):
                network = _network(config)
            network.load_state_dict(tensors)
        except BranchedError as error:
            raise BranchedError(f"{path} describes no judge: {error}") from None
        except (KeyError, TypeError, ValueError):
            raise BranchedError(f"The header of {path} describes no judge.") from None
        except RuntimeError:
            raise BranchedError(f"The weights in {path} do not fit the judge that its header describes.") from None
        if not all(torch.isfinite(tensor).all() for tensor in tensors.values()):
            raise BranchedError(f"{path} holds weights that are not finite numbers.")
        return cls(config, _at_rest(network), facts)


def _config(values: dict[str, Any]) -> JudgeConfig:
    """From JSON, which knows no tuples."""
    return JudgeConfig(**{key: tuple(value) if isinstance(value, list) else value for key, value in values.items()})


def _at_rest(network: nn.Sequential) -> nn.Sequential:
    return network.to(memory_format=LAYOUT).eval().requires_grad_(False)


# -- training --------------------------------------------------------------------------------------------------------


class Batch(NamedTuple):
    """Distorted images (B, C, H, W) in [0, 1], and what they are, (B,)."""

    images: Tensor
    y: Tensor


@dataclass(frozen=True, eq=False)
class Batches:
    """A step -> its batch: every epoch in a new order, in parts of nearly equal size (none of a single image, which
    batch normalisation refuses)."""

    data: Dataset
    settings: Settings
    seed: int

    @property
    def of_an_epoch(self) -> int:
        """How many there are."""
        return math.ceil(len(self.data) / self.settings.batch)

    def __call__(self, step: int) -> Batch:
        epoch, part = divmod(step, self.of_an_epoch)
        order = torch.randperm(len(self.data), generator=torch.Generator().manual_seed(mix(self.seed, epoch, 1)))
        rows = order.tensor_split(self.of_an_epoch)[part]
        generator = torch.Generator().manual_seed(mix(self.seed, step, 2))
        return Batch(distort(self.data.x[rows].float() / 255, self.settings, generator), self.data.y[rows])


def train_judge(train: Dataset, test: Dataset, settings: Settings | None = None,
                seed: int = 0) -> Iterator[TrainingStep]:
    """Train on `train`; yield a record now and then, the last one with the judge, measured once on `test`.

    Nothing is chosen by the test images. The judge is the running average of the weights (Polyak and Juditsky 1992),
    after one cycle of the learning rate (Smith and Topin 2019). Raises BranchedError for data of fewer than two
    classes or of small images.
    """
    if train.form.kind != "images":
        raise BranchedError(f"A judge looks at images; {train.name} has {train.form.kind}.")
    settings = settings or Settings()
    config, batches = JudgeConfig(train.labels, *train.shape), Batches(train, settings, seed)
    learning = _learning(settings, settings.epochs * batches.of_an_epoch, seed)
    network = _network(config).to(memory_format=LAYOUT)
    _initialise(network, torch.Generator().manual_seed(seed))
    state = start(network, learning, settings.weight_decay)
    for progress in learn(state, batches, partial(_loss, smoothing=settings.label_smoothing), learning):
        epoch = progress.step / batches.of_an_epoch
        record = TrainingStep(progress.step, learning.steps, epoch, progress.loss, progress.seconds)
        if progress.step % EVERY == 0 and progress.step < learning.steps:
            yield record
    judge = Judge(config, _at_rest(state.average), {})
    facts = _facts(judge, test, settings, seed, len(train), record.seconds)
    yield replace(record, judge=replace(judge, facts=facts))


def _learning(settings: Settings, steps: int, seed: int) -> LearningConfig:
    """One cycle: the rate rises over the first fifth of the steps, and falls over all others. Nothing is clipped."""
    return LearningConfig(steps, settings.batch, settings.peak_lr, warmup=steps // 5, decay=0.8, ema=settings.average,
                          clip=math.inf, seed=seed)


def make_judge(path: str | os.PathLike[str], train: Dataset, test: Dataset,
               settings: Settings | None = None, seed: int = 0) -> Iterator[TrainingStep]:
    """`train_judge`, and save the judge before its record is handed over: the body of a command."""
    for record in train_judge(train, test, settings, seed):
        if record.judge is not None:
            record.judge.save(path)
        yield record


def judge_for(model: Any) -> Judge | None:
    """The independent classifier shipped for the data that a model was trained on; None if there is none."""
    name = f"judge-{model.facts.data.name}"
    if not checkpoint.has(name, "judge"):
        return None
    path = checkpoint.find(name)
    judge = _kept(path, path.stat().st_mtime_ns)
    fits = judge.shape == model.form.outside_shape and set(model.labels) <= set(judge.labels)
    return judge if fits else None


@lru_cache(maxsize=8)
def _kept(path: Path, changed: int) -> Judge:
    """A judge, read once as long as its file is not `changed`."""
    return Judge.load(path)


def _loss(network: nn.Module, batch: Batch, smoothing: float) -> Tensor:
    logits = network(batch.images.contiguous(memory_format=LAYOUT))
    return F.cross_entropy(logits.float(), batch.y, label_smoothing=smoothing)


def _facts(judge: Judge, test: Dataset, settings: Settings, seed: int, seen: int,
           seconds: float) -> dict[str, Any]:
    return {"test_accuracy": judge.accuracy(test.form.shown(test.x), test.y), "test_images": len(test),
            "train_images": seen, "seed": seed, "seconds": round(seconds, 1), "settings": asdict(settings),
            "versions": versions()}

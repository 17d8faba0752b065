"""A trained model that is told the label, and what one can do with it: draw, guided or not."""
from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from functools import partial
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from .. import believed, checkpoint
from ..data.form import Formed
from ..data.images import Images
from ..denoisers import classifiers
from ..denoisers.classifier import ClassifierGuided
from ..denoisers.drawing import Drawing, Space
from ..denoisers.extrapolated import Extrapolated
from ..denoisers.network import NetworkDenoiser
from ..errors import BranchedError
from ..facts import Facts, Quality
from ..names import Label, one_of, some_of
from ..noise.denoiser import Denoiser
from ..noise.samples import Frame, Samples
from ..noise.sampling import Sampling
from ..noise.solvers import grid
from ..outline import Outline, OutlineNode
from .autoencoder import Autoencoder, AutoencoderConfig
from .methods import METHODS, UNTOLD

KIND = "label model"  # of the files
WHY_UNGUIDED = "This model knows no estimate without the class, so it cannot guide itself"


def load(path: Path, device: torch.device) -> LabelModel:
    """Load a model from its file. Raises BranchedError if that is missing, cut short, edited or foreign."""
    return checkpoint.assembled(path, KIND, partial(_assembled, device))


def _assembled(device: torch.device, name: str, tensors: dict[str, Tensor], header: dict[str, Any]) -> LabelModel:
    """A model from the contents of its file."""
    labels, config = believed.names(header["labels"]), header["autoencoder"]
    if len(set(labels)) < len(labels) or not all(labels):
        raise BranchedError("its classes are no different names")
    with torch.random.fork_rng(devices=[]):  # networks are initialised before they get their weights
        network = believed.record(METHODS[header["method"]], header["network"]).build(len(labels))
        autoencoder = None if config is None else believed.record(AutoencoderConfig, config).build()
    shape, seen = believed.shape(header["shape"]), (autoencoder or network).config.shape
    if shape != seen:
        raise BranchedError(f"its network takes images of shape {seen}, its own have {shape}")
    for part, module in (("network", network), ("autoencoder", autoencoder)):
        if module is not None:
            module.load_state_dict(checkpoint.whole(tensors, part))
            module.to(device, memory_format=module.layout)
    return LabelModel(header["method"], network, labels, header["facts"], Images(shape), name,
                      autoencoder)


class LabelModel(Formed):
    """A diffusion model that is told which class to draw, or that is not: its `method` is a row of METHODS.

    `facts` tells how it was trained and how well it does; `form` is what its data look like outside. Nothing in it
    changes after loading, so that threads can share it.
    """

    family = "label"

    def __init__(self, method: str, network: nn.Module, labels: tuple[str, ...], facts: Facts | Mapping[str, Any],
                 form: Images, name: str = "", autoencoder: Autoencoder | None = None):
        self.method, self.labels, self.name = method, labels, name
        self.facts = facts if isinstance(facts, Facts) else Facts.read(facts, form.kind)
        self.form = form.remembering(self.facts.data)
        self.denoise = NetworkDenoiser(network.eval().requires_grad_(False))
        self.autoencoder = autoencoder

    @property
    def network(self) -> nn.Module:
        return self.denoise.network

    @property
    def device(self) -> torch.device:
        return self.denoise.device

    @property
    def parameters(self) -> int:
        """How many numbers the network has learnt."""
        networks = (self.network, self.autoencoder) if self.autoencoder else (self.network,)
        return sum(parameter.numel() for network in networks for parameter in network.parameters())

    def outline(self) -> Outline:
        """What is drawn of it: every class alone, from noise to data."""
        return Outline(self.labels, tuple(OutlineNode(k, None, (label,), 0.0, 1.0, True)
                                          for k, label in enumerate(self.labels)))

    @property
    def space(self) -> Space:
        """Where it diffuses: among the objects, or among the latents of an autoencoder, which have no bounds."""
        if self.autoencoder is None:
            return Space(self.form.shape, self.form.clamp, self.form.from_core, self.form.kind)
        return Space(self.network.config.shape, lambda x: x, lambda x: self.form.from_core(self.autoencoder.decode(x)),
                     self.form.kind)

    # -- guidance ------------------------------------------------------------------------------------------------------

    @property
    def guides(self) -> tuple[str, ...]:
        """What can guide it: its own estimate without the class, where it has learnt one; a classifier, if there is
        one for its data."""
        own = ("model",) if self._knows_no_class else ()
        return (*own, *(("classifier",) if self._in_pixels and classifiers.is_there(self.facts.data.name) else ()))

    @property
    def _knows_no_class(self) -> bool:
        training = self.facts.stored.get("training")
        drop = training.get("drop") if isinstance(training, dict) else None
        return self.method in UNTOLD and isinstance(drop, (int, float)) and drop > 0

    @property
    def _in_pixels(self) -> bool:
        return self.autoencoder is None

    def guided(self, asked: Sampling) -> Denoiser:
        """The denoiser that is asked for. Raises BranchedError where there is nothing that could guide this model."""
        if not asked.is_guided:
            return self.denoise
        if asked.guide == "model":
            if not self._knows_no_class:
                raise BranchedError(f"{WHY_UNGUIDED}; a classifier may guide it, where there is one "
                                    "(guide=\"classifier\").")
            return Extrapolated(self.denoise, len(self.labels), asked.guidance)
        if not self._in_pixels:
            raise BranchedError("The classifier looks at noisy pictures, and this model makes its noise elsewhere; it "
                                "can only guide itself (guide=\"model\").")
        classifier = classifiers.classifier_for(self.facts.data.name, self.form.shape, self.device)
        members = classifiers.members(classifier, [*((label,) for label in self.labels), self.labels])
        times = grid(1.0, 0.0, asked.steps) if asked.solver == "ddpm" else ()
        return ClassifierGuided(self.denoise, classifier, members, asked.guidance, times)

    # -- drawing -------------------------------------------------------------------------------------------------------

    def sample(self, labels: Label | Iterable[Label] | None = None, n: int = Sampling.n, steps: int = Sampling.steps,
               seed: int = Sampling.seed, solver: str = Sampling.solver, guidance: float = Sampling.guidance,
               guide: str = Sampling.guide, sampling: Sampling | None = None) -> Samples:
        """Draw n objects of every label (None: of all classes). `guidance` is the w of classifier-free guidance, in
        which 0 is none, or with `guide="classifier"` the strength s of a classifier's."""
        return self._drawing(labels, sampling or Sampling(n, steps, solver, seed, guidance, guide)).run()

    def sampling(self, labels: Label | Iterable[Label] | None = None, n: int = Sampling.n,
                 steps: int = Sampling.steps, seed: int = Sampling.seed, solver: str = Sampling.solver,
                 guidance: float = Sampling.guidance, guide: str = Sampling.guide,
                 sampling: Sampling | None = None) -> Iterator[Frame]:
        """As `sample`, but telling of every step. The last frame has the result."""
        return self._drawing(labels, sampling or Sampling(n, steps, solver, seed, guidance, guide)).frames()

    def _drawing(self, labels: Any, asked: Sampling) -> Drawing:
        names = some_of(self.labels, labels, "this model")
        places = torch.tensor([self.labels.index(name) for name in names])
        return Drawing(self.guided(asked), self.space, names, places.repeat_interleave(asked.n), asked)

    def attention(self, label: Label, steps: int = Sampling.steps,
                  seed: int = Sampling.seed) -> tuple[np.ndarray, np.ndarray, tuple[float, ...]]:
        """Where each of a class's tokens is attended to while one object is drawn: maps (S, layers, heads, M, H, W) of
        each step, which sum to 1 over the M tokens; what the decoder makes of each estimate, (S, ...); and the times.

        Raises BranchedError for a model without cross-attention.
        """
        if not hasattr(self.network, "attention_maps"):
            raise BranchedError("Only latent diffusion is told the class by cross-attention; this model is not.")
        asked, maps, looks, times = Sampling(1, steps, seed=seed), [], [], []
        label = one_of(self.labels, label, "this model")
        place = torch.tensor([self.labels.index(label)], device=self.device)
        for xt, t, x0 in self._drawing(label, asked):
            with torch.inference_mode():
                maps.append(self.network.attention_maps(xt, torch.tensor([t], device=self.device), place)[0].cpu())
            looks.append(self.space.shown(x0)[0])
            times.append(t)
        return torch.stack(maps).numpy(), np.stack(looks), tuple(times)

    # -- keeping -------------------------------------------------------------------------------------------------------

    def save(self, path: str | PathLike) -> None:
        """Write the model to one safetensors file, its weights in half precision."""
        tensors, autoencoder = checkpoint.halved(self.network.state_dict(), "network"), self.autoencoder
        tensors |= checkpoint.halved(autoencoder.state_dict(), "autoencoder") if autoencoder else {}
        checkpoint.save(path, KIND, tensors, {
            "method": self.method, "network": asdict(self.network.config), "labels": self.labels,
            "shape": self.form.shape, "autoencoder": asdict(autoencoder.config) if autoencoder else None,
            "facts": self.facts.stored})

    def with_quality(self, quality: Quality) -> LabelModel:
        """The same model with measured figures; of what was not measured anew the old ones stay."""
        return LabelModel(self.method, self.network, self.labels, self.facts.with_quality(quality), self.form,
                          self.name, self.autoencoder)

"""Extension: a trained model learns one more class, from that class's objects alone, and forgets nothing.

The class is grafted onto the tree where discovery says that it joins. Everything that exists is frozen; what learns are
the private parameters of the new leaf, which start as those of its sibling. The leaf is bridged like any other branch
(see `bridge`): the states that its parent hands over at the branch point are drawn by the frozen model itself, so that
no data of the old classes are needed. (Tseng et al., 2024, section 6, without bridges.)

From few objects much is made by varying them; and learning stops once samples come closer to the given objects than
variations of these are, that is, before these are merely repeated.
"""
from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ..data.dataset import Dataset
from ..data.form import Form
from ..errors import BranchedError
from ..learning.loop import learn, start
from ..learning.precision import Cast, autocast
from ..networks.base import BranchedNetwork
from ..noise.sampling import Sampling
from ..noise.seeds import mix, normal
from .branch import Branch
from .bridge import bridged
from .diffusion import BranchedDenoiser, Diffusion
from .extension import Extension
from .training import Batches, Material, TrainingConfig, loss_of
from .tree import ClassTree
from .walk import from_noise

LEAST = 3                       # different objects that tell of a class
FEW, ENOUGH = 20, 1000          # objects that are varied in full, and those that need no variation
STEPS_FEW, STEPS = 400, 1500    # of training
PREVIEWED = 16                  # samples in a preview
VARIED = 1024                   # variations at a time

Grown = Callable[[BranchedNetwork, int, float], Any]  # a larger network, after so many steps and seconds -> its model


def configured(objects: int, steps: int | None, seed: int) -> TrainingConfig:
    """How to learn a class from so many objects; in so many steps, or in a usual number. From few in float32: batches
    are small, and where AVX-512 multiplies bfloat16 a step took 1.5 times as long in it."""
    usual = {"warmup": 20, "decay": 0.7, "ema": 0.99, "seed": seed}
    if objects >= ENOUGH:
        return TrainingConfig(steps or STEPS, batch=128, learning_rate=3e-3, **usual)
    return TrainingConfig(steps or STEPS_FEW, batch=48, learning_rate=4e-3, bridge=0.8, pairs=256, refresh=100,
                          precision="float32", **usual)


def checked(x: Tensor, form: Form) -> Tensor:
    """Objects x (n, *shape) as a data set stores them. Raises BranchedError if no class can be learnt from them."""
    if objection := form.objection(x):
        raise BranchedError(objection)
    stored = form.store(x)
    different = len(torch.unique(stored.flatten(1), dim=0))
    if different < LEAST:
        count = "1 was" if different == 1 else f"{different} were"
        raise BranchedError(f"A class is learnt from at least {LEAST} different {form.kind}, to see what varies; "
                            f"{count} given{f', {len(x)} times over' if len(x) > different == 1 else ''}.")
    return stored


def learning(diffusion: Diffusion, network: BranchedNetwork, tree: ClassTree, name: str, objects: Tensor, row: int,
             config: TrainingConfig, grown: Grown) -> Iterator[Extension]:
    """Teach the class `name`, a leaf of `tree` that the network does not know yet, from stored objects (n, *shape).

    `diffusion` walks the old tree by that network, which is not modified. The leaf starts as its process `row`. `grown`
    makes the larger model of a larger network, a step and seconds.
    """
    leaf, form = tree.leaf(name), diffusion.form
    state = start(network.only([row]), config)
    # The leaf is learnt by a network of its own, whose only process is row 0, on the frozen trunk.
    lone = Branch(leaf.id, leaf.classes, 0.0, leaf.t_high, None, process=0)
    walked = Cast(network.joined(state.average).eval(), autocast(config.precision, diffusion.device))
    started = Diffusion(BranchedDenoiser(walked, tree), tree, form)
    supply = LeafSupply(started, leaf, objects, config)
    last = None
    for progress in learn(state, Batches([lone], supply, config), loss_of, config):
        record = Extension(progress.step, config.steps, progress.loss, progress.seconds)
        if is_preview(progress.step, config.steps):
            model = grown(network.joined(state.average), progress.step, progress.seconds)
            record = replace(record, model=model, samples=model.sample(name, n=PREVIEWED, seed=config.seed).made[0])
            # Of few objects: once samples repeat them, what came before was the best that there is to have.
            if last and supply.strength == 1 and repeats(form.to_core(record.samples), supply):
                yield last
                return
            last = record
        yield record


def is_preview(step: int, steps: int) -> bool:
    """Previews come early at first, then ever more seldom; one comes at the end."""
    return step in {max(1, round(steps * share)) for share in (0.04, 0.1, 0.2, 0.35, 0.5, 0.7, 0.85, 1.0)}


def repeats(samples: Tensor, supply: LeafSupply) -> bool:
    """Whether samples (n, *shape) are nearer to the given objects than variations of these are: then they repeat
    them."""
    scale = supply.diffusion.form.scale
    objects, varied = scale(supply.objects).flatten(1), scale(supply.varied(PREVIEWED)).flatten(1)
    # In double precision and by differences: distances of exactly 0 are what this is about.
    nearest = [torch.cdist(x.double(), objects.double(), compute_mode="donot_use_mm_for_euclid_dist").amin(1).numpy()
               for x in (samples.flatten(1), varied)]
    return np.median(nearest[0]) < 0.8 * np.median(nearest[1])


class LeafSupply:
    """What a leaf learns from: the objects of the class, varied if they are few, and bridges from its parent."""

    def __init__(self, diffusion: Diffusion, leaf: Branch, objects: Tensor, config: TrainingConfig):
        self.diffusion, self.leaf, self.objects, self.config = diffusion, leaf, objects, config
        share = np.log(len(objects) / FEW) / np.log(ENOUGH / FEW)
        self.strength = float(np.clip(1 - share, 0, 1))  # of variations: full for few objects, none for enough
        self.arrived = torch.empty(0, *objects.shape[1:])

    def __call__(self, turn: int) -> Material:
        config = self.config
        generator = torch.Generator().manual_seed(mix(config.seed, turn, 3))
        data = self.data(VARIED, generator)  # new variations at every turn
        # Walking the frozen model is what takes long. Twice as many states as are paired at a time do: each turn pairs
        # others of them, with other objects.
        if len(self.arrived) < 2 * config.pairs:
            fresh = arriving(self.diffusion, self.leaf, config.pairs, mix(config.seed, turn, 4))
            self.arrived = torch.cat([self.arrived, fresh])
        x_high = self.arrived[torch.randperm(len(self.arrived), generator=generator)[:config.pairs]]
        x0 = data.draw(self.leaf.classes, len(x_high), generator)
        return data, {self.leaf.id: bridged(x_high, x0, self.leaf.t_high)}

    def data(self, n: int, generator: torch.Generator) -> Dataset:
        """The given objects, if they are many; else n variations of them."""
        x, form = self.objects, self.diffusion.form
        if self.strength > 0:
            x = form.varied(x[torch.arange(n) % len(x)], self.strength, generator)
        return Dataset("the new class", self.leaf.classes, x, torch.zeros(len(x), dtype=torch.long), form)

    def varied(self, n: int) -> Tensor:
        """n variations, as they are stored: what samples are compared with."""
        return self.data(n, torch.Generator().manual_seed(mix(self.config.seed, 5))).x


def arriving(diffusion: Diffusion, leaf: Branch, n: int, seed: int) -> Tensor:
    """States (n, *shape) that the parent of a leaf hands over, drawn by the model; pure noise where there is none."""
    if leaf.parent is None:
        return normal([mix(seed, i) for i in range(n)], diffusion.shape)
    walk = from_noise(diffusion, leaf.classes, Sampling(n=n, seed=seed))
    for _ in walk:
        if (0, leaf.parent) in walk.handed:
            break
    return walk.handed[0, leaf.parent].cpu()

"""The reader: what a visitor's drawing or photo is taken for, and whether it is a digit at all.

A small head on the features of the judge, which stays as it is, so that what it measures stays comparable. It learns
from digits as many hands write them, and from what is no digit (see `data/hands`).
"""
from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .. import checkpoint
from ..data.dataset import Dataset
from ..data.distort import Distortion, distort
from ..data.hands import OTHER
from ..errors import BranchedError
from ..version import versions
from .judge import Judge, judge_for

KIND = "reader"  # of the files
WIDTH = 256
STEPS, BATCH, RATE, DECAY, SMOOTHING = 1500, 512, 3e-3, 1e-3, 0.02
HELD_OUT = 6     # every so manieth picture tells how sure the reader may be, and is not learnt
TEMPERATURES = np.geomspace(0.5, 3, 31)
DISTORTION = Distortion(stroke=0.6)


class Reading(NamedTuple):
    """Of each picture the probability of each class (B, N), sums of 1, and that of being none of them (B,)."""

    probabilities: np.ndarray
    other: np.ndarray


@dataclass(frozen=True)
class Reader:
    """A judge whose features are read by another head, that knows what is none of the judge's classes."""

    judge: Judge
    head: nn.Sequential = field(repr=False)
    facts: dict[str, Any] = field(default_factory=dict)

    def read(self, images: Any, labels: Sequence[str]) -> Reading:
        """What images (B, H, W) in [0, 1] are taken for, among these classes of the judge's."""
        with torch.inference_mode():
            known = self.head(torch.from_numpy(self.judge.features(images))).softmax(1).numpy()
        chosen = known[:, [self.judge.place(label) for label in labels]]
        mass = chosen.sum(1, keepdims=True)
        return Reading(chosen / mass.clip(1e-12), 1 - mass[:, 0])

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the head to a safetensors file; the judge has its own."""
        checkpoint.save(path, KIND, self.head.state_dict(), {"labels": [*self.judge.labels, OTHER],
                                                             "facts": self.facts})

    @classmethod
    def load(cls, path: str | os.PathLike[str], judge: Judge) -> Reader:
        """Read what `save` wrote. Raises BranchedError if the file is missing, cut, foreign or for another judge."""
        return cls.of(*checkpoint.load(path, KIND), judge, path)

    @classmethod
    def of(cls, tensors: dict[str, Tensor], header: dict[str, Any], judge: Judge,
           path: str | os.PathLike[str]) -> Reader:
        """What a file holds, with the judge that it is for."""
        head = _head(judge)
        try:
            fits = header["labels"] == [*judge.labels, OTHER]
            head.load_state_dict(tensors)
        except (LookupError, RuntimeError, TypeError):
            fits = False
        if not fits or not all(tensor.isfinite().all() for tensor in tensors.values()):
            raise BranchedError(f"{path} holds no whole reader for this judge; get it anew.")
        return cls(judge, head.eval().requires_grad_(False), dict(header.get("facts", {})))


def reader_for(model: Any) -> Reader | None:
    """The reader shipped for the data that a model was trained on; None if there is none for its classes."""
    name, judge = f"reader-{model.facts.data.name}", judge_for(model)
    if judge is None or not checkpoint.has(name, KIND):
        return None
    path = checkpoint.find(name)
    return Reader.of(*_kept(path, path.stat().st_mtime_ns), judge, path)


@lru_cache(maxsize=4)
def _kept(path: Path, changed: int) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """What a reader's file holds, read once as long as it is not `changed`."""
    return checkpoint.load(path, KIND)


# -- training ----------------------------------------------------------------------------------------------------------

def train_reader(judge: Judge, data: Dataset, test: Dataset, seed: int = 0) -> Reader:
    """A reader that has learnt from data whose classes are the judge's and OTHER; measured once on `test`, digits all.

    Its certainty is set by pictures that are held out (temperature scaling, Guo et al. 2017).
    """
    x, generator = data.x.float() / 255, torch.Generator().manual_seed(seed)
    plain, distorted = (torch.from_numpy(judge.features(images[:, 0]))
                        for images in (x, distort(x, DISTORTION, generator).clamp(0, 1)))
    held = torch.arange(len(data)) % HELD_OUT == 0
    features, y = torch.cat([plain[~held], distorted[~held]]), data.y[~held].repeat(2)
    head = _learnt(judge, features, y, generator)
    with torch.no_grad():
        logits = head(plain[held])
        losses = [F.cross_entropy(logits / t, data.y[held]).item() for t in TEMPERATURES]
        temperature = float(TEMPERATURES[int(np.argmin(losses))])
        head[-1].weight /= temperature
        head[-1].bias /= temperature
    reader = Reader(judge, head.eval().requires_grad_(False))
    return Reader(judge, reader.head, _facts(reader, test, logits.argmax(1), data.y[held], temperature, seed))


def _head(judge: Judge) -> nn.Sequential:
    return nn.Sequential(nn.Linear(judge.config.widths[-1], WIDTH), nn.ReLU(),
                         nn.Linear(WIDTH, len(judge.labels) + 1))


def _learnt(judge: Judge, features: Tensor, y: Tensor, generator: torch.Generator) -> nn.Sequential:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(int(torch.randint(2**31, (), generator=generator)))
        head = _head(judge)
    optimiser = torch.optim.AdamW(head.parameters(), RATE, weight_decay=DECAY)
    for step in range(STEPS):
        for group in optimiser.param_groups:
            group["lr"] = RATE * (1 - step / STEPS)
        rows = torch.randint(len(features), (BATCH,), generator=generator)
        loss = F.cross_entropy(head(features[rows]), y[rows], label_smoothing=SMOOTHING)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return head


def _facts(reader: Reader, test: Dataset, read: Tensor, true: Tensor, temperature: float, seed: int) -> dict[str, Any]:
    """What the file tells: how often it is right about test digits, takes them for none, and knows held-out others."""
    told = reader.read(test.form.shown(test.x), reader.judge.labels)
    none = len(reader.judge.labels)
    return {"test_accuracy": float((told.probabilities.argmax(1) == test.y.numpy()).mean()),
            "test_taken_for_other": float((told.other > 0.5).mean()),
            "held_out_digits": float((read == true)[true != none].float().mean()),
            "held_out_others_known": float((read == true)[true == none].float().mean()),
            "temperature": temperature, "seed": seed, "versions": versions()}

"""Which private parameters can learn a new class, all else frozen? `python experiments/private_parameters.py`

The trunk is the shipped model's; the new class is a symbol that it has never seen: 7s, mirrored. A fresh leaf below
t = 0.49 learns it from the 6,265 mirrored 7s, with ever more of the private parameters free. Printed: error on held-out
images, and 300 samples grown from noised images: how many the judge takes for a 7 once they are mirrored back, and the
pixel Frechet distance.
"""
import argparse
import math
import os
import sys
import time
from dataclasses import replace
from functools import partial
from pathlib import Path

import torch
from torch import Tensor

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # so that it runs from anywhere

from branched import load
from branched.checkpoint import find
from branched.class_tree.training import Batch, loss_of
from branched.data import dataset
from branched.data.images import Images
from branched.learning.loop import LearningConfig, learn, start
from branched.measure import metrics, report
from branched.measure.judge import Judge
from branched.networks.unet import BranchedUNet
from branched.noise import schedule
from branched.noise.seeds import mix
from branched.noise.solvers import SOLVERS, grid, solve

T_HIGH, BATCH, SAMPLES = 0.49, 64, 300
RESULTS = report.DOCS / "figures" / "results" / "private-parameters.json"    # of which docs/experiments.md tells
FORM = Images((1, 28, 28))
FORMS = {  # name: (rank of the adapters, parts that learn)
    "vector": (1, ("branch.",)),
    "vector, output": (1, ("branch.", "out.")),
    "vector, output, adapters of rank 8": (8, ("branch.", "out.", "adapter.")),
    "vector, output, adapters of rank 32": (32, ("branch.", "out.", "adapter.")),
    "vector, output, adapters of rank 64": (64, ("branch.", "out.", "adapter.")),
    "everything, trunk too (ceiling)": (32, ("",)),
}


def leaf(trunk: BranchedUNet, rank: int, parts: tuple[str, ...]) -> tuple[BranchedUNet, list[Tensor]]:
    """The trunk with one new branch, which starts as the mean of all branches; and its tensors that learn."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        network = BranchedUNet(replace(trunk.config, rank=rank), processes=1)
    private, old = network.private(), trunk.private()
    weights = {key: value for key, value in trunk.state_dict().items() if key not in old}
    weights |= {key: old[key].mean(0, keepdim=True) for key in private if old[key].shape[1:] == private[key].shape[1:]}
    network.load_state_dict(weights, strict=False)
    network.requires_grad_(False)
    free = [p for key, p in network.named_parameters()
            if parts == ("",) or key in private and any(part in key for part in parts)]
    for parameter in free:
        parameter.requires_grad_(True)
    return network, free


def batch(x0: Tensor, offset: float, generator: torch.Generator) -> Batch:
    """Objects x0 (B, ...) at times spread evenly below T_HIGH."""
    t = ((torch.arange(len(x0)) + offset) / len(x0) * T_HIGH).clamp(min=1e-3)
    return Batch(x0, torch.randn(x0.shape, generator=generator), t, torch.zeros(len(x0), dtype=torch.long))


def drawn(x: Tensor, step: int) -> Batch:
    """The batch of a step, of some of the objects x (n, ...)."""
    generator = torch.Generator().manual_seed(mix(0, step))
    x0 = x[torch.randint(len(x), (BATCH,), generator=generator)]
    return batch(x0, torch.rand((), generator=generator).item(), generator)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=300)
    options = parser.parse_args()
    trunk, judge = load("mnist", "cpu").denoise.network, Judge.load(find("judge-mnist"))
    new, held_out = (FORM.scale(dataset.load("mnist", split).of(7)).flip(-1) for split in ("train", "test"))
    for name, (rank, parts) in FORMS.items():
        network, free = leaf(trunk, rank, parts)
        # The rate stays at its peak for one half of the steps, and falls over the other.
        learning = LearningConfig(options.steps, BATCH, 1e-3 if parts == ("",) else 3e-3, warmup=0, clip=math.inf)
        began = time.perf_counter()
        for _ in learn(start(network, learning), partial(drawn, new), loss_of, learning):
            pass
        seconds = time.perf_counter() - began
        network.eval().requires_grad_(False)
        error, right, distance = measure(network, judge, new, held_out)
        parameters = sum(p.numel() for p in free)
        report.add(RESULTS, {"steps": options.steps, name: {"parameters": parameters, "error": error, "right": right,
                                                            "frechet": distance}}, f"{os.cpu_count()} CPU cores")
        print(f"{name:<38} {parameters:>9,} parameters, error {error:.4f}, right class {right:.3f}, "
              f"pixel Frechet {distance:.1f}, {seconds:.0f} s", flush=True)


@torch.inference_mode()
def measure(network: BranchedUNet, judge: Judge, new: Tensor, held_out: Tensor) -> tuple[float, float, float]:
    """Held-out error, share of samples in the right class, pixel Frechet distance to training images."""
    generator = torch.Generator().manual_seed(1)
    error = sum(loss_of(network, batch(part, 0.5, generator)).item() for part in held_out[:8 * BATCH].split(BATCH)) / 8
    start = new[torch.randperm(len(new), generator=generator)[:SAMPLES]]
    xt = schedule.diffuse(start, torch.randn(start.shape, generator=generator), T_HIGH)

    def denoise(xt: Tensor, t: float) -> Tensor:
        v = network(xt, torch.full((len(xt),), t), torch.zeros(len(xt), dtype=torch.long))
        return schedule.clean_from_velocity(xt, v, t).clamp(-1, 1)

    x0 = solve(SOLVERS["sde-dpm++2m"], denoise, xt, grid(T_HIGH, 0.0, 20),
               lambda: torch.randn(xt.shape, generator=generator))
    images, real = (FORM.from_core(x.flip(-1)) for x in (x0, new[:SAMPLES]))
    right = (judge.probabilities(images).argmax(1) == judge.labels.index("7")).mean()
    return error, float(right), metrics.pixel_frechet(images, real)


if __name__ == "__main__":
    main()

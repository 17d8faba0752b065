"""Does a quick walk gain by bfloat16 on this machine? `python experiments/quick_bfloat16.py`

The network's evaluations alone are in bfloat16: "autocast" leaves weights as they are, and norms in float32; "weights"
has them in bfloat16 beforehand, and all but the time embedding. Told are right classes, how far pictures are from
float32's of the same seed, in levels of 8 bits, and the time of one evaluation, as a ratio of medians of runs in turn.
"""
import argparse
import copy
import sys
from functools import partial
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # so that it runs from anywhere

from branched import BranchedModel, Judge, Sampling, load
from branched.checkpoint import find
from branched.class_tree.diffusion import BranchedDenoiser, Diffusion
from branched.class_tree.generate import sample
from branched.measure import of_images, report
from branched.measure.bench import medians

RESULTS = report.DOCS / "figures" / "results" / "quick-bfloat16.json"  # of which docs/experiments.md tells
BATCHES = (1, 8, 16, 64)


class Lower(nn.Module):
    """A network whose evaluations are in bfloat16; asked and answering in float32."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network, self.chunk = network, network.chunk


class Autocast(Lower):
    def forward(self, xt: Tensor, t: Tensor, process: Tensor) -> Tensor:
        with torch.autocast(xt.device.type, torch.bfloat16):
            return self.network(xt, t, process).float()


class Weights(Lower):
    def __init__(self, network: nn.Module) -> None:
        super().__init__(copy.deepcopy(network).to(torch.bfloat16))
        self.told = network

    def forward(self, xt: Tensor, t: Tensor, process: Tensor) -> Tensor:
        embedding = F.silu(self.told.time(t) + self.told.branch(process)).bfloat16()
        return self.network._through(xt.bfloat16(), embedding, process, process).float()


def networks(model: BranchedModel) -> dict[str, nn.Module]:
    """The network in each precision, float32 first."""
    network = model.denoise.network
    return {"float32": network, "autocast": Autocast(network), "weights": Weights(network)}


def drawn(model: BranchedModel, network: nn.Module, asked: Sampling) -> np.ndarray:
    """Pictures (N, n, H, W) of all classes, as 8 bits would show them."""
    denoise = BranchedDenoiser(network, model.tree)
    images = sample(Diffusion(denoise, model.tree, model.form), model.labels, asked).images
    return np.rint(255 * images).astype(int)


def pictures(model: BranchedModel, judge: Judge, asked: Sampling) -> dict[str, dict[str, float]]:
    """Right class in each precision, and the share of pixels that are off by more than one level, and than two."""
    images = {name: drawn(model, network, asked) for name, network in networks(model).items()}
    found = {}
    for name, levels in images.items():
        by_class = dict(zip(model.labels, (levels / 255).astype(np.float32), strict=True))
        off = np.abs(levels - images["float32"])
        found[name] = {"right": float(np.mean(list(of_images.looked(judge, by_class).right.values()))),
                       "off by more than 1": float((off > 1).mean()), "off by more than 2": float((off > 2).mean())}
    return found


@torch.inference_mode()
def ratios(model: BranchedModel, repeats: int) -> dict[str, dict[str, float]]:
    """Milliseconds of one evaluation in float32, by the batch, and how many times faster it is in bfloat16."""
    found = {}
    for rows in BATCHES:
        generator = torch.Generator().manual_seed(0)
        asked = (torch.randn(rows, *model.form.shape, generator=generator), torch.rand(rows, generator=generator),
                 torch.randint(len(model.tree.branches), (rows,), generator=generator))
        made = networks(model)
        tasks = [partial(network, *asked) for network in made.values()]
        seconds = dict(zip(made, medians(tasks, repeats), strict=True))
        found[f"{rows} rows"] = {"float32": 1e3 * seconds["float32"],
                            **{name: seconds["float32"] / seconds[name] for name in ("autocast", "weights")}}
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--n", type=int, default=100, help="pictures of each digit; 0 measures time alone")
    parser.add_argument("--seed", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=9, help="timings that a median is of; 0 measures none")
    parser.add_argument("--output", type=Path, default=RESULTS)
    options = parser.parse_args()
    model, found = load("mnist"), {}
    if options.n:
        asked = Sampling.quick(n=options.n, seed=options.seed)
        found |= {"n": options.n, "steps": asked.steps,
                  "pictures": pictures(model, Judge.load(find("judge-mnist")), asked)}
    if options.repeats:
        found["ratios"] = ratios(model, options.repeats)
    print(found)
    report.add(options.output, found, report.machine(model.device))


if __name__ == "__main__":
    main()

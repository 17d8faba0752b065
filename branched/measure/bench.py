"""Timings of what the project promises: medians over several runs in one process; ratios are of runs in turn."""
from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

import torch

from ..class_tree.branch import Branch
from ..class_tree.model import BranchedModel
from ..class_tree.training import TrainingConfig, begin, train
from ..class_tree.tree import ClassTree
from ..data.dataset import Dataset
from ..errors import BranchedError
from ..family import load
from ..noise.sampling import Sampling

BATCH = 64
OF_EACH_CLASS = {"images": BATCH, "rows": 1000}
FEW, MANY = 19, 199  # branches; the cost of a training step must not grow with their number


class Line(NamedTuple):
    """What was measured, in words and as figures by short names: seconds, or ratios."""

    what: str
    text: str
    figures: dict[str, float]


def lines(name: str, device: str, repeats: int) -> Iterator[Line]:
    """The figures of a model, one after another."""
    if repeats < 1:
        raise BranchedError(f"A median is taken of at least one run, not of {repeats}.")
    model = load(name, device)
    loading = _loading_time(name, repeats)
    yield Line("loading the model, import of torch not counted", f"{loading:.2f} s", {"loading": loading})
    yield from _verbs(model, repeats)
    yield from _all_classes(model, repeats)
    yield from _few_steps(model, repeats)
    yield from _training(model, repeats)


def _verbs(model: BranchedModel, repeats: int) -> Iterator[Line]:
    """One evaluation of the network, and what a visitor waits for: one object of each kind."""
    xt, t = torch.randn(BATCH, *model.form.shape), torch.rand(BATCH)
    branch = torch.tensor([b.id for b in model.tree.branches])[torch.randint(len(model.tree.branches), (BATCH,))]
    [seconds] = medians([lambda: model.diffusion.estimate(xt, t, branch)], repeats)
    yield Line(f"one evaluation of {BATCH} {model.form.kind}", f"{1e3 * seconds:.0f} ms", {"evaluation": seconds})
    one = model.sample(model.labels[0], n=1).made[0]
    a, b = model.labels[:2]
    steps = f"{Sampling.steps} steps"
    tasks = {("hybrid", f"one hybrid, {steps}"): lambda: model.hybrid(a, b, n=1),
             ("transmutation", f"one transmutation, {steps}"): lambda: model.transmute(one, a, b),
             ("deterministic", f"one transmutation, deterministic, {steps}"):
                 lambda: model.transmute(one, a, b, deterministic=True),
             ("classification", "one classification"): lambda: model.classify(one)}
    for (name, what), seconds in zip(tasks, medians(list(tasks.values()), repeats), strict=True):
        yield Line(what, f"{seconds:.3f} s", {name: seconds})


def _all_classes(model: BranchedModel, repeats: int) -> Iterator[Line]:
    """What sharing branches spares: all classes through the tree, and class by class."""
    kind, n = model.form.kind, OF_EACH_CLASS.get(model.form.kind, BATCH)
    samples = model.sample(n=n)
    tree, alone = medians([lambda: model.sample(n=n),
                            lambda: [model.sample(label, n=n) for label in model.labels]], repeats)
    time_ratio, evaluations = alone / tree, samples.evaluations_class_by_class / samples.evaluations
    yield Line(f"all {len(model.labels)} classes, {n:,} {kind} each, through the tree", f"{tree:.2f} s",
               {"through the tree": tree})
    yield Line("  class by class", f"{alone:.2f} s", {"class by class": alone})
    yield Line("  class by class over tree: wall time, evaluations", f"{time_ratio:.2f}, {evaluations:.2f}",
               {"time ratio": time_ratio, "evaluations ratio": evaluations})


def _few_steps(model: BranchedModel, repeats: int) -> Iterator[Line]:
    """What fewer steps spare, for all classes: the usual ones, those of quality and the quick ones, in turn."""
    kind, n = model.form.kind, OF_EACH_CLASS.get(model.form.kind, BATCH)
    asked = {"usual": Sampling(n), "quality": Sampling.quality(n=n), "quick": Sampling.quick(n=n)}
    found = medians([partial(model.sample, sampling=sampling) for sampling in asked.values()], repeats)
    seconds = dict(zip(asked, found, strict=True))
    for name in ("quality", "quick"):
        share = seconds[name] / seconds["usual"]
        yield Line(f"  {name}, {asked[name].steps} steps of {asked[name].solver}, {n:,} {kind} each, of the usual",
                   f"{seconds[name]:.2f} s, {share:.2f}", {name: seconds[name], f"{name} share": share})


def _training(model: BranchedModel, repeats: int) -> Iterator[Line]:
    """A step of training on a small tree and on a large one."""
    few, many = medians([_training_step(model, branches) for branches in (FEW, MANY)], 2 * repeats)
    yield Line(f"training step of 128 {model.form.kind}, {FEW} and {MANY} branches",
               f"{1e3 * few:.0f} ms, {1e3 * many:.0f} ms", {"few branches": few, "many branches": many})
    yield Line("  ratio", f"{many / few:.2f}", {"branches ratio": many / few})


def medians(tasks: list[Callable], repeats: int) -> list[float]:
    """Median seconds of each task, run in turn after a warm-up, so that a drifting machine hits all alike."""
    seconds: list[list[float]] = [[] for _ in tasks]
    for k in range(repeats + 1):
        for runs, task in zip(seconds, tasks, strict=True):
            _wait()
            began = time.perf_counter()
            task()
            _wait()
            if k:  # the first is the warm-up
                runs.append(time.perf_counter() - began)
    return [statistics.median(runs) for runs in seconds]


def _wait() -> None:
    if torch.cuda.is_available():
        torch.cuda.synchronize()


def _loading_time(name: str, repeats: int) -> float:
    """Median over fresh processes: import of this package and `load`, after torch is there."""
    code = ("import time, torch; began = time.perf_counter(); import branched; "
            f"branched.load({name!r}); print(time.perf_counter() - began)")
    runs = [subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
            for _ in range(repeats)]
    return statistics.median(float(run.stdout) for run in runs)


def _training_step(model: BranchedModel, branches: int) -> Callable[[], None]:
    """One step on a tree with that many branches: every class on its own below one root."""
    labels = [str(k) for k in range(branches - 1)]
    tree = ClassTree(labels, [Branch(0, tuple(labels), 0.5, 1.0, None)] + [
        Branch(k + 1, (label,), 0.0, 0.5, 0) for k, label in enumerate(labels)])
    x = model.form.store(torch.rand(4 * len(labels), *model.form.shape) * 2 - 1)
    data = Dataset("noise", tuple(labels), x, torch.arange(len(x)) % len(labels), model.form)
    config = TrainingConfig(bridge=0, steps=10**9)
    state = begin(tree, model.denoise.network.config, config, model.device)
    progress = train(state, tree, data, config)
    return lambda: next(progress)

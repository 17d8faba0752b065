"""Timings of what the README promises: medians over several runs in one process; ratios are of runs in turn."""
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import torch

from ..class_tree.model import BranchedModel, load
from ..class_tree.tree import Branch, ClassTree
from ..data.dataset import Dataset
from ..learning import loop

BATCH = 64


def figures(name: str, device: str, repeats: int) -> Iterator[tuple[str, str]]:
    """(what, how much), one after another."""
    model = load(name, device)
    where = torch.cuda.get_device_name() if model.device.type == "cuda" else f"{torch.get_num_threads()} CPU threads"
    yield "machine", where
    yield "loading the model, import of torch not counted", f"{_loading_time(name, repeats):.2f} s"
    kind, n = model.form.kind, BATCH if model.form.kind == "images" else 1000
    xt, t = torch.randn(BATCH, *model.denoise.shape), torch.rand(BATCH)
    branch = torch.tensor([b.id for b in model.tree.branches])[torch.randint(len(model.tree.branches), (BATCH,))]
    [seconds] = _medians([lambda: model.denoise(xt, t, branch)], repeats)
    yield f"one evaluation of {BATCH} {kind}", f"{1e3 * seconds:.0f} ms"
    one = model.sample(model.labels[0], n=1).made[0]
    a, b = model.labels[:2]
    tasks = {"one hybrid": lambda: model.hybrid(a, b, n=1), "one transmutation": lambda: model.transmute(one, a, b),
             "one transmutation, deterministic": lambda: model.transmute(one, a, b, deterministic=True),
             "one classification": lambda: model.classify(one)}
    for what, seconds in zip(tasks, _medians(list(tasks.values()), repeats), strict=True):
        yield f"{what}, 20 steps" if "class" not in what else what, f"{seconds:.3f} s"
    made = model.sample(n=n)
    tree, alone = _medians([lambda: model.sample(n=n),
                            lambda: [model.sample(label, n=n) for label in model.labels]], repeats)
    yield f"all {len(model.labels)} classes, {n:,} {kind} each, through the tree", f"{tree:.2f} s"
    yield "  class by class", f"{alone:.2f} s"
    ratio = made.evaluations_class_by_class / made.evaluations
    yield "  class by class over tree: wall time, evaluations", f"{alone / tree:.2f}, {ratio:.2f}"
    steps = [_training_step(model, branches) for branches in (19, 199)]
    few, many = _medians(steps, 2 * repeats)
    yield f"training step of 128 {kind}, 19 and 199 branches", f"{1e3 * few:.0f} ms, {1e3 * many:.0f} ms"
    yield "  ratio", f"{many / few:.2f}"


def _medians(tasks: list[Callable], repeats: int) -> list[float]:
    """Median seconds of each task, run in turn after a warm-up, so that a drifting machine hits all alike."""
    seconds = [[] for _ in tasks]
    for k in range(repeats + 1):
        for own, task in zip(seconds, tasks, strict=True):
            _wait()
            began = time.perf_counter()
            task()
            _wait()
            if k:
                own.append(time.perf_counter() - began)
    return [statistics.median(own) for own in seconds]


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
    plan = loop.TrainingConfig(bridge=0, steps=10**9)
    state = loop.start(tree, model.denoise.network.config, plan, model.device)
    progress = loop.train(state, tree, data, plan)
    return lambda: next(progress)

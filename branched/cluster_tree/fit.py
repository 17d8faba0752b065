"""From a data set to a tree of clusters: stage after stage, saved at intervals, going on where a run was stopped.

The chain learns alone, or with a root and two leaves; then leaves are split, one at a time, the rest frozen, now and
then all learning together; leaves with less than 1% are taken away; in the end all learn together.
"""
from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import torch

from .. import checkpoint
from ..data.dataset import Dataset
from ..data.images import Images
from ..errors import BranchedError
from ..facts import Data, Facts
from ..learning import resume
from ..learning.loop import LearningState, learn, start
from ..noise.seeds import mix
from ..version import versions
from .lessons import Lesson, Sight, assigned, look, splitting, together
from .model import ClusterModel, load
from .networks import ClusterNetwork, ClusterNetworkConfig
from .schedule import STAGES, GrowthConfig, check, following, fullest, learning, pruned
from .snapshot import Snapshot
from .tree import ClusterTree

GREY = 1e-3  # how near to 0 and 1 the mean of a pixel can be, where decoders begin


@dataclass(frozen=True)
class Plan:
    """Everything that decides a run. Raises BranchedError where such a tree cannot grow on such data."""

    data: Dataset
    network: ClusterNetworkConfig
    config: GrowthConfig = field(default_factory=GrowthConfig)

    def __post_init__(self) -> None:
        check(self.data, self.network, self.config)

    @property
    def facts(self) -> dict[str, Any]:
        """What must be the same for a run to be resumed, as JSON gives it back."""
        return json.loads(json.dumps({"data": self.data.identity, "network": asdict(self.network),
                                      "training": asdict(self.config)}))


def planned(data: Dataset, config: GrowthConfig | None = None, **sizes: Any) -> Plan:
    """A plan with the networks that suit some data, in their usual sizes but for the given ones: grey pictures are
    Bernoulli, anything else is normal."""
    grey = isinstance(data.form, Images) and data.shape[0] == 1
    network = ClusterNetworkConfig(data.shape, "bernoulli" if grey else "gaussian", **sizes)
    return Plan(data, network, config or GrowthConfig())


class Told(NamedTuple):
    """What a run tells after each step: the stage, leaves of its tree, step and steps of the stage, loss, and the whole
    run's seconds."""

    stage: str
    leaves: int
    step: int
    steps: int
    loss: float
    seconds: float


@dataclass
class Run:
    """Where a run is: at the beginning of its `index`-th stage, with this tree."""

    plan: Plan
    network: ClusterNetwork
    tree: ClusterTree = field(default_factory=ClusterTree)
    stage: str = "contrast"
    index: int = 0
    seconds: float = 0.0
    snapshots: list[Snapshot] = field(default_factory=list)
    during: ClusterTree | None = None  # the tree that the stage learns, where it is known from a file
    sight: Sight | None = None

    def facts(self) -> dict[str, Any]:
        """What a stopped run is found again by."""
        return {"tree": self.tree.to_json(), "stage": self.stage, "index": self.index, "seconds": self.seconds,
                "during": self.during.to_json()}


def fit(plan: Plan, output: Path, device: torch.device, goes_on: bool = False, every: int = 200) -> Iterator[Told]:
    """Grow a tree and write the model to `output`, also at the end of every stage, and every `every` steps with all
    that is needed to go on beside it, in `output` + ".resume"; from there a run of the same plan goes on where it was
    stopped (`goes_on`)."""
    resume.check_output(output)
    every = resume.checked_every(every)
    resumed, run = goes_on, _resumed(plan, output, device) if goes_on else begin(plan, device)
    while run.stage != "done":
        lesson = prepare(run)
        if lesson is None:
            continue
        state = start(run.network, lesson.config, weight_decay=1e-5)
        if resumed:
            resume.load_state(resume.beside(output), state, plan.facts)
        resumed, config = False, lesson.config
        steps = learn(state, lesson.batches, lesson.loss, config)
        write = partial(_write, run, state, output)
        for told in resume.keep(steps, state, plan.facts | {"growth": run.facts()}, output, every, config.steps, write):
            yield Told(run.stage, len(run.during.leaves), told.step, config.steps, told.loss,
                       run.seconds + told.seconds)
        finish(run, state)
        as_model(run, run.tree, run.seconds).save(output)


def begin(plan: Plan, device: torch.device) -> Run:
    """A run before its first step: a tree that is a root."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(mix(plan.config.seed, 23))
        network = plan.network.build(ClusterTree())
    mean = plan.data.form.scale(plan.data.x).flatten(1).mean(0)
    network.centre.copy_(((mean + 1) / 2).clamp(GREY, 1 - GREY).logit() if plan.network.likelihood == "bernoulli"
                         else mean)
    return Run(plan, network.to(device), stage=plan.config.first)


def prepare(run: Run) -> Lesson | None:
    """What the stage at hand is to learn, its networks made ready; None if it turns out to be no stage: a leaf that is
    not to be split ends the growth."""
    plan, stage = run.plan, run.stage
    if stage == "split":
        run.sight = run.sight or Sight.of(run.network, plan.data, plan.config)
    if run.during is None:
        run.during = _next_tree(run)
        if run.during is None:
            run.stage = "final"
            return None
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(mix(plan.config.seed, run.index, 24))
        run.network.settle(run.during)
    if stage != "split":
        run.sight = None  # the chain learns: what it saw is void
        config = learning(plan.config, stage, run.index, len(plan.data))
        return together(run.network, run.during, plan.data, plan.config, config, stage)
    [leaf] = set(run.during.forks) - set(run.tree.forks)
    return splitting(run.network, run.during, leaf, plan.data, run.sight, plan.config,
                     partial(learning, plan.config, stage, run.index))


def _next_tree(run: Run) -> ClusterTree | None:
    """The tree that the stage at hand learns: with a leaf split, or pruned, or as it is; None for no leaf to split."""
    if run.stage == "root":
        return run.tree.split(run.tree.root)
    if run.stage == "split":
        leaf = fullest(run.tree, assigned(run.network, run.tree, run.sight.clean), run.network.config.depth)
        return None if leaf is None else run.tree.split(leaf)
    if run.stage == "final":
        chain = look(run.network, run.plan.data.form.scale(run.plan.data.x))
        return pruned(run.tree, assigned(run.network, run.tree, chain))
    return run.tree


def finish(run: Run, state: LearningState) -> None:
    """Take over what a stage has learnt, and go to the next."""
    run.tree, run.during, run.seconds = run.during, None, run.seconds + state.seconds
    if run.stage != "contrast":
        run.snapshots.append(Snapshot.of(run.index, run.stage, run.network, run.tree, run.plan.data,
                                         run.plan.config.seed))
    run.stage, run.index = following(run.plan.config, run.stage, run.tree), run.index + 1


def _write(run: Run, state: LearningState, output: Path) -> None:
    as_model(run, run.during, run.seconds + state.seconds).save(output)


def as_model(run: Run, tree: ClusterTree, seconds: float) -> ClusterModel:
    """The model so far, with all that is known about it; a copy of the networks is its own."""
    data = run.plan.data
    with torch.random.fork_rng(devices=[]):  # networks are initialised before they get their weights
        network = run.plan.network.build(tree).to(run.network.centre.device)
    network.load_state_dict(run.network.state_dict())
    facts = Facts.of(
        data.form.kind,
        data=Data(**data.facts),
        training=asdict(run.plan.config) | {"seconds": round(seconds)}, versions=versions())
    return ClusterModel(network, tree, facts, data.form, run.snapshots)


def _resumed(plan: Plan, output: Path, device: torch.device) -> Run:
    """The run that was stopped, at the beginning of its stage but with the weights that it had; what is frozen in that
    stage decides it. Raises BranchedError if it is another run's, or no whole one."""
    path = resume.beside(output)
    tensors, header = checkpoint.load(path, "training")
    run = begin(plan, device)
    try:
        resume.check_same(path, header["facts"], plan.facts)
        _take(run, tensors, header["facts"]["growth"])
    except BranchedError:
        raise
    except (AttributeError, KeyError, RuntimeError, TypeError, ValueError) as error:
        raise BranchedError(f"{path} does not hold a whole run ({str(error).splitlines()[0]}).") from None
    # At a stage's end the model is written before the next stage is saved: so it has all earlier snapshots.
    run.snapshots = [kept for kept in load(output, device).snapshots if kept.index < run.index] if run.index else []
    return run


def _take(run: Run, tensors: Mapping[str, torch.Tensor], growth: Mapping[str, Any]) -> None:
    """Where a stopped run was, and its weights."""
    run.tree, run.during = (ClusterTree.from_json(growth[key]) for key in ("tree", "during"))
    run.stage, run.index, run.seconds = STAGES[STAGES.index(growth["stage"])], int(growth["index"]), growth["seconds"]
    with torch.random.fork_rng(devices=[]):
        run.network.settle(run.during)
    run.network.load_state_dict({name.removeprefix("network."): value for name, value in tensors.items()
                                 if name.startswith("network.")})

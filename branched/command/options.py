"""What can be asked on the command line: a record for each command, whose fields are its options, made of shared parts.

Each option's name, type and default are read from its field, and its meaning from the text below the field (tyro).
"""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from tyro.conf import Positional, arg

from ..checkpoint import SHIPPED
from ..class_tree.rule import Rule
from ..class_tree.train_parents import BATCH, MARGIN, STEPS
from ..class_tree.training import TrainingConfig
from ..cluster_tree.diffusion_training import DiffusionConfig
from ..cluster_tree.networks import ClusterNetworkConfig
from ..cluster_tree.path_unet import TOLD
from ..cluster_tree.schedule import GrowthConfig
from ..errors import BranchedError
from ..facts import SHOWS
from ..label.recipes import CLASSIFIER, EVERY, PARENTS
from ..learning.loop import check_positive
from ..learning.resume import checked_every
from ..measure.cluster_laboratory import PARTS as CLUSTER_PARTS
from ..measure.frontier import PARTS as STEPS_PARTS
from ..measure.frontier import Sought
from ..measure.laboratory import PARTS
from ..measure.of_clusters import ClusterProtocol
from ..measure.of_methods import Protocol
from ..measure.sizes import Sizes
from ..noise.sampling import GUIDES, Sampling
from ..noise.solvers import SOLVER, SOLVERS

T = TypeVar("T")
Maybe = Annotated[T | None, arg(help_behavior_hint="")]  # what holds without it is told in the option's own words
Way = Literal[(*EVERY, CLASSIFIER, PARENTS)]
Solver = Literal[tuple(SOLVERS)]
Guide = Literal[GUIDES]
ToldBy = Literal[tuple(TOLD)]
Part = Literal["generation", "transmutation", "classification"]
StepsPart = Literal[STEPS_PARTS]
MethodsPart = Literal[tuple(PARTS)]
ClustersPart = Literal[tuple(CLUSTER_PARTS)]


@dataclass(frozen=True)
class Lists:
    """A record or a part of one; an option that takes several values takes at least one."""

    def __post_init__(self) -> None:
        for field in fields(self):
            if getattr(self, field.name) == ():
                raise BranchedError(f"Nothing is named by {field.name}; at least one value is needed.")


# -- parts that commands share -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Model:
    """Which model, and where it computes."""

    model: str = "mnist"
    """a name in checkpoints/, or a path"""
    device: Literal["auto", "cpu", "cuda"] = "auto"
    """where to compute"""


@dataclass(frozen=True)
class Source(Lists):
    """Which data, and how they are read."""

    data: str = "mnist"
    """mnist, digits, letters, typefaces, a folder with a sub-folder of images for each class, or a CSV file with a
    column of classes (neither is needed by grow, and where clusters are named)"""
    folder: Maybe[Path] = None
    """where MNIST or the letters lie (default: $BRANCHED_DATA)"""
    label: Maybe[str] = None
    """the column of classes in a CSV file (default: found)"""
    drop: Maybe[tuple[str, ...]] = None
    """columns of a CSV file to leave out, such as names and numbers of rows (default: none)"""
    skip_gaps: bool = False
    """leave out the rows of a CSV file in which a value is missing"""
    size: Maybe[int] = None
    """resize images to this many pixels (default: as they are; those of a folder to 28)"""
    colour: bool = False
    """keep colours"""
    shows: Maybe[Literal[SHOWS]] = None
    """what images show: characters, which the model looks for in a photo, or pictures, which it takes whole (default:
    found from the images)"""
    crop: bool = False
    """of images that are not square take the middle (default: they are padded)"""
    classes: Maybe[tuple[str, ...]] = None
    """only these classes of the data (default: all)"""


@dataclass(frozen=True)
class ClassedSource(Source):
    """Which data, how they are read, and what their classes are."""

    clusters: Maybe[str] = None
    """a tree of clusters, a name or a path, whose leaves are the classes (default: the data's own classes)"""


@dataclass(frozen=True)
class ModelsSource(ClassedSource):
    """Which data, and how they are read."""

    data: Maybe[str] = None
    """mnist, digits, letters, typefaces, a folder or a CSV file (default: what the model was trained on)"""


@dataclass(frozen=True)
class TreesSource(Source):
    """Which data, and how they are read."""

    data: Maybe[str] = None
    """mnist, digits, letters, typefaces, a folder or a CSV file (default: what the tree was grown on)"""


@dataclass(frozen=True)
class Evidence:
    """What discovery looks at."""

    samples: int = 1000
    """objects of each class for discovery"""
    times: int = 1000
    """diffusion times for discovery"""


@dataclass(frozen=True)
class RuleOptions:
    """How the class tree is read off curves of similarity."""

    epsilon: float = Rule.epsilon
    """how much less similar still counts as met"""
    smoothing: float = Rule.smoothing
    """width (sigma) of the Gaussian that smooths the curves, in time steps"""
    minimum_time: Maybe[float] = None
    """no branch point lies below (default: by how many objects there are, 0.3 with few, near 0 with many)"""
    minimum_length: Maybe[float] = None
    """no branch is shorter: what lies close is one split of several (default: by how many objects there are, 0.05 with
    few, near 0 with many)"""

    def __post_init__(self) -> None:
        Rule(self.epsilon, self.smoothing, self.minimum_time or 0.0, self.minimum_length or 0.0)


@dataclass(frozen=True)
class Training(TrainingConfig):
    """How a model is trained."""

    steps: Maybe[int] = None
    """of training (default: by how many objects there are, 2,000 to 14,000)"""
    batch: Maybe[int] = None
    """rows of a step, of all processes together (default: by how many objects and branches there are, from 64)"""
    pairs: Maybe[int] = None
    """size of the optimal-transport problem at each branch point (default: 256 with few objects, else 1024)"""

    def __post_init__(self) -> None:
        self.suited({})

    def suited(self, usual: Mapping[str, int]) -> TrainingConfig:
        """What is asked for, and for the rest what is usual."""
        return TrainingConfig(**{**usual, **{name: value for name, value in vars(self).items() if value is not None}})


@dataclass(frozen=True)
class SamplingOptions(Sampling):
    """What is asked of a walk from noise to data."""

    solver: Solver = SOLVER
    """how steps are taken"""
    guidance: float = 0.0
    """how strongly estimates are pushed towards what was asked for; 0 leaves them alone"""
    guide: Guide = GUIDES[0]
    """what pushes: the model's own second estimate (of the parent's branch, or without the class), or a classifier of
    noisy objects"""


@dataclass(frozen=True)
class SizesOptions(Sizes):
    """Sizes of the evaluation, and what is asked of its walks."""

    solver: Solver = SOLVER
    """how steps are taken"""
    guidance: float = 0.0
    """how strongly estimates are pushed towards what was asked for; 0 leaves them alone"""
    guide: Guide = GUIDES[0]
    """what pushes: the model's own second estimate (of the parent's branch, or without the class), or a classifier of
    noisy objects"""


@dataclass(frozen=True)
class Writing:
    """Where the result goes."""

    output: Maybe[Path] = None
    """what to write, a picture or a table (default: a file named after what is made)"""
    round: bool = False
    """of a table, write values on each feature's own grid"""
    npz: Maybe[Path] = None
    """also write the arrays (default: no)"""


@dataclass(frozen=True)
class Network(Lists):
    """How large the network is."""

    channels: Maybe[tuple[int, ...]] = None
    """of each level of the U-Net, for images (default: by how many there are)"""
    width: Maybe[int] = None
    """of the layers of the perceptron, for tables (default: by how many rows there are)"""
    blocks: Maybe[int] = None
    """of the perceptron (default: its own)"""
    rank: Maybe[int] = None
    """of each process's adapters (default: by how many objects there are)"""


# -- the commands ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Info:
    """Show a model: its tree, how it was trained, how well it does."""

    model: Model = Model()


@dataclass(frozen=True)
class Discover:
    """Find the class tree of a data set."""

    source: ClassedSource = ClassedSource()
    evidence: Evidence = Evidence()
    rule: RuleOptions = RuleOptions()
    output: Maybe[Path] = None
    """write the tree as JSON (default: show it only)"""
    seed: int = 0
    """the same seed gives the same tree"""


@dataclass(frozen=True)
class Train:
    """Train a model, from data set to checkpoint."""

    output: Path
    """checkpoint to write (.safetensors)"""
    source: ClassedSource = ClassedSource()
    trunk: Maybe[str] = None
    """a model, a name or a path, from whose weights the network begins, and whose sizes it then has; it has a single
    reverse process, as mnist-unconditional (default: from chance)"""
    tree: Maybe[str] = None
    """a JSON file, or "flat" (label-conditioned) (default: discovered)"""
    raise_branch_points: float = 0.0
    """let classes part this much earlier"""
    evidence: Evidence = Evidence()
    rule: RuleOptions = RuleOptions()
    network: Network = Network()
    training: Training = Training()
    every: int = 1000
    """steps between checkpoints"""
    resume: bool = False
    """go on where this run was stopped; or, with more --steps, train one longer that had come to its end"""
    dry_run: bool = False
    """say what would be done and how long it would take, and stop"""
    device: Literal["auto", "cpu", "cuda"] = "auto"
    """where to compute"""


@dataclass(frozen=True)
class Parents:
    """Train the parents of a tree a little past their ends, for guidance."""

    output: Path
    """what to write: a file parents-NAME.safetensors beside the model NAME"""
    model: Model = Model()
    source: ModelsSource = ModelsSource()
    margin: float = MARGIN
    """how far below each branch point, in time"""
    steps: int = STEPS
    """of training"""
    batch: int = BATCH
    """rows of a step"""
    seed: int = 0
    """the same seed gives the same parents"""


@dataclass(frozen=True)
class Grow:
    """Grow a tree of clusters from a data set whose classes it does not look at."""

    output: Path
    """checkpoint to write (.safetensors)"""
    source: Source = Source()
    growth: GrowthConfig = GrowthConfig()
    depth: int = ClusterNetworkConfig.depth
    """the greatest depth of a leaf"""
    every: int = 200
    """steps between checkpoints"""
    resume: bool = False
    """go on where this run was stopped"""
    device: Literal["auto", "cpu", "cuda"] = "auto"
    """where to compute"""


@dataclass(frozen=True)
class PathTraining(DiffusionConfig):
    """How the diffusion model is trained. On the command line alone: what is asked for is a DiffusionConfig."""

    drop: Annotated[float, arg(name="untold")] = DiffusionConfig.drop  # --drop is of columns
    """share of rows that learn without their path"""


@dataclass(frozen=True)
class TreeDiffusion:
    """Train the diffusion model of a tree of clusters, which draws along its paths."""

    tree: str
    """a tree of clusters that was grown: a name in checkpoints/, or a path"""
    output: Path
    """checkpoint to write, of tree and diffusion model (.safetensors)"""
    source: TreesSource = TreesSource()
    told: ToldBy = "path"
    """what the diffusion model is told of an object"""
    trunk: Maybe[str] = None
    """a model whose network it begins from, a name in checkpoints/ or a path (default: from nothing)"""
    training: PathTraining = PathTraining()
    every: int = 1000
    """steps between checkpoints"""
    resume: bool = False
    """go on where this run was stopped"""
    device: Literal["auto", "cpu", "cuda"] = "auto"
    """where to compute"""

    def __post_init__(self) -> None:
        object.__setattr__(self, "training", DiffusionConfig(**vars(self.training)))


@dataclass(frozen=True)
class TrainMethods(Lists):
    """Train models that are told what to draw in other ways, the classifier that can guide them, and the tree's
    parents: all that the page Other ways compares."""

    only: Maybe[tuple[Way, ...]] = None
    """which of them (default: all that are shipped)"""
    output: Path = SHIPPED
    """the folder to write to"""
    source: Source = Source()
    steps: int = TrainingConfig.steps
    """of training; a classifier and an autoencoder take half of that"""
    seed: int = 0
    """the same seed gives the same models"""
    every: int = 1000
    """steps between checkpoints"""
    resume: bool = False
    """go on where this run was stopped"""
    anew: bool = False
    """replace what is there"""
    device: Literal["auto", "cpu", "cuda"] = "auto"
    """where to compute"""

    def __post_init__(self) -> None:
        super().__post_init__()
        check_positive("steps", self.steps)
        checked_every(self.every)


@dataclass(frozen=True)
class Sample(Lists):
    """Draw images (or rows of a table) of classes."""

    labels: Maybe[tuple[str, ...]] = None
    """classes (default: all)"""
    model: Model = Model()
    sampling: SamplingOptions = SamplingOptions()
    writing: Writing = Writing()


@dataclass(frozen=True)
class Hybrid:
    """Draw hybrids of two classes (or sets: 3,5 8) and what becomes of them."""

    a: Positional[str]
    """a class, or several with commas"""
    b: Positional[str]
    """a class, or several with commas"""
    model: Model = Model()
    sampling: SamplingOptions = SamplingOptions()
    writing: Writing = Writing()


@dataclass(frozen=True)
class Transmute(Lists):
    """Turn images (or rows) of one class into others."""

    source: Positional[str]
    """the class that they are of"""
    targets: Annotated[Positional[tuple[str, ...]], arg(help_behavior_hint="(required)")]
    """the classes to turn them into"""
    images: Annotated[Maybe[tuple[Path, ...]], arg(aliases=["--rows"])] = None
    """picture files, or CSV files (default: the model's own)"""
    time: Maybe[float] = None
    """turning time (default: the meeting point)"""
    deterministic: bool = False
    """invert the ODE instead of adding noise"""
    model: Model = Model()
    sampling: SamplingOptions = SamplingOptions()
    writing: Writing = Writing()


@dataclass(frozen=True)
class Classify(Lists):
    """Which class is each picture (or row), by the tree?"""

    files: Annotated[Positional[tuple[Path, ...]], arg(help_behavior_hint="(required)")]
    """picture files, or CSV files"""
    model: Model = Model()
    seed: int = 0
    """the same seed gives the same answer"""


@dataclass(frozen=True)
class Extend(Lists):
    """Teach a model one more class, from its images (or rows) alone."""

    name: str
    """of the new class"""
    images: Annotated[tuple[Path, ...], arg(aliases=["--rows"])]
    """picture files, or folders of them; or CSV files"""
    output: Path
    """checkpoint to write (.safetensors)"""
    sibling: Maybe[str] = None
    """the class whose path it leaves (default: found)"""
    time: Maybe[float] = None
    """when it leaves that path (default: found)"""
    steps: Maybe[int] = None
    """of training (default: by how many are given)"""
    preview: Maybe[Path] = None
    """picture (or CSV) for samples on the way (default: none)"""
    model: Model = Model()
    seed: int = 0
    """the same seed gives the same result"""


@dataclass(frozen=True)
class Remove:
    """Remove a class that extend has added."""

    name: str
    """of the class"""
    output: Path
    """checkpoint to write (.safetensors)"""
    model: Model = Model()


@dataclass(frozen=True)
class ExportPage:
    """Write a model of images as one HTML file that needs no server (docs/one-file.md)."""

    output: Path
    """file to write (.html)"""
    model: Model = Model()


@dataclass(frozen=True)
class Evaluate(Lists):
    """Measure a model: fidelity, diversity, transmutation, classification."""

    parts: tuple[Part, ...] = ("generation", "transmutation", "classification")
    """what to measure"""
    model: Model = Model()
    source: ModelsSource = ModelsSource()
    judge: Maybe[str] = None
    """the classifier to measure images with, a name or a path (default: that of the model's data, which is trained and
    kept beside the model where there is none)"""
    sizes: SizesOptions = SizesOptions()
    store: bool = False
    """keep the figures in the checkpoint and its card"""


@dataclass(frozen=True)
class Bench:
    """Time what the project promises, on this machine."""

    model: Model = Model()
    repeats: int = 5
    """runs of each; the median is printed"""
    output: Maybe[Path] = None
    """also write the figures as JSON (default: no)"""


@dataclass(frozen=True)
class MeasureSteps(Lists, Sought):
    """Measure how few steps suffice, by every solver; what was measured before is left as it is."""

    parts: tuple[StepsPart, ...] = Sought.parts
    """what to measure"""
    solvers: tuple[Solver, ...] = Sought.solvers
    """that are tried"""
    steps: tuple[int, ...] = Sought.steps
    """numbers of steps that are tried"""
    try_n: int = Sought.try_n
    """objects of each class, by every setting, to choose by"""
    try_seed: int = Sought.try_seed
    """that these are drawn from"""
    n: int = Sought.n
    """objects of each class, by a setting that is told of"""
    seed: int = Sought.seed
    """that these are drawn from"""
    transmuted: int = Sought.transmuted
    """real objects of each class that are turned into each other class"""
    least: float = Sought.least
    """share of right classes below which a setting is not followed up"""
    output: Path = Path("docs/figures/results/steps.json")
    """where the figures are kept"""
    model: Model = Model()
    source: ModelsSource = ModelsSource()
    judge: str = "judge-mnist"
    """the classifier to measure images with: a name or a path"""


@dataclass(frozen=True)
class MeasureMethods(Lists):
    """Measure all ways to tell a model what to draw, side by side; what was measured before is left as it is."""

    parts: tuple[MethodsPart, ...] = tuple(PARTS)
    """what to measure"""
    n: int = Protocol.n
    """images of each class, for a row"""
    seed: int = Protocol.seed
    """that rows are drawn from"""
    curve_n: int = Protocol.curve_n
    """images of each class, for a point of a curve"""
    curve_seed: int = Protocol.curve_seed
    """that curves are drawn from"""
    models: Maybe[Path] = None
    """a folder with models that are not shipped, and with variants: cbn-*, ac-* (default: none)"""
    output: Path = SHIPPED
    """the folder for methods.json and methods.npz"""
    anew: bool = False
    """measure again what was measured before"""
    judge: str = "judge-mnist"
    """the classifier to measure images with: a name or a path"""
    source: Source = Source()
    device: Literal["auto", "cpu", "cuda"] = "auto"
    """where to compute"""


@dataclass(frozen=True)
class MeasureClusters(Lists):
    """Measure a tree that nobody labelled, and what draws its clusters; what was measured before is left as it is."""

    parts: tuple[ClustersPart, ...] = tuple(CLUSTER_PARTS)
    """what to measure"""
    model: str = ClusterProtocol.model
    """the tree, with its diffusion model if it has one: a name or a path"""
    bridged: str = ClusterProtocol.bridged
    """a class tree whose classes are the leaves of that tree; left out if it is not there, or of another tree"""
    naive: Maybe[str] = None
    """that tree with a diffusion model that is told the decoder's picture (default: none)"""
    class_tree: str = ClusterProtocol.class_tree
    """a tree of the classes themselves, to compare with"""
    seeds: Maybe[tuple[Path, ...]] = None
    """trees that grew from several seeds, one of which was chosen (default: none)"""
    control: Maybe[tuple[Path, ...]] = None
    """trees that grew by another schedule (default: none)"""
    conditions: Maybe[tuple[Path, ...]] = None
    """that tree with diffusion models that are told different things, all trained alike (default: none)"""
    n: int = ClusterProtocol.n
    """pictures of each leaf, and real ones of each class beside them"""
    seed: int = ClusterProtocol.seed
    """of what is drawn"""
    condition_n: int = ClusterProtocol.condition_n
    """pictures of each leaf by a condition"""
    output: Path = SHIPPED
    """the folder for clusters.json and clusters.npz"""
    anew: bool = False
    """measure again what was measured before"""
    judge: str = "judge-mnist"
    """the classifier to measure images with: a name or a path"""
    source: Source = Source()
    device: Literal["auto", "cpu", "cuda"] = "auto"
    """where to compute"""


@dataclass(frozen=True)
class Pool:
    """Serve the app's requests by replicas of the engine, each a process of its own (docs/serving.md)."""

    replicas: int = 2
    """how many of them"""
    threads: Maybe[int] = None
    """of each (default: the processor's cores, shared out)"""
    address: Maybe[str] = None
    """of a Ray cluster that is there, host:port (default: one on this machine, for this machine alone)"""

    def __post_init__(self) -> None:
        for name in ("replicas", "threads"):
            if (value := getattr(self, name)) is not None:
                check_positive(name, value)


@dataclass(frozen=True)
class Report:
    """Write the tables of the documents and the checkpoints' cards from the figures that are stored."""

    docs: Path = Path("docs")
    """the folder with the documents and figures/"""


@dataclass(frozen=True)
class Judge:
    """Train the classifier that measures models."""

    output: Path
    """checkpoint to write (.safetensors)"""
    source: Source = Source()
    seed: int = 0
    """the same seed gives the same judge"""

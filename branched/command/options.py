"""The command line. Every command tells in one sentence what is wrong with its input, and then exits with code 2."""
import argparse
import sys
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

from ..class_tree.model import SOLVER
from ..errors import BranchedError
from ..learning.loop import TrainingConfig
from ..noise.solvers import SOLVERS
from . import commands as run


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    options = parser().parse_args(arguments)
    try:
        options.run(options)
        return 0
    except BranchedError as error:
        print(f"branched: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("branched: stopped.", file=sys.stderr)
        return 130


def parser() -> argparse.ArgumentParser:
    """All commands and their options."""
    top = argparse.ArgumentParser(prog="python -m branched", description=__doc__.splitlines()[0])
    commands = top.add_subparsers(metavar="COMMAND", required=True)

    def command(name: str, action, about: str, *, model: bool = True) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=about, description=about,
                                  formatter_class=argparse.ArgumentDefaultsHelpFormatter)
        sub.set_defaults(run=action)
        if model:
            sub.add_argument("--model", default="mnist", help="a name in checkpoints/, or a path")
        sub.add_argument("--seed", type=int, default=0, help="the same seed gives the same result")
        sub.add_argument("--device", default="auto", choices=("auto", "cpu", "cuda"), help="where to compute")
        return sub

    def data(sub: argparse.ArgumentParser) -> None:
        sub.add_argument("--data", default=None, help="mnist, digits, letters, a folder with a sub-folder "
                         "of images for each class, or a CSV file with a column of classes (default: mnist)")
        sub.add_argument("--folder", default=None, help="where MNIST or the letters lie (default: $BRANCHED_DATA)")
        sub.add_argument("--label", default=None, help="the column of classes in a CSV file")
        sub.add_argument("--size", type=int, default=None, help="resize images to this many pixels")
        sub.add_argument("--colour", action="store_true", help="keep colours")
        sub.add_argument("--classes", nargs="+", default=None, help="only these classes of the data (default: all)")

    def rule(sub: argparse.ArgumentParser) -> None:
        sub.add_argument("--samples", type=int, default=1000, help="objects of each class for discovery")
        sub.add_argument("--times", type=int, default=1000, help="diffusion times for discovery")
        sub.add_argument("--epsilon", type=float, default=0.005, help="how much less similar still counts as met")
        sub.add_argument("--smoothing", type=float, default=3.0, help="of the curves, in times")
        sub.add_argument("--minimum-time", type=float, default=0.0, help="no branch point below this time")
        sub.add_argument("--minimum-length", type=float, default=0.0, help="merge shorter branches")

    def walk(sub: argparse.ArgumentParser, output: str) -> None:
        sub.add_argument("--steps", type=int, default=20, help="steps from noise to data")
        sub.add_argument("--solver", default=SOLVER, choices=tuple(SOLVERS), help="how steps are taken")
        sub.add_argument("--output", type=Path, default=None,
                         help=f"what to write: a picture, or a table (default: {output}.png or {output}.csv)")
        sub.add_argument("--round", action="store_true", help="of a table, write values on each feature's own grid")
        sub.add_argument("--npz", type=Path, default=None, help="also write the arrays")
        sub.set_defaults(stem=output)

    command("info", run.info, "Show a model: its tree, how it was trained, how well it does.")

    sub = command("discover", run.discover, "Find the class tree of a data set.", model=False)
    data(sub)
    rule(sub)
    sub.add_argument("--output", type=Path, default=None, help="write the tree as JSON")

    sub = command("train", run.train, "Train a model, from data set to checkpoint.", model=False)
    data(sub)
    rule(sub)
    training(sub)
    sub.add_argument("--tree", default=None, help='a JSON file, or "flat" (label-conditioned); default: discovered')
    sub.add_argument("--raise-branch-points", type=float, default=0.0, help="let classes part this much earlier")
    sub.add_argument("--channels", type=int, nargs="+", default=None, help="of each level of the U-Net, for images")
    sub.add_argument("--width", type=int, default=None, help="of the layers of the perceptron, for tables")
    sub.add_argument("--blocks", type=int, default=None, help="of the perceptron")
    sub.add_argument("--rank", type=int, default=None, help="of each branch's adapters")
    sub.add_argument("--output", type=Path, required=True, help="checkpoint to write (.safetensors)")
    sub.add_argument("--every", type=int, default=1000, help="steps between checkpoints")
    sub.add_argument("--resume", action="store_true", help="go on where this run was stopped")
    sub.add_argument("--dry-run", action="store_true", help="say what would be done, and stop")

    sub = command("sample", run.sample, "Draw images (or rows of a table) of classes.")
    sub.add_argument("--labels", nargs="+", default=None, help="classes (default: all)")
    sub.add_argument("--n", type=int, default=8, help="how many of each class")
    walk(sub, "samples")

    sub = command("hybrid", run.hybrid, "Draw hybrids of two classes (or sets: 3,5 8) and what becomes of them.")
    sub.add_argument("a", help="a class, or several with commas")
    sub.add_argument("b", help="a class, or several with commas")
    sub.add_argument("--n", type=int, default=8, help="hybrids")
    walk(sub, "hybrids")

    sub = command("transmute", run.transmute, "Turn images (or rows) of one class into others.")
    sub.add_argument("source", help="the class that they are of")
    sub.add_argument("targets", nargs="+", help="the classes to turn them into")
    sub.add_argument("--images", "--rows", type=Path, nargs="+", default=None, dest="given",
                     help="picture files, or CSV files (default: the model's own)")
    sub.add_argument("--n", type=int, default=8, help="how many of the model's own")
    sub.add_argument("--time", type=float, default=None, help="turning time (default: the meeting point)")
    sub.add_argument("--deterministic", action="store_true", help="invert the ODE instead of adding noise")
    walk(sub, "transmuted")

    sub = command("classify", run.classify, "Which class is each picture (or row), by the tree?")
    sub.add_argument("given", type=Path, nargs="+", metavar="file", help="picture files, or CSV files")

    sub = command("extend", run.extend, "Teach a model one more class, from its images (or rows) alone.")
    sub.add_argument("--name", required=True, help="of the new class")
    sub.add_argument("--images", "--rows", type=Path, nargs="+", required=True, dest="given",
                     help="picture files, or folders of them; or CSV files")
    sub.add_argument("--sibling", default=None, help="the class whose path it leaves (default: found)")
    sub.add_argument("--time", type=float, default=None, help="when it leaves that path (default: found)")
    sub.add_argument("--steps", type=int, default=None, help="of training (default: by how many are given)")
    sub.add_argument("--preview", type=Path, default=None, help="picture (or CSV) for samples on the way")
    sub.add_argument("--output", type=Path, required=True, help="checkpoint to write (.safetensors)")

    sub = command("remove", run.remove, "Remove a class that extend has added.")
    sub.add_argument("--name", required=True, help="of the class")
    sub.add_argument("--output", type=Path, required=True, help="checkpoint to write (.safetensors)")

    sub = command("evaluate", run.evaluate, "Measure a model: fidelity, diversity, transmutation, classification.")
    data(sub)
    sub.add_argument("--judge", default="judge-mnist", help="the classifier to measure images with: a name or a path")
    sub.add_argument("--parts", nargs="+", default=("generation", "transmutation", "classification"),
                     choices=("generation", "transmutation", "classification"), help="what to measure")
    sub.add_argument("--n", type=int, default=1000, help="how many to generate of each class")
    sub.add_argument("--transmuted", type=int, default=100, help="test objects transmuted, of each class")
    sub.add_argument("--classified", type=int, default=2000, help="test objects classified")
    sub.add_argument("--steps", type=int, default=20, help="steps from noise to data")
    sub.add_argument("--solver", default=SOLVER, choices=tuple(SOLVERS), help="how steps are taken")
    sub.add_argument("--store", action="store_true", help="keep the figures in the checkpoint and its card")

    sub = command("bench", run.bench, "Time what the README promises, on this machine.")
    sub.add_argument("--repeats", type=int, default=5, help="runs of each; the median is printed")

    sub = command("judge", run.judge, "Train the classifier that measures models.", model=False)
    data(sub)
    sub.add_argument("--output", type=Path, required=True, help="checkpoint to write (.safetensors)")
    return top


def training(sub: argparse.ArgumentParser) -> None:
    """One option for each field of the training configuration."""
    for field in fields(TrainingConfig):
        if field.name != "seed":
            sub.add_argument(f"--{field.name.replace('_', '-')}", type=field.type, default=field.default,
                             help="see TrainingConfig")

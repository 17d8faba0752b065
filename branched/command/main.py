"""Hierarchically branched diffusion models: look at, sample, transmute, extend, train and measure them.

Every command tells in one sentence what is wrong with its input, and then exits with code 2.
"""
import re
import sys
from collections.abc import Sequence
from typing import Any, Union

import tyro
from tyro import _errors as refusals  # private, so its version is pinned: no public door tells why words were refused

from .. import checkpoint
from ..errors import BranchedError
from . import commands, edges, methods, options

COMMANDS = {
    options.Info: commands.info,
    options.Discover: commands.discover,
    options.Train: commands.train,
    options.Parents: commands.parents,
    options.Grow: commands.grow,
    options.TreeDiffusion: commands.tree_diffusion,
    options.Sample: commands.sample,
    options.Hybrid: commands.hybrid,
    options.Transmute: commands.transmute,
    options.Classify: commands.classify,
    options.Extend: commands.extend,
    options.Remove: commands.remove,
    options.ExportPage: commands.export_page,
    options.Evaluate: commands.evaluate,
    options.Bench: commands.bench,
    options.MeasureSteps: commands.measure_steps,
    options.TrainMethods: methods.train_methods,
    options.MeasureMethods: methods.measure_methods,
    options.MeasureClusters: methods.measure_clusters,
    options.Pool: commands.pool,
    options.Report: commands.report,
    options.Judge: commands.judge,
}
# The parts of a record leave no trace in an option's name: it is --steps, not --sampling.steps, and --colour alone, not
# --colour and --no-colour beside it. Nobody types "None".
MARKERS = (tyro.conf.OmitArgPrefixes, tyro.conf.FlagCreatePairsOff, tyro.conf.DisallowNone,
           tyro.conf.PositionalMetavarFromFieldName)


WHAT = re.compile(r"^- <class '\w+'>: ")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code. `--help` ends the process (0), as is usual."""
    try:
        request = parse(arguments)
        if sentence := checkpoint.amiss():
            print(f"branched: {sentence}", file=sys.stderr)
        COMMANDS[type(request)](request)
        return 0
    except BranchedError as error:
        print(f"branched: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("branched: stopped.", file=sys.stderr)
        return 130


def parse(arguments: Sequence[str] | None = None) -> Any:
    """The record of one command, from words (None: those of this process). Raises BranchedError for words that name no
    command or option, or values that an option or its record refuses."""
    with refusals.on_parse_error(_refuse):
        return edges.checked(tyro.cli(
            Union[tuple(COMMANDS)], prog="python -m branched",  # noqa: UP007 (a union from a table)
            description=__doc__.splitlines()[0], args=arguments, config=MARKERS))


def _refuse(event: refusals.ParseErrorEvent) -> None:
    """Say in one sentence what is wrong with the words. (Tyro would draw a box, also of a record's BranchedError.)"""
    match event:
        case refusals.MissingSubcommand():
            raise BranchedError(f"A command is one of {', '.join(event.subcommand_spec.parser_from_name)}.")
        case refusals.UnrecognizedArgs():
            raise BranchedError(f"There is no command or option {' '.join(event.tokens)}; see {event.prog} --help.")
        case refusals.MissingArgs():
            names = ", ".join(_name(missing.arg) for missing in event.missing_arguments)
            raise BranchedError(f"The command needs {names}.")
        case refusals.InvalidChoice():
            choices = [choice for choice in event.choices if choice != "None"]
            if len(choices) < len(event.choices):
                choices.sort()  # Tyro has those of an option that may be missing in any order
            raise BranchedError(f"{_name(event.argument)} is one of {', '.join(choices)}, not {event.value!r}.")
        case refusals.BadValue():
            raise BranchedError(f"{_name(event.argument)} needs a value.")
        case refusals.InstantiationFailure(argument=None):
            raise BranchedError(event.message)
        case refusals.InstantiationFailure():
            *_, why = event.message.splitlines()  # of an option that may be missing, it tells what it has tried before
            raise BranchedError(f"{_name(event.argument)}: {WHAT.sub('', why).rstrip('.')}.")


def _name(argument: Any) -> str:
    """An option by its name, a place by what stands there."""
    return str(argument.lowered.metavar) if argument.is_positional() else argument.display_name()

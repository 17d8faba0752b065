"""A run that was stopped goes on: all that it is, in one file beside the model."""
from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import torch.distributed as dist
from torch import Tensor, nn

from .. import checkpoint
from ..errors import BranchedError
from ..files import check_folder
from .loop import LearningState, Progress


def keep(steps: Iterator[Progress], state: LearningState, facts: dict[str, Any], output: Path, every: int, last: int,
         write: Callable[[], None]) -> Iterator[Progress]:
    """A run's progress, passed on; every `every` steps and at the `last` its model is written to `output` by `write`,
    with all that is needed to go on beside it. Under torchrun only the first process writes."""
    writes = not dist.is_initialized() or dist.get_rank() == 0
    for progress in steps:
        if writes and (progress.step % every == 0 or progress.step == last):
            save_state(beside(output), state, facts)
            write()
        yield progress


def beside(output: Path) -> Path:
    """Where a run is kept whose model is written to `output`."""
    return output.with_name(output.name + ".resume")


def check_output(output: Path) -> None:
    """Raises BranchedError for a file that no model can be written to, or that none would be found in: before long
    work, rather than after it."""
    if output.suffix != ".safetensors" or output.is_dir():
        raise BranchedError(f"A model is written to a file that ends in .safetensors, not to {output}.")
    check_folder(output.parent)


def try_writing(output: Path, write: Callable[[Path], None]) -> None:
    """Write a model beside `output` once, and remove it again: before long work, rather than after it. Raises
    BranchedError where that fails."""
    if dist.is_initialized() and dist.get_rank() > 0:
        return
    trial = output.with_name(f".{output.name}.trial")
    try:
        write(trial)
    finally:
        trial.unlink(missing_ok=True)


def checked_every(every: int) -> int:
    """How often a model is written. Raises BranchedError for less than at every step."""
    if every < 1:
        raise BranchedError(f"A model is written every so many steps, at least 1; not every {every}.")
    return every


def save_state(path: str | Path, state: LearningState, facts: dict[str, Any]) -> None:
    """Write all that is needed to go on. `facts` (configuration, tree, data) are compared when the run is resumed."""
    tensors = {f"network.{k}": v for k, v in state.network.state_dict().items()}
    tensors |= {f"average.{k}": v for k, v in state.average.state_dict().items()}
    for name, parameter in _learning(state):
        tensors |= {f"adam.{k}.{name}": v for k, v in state.optimiser.state[parameter].items()}
    checkpoint.save(path, "training", tensors, {"step": state.step, "seconds": state.seconds, "facts": facts})


def load_state(path: str | Path, state: LearningState, facts: dict[str, Any]) -> None:
    """Put a saved run into a freshly started `state`. Refused if it was another run (other facts), but for the number
    of steps: a run may go on for longer than it was meant to."""
    tensors, header = checkpoint.load(path, "training")
    check_same(path, header["facts"], facts)
    try:
        _take(state, tensors)
    except (KeyError, RuntimeError) as error:
        raise BranchedError(f"{path} does not hold a whole run ({str(error).splitlines()[0]}).") from None
    state.step, state.seconds = header["step"], header["seconds"]
    steps = facts.get("training", {}).get("steps", state.step)
    if steps < state.step:
        raise BranchedError(f"{path} has done {state.step:,} steps already, and {steps:,} are asked for. To train it "
                            "longer, ask for more by --steps.")


def check_same(path: str | Path, saved: dict[str, Any], facts: dict[str, Any]) -> None:
    """Raises BranchedError where the facts that were saved with a run are other ones than these."""
    for key, value in facts.items():
        before, now = (_parts(part, {"steps"} if key == "training" else set()) for part in (saved.get(key), value))
        for part in sorted(before.keys() | now.keys(), key=lambda part: (part == "checksum", part)):  # says least
            if before.get(part) == now.get(part):
                continue
            if part == "checksum":
                raise BranchedError(f"{path} is from another run: its data had the same name, but not the same "
                                    "contents as here. Train anew, to another --output and without --resume.")
            raise BranchedError(f"{path} is from another run: its {key}{part and f', {part},'} is "
                                f"{before.get(part)!r:.200}, here it is {now.get(part)!r:.200}.")


def _parts(fact: Any, without: set[str]) -> dict[str, Any]:
    """A fact by its parts; one that has none under the name ""."""
    return {key: value for key, value in fact.items() if key not in without} if isinstance(fact, dict) else {"": fact}


def _take(state: LearningState, tensors: dict[str, Tensor]) -> None:
    """Weights, averages and the optimiser's moments from a file into a state."""
    for name, module in (("network", state.network), ("average", state.average)):
        module.load_state_dict({k.removeprefix(f"{name}."): v for k, v in tensors.items() if k.startswith(f"{name}.")})
    for name, parameter in _learning(state):
        state.optimiser.state[parameter] = {
            key: (value if key == "step" else value.to(parameter.device))
            for key in ("step", "exp_avg", "exp_avg_sq") for value in (tensors[f"adam.{key}.{name}"],)}


def _learning(state: LearningState) -> Iterator[tuple[str, nn.Parameter]]:
    """The parameters that learn, with their names: of frozen ones the optimiser knows nothing."""
    return ((name, parameter) for name, parameter in state.network.named_parameters() if parameter.requires_grad)

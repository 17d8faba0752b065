"""The reader of what visitors draw and photograph: `python experiments/reader.py --output reader.safetensors`.

It begins with what the judge knows, and goes on with MNIST's training digits, with digits as other hands write them,
and with what is no digit (branched/data/hands.py). Some minutes of one CPU core.
"""
import argparse
import sys
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from branched import checkpoint
from branched.data.dataset import Dataset, load
from branched.data.hands import widened
from branched.measure.judge import Judge, Settings, train_judge

SETTINGS = Settings(epochs=2, peak_lr=2e-3, stroke=0.6)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, required=True)
    options = parser.parse_args()
    train, test = widened(_portion(load("mnist", "train")), seed=0), load("mnist", "test")
    print(train, flush=True)
    for record in train_judge(train, test, SETTINGS, begin=Judge.load(checkpoint.find("judge-mnist"))):
        print(f"step {record.step} of {record.steps}: loss {record.loss:.4f}, {record.seconds:.0f} s", flush=True)
    record.judge.save(options.output)
    print(record.judge.facts, flush=True)


def _portion(data: Dataset) -> Dataset:
    """Every fourth digit: the judge has seen all of them."""
    return replace(data, x=data.x[::4], y=data.y[::4])


if __name__ == "__main__":
    main()

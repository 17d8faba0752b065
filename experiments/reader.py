"""The reader of what visitors draw and photograph: `python experiments/reader.py --output reader.safetensors`.

It reads the judge's features, and learns from every eighth of MNIST's training digits, from digits as other hands write
them, and from what is no digit (branched/data/hands.py). About a minute of one CPU core.
"""
import argparse
import sys
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from branched import checkpoint
from branched.data.dataset import load
from branched.data.hands import widened
from branched.measure.judge import Judge
from branched.measure.reader import train_reader


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, required=True)
    options = parser.parse_args()
    digits = load("mnist", "train")
    data = widened(replace(digits, x=digits.x[::8], y=digits.y[::8]), seed=7)
    print(data, flush=True)
    reader = train_reader(Judge.load(checkpoint.find("judge-mnist")), data, load("mnist", "test"))
    reader.save(options.output)
    print(reader.facts, flush=True)


if __name__ == "__main__":
    main()

"""How an evaluation fares beside other busy processes, with one thread or two, and by how OpenMP waits:
`python experiments/threads_under_load.py`.

Every setting is a process of its own (the variables are read when PyTorch is loaded), and all take turns: of each
setting a few evaluations, then the next, so that whatever else the machine does meets all alike. The busy processes
multiply matrices, one thread each. Prints a table: milliseconds, median and 95th of 100, and processor time.
"""
import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # so that it runs from anywhere

ROWS = (1, 8, 64)
SETTINGS = {
    "1 thread": {"OMP_NUM_THREADS": "1"},
    "2 threads": {"OMP_NUM_THREADS": "2"},
    "2 threads, passive": {"OMP_NUM_THREADS": "2", "OMP_WAIT_POLICY": "passive"},
    **{f"2 threads, {turns} turns": {"OMP_NUM_THREADS": "2", "GOMP_SPINCOUNT": turns}
       for turns in ("1000", "2000", "4000", "6000", "10000")},
}
FIXED = ("OMP_NUM_THREADS", "OMP_WAIT_POLICY", "GOMP_SPINCOUNT", "OMP_DYNAMIC")


def work() -> None:
    """A worker: for every line (rows, times) on its input, seconds and processor seconds of each evaluation."""
    import torch

    import branched

    network = branched.load("mnist").denoise.network
    with torch.inference_mode():
        for line in sys.stdin:
            rows, times = json.loads(line)
            batch = torch.randn(rows, 1, 28, 28), torch.full((rows,), 0.5), torch.zeros(rows, dtype=torch.long)
            network(*batch)
            print(json.dumps([_timed(network, batch) for _ in range(times)]), flush=True)


def _timed(network, batch) -> tuple[float, float]:
    began, spent = time.perf_counter(), _processor()
    network(*batch)
    return time.perf_counter() - began, _processor() - spent


def _processor() -> float:
    own = resource.getrusage(resource.RUSAGE_SELF)
    return own.ru_utime + own.ru_stime


def burn() -> None:
    """A busy neighbour, with one thread."""
    import numpy as np

    matrix = np.random.default_rng(0).normal(size=(300, 300))
    while True:
        matrix @ matrix


@contextmanager
def child(part: str, **environment: str):
    """Another Python that runs a function of this file."""
    clean = {name: value for name, value in os.environ.items() if name not in FIXED}
    process = subprocess.Popen([sys.executable, __file__, "--part", part], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, text=True, env=clean | environment)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def asked(worker, rows: int, times: int) -> list[tuple[float, float]]:
    worker.stdin.write(json.dumps([rows, times]) + "\n")
    worker.stdin.flush()
    return json.loads(worker.stdout.readline())


def measure(busy: tuple[int, ...], rounds: int) -> None:
    print("| busy beside it | rows | setting | median, ms | 95th, ms | processor, ms |\n|---|---|---|---|---|---|")
    with ExitStack() as stack:
        workers = {name: stack.enter_context(child("work", **own)) for name, own in SETTINGS.items()}
        for count in busy:
            with ExitStack() as load:
                for _ in range(count):
                    load.enter_context(child("burn", OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1"))
                time.sleep(1)
                _table(workers, count, rounds)


def _table(workers, count: int, rounds: int) -> None:
    for rows in ROWS:
        times = max(1, 4 // rows)
        found = {name: [] for name in workers}
        for _ in range(rounds):
            for name, worker in workers.items():
                found[name] += asked(worker, rows, times)
        for name, pairs in found.items():
            wall, spent = (sorted(1e3 * pair[k] for pair in pairs) for k in (0, 1))
            high = wall[min(len(wall) - 1, int(0.95 * len(wall)))]
            print(f"| {count} | {rows} | {name} | {statistics.median(wall):.1f} | {high:.1f} | "
                  f"{statistics.mean(spent):.1f} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", choices=["work", "burn"], help=argparse.SUPPRESS)
    parser.add_argument("--busy", type=int, nargs="*", default=[0, 2, 4])
    parser.add_argument("--rounds", type=int, default=20)
    options = parser.parse_args()
    if options.part:
        {"work": work, "burn": burn}[options.part]()
    else:
        measure(tuple(options.busy), options.rounds)


if __name__ == "__main__":
    main()

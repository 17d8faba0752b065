"""What an evaluation costs in a thread of its own: where memory is kept or given back, and where another thread has
threads of OpenMP's, too: `python experiments/evaluating_thread.py`, on an idle machine.

Every setting is a process of its own, and all take turns.
"""
import argparse
import os
import resource
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SETTINGS = {"given back": "glibc's own way", "kept": "as branched/memory.py settles it",
            "another computes": "kept, and the main thread has evaluated before"}
ROWS, TIMES, WARM = (8, 64), 25, 4


def measure(setting: str) -> None:
    """Print milliseconds, median, and new pages of an evaluation of so many rows."""
    if setting == "given back":
        os.environ["MALLOC_TRIM_THRESHOLD_"] = ""  # too late for glibc, but branched/memory.py leaves it alone
    import torch

    import branched

    def evaluate(rows: int) -> None:
        inputs = torch.zeros(rows, 1, 28, 28), torch.full((rows,), 0.5), torch.zeros(rows, dtype=torch.long)
        with torch.inference_mode():
            network(*inputs)

    def work() -> None:
        nonlocal network
        network = network or branched.load("mnist").denoise.network
        for rows in ROWS:
            for _ in range(WARM):
                evaluate(rows)
            times, before = [], resource.getrusage(resource.RUSAGE_SELF).ru_minflt
            for _ in range(TIMES):
                began = time.perf_counter()
                evaluate(rows)
                times.append(time.perf_counter() - began)
            pages = (resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before) // TIMES
            print(f"{rows} rows: {1000 * statistics.median(times):.0f} ms, {pages:,} new pages")

    network = None
    if setting == "another computes":
        network = branched.load("mnist").denoise.network
        evaluate(ROWS[-1])
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--setting", choices=SETTINGS, help="this one alone, in this process")
    parser.add_argument("--rounds", type=int, default=2)
    options = parser.parse_args()
    if options.setting:
        return measure(options.setting)
    for _ in range(options.rounds):
        for setting, words in SETTINGS.items():
            command = [sys.executable, __file__, "--setting", setting]
            run = subprocess.run(command, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True,
                                 check=True)
            print(f"{setting} ({words}): {'; '.join(run.stdout.splitlines())}", flush=True)
    return None


if __name__ == "__main__":
    main()

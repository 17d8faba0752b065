"""How threads of a network's evaluation wait for each other, told to PyTorch's OpenMP before that is loaded.

Of itself a thread that is done turns round and round, for up to 14 ms, in case more work comes. Beside other busy
programs the thread for which it waits may not even run meanwhile, and every layer costs such a wait: an evaluation that
takes 10 ms on an idle machine took 4 s (docs/experiments.md). A thread that soon sleeps leaves the processor to it.
"""
import os

SPIN = "6000"  # turns (0.3 ms) before a thread sleeps: most waits between two layers are shorter


def settle() -> None:
    """Set what the user has not: GNU's OpenMP, of PyTorch on Linux, is told the turns; any other, to sleep at once."""
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    os.environ.setdefault("GOMP_SPINCOUNT", SPIN)


settle()

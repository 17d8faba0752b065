"""What an evaluation has let go is there for the next: seen by the new pages that the system has to hand over."""
import resource
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LARGE = """
import resource, sys, threading
sys.path.insert(0, %r)
%s
def work():
    for k in range(21):
        if k == 1:
            before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        block = bytearray(8_000_000)
        block[:] = b"1" * 8_000_000
        del block
    print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
worker = threading.Thread(target=work)
worker.start()
worker.join()
"""


def pages(first: str) -> int:
    """New pages for twenty times two blocks of 8 MB, in a thread of a fresh process."""
    run = subprocess.run([sys.executable, "-c", LARGE % (str(ROOT), first)], capture_output=True, text=True, check=True)
    return int(run.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is another C library")
def test_large_blocks_are_not_handed_over_anew():
    whole = 20 * 8_000_000 // resource.getpagesize()
    assert pages("import branched.memory") < whole / 10

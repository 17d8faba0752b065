"""Memory that an evaluation has let go is kept for the next one.

Of itself the GNU C library gives large blocks back to the system at once, which hands over others, empty, a page at a
time: some 6,000 pages in each evaluation of 64 digits, a tenth of its time (docs/experiments.md).
"""
import ctypes
import os
import sys
from contextlib import suppress

TRIM, MMAP = -1, -3  # what mallopt calls them (malloc.h)
KEPT = 1 << 30       # bytes: what is more than this at the end of the heap is given back
LARGEST = 32 << 20   # bytes: blocks larger than this are asked for one by one; glibc takes no higher bound
OWN = {"MALLOC_TRIM_THRESHOLD_", "MALLOC_MMAP_THRESHOLD_"}  # by which users choose for themselves


def settle() -> None:
    """Tell the C library, where it is GNU's and the user has not."""
    if sys.platform == "linux" and not OWN & os.environ.keys():
        with suppress(AttributeError, OSError):
            library = ctypes.CDLL(None)
            library.mallopt(MMAP, LARGEST)
            library.mallopt(TRIM, KEPT)


settle()

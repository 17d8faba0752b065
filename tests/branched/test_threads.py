"""The OpenMP that evaluates networks has read how its threads are to wait, in a process of its own."""
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
VARIABLES = ("OMP_WAIT_POLICY", "GOMP_SPINCOUNT")


def displayed(**own: str) -> str:
    """What OpenMP says of its settings as it is loaded."""
    clean = {name: value for name, value in os.environ.items() if name not in VARIABLES}
    run = subprocess.run([sys.executable, "-c", "import branched"], env=clean | {"OMP_DISPLAY_ENV": "verbose"} | own,
                         cwd=ROOT, capture_output=True, text=True, check=True)
    return run.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere PyTorch has another OpenMP")
def test_openmp_has_read_them():
    assert "GOMP_SPINCOUNT = '6000'" in displayed()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere PyTorch has another OpenMP")
def test_what_the_user_has_set_stays():
    assert "GOMP_SPINCOUNT = '7'" in displayed(GOMP_SPINCOUNT="7")
    assert "OMP_WAIT_POLICY = 'ACTIVE'" in displayed(OMP_WAIT_POLICY="active")

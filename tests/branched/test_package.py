"""The package as a whole: what `import branched` costs."""
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NEEDED_BY_SOME = {"networkx", "pandas", "plotly", "pooch", "requests", "scipy", "sklearn", "streamlit", "tyro"}


def test_the_library_is_imported_without_what_only_some_need():
    """Measures, commands, downloads and the app bring their own; torch itself brings tqdm, gzip and urllib."""
    script = "import sys; before = set(sys.modules); import branched; print(*set(sys.modules) - before)"
    answer = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    imported = set(answer.stdout.split())
    assert "branched" in imported and not imported & NEEDED_BY_SOME

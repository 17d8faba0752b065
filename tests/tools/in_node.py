"""The page's engine outside a browser: its modules run by Node, where there is one. For tests."""
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

ENGINE = Path(__file__).resolve().parents[2] / "branched/one_page/engine"
READ = "import {readFileSync} from 'node:fs';\nconst given = JSON.parse(readFileSync(0, 'utf-8'));\n"


def node() -> str | None:
    """Where Node is: on the path, or where Playwright brings its own along; None without either."""
    if found := shutil.which("node"):
        return found
    try:
        from playwright._impl._driver import compute_driver_executable
    except ImportError:
        return None
    own = Path(compute_driver_executable()[0])
    return str(own) if own.is_file() else None


def answer(script: str, given: Any) -> Any:
    """What `answer` is after a script has run that finds `given` and may import the engine's modules by `engine/`."""
    script = READ + script.replace("engine/", f"{ENGINE.as_uri()}/") + "\nconsole.log(JSON.stringify(answer));"
    done = subprocess.run([node(), "--input-type=module", "-e", script], input=json.dumps(given), capture_output=True,
                          text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)

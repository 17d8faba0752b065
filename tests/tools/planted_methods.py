"""Files as `python -m branched measure-methods` writes them, with planted figures and pictures. For tests.

Every picture says where it stands: `level` is its grey value everywhere.
"""
import json
from pathlib import Path
from typing import Any

import numpy as np

ROWS = {  # model, guidance, guide
    "unconditional": ("mnist-unconditional", 0.0, "model"), "label": ("mnist-guided", 0.0, "model"),
    "free": ("mnist-guided", 0.5, "model"), "classifier": ("mnist-unconditional", 8.0, "classifier"),
    "classifier-told": ("mnist-guided", 2.0, "classifier"), "latent-kl": ("mnist-latent-kl", 0.0, "model"),
    "latent-vq": ("mnist-latent-vq", 0.0, "model"), "cbn": ("mnist-cbn", 0.0, "model"),
    "ac": ("mnist-ac", 0.0, "model"), "tree": ("mnist", 0.0, "model"), "tree-guided": ("mnist", 1.0, "model"),
    "tree-classifier": ("mnist", 2.0, "classifier")}
STRENGTHS = {"free": (0.0, 0.25, 0.5, 1.0, 2.0, 4.0), "classifier": (0.0, 2.0, 8.0), "tree": (0.0, 1.0)}
VARIANTS = ("ac-0", "ac-0.01-along", "ac-1-frozen", "cbn-class-running", "cbn-class-per-time")
DRAWS, CLASSES, SIDE = 12, 10, 28


def level(row: int, draw: int, label: int) -> int:
    """The grey value of a planted picture."""
    return (17 * row + 7 * draw + 3 * label) % 256


def block(number: int, draws: int) -> np.ndarray:
    """Pictures (draws, CLASSES, SIDE, SIDE), each of one grey value."""
    levels = [[level(number, draw, label) for label in range(CLASSES)] for draw in range(draws)]
    return np.broadcast_to(np.array(levels, np.uint8)[..., None, None], (draws, CLASSES, SIDE, SIDE)).copy()


def figures(k: int) -> dict[str, float]:
    """Figures of the row, point or variant of this number, which differ from those of every other."""
    return {"right": 0.9 + k / 200, "right_worst": 0.8 + k / 200, "feature_frechet": 2.0 + k, "precision": 0.7,
            "recall": 0.7, "density": 0.9, "coverage": 0.95 - k / 50, "score": 9 + k / 20}


def record() -> dict[str, Any]:
    """The figures, as JSON has them."""
    rows = {name: {"model": model, "guidance": guidance, "guide": guide, **figures(k), "evaluations": 20 * (1 + k % 2),
                   "gradients": 20 * (guide == "classifier"), "seconds": 0.2 + k / 10, "parameters": 700_000 + k,
                   "training_minutes": 5.0 + k, "training_device": "a GPU"}
            for k, (name, (model, guidance, guide)) in enumerate(ROWS.items())}
    curves = {name: [{"guidance": strength, **figures(k)} for k, strength in enumerate(strengths)]
              for name, strengths in STRENGTHS.items()}
    rng = np.random.default_rng(0)
    places = {"real": rng.normal(size=(40, 2)).round(2).tolist(), "drawn": rng.normal(size=(20, 2)).round(2).tolist(),
              "meant": [k % CLASSES for k in range(20)]}
    return {"measured": "2026-11-26", "machine": "2 CPU threads", "versions": {"branched": "0.1.0"}, "seed": 2,
            "n": 1000, "steps": 20, "solver": "ddim-eta",
            "real": {"right": 0.996, "feature_frechet": 0.8, "density": 1.0, "coverage": 0.97, "score": 9.9},
            "rows": rows, "curves": curves, "tsne": {"free": places, "tree": places},
            "autoencoders": {"kl": {"error": 0.01, "psnr": 27.1, "right": 0.993, "right_real": 0.996},
                             "vq": {"error": 0.02, "psnr": 24.0, "right": 0.991, "right_real": 0.996,
                                    "codes_used": 200}},
            "variants": {name: {**figures(k), **({"own": 0.99} if name.startswith("ac") else {"time_counts": 0.4})}
                         for k, name in enumerate(VARIANTS)}}


def pictures() -> dict[str, np.ndarray]:
    """The pictures, as the file has them."""
    return {**{f"row/{name}": block(k, DRAWS) for k, name in enumerate(ROWS)},
            **{f"curve/{name}": block(k, len(strengths)) for k, (name, strengths) in enumerate(STRENGTHS.items())},
            **{f"variant/{name}": block(k, DRAWS) for k, name in enumerate(VARIANTS)},
            **{f"reconstruction/{name}": block(k, 3) for k, name in enumerate(("kl", "vq"))},
            **{f"artefact/{name}": block(k, 1)[0].astype(np.int16) - 100 for k, name in enumerate(VARIANTS[1:3])}}


def plant(folder: Path, figures: dict[str, Any] | None = None, arrays: dict[str, np.ndarray] | None = None) -> Path:
    """Write both files into a folder, with these figures and pictures or the planted ones."""
    (folder / "methods.json").write_text(json.dumps(record() if figures is None else figures))
    np.savez_compressed(folder / "methods.npz", **(pictures() if arrays is None else arrays))
    return folder

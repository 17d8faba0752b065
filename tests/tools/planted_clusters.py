"""Files as `python -m branched measure-clusters` writes them, with planted figures and pictures. For tests.

Leaf k is full of the class CLASSES[OF[k]], but for a few of the next class: more of them by one way than by another.
Every picture says where it stands: `level` is its grey value everywhere.
"""
import json
from pathlib import Path
from typing import Any

import numpy as np

GROUPS = tuple("ABCDEFGHIJ")
CLASSES = tuple("0123456789")
OF = (0, 6, 1, 7, 4, 9, 2, 8, 3, 5)                          # the class of each leaf, left to right
WAYS = {"members": 2, "decoder": 3, "naive": 4, "diffusion": 1, "bridged": 5}  # strangers of 100 in a leaf
N, DRAWS, SIDE, TESTS = 100, 24, 28, 40


def level(way: int, leaf: int, draw: int) -> int:
    """The grey value of a planted picture."""
    return (41 * way + 17 * leaf + 3 * draw) % 256


def counts(strangers: int) -> list[list[int]]:
    """How many pictures of each class every leaf has."""
    table = np.zeros((len(GROUPS), len(CLASSES)), int)
    for leaf, label in enumerate(OF):
        table[leaf, label], table[leaf, (label + 1) % len(CLASSES)] = N - strangers, strangers
    return table.tolist()


def clustering(k: int) -> dict[str, float]:
    """Figures of the tree of this number, which differ from those of every other."""
    return {"accuracy": 0.97 + k / 500, "nmi": 0.95 + k / 500, "ari": 0.96 + k / 500, "leaf_purity": 0.98 + k / 500,
            "dendrogram_purity": 0.955 + k / 500, "information": 2.25 + k / 100}


def terms(k: int) -> dict[str, float]:
    """The terms of the bound of the tree of this number."""
    return {"reconstruction": 100.0 + k, "kl_root": 2.0, "kl_nodes": 11.0, "kl_decisions": 0.1, "elbo": -113.1 - k}


def row(k: int, strangers: int) -> dict[str, Any]:
    """Figures of the way of this number."""
    return {"purity": 1 - strangers / N, "purity_worst": 0.9 - strangers / N, "right": 1 - strangers / N,
            "right_worst": 0.9 - strangers / N, "entropy": strangers / 20, "feature_frechet": 1.0 + 3 * k,
            "precision": 0.8, "recall": 0.7, "density": 0.9, "coverage": 0.95 - k / 50, "score": 9 - k / 20,
            "model": "mnist-clusters", "evaluations": 20.0 * k, "seconds": 0.5 + k, "parameters": 1_000_000 + k,
            "training_steps": 1000 * k, "training_minutes": 5.0 + k, "training_device": "2 CPU cores"}


def record() -> dict[str, Any]:
    """The figures, as JSON has them."""
    ways = {name: row(k, strangers) for k, (name, strangers) in enumerate(WAYS.items())}
    ways["members"] = {key: value for key, value in ways["members"].items()
                       if not key.startswith(("training", "evaluations", "seconds", "parameters", "model"))}
    seeds = [{"seed": k, "name": f"tree{k}", **clustering(k), **terms(k), "leaves": 10, "seconds": 300.0 + k,
              "chosen": k == 5} for k in range(1, 6)]
    through = {name: {"error": 0.02 + k / 100, "psnr": 20.0 - k, "agreement": 0.98 - k / 100,
                      "feature_frechet": 0.5 + k} for k, name in enumerate(("decoder", "naive", "diffusion"))}
    told = {name: {"purity": 0.9 + k / 50, "right": 0.9 + k / 50, "entropy": 0.3 - k / 20, "feature_frechet": 5.0 - k,
                   "training_steps": 3000} for k, name in enumerate(("image", "leaf", "latent", "leaf and latent",
                                                                     "path"))}
    return {"measured": "2026-11-26", "machine": "2 CPU threads", "versions": {"branched": "0.1.0"}, "seed": 2, "n": N,
            "steps": 20, "solver": "ddim", "model": "mnist-clusters", "bridged": "mnist-unlabelled",
            "class_tree": "mnist", "classes": CLASSES, "groups": GROUPS, "clustering": clustering(5),
            "terms": terms(5), "seeds": seeds, "control": [{**seeds[0], "accuracy": 0.8, "chosen": False}],
            "reached": {"0": 1.0, **{str(k): 0.1 for k in range(1, 11)}},
            "leaves": {name: counts(strangers) for name, strangers in WAYS.items()}, "rows": ways,
            "reconstructions": {"real": {"agreement": 0.996, "feature_frechet": 0.4}, **through}, "conditions": told,
            "agreement": {"triples": 112, "agree": 0.75, "chance": 1 / 3, "luck": 0.01,
                          "left": [CLASSES[k] for k in OF], "right": GROUPS, "crossings": 0}}


def pictures() -> dict[str, np.ndarray]:
    """The pictures, as the file has them."""
    def flat(levels: list) -> np.ndarray:
        levels = np.array(levels, np.uint8)[..., None, None]
        return np.broadcast_to(levels, (*levels.shape[:-2], SIDE, SIDE)).copy()

    grids = {name: flat([[level(k, leaf, draw) for draw in range(DRAWS)] for leaf in range(len(GROUPS))])
             for k, name in enumerate(WAYS)}
    tests = {name: flat([level(k, 0, draw) for draw in range(TESTS)])
             for k, name in enumerate(("test", "reconstructed/decoder", "reconstructed/diffusion"))}
    return grids | tests


def plant(folder: Path, figures: dict[str, Any] | None = None, arrays: dict[str, np.ndarray] | None = None) -> Path:
    """Write both files into a folder, with these figures and pictures or the planted ones."""
    (folder / "clusters.json").write_text(json.dumps(record() if figures is None else figures))
    np.savez_compressed(folder / "clusters.npz", **(pictures() if arrays is None else arrays))
    return folder

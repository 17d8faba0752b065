"""Four blobs in two levels, for trees of clusters."""
import torch

from branched.data.dataset import Dataset
from branched.data.table import Table

CPU = torch.device("cpu")
SIZES = {"depth": 3, "width": 32, "hidden": 16, "decoder": 16}


def blobs_of(n: int, seed: int = 1) -> Dataset:
    """Rows around four centres: 0 and 1 near each other on the left, 2 and 3 on the right."""
    centres = torch.tensor([[-4.0, -1.2], [-4.0, 1.2], [4.0, -1.2], [4.0, 1.2]])
    y = torch.arange(n) % 4
    x = centres[y] + 0.35 * torch.randn(n, 2, generator=torch.Generator().manual_seed(seed))
    return Dataset("blobs", ("0", "1", "2", "3"), x, y, Table.of(("a", "b"), x))

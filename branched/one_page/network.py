"""The branched U-Net as an ONNX graph, computation by computation as in `branched/networks/unet.py`.

Every row of a batch has its own time and process, whose private tables are gathered row by row. Nothing is transposed
that need not be: positions stay on the last axis, and tables are turned here, once. Scale and shift of a block's second
norm are linear in what is told of time and process, so the norm's own scale and shift are multiplied into that map.
"""
from __future__ import annotations

from collections.abc import Iterator
from math import prod, sqrt

import numpy as np
from torch import Tensor, nn

from ..errors import BranchedError
from ..networks.base import BranchedNetwork, BranchLinear, frequencies
from ..networks.unet import GROUPS, Attention, Block, BranchedUNet
from .graph import Graph

EPSILON = 1e-5  # of nn.GroupNorm


def graph_of(network: BranchedNetwork) -> Graph:
    """The graph of a network: states `xt` (B, C, H, W), times `t` (B, 1) and `process` (B,) give velocities like xt.

    Raises BranchedError for a network that is no U-Net for images.
    """
    if type(network) is not BranchedUNet:
        raise BranchedError("Only a model of images with a class tree fits into one page; this has another one.")
    return _Writer(network).written()


def _array(values: Tensor) -> np.ndarray:
    return values.detach().cpu().numpy()


class _Writer:
    """Writes a U-Net's graph, part by part; each method gives the names of what it makes."""

    def __init__(self, network: BranchedUNet):
        self.network, self.graph = network, Graph()

    def written(self) -> Graph:
        graph, network = self.graph, self.network
        channels, height, width = network.config.shape
        x = graph.input("xt", "float32", ("B", channels, height, width))
        t = graph.input("t", "float32", ("B", 1))
        self.process = graph.input("process", "int32", ("B",))
        self.told = self._told(t)
        velocity = self._through(x, (height // 2, width // 2))
        graph.output(velocity, "float32", ("B", channels, height, width))
        return graph

    def _through(self, x: str, size: tuple[int, int]) -> str:
        """As the network's own `_through`, with the sizes (height, width) of each level told along."""
        graph, network = self.graph, self.network
        h, skips = self._conv(self._unshuffled(x), network.stem, self._stem()), []
        for blocks, shrink in zip(network.encoder, network.shrink, strict=True):
            for block in blocks:
                h = self._block(h, block, size)
            skips.append((h, size))
            h, size = self._conv(h, shrink), tuple(-(-n // 2) for n in size)
        for block, attention in zip(network.bottom, network.attention, strict=True):
            h = self._attention(self._block(h, block, size), attention, size)
        for blocks, grow, (skip, larger) in zip(network.decoder[::-1], network.grow[::-1], skips[::-1], strict=True):
            h, size = self._enlarged(self._conv(h, grow)), larger
            h = graph.node("Concat", h, skip, axis=1)
            for block in blocks:
                h = self._block(h, block, size)
        h = graph.reshape(self._silu(self._norm(h, network.norm, size)), 0, 0, prod(size))
        out = graph.reshape(self._own(h, network.out), 0, 0, *size)
        return graph.node("DepthToSpace", out, blocksize=2, mode="CRD")

    # -- time and process ----------------------------------------------------------------------------------------------

    def _time(self, t: str) -> str:
        """(B, 1) -> (B, D), as `TimeEmbedding`."""
        graph, (first, _, second) = self.graph, self.network.time
        angles = graph.node("Mul", t, graph.constant(frequencies(self.network.time.size).tolist()))
        waves = graph.node("Concat", graph.node("Cos", angles), graph.node("Sin", angles), axis=1)
        return self._linear(self._silu(self._linear(waves, _array(first.weight), _array(first.bias))),
                            _array(second.weight), _array(second.bias))

    def _told(self, t: str) -> Iterator[tuple[str, str]]:
        """For each block in turn scale and shift of its second norm, (B, outputs, 1, 1)."""
        graph, network = self.graph, self.network
        time = self._time(t)
        own = graph.node("Gather", graph.weight(_array(network.branch.weight)), self.process)
        embedding = self._silu(graph.node("Add", time, own))
        blocks = [block for part in (network.encoder, network.bottom, network.decoder[::-1]) for block in _flat(part)]
        weight, bias = (np.concatenate(parts) for parts in zip(*map(_modulation, blocks), strict=True))
        all_of_them = graph.reshape(self._linear(embedding, weight, bias), 0, 0, 1, 1)
        sizes = [block.norm2.num_channels for block in blocks for _ in range(2)]
        parts = graph.nodes(len(sizes), "Split", all_of_them, graph.constant(sizes), axis=1)
        return iter(zip(parts[::2], parts[1::2], strict=True))

    def _linear(self, x: str, weight: np.ndarray, bias: np.ndarray) -> str:
        return self.graph.node("Gemm", x, self.graph.weight(weight), self.graph.weight(bias), transB=1)

    def _table(self, values: Tensor) -> str:
        """Each row's own of a private table (K, a, b), turned: (B, b, a)."""
        return self.graph.node("Gather", self.graph.weight(_array(values).swapaxes(1, 2)), self.process)

    def _own(self, x: str, linear: BranchLinear) -> str:
        """(B, inputs, L) -> (B, outputs, L), every row by its process's own map."""
        product = self.graph.node("MatMul", self._table(linear.weight), x)
        return self.graph.node("Add", product, self._table(linear.bias))

    # -- parts ---------------------------------------------------------------------------------------------------------

    def _block(self, x: str, block: Block, size: tuple[int, int]) -> str:
        graph, (scale, shift) = self.graph, next(self.told)
        h = self._conv(self._silu(self._norm(x, block.norm1, size)), block.conv1)
        unit = self._unit(h, block.norm2.num_channels, size)
        h = self._silu(graph.node("Add", graph.node("Mul", unit, scale), shift))
        thin = self._silu(self._own(graph.reshape(h, 0, 0, prod(size)), block.adapter.down))
        adapter = graph.reshape(self._own(thin, block.adapter.up), 0, 0, *size)
        skip = x if isinstance(block.skip, nn.Identity) else self._conv(x, block.skip)
        return graph.node("Add", graph.node("Add", skip, self._conv(h, block.conv2)), adapter)

    def _attention(self, x: str, attention: Attention, size: tuple[int, int]) -> str:
        """Positions on the last axis throughout: q, k and v are (B, heads, D, L)."""
        graph, channels, heads = self.graph, attention.norm.num_channels, attention.heads
        rows = graph.reshape(self._norm(x, attention.norm, size), 0, 0, prod(size))
        parts = graph.nodes(3, "Split", self._mapped(rows, attention.qkv), graph.constant([channels] * 3), axis=1)
        q, k, v = (graph.reshape(part, 0, heads, channels // heads, prod(size)) for part in parts)
        q = graph.node("Mul", q, graph.constant([1 / sqrt(channels // heads)]))
        weights = graph.node("Softmax", graph.node("MatMul", self._turned(q), k), axis=-1)
        mixed = graph.reshape(graph.node("MatMul", v, self._turned(weights)), 0, channels, prod(size))
        return graph.node("Add", x, graph.reshape(self._mapped(mixed, attention.out), 0, 0, *size))

    def _turned(self, x: str) -> str:
        return self.graph.node("Transpose", x, perm=[0, 1, 3, 2])

    def _mapped(self, x: str, linear: nn.Linear) -> str:
        """(B, inputs, L) -> (B, outputs, L), by one map for all rows."""
        product = self.graph.node("MatMul", self.graph.weight(_array(linear.weight)), x)
        return self.graph.node("Add", product, self.graph.weight(_array(linear.bias)[:, None]))

    def _conv(self, x: str, conv: nn.Conv2d, weight: np.ndarray | None = None) -> str:
        weight, pad = _array(conv.weight) if weight is None else weight, list(conv.padding) * 2
        return self.graph.node("Conv", x, self.graph.weight(weight), self.graph.weight(_array(conv.bias)), pads=pad,
                               strides=list(conv.stride), kernel_shape=list(conv.kernel_size))

    def _unit(self, x: str, channels: int, size: tuple[int, int]) -> str:
        """Each group of channels with mean 0 and variance 1."""
        one, none = self.graph.constant([1.0] * GROUPS), self.graph.constant([0.0] * GROUPS)
        flat = self.graph.reshape(x, 0, GROUPS, -1)
        return self.graph.reshape(self.graph.node("InstanceNormalization", flat, one, none, epsilon=EPSILON),
                                  0, channels, *size)

    def _norm(self, x: str, norm: nn.GroupNorm, size: tuple[int, int]) -> str:
        scale, shift = (self.graph.weight(_array(part)[:, None, None]) for part in (norm.weight, norm.bias))
        scaled = self.graph.node("Mul", self._unit(x, norm.num_channels, size), scale)
        return self.graph.node("Add", scaled, shift)

    def _silu(self, x: str) -> str:
        return self.graph.node("Mul", x, self.graph.node("Sigmoid", x))

    def _unshuffled(self, x: str) -> str:
        """`pixel_unshuffle`, but for the order of channels, which the stem is told."""
        return self.graph.node("SpaceToDepth", x, blocksize=2)

    def _stem(self) -> np.ndarray:
        """The stem's weights for channels in ONNX's order, place before colour."""
        weight = _array(self.network.stem.weight)
        outputs, inputs, *kernel = weight.shape
        return weight.reshape(outputs, inputs // 4, 4, *kernel).swapaxes(1, 2).reshape(weight.shape)

    def _enlarged(self, x: str) -> str:
        """Twice as large, every pixel four times."""
        return self.graph.node("Resize", x, "", self.graph.constant([1.0, 1.0, 2.0, 2.0]), mode="nearest",
                               coordinate_transformation_mode="asymmetric", nearest_mode="floor")


def _flat(part: nn.ModuleList) -> Iterator[Block]:
    for each in part:
        yield from _flat(each) if isinstance(each, nn.ModuleList) else (each,)


def _modulation(block: Block) -> tuple[np.ndarray, np.ndarray]:
    """The map from an embedding to g (1 + scale) and b (1 + scale) + shift, where g and b are the second norm's."""
    weight, bias = _array(block.modulation.weight), _array(block.modulation.bias)
    (w_scale, w_shift), (b_scale, b_shift) = np.split(weight, 2), np.split(bias, 2)
    g, b = _array(block.norm2.weight), _array(block.norm2.bias)
    return (np.concatenate([g[:, None] * w_scale, b[:, None] * w_scale + w_shift]),
            np.concatenate([g * (1 + b_scale), b * (1 + b_scale) + b_shift]))

"""ONNX files, written here: a graph that grows node by node.

The format is Protocol Buffers with few kinds of message, so a page costs no package beyond those that models need, and
the app can always make one. Numbers of fields are those of `onnx.proto` (ONNX 1.12, operator set 17).
"""
from __future__ import annotations

import struct
from dataclasses import dataclass, field

import numpy as np

IR, OPERATORS = 8, 17                    # versions of the format, and of its operators
KINDS = {"float32": 1, "int32": 6, "int64": 7}
WEIGHTS = "weights"                      # the name under which the runtime is handed what lies outside the graph
EXTERNAL = 1

Shape = tuple[int | str, ...]            # a name stands for a length that differs from call to call
Attribute = int | float | str | list[int]


@dataclass
class Graph:
    """A network as nodes. Every verb gives the name of what it makes; `weights` lie outside, in this order."""

    inputs: dict[str, tuple[str, Shape]] = field(default_factory=dict)
    weights: dict[str, np.ndarray] = field(default_factory=dict)
    _nodes: list[bytes] = field(default_factory=list)
    _constants: dict[str, np.ndarray] = field(default_factory=dict)
    _outputs: dict[str, tuple[str, Shape]] = field(default_factory=dict)

    def input(self, name: str, kind: str, shape: Shape) -> str:
        self.inputs[name] = kind, shape
        return name

    def output(self, name: str, kind: str, shape: Shape) -> None:
        self._outputs[name] = kind, shape

    def weight(self, values: np.ndarray) -> str:
        """Learnt numbers, as float32."""
        name = f"w{len(self.weights)}"
        self.weights[name] = np.ascontiguousarray(values, np.float32)
        return name

    def constant(self, values: list[int] | list[float]) -> str:
        """A few numbers that say how, not what was learnt."""
        array = np.asarray(values, np.int64 if isinstance(values[0], int) else np.float32)
        name = f"c{len(self._constants)}"
        self._constants[name] = array
        return name

    def node(self, operator: str, *inputs: str, **attributes: Attribute) -> str:
        """The one output of an operator."""
        return self.nodes(1, operator, *inputs, **attributes)[0]

    def nodes(self, outputs: int, operator: str, *inputs: str, **attributes: Attribute) -> list[str]:
        """All outputs of an operator."""
        names = [f"n{len(self._nodes)}_{k}" for k in range(outputs)]
        parts = [_text(1, name) for name in inputs] + [_text(2, name) for name in names] + [_text(4, operator)]
        self._nodes.append(b"".join(parts + [_bytes(5, _attribute(*pair)) for pair in attributes.items()]))
        return names

    def reshape(self, x: str, *shape: int) -> str:
        """0 keeps a length, -1 takes what is left."""
        return self.node("Reshape", x, self.constant(list(shape)))

    def model(self) -> bytes:
        """The file. What `weights` hold is sought in a file beside it, one after the other, as float32."""
        parts = [_bytes(1, node) for node in self._nodes] + [_text(2, "network")]
        parts += [_bytes(5, _tensor(name, values)) for name, values in self._constants.items()]
        offset = 0
        for name, values in self.weights.items():
            parts.append(_bytes(5, _outside(name, values, offset)))
            offset += values.nbytes
        parts += [_bytes(11, _value(name, *said)) for name, said in self.inputs.items()]
        parts += [_bytes(12, _value(name, *said)) for name, said in self._outputs.items()]
        return _number(1, IR) + _bytes(7, b"".join(parts)) + _bytes(8, _text(1, "") + _number(2, OPERATORS))


# -- messages ----------------------------------------------------------------------------------------------------------

def _varint(value: int) -> bytes:
    """A whole number, seven bits a byte; negative ones as 64 bits."""
    value %= 2**64
    parts = []
    while value > 127:
        parts.append(value & 127 | 128)
        value >>= 7
    return bytes([*parts, value])


def _number(place: int, value: int) -> bytes:
    return _varint(place << 3) + _varint(value)


def _bytes(place: int, value: bytes) -> bytes:
    return _varint(place << 3 | 2) + _varint(len(value)) + value


def _text(place: int, value: str) -> bytes:
    return _bytes(place, value.encode())


def _attribute(name: str, value: Attribute) -> bytes:
    """AttributeProto: a name, a value and the kind of that."""
    if isinstance(value, int):
        return _text(1, name) + _number(3, value) + _number(20, 2)
    if isinstance(value, float):
        return _text(1, name) + _varint(2 << 3 | 5) + struct.pack("<f", value) + _number(20, 1)
    if isinstance(value, str):
        return _text(1, name) + _text(4, value) + _number(20, 3)
    return _text(1, name) + b"".join(_number(8, each) for each in value) + _number(20, 7)


def _shaped(name: str, values: np.ndarray) -> bytes:
    """The beginning of a TensorProto."""
    return (b"".join(_number(1, length) for length in values.shape) + _number(2, KINDS[values.dtype.name])
            + _text(8, name))


def _tensor(name: str, values: np.ndarray) -> bytes:
    return _shaped(name, values) + _bytes(9, values.tobytes())


def _outside(name: str, values: np.ndarray, offset: int) -> bytes:
    """A TensorProto whose numbers lie in a file beside the graph."""
    said = {"location": WEIGHTS, "offset": str(offset), "length": str(values.nbytes)}
    return (_shaped(name, values) + b"".join(_bytes(13, _text(1, key) + _text(2, value)) for key, value in said.items())
            + _number(14, EXTERNAL))


def _value(name: str, kind: str, shape: Shape) -> bytes:
    """ValueInfoProto: what goes in or comes out, with its kind and shape."""
    lengths = b"".join(_bytes(1, _text(2, n) if isinstance(n, str) else _number(1, n)) for n in shape)
    return _text(1, name) + _bytes(2, _bytes(1, _number(1, KINDS[kind]) + _bytes(2, lengths)))

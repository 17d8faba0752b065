"""The network as the page's runtime evaluates it, in Node, against the network itself."""
import base64
import gzip

import numpy as np
import pytest
import torch
from in_node import answer, node
from models import tiny, untrained

from branched import BranchedError, BranchedModel, ClassTree, load
from branched.networks.mlp import MLPConfig
from branched.networks.unet import UNetConfig
from branched.one_page import runtime
from branched.one_page.export import page_of, policy
from branched.one_page.network import graph_of
from branched.one_page.weights import packed

TREE = ClassTree.from_merges("0123", [(0.2, "01"), (0.4, "23"), (0.77, "0123")])
CONFIGS = {"grey": tiny(), "colours": tiny(3),
           "three levels": UNetConfig((1, 16, 24), (16, 32, 32), (2, 2, 1), embedding=8, heads=4, rank=3)}
EVALUATED = """
import {unpacked, weightsOf} from 'engine/unpack.js';
import {Network} from 'engine/network.js';
const [script, wasm] = await Promise.all([given.runtime, given.wasm].map(unpacked));
const ort = await import(`data:text/javascript;base64,${Buffer.from(script).toString('base64')}`);
Object.assign(ort.env.wasm, {wasmBinary: wasm.buffer, numThreads: 1});
const answer = [];
for (const {graph, weights, shape, x, t, process} of given.cases) {
  const numbers = weightsOf(await unpacked(weights));
  const session = await ort.InferenceSession.create(await unpacked(graph), {executionProviders: ['wasm'],
    externalData: [{path: 'weights', data: new Uint8Array(numbers.buffer)}]});
  const network = new Network(ort, session, shape);
  answer.push([...await network.velocity(Float32Array.from(x), Float32Array.from(t), process)]);
}
"""


def text(data: bytes) -> str:
    return base64.b64encode(gzip.compress(data)).decode()


@pytest.mark.skipif(node() is None, reason="there is no Node on this machine")
def test_velocities_are_the_networks():
    """Every row at its own time, in its own process; to a thousandth, for weights are rounded to 16 bits."""
    cases, wanted = [], []
    for config in CONFIGS.values():
        network = untrained(config, TREE).eval()
        x, t, process = torch.randn(5, *config.shape), torch.rand(5), torch.randint(len(TREE.branches), (5,))
        graph = graph_of(network)
        with torch.inference_mode():
            wanted.append(network(x, t, process))
        cases.append({"graph": text(graph.model()), "weights": text(packed(graph.weights.values())),
                      "shape": config.shape, "x": x.flatten().tolist(), "t": t.tolist(), "process": process.tolist()})
    found = answer(EVALUATED, {**runtime.packed(), "cases": cases})
    for name, velocities, expected in zip(CONFIGS, found, wanted, strict=True):
        np.testing.assert_allclose(velocities, expected.flatten(), rtol=0, atol=2e-3 * float(expected.abs().max()),
                                   err_msg=name)


def test_the_runtime_is_the_one_that_is_named():
    assert runtime.unlike() == [] and runtime.said()["licence"] == "MIT" and (runtime.HERE / "LICENSE").is_file()


def test_a_page_is_one_file_of_at_most_ten_megabytes_that_may_ask_nobody():
    page = page_of(load("mnist"))
    head = page[:4096].decode()
    assert len(page) <= 10_000_000
    assert "content=\"default-src 'none'; script-src 'sha256-" in head and "connect-src" not in head
    assert b"<link" not in page and b" src=" not in page
    assert "'sha256-" in policy("let a = 1;") != policy("let a = 2;")


def test_what_does_not_fit_is_said():
    model = BranchedModel(untrained(MLPConfig((3,), width=8, blocks=1, embedding=8), TREE), TREE, {}, {})
    with pytest.raises(BranchedError, match="Only a model of images with a class tree fits into one page"):
        page_of(model)
    with pytest.raises(BranchedError, match="Only a model of images"):
        page_of(load("mnist-unconditional"))
    with pytest.raises(BranchedError, match="another one"):
        graph_of(model.denoise.network)

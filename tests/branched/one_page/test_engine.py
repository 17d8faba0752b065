"""The page's engine against the core: the same noise, grid, solvers, walks, verbs and preparation, without a network.

What is evaluated is a denoiser known in closed form, written here in both languages.
"""
import numpy as np
import pytest
import torch
from in_node import answer, node
from models import SPREAD, Known

from branched import BranchedError, ClassTree, Sampling
from branched.class_tree import generate
from branched.class_tree.classify import classify
from branched.class_tree.hybrid import hybrid
from branched.class_tree.transmute import transmute
from branched.data.images import Images
from branched.noise.fresh import FreshNoise
from branched.noise.seeds import mix, normal
from branched.noise.solvers import grid
from branched.one_page.told import branches
from pages.ui.parts.canvas import inked

pytestmark = pytest.mark.skipif(node() is None, reason="there is no Node on this machine")
NEAR = {"rtol": 0, "atol": 2e-5}
SHAPE = (1, 8, 8)
MODEL = """
import {Model} from 'engine/model.js';
import {alpha, sigma} from 'engine/schedule.js';
async function answered({facts, patterns, spread, verb, asked}) {
  const network = {answer: async (questions, turn) => turn(() => {
    for (const one of questions) {
      const pattern = patterns[one.branch.id], a = alpha(Math.fround(one.t)), s = sigma(Math.fround(one.t));
      const share = a * spread ** 2 / (a ** 2 * spread ** 2 + s ** 2);
      one.x0 = one.x.map((x, k) => {
        const clean = pattern[k % pattern.length];
        return Math.min(1, Math.max(-1, clean + share * (x - a * clean)));
      });
    }
  })};
  const heard = [];
  try {
    return {result: await new Model(facts, network)[verb](asked, work => work(), told => heard.push(told)), heard};
  } catch (error) {
    return {refused: error.message};
  }
}
const plain = (_, x) => (x instanceof Float32Array ? [...x] : x);
const answer = JSON.parse(JSON.stringify(await Promise.all(given.map(answered)), plain));
"""


def trees() -> dict[str, ClassTree]:
    """Three ways at once; without a common root; with classes that joined later, within branches and at their ends."""
    several = ClassTree.from_merges("01479", [(0.35, "49"), (0.599, "479"), (0.6, "01479")])
    grafted = ClassTree.from_merges("0123", [(0.2, "01"), (0.4, "23"), (0.77, "0123")])
    for name, sibling, time in (("a", "1", 0.61), ("b", "0", 0.45), ("c", "2", 0.4), ("e", "a", 0.05)):
        grafted = grafted.graft(name, sibling, time)
    return {"several": several, "flat": ClassTree.flat("0123"), "grafted": grafted}


every_tree = pytest.mark.parametrize("tree", trees().values(), ids=trees().keys())


def asked(tree: ClassTree, *questions: dict) -> list[dict]:
    """What the engine answers to questions of a `verb` and what goes with it: each `result`, and what it told before
    (`heard`), or in which words it `refused`."""
    facts = {"labels": tree.labels, "inside": SHAPE, "shape": SHAPE[1:], "tree": branches(tree),
             "defaults": {"steps": 8, "solver": "ddim"}, "background": 0, "takes": "character"}
    known = {"facts": facts, "patterns": {k: x.flatten().tolist() for k, x in Known(tree, SHAPE).pattern.items()},
             "spread": SPREAD}
    return answer(MODEL, [{**known, "verb": question.pop("verb"), "asked": question} for question in questions])


def test_noise_is_pytorchs():
    keys = [mix(7, 0), mix(7, 1), mix(-3, 2)]
    found = answer("""
        import {FreshNoise, normal} from 'engine/normal.js';
        import {mix} from 'engine/seeds.js';
        const keys = [mix(7, 0), mix(7, 1), mix(-3, 2)], fresh = new FreshNoise(keys, 1000);
        const first = fresh.next(), copied = fresh.copy().next();
        const answer = {keys: keys.map(String), even: [...normal(keys, 784)], odd: [...normal(keys, 25)],
          fresh: [...first, ...copied, ...fresh.next()]};""", {})
    fresh = FreshNoise(keys, torch.zeros(3, 1000))
    first, second = fresh(), fresh()
    assert found["keys"] == list(map(str, keys))
    np.testing.assert_allclose(found["even"], normal(keys, (1, 28, 28)).flatten(), **NEAR)
    np.testing.assert_allclose(found["odd"], normal(keys, (1, 5, 5)).flatten(), **NEAR)
    np.testing.assert_allclose(found["fresh"], torch.cat([first, second, second]).flatten(), **NEAR)


def test_grids_are_the_same():
    cases = [(1.0, 0.0, 20), (0.482, 0.453, 8), (0.447, 0.442, 3), (0.5, 0.0, 4), (1.0, 0.999, 7)]
    found = answer("import {grid} from 'engine/solvers.js'; const answer = given.map(one => grid(...one));", cases)
    assert found == [grid(*case) for case in cases]


@every_tree
def test_samples_are_the_same(tree):
    solvers = ("ddim", "ddim-eta", "ddpm", "dpm++2m")
    answers = asked(tree, *({"verb": "sample", "n": 2, "steps": 6, "solver": solver, "seed": 5} for solver in solvers))
    for solver, found in zip(solvers, answers, strict=True):
        wanted = generate.sample(Known(tree, SHAPE).diffusion, tree.labels, Sampling(2, 6, solver, 5))
        assert found["result"]["shape"] == list(wanted.images.shape)
        np.testing.assert_allclose(np.reshape(found["result"]["images"], wanted.images.shape), wanted.images, **NEAR)
        assert found["heard"][-1]["done"] > 0.5


@every_tree
def test_a_descent_tells_of_every_node_once(tree):
    *_, last = generate.sampling(Known(tree, SHAPE).diffusion, tree.labels, Sampling(1, 5, "ddim", 3), hybrids=True)
    [found] = asked(tree, {"verb": "descent", "steps": 5, "seed": 3})
    shared = {str(id_): hybrid for id_, hybrid in last.result.hybrids.items()}
    assert found["result"]["nodes"].keys() == shared.keys()
    for id_, made in shared.items():
        for kind in ("noisy", "denoised"):
            np.testing.assert_allclose(found["result"]["nodes"][id_][kind], getattr(made, kind).ravel(), **NEAR)
    for label, image in zip(tree.labels, last.result.images, strict=True):
        np.testing.assert_allclose(found["result"]["endings"][label], image.ravel(), **NEAR)
    waves, pictures = ([told for told in found["heard"] if ("wave" in told) == is_wave] for is_wave in (True, False))
    assert sorted(told["node"] for told in pictures) == sorted(
        [*map(int, shared), *(tree.leaf(label).id for label in tree.labels)])
    lanes = [lane for told in waves for lane in told["wave"]]
    assert all(tree.outline()[lane["node"]].owns(lane["time"]) and len(lane["noisy"]) == np.prod(SHAPE)
               for lane in lanes)
    assert {lane["node"] for lane in lanes} >= {branch.id for branch in tree.roots}


@every_tree
def test_hybrids_are_the_same(tree):
    a, b = tree.labels[0], tree.labels[-1]
    wanted = hybrid(Known(tree, SHAPE).diffusion, (a,), (b,), Sampling(2, 5, "ddim-eta", 9))
    question = {"verb": "hybrid", "first": a, "second": b, "n": 2, "steps": 5, "solver": "ddim-eta", "seed": 9}
    found, quick = (one["result"] for one in asked(tree, {**question}, {**question, "endings": False}))
    assert found["time"] == quick["time"] == wanted.time and not quick["endings"]
    for kind in ("noisy", "denoised"):
        np.testing.assert_allclose(found[kind], getattr(wanted, kind).ravel(), **NEAR)
        np.testing.assert_allclose(quick[kind], found[kind], **NEAR)
    for label, images in wanted.endings.items():
        np.testing.assert_allclose(found["endings"][label], images.ravel(), **NEAR)


@every_tree
def test_transmutations_are_the_same(tree):
    image, source, targets, times = np.linspace(0, 1, 64), tree.labels[0], list(tree.labels[1:3]), [0.7, 0.0, 0.3]
    x0 = torch.tensor(image, dtype=torch.float32).reshape(1, *SHAPE) * 2 - 1
    turns = [(target, time) for target in targets for time in times]
    ends, states, _ = transmute(Known(tree, SHAPE).diffusion, x0, source, turns, Sampling(1, 6, "ddim-eta", 2), None)
    question = {"verb": "transmute", "image": image.tolist(), "source": source, "seed": 2}
    found, one = (each["result"] for each in asked(
        tree, {**question, "target": targets, "time": times, "steps": 6, "solver": "ddim-eta"},
        {**question, "target": targets[0]}))
    assert found["shape"] == [2, 3, 8, 8]
    np.testing.assert_allclose(found["image"], ((ends + 1) / 2).clamp(0, 1).flatten(), **NEAR)
    np.testing.assert_allclose(found["noised"], ((states + 1) / 2).clamp(0, 1).flatten(), **NEAR)
    assert one["shape"] == [8, 8] and one["time"] == tree.meeting_point(source, targets[0])


@every_tree
def test_classes_are_the_same(tree):
    diffusion = Known(tree, SHAPE).diffusion
    images = generate.sample(diffusion, tree.labels, Sampling(1, 6, "ddim", 4)).images[:, 0]
    wanted = classify(diffusion, diffusion.form.to_core(images), 12, 0)
    answers = asked(tree, *({"verb": "classify", "image": image.ravel().tolist()} for image in images))
    assert [one["result"]["label"] for one in answers] == list(wanted)
    np.testing.assert_allclose([list(one["result"]["probabilities"].values()) for one in answers],
                               wanted.probabilities, rtol=0, atol=1e-3)


REFUSED = [
    ("sample", {"labels": ["5"]}, "There is no class 5; choose one of 0, 1, 2, 3."),
    ("sample", {"labels": []}, "Name at least one class."),
    ("sample", {"steps": 0}, "steps is a whole number from 1 to 1000, not 0."),
    ("sample", {"seed": 0.5}, "The seed is a whole number, not 0.5."),
    ("sample", {"solver": "heun"}, "There is no solver heun; choose one of ddim, ddim-eta, ddpm, dpm++2m."),
    ("hybrid", {"first": "1", "second": "1"}, "A hybrid is of two different classes or sets."),
    ("hybrid", {"node": 3}, "There is no branch point 3 in this tree."),
    ("classify", {"image": [0.0]}, "This model takes a picture of 8 x 8."),
    ("classify", {"image": [2.0] * 64}, "The values of a picture are numbers from 0 (background) to 1 (ink)."),
    ("transmute", {"image": [0.0] * 64, "source": "1", "target": "2", "time": 2},
     "A turning time is a number from 0 (data) to 1 (noise), not 2."),
]


def test_what_is_wrong_is_said_in_a_sentence():
    answers = asked(trees()["flat"], *({"verb": verb, **given} for verb, given, _ in REFUSED))
    assert [one.get("refused") for one in answers] == [sentence for *_, sentence in REFUSED]


# -- drawings ----------------------------------------------------------------------------------------------------------

def drawings() -> dict[str, np.ndarray]:
    """What people draw: strokes of all sizes, two digits, thin pens, ruled paper, colours, clear canvases, nothing."""
    from PIL import Image, ImageDraw

    def written(size, paper, *lines, colour=0, width=6):
        sheet = Image.new("RGB", size, paper)
        for line in lines:
            ImageDraw.Draw(sheet).line(line, fill=colour, width=width)
        return np.asarray(sheet)

    wave = [value for k in range(12) for value in (60 + 14 * k, 140 + 80 * np.sin(k))]
    clear = np.zeros((90, 120, 4), np.uint8)
    clear[20:70, 50:58] = (10, 120, 10, 255)
    ruled = [[(0, y), (300, y)] for y in (60, 120, 180)]
    return {
        "wave": inked([wave]), "seven": inked([[70, 60, 210, 60, 120, 250]]),
        "whole height": inked([[140, 0, 140, 280]]), "two": inked([wave[:10], [230, 40, 230, 240]]),
        "blank": np.zeros((280, 280), np.uint8),
        "small": inked([[20, 20, 40, 60]]), "thin": written((200, 260), "white", [(60, 40), (120, 200)], width=3),
        "ruled": written((300, 200), "white", *ruled, [(120, 40), (180, 100), (120, 150)], colour="grey"),
        "colours": written((100, 120), (250, 240, 200), [(50, 20), (45, 90)], colour=(30, 40, 160)), "clear": clear,
    }


PREPARED = """
import {prepared} from 'engine/prepare.js';
const facts = {inside: [1, 28, 28], background: 0, takes: 'character'};
const answer = given.map(({pixels, ...size}) => {
  try {
    return [...prepared({pixels: Uint8Array.from(pixels), ...size}, facts)];
  } catch (error) {
    return error.message;
  }
});"""


def test_drawings_are_prepared_as_in_the_core():
    """Within a hundredth of a level of 255, or refused in the same words."""
    from PIL import Image

    sheets = [Image.fromarray(drawing) for drawing in drawings().values()]
    found = answer(PREPARED, [{"height": sheet.height, "width": sheet.width, "pixels": np.asarray(
        sheet if sheet.mode == "L" else sheet.convert("RGBA")).ravel().tolist()} for sheet in sheets])
    refused = []
    for name, sheet, made in zip(drawings(), sheets, found, strict=True):
        try:
            wanted = Images((1, 28, 28), 0.0, "characters").prepare(sheet)
        except BranchedError as refusal:
            assert made == str(refusal)
            refused.append(name)
        else:
            np.testing.assert_allclose(made, wanted.ravel(), rtol=0, atol=0.01 / 255, err_msg=name)
    assert refused == ["two", "blank"]

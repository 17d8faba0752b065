"""Tree guidance: child + w (child - parent) where a parent is near, the child elsewhere; counted row by row."""
from collections.abc import Callable

import numpy as np
import pytest
import torch
from models import Known, untrained
from torch import Tensor

from branched import BranchedError, BranchedModel, ClassTree, checkpoint
from branched.class_tree.diffusion import Diffusion
from branched.class_tree.guided import ParentGuided, parent_guided
from branched.class_tree.parents import Parents, Span, mark
from branched.class_tree.walk import from_noise
from branched.command.main import main
from branched.denoisers import classifiers
from branched.networks.noisy_classifier import NoisyClassifierConfig
from branched.noise import schedule
from branched.noise.denoiser import Estimate
from branched.noise.sampling import Sampling

MARGIN = 0.1
PAIR = ClassTree.from_merges("ab", [(0.4, "ab")])  # two leaves below one root, which ends at 0.4
ROOT = PAIR.roots[0].id


class Two:
    """Two unit Gaussians around +m and -m, and their mixture, which is the root: E[x0 | xt] in closed form."""

    device = torch.device("cpu")

    def __init__(self, m: float):
        self.m, self.rows = m, 0

    def __call__(self, xt: Tensor, t: Tensor, condition: Tensor) -> Estimate:
        """Conditions 0 and 1 are the two; any other is their mixture."""
        self.rows += len(xt)
        a, s = (f(t.double())[:, None] for f in (schedule.alpha, schedule.sigma))
        alone = [sign * self.m + a / (a**2 + s**2) * (xt - a * sign * self.m) for sign in (1, -1)]
        share = torch.sigmoid(2 * a * self.m * xt / (a**2 + s**2))              # the posterior of +m
        mixed = share * alone[0] + (1 - share) * alone[1]
        found = torch.where(condition[:, None] == 0, alone[0], torch.where(condition[:, None] == 1, alone[1], mixed))
        return Estimate(found, torch.ones(len(xt), dtype=torch.long))


def guided(m: float, w: float, low: float = 0.4 - MARGIN) -> ParentGuided:
    """Both leaves have the root beside them, which goes by the number 7 among the parents."""
    return ParentGuided(Two(m), Two(m), {leaf: Span(7, low, 0.4) for leaf in (0, 1)}, w)


@pytest.mark.parametrize("w", [0.0, 0.5, 3.0])
def test_two_gaussians_and_their_mixture(w):
    """Within the span the estimate is moved by the score of the posterior, as in classifier guidance with the exact
    classifier: child - parent = sigma^2 / alpha grad log p(child | xt). Outside, it is the child's, bit for bit."""
    m, xt = 1.3, torch.linspace(-2, 2, 9, dtype=torch.float64)[:, None]
    t = torch.full((9,), 0.35, dtype=torch.float64)
    a, s = schedule.alpha(0.35), schedule.sigma(0.35)
    slope = 2 * a * m / (a**2 + s**2)
    push = s**2 / a * slope * (1 - torch.sigmoid(slope * xt))
    child = Two(m)(xt, t, torch.zeros(9)).x0
    assert torch.allclose(guided(m, w)(xt, t, torch.zeros(9, dtype=torch.long)).x0, child + w * push, atol=1e-9)
    for outside in (0.2, 0.45):
        t = torch.full((9,), outside, dtype=torch.float64)
        assert torch.equal(guided(m, w)(xt, t, torch.ones(9, dtype=torch.long)).x0, Two(m)(xt, t, torch.ones(9)).x0)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize(("high", "low"), [(0.4, 0.3), (0.339, 0.339 - 0.15), (0.442, 0.442 - 0.1)])
def test_a_span_is_half_open(dtype, high, low):
    """At the branch point there is guidance, at the margin's end there is none; so in any precision of the times."""
    two, between = Two(1.0), (high + low) / 2
    denoise = ParentGuided(two, two, {0: Span(7, low, high)}, 1.0)
    t = torch.tensor([high, between, low, low - 1e-3, high + 1e-3], dtype=dtype)
    cost = denoise(torch.zeros(5, 1, dtype=torch.float64), t, torch.zeros(5, dtype=torch.long)).evaluations
    assert cost.tolist() == [2, 2, 1, 1, 1]


def test_only_rows_that_have_a_parent_are_sent_to_it():
    """Rows of branches and times in any order; every row's estimate is its own, whatever its company."""
    child, parent = Two(1.0), Two(1.0)
    denoise = ParentGuided(child, parent, {0: Span(7, 0.3, 0.4)}, 2.0)
    xt = torch.linspace(-1, 1, 6, dtype=torch.float64)[:, None]
    t = torch.tensor([0.35, 0.35, 0.2, 0.4, 0.3, 0.31], dtype=torch.float64)
    branch = torch.tensor([0, 1, 0, 0, 0, 0])
    together = denoise(xt, t, branch)
    assert (child.rows, parent.rows) == (6, 3) and together.evaluations.tolist() == [2, 1, 1, 2, 1, 2]
    alone = [denoise(xt[k:k + 1], t[k:k + 1], branch[k:k + 1]).x0 for k in range(6)]
    assert torch.equal(torch.cat(alone), together.x0)


def test_no_guidance_is_the_child_bit_for_bit():
    xt, t = torch.randn(50, 1, generator=torch.Generator().manual_seed(0)).double(), torch.full((50,), 0.35).double()
    branch = torch.arange(50) % 2
    assert torch.equal(guided(1.3, 0.0)(xt, t, branch).x0, Two(1.3)(xt, t, branch).x0)


def test_gradients_pass():
    xt = torch.zeros(2, 1, dtype=torch.float64, requires_grad=True)
    x0 = guided(1.3, 1.0)(xt, torch.tensor([0.35, 0.2]).double(), torch.zeros(2, dtype=torch.long)).x0
    [gradient] = torch.autograd.grad(x0.sum(), xt)
    assert gradient.abs().min() > 0


# -- on a tree ---------------------------------------------------------------------------------------------------------

def known_guided(tree: ClassTree, w: float, margin: float = MARGIN) -> ParentGuided:
    """The closed form with itself as the parents: what a branch's parent says below its end is known, too."""
    spans = {b.id: Span(b.parent, b.t_high - margin, b.t_high) for b in tree.branches if b.parent is not None}
    return ParentGuided(Known(tree), Known(tree), spans, w)


@pytest.mark.parametrize("solver", ["ddim", "ddim-eta", "heun", "dpm++2m"])
def test_a_walk_counts_two_within_the_margin_and_one_elsewhere(tree, solver):
    denoise = known_guided(tree, 1.5)
    walk = from_noise(Diffusion(denoise, tree, denoise.denoise.form), tree.labels, Sampling(3, 12, solver)).run()
    asked = denoise.denoise.asked
    within = {(k, t): n for (k, t), n in asked.items() if tree[k].parent is not None
              and np.float32(tree[k].t_high - MARGIN) < t <= np.float32(tree[k].t_high)}
    assert sum(denoise.parents.asked.values()) == sum(within.values()) > 0
    assert walk.evaluations == sum(asked.values()) + sum(within.values())
    assert sum(asked.values()) > sum(within.values())


def test_guidance_goes_away_from_the_siblings(tree):
    """What 4 and 9 have in common is their parent's; a guided 4 is further from it, on its own side."""
    ends = {}
    for w in (0.0, 2.0):
        denoise = known_guided(tree, w)
        walk = from_noise(Diffusion(denoise, tree, denoise.denoise.form), ("4",), Sampling(64, 20, "ddim")).run()
        ends[w] = walk.ends[0, "4"].mean(0)
    four, parent = (Known(tree).pattern[k] for k in (tree.leaf("4").id, tree.leaf("4").parent))
    moved = ((ends[2.0] - ends[0.0]) * (four - parent)).sum()
    assert moved > 0


# -- a model's own -----------------------------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def parents(model) -> Parents:
    """Untrained: each row is another branch's process than its own, so that it differs from every child."""
    network, tree = model.denoise.network, model.tree
    inner = [branch.id for branch in tree.branches if not branch.is_leaf]
    tables = {name: table.detach()[[tree[k].process for k in inner]] + 0.05
              for name, table in network.private().items()}
    return Parents(tuple(inner), MARGIN, tables, tree.processes, mark(network, tree, tree.processes), {})


def test_a_model_is_guided_by_its_parents(model, parents):
    """The network of the parents, asked by hand, gives the very estimate."""
    tree, denoise = model.tree, parent_guided(model.denoise, parents, 1.5)
    leaf = tree.leaf("4")
    xt = torch.randn(3, 1, 8, 8, generator=torch.Generator().manual_seed(0))
    t, branch = torch.full((3,), leaf.t_high - 0.05), torch.full((3,), leaf.id)
    child, row = model.denoise(xt, t, branch).x0, parents.branches.index(leaf.parent)
    network = model.denoise.network.with_private(dict(parents.tables)).eval()
    parent = schedule.clean_from_velocity(xt, network(xt, t, torch.full((3,), row)), t)
    assert torch.allclose(denoise(xt, t, branch).x0, child + 1.5 * (child - parent), atol=1e-5)
    assert not torch.allclose(child, parent, atol=1e-2)


def test_where_no_parent_is_near_it_is_the_model_bit_for_bit(model, parents):
    denoise = parent_guided(model.denoise, parents, 1.5)
    root, leaf = model.tree.roots[0], model.tree.leaf("0")
    xt = torch.randn(2, 1, 8, 8, generator=torch.Generator().manual_seed(0))
    for branch, t in ((root, 0.9), (leaf, leaf.t_high - MARGIN), (leaf, 0.1)):
        asked = xt, torch.full((2,), t), torch.full((2,), branch.id)
        assert torch.equal(denoise(*asked).x0, model.denoise(*asked).x0)


# -- at the door -------------------------------------------------------------------------------------------------------

Named = Callable[..., BranchedModel]


@pytest.fixture
def named(model, parents, monkeypatch, tmp_path) -> Named:
    """A model by a name of its own, with what can guide it beside it in a folder."""
    monkeypatch.setattr(checkpoint, "SHIPPED", tmp_path)
    monkeypatch.setenv("BRANCHED_MODELS", "")

    def make(*guides: str, name: str = "small", of: BranchedModel = model) -> BranchedModel:
        if "model" in guides:
            parents.save(tmp_path / f"parents-{name}.safetensors")
        if "classifier" in guides:
            with torch.random.fork_rng(devices=[]):
                torch.manual_seed(0)
                network = NoisyClassifierConfig(model.form.shape, model.labels, (8, 16), 16).build()
            classifiers.save(network, {}, tmp_path / "classifier-dots.safetensors")
        return BranchedModel(of.denoise.network, of.tree, {"data": {"name": "dots"}}, {}, name=name)

    return make


@pytest.mark.parametrize("guides", [(), ("model",), ("classifier",), ("model", "classifier")], ids=str)
def test_a_model_says_what_can_guide_it(named, guides):
    assert named(*guides).guides == guides


@pytest.mark.parametrize("guide", ["model", "classifier"])
def test_what_cannot_guide_is_refused_in_a_sentence(named, guide):
    model, images = named(), np.zeros((1, 8, 8), np.float32)
    for ask in (lambda **options: model.sample("4", n=1, **options), lambda **options: model.sampling("4", **options),
                lambda **options: model.hybrid("4", "9", **options),
                lambda **options: model.transmute(images, "4", "9", **options)):
        with pytest.raises(BranchedError) as error:
            ask(steps=2, guidance=1.0, guide=guide)
        assert str(error.value).endswith(".") and "python -m branched" in str(error.value)


def test_no_guidance_asks_for_nothing(named):
    """With w = 0 nothing need be there, nothing more is evaluated, and not a bit differs."""
    bare, whole = named(), named("model", "classifier")
    for model, guide in ((bare, "model"), (bare, "classifier"), (whole, "model"), (whole, "classifier")):
        samples = model.sample(n=2, steps=5, guidance=0.0, guide=guide)
        plain = model.sample(n=2, steps=5)
        assert np.array_equal(samples.images, plain.images)
        assert (samples.evaluations, samples.gradients) == (plain.evaluations, 0)


def test_a_files_parents_must_be_the_models_own(named, parents, flat_model, config, tree, tmp_path):
    other = untrained(config, tree)
    with torch.no_grad():
        other.stem.weight += 0.1
    parents.save(tmp_path / "parents-other.safetensors")
    stranger = BranchedModel(other, tree, {}, {}, name="other")
    assert stranger.guides == ()
    with pytest.raises(BranchedError, match="another model"):
        stranger.sample("4", n=1, steps=2, guidance=1.0)
    (tmp_path / "parents-other.safetensors").write_bytes(b"cut short")
    assert stranger.guides == ()
    with pytest.raises(BranchedError, match="get it anew"):
        stranger.sample("4", n=1, steps=2, guidance=1.0)
    with pytest.raises(BranchedError, match="flat"):
        flat_model.sample("4", n=1, steps=2, guidance=1.0)


def test_every_verb_is_guided_and_counts(named):
    model, walk = named("model"), {"n": 2, "steps": 8, "guidance": 1.5}
    samples, plain = model.sample(**walk), model.sample(n=2, steps=8)
    assert samples.evaluations > plain.evaluations and samples.gradients == 0 and samples.waves == plain.waves
    assert samples.evaluations == 2 * sum(samples.calls.values())
    assert samples.calls[model.tree.roots[0].id] == plain.calls[model.tree.roots[0].id]
    assert not np.array_equal(samples.images, plain.images)
    *_, frame = model.sampling(**walk)
    assert np.array_equal(frame.result.images, samples.images) and frame.evaluations == samples.evaluations
    hybrid = model.hybrid("4", "9", **walk)
    assert np.array_equal(hybrid.endings["4"], model.sample(["4", "9"], **walk).images[0])
    images = samples.images[0]
    for way in ({}, {"deterministic": True}):
        turned, same = (model.transmute(images, "0", "4", steps=8, guidance=w, **way) for w in (1.5, 0.0))
        assert turned.evaluations > same.evaluations and not np.array_equal(turned.images, same.images)
        assert np.array_equal(turned.noisy, same.noisy), "the way up is not guided"


def test_a_classifier_pushes_a_branch_towards_all_of_its_classes(named):
    """The gradient of log of the sum of p over the branch's classes, by differences of the classifier itself."""
    model = named("classifier")
    classifier = classifiers.classifier_for("dots", model.form.shape, torch.device("cpu"))
    branch, s, t = model.tree[model.tree.leaf("4").parent], 2.0, torch.full((1,), 0.4)
    columns = [classifier.labels.index(label) for label in branch.classes]
    xt = torch.randn(1, 1, 8, 8, generator=torch.Generator().manual_seed(0))
    asked = xt, t, torch.tensor([branch.id])
    push = model.guided(Sampling(guidance=s, guide="classifier")).denoise(*asked).x0 - model.denoise(*asked).x0
    direction = torch.randn(xt.shape, generator=torch.Generator().manual_seed(1))

    def log_p(x: Tensor) -> Tensor:
        return classifier(x, t).double().softmax(1)[0, columns].sum().log()

    slope = (log_p(xt + 1e-2 * direction) - log_p(xt - 1e-2 * direction)) / 2e-2
    factor = s * schedule.sigma(0.4) ** 2 / schedule.alpha(0.4)
    assert float((push * direction).sum()) == pytest.approx(float(factor * slope), rel=0.02, abs=1e-4)
    root = model.tree.roots[0].id
    asked = xt, torch.full((1,), 0.8), torch.tensor([root])
    pushed = model.guided(Sampling(guidance=s, guide="classifier")).denoise(*asked).x0
    assert torch.allclose(pushed, model.denoise(*asked).x0, atol=1e-5), "towards all there are is towards none"


def test_a_classifier_takes_a_gradient_with_every_evaluation(named):
    model = named("classifier")
    samples, plain = model.sample(n=2, steps=5, guidance=2.0, guide="classifier"), model.sample(n=2, steps=5)
    assert samples.gradients == samples.evaluations == plain.evaluations
    assert not np.array_equal(samples.images, plain.images)


# -- a class more ------------------------------------------------------------------------------------------------------

def grafted(model: BranchedModel, name: str, sibling: str, time: float) -> BranchedModel:
    """As `extend`, but nothing is learnt: the new leaf is as its sibling is."""
    network, row = model.denoise.network, model.tree.leaf(sibling).process
    return BranchedModel(network.joined(network.only([row])), model.tree.graft(name, sibling, time), model.facts, {},
                         name=model.name)


@pytest.mark.parametrize("solver", ["ddim-eta", "heun", "dpm++2m"])
@pytest.mark.parametrize("place", [("4", 0.45), ("4", 0.35), ("4", 0.32), ("7", 0.5995), ("1", 1.0)])
def test_guided_old_classes_stay_as_they_were_to_the_last_bit(named, place, solver):
    model, old = named("model"), list("01479")
    larger = grafted(model, "ring", *place)
    assert larger.guides == ("model",)
    walk = {"n": 2, "steps": 9, "solver": solver, "guidance": 1.5}
    before, after = model.sample(old, **walk), larger.sample(old, **walk)
    assert np.array_equal(before.images, after.images) and before.evaluations == after.evaluations


def test_a_new_class_has_no_guide_on_its_own_leaf(named):
    larger = grafted(named("model"), "ring", "4", 0.3)
    guided, plain = (larger.sample("ring", n=1, steps=9, guidance=w) for w in (1.5, 0.0))
    leaf = larger.tree.leaf("ring").id
    assert guided.calls[leaf] == plain.calls[leaf] and guided.evaluations > plain.evaluations


def test_a_classifier_that_does_not_know_a_class_cannot_guide(named):
    larger = grafted(named("classifier"), "ring", "4", 0.3)
    assert larger.guides == ()
    with pytest.raises(BranchedError, match="does not know ring"):
        larger.sample("4", n=1, steps=2, guidance=1.0, guide="classifier")


# -- on the command line -----------------------------------------------------------------------------------------------

def test_the_command_line_guides_and_tells_what_it_cost(named, tmp_path, monkeypatch, capsys):
    model = named("model", "classifier")
    model.save(tmp_path / "small.safetensors")
    monkeypatch.chdir(tmp_path)
    npz = tmp_path / "s.npz"
    options = ["--labels", "4", "--n", "2", "--steps", "5", "--guidance", "1.5"]
    assert main(["sample", "--model", "small", *options, "--npz", str(npz)]) == 0
    arrays = np.load(npz)
    assert np.array_equal(arrays["images"], model.sample("4", n=2, steps=5, guidance=1.5).images)
    assert (arrays["guidance"], arrays["guide"]) == (1.5, "model") and "gradients" not in capsys.readouterr().out
    assert main(["sample", "--model", "small", *options, "--guide", "classifier"]) == 0
    assert "gradients of a classifier" in capsys.readouterr().out
    assert main(["hybrid", "4", "9", "--model", "small", *options[2:]]) == 0
    assert main(["transmute", "4", "9", "--model", "small", *options[2:]]) == 0
    for wrong, words in ((["--guidance", "-1"], "from 0"), (["--guidance", "x"], "--guidance"),
                         (["--guide", "nobody"], "model, classifier")):
        capsys.readouterr()
        assert main(["sample", "--model", "small", *wrong]) == 2
        assert words in capsys.readouterr().err

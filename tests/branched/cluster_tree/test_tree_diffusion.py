"""Drawing along a tree's paths: what is drawn of what, the same in any company, guided, and bad input."""
import numpy as np
import pytest
import torch
from models import UNEVEN, tiny_tree

from branched import BranchedError, Sampling
from branched.cluster_tree.roots import from_node, swapped
from branched.noise.solvers import SOLVERS

QUICK = {"n": 3, "steps": 3, "seed": 5}


@pytest.fixture
def asked(monkeypatch):
    """What the diffusion network was told in each evaluation."""
    found, network = [], tiny_tree().diffusion
    monkeypatch.setattr(network, "forward", lambda xt, t, told, _of=network.forward: found.append((xt, told)) or _of(
        xt, t, told))
    return found


def test_leaves_are_drawn_from_their_own_roots():
    model = tiny_tree()
    drawn, coarse = model.sample(**QUICK), model.decode(n=3, seed=5)
    assert drawn.images.shape == coarse.images.shape == (3, 3, 8, 8)
    assert 0 <= drawn.images.min() <= drawn.images.max() <= 1 and drawn.labels == coarse.groups == ("A", "B", "C")
    assert np.array_equal(drawn.probabilities, coarse.probabilities)
    assert (drawn.solver, drawn.evaluations, drawn.waves) == ("ddim", 2 * 3 * 3 * 3, 3)
    shared = model.sample(roots="shared", **QUICK)
    assert np.allclose(shared.probabilities.sum(0), 1, atol=1e-5) and not np.array_equal(shared.images, drawn.images)
    assert np.array_equal(shared.probabilities, model.decode(n=3, seed=5, roots="shared").probabilities)


def test_an_object_is_the_same_in_any_company(asked):
    """What is told and the noise that it grows from bit for bit; the picture but for what a batch rounds."""
    model = tiny_tree()
    among, first = model.sample(n=4, steps=3, seed=5), list(asked)
    asked.clear()
    alone, second = model.sample("C", n=4, steps=3, seed=5), list(asked)
    assert np.allclose(among.images[2, 3], alone.images[0, 3], atol=1e-5)
    (xt, told), (xt_alone, told_alone) = first[0], second[0]
    assert all(torch.equal(a[11], b[3]) for a, b in zip((xt, *told), (xt_alone, *told_alone), strict=True))
    assert torch.equal(xt[3], xt[7]) and not torch.equal(xt[3], xt[2]), "all leaves' object 3 begins in the same noise"


@pytest.mark.parametrize("solver", SOLVERS)
def test_every_solver_draws(solver):
    one, same, other = (tiny_tree().sample("A", n=1, steps=4, seed=seed, solver=solver).images for seed in (1, 1, 2))
    assert np.array_equal(one, same) and not np.array_equal(one, other) and np.isfinite(one).all()


def test_guidance():
    model = tiny_tree()
    usual, plain, same, guided = model.sample(**QUICK), *(model.sample(guidance=w, **QUICK) for w in (0.0, 1.0, 2.0))
    asked = Sampling(n=3, steps=3, seed=5, solver="ddim")
    assert np.array_equal(plain.images, model.sample(sampling=asked).images)
    assert np.array_equal(usual.images, same.images) and not np.array_equal(plain.images, guided.images)
    assert guided.evaluations == 2 * plain.evaluations and model.guides == ("model",)
    assert np.array_equal(plain.probabilities, guided.probabilities)


def test_guidance_goes_away_from_being_told_nothing(asked):
    tiny_tree().sample("B", n=2, steps=1, guidance=1.0)
    [(xt, told)] = asked
    assert (told.nodes < 6).sum(1).tolist() == [4, 4, 0, 0] and torch.equal(xt[:2], xt[2:])


def test_sampling_tells_of_every_wave():
    model, asked = tiny_tree(), Sampling(n=2, steps=3, solver="heun", guidance=0.5)
    *frames, last = model.sampling(["B", "A"], sampling=asked)
    assert len(frames) == 5 and last.result.sampling == asked and last.result.labels == ("B", "A")
    drawn = model.sample(["B", "A"], sampling=asked)
    assert np.array_equal(last.result.images, drawn.images)
    assert np.array_equal(last.result.probabilities, drawn.probabilities)
    [only] = tiny_tree(None).sampling(sampling=asked.__class__(n=2))
    assert np.array_equal(only.result.images, tiny_tree(None).decode(n=2).images)
    assert only.result.probabilities.shape == (3, 2)


def test_an_inner_node_tells_the_path_so_far(asked):
    images = tiny_tree().inner(1, **QUICK)
    assert images.shape == (3, 8, 8) and asked[0][1].nodes.tolist() == [[0, 1, 6, 6]] * 3
    assert len(asked[0][1].latents[:, 1].unique(dim=0)) == 3


def test_below_a_node_all_have_one_path_so_far(asked):
    images = tiny_tree().below(1, **QUICK)
    xt, told = asked[0]
    leaves, latents = from_node(tiny_tree().network, UNEVEN, 1, 3, 5)
    assert images.shape == (2, 3, 8, 8) and told.nodes[:6].tolist() == [[0, 1, 3, 6]] * 3 + [[0, 1, 4, 5]] * 3
    assert (told.latents[:6, :2] == told.latents[0, :2]).all() and leaves == (3, 6)
    assert torch.equal(told.latents[3:6, 3], latents[1, :, 5]) and torch.equal(xt[:3], xt[3:6])


def test_a_swap_changes_one_latent_and_nothing_else(asked):
    images = tiny_tree().swap("B", 2, **QUICK)
    xt, told = asked[0]
    mixed = swapped(tiny_tree().network, UNEVEN, 6, 2, 3, 5)
    assert images.shape == (3, 8, 8) and torch.equal(told.latents[:3], mixed[:, [0, 1, 4, 5]])
    assert torch.equal(xt[0], xt[1]) and torch.equal(xt[0], xt[2]) and len(np.unique(images, axis=0)) == 3
    assert np.allclose(images[0], tiny_tree().sample("B", n=1, steps=3, seed=5).images[0, 0], atol=1e-5)


def test_objects_are_reconstructed_by_the_path_to_their_likeliest_leaf(asked):
    model, images = tiny_tree(), np.random.default_rng(0).random((12, 8, 8), np.float32)
    by_diffusion, by_decoder = model.reconstruct(images, steps=3), model.reconstruct(images, by="decoder")
    assert by_diffusion.shape == by_decoder.shape == images.shape and not np.allclose(by_diffusion, by_decoder)
    ends = asked[0][1].nodes.masked_fill(asked[0][1].nodes == 6, -1).amax(1)
    assert ends.tolist() == [(3, 5, 2)[k] for k in model.assign(images).indices]
    assert np.allclose(model.reconstruct(images[:1], by="decoder")[0], by_decoder[0], atol=1e-5)
    assert np.array_equal(tiny_tree(None).reconstruct(images, by="decoder"), by_decoder)


def test_how_probably_objects_pass_each_node():
    model, images = tiny_tree(), np.random.default_rng(0).random((12, 8, 8), np.float32)
    reached, p = model.reached(images), model.assign(images).probabilities
    assert set(reached) == {0, 1, 2, 3, 4, 6} and (reached[0] == 1).all()
    assert np.allclose(reached[1] + reached[2], 1, atol=1e-6) and np.allclose(reached[3] + reached[4], reached[1])
    assert np.array_equal(np.stack([reached[leaf] for leaf in UNEVEN.leaves], 1), p)


@pytest.mark.parametrize("told", ["image", "leaf", "latent", "leaf and latent"])
def test_models_that_are_told_otherwise_draw_alike(told):
    model = tiny_tree(told)
    assert model.sample(**QUICK).images.shape == (3, 3, 8, 8) and model.below(1, **QUICK).shape == (2, 3, 8, 8)
    if told == "image":
        with pytest.raises(BranchedError, match="not learnt what an inner node's leaves share"):
            model.inner(1)
    else:
        assert model.inner(1, **QUICK).shape == (3, 8, 8)


# -- bad input ---------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("ask", "why"), [
    (lambda m: m.sample("Z"), "no class 'Z'; this model knows A, B, C"),
    (lambda m: m.sample(n=0), "n is a whole number"), (lambda m: m.sample(solver="x"), "no solver 'x'"),
    (lambda m: m.sample(roots="mine"), "own or shared, not 'mine'"),
    (lambda m: m.sample(sampling=Sampling(guidance=1, guide="classifier")), "guided by itself alone"),
    (lambda m: m.inner(3), "an inner node of the tree, 0, 1, 4, not 3"), (lambda m: m.below("A"), "not 'A'"),
    (lambda m: m.inner(99), "not 99"), (lambda m: m.swap("B", 4), "depths 0 to 3, and not 4"),
    (lambda m: m.swap("B", -1), "depths 0 to 3"), (lambda m: m.swap("B", 1.5), "depths 0 to 3, and not 1.5"),
    (lambda m: m.swap("Q", 0), "no class 'Q'"), (lambda m: m.swap("B", 1, n=0), "n is a whole number"),
    (lambda m: m.reconstruct(np.zeros((2, 9, 9))), "8"),
    (lambda m: m.reconstruct(np.zeros((2, 8, 8)), by="x"), "not by 'x'"),
    (lambda m: m.reached(np.zeros((2, 9, 9))), "8")])
def test_what_makes_no_sense_is_told_in_a_sentence(ask, why):
    with pytest.raises(BranchedError, match=why):
        ask(tiny_tree())


@pytest.mark.parametrize("ask", [
    lambda m: m.sample(), lambda m: m.inner(1), lambda m: m.below(1), lambda m: m.swap("A", 0),
    lambda m: m.reconstruct(np.zeros((1, 8, 8)))])
def test_a_tree_without_a_diffusion_model_says_so(ask):
    with pytest.raises(BranchedError, match="has no diffusion model: tree-diffusion trains one"):
        ask(tiny_tree(None))


def test_what_was_not_learnt_is_not_drawn():
    with pytest.raises(BranchedError, match="also learnt without a path"):
        tiny_tree("path", drop=0.0).sample(guidance=1.0)
    assert tiny_tree("path", drop=0.0).guides == () == tiny_tree(None).guides
    with pytest.raises(BranchedError, match="not learnt what an inner node's leaves share"):
        tiny_tree("path", partial=0.0).inner(1)

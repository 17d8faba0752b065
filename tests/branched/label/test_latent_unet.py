"""The network of latents: what the label changes, what attention heeds, and that it learns."""
import pytest
import torch

from branched.errors import BranchedError
from branched.label.latent_unet import CrossAttention, LatentUNet, LatentUNetConfig

CLASSES = 3


def random_net(**sizes) -> LatentUNet:
    """Every parameter random, those too that are zero at first."""
    net = LatentUNetConfig(**{"channels": (16, 16), "embedding": 16, **sizes}).build(CLASSES)
    generator = torch.Generator().manual_seed(0)
    for parameter in net.parameters():
        torch.nn.init.normal_(parameter, std=0.3, generator=generator)
    return net.requires_grad_(False)


def inputs(n=4, shape=(4, 7, 7)):
    generator = torch.Generator().manual_seed(1)
    return torch.randn(n, *shape, generator=generator), torch.rand(n, generator=generator), torch.arange(n) % CLASSES


def test_it_is_zero_at_first():
    assert not LatentUNetConfig().build(10)(*inputs()).any()


@pytest.mark.parametrize("shape", [(4, 7, 7), (3, 4, 6), (4, 2, 2)])
def test_velocities_have_the_shape_of_latents(shape):
    assert random_net(shape=shape)(*inputs(shape=shape)).shape == (4, *shape)


def test_with_the_autoencoder_it_fits_a_file_of_three_megabytes_in_half_precision():
    assert sum(p.numel() for p in LatentUNetConfig().build(10).parameters()) < 1_400_000 - 300_000


def test_rows_know_nothing_of_each_other():
    net, (x, t, label) = random_net(), inputs()
    alone = torch.cat([net(x[k:k + 1], t[k:k + 1], label[k:k + 1]) for k in range(len(x))])
    assert torch.allclose(net(x, t, label), alone, atol=1e-5)


def test_the_label_and_no_class_are_heard():
    net, (x, t, _) = random_net(), inputs(1)
    told = [net(x, t, torch.tensor([k])) for k in range(CLASSES + 1)]
    assert all(not torch.allclose(a, b, atol=1e-4) for i, a in enumerate(told) for b in told[:i])


def test_the_tokens_of_a_label_change_only_rows_of_that_label():
    net, (x, t, label) = random_net(), inputs()
    before = net(x, t, label)
    net.tokens[1] += torch.randn_like(net.tokens[1])
    changed = (net(x, t, label) != before).flatten(1).any(1)
    assert changed.tolist() == (label == 1).tolist()


# -- attention ---------------------------------------------------------------------------------------------------------

def test_attention_maps_sum_to_1_over_the_tokens():
    maps = random_net(tokens=5).attention_maps(*inputs())
    assert maps.shape == (4, 2, 4, 5, 7, 7) and maps.min() >= 0
    assert torch.allclose(maps.sum(3), torch.ones(4, 2, 4, 7, 7))
    assert maps.std(dim=(-2, -1)).min() > 0  # positions differ in what they heed


def test_attention_is_that_of_torch():
    """Against an authority: PyTorch's own, fed with the same queries, keys and values."""
    layer = CrossAttention(16, 12, 2)
    torch.nn.init.normal_(layer.out.weight)
    x, tokens, label = torch.randn(3, 16, 5, 4), torch.randn(4, 6, 12), torch.tensor([3, 0, 3])

    def heads(rows):
        return rows.unflatten(-1, (2, 8)).transpose(1, 2)

    q = layer.query(layer.norm(x).flatten(2).transpose(1, 2))
    k, v = layer.key_value(tokens[label]).chunk(2, dim=-1)
    mixed = torch.nn.functional.scaled_dot_product_attention(heads(q), heads(k), heads(v))
    known = x + layer.out(mixed.transpose(1, 2).flatten(2)).transpose(1, 2).view_as(x)
    assert torch.allclose(layer(x, tokens, label)[0], known, atol=1e-5)


@pytest.mark.parametrize(("tokens", "same"), [(1, True), (4, False)])
def test_one_token_adds_the_same_vector_at_every_position(tokens, same):
    """The trap of cross-attention on a class: over one key, softmax is 1 whatever the query."""
    layer = CrossAttention(16, 12, 2)
    torch.nn.init.normal_(layer.out.weight)
    x = torch.randn(3, 16, 7, 7)
    out, weights = layer(x, torch.randn(4, tokens, 12), torch.tensor([0, 1, 2]))
    added = out - x
    assert torch.allclose(added, added[:, :, :1, :1].expand_as(added), atol=1e-5) is same
    assert bool((weights == 1).all()) is same


# -- learning ----------------------------------------------------------------------------------------------------------

def test_it_learns_which_latent_belongs_to_which_label():
    """Two classes of one latent each: from pure noise, only the label can say which."""
    torch.manual_seed(0)
    net = LatentUNetConfig(channels=(16, 16), embedding=32, tokens=2).build(2)
    planted = torch.stack([torch.ones(4, 7, 7), -torch.ones(4, 7, 7)])
    optimiser = torch.optim.AdamW(net.parameters(), lr=5e-3)
    for _ in range(60):
        label = torch.arange(16) % 2
        loss = (net(torch.randn(16, 4, 7, 7), torch.ones(16), label) + planted[label]).square().mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    with torch.no_grad():
        told = net(torch.randn(8, 4, 7, 7), torch.ones(8), torch.arange(8) % 2)
    assert (told + planted[torch.arange(8) % 2]).square().mean() < 0.1


@pytest.mark.parametrize(("wrong", "why"), [
    ({"channels": (64,)}, "two multiples"), ({"channels": (60, 64)}, "two multiples"), ({"heads": 3}, "3 heads"),
    ({"heads": -1}, "heads"),
    ({"shape": (4, 1, 7)}, "at least 2x2"), ({"tokens": 0}, "1 or more tokens"), ({"blocks": 0}, "1 or more blocks")])
def test_impossible_sizes_are_refused(wrong, why):
    with pytest.raises(BranchedError, match=why):
        LatentUNetConfig(**wrong)


def test_a_configuration_may_come_from_json():
    assert LatentUNetConfig([4, 7, 7], [64, 128]) == LatentUNetConfig()

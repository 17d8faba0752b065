"""In which precision a step is computed."""
import pytest
import torch

from branched.learning.precision import Cast, autocast

CPU = torch.device("cpu")


@pytest.mark.parametrize("precision, expected", [("float32", torch.float32), ("bfloat16", torch.bfloat16)])
def test_products_are_computed_in_the_precision_that_was_asked_for(precision, expected):
    """And what follows the context is in float32 again."""
    context, a = autocast(precision, CPU), torch.ones(2, 2)
    for _ in range(2):  # a context for each step
        with context():
            assert (a @ a).dtype == expected
        assert (a @ a).dtype == torch.float32


@pytest.mark.parametrize("capabilities, expected", [
    ({"amx_bf16": True}, torch.bfloat16), ({"avx512_bf16": True}, torch.bfloat16),
    ({"avx512_f": True, "amx_bf16": False}, torch.float32), ({}, torch.float32)], ids=str)
def test_a_processor_that_multiplies_bfloat16_does(monkeypatch, capabilities, expected):
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: capabilities)
    with autocast("auto", CPU)():
        assert (torch.ones(2, 2) @ torch.ones(2, 2)).dtype == expected


class Product(torch.nn.Module):
    chunk = 7

    def forward(self, xt, t, condition):
        return xt @ xt


def test_a_network_is_cast_where_it_is_called_and_nowhere_else():
    network = Cast(Product().eval(), autocast("bfloat16", CPU))
    ones = torch.ones(2, 2)
    assert network(ones, ones, ones).dtype == torch.bfloat16 and not torch.is_autocast_enabled("cpu")
    assert network.chunk == 7 and not network.training

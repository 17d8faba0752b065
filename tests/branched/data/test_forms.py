"""The contract of forms: what every form of data must keep, the package's and one that it has never heard of."""
import dataclasses

import numpy as np
import pytest
import torch
from signals import Signals, signals

from branched import BranchedError
from branched.data import forms
from branched.data.dataset import Dataset, load
from branched.data.form import Form
from branched.data.table import Table


def mixed() -> Dataset:
    """A table with a number, often 0, a category, a feature of two numbers and one that never varies."""
    x = torch.rand(60, 3, generator=torch.Generator().manual_seed(0)) * torch.tensor([9.0, 3, 2])
    x = torch.stack([(x[:, 0] - 5).clamp(0), x[:, 1].floor(), x[:, 2].floor(), 0 * x[:, 0]], 1)
    form = Table.of("abcd", x, ((), ("u", "v", "w"), (0.0, 1.0), ()))
    return Dataset("mixed", ("0",), form.spread(x), torch.zeros(60, dtype=torch.long), form)


@pytest.fixture(params=["digits", "colour", "rows", "mixed", "signals"])
def data(request, rows) -> Dataset:
    """Objects of each form."""
    makers = {"digits": lambda: load("digits"), "colour": lambda: load("digits", colour=True), "rows": lambda: rows,
              "mixed": mixed, "signals": lambda: signals(20)}
    return makers[request.param]()


@pytest.fixture
def stored(data) -> torch.Tensor:
    return data.x[:12]


def test_a_form_is_frozen_and_says_what_its_things_are_called(data):
    form = data.form
    assert dataclasses.is_dataclass(form) and isinstance(form, Form)
    assert all(isinstance(word, str) and word for word in (form.kind, form.one, form.many)) and form.suffix[0] == "."
    with pytest.raises(dataclasses.FrozenInstanceError):
        form.shape = (1,)


def test_inside_and_outside_are_inverse(data, stored):
    form = data.form
    outside = form.shown(stored)
    assert outside.shape == (len(stored), *form.outside_shape)
    core = form.to_core(outside)
    assert core.dtype == torch.float32 and core.shape == (len(stored), *form.shape)
    scale = max(1.0, float(np.abs(outside).max()))
    assert np.allclose(form.from_core(core), outside, atol=1e-6 * scale)
    assert torch.allclose(core, form.scale(stored), atol=1e-5)
    assert np.allclose(form.shown(form.store(form.scale(stored))), outside, atol=1e-6 * scale)


def test_data_are_of_about_unit_size_and_within_their_range(data, stored):
    x = data.form.scale(data.x)
    assert 0.2 < x.square().mean().sqrt() < 1.5
    assert torch.allclose(data.form.clamp(x), x, atol=1e-5)
    far = data.form.clamp(100 * torch.randn(5, *data.form.shape))
    assert torch.equal(data.form.clamp(far), far) and torch.isfinite(far).all()


def test_what_is_no_object_is_refused(data):
    for nothing in (np.zeros((2, 3)), "text", None, np.full((1, *data.form.outside_shape), np.nan)):
        with pytest.raises((BranchedError, ValueError)):
            data.form.to_core(nothing)


def test_variations_are_objects_of_the_form_and_follow_the_generator(data, stored):
    first, again, other = (data.form.varied(stored, 1.0, torch.Generator().manual_seed(seed)) for seed in (0, 0, 1))
    assert first.shape == stored.shape and first.dtype == stored.dtype
    assert torch.equal(first, again) and not torch.equal(first, other)


def test_its_network_takes_its_objects(data, stored):
    config = data.form.network()
    network, x = config.build(3), data.form.scale(stored)
    velocity = network(x, torch.full((len(x),), 0.5), torch.arange(len(x)) % 3)
    assert velocity.shape == x.shape and network.processes == 3 and config.shape == data.form.shape
    with pytest.raises(BranchedError, match=f"is not an option of the network for {data.form.kind}"):
        data.form.network(no_such_size=3)


def test_it_is_kept_in_a_header_and_made_anew(data, monkeypatch):
    monkeypatch.setitem(forms.FORMS, "signals", Signals)
    header = {"network": {"shape": list(data.form.shape)}, **forms.to_header(data.form)}
    assert forms.from_header(header) == data.form


def test_objects_are_written_so_that_a_person_can_look_at_them(data, stored, tmp_path):
    path, objects = tmp_path / f"objects{data.form.suffix}", data.form.shown(stored)
    data.form.write(path, [({"class": "a"}, objects[:5]), ({"class": "b"}, objects[5:])])
    assert path.stat().st_size > 0

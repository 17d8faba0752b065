"""Features that are no bell: what becomes of them inside, that they come back, and what is chosen for which."""
import csv
import json
from dataclasses import asdict

import numpy as np
import pytest
import torch

from branched import BranchedError
from branched.data.reading import read
from branched.data.scales import is_bent
from branched.data.table import Table

GENERATOR = torch.Generator().manual_seed(0)
NORMAL = torch.randn(4000, generator=GENERATOR, dtype=torch.float64)
RAIN = torch.where(NORMAL < 0.25, 0.0, (2 * torch.randn(4000, generator=GENERATOR, dtype=torch.float64)).exp())
INCOME = (1.2 * NORMAL + 7).exp()
NORTH = torch.arange(4000) % 3.0
YES = torch.where(torch.arange(4000) % 10 < 1, 7.0, 2.5)


@pytest.fixture(scope="module")
def table() -> Table:
    x = torch.stack([NORMAL, RAIN, INCOME, NORTH, YES], 1).float()
    return Table.of(("normal", "rain", "income", "sea", "yes"), x,
                    ((), (), (), ("Baltic", "North", "=Red"), (2.5, 7.0)), "kind")


@pytest.fixture(scope="module")
def rows() -> np.ndarray:
    return torch.stack([NORMAL, RAIN, INCOME, NORTH, YES], 1).float().numpy()


@pytest.mark.parametrize(("x", "bent"), [
    (NORMAL, False), (RAIN, True), (INCOME, True), (-INCOME, True), (NORTH, False), (YES, False), (0 * NORMAL, False),
    (torch.rand(4000, generator=GENERATOR), False), (torch.where(torch.arange(4000) < 2100, 3.0, NORMAL), True),
    (NORMAL / torch.rand(4000, generator=GENERATOR), True)], ids=[
    "normal", "rain", "income", "losses", "three", "two", "one", "even", "half the same", "heavy tails"])
def test_what_is_bent_and_what_is_not(x, bent):
    assert is_bent(x.double()) == bent


def test_what_each_feature_becomes(table, rows):
    assert [bool(found) for found in table.quantiles] == [False, True, True, False, False]
    assert table.shape == (8,) and table.outside_shape == (5,)
    x = table.to_core(rows).double()
    assert torch.allclose(x.mean(0), torch.zeros(8).double(), atol=0.15)
    assert x[:, :3].std(0).tolist() == pytest.approx([1, 0.8, 1], abs=0.1)  # zeros are all at one place
    assert x[:, 3:6].var(0).sum().item() == pytest.approx(1, abs=0.01)  # a category weighs what a number does
    assert x[:, 6:].var(0).sum().item() == pytest.approx(1, abs=0.01)
    assert torch.corrcoef(torch.stack([x[:, 2], NORMAL]))[0, 1] > 0.999  # incomes were made from it


def test_all_of_it_comes_back(table, rows):
    back = table.from_core(table.to_core(rows))
    assert np.array_equal(back[:, 3:], rows[:, 3:]) and np.array_equal(back[:, 1] == 0, rows[:, 1] == 0)
    assert np.allclose(back, rows, rtol=1e-4, atol=1e-5)


def test_noise_becomes_what_the_rows_are(table):
    """Standard normal numbers, which a model draws at best, come out with the shares and quantiles of the rows."""
    made = table.from_core(torch.randn(20_000, 8, generator=torch.Generator().manual_seed(1)))
    assert (made[:, 1] == 0).mean() == pytest.approx((RAIN == 0).double().mean().item(), abs=0.02)
    for k, real in ((1, RAIN), (2, INCOME)):
        assert np.quantile(made[:, k], [0.7, 0.9, 0.99]) == pytest.approx(np.quantile(real, [0.7, 0.9, 0.99]), rel=0.15)
    assert set(made[:, 4].tolist()) == {2.5, 7.0} and set(made[:, 3].tolist()) == {0, 1, 2}


def test_order_is_kept_within_and_beyond_the_range_seen(table, rows):
    some = rows[:50].copy()
    some[:, 2] = np.linspace(-INCOME.max().item(), 3 * INCOME.max().item(), 50)
    x = table.to_core(some)
    assert (x[:, 2].diff() > 0).all() and np.allclose(table.from_core(x)[:, 2], some[:, 2], rtol=1e-4)
    assert "has income" in table.objection(x) and table.objection(table.to_core(rows)) == ""
    assert (table.from_core(table.clamp(100 * x))[:, 2] <= np.float32(INCOME.max())).all()


def test_what_is_no_level_is_refused(table, rows):
    for k, value in ((3, 3), (3, 0.5), (4, 5)):
        some = rows[:2].copy()
        some[1, k] = value
        with pytest.raises(BranchedError, match=f"{table.features[k]} has the values .*; {value} is none of them"):
            table.to_core(some)


def test_variations_have_one_level_each(table, rows):
    varied = table.varied(table.spread(torch.from_numpy(rows[:20])), 1.0, torch.Generator().manual_seed(0))
    assert (varied[:, 3:6].sum(1) == 1).all() and (varied[:, 6:].sum(1) == 1).all()
    assert not np.allclose(table.shown(varied)[:, 0], rows[:20, 0], atol=1e-3)


def test_it_is_kept_as_json_and_old_files_know_nothing_of_it(table):
    again = Table(**json.loads(json.dumps(asdict(table))))
    assert again == table and hash(again) == hash(table)
    old = Table(("a",), (0.5,), (2.0,), (0.0,), (9.0,), (False,))
    assert old.label == "class" and old.to_core([[4.5]]).tolist() == [[2.0]]


@pytest.mark.parametrize("change", [
    {"levels": [[], [], [], ["a", "a", "b"], [2.5, 7.0]]}, {"levels": [[], [], [], ["a", 1, "b"], [2.5, 7.0]]},
    {"shares": [[], [], [], [1.0], [0.5, 0.5]]}, {"quantiles": [[], [3.0, 1.0], [], [], []]}, {"end": 0.0},
    {"quantiles": [[], [1.0, float("nan")], [], [], []]}, {"levels": [[]]}], ids=range(7))
def test_what_does_not_fit_together_is_refused(table, change):
    with pytest.raises(BranchedError, match="A table has|levels of a feature"):
        Table(**asdict(table) | change)


def test_files_have_words_the_class_columns_name_and_no_formula(table, tmp_path):
    path = tmp_path / "made.csv"
    table.write(path, [({"what": "given", "class": "-sad"}, np.array([[-1.5, 0, 7, 2, 2.5]], np.float32)),
                       ({"what": "turned", "class": "glad"}, np.array([[2, 0, 7, 1, 7]], np.float32))])
    with open(path, encoding="utf-8", newline="") as file:
        head, first, second = csv.reader(file)
    assert head == ["what", "kind", "normal", "rain", "income", "sea", "yes"]
    assert first == ["given", "'-sad", "-1.5", "0", "7", "'=Red", "2.5"]
    assert second == ["turned", "glad", "2", "0", "7", "North", "7"]
    assert table.read([path], "-sad").tolist() == [[-1.5, 0, 7, 2, 2.5]] and len(table.read([path], "else")) == 2
    path.write_text("sea,yes,income,rain,normal\nBlack,7,1,0,0\n")
    with pytest.raises(BranchedError, match="'Black' in line 2, column sea, is none of Baltic, North, =Red.$"):
        table.read([path])
    path.write_text("sea,yes,income,rain,normal\nNorth,7,1,,0\n")
    with pytest.raises(BranchedError, match="leave those rows out.$"):
        table.read([path])


def test_a_feature_may_be_called_as_what_is_said_of_rows(tmp_path):
    table, path = Table.of(["what", "class"], torch.tensor([[1.0, 2], [3, 5], [4, 4]])), tmp_path / "made.csv"
    table.write(path, [({"what": "given", "class": "x"}, np.ones((1, 2), np.float32))])
    assert path.read_text().splitlines()[0] == "what (2),class (2),what,class"


def test_rows_of_a_model_without_a_header_are_found_by_their_places(tmp_path):
    """Trained on columns 1, 2 and the classes in 3: a file of the same three columns fits, and one of the first two."""
    path = tmp_path / "rows.csv"
    path.write_text("1,5,x\n2,6,y\n3,9,x\n")
    found = read(path)
    table = Table.of(found.features, found.x, label=found.label)
    assert table.label == "3" and table.read([path], "x").tolist() == [[1, 5], [3, 9]]
    path.write_text("1,5\n2,6\n")
    assert table.read([path], "x").tolist() == [[1, 5], [2, 6]]

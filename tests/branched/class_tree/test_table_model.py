"""A table through the whole core: the same verbs as for images, on planted rows, in the features' own units."""
import csv

import numpy as np
import pytest
import torch

import branched
from branched import BranchedError, BranchedModel, ClassTree, checkpoint
from branched.class_tree import discovery, training
from branched.command.main import main
from branched.data.dataset import Dataset
from branched.data.table import Table
from branched.networks.mlp import MLPConfig
from branched.noise.solvers import SOLVERS

OPTIONS = {"steps": 6, "seed": 3}


# -- discovery and training, on what is known --------------------------------------------------------------------------

def test_the_planted_tree_is_found():
    """Three levels: 0 and 1 are closest, 2 joins them, then 3."""
    generator = torch.Generator().manual_seed(0)
    means = torch.tensor([[6.0, 6, 0.5], [6, 6, -0.5], [6, -3, 0], [-6, 0, 0]])
    y = torch.arange(2000) % 4
    x = (means[y] + torch.randn(2000, 3, generator=generator)) * torch.tensor([1, 100, 0.1])
    data = Dataset("planted", tuple("0123"), x, y, Table.of("abc", x))
    tree = discovery.discover(data, times=200).tree
    assert {branch.classes for branch in tree.branch_points} == {("0", "1"), ("0", "1", "2"), ("0", "1", "2", "3")}
    assert tree.meeting_point(0, 1) < tree.meeting_point(1, 2) < tree.meeting_point(2, 3)


@pytest.fixture(scope="module")
def trained() -> tuple[BranchedModel, Dataset]:
    """A model of two classes whose distributions are known: correlated Gaussians in odd units."""
    generator = torch.Generator().manual_seed(0)
    y = torch.arange(4000) % 2
    z = torch.randn(4000, 2, generator=generator) @ torch.tensor([[1.0, 0.8], [0, 0.6]])
    x = torch.where(y[:, None] == 0, z + 1.5, z * torch.tensor([1.0, -1]) - 1.5) * torch.tensor([10, 0.1]) + 100
    data = Dataset("two", ("left", "right"), x, y, Table.of(["metres", "tons"], x))
    tree = ClassTree.from_merges(data.labels, [(0.5, data.labels)])
    config = training.TrainingConfig(steps=500, batch=256, pairs=256, precision="float32", learning_rate=3e-3)
    state = training.begin(tree, MLPConfig((2,), width=64, blocks=2, embedding=32, rank=4), config, torch.device("cpu"))
    list(training.train(state, tree, data, config))
    return BranchedModel(state.average, tree, {}, {}, data.form), data


def test_samples_have_the_planted_distribution_in_its_own_units(trained):
    model, data = trained
    made = model.sample(n=2000, solver="dpm++2m")
    for label, rows in zip(made.labels, made.rows, strict=True):
        real = data.of(label).numpy()
        assert np.allclose(rows.mean(0), real.mean(0), atol=0.15 * real.std(0).max() * np.array([1, 0.01]))
        assert np.allclose(rows.std(0), real.std(0), rtol=0.15)
        assert np.corrcoef(rows.T)[0, 1] == pytest.approx(np.corrcoef(real.T)[0, 1], abs=0.1)


def test_transmutation_keeps_what_the_classes_share(trained):
    """Both vary alike in metres: who is far out stays far out, in the other class's place."""
    model, data = trained
    rows = data.of("left").numpy()[:400]
    turned = model.transmute(rows, "left", "right", deterministic=True).rows
    assert (model.classify(turned, seed=1) == "right").mean() > 0.9
    r = branched.correlations(rows, turned)
    assert r[0] > 0.5 and turned[:, 0].mean() == pytest.approx(85, abs=3)


def test_classes_are_told_apart(trained):
    model, data = trained
    rows = np.concatenate([data.of(label).numpy()[:100] for label in data.labels])
    assert (model.classify(rows) == np.repeat(data.labels, 100)).mean() > 0.93


def test_a_hybrid_lies_between_its_sides(trained):
    model, _ = trained
    found = model.hybrid("left", "right", n=500)
    low, middle, high = (rows[:, 0].mean() for rows in (found.endings["right"], found.denoised, found.endings["left"]))
    assert found.time == 0.5 and low + 3 < middle < high - 3


# -- results -----------------------------------------------------------------------------------------------------------

def test_results_are_rows(table_model, rows):
    assert table_model.features == ("a", "b", "c", "count", "age") and table_model.shape == (5,)
    made = table_model.sample([4, 1], n=3, **OPTIONS)
    assert made.rows.shape == (2, 3, 5) and made.rows.dtype == np.float32 and made.labels == ("4", "1")
    low, high = np.float32(rows.form.low), np.float32(rows.form.high)
    assert (made.rows >= low - 1e-3 * np.abs(low)).all() and (made.rows <= high + 1e-3 * np.abs(high)).all()
    for missing in (made, table_model.transmute(made.rows[0], 4, 1, **OPTIONS)):
        with pytest.raises(AttributeError, match="rows, not images"):
            missing.images  # noqa: B018
    *_, last = table_model.sampling([4, 1], n=3, **OPTIONS)
    assert np.array_equal(last.result.rows, made.rows)
    found = table_model.hybrid("4", "9", n=2, **OPTIONS)
    assert found.noisy.shape == found.denoised.shape == found.endings["9"].shape == (2, 5)
    assert table_model.noised(made.rows[0], [0.1, 0.9]).shape == (2, 3, 5)
    assert np.allclose(table_model.noised(made.rows[0], 0.0), made.rows[0], rtol=1e-5, atol=1e-5)
    rounded = table_model.rounded(made.rows)
    assert (rounded[..., 3:] == np.rint(made.rows[..., 3:])).all() and np.allclose(rounded[..., 0], made.rows[..., 0])


def test_images_still_are_images(model):
    assert model.features == () and not hasattr(model.sample(4, n=1, steps=2), "rows")
    with pytest.raises(BranchedError, match="only rows"):
        model.rounded(np.zeros((1, 5)))


def test_transmuted_rows_have_axes_for_targets_and_times(table_model, rows):
    given = rows.of("4").numpy()[:3]
    assert table_model.transmute(given, 4, 9, **OPTIONS).rows.shape == (3, 5)
    several = table_model.transmute(given, 4, [9, 0], time=[0.2, 0.5, 0.7], **OPTIONS)
    assert several.rows.shape == several.noisy.shape == (2, 3, 3, 5)
    unturned = table_model.transmute(given, 4, 9, time=0.0, **OPTIONS)
    assert np.allclose(unturned.rows, given, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("bad", [np.zeros((2, 4)), np.full((2, 5), np.nan), np.zeros((8, 8)), "rows"], ids=str)
def test_other_rows_are_refused(table_model, bad):
    for verb in (lambda: table_model.transmute(bad, 4, 9), lambda: table_model.classify(bad),
                 lambda: table_model.noised(bad, 0.5), lambda: table_model.extend(bad, "new", steps=1)):
        with pytest.raises(BranchedError, match="[Rr]ow"):
            verb()
    with pytest.raises(BranchedError, match="takes rows of a table .*not pictures"):
        table_model.prepare("a.png")


# -- the tree ----------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("n", [1, 3, 17, 70])
def test_tree_and_class_by_class_are_the_same_to_the_last_bit(table_model, solver, n):
    together = table_model.sample(n=n, solver=solver, **OPTIONS)
    for k, label in enumerate(together.labels):
        assert np.array_equal(table_model.sample(label, n=n, solver=solver, **OPTIONS).rows[0], together.rows[k])
    assert np.array_equal(table_model.sample(n=1, solver=solver, **OPTIONS).rows, together.rows[:, :1])
    assert together.evaluations < together.evaluations_class_by_class


def test_a_saved_model_keeps_units_and_results(table_model, tmp_path):
    path = tmp_path / "table.safetensors"
    table_model.save(path)
    again = branched.load(path, "cpu")
    assert again.form == table_model.form and again.features == table_model.features
    assert np.array_equal(again.sample(n=3, **OPTIONS).rows, table_model.sample(n=3, **OPTIONS).rows)


def test_a_file_whose_table_does_not_fit_is_refused(table_model, tmp_path):
    other = BranchedModel(table_model.denoise.network, table_model.tree, {}, {}, table_model.form)
    other.form = Table.of("abc", torch.rand(9, 3))
    other.save(tmp_path / "cut.safetensors")
    with pytest.raises(BranchedError, match=r"takes objects of shape \(5,\), its rows have \(3,\)"):
        branched.load(tmp_path / "cut.safetensors")


def test_a_class_is_added_and_no_bit_of_the_old_ones_changes(table_model):
    given = table_model.form.from_core(0.3 * torch.randn(12, 5, generator=torch.Generator().manual_seed(0)))
    larger = table_model.extend(given, "new", sibling="4", time=0.3, steps=30)
    assert larger.labels == (*table_model.labels, "new") and larger.facts.extensions[0].count == 12
    before, after = (model.sample([0, 1, 4, 7, 9], n=5, **OPTIONS).rows for model in (table_model, larger))
    assert np.array_equal(before, after)
    assert larger.sample("new", n=2).rows.shape == (1, 2, 5) and larger.form == table_model.form
    assert larger.without("new").labels == table_model.labels
    with pytest.raises(BranchedError, match="at least 3 different rows"):
        table_model.extend(given[:2], "new", sibling="4", time=0.3)


def test_a_taught_class_is_drawn_where_it_is(trained):
    model, _ = trained
    rng = np.random.default_rng(1)
    given = np.stack([rng.normal(110, 1, 200), rng.normal(99.9, 0.02, 200)], 1).astype(np.float32)
    made = model.extend(given, "new", sibling="left", time=0.6, steps=300).sample("new", n=400).rows[0]
    assert made.mean(0) == pytest.approx(given.mean(0), abs=1) and made[:, 0].std() == pytest.approx(1, abs=0.5)
    assert made[:, 1].std() == pytest.approx(0.02, abs=0.01)


def test_a_class_beyond_what_the_model_knows_is_refused(trained):
    model, _ = trained
    with pytest.raises(BranchedError, match="Row 3 of 4 has metres = 1000; the model knows"):
        model.extend([[100, 100], [101, 100], [1000, 100], [99, 100]], "far", sibling="left", time=0.6, steps=1)


# -- commands ----------------------------------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def file(rows, tmp_path_factory):
    """The planted table as a CSV file."""
    path = tmp_path_factory.mktemp("table") / "planted.csv"
    with open(path, "w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["class", *rows.form.features])
        writer.writerows([rows.labels[y], *x] for x, y in zip(rows.x[:300].tolist(), rows.y[:300].tolist(),
                                                              strict=True))
    return path


def run(*arguments) -> int:
    return main([str(argument) for argument in arguments])


def test_from_a_csv_file_to_csv_files(file, tmp_path, capsys):
    model = tmp_path / "model.safetensors"
    sizes = ("--width", 16, "--blocks", 1, "--steps", 3, "--batch", 32, "--pairs", 16, "--samples", 20, "--times", 50)
    assert run("train", "--data", file, "--label", "class", *sizes, "--output", model) == 0
    assert branched.load(model).features == ("a", "b", "c", "count", "age")
    assert branched.load(model).facts.stored["data"] == {"name": "planted", "rows": 250, "shape": [5]}
    assert run("info", "--model", model) == 0 and "features: a, b, c, count, age" in capsys.readouterr().out
    made, turned = tmp_path / "made.csv", tmp_path / "turned.csv"
    assert run("sample", "--model", model, "--n", 3, "--steps", 3, "--round", "--output", made) == 0
    lines = list(csv.DictReader(made.open()))
    assert [line["class"] for line in lines] == [label for label in "01479" for _ in range(3)]
    assert all(float(line["age"]).is_integer() for line in lines)
    assert run("transmute", 4, 9, 0, "--model", model, "--rows", made, "--steps", 3, "--output", turned) == 0
    lines = list(csv.DictReader(turned.open()))
    assert [(line["what"], line["class"]) for line in lines[::3]] == [
        ("given", "4"), ("transmuted", "9"), ("transmuted", "0")] and len(lines) == 9
    assert run("hybrid", 4, 9, "--model", model, "--n", 2, "--steps", 3, "--output", tmp_path / "hybrid.csv") == 0
    assert run("classify", "--model", model, made) == 0 and ", row 15: " in capsys.readouterr().out
    larger = tmp_path / "larger.safetensors"
    assert run("extend", "--model", model, "--rows", made, "--name", "new", "--sibling", 4, "--time", 0.3, "--steps", 2,
               "--preview", tmp_path / "preview.csv", "--output", larger) == 0
    assert branched.load(larger).labels[-1] == "new"


def test_from_a_file_with_words_to_files_with_words(tmp_path, capsys):
    """Categories, a feature of two numbers, one that is often 0, and a class column that is called otherwise."""
    file, model, made = tmp_path / "sea.csv", tmp_path / "model.safetensors", tmp_path / "made.csv"
    file.write_text("id;kind;sea;wet;rain\n" + "".join(
        f"{k};{'=ab'[k % 3]};{('North', 'Baltic')[k % 2]};{k % 5 // 4};{max(0, k % 7 - 4)},5\n" for k in range(90)))
    sizes = ("--width", 16, "--blocks", 1, "--steps", 3, "--batch", 32, "--pairs", 16, "--samples", 20, "--times", 50)
    assert run("train", "--data", file, "--label", "kind", *sizes, "--output", model) == 0
    form = branched.load(model).form
    assert (form.features, form.label, form.shape) == (("sea", "wet", "rain"), "kind", (5,)) and form.quantiles[2]
    assert run("sample", "--model", model, "--n", 4, "--steps", 3, "--output", made) == 0
    lines = list(csv.DictReader(made.open()))
    assert [line["kind"] for line in lines[::4]] == ["'=", "a", "b"]
    assert {line["sea"] for line in lines} <= {"North", "Baltic"} and {line["wet"] for line in lines} <= {"0", "1"}
    assert run("transmute", "a", "b", "--model", model, "--rows", file, "--steps", 3, "--output", made) == 0
    lines = list(csv.DictReader(made.open()))
    assert len(lines) == 60 and [lines[0][name] for name in ("what", "kind", "sea", "wet", "rain")] == [
        "given", "a", "Baltic", "0", "0.5"]
    assert run("extend", "--model", model, "--rows", file, "--name", "c", "--sibling", "a", "--time", 0.3, "--steps", 2,
               "--output", tmp_path / "larger.safetensors") == 0
    capsys.readouterr()
    assert run("evaluate", "--model", model, "--data", file, "--parts", "classification", "--classified", 4) == 0
    assert "accuracy" in capsys.readouterr().out


def test_a_stopped_run_goes_on_bit_for_bit(file, tmp_path):
    whole, parts = tmp_path / "whole.safetensors", tmp_path / "parts.safetensors"
    sizes = ("--data", file, "--width", 16, "--blocks", 1, "--batch", 32, "--pairs", 16, "--samples", 20, "--times", 50,
             "--refresh", 2, "--every", 3, "--precision", "float32", "--steps", 6)
    assert run("train", *sizes, "--output", whole) == 0
    assert run("train", *sizes, "--output", parts) == 0  # its .resume file is that of the end
    stopped = checkpoint.load(tmp_path / "whole.safetensors.resume", "training")
    assert stopped[1]["step"] == 6 and stopped[1]["facts"]["data"]["rows"] == 250
    assert run("train", *sizes, "--resume", "--output", parts) == 0
    a, b = (branched.load(path).sample(n=2, **OPTIONS).rows for path in (whole, parts))
    assert np.array_equal(a, b)


@pytest.mark.parametrize(("arguments", "sentence"), [
    (("train", "--data", "FILE", "--channels", 8, "--output", "x.safetensors"), "--channels is not an option"),
    (("train", "--data", "digits", "--width", 8, "--output", "x.safetensors"), "--width is not an option"),
    (("train", "--data", "FILE", "--label", "size", "--output", "x.safetensors"), "no column 'size'"),
    (("discover", "--data", "nowhere.csv"), "There is no file nowhere.csv"),
    (("transmute", 0, 1, "--model", "MODEL", "--rows", "nowhere.csv"), "There is no file nowhere.csv"),
], ids=lambda value: " ".join(map(str, value[:4])) if isinstance(value, tuple) else "")
def test_bad_input_is_told_in_a_sentence(file, table_model, tmp_path, capsys, arguments, sentence):
    table_model.save(tmp_path / "model.safetensors")
    there = {"FILE": file, "MODEL": tmp_path / "model.safetensors"}
    assert run(*(there.get(argument, argument) for argument in arguments)) == 2
    told = capsys.readouterr().err
    assert sentence in told and told.count("\n") == 1

"""Tables at the door: units that come back, grids, and CSV files, good ones and bad ones."""
import numpy as np
import pytest
import torch

from branched import BranchedError
from branched.data.dataset import LEAST_ROWS, load
from branched.data.reading import read
from branched.data.table import Table

FEATURES = ("height", "weight", "count")


@pytest.fixture
def given() -> torch.Tensor:
    """Rows (40, 3) in very different units; the last column is whole numbers."""
    x = torch.randn(40, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    x = x * torch.tensor([0.001, 50, 4]) + torch.tensor([1.7, -1e4, 6])
    x[:, 2] = x[:, 2].round()
    return x.float()


@pytest.fixture
def table(given) -> Table:
    return Table.of(FEATURES, given)


# -- units -----------------------------------------------------------------------------------------------------------

def test_inside_every_feature_has_mean_0_and_deviation_1(given, table):
    x = table.to_core(given).double()
    assert torch.allclose(x.mean(0), torch.zeros(3).double(), atol=1e-4)
    assert torch.allclose(x.std(0, correction=0), torch.ones(3).double(), atol=1e-4)
    assert table.shape == (3,) and table.whole == (False, False, True)
    assert table.low == tuple(given.double().amin(0).tolist()) and table.high == tuple(given.double().amax(0).tolist())


def test_round_trip_in_the_features_own_units(given, table):
    back = table.from_core(table.to_core(given))
    assert back.dtype == np.float32 and np.allclose(back, given.numpy(), rtol=1e-6, atol=1e-6)
    assert np.array_equal(table.rounded(back)[:, 2], given[:, 2].numpy())
    assert table.from_core(torch.zeros(2, 4, 3)).shape == (2, 4, 3)


def test_units_do_not_matter_inside(given, table):
    """Metres or millimetres: the core sees the same numbers."""
    factor, shift = torch.tensor([1000.0, 0.5, 3]), torch.tensor([-5.0, 0, 7])
    other = Table.of(FEATURES, given * factor + shift)
    assert torch.allclose(other.to_core(given * factor + shift), table.to_core(given), atol=2e-3)


def test_rounding_goes_to_the_grid_within_the_range(table):
    low, high = np.array(table.low), np.array(table.high)
    rounded = table.rounded([low - 1e6, high + 1e6, [1.7, -1e4, 6.4], [1.7, -1e4, 6.6]])
    assert np.allclose(rounded[0], low) and np.allclose(rounded[1], high)
    assert rounded[2, 2] == 6 and rounded[3, 2] == 7 and rounded[2, 0] == np.float32(1.7)
    assert table.rounded(np.zeros((2, 5, 3))).shape == (2, 5, 3)
    with pytest.raises(BranchedError, match="shape"):
        table.rounded([1.0, 2.0])


def test_a_feature_that_never_varies_is_only_centred():
    table = Table.of(["a", "b"], torch.tensor([[7.0, 1], [7, 2]]))
    assert table.to_core([[7.0, 1]])[0, 0] == 0 and table.from_core(table.clamp(torch.ones(1, 2) * 9))[0, 0] == 7


def test_estimates_stay_in_the_range_seen(table):
    wide = 100 * torch.randn(50, 3)
    rows = table.from_core(table.clamp(wide))
    assert (rows >= np.float32(table.low) - 1e-3).all() and (rows <= np.float32(table.high) + 1e-3).all()


@pytest.mark.parametrize("bad", [
    np.zeros((2, 2)), np.zeros(3), np.zeros((0, 3)), np.zeros((1, 2, 3)), [["a", "b", "c"]], None, [[1, 2], [3]],
    [[1, np.nan, 2]], [[1, 2, np.inf]], [[1, 2, 1e300]]], ids=str)
@pytest.mark.filterwarnings("ignore:overflow")
def test_bad_rows_are_refused_in_a_sentence(table, bad):
    with pytest.raises(BranchedError) as error:
        table.to_core(bad)
    assert "\n" not in str(error.value) and len(str(error.value)) < 200


def test_a_table_of_unequal_parts_is_refused():
    with pytest.raises(BranchedError, match="std"):
        Table(("a",), (0.0,), (1.0, 2.0), (0.0,), (1.0,), (True,))
    with pytest.raises(BranchedError, match="positive"):
        Table(("a",), (0.0,), (0.0,), (0.0,), (1.0,), (True,))


def test_variations_keep_mean_and_covariance():
    """A smoothed bootstrap: nearly the same Gaussian, but no row of it was given."""
    generator = torch.Generator().manual_seed(1)
    x = torch.randn(60, 4, generator=generator) @ torch.randn(4, 4, generator=generator) + 3
    table = Table.of("abcd", 50 * torch.randn(1000, 4, generator=generator))
    many = table.varied(x[torch.arange(30_000) % 60], 1.0, generator)
    assert torch.allclose(many.mean(0), x.mean(0), atol=0.05)
    assert torch.allclose(torch.cov(many.T), torch.cov(x.T), atol=0.06 * torch.cov(x.T).abs().max().item())
    assert torch.cdist(many[:500], x).min() > 1e-4
    assert torch.allclose(table.varied(x, 0.0, generator), x, atol=1e-4)


# -- CSV files -------------------------------------------------------------------------------------------------------

def file(folder, text: str, name: str = "animals.csv"):
    path = folder / name
    path.write_text(text)
    return path


@pytest.mark.parametrize("text", [
    "class,height,age\ncat,0.3,4\ndog,0.7,5\n", "height,Class,age\n0.3,cat,4\n0.7,dog,5\n",
    "height;age;kind\n0.3;4;cat\n0.7;5;dog\n", "\ufeffclass\theight\tage\r\ncat\t 0.3\t4\r\n\r\ndog\t0.7\t5",
    '"class","height","age"\n"cat","0.3","4"\n"dog","0.7","5"\n'], ids=range(5))
def test_files_are_read_however_they_are_written(tmp_path, text):
    features, x, y, *_ = read(file(tmp_path, text))
    assert features == ("height", "age") and y == ["cat", "dog"]
    assert torch.equal(x, torch.tensor([[0.3, 4], [0.7, 5]]))


EUROPEAN = "höhe;Länge;art\r\n1,5;1.234,5;Kätzchen\r\n2;,25;Hund\r\n"


@pytest.mark.parametrize("content", [
    EUROPEAN.encode(), EUROPEAN.encode("utf-8-sig"), EUROPEAN.encode("cp1252"), EUROPEAN.encode("utf-16"),
    b"sep=;\r\n" + EUROPEAN.encode(), EUROPEAN.replace(";", "\t").encode()], ids=range(6))
def test_files_of_european_spreadsheets(tmp_path, content):
    path = tmp_path / "tiere.csv"
    path.write_bytes(content)
    features, x, y, *_ = read(path)
    assert features == ("höhe", "Länge") and y == ["Kätzchen", "Hund"] and x.tolist() == [[1.5, 1234.5], [2, 0.25]]


def test_decimal_commas_without_a_header(tmp_path):
    assert read(file(tmp_path, "1,5;2,5;a\n3,5;4,5;b\n"))[1].tolist() == [[1.5, 2.5], [3.5, 4.5]]
    assert read(file(tmp_path, "1.5;2;a\n3.5;4;b\n"))[1].tolist() == [[1.5, 2], [3.5, 4]]


def test_columns_between_blanks_quotes_and_nameless_ones(tmp_path):
    """As UCI, single-quoting programs, pandas (with its index) and Kaggle (with a comma too many) write them."""
    for text in ("A_1  0.5 2   x\nA_2  1.5 3   y\nA_3  2.5 4   x\n", "'A_1','0.5','2','x'\n'A_2','1.5','3','y'\n"
                 "'A_3','2.5','4','x'\n"):
        features, x, y, *_ = read(file(tmp_path, text), drop=["1"])
        assert features == ("2", "3") and x.tolist() == [[0.5, 2], [1.5, 3], [2.5, 4]] and y == ["x", "y", "x"]
    for text in (",a,y\n0,5,u\n1,6,v\n", '"a","y",\n5,u\n6,v\n', "a,y,\n5,u,\n6,v,\n", "a,,y\n5,1,u\n6,2,v\n"):
        features, x, y, *_ = read(file(tmp_path, text), label="y")
        assert features == ("a",) and x.tolist() == [[5], [6]] and y == ["u", "v"]
    assert read(file(tmp_path, "a,,y\n5,4,u\n6,2,v\n"))[0] == ("a", "column 2")


def test_a_header_may_have_numbers_among_its_names(tmp_path):
    features, _, y, *_ = read(file(tmp_path, "kind,1,2\ncat,5,6\ndog,7,8\n"), label="1")
    assert features == ("2", "3") and y == ["kind", "cat", "dog"]  # it looks like a row; unless one name is plain:
    features, x, y, *_ = read(file(tmp_path, "class,1,2\ncat,5,6\ndog,7,8\n"))
    assert features == ("1", "2") and x.tolist() == [[5, 6], [7, 8]] and y == ["cat", "dog"]
    assert read(file(tmp_path, "height,2010,kind\n1,5,cat\n2,6,cat\n3,7,dog\n"))[0] == ("height", "2010")


def test_classes_may_be_called_none(tmp_path):
    assert read(file(tmp_path, "class,a\nNone,1\nNA,2\nNone,3\n"))[2] == ["None", "NA", "None"]


def test_gaps_are_counted_or_left_out(tmp_path):
    path = file(tmp_path, "class,a,b\nx,1,2\nx,,3\ny,4,NA\ny,5,6\n,7,8\n")
    with pytest.raises(BranchedError, match=r"missing in line 3, column a, and in 2 of 4 rows in all; .*--skip-gaps"):
        read(file(tmp_path, "class,a,b\nx,1,2\nx,,3\ny,4,NA\ny,5,6\n"))
    features, x, y, *_ = read(path, skip_gaps=True)
    assert x.tolist() == [[1, 2], [5, 6]] and y == ["x", "y"]
    with pytest.raises(BranchedError, match="In every row"):
        read(file(tmp_path, "class,a\nx,\ny,?\n"), skip_gaps=True)


def test_columns_are_left_out_by_name(tmp_path):
    path = file(tmp_path, "id,island,height,class\n123456789,a,1,x\n123456790,a,2,y\n123456791,b,3,x\n")
    with pytest.raises(BranchedError, match=r"'a' in line 2, column island, is not a number.*--drop island"):
        read(path)
    with pytest.raises(BranchedError, match=r"the column id has numbers so long.*--drop id"):
        read(path, drop=["island"])
    assert read(path, drop=["island", "id"])[:1] == (("height",),)
    with pytest.raises(BranchedError, match="no column 'sea'; it has id, island, height, class"):
        read(path, drop=["sea"])


def test_large_numbers_that_stay_apart_are_features(tmp_path):
    assert read(file(tmp_path, "people,class\n331000000,x\n83200000,y\n"))[1].tolist() == [[331e6], [83.2e6]]


def test_a_file_without_a_header(tmp_path):
    features, x, y, *_ = read(file(tmp_path, "cat,1,2\ndog,3,4\n"))
    assert features == ("2", "3") and x.tolist() == [[1, 2], [3, 4]] and y == ["cat", "dog"]
    assert read(file(tmp_path, "0,1,2\n1,3,4\n"), label="1")[2] == ["0", "1"]


def test_rows_without_classes_where_none_are_needed(tmp_path):
    features, x, y, *_ = read(file(tmp_path, "a,b\n1,2\n3,4\n"), classed=False)
    assert features == ("a", "b") and x.tolist() == [[1, 2], [3, 4]] and y == ["all", "all"]
    assert read(file(tmp_path, "kind,a\ncat,2\ndog,4\n"), classed=False)[2] == ["cat", "dog"]
    assert read(file(tmp_path, "a,b\n1,2\n3,4\n"), "b", classed=False)[2] == ["2", "4"]
    with pytest.raises(BranchedError, match="Which column"):
        read(file(tmp_path, "kind,colour,a\ncat,red,2\n"), classed=False)


def test_the_column_of_classes_can_be_named(tmp_path):
    path = file(tmp_path, "kind,colour,age\ncat,red,4\ndog,blue,5\n")
    with pytest.raises(BranchedError, match="Which column .*--label.*kind, colour, age"):
        read(path)
    path = file(tmp_path, "year,age\n1999,4\n2000,5\n")
    assert read(path, label="year")[2] == ["1999", "2000"]
    with pytest.raises(BranchedError, match="no column 'month'"):
        read(path, label="month")


@pytest.mark.parametrize(("text", "sentence"), [
    ("class,a\nx,1\ny,\n", "missing in line 3, column a"), ("class,a\nx,1\ny,NaN\n", "missing in line 3"),
    ("class,a\nx,1\ny,?\n", "missing in line 3"), ("class,a\nx,1\ny,tall\n", "'tall' in line 3, column a, is not a nu"),
    ("class,a,b\nx,1,t\ny,2,u\n", "'t' in line 2, column b, .*--drop b"),
    ("class,a\nx,t\n", "'t' in line 2, column a, is not"),
    ("class,a\nx,1\ny,inf\n", "is not a number"), ("class,a\nx,1\ny,1e300\n", "is not a number"),
    ("class,a\nx,1\n,2\n", "line 3 has no class"), ("class,a\nx,1\ny,2,3\n", "line 3 has 3 cells"),
    ("class\nx\ny\n", "no column but"),
    ("", "no rows"), ("\n\n", "no rows"), ("a,b\n1,2\n3,4\n", "Which column"), ("class,a\n\0,1\n", "is no text")
], ids=lambda value: value[:24].replace("\n", "/"))
def test_bad_files_are_refused_in_a_sentence(tmp_path, text, sentence):
    with pytest.raises(BranchedError, match=sentence) as error:
        load(str(file(tmp_path, text)))
    assert "\n" not in str(error.value) and str(tmp_path) in str(error.value) and len(str(error.value)) < 400


def test_what_is_no_text_is_refused(tmp_path):
    path = tmp_path / "picture.csv"
    path.write_bytes(b"\x89PNG\r\n\x1a\n\xff\xfe")
    with pytest.raises(BranchedError, match="cannot be read"):
        load(str(path))
    with pytest.raises(BranchedError, match="There is no file"):
        load(str(tmp_path / "nowhere.csv"))


def test_a_class_with_too_few_rows_is_refused(tmp_path):
    text = "class,a\n" + "x,1\n" * 30 + "y,2\n" * (LEAST_ROWS - 1)
    with pytest.raises(BranchedError, match=f"class 'y' .* has {LEAST_ROWS - 1} rows; .* at least {LEAST_ROWS}"):
        load(str(file(tmp_path, text)))
    assert len(load(str(file(tmp_path, text + "y,2\n")))) == 25 + LEAST_ROWS - 1


def test_a_rare_class_can_be_left_out(tmp_path):
    path = file(tmp_path, "class,a\n" + "x,1\n" * 30 + "y,2\n" * 30 + "z,3\n")
    with pytest.raises(BranchedError, match=r"class 'z' .* has 1 row; .*--classes x y"):
        load(str(path))
    assert load(str(path), classes=["y", "x"]).labels == ("x", "y")
    with pytest.raises(BranchedError, match=r"no class 'w' in .*; it has x, y, z"):
        load(str(path), classes=["w"])


def test_one_in_six_rows_of_a_class_is_for_testing_and_both_parts_share_their_form(tmp_path):
    path = file(tmp_path, "class,a\n" + "".join(f"{'xy'[k % 2]},{k}\n" for k in range(48)))
    train, test = (load(str(path), split) for split in ("train", "test"))
    assert train.labels == test.labels == ("x", "y") and train.form == test.form and train.form.features == ("a",)
    assert sorted(train.x[:, 0].tolist() + test.x[:, 0].tolist()) == list(range(48))
    assert test.of("x")[:, 0].tolist() == [2, 14, 26, 38] and len(test.of("y")) == 4
    assert train.form.mean == pytest.approx((train.x.mean().item(),))


def test_what_is_written_can_be_read(tmp_path, given, table):
    path = tmp_path / "made.csv"
    table.write(path, [({"class": "a"}, given[:3].numpy()), ({"class": "b"}, given[3:5].numpy())])
    features, x, y, *_ = read(path)
    assert features == FEATURES and y == ["a"] * 3 + ["b"] * 2 and torch.equal(x, given[:5])
    assert np.array_equal(table.read([path], "b"), given[3:5])
    assert len(table.read([path], "c")) == 5  # no such rows: then all of them


def test_rows_for_a_model_are_found_by_the_names_of_columns(tmp_path, table):
    path = file(tmp_path, "count,extra,weight,height\n3,9,2,1\n")
    assert table.read([path], "").tolist() == [[1, 2, 3]]
    assert table.read([file(tmp_path, "1,2,3\n")], "").tolist() == [[1, 2, 3]]
    for text, sentence in (("count,weight\n3,2\n", "no column height"), ("1,2\n", "2 columns and no header")):
        with pytest.raises(BranchedError, match=sentence):
            table.read([file(tmp_path, text)], "")

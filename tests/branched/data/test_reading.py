"""CSV files as people and programs write them: what is in each, written down beside it; or what is said of it."""
from pathlib import Path

import pytest

from branched import BranchedError
from branched.data.cells import disarmed
from branched.data.dataset import load
from branched.data.reading import read

KAGGLE = '"id","diagnosis","radius","texture",\n842302,M,17.99,10.38\n84300903,B,19.69,21.25\n'
EXCEL_US = 'sep=;\r\nregion;people;area;kind\r\nNorth;1,234,567;12.5;town\r\nSouth;987,654;1,300.25;town\r\n'
TITANIC = ('PassengerId,Survived,Pclass,Name,Sex,Age\n1,0,3,"Braund, Mr. Owen ""Harris""",male,22\n'
           '2,1,1,"Cumings,\r\nMrs. John",female,38\n3,1,3,"Heikkinen, Miss",female,26\n4,0,1,"Futrelle, M",male,35\n')
CARS = '"mpg" "cyl" "kind"\n"Mazda RX4" 21 6 "a"\n"Datsun 710" 22.8 4 "b"\n"Valiant" 18.1 6 "a"\n'
SWISS = "Kanton;Einwohner;Fläche;Art\nZürich;1'553'423;1'729;Stadt\nUri;36'819;1'077;Land\nGenf;509'448;282;Stadt\n"
GERMAN = '"Gewicht";"Preis";"Art"\n"1.250";"3,50";"süß"\n"12.000";"1.004,25";"sauer"\n"900";",75";"süß"\n'
YEARS = "land,2010,2011\n" + "a,5.5,6\nb,7.5,8\n" * 2
PANDAS = "Unnamed: 0,0,1,2\n0,5.5,4.5,u\n1,6.5,3.5,v\n"
COUNTED = "0,1,2,3\n5.5,4.5,3.5,0\n6.5,3.5,2.5,1\n"
QUOTED = "height,width,'kind of thing'\n1,2,'it is, say, a'\n3,4,'b'\n"


@pytest.mark.parametrize(("content", "asked", "features", "first", "classes"), [
    (KAGGLE.encode(), {"drop": ["id"]}, ("radius", "texture"), [17.99, 10.38], ["M", "B"]),
    (EXCEL_US.encode("utf-16"), {"drop": ["region"]}, ("people", "area"), [1234567, 12.5], ["town", "town"]),
    (TITANIC.encode("utf-8-sig"), {"label": "Survived", "drop": ["Name"]}, ("Pclass", "Sex", "Age"), [3, 1, 22],
     ["0", "1", "1", "0"]),
    (CARS.encode(), {}, ("mpg", "cyl"), [21, 6], ["a", "b", "a"]),
    (SWISS.encode("cp1252"), {"drop": ["Kanton"]}, ("Einwohner", "Fläche"), [1553423, 1729],
     ["Stadt", "Land", "Stadt"]),
    (GERMAN.encode("utf-16-le"), {}, ("Gewicht", "Preis"), [1250, 3.5], ["süß", "sauer", "süß"]),
    (YEARS.encode(), {}, ("2010", "2011"), [5.5, 6], ["a", "b", "a", "b"]),
    (PANDAS.encode(), {}, ("0", "1"), [5.5, 4.5], ["u", "v"]),
    (COUNTED.encode(), {"label": "3"}, ("0", "1", "2"), [5.5, 4.5, 3.5], ["0", "1"]),
    (QUOTED.encode(), {}, ("height", "width"), [1, 2], ["it is, say, a", "b"]),
    (b"a,a,class\n1,2,x\n3,4,y\n", {}, ("a", "a (2)"), [1, 2], ["x", "y"]),
    ("t,class\n\u22125,x\n3,y\n".encode(), {}, ("t",), [-5], ["x", "y"]),
    (b"a b   class\n1   2 x\n 3 4 y \n", {}, ("a", "b"), [1, 2], ["x", "y"]),
    (b"a,b,class\n1,2,x,\n3,4,y,\n", {}, ("a", "b"), [1, 2], ["x", "y"]),
    (b"a\tclass\n1\t'=x\n3\t-1\n", {}, ("a",), [1], ["=x", "-1"]),
    (b'a,class\n"1,234",x\n"999",y\n"5,000",x\n', {}, ("a",), [1234], ["x", "y", "x"]),
    (b'a,class\n"1,5",x\n"999",y\n', {}, ("a",), [1.5], ["x", "y"]),
    ('a;class\n1\u202f234,5;x\n2\u202f000;y\n'.encode(), {}, ("a",), [1234.5], ["x", "y"]),
    (b"a,class\r1,x\r3,y\r", {}, ("a",), [1], ["x", "y"]),
    (b"1,5 2,5 a\n3,5 4,5 b\n", {}, ("1", "2"), [1.5, 2.5], ["a", "b"]),
], ids=range(20))
def test_what_is_in_a_file(tmp_path, content, asked, features, first, classes):
    path = tmp_path / "table.csv"
    path.write_bytes(content)
    found = read(path, **asked)
    assert found.features == features and found.y == classes
    assert found.x[0].tolist() == pytest.approx(first, rel=1e-6)


def of_text(folder: Path, text: str) -> Path:
    path = folder / "table.csv"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(("text", "sentence"), [
    ("class,when\nx,2020-01-31\ny,2020-02-28\n", r"'2020-01-31' in line 2, column when, .* but a date; .*--drop when"),
    ("class,when\nx,31.01.20\ny,28.02.20\n", "but a date"),
    ("class,who is it\nx,Ann\ny,Bob\n", r'its 2 different words, in 2 rows, .*--drop "who is it"'),
    ("class,a\nx,12%\ny,5\n", "'12%' in line 2, column a, is not a number"),
    ("class,n\n" + "x,1\ny,2\n" * 9 + "x,tall\n", "'tall' in line 20, column n, is not a number"),
    ("class,id\nx,123456789\ny,123456790\n", "--drop id"),
    ("class,a\nx,\"" + "9" * 200_000 + "\n", "cannot be read as a CSV file"),
    ("class,a,gone\nx,1,\ny,2,\n", "missing in line 2, column gone, and in 2 of 2 rows"),
], ids=range(8))
def test_what_cannot_be_learnt_is_said(tmp_path, text, sentence):
    with pytest.raises(BranchedError, match=sentence) as error:
        read(of_text(tmp_path, text))
    assert "\n" not in str(error.value) and len(str(error.value)) < 400


def test_words_that_come_again_are_categories(tmp_path):
    path = of_text(tmp_path, "class,sea,size,n\n" + "x,north,1,1\ny,Baltic,2,2\nx,north,3+,3\ny,Baltic,1,4\n" * 4)
    found = read(path)
    assert found.words == (("Baltic", "north"), ("1", "2", "3+"), ()) and found.x[:3, 0].tolist() == [1, 0, 1]
    assert found.x[:3, 1].tolist() == [0, 1, 2] and found.x[:3, 2].tolist() == [1, 2, 3]
    form = load(str(path)).form
    assert form.features == ("sea", "size", "n") and form.levels == found.words and form.shape == (6,)
    assert form.cells([1, 2, 0.5]) == ["north", "3+", "0.5"]


def test_a_row_number_may_be_dropped_though_it_is_left_out_anyway(tmp_path):
    path = of_text(tmp_path, "id,a,class\n2,7,x\n1,8,y\n")
    assert read(path).features == read(path, drop=["id"]).features == ("a",)
    assert read(of_text(tmp_path, "id,a,class\n2,7,x\n4,8,y\n")).features == ("id", "a")


def test_many_words_are_no_burden(tmp_path):
    """Twenty thousand different words are told apart from a header at once, not by comparing each with each."""
    path = of_text(tmp_path, "".join(f"w{k},{k % 7},x\n" for k in range(20_000)))
    assert len(read(path, drop=["1"]).y) == 20_000


@pytest.mark.parametrize(("text", "cell"), [
    ("=1+1", "'=1+1"), ("@me", "'@me"), ("-sad", "'-sad"), ("+", "'+"), ("-1.5", "-1.5"), ("+3", "+3"), ("a=b", "a=b"),
    ("", ""), ("\t=1", "'\t=1")])
def test_formulas_are_disarmed_and_numbers_are_not(text, cell):
    assert disarmed(text) == cell

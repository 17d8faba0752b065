"""Accounts of what was measured: the documents and the cards say what is stored; a table is its figures."""
import json

import planted_clusters
import pytest
from planted_methods import plant

import branched
from branched import BranchedError, checkpoint
from branched.command.main import main
from branched.facts import GenerationOfImages
from branched.measure import report

TABLES = sorted(path.stem for path in (report.DOCS / "figures").glob("*.json"))


@pytest.mark.parametrize("page", ["measured.md", "experiments.md"])
def test_the_documents_tell_what_is_stored(page):
    """Measured anew, or another published figure? `python -m branched report` writes it."""
    path = report.DOCS / page
    assert report.pages()[path] == path.read_text()


def test_every_table_stands_in_one_document_once():
    texts = [path.read_text() for path in report.pages()]
    assert sorted(block[1] for text in texts for block in report.BLOCK.finditer(text)) == TABLES
    assert all(text.count("<!-- table ") == text.count("<!-- end -->") for text in texts)


@pytest.mark.parametrize("name", ["mnist", "mnist-049", "letters"])
def test_the_cards_tell_what_is_stored(name):
    cards = report.cards()
    [path] = [path for path in cards if path.stem == name]
    assert path.read_text() == cards[path]


def test_digits_tell_their_own_figures():
    table, quality = report.table("digits"), branched.load("mnist").facts.quality
    assert f"| **{quality.generation.pixel_frechet:.1f}** |" in table and "| 42.9 |" in table
    assert f"**{quality.stochastic.right:.1%}**, worst pair {quality.stochastic.right_worst:.0%} (9 into 4)" in table


@pytest.fixture
def folder(tmp_path):
    """Figures and the layout of a table, as docs/figures has them."""
    results = {"measured": "2026-01-02", "machine": "an abacus", "versions": {"torch": "9"},
               "figures": {"one hybrid": 0.123}}
    layout = {"sources": {"bench": ["results", "bench"]}, "columns": ["", "here"],
              "rows": [["one hybrid", "{bench[one hybrid]:.2f} s (4>9)"]]}
    (tmp_path / "figures" / "results").mkdir(parents=True)
    (tmp_path / "figures" / "results" / "bench.json").write_text(json.dumps(results))
    (tmp_path / "figures" / "t.json").write_text(json.dumps(layout))
    return tmp_path / "figures"


def test_a_table_is_filled_from_figures_and_tells_where_they_are_from(folder):
    table = "| | here |\n|---|---|\n| one hybrid | 0.12 s (4 into 9) |\n\n*Measured 2026-01-02; an abacus; torch 9.*\n"
    assert report.table("t", folder) == table
    filled = report.filled("before\n<!-- table t -->\nanything\n<!-- end -->\nafter\n", folder)
    assert filled == f"before\n<!-- table t -->\n\n{table}\n<!-- end -->\nafter\n"
    assert report.filled(filled, folder) == filled


def test_a_table_of_methods_is_filled_from_their_record(folder, monkeypatch):
    monkeypatch.setattr(checkpoint, "SHIPPED", plant(folder))
    cells = ["{m.rows[latent-kl].right:.3f}", "{m.curves[free][1].guidance:g}", "{m.variants[ac-1-frozen].own:.2f}"]
    layout = {"sources": {"m": ["methods", ""]}, "columns": ["", "at", "own"], "rows": [cells]}
    (folder / "t.json").write_text(json.dumps(layout))
    assert report.table("t", folder) == ("| | at | own |\n|---|---|---|\n| 0.925 | 0.25 | 0.99 |\n\n"
                                         "*Measured 2026-11-26; 2 CPU threads; branched 0.1.0.*\n")


def test_a_table_of_trees_without_labels_is_filled_from_their_record(folder, monkeypatch):
    monkeypatch.setattr(checkpoint, "SHIPPED", planted_clusters.plant(folder))
    cells = ["{c.rows[diffusion].purity:.2f}", "{c.over_seeds[accuracy].mean:.3f} ± {c.over_seeds[nmi].deviation:.4f}",
             "{c.agreement.agree:.2f}"]
    layout = {"sources": {"c": ["clusters", ""]}, "columns": ["", "seeds", "agree"], "rows": [cells]}
    (folder / "t.json").write_text(json.dumps(layout))
    assert report.table("t", folder) == ("| | seeds | agree |\n|---|---|---|\n| 0.99 | 0.976 ± 0.0032 | 0.75 |\n\n"
                                         "*Measured 2026-11-26; 2 CPU threads; branched 0.1.0.*\n")


def test_a_card_tells_what_was_measured_of_a_tree_without_labels(tmp_path, monkeypatch):
    model = branched.load("mnist-049")
    monkeypatch.setattr(checkpoint, "SHIPPED", tmp_path)
    before = report.card("mnist-clusters", model)
    monkeypatch.setattr(checkpoint, "SHIPPED", planted_clusters.plant(tmp_path))
    after = report.card("mnist-clusters", model)
    assert after.startswith(before) and report.card("mnist-049", model) == before.replace("clusters", "049")
    assert "## Measured by measure-clusters: clustering, test pictures\n\n| figure | value |\n" in after
    assert "| leaf purity | 0.99 |" in after and "leaves, diffusion\n" in after and "leaves, bridged" not in after


@pytest.mark.parametrize("cell", ["{bench[another]}", "{nothing}", "{bench[one hybrid]:d}", "{bench.one}"])
def test_a_figure_that_is_not_there_is_one_sentence(folder, cell):
    (folder / "t.json").write_text(json.dumps({"sources": {"bench": ["results", "bench"]}, "columns": [""],
                                               "rows": [[cell]]}))
    with pytest.raises(BranchedError, match="The table t asks for a figure that is not there"):
        report.table("t", folder)


def test_results_are_kept_with_their_day_and_joined(tmp_path):
    path = tmp_path / "figures" / "app.json"
    report.add(path, {"a": "1 s"}, "an abacus")
    report.add(path, {"b": "2 s", "a": "3 s"}, "another")
    written = json.loads(path.read_text())
    assert written["figures"] == {"a": "3 s", "b": "2 s"} and written["machine"] == "another"
    assert written["measured"].startswith("20") and written["versions"]["branched"] == branched.__version__


def test_the_command_writes_the_page_anew(folder, capsys, monkeypatch):
    monkeypatch.setattr("branched.command.commands.cards", dict)
    page = folder.parent / "measured.md"
    (folder.parent / "other.md").write_text("no table")
    assert main(["report", "--docs", str(folder.parent)]) == 2 and "no documents with tables" in capsys.readouterr().err
    page.write_text("<!-- table t -->\n<!-- end -->\n")
    assert main(["report", "--docs", str(folder.parent)]) == 0
    assert "| one hybrid | 0.12 s (4 into 9) |" in page.read_text()
    assert (folder.parent / "other.md").read_text() == "no table"


def test_a_part_as_text_has_a_line_a_figure():
    text = report.as_text(GenerationOfImages(n=3, right=0.98765, right_of={"4": 0.5}, precision_recall=(0.1, 0.2)),
                          "images")
    assert [line.split("  ")[1] for line in text.splitlines()] == ["n", "right class", "right class per class",
                                                                   "precision, recall"]
    assert "0.9877" in text and "4: 0.5" in text and "0.1 / 0.2" in text

"""In rooms that are finished, there is no word that a catalogue cannot have."""
from pathlib import Path

import pytest
from unmarked import unmarked

ROOT = Path(__file__).resolve().parents[3]
FINISHED = [  # this list grows: in the end it is all pages
    "app.py", *(f"pages/{name}.py" for name in ("about", "clusters", "discovery", "generate", "hybrids", "lesson",
                                                "others", "table", "teach", "transmute", "wall")),
    *(f"pages/ui/{room}" for room in ("about", "clusters", "discovery", "figures", "frame", "generate", "hybrids",
                                      "language", "lesson", "others", "questions", "serve", "table", "teach",
                                      "transmute", "tree", "wall")),
    "pages/class_room", "pages/start/beside.py", "pages/start/checked.py", "branched/shown/of_tree.py",
    *(f"pages/ui/parts/{name}.py" for name in ("album", "cropper", "film", "given", "growing", "guide", "leaves",
                                               "morph", "picker", "picture_tree", "pictures", "steering", "wipe"))]
FILES = [path for name in FINISHED
         for path in ([ROOT / name] if name.endswith(".py") else sorted((ROOT / name).glob("*.py")))]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_word_is_marked(path):
    assert unmarked(path.read_text()) == []


@pytest.mark.parametrize(("source", "found"), [
    ('st.button("Go")', ["Go"]), ('st.button(_("Go"))', []), ('st.title(f"Turn {x}")', ["Turn "]),
    ('TITLE = "One noise"', ["One noise"]), ('TITLE = N_("One noise")', []),
    ('st.button("a", key="one two")', []), ('state["one two"]', []),
    ('st.page_link("x.py", label="Next")', ["Next"]), ('st.html("<b>no words</b>")', []),
    ('def f():\n    """What it does."""\n    return f"{a} and {b}"', [" and "]),
    ('st.info("Yes" if a else _("No"))', ["Yes"]), ('raise ValueError("some text here")', []),
    ('icon = ":material/help:"', []), ('ngettext("{n} day", "{n} days", n)', []),
    ('{"a": "Two words"}', ["Two words"])])
def test_what_is_not_marked_is_seen(source, found):
    assert [text for _, text in unmarked(source)] == found

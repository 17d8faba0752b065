"""Words in the code that no catalogue will ever have, for nobody marked them. For tests.

A text counts as words if it is shown (an argument of something that shows, as `st.button`), or reads as a phrase; and
as marked, if it stands in `_`, `N_` or `ngettext`. Docstrings, errors that are raised, and names of
things are no words.
"""
import ast
import re
from collections.abc import Iterator

MARKS = {"_", "N_", "ngettext", "pgettext"}
SHOWN = {"title", "header", "subheader", "markdown", "caption", "button", "radio", "pills", "selectbox", "toggle",
         "slider", "info", "warning", "error", "success", "expander", "popover", "text_area", "text_input",
         "number_input", "segmented_control", "segments", "multiselect", "checkbox", "form_submit_button",
         "download_button", "file_uploader", "page_link", "status", "spinner", "toast", "tabs", "Page", "Row"}
WORDED = {"label", "help", "placeholder", "body", "alt", "text", "goes"}  # of keywords, those that are read
PHRASE = re.compile(r"[^\W\d_]{2,}[,;:.!?]? +[^\W\d_]")  # two words, or one and the beginning of another
WORD = re.compile(r"[^\W\d_]{2,}")
PIECE = re.compile(r"(?:^|\s)[^\W\d_]{2,}(?:\s|$)")  # a word in what an f-string has between its fields
# Icons, selectors, HTML, LaTeX, types, files:
CODE = re.compile(r"^[:.#<\\]|^[a-z_-]+/|\w+\(|[{};=<>]|^https?:|^attachment|\.(?:py|ttf)$|(?:^| )--?[a-z]")


NAMES = {"class tree", "cluster tree", "Table Grid", " · Branched Diffusion Explorer", " into ", "growth ",
         "tree ", "fine-tuning steps", "leaf and latent", "batch norm", "top center", "leaf new", "fork cut",
         '"Source Sans", "Source Sans Pro", sans-serif'}  # of families, styles, fonts, the app: alike in every language


def unmarked(source: str) -> list[tuple[int, str]]:
    """Lines and texts that are words, and not marked."""
    return sorted({(node.lineno, text) for node, text, shown in _texts(ast.parse(source), shown=False)
                   if _is_word(node, text, shown)})


def _texts(node: ast.AST, shown: bool) -> Iterator[tuple[ast.Constant, str, bool]]:
    """All texts below a node, those in marks and docstrings left out, and whether each is shown."""
    documented = isinstance(node, (ast.Module, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
    if documented and ast.get_docstring(node, clean=False) is not None:
        node.body = node.body[1:]
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node, node.value, shown
    if isinstance(node, ast.JoinedStr):
        for part in node.values:
            if isinstance(part, ast.Constant):
                yield part, part.value, shown or PIECE.search(part.value) is not None
            else:
                yield from _texts(part.value, False)
    elif isinstance(node, ast.Call):
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        if name in MARKS:
            return
        yield from _texts(node.func, False)
        for k, argument in enumerate(node.args):
            yield from _texts(argument, name in SHOWN and k == 0)
        for keyword in (own for own in node.keywords if own.arg != "key"):
            yield from _texts(keyword.value, name in SHOWN and keyword.arg in WORDED)
    elif isinstance(node, ast.Subscript):
        yield from _texts(node.value, False)
    elif not isinstance(node, (ast.Raise, ast.Assert)):
        for child in ast.iter_child_nodes(node):
            kept = shown and isinstance(node, (ast.IfExp, ast.BinOp, ast.BoolOp))
            yield from _texts(child, kept)


def _is_word(node: ast.Constant, text: str, shown: bool) -> bool:
    if text in NAMES or CODE.search(text):
        return False
    return bool(PHRASE.search(text) or shown and WORD.search(text))

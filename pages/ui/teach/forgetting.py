"""What became of a label-conditioned model that was taught the same way: measured once, told by a file."""
import json
from html import escape
from pathlib import Path
from typing import Any

from ..about.facts import STYLE, number, part, told
from ..parts.pictures import Row, sheet

FILE = Path(__file__).with_name("forgetting.json")
WAYS = {"tree": "The tree", "label-conditioned": "One network without a tree"}
URI = "data:image/png;base64,"
MEANING = """Distance to real digits: how far its drawings as a whole are from real ones; less is better, and 8 is as
good as real. Right: how often an independent classifier reads a drawing as the digit that was asked for."""


def load(path: Path = FILE) -> dict[str, Any] | None:
    """What was measured; None if there is no such file, or one that makes no sense."""
    try:
        found = json.loads(path.read_text())
        labels = [*found["old"], found["new"]]
        fits = all(_pictures(found, way, label) and number(_figure(found, way, "frechet", label, "after")) is not None
                   for way in WAYS for label in labels)
        return found if fits else None
    except (OSError, ValueError, LookupError, TypeError):
        return None


def _pictures(found: dict[str, Any], way: str, label: str) -> dict[str, str]:
    """Strips of pictures of a class, "before" and "after", as data URIs."""
    strips = part(found, "models", way, "pictures", label)
    return {when: uri for when, uri in strips.items() if isinstance(uri, str) and uri.startswith(URI)}


def _figure(found: dict[str, Any], way: str, kind: str, label: str, when: str) -> Any:
    return part(found, "models", way, kind, label).get(when)


def story(found: dict[str, Any]) -> str:
    """What was done, in words."""
    protocol, new, old = part(found, "protocol"), found["new"], ", ".join(found["old"])
    images = told(protocol.get("images"), " {:,.0f} pictures of")
    steps = told(protocol.get("fine-tuning steps"), ", {:,.0f} steps")
    return (f"Most models of this kind are **one** network for all classes, which is told the class it is to draw. "
            f"Here such a network and the tree both learnt {old}, and then both were taught {new} from{images} {new} "
            f"alone{steps}. The tree's old branches were left as they were; the other network had to change the "
            f"numbers by which it draws all that it knows.")


def pictures(found: dict[str, Any], way: str) -> str:
    """Drawings before and after, as HTML."""
    rows = []
    for label in (*found["old"], found["new"]):
        strips = _pictures(found, way, label)
        rows += [Row(label, when, strips[when], f"{label}, {when} it was taught {found['new']}")
                 for when in ("before", "after") if when in strips]
    return sheet(rows)


def table(found: dict[str, Any]) -> str:
    """The figures, as HTML."""
    head = "".join(f'<th scope="col" colspan="2">{name}</th>' for name in WAYS.values())
    under = "<th>distance to real digits</th><th>right</th>" * len(WAYS)
    body = ""
    for label in (*found["old"], found["new"]):
        cells = "".join(f"<td>{_change(found, way, 'frechet', label, '{:.0f}')}</td>"
                        f"<td>{_change(found, way, 'right', label, '{:.0%}')}</td>" for way in WAYS)
        name = f"{escape(label)}{', new' * (label == found['new'])}"
        body += f'<tr><th scope="row">{name}</th>{cells}</tr>'
    return (f'{STYLE}<div style="overflow-x: auto"><table class="facts"><thead><tr><th></th>{head}</tr>'
            f"<tr><th></th>{under}</tr></thead><tbody>{body}</tbody></table></div>")


def _change(found: dict[str, Any], way: str, kind: str, label: str, form: str) -> str:
    """A figure before and after."""
    values = [told(_figure(found, way, kind, label, when), form) for when in ("before", "after")]
    return " → ".join(value for value in values if value)

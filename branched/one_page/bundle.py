"""Modules of JavaScript as one script, in which each is a function that gives what it exports.

A worker that is opened from a file has to be one script; the modules stay as they are for whoever reads or tests them.
"""
from __future__ import annotations

import re
from graphlib import TopologicalSorter
from pathlib import Path

IMPORT = re.compile(r"^import (\{[^}]*\}) from '\./([^']+)';$", re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:async )?(?:function\*?|class|const) (\w+))", re.MULTILINE)


def bundled(entry: Path) -> str:
    """The script of a module and of all that it imports, directly or not: each once, after what it needs."""
    sources: dict[str, str] = {}
    needs: dict[str, list[str]] = {}
    waiting = [entry.name]
    while waiting:
        if (name := waiting.pop()) not in sources:
            sources[name] = (entry.parent / name).read_text(encoding="utf-8")
            needs[name] = [file for _, file in IMPORT.findall(sources[name])]
            waiting += needs[name]
    order = TopologicalSorter(needs).static_order()
    return "\n".join(["'use strict';", "const modules = {};", *(_function(name, sources[name]) for name in order)])


def _function(name: str, source: str) -> str:
    """A module as a function that is called at once."""
    given = ", ".join(EXPORT.findall(source))
    body = IMPORT.sub(lambda found: f"const {found[1].replace(' as ', ': ')} = modules['{found[2]}'];", source)
    return f"modules['{name}'] = (() => {{\n{EXPORT.sub('', body)}return {{{given}}};\n}})();"

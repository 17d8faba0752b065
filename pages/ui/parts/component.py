"""Pieces of a page that live in the browser: their HTML, CSS and JavaScript are files beside the Python that uses them.
"""
from collections.abc import Callable
from pathlib import Path

import streamlit as st

HERE = Path(__file__).parent


def component(name: str, stem: str, constants: str = "", base: str = "") -> Callable:
    """What mounts the piece of the files `stem`.html, .css and .js, as far as there are such; registered by its name.

    `constants` is JavaScript that goes before the file's own, `base` the stem of files that several pieces begin with.
    Streamlit takes the texts themselves, and reads files for installed components alone.
    """
    html, css, js = (_text(f"{base}.{kind}") + _text(f"{stem}.{kind}") for kind in ("html", "css", "js"))
    return st.components.v2.component(name, html=html or None, css=css or None, js=f"{constants}\n{js}")


def _text(file: str) -> str:
    path = HERE / file
    return path.read_text(encoding="utf-8") if path.exists() else ""

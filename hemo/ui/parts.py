"""Pieces of the page: each is one ``gr.HTML`` made of the files that carry its name.

``piece("reading")`` is reading.html with reading.js. A script longer than one file goes on in
files named after it: ``viewer.js`` comes after ``viewer_*.js``, which hold what it uses.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import gradio as gr

HERE = Path(__file__).parent
# Of every event: no other program can call it, and Gradio draws nothing of its own over the page.
QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}


def piece(
    name: str,
    value: object = None,
    *,
    elem_id: str | None = None,
    uses: Sequence[str] = (),
    **options: object,
) -> gr.HTML:
    """A part of the page out of the files that carry its name.

    Args:
        name: of the files: NAME.html, NAME.js with its NAME_*.js, and NAME.css where there is one.
        value: the JSON value that its script draws.
        elem_id: of the element; "hemo-NAME" where None. A piece used in several tabs has several.
        uses: scripts of other pieces, without ".js", that its own builds on.
        options: of ``gr.HTML``.
    """
    css = f"{name}.css"
    styles = {"css_template": asset(css)} if (HERE / css).is_file() else {}
    return gr.HTML(
        value,
        html_template=asset(f"{name}.html"),
        js_on_load=script(name, uses),
        apply_default_css=False,
        padding=False,
        elem_id=elem_id or f"hemo-{name}",
        **(styles | options),
    )


def viewer(elem_id: str, value: object) -> gr.HTML:
    """A viewer; what it draws and what it tells is described in ``hemo.ui.views``."""
    return piece("viewer", value, elem_id=elem_id, elem_classes="hemo-viewer")


def script(name: str, uses: Sequence[str] = ()) -> str:
    """A piece's script: what it uses, what its other files hold, by their names, then its own."""
    others = sorted(path.name for path in HERE.glob(f"{name}_*.js"))
    files = (*(f"{used}.js" for used in uses), *others, f"{name}.js")
    return "\n".join(asset(file) for file in files)


def asset(name: str) -> str:
    """The text of a file beside this one."""
    return (HERE / name).read_text(encoding="utf-8")

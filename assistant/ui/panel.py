"""The kind of component that all but the question box is made of: HTML of our own, with a script of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

ASSETS = Path(__file__).parent / "assets"
#: For every event: no overlay on what is being read, no public endpoint.
QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}


def panel(elem_id: str, value: str = "", script: str | None = None) -> Any:
    """An HTML component.

    Args:
        elem_id: its id on the page.
        value: what it shows first, already escaped.
        script: a file of `ASSETS` that runs once when the component is first shown.
    """
    import gradio as gr

    source = (ASSETS / script).read_text(encoding="utf-8") if script else None
    return gr.HTML(value, elem_id=elem_id, js_on_load=source, apply_default_css=False)

"""Turning templates into pages, and plain names of assets into hashed ones."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from tornado.template import Loader

from tornterm.web.languages import translator

__all__ = ["asset_names", "json_for_script", "render", "static_path"]

_ESCAPES = {
    "<": "\\u003c",
    ">": "\\u003e",
    "&": "\\u0026",
    "\u2028": "\\u2028",
    "\u2029": "\\u2029",
}


def static_path() -> str:
    """The folder of the built page."""
    return str(files("tornterm.web") / "static")


@cache
def asset_names() -> Mapping[str, str]:
    """The hashed file name of each part of the page, by its plain name.

    Raises:
        RuntimeError: The page has not been built.
    """
    manifest = files("tornterm.web") / "static" / "manifest.json"
    try:
        names: dict[str, str] = json.loads(manifest.read_text("utf-8"))
    except FileNotFoundError:
        raise RuntimeError("the page has not been built; `pip install .` builds it") from None
    return names


@cache
def _templates() -> Loader:
    return Loader(str(files("tornterm.web") / "templates"), autoescape="xhtml_escape")


def json_for_script(value: object) -> str:
    """JSON that cannot end the script element around it, whatever it holds."""
    text = json.dumps(value, ensure_ascii=False)
    for character, escape in _ESCAPES.items():
        text = text.replace(character, escape)
    return text


def render(
    template: str, base: str, config: Mapping[str, Any], lang: str = "en", **variables: Any
) -> bytes:
    """Make a page.

    Args:
        template: The file's name.
        base: The path under which the person's browser sees everything.
        config: What the page's script is told.
        lang: The language of what stands in the template itself.
        **variables: Further variables of the template.
    """
    loaded = _templates().load(template)
    return loaded.generate(
        base=base,
        lang=lang,
        _=translator(lang),
        asset=lambda name: f"{base}static/{asset_names()[name]}",
        config_json=json_for_script(config),
        **variables,
    )

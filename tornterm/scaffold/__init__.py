"""A new plugin distribution: complete, typed, and passing its own tests as it is written."""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from string import Template

from tornterm.plugins.find import installed

__all__ = ["KINDS", "folder_for", "names_of", "write"]

KINDS = {
    "auth": "Lets people into tornterm who show a badge that is on file",
    "spawn": "Gives the members of some groups a program of their own in tornterm",
    "audit": "Keeps tornterm's audit events in an SQLite database",
}
"""The kinds of plugin that there are templates for, each with what its example does."""


def names_of(wanted: str, kind: str) -> dict[str, str]:
    """The names that follow from the one that a person chose.

    Args:
        wanted: For example ``badge`` or ``tornterm-auth-badge``.
        kind: One of `KINDS`; in front of the rest it says what the distribution is for, and is no
            part of the plugin's name.

    Returns:
        ``name`` of the plugin, ``package``, ``distribution``, and ``cls`` for its class.

    Raises:
        ValueError: It cannot be such a name, or another plugin has it; says what would be right.
    """
    whole = wanted.removeprefix("tornterm-")
    name = whole.removeprefix(f"{kind}-").replace("-", "_")
    if not re.fullmatch("[a-z][a-z0-9]*(_[a-z0-9]+)*", name):
        raise ValueError(f'{wanted!r} must be lower-case words, like "badge" or "badge-reader"')
    if name in installed():
        raise ValueError(f"there is a plugin {name!r} already")
    return {
        "name": name,
        "package": f"tornterm_{whole.replace('-', '_')}",
        "distribution": f"tornterm-{whole.replace('_', '-')}",
        "cls": "".join(word.capitalize() for word in name.split("_")),
    }


def folder_for(distribution: str, here: Path) -> Path:
    """Where the distribution goes: here, if nothing is here, and else into a folder of its own.

    Args:
        distribution: Its name.
        here: The current folder. Hidden files and virtual environments are nothing.
    """
    taken = (
        entry
        for entry in here.iterdir()
        if not entry.name.startswith(".") and not (entry / "pyvenv.cfg").exists()
    )
    return here / distribution if next(taken, None) else here


def write(names: dict[str, str], kind: str, folder: Path) -> list[Path]:
    """Write all files of a distribution.

    Args:
        names: What `names_of` returned.
        kind: One of `KINDS`.
        folder: Where to; it is made where there is none.

    Returns:
        The files, relative to `folder`.

    Raises:
        FileExistsError: One of them is there already; nothing was written then.
    """
    values = {**names, "summary": KINDS[kind], "version": _least_version()}
    texts: dict[Path, str] = {}
    for part in ("common", kind):
        for template, text in _templates(files(__package__) / "templates" / part):
            texts[_filled(template, names)] = Template(text).substitute(values)
    for path in texts:
        if (folder / path).exists():
            raise FileExistsError(f"{folder / path} is there already")
    for path, text in texts.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return sorted(texts)


def _filled(path: str, names: dict[str, str]) -> Path:
    """A template's path with names; hidden files are not hidden among the templates."""
    path = path.replace("PACKAGE", names["package"]).replace("NAME", names["name"])
    return Path(path.replace("DOT", "."))


def _templates(folder: Traversable, below: str = "") -> list[tuple[str, str]]:
    """Each template's path without its ``.txt``, and its text."""
    found: list[tuple[str, str]] = []
    for entry in folder.iterdir():
        if entry.is_dir():
            found += _templates(entry, f"{below}{entry.name}/")
        else:
            path = below + entry.name.removesuffix(".txt")
            found.append((path, entry.read_text(encoding="utf-8")))
    return found


def _least_version() -> str:
    try:
        return ".".join(version("tornterm").split(".")[:2])
    except PackageNotFoundError:
        return "0.1"

"""Distributions with a plugin, as far as Python can tell."""

from __future__ import annotations

from pathlib import Path

__all__ = ["offer"]


def offer(folder: Path, distribution: str, name: str, target: str) -> None:
    """Write what pip would, so that a plugin is found by its entry point.

    Args:
        folder: Where Python looks for modules.
        distribution: The distribution's name; its version is 1.2.
        name: The plugin's.
        target: Where it is to be imported from.
    """
    info = folder / f"{distribution.replace('-', '_')}-1.2.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.2\n")
    (info / "entry_points.txt").write_text(f"[tornterm]\n{name} = {target}\n")

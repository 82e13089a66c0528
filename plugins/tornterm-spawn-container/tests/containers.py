"""The table of the plugin, and engines that only seem to be one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from podman import IMAGE

from tornterm_spawn_container import ContainerSettings

ECHO = "stty raw -echo; printf ready; exec cat"


WORKS = f"""
case $1 in
  image) echo {"0" * 64};;
  container) echo true;;
  run) case "$*" in *--detach\\ *) echo {"0" * 64};; *) {ECHO};; esac;;
  exec) {ECHO};;
esac
"""
"""A script in place of an engine: what it runs repeats what is typed."""


def table(**more: Any) -> ContainerSettings:
    """A table for tests."""
    return ContainerSettings.model_validate({"image": IMAGE, **more})


def stub(folder: Path, script: str) -> str:
    """An engine that is a shell script, for `program`."""
    file = folder / "engine"
    # Moved there as a whole, because it may be running.
    (folder / "new").write_text(f"#!/bin/sh\n{script}\n")
    (folder / "new").chmod(0o755)
    (folder / "new").rename(file)
    return str(file)

"""A plugin in a distribution of its own, that writes each session's whole output into a file."""

from __future__ import annotations

from pathlib import Path

from tests.offering import offer

MODULE = """
from pathlib import Path

from pydantic import BaseModel

from tornterm.hookspecs import hookimpl


class Settings(BaseModel):
    folder: Path


class Observer:
    def __init__(self, path):
        self.file = path.open("wb", buffering=0)

    def on_output(self, data, offset, now):
        assert offset == self.file.tell(), "the observer met a gap"
        self.file.write(data)

    def on_input(self, data, now): ...
    def on_resize(self, size, offset, now): ...
    def on_exit(self, status, now): ...

    def close(self):
        self.file.close()


class Recorder:
    def __init__(self, settings):
        self.folder = settings.folder

    @staticmethod
    @hookimpl
    def tornterm_register_config():
        return Settings

    @hookimpl
    async def tornterm_observe_session(self, session):
        return Observer(self.folder / session.id)
"""


def install(folder: Path) -> None:
    """Put the plugin into a folder as pip would, so that a server finds it by its entry point.

    Args:
        folder: To be on the server's ``PYTHONPATH``.
    """
    offer(folder, "tornterm-witness", "witness", "tornterm_witness:Recorder")
    (folder / "tornterm_witness.py").write_text(MODULE)

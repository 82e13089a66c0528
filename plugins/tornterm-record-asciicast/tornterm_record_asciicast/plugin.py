"""The plugin: an observer for each session, and one thread that writes what they saw."""

from __future__ import annotations

import asyncio
import logging
import threading
from pathlib import Path

import click
from pydantic import BaseModel

from tornterm.errors import ConfigError, ConfigProblem
from tornterm.hookspecs import App, hookimpl
from tornterm.types import Route, SessionInfo, SessionObserver, User
from tornterm_record_asciicast.commands import recording_commands
from tornterm_record_asciicast.reading import recover
from tornterm_record_asciicast.recording import Recording
from tornterm_record_asciicast.routes import routes
from tornterm_record_asciicast.settings import RecorderSettings

__all__ = ["Recorder"]

logger = logging.getLogger("tornterm.plugins.recorder")

GATHER_SECONDS = 0.05
"""Seconds in which more may come before it is written: each time the thread runs costs an echo."""


class Recorder:
    """Records what sessions print.

    Args:
        settings: The table ``[plugins.recorder]``.
    """

    name = "recorder"

    def __init__(self, settings: RecorderSettings) -> None:
        self._settings = settings
        self._recordings: dict[str, Recording] = {}
        self._work = threading.Event()
        self._pressing = threading.Event()
        self._stop = False
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)

    @staticmethod
    @hookimpl
    def tornterm_register_config() -> type[BaseModel]:
        """Name the model of the table."""
        return RecorderSettings

    @hookimpl
    def tornterm_register_commands(self) -> click.Command:
        """Add ``tornterm recording``."""
        return recording_commands(self._settings.folder)

    @hookimpl
    def tornterm_register_routes(self, app: App) -> list[Route]:
        """Let administrators play recordings."""
        return routes(app, self._settings.folder, self._running)

    def _running(self) -> set[str]:
        return {recording.folder.name for recording in self._recordings.values()}

    @hookimpl
    async def tornterm_startup(self) -> None:
        """Give recordings of a server that crashed their end, and begin."""
        try:
            await asyncio.to_thread(_prepare, self._settings.folder)
        except OSError as error:
            why = f"{self._settings.folder} cannot be used: {error}"
            raise ConfigError([ConfigProblem("", "", "folder", why)]) from error
        self._thread.start()

    @hookimpl
    async def tornterm_shutdown(self) -> None:
        """Write what is left."""
        self._stop = True
        self._work.set()
        self._pressing.set()
        if self._thread.ident is not None:
            await asyncio.to_thread(self._thread.join)

    @hookimpl
    async def tornterm_observe_session(self, session: SessionInfo) -> SessionObserver:
        """Record every session."""
        recording = Recording(self._settings, session, self._work.set, self._pressing.set)
        self._recordings[session.id] = recording
        return recording

    @hookimpl
    async def tornterm_session_attached(self, session: SessionInfo, user: User) -> None:
        """Note who came."""
        if recording := self._recordings.get(session.id):
            recording.mark(f"attached: {user.name[:64]}")

    @hookimpl
    async def tornterm_session_detached(self, session: SessionInfo, user: User) -> None:
        """Note who went."""
        if recording := self._recordings.get(session.id):
            recording.mark(f"detached: {user.name[:64]}")

    @hookimpl
    async def tornterm_session_control_changed(
        self, session: SessionInfo, user: User | None, how: str
    ) -> None:
        """Note who types from now on."""
        if recording := self._recordings.get(session.id):
            recording.mark(f"{user.name[:64]} types now: {how}" if user else f"nobody types: {how}")

    def _run(self) -> None:
        while not self._stop:
            self._work.wait(1.0)
            self._pressing.wait(GATHER_SECONDS)
            self._work.clear()
            self._pressing.clear()
            self._round()
        self._round(hurry=True)
        for recording in self._recordings.values():
            recording.let_go()

    def _round(self, *, hurry: bool = False) -> None:
        for session, recording in list(self._recordings.items()):
            try:
                recording.work(hurry=hurry)
            except Exception as error:
                # Not its text, which may be what was on the screen; the others go on.
                logger.error("a recording ended: %s", type(error).__name__)
                recording.let_go()
            if recording.done:
                self._recordings.pop(session, None)


def _prepare(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    for path in filter(Path.is_dir, folder.iterdir()):
        try:
            if recover(path):
                logger.warning("the recording %s ended in a crash; its end is made up", path.name)
        except OSError as error:
            # The one that is full now is no reason to let nobody work; the next start tries again.
            logger.warning("the recording %s keeps no end for now: %s", path.name, error.strerror)

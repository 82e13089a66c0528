"""The plugin: sessions' programs in containers, one for each or one for each user."""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterable

from pydantic import BaseModel

from tornterm.errors import ConfigProblem, SpawnError
from tornterm.hookspecs import App, hookimpl
from tornterm.spawning import checked_user, passed_on
from tornterm.types import SessionInfo, SpawnPlan, SpawnRequest, User
from tornterm_spawn_container.asking import ANSWER, EngineError
from tornterm_spawn_container.engine import base, image_id, remove, run_line
from tornterm_spawn_container.naming import is_left, name_of, this_server
from tornterm_spawn_container.people import People
from tornterm_spawn_container.settings import ContainerSettings, is_taken
from tornterm_spawn_container.waiting import waiting_line

__all__ = ["Container"]

PASSED = ("HOME", "XDG_RUNTIME_DIR", "DOCKER_HOST", "DOCKER_CONTEXT", "CONTAINER_HOST")
"""Variables of the server that its engine needs; no container gets them."""

_LOG = logging.getLogger("tornterm.container")


class Container:
    """Plans sessions in containers, and sees to it that none is left.

    Its work is plain functions: asking the engine waits for it.

    Args:
        settings: The table ``[plugins.container]``.
    """

    name = "container"

    def __init__(self, settings: ContainerSettings) -> None:
        self._settings = settings
        self._engine = base(settings)
        self._server = this_server()
        self._started: set[str] = set()
        self._over: set[str] = set()
        self._people = People(settings, self._server)
        self._keeper: subprocess.Popen[bytes] | None = None

    @staticmethod
    @hookimpl
    def tornterm_register_config() -> type[BaseModel]:
        """Name the model of the table."""
        return ContainerSettings

    @hookimpl
    def tornterm_check(self) -> list[ConfigProblem]:
        """Say what no container could be started without."""
        if shutil.which(self._engine[0]) is None:
            why = f"there is no program {self._engine[0]}"
            return [ConfigProblem("", "plugins.container", "engine", why)]
        try:
            image_id(self._settings, ANSWER)
        except EngineError as error:
            why = f"{self._settings.image} cannot be used: {error}"
            return [ConfigProblem("", "plugins.container", "image", why)]
        return []

    @hookimpl
    def tornterm_startup(self, app: App) -> None:
        """Have what this server leaves removed, and begin to remove what earlier ones left."""
        module = "tornterm_spawn_container.keeper"
        arguments = (self._server, str(self._settings.timeout), *self._engine)
        self._keeper = subprocess.Popen(  # noqa: S603 - this Python
            (sys.executable, "-m", module, *arguments),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
            cwd="/",
            start_new_session=True,
        )
        threading.Thread(target=self._remove_left, daemon=True).start()

    def _remove_left(self) -> None:
        try:
            remove(self._engine, is_left, self._settings.timeout)
        except EngineError as error:
            _LOG.warning("containers of earlier servers could not be removed: %s", error)

    @hookimpl
    def tornterm_shutdown(self, app: App) -> None:
        """Let the keeper remove what is left, and wait for it."""
        self._people.close()
        if self._keeper is None or self._keeper.stdin is None:
            return
        self._keeper.stdin.close()
        try:
            self._keeper.wait(8.0)
        except subprocess.TimeoutExpired:
            _LOG.warning("the engine is slow; containers are still being removed")
            # It ends by itself; somebody has to see it.
            threading.Thread(target=self._keeper.wait, daemon=True).start()

    @hookimpl
    def tornterm_spawn(self, user: User, request: SpawnRequest) -> SpawnPlan:
        """Plan a container."""
        name = checked_user(user.name)
        if request.cwd is not None and (not request.cwd.startswith("/") or "\0" in request.cwd):
            raise SpawnError(f"the working directory {request.cwd!r:.60} is not an absolute path")
        for variable in request.env:
            if not variable.isidentifier() or not variable.isascii() or is_taken(variable):
                raise SpawnError(f"the variable {variable!r:.60} cannot be set for a container")
        inside = {**self._settings.env, **request.env, "TORNTERM_USER": name}
        try:
            argv = self._line(name, request, inside)
        except EngineError as error:
            raise SpawnError(f"the container engine cannot be used: {error}") from None
        path = {"PATH": "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}
        return SpawnPlan(argv, {**path, **passed_on(PASSED), **inside}, "/")

    def _line(self, user: str, request: SpawnRequest, variables: Iterable[str]) -> tuple[str, ...]:
        workdir = request.cwd or self._settings.home or None
        command = request.argv or self._settings.command
        if self._settings.per == "user":
            return self._people.line(user, request.session_id, workdir, variables, command)
        image_id(self._settings, ANSWER)
        name = name_of(self._server, request.session_id)
        line = run_line(self._settings, name, user, workdir, variables, command)
        return waiting_line(line, name, self._settings.start_timeout, self._engine)

    @hookimpl
    def tornterm_session_started(self, session: SessionInfo) -> None:
        """Remember that there is a container to be removed."""
        self._started.add(session.id)
        self._people.started(session.user, session.id)

    @hookimpl
    def tornterm_session_ended(self, session: SessionInfo) -> None:
        """Remove its container, if what ran in it did not end by itself."""
        if session.id not in self._started:
            return  # another plugin's
        self._started.discard(session.id)
        if self._settings.per == "user":
            try:
                self._people.ended(session.user, session.id)
            except EngineError as error:
                _LOG.warning("programs of session %s may still run: %s", session.id, error)
            return
        # With those for which the engine had no time.
        self._over.add(name_of(self._server, session.id))
        over = frozenset(self._over)
        try:
            remove(self._engine, over.__contains__, self._settings.timeout)
        except EngineError as error:
            _LOG.warning("containers of sessions that ended are still there: %s", error)
            return
        self._over -= over

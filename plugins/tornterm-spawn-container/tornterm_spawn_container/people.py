"""One container for each user, in which all sessions of theirs run."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from math import inf

from tornterm.spawning import label_of
from tornterm_spawn_container.asking import ANSWER, EngineError, said
from tornterm_spawn_container.engine import base, exec_line, idle_line, named, remove, start
from tornterm_spawn_container.settings import ContainerSettings

__all__ = ["People"]

_LOG = logging.getLogger("tornterm.container")

STARTING = 60.0
"""Seconds after which a session that was planned and does not run is not waited for any more."""

KILL = """
for process in /proc/[0-9]*; do
  while IFS= read -r line || [ -n "$line" ]; do
    case $line in
      *"TORNTERM_SESSION=$1"*) kill -9 "${process#/proc/}"; break;;
    esac
  done <"$process/environ"
done 2>/dev/null
:
"""
"""Ends all that a session has started, with nothing but what every shell has built in."""


class _Person:
    """What is known of a user.

    Args:
        container: The name of their container.
    """

    def __init__(self, container: str) -> None:
        self.container = container
        self.lock = threading.Lock()
        self.sessions: dict[str, float] = {}
        self.timer: threading.Timer | None = None
        self.gone = False


class People:
    """Starts a user's container for their first session, and removes it after the last.

    Its methods wait for the engine, so they are not for the event loop.

    Args:
        settings: The table.
        server: What the names of this server's containers begin with.
    """

    def __init__(self, settings: ContainerSettings, server: str) -> None:
        self._settings = settings
        self._engine = base(settings)
        self._server = server
        self._people: dict[str, _Person] = {}
        self._lock = threading.Lock()

    def line(
        self,
        user: str,
        session: str,
        workdir: str | None,
        variables: Iterable[str],
        command: Iterable[str],
    ) -> tuple[str, ...]:
        """The command that runs a session in its user's container, which runs from now on.

        Args:
            user: The user's name, checked.
            session: The session's id.
            workdir: An absolute path inside, or None for the image's choice.
            variables: Names of variables whose values the engine finds in its own environment.
            command: The program and its arguments.

        Raises:
            EngineError: The container cannot be started.
        """
        deadline = time.monotonic() + ANSWER
        person = self._enter(user, session, deadline)
        try:
            wanted = person.container.__eq__
            if not named(self._engine, wanted, _left(deadline)):
                # Its own people may have stopped it, or the kernel for want of memory.
                with suppress(EngineError):
                    said((*self._engine, "rm", "--force", person.container), _left(deadline))
                start(idle_line(self._settings, person.container, user), _left(deadline))
        except EngineError:
            del person.sessions[session]
            raise
        finally:
            self._see_to(person, STARTING)
            person.lock.release()
        return exec_line(self._settings, person.container, workdir, variables, command)

    def _enter(self, user: str, session: str, deadline: float) -> _Person:
        """Count a session in; the person is locked."""
        while True:
            with self._lock:
                name = f"{self._server}user-{label_of(user)}"
                person = self._people.setdefault(name, _Person(name))
            if not person.lock.acquire(timeout=_left(deadline)):
                raise EngineError("it is still busy with the user's other session")
            if not person.gone:
                person.sessions[session] = time.monotonic() + STARTING
                return person
            person.lock.release()

    def started(self, user: str, session: str) -> None:
        """Wait for the session's end before anything is removed.

        Args:
            user: The user's name.
            session: The session's id.
        """
        if person := self._person(user):
            with person.lock:
                if session in person.sessions:
                    person.sessions[session] = inf

    def ended(self, user: str, session: str) -> None:
        """End what a session left, and in time the container, if it was the last.

        Args:
            user: The user's name.
            session: The session's id.

        Raises:
            EngineError: The session's programs may still be there.
        """
        person = self._person(user)
        if person is None:
            return
        grace = self._settings.grace
        with person.lock:
            if person.sessions.pop(session, None) is None:
                return
            try:
                if grace or person.sessions:
                    inside = ("exec", person.container, "/bin/sh", "-c", KILL, "sh", session)
                    said((*self._engine, *inside), self._settings.timeout)
            except EngineError:
                # As when there are as many processes as there may be: nothing else helps.
                grace = 0.0
                if person.sessions:
                    raise
            finally:
                if not person.sessions:
                    self._see_to(person, grace)

    def close(self) -> None:
        """Leave what is there to the keeper."""
        with self._lock:
            people = [*self._people.values()]
        for person in people:
            if person.timer:
                person.timer.cancel()

    def _person(self, user: str) -> _Person | None:
        with self._lock:
            return self._people.get(f"{self._server}user-{label_of(user)}")

    def _see_to(self, person: _Person, seconds: float) -> None:
        """Look later whether the container is needed; the person is locked."""
        if person.timer:
            person.timer.cancel()
        person.timer = threading.Timer(seconds, self._look, (person,))
        person.timer.daemon = True
        person.timer.start()

    def _look(self, person: _Person) -> None:
        """Remove the container if nobody is there any more."""
        with person.lock:
            now = time.monotonic()
            person.sessions = {key: at for key, at in person.sessions.items() if at > now}
            if person.sessions or person.timer is not threading.current_thread():
                return
            try:
                remove(self._engine, person.container.__eq__, self._settings.timeout)
            except EngineError as error:
                _LOG.warning("the container %s is still there: %s", person.container, error)
                self._see_to(person, STARTING)
                return
            person.gone = True
            with self._lock:
                del self._people[person.container]


def _left(deadline: float) -> float:
    return max(deadline - time.monotonic(), 0.0)

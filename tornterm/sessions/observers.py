"""Those who see what passes through a session without taking part: recorders and the like."""

from __future__ import annotations

import logging
import re
import sys
import time
import traceback
from collections import deque
from collections.abc import Callable, Sequence

from tornterm.core.output_log import OutputLog
from tornterm.errors import PluginError
from tornterm.plugins.calls import OnSlow
from tornterm.plugins.steps import SLOW_STEP_SECONDS
from tornterm.sessions.clock import Clock
from tornterm.types import EchoObserver, ExitStatus, PacingObserver, SessionObserver, Size

__all__ = ["HOOK", "PATIENCE", "PATIENCE_SECONDS", "Observers", "WatchedObserver"]

logger = logging.getLogger("tornterm.sessions")

HOOK = "tornterm_observe_session"
"""The hook that observers come from, by which their faults are named."""

PATIENCE = 3
"""How many calls may hold the event loop within `PATIENCE_SECONDS` before the observer goes."""

PATIENCE_SECONDS = 60.0
"""Seconds after which a slow call is forgiven: a disk may be slow now and then."""

_ENDS = re.compile(rb"[\r\n\x03\x04]")
"""What makes a program read that reads lines."""


class WatchedObserver:
    """A plugin's observer under watch: it goes when it raises, or keeps holding the event loop.

    Args:
        plugin: The name of the plugin it comes from.
        observer: The plugin's object, whose methods run on the event loop.
        slow: Told of each call that held the event loop for too long: plugin, hook, seconds.
        removed: Told why the observer had to go.
        timer: Seconds on a clock that is fine enough for single calls.
    """

    def __init__(
        self,
        plugin: str,
        observer: SessionObserver,
        *,
        slow: OnSlow,
        removed: Callable[[PluginError], None],
        timer: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.gone = False
        """Whether it sees nothing any more."""
        self.hears_echo = isinstance(observer, EchoObserver)
        """Whether it wants to know if what is typed is shown."""
        self.paces = isinstance(observer, PacingObserver)
        """Whether the program waits for it."""
        self._plugin = plugin
        self._observer = observer
        self._slow = slow
        self._removed = removed
        self._timer = timer
        self._slow_calls: deque[float] = deque(maxlen=PATIENCE + 1)

    def tell(self, method: str, *arguments: object) -> None:
        """Call one method of the observer; never raises.

        Args:
            method: A method of `SessionObserver`.
            *arguments: What it takes.
        """
        self._call(method, *arguments)

    def room(self) -> int:
        """How many bytes of output it can take; as many as come, where it does not say."""
        room = self._call("room") if self.paces else None
        return room if isinstance(room, int) else sys.maxsize

    def _call(self, method: str, *arguments: object) -> object:
        if self.gone:
            return None
        start = self._timer()
        try:
            answer: object = getattr(self._observer, method)(*arguments)
        except Exception as error:
            self._remove(_fault(method, error), error, close=method != "close")
            return None
        end = self._timer()
        if end - start > SLOW_STEP_SECONDS:
            self._held_loop(method, end, end - start)
        return answer

    def let_go(self) -> None:
        """The session is over."""
        self.tell("close")
        self.gone = True

    def _held_loop(self, method: str, now: float, seconds: float) -> None:
        logger.warning(
            "plugin %r, %s of its observer: held the loop %.0f ms",
            self._plugin,
            method,
            seconds * 1000,
        )
        self._slow(self._plugin, HOOK, seconds)
        self._slow_calls.append(now)
        # The queue is one longer than what is forgiven, so it is full of offences or has forgiven.
        often = len(self._slow_calls) > PATIENCE
        if often and now - self._slow_calls[0] <= PATIENCE_SECONDS and not self.gone:
            why = f"{method} held the event loop for {seconds * 1000:.0f} ms, and not for once"
            self._remove(why, close=method != "close")

    def _remove(self, why: str, error: Exception | None = None, *, close: bool) -> None:
        self.gone = True
        where = _frames(error) if error else ""
        logger.error("the observer of plugin %r is removed: %s%s", self._plugin, why, where)
        self._removed(PluginError(self._plugin, HOOK, why))
        if close:
            try:
                self._observer.close()
            except Exception as another:
                why = _fault("close", another)
                logger.error("plugin %r, %s%s", self._plugin, why, _frames(another))


def _fault(method: str, error: Exception) -> str:
    """What went wrong; not in the error's words, which may be those that were on the screen."""
    return f"{method} raised {type(error).__name__}"


def _frames(error: Exception) -> str:
    return "\n" + "".join(traceback.format_tb(error.__traceback__)).rstrip()


class Observers:
    """The observers of one session, which read its log with a cursor like everybody else.

    Args:
        log: The session's output.
        clock: Where the time comes from.
        echoes: Whether the terminal shows what is typed now.
    """

    def __init__(
        self, log: OutputLog, clock: Clock, echoes: Callable[[], bool] = lambda: False
    ) -> None:
        self._log = log
        self._clock = clock
        # One that stays: a resize that it has passed is not met again.
        self._cursor = log.cursor(0)
        self._all: list[WatchedObserver] = []
        self._echoes = echoes
        self._told = False
        self._paced = False

    def add(self, observers: Sequence[WatchedObserver]) -> None:
        """Let observers see everything from the start of the session."""
        self._all.extend(observers)
        self._paced = any(observer.paces for observer in self._all)

    def show_output(self) -> None:
        """Show what has come since the last time, resizes at their place."""
        if not self._all:
            return
        now = self._clock.wall()
        if self._cursor.lost:
            self._cursor = self._log.cursor(self._log.start)
        cursor = self._cursor
        while (piece := cursor.next(65536, hold=False)) is not None:
            if isinstance(piece, Size):
                self._tell("on_resize", piece, cursor.offset, now)
            else:
                self._tell("on_output", piece, cursor.offset - len(piece), now)

    def room(self) -> int:
        """How many bytes of output all of them can take."""
        if not self._paced:
            return sys.maxsize
        return min((observer.room() for observer in self._all), default=sys.maxsize)

    def echoes(self) -> bool:
        """Whether the terminal shows what is typed; asked only where somebody wants to know."""
        heard = self._all and any(observer.hears_echo for observer in self._all)
        return bool(heard) and self._echoes()

    def show_input(self, data: bytes, echoed: bool = False) -> None:
        """Show what was typed.

        Args:
            data: What the program has been given.
            echoed: What `echoes` said before: a program may turn it on again at once.
        """
        if not self._all:
            return
        now = self._clock.wall()
        # Who got a whole line may have turned it off because of that; nobody else has.
        echo = echoed and (_ENDS.search(data) is not None or self.echoes())
        if echo != self._told:
            self._told = echo
            for observer in self._all:
                if observer.hears_echo:
                    observer.tell("on_echo", echo, now)
        self._tell("on_input", data, now)

    def finish(self, status: ExitStatus) -> None:
        """Show the rest and the end, and let them go."""
        self.show_output()
        self._tell("on_exit", status, self._clock.wall())
        for observer in self._all:
            observer.let_go()
        self._all.clear()

    def _tell(self, method: str, *arguments: object) -> None:
        for observer in self._all:
            observer.tell(method, *arguments)
        if any(observer.gone for observer in self._all):
            self._all = [observer for observer in self._all if not observer.gone]

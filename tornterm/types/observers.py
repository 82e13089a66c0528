"""What sees all that passes through a session."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from tornterm.types.sessions import ExitStatus, Size

__all__ = ["EchoObserver", "PacingObserver", "SessionObserver"]


@runtime_checkable
class SessionObserver(Protocol):
    """Sees what passes through one session; its methods run on the event loop.

    Warning:
        An observer sees everything that is typed and printed. One that raises is removed. None of
        its methods may block: one that does is reported and, if it goes on, removed.
    """

    def on_output(self, data: bytes, offset: int, now: float) -> None:
        """Bytes the program printed, beginning at `offset`; `now` in seconds."""

    def on_input(self, data: bytes, now: float) -> None:
        """Bytes that were typed."""

    def on_resize(self, size: Size, offset: int, now: float) -> None:
        """The size changed before the byte at `offset`."""

    def on_exit(self, status: ExitStatus, now: float) -> None:
        """The program ended."""

    def close(self) -> None:
        """The session is over, or the observer has been removed."""


@runtime_checkable
class EchoObserver(SessionObserver, Protocol):
    """An observer that is also told whether the terminal shows what is typed.

    Programs turn that off while they ask for a password; those that draw by themselves what is
    typed, as shells and editors do, have it turned off nearly all the time.
    """

    def on_echo(self, echo: bool, now: float) -> None:
        """Whether the terminal shows the input of the next `on_input`, and of those after it.

        Told before `on_input` where it differs from what was told before; until then nothing is
        shown. It is not shown either where that cannot be known for sure: where it was changed
        while a part of a line came, or where input has to wait for the program. A line with its
        end is one that the terminal showed when it came: the program may hide the next one.
        """


@runtime_checkable
class PacingObserver(SessionObserver, Protocol):
    """An observer that the program waits for where it has no room for more output."""

    def room(self) -> int:
        """How many bytes of output it can take now.

        Asked before each read, so it has to be quick. With 0 the program waits, people are told,
        and it is asked again several times a second. Output that is left when the program is ended
        comes in any case.
        """

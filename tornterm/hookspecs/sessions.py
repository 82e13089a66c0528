"""What happens in sessions, and what passes through them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tornterm.hookspecs.kinds import Kind, hook

if TYPE_CHECKING:
    from tornterm.types import SessionInfo, SessionObserver, User

__all__ = [
    "tornterm_observe_session",
    "tornterm_session_attached",
    "tornterm_session_control_changed",
    "tornterm_session_detached",
    "tornterm_session_ended",
    "tornterm_session_started",
]


@hook(Kind.NOTIFY)
def tornterm_session_started(session: SessionInfo, user: User) -> None:
    """Learn that a session's program runs.

    Called: once per session. A plugin gets what concerns one session in order and one at a time.

    Args:
        session: The session at that moment.
        user: Its owner.

    Returns:
        Ignored.

    Async: yes.

    If it raises: logged and counted; nobody waits for it.
    """


@hook(Kind.NOTIFY)
def tornterm_session_attached(session: SessionInfo, user: User) -> None:
    """Learn that somebody has attached to a session.

    Called: for each connection, the first one included.

    Args:
        session: The session at that moment.
        user: Who attached; not always the owner.

    Returns:
        Ignored.

    Async: yes.

    If it raises: logged and counted; nobody waits for it.
    """


@hook(Kind.NOTIFY)
def tornterm_session_detached(session: SessionInfo, user: User) -> None:
    """Learn that a connection to a session has gone.

    Called: for each connection that had attached, also when the session ends.

    Args:
        session: The session at that moment.
        user: Who was attached; not always the owner.

    Returns:
        Ignored.

    Async: yes.

    If it raises: logged and counted; nobody waits for it.
    """


@hook(Kind.NOTIFY)
def tornterm_session_control_changed(session: SessionInfo, user: User | None, how: str) -> None:
    """Learn that somebody else may type in a session, or nobody.

    Called: for each change after the first connection, which may type from the start.

    Args:
        session: The session at that moment.
        user: Who may type now; None for nobody.
        how: ``taken`` by who may type now, ``granted`` by the owner, ``released`` by who could
            type before, or ``returned`` to the owner because its holder has gone or given it up.

    Returns:
        Ignored.

    Async: yes.

    If it raises: logged and counted; nobody waits for it.
    """


@hook(Kind.NOTIFY)
def tornterm_session_ended(session: SessionInfo, reason: str) -> None:
    """Learn that a session is over.

    Called: once per session that had started, after its last output.

    Args:
        session: The session at that moment; `SessionInfo.exit` says how the program ended.
        reason: Why: ``exited`` by itself, ``killed`` by a person, ``shutdown`` of the server, or a
            deadline: ``unattached``, ``grace``, ``idle`` or ``lifetime``.

    Returns:
        Ignored.

    Async: yes.

    If it raises: logged and counted; nobody waits for it.
    """


@hook(Kind.COLLECT)
def tornterm_observe_session(
    session: SessionInfo,
) -> Sequence[SessionObserver] | SessionObserver | None:
    """Watch what passes through a session.

    Called: once per session, before its program starts, so that nothing is missed.

    Args:
        session: The session.

    Returns:
        An observer, whose methods are then called on the event loop and must not block; None
        for none. One with the methods of `EchoObserver` or `PacingObserver` can do more.

    Async: yes; the observer's methods are plain functions.

    If it raises: this plugin does not observe the session; logged. An observer of which a method
    raises, or holds the event loop for more than 50 ms for the fourth time within 60 s, is
    removed: its `close` is called, the others go on, and it is logged and audited as
    ``plugin.error``. Shorter or rarer delays are logged and counted.

    Warning:
        An observer sees all that is typed and printed, passwords included.
    """

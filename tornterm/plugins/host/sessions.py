"""What happens in sessions, and who watches them."""

from __future__ import annotations

from tornterm.plugins.answers import several
from tornterm.plugins.host.asking import Asking
from tornterm.types import SessionInfo, SessionObserver, User

__all__ = ["Sessions"]


class Sessions(Asking):
    """Tells plugins what happens, and finds who watches."""

    def session_started(self, session: SessionInfo, user: User) -> None:
        """Tell all plugins, without waiting, that a session's program runs."""
        self._ask.notify("tornterm_session_started", session.id, session=session, user=user)

    def session_attached(self, session: SessionInfo, user: User) -> None:
        """Tell all plugins, without waiting, that somebody has attached."""
        self._ask.notify("tornterm_session_attached", session.id, session=session, user=user)

    def session_detached(self, session: SessionInfo, user: User) -> None:
        """Tell all plugins, without waiting, that a connection has gone."""
        self._ask.notify("tornterm_session_detached", session.id, session=session, user=user)

    def session_control_changed(self, session: SessionInfo, user: User | None, how: str) -> None:
        """Tell all plugins, without waiting, that somebody else may type."""
        self._ask.notify(
            "tornterm_session_control_changed", session.id, session=session, user=user, how=how
        )

    def session_ended(self, session: SessionInfo, reason: str) -> None:
        """Tell all plugins, without waiting, that a session is over."""
        self._ask.notify("tornterm_session_ended", session.id, session=session, reason=reason)

    async def observers(self, session: SessionInfo) -> list[tuple[str, SessionObserver]]:
        """Who watches a session, each with the plugin's name."""
        # mypy takes a Protocol for abstract here; isinstance with it is what is wanted.
        check = several(SessionObserver)  # type: ignore[type-abstract]
        return await self._ask.collect("tornterm_observe_session", check, session=session)

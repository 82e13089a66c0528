"""Who is it, and what may they do?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tornterm.hookspecs.kinds import Kind, hook

if TYPE_CHECKING:
    from tornterm.types import Action, AuthRequest, Limits, LoginMethod, SessionInfo, User

__all__ = [
    "tornterm_authenticate",
    "tornterm_authorize",
    "tornterm_limits",
    "tornterm_login_methods",
    "tornterm_revalidate",
]


@hook(Kind.DECIDE)
def tornterm_authenticate(request: AuthRequest) -> User | None:
    """Say who has sent a request.

    Called: for each login, and for each request that brings credentials or headers rather than a
    cookie of ours.

    Args:
        request: The credentials and where they come from. Never log them.

    Returns:
        The user; None for "not mine", so that the next plugin is asked. The host writes the
        plugin's name into `User.backend`.

    Async: yes; hashing a password or asking a directory belongs in a plain function.

    If it raises: `AuthError` means "mine but wrong" and ends the search: a 401. Any other
    exception denies as well, is logged without its text, which might hold a credential, and
    audited as ``plugin.error``; the answer is that of an `AuthUnavailable`: a 503, to try again.
    """


@hook(Kind.COLLECT)
def tornterm_login_methods() -> Sequence[LoginMethod] | LoginMethod | None:
    """Say what the login page offers on this plugin's behalf.

    Called: each time the login page is shown.

    Args:
        None.

    Returns:
        Forms or links, in the order shown; None for none.

    Async: yes.

    If it raises: this plugin's methods are missing from the page; logged.
    """


@hook(Kind.VETO)
def tornterm_revalidate(user: User) -> bool | None:
    """Say whether a login that was given out is still good.

    Called: every ``auth.revalidate`` seconds for each login with open connections, and when a
    plugin asked for it by `App.recheck_logins`.

    Args:
        user: The user as the plugin returned it; `User.backend` names the plugin.

    Returns:
        True or None to agree, as one does for the users of other plugins; False closes the
        login's connections with 4401. Its programs go on and wait for the grace period.

    Async: yes.

    If it raises: counts as a no; logged and audited.
    """


@hook(Kind.VOTE)
def tornterm_authorize(user: User, action: Action, session: SessionInfo | None) -> bool | None:
    """Say whether a user may do something.

    Called: before each such action, also for a session's owner.

    Args:
        user: Who wants to.
        action: ``create``, ``attach``, ``watch`` (see a session by a share of it), ``control``
            (write, or for who came by a share be granted it), ``kill`` or ``admin``.
        session: The session concerned; None for ``create`` and ``admin``.

    Returns:
        True, False or None to abstain. One no denies; without a no, one yes is needed. The plugin
        ``policy``, which is always there, says yes to owners and admins and abstains otherwise.
        For who holds a share the owner has said yes already; if that one is not logged in, the
        name is ``share:<id>`` and the backend ``share``.

    Async: yes.

    If it raises: counts as a no; logged and audited.
    """


@hook(Kind.TRANSFORM)
def tornterm_limits(user: User, limits: Limits) -> Limits | None:
    """Change the limits that apply to a user.

    Called: when a session is to be made, and when a user's quota is shown.

    Args:
        user: The user.
        limits: What ``[sessions]`` and ``[[limits]]`` say, or what the previous plugin returned.

    Returns:
        The limits; None to leave them as they are.

    Async: yes.

    If it raises: no session is made; logged and audited.
    """

"""Who is it, and what may they do?"""

from __future__ import annotations

from tornterm.errors import AuthError, AuthUnavailable, PluginError
from tornterm.plugins.answers import maybe, several, user_of
from tornterm.plugins.host.asking import Asking
from tornterm.types import Action, AuthRequest, Limits, LoginMethod, SessionInfo, User

__all__ = ["People"]


class People(Asking):
    """Asks plugins who somebody is, and what they may do."""

    async def authenticate(self, request: AuthRequest) -> User | None:
        """Who sent a request, or None where no plugin knows the credentials.

        Raises:
            AuthError: A plugin knows them to be wrong.
            AuthUnavailable: A plugin failed.
        """
        try:
            return await self._ask.decide(
                "tornterm_authenticate", user_of, (AuthError,), request=request
            )
        except PluginError as error:
            # Neither the person nor whoever logs this learns more than that: the plugin's own
            # words might hold the credential.
            raise AuthUnavailable(f"plugin {error.plugin!r} failed: {error.why}") from None

    async def login_methods(self) -> list[LoginMethod]:
        """What the login page offers, in the order of the plugins."""
        methods = await self._ask.collect("tornterm_login_methods", several(LoginMethod))
        return [method for _, method in methods]

    async def revalidate(self, user: User) -> bool:
        """Whether a login is still good."""
        return await self._ask.agree("tornterm_revalidate", user=user)

    async def authorize(
        self,
        user: User,
        action: Action,
        session: SessionInfo | None,
        *,
        invited: bool = False,
    ) -> bool:
        """Whether a user may do something.

        Args:
            user: Who wants to.
            action: What.
            session: The session concerned, if one is.
            invited: Whether its owner has said yes already, with a share.
        """
        return await self._ask.vote(
            "tornterm_authorize", some=invited, user=user, action=action, session=session
        )

    async def limits(self, user: User, limits: Limits) -> Limits:
        """The limits that apply to a user, beginning with what the configuration says.

        Raises:
            PluginError: A plugin failed.
        """
        result: Limits = await self._ask.transform(
            "tornterm_limits", "limits", maybe(Limits), user=user, limits=limits
        )
        return result

"""The plugin: logging in with an account of a directory."""

from __future__ import annotations

import logging
import time
from typing import ClassVar

from pydantic import BaseModel

from tornterm.errors import AuthError, ConfigError, ConfigProblem
from tornterm.hookspecs import hookimpl
from tornterm.types import AuthRequest, LoginField, LoginMethod, User
from tornterm_auth_ldap.directory import Directory
from tornterm_auth_ldap.names import Unavailable, Wrong, is_name, is_password
from tornterm_auth_ldap.settings import LdapSettings
from tornterm_auth_ldap.talk import Person

__all__ = ["Ldap"]

logger = logging.getLogger("tornterm.plugins.ldap")

DN = "ldap_dn"
"""The attribute of a user that names their entry."""


class Ldap:
    """Authenticates by a directory.

    Args:
        settings: The table ``[plugins.ldap]``.

    Raises:
        ConfigError: The authorities cannot be read.
    """

    name = "ldap"
    clock: ClassVar = staticmethod(time.monotonic)

    def __init__(self, settings: LdapSettings) -> None:
        self.settings = settings
        self._seen: dict[str, float] = {}
        try:
            self._directory = Directory(settings)
        except OSError as error:  # those of TLS are such, too
            why = f"the certificates cannot be used: {error}"
            raise ConfigError([ConfigProblem("", "", "ca_file", why)]) from error

    @staticmethod
    @hookimpl
    def tornterm_register_config() -> type[BaseModel]:
        """Name the model of the table."""
        return LdapSettings

    @hookimpl
    async def tornterm_login_methods(self) -> LoginMethod:
        """A form with a name and a password."""
        fields = (LoginField("username", "User name"), LoginField("password", "Password", True))
        return LoginMethod(self.name, self.settings.label, fields)

    @hookimpl
    def tornterm_authenticate(self, request: AuthRequest) -> User | None:
        """Ask the directory, in a thread; what can be no name or password is not asked about."""
        if request.kind != "form" or request.fields.get("method") != self.name:
            return None
        name, password = (request.fields.get(key, "") for key in ("username", "password"))
        if not is_name(name) or not is_password(password):
            raise Wrong("what was typed can be no name, or no password")
        user = self._user(self._directory.log_in(name, password))
        if user is None:
            why = "the account is in none of the groups that may log in"
            raise AuthError(why, "This account may not log in here.")
        self._note(user.name)
        return user

    @hookimpl
    def tornterm_revalidate(self, user: User) -> bool | None:
        """Whether the entry is still the same; for a while without an answer, too."""
        if user.backend != self.name:
            return None
        try:
            person = self._directory.find(user.name)
        except Unavailable as error:
            since = self.clock() - self._seen.get(user.name, -self.settings.outage)
            logger.warning("whether %s may stay cannot be asked: %s", user.name, error)
            return since < self.settings.outage
        except Wrong:
            return False
        now = self._user(person) if person else None
        if now is None or _facts(now) != _facts(user):
            return False
        self._note(user.name)
        return True

    def _user(self, person: Person) -> User | None:
        settings, groups = self.settings, set(person.groups)
        if settings.allowed_groups and not groups & set(settings.allowed_groups):
            return None
        return User(
            person.name,
            person.groups,
            admin=bool(groups & set(settings.admin_groups)),
            display_name=person.display_name,
            attributes={DN: person.dn},
        )

    def _note(self, name: str) -> None:
        """The directory has just spoken for somebody."""
        now = self.clock()
        kept = {other: at for other, at in self._seen.items() if now - at < self.settings.outage}
        # One assignment, because several threads come here.
        self._seen = {**kept, name: now}


def _facts(user: User) -> tuple[object, ...]:
    return user.name, user.groups, user.admin, user.attributes.get(DN)

"""Asking the directory, server after server; all of it blocks, and belongs into a thread."""

from __future__ import annotations

import secrets
import ssl
import time
from collections.abc import Callable
from typing import TypeVar

from tornterm_auth_ldap.names import Unavailable, Wrong
from tornterm_auth_ldap.settings import LdapSettings
from tornterm_auth_ldap.talk import Person, Talk, addresses, talking

__all__ = ["Directory"]

T = TypeVar("T")


class Directory:
    """Logs people in, and looks them up.

    Args:
        settings: The plugin's table.

    Raises:
        OSError: The file with the authorities cannot be used.
    """

    def __init__(self, settings: LdapSettings) -> None:
        self._settings = settings
        self._context = ssl.create_default_context(cafile=settings.ca_file)

    def log_in(self, name: str, password: str) -> Person:
        """Who has this name and this password.

        Args:
            name: What was typed.
            password: What was typed; never empty.

        Raises:
            Wrong: Nobody.
            Unavailable: No server answered properly.
        """

        def attempt(talk: Talk) -> Person:
            talk.introduce()
            found = talk.people(name)
            # Who is unknown is asked about, too: else the time would tell.
            nobody = f"cn={secrets.token_hex(8)},{self._settings.user_base}"
            right = talk.bind(found[0].dn if len(found) == 1 else nobody, password)
            if len(found) > 1:
                raise Wrong("several entries have this name")
            if not found or not right:
                raise Wrong
            talk.introduce()
            return talk.person(found[0])

        return self._ask(attempt)

    def find(self, name: str) -> Person | None:
        """Who has this name; None where that is nobody, or not certain.

        Raises:
            Unavailable: No server answered properly.
        """

        def attempt(talk: Talk) -> Person | None:
            talk.introduce()
            found = talk.people(name)
            return talk.person(found[0]) if len(found) == 1 else None

        return self._ask(attempt)

    def _ask(self, attempt: Callable[[Talk], T]) -> T:
        servers = self._settings.servers
        failures = []
        for server in servers:
            until = time.monotonic() + self._settings.timeout / len(servers)
            try:
                for address in addresses(server):
                    try:
                        with talking(address, self._settings, self._context, until) as talk:
                            return attempt(talk)
                    except Unavailable as error:
                        failures.append(f"{server}: {error}")
            except OSError as error:
                failures.append(f"{server}: {error}")
        raise Unavailable("; ".join(failures))

"""One connection to one server of a directory, and what is asked on it."""

from __future__ import annotations

import math
import socket
import ssl
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import ldap3
from ldap3.utils.conv import escape_filter_chars

from tornterm.errors import AuthError
from tornterm_auth_ldap.names import Unavailable, Wrong, is_name, shown
from tornterm_auth_ldap.settings import LdapSettings, filled
from tornterm_auth_ldap.transport import Bounded, Tls

__all__ = ["Person", "Talk", "addresses", "talking"]

SUCCESS = 0
SIZE_LIMIT_EXCEEDED = 4
NO_SUCH_OBJECT = 32
WRONG = frozenset({NO_SUCH_OBJECT, 48, 49})
"""LDAP's numbers for: no such entry, an entry without a password, a wrong password."""

MOST_GROUPS = 1000


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody, as the directory writes it."""

    name: str
    dn: str
    display_name: str
    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry that a search has found; the attributes' names are in lower case."""

    dn: str
    attributes: Mapping[str, Sequence[bytes]]

    def texts(self, attribute: str) -> list[str]:
        """The values of an attribute, without those that are not UTF-8."""
        found = []
        for value in self.attributes.get(attribute.lower(), ()):
            with suppress(UnicodeDecodeError):
                found.append(value.decode())
        return found


class Talk:
    """One connection to one server.

    Args:
        connection: ldap3's connection, open.
        settings: The plugin's table.
    """

    def __init__(self, connection: Any, settings: LdapSettings) -> None:
        self._connection = connection
        self._settings = settings

    def introduce(self) -> None:
        """Become whoever may look people up.

        Raises:
            Unavailable: This is not allowed.
        """
        settings = self._settings
        password = settings.bind_password.reveal() if settings.bind_password else ""
        if not self.bind(settings.bind_dn, password):
            raise Unavailable("bind_dn and bind_password are not accepted")

    def bind(self, dn: str, password: str) -> bool:
        """Become somebody; nobody in particular where both are empty.

        Returns:
            Whether the password is theirs.

        Raises:
            Unavailable: The server could not say.
        """
        connection = self._connection
        # ldap3 would connect again, and without encryption.
        if connection.closed:
            raise Unavailable("it has closed the connection")
        connection.authentication = ldap3.SIMPLE if dn else ldap3.ANONYMOUS
        connection.user, connection.password = dn, password
        connection.bind(read_server_info=False)
        code = connection.result["result"]
        if code != SUCCESS and code not in WRONG:
            raise Unavailable(f"it answered a bind with {code!r:.20}")
        return bool(code == SUCCESS)

    def people(self, name: str) -> list[Entry]:
        """The entries of a name, two at the most."""
        settings = self._settings
        query = filled(settings.user_filter, {"name": escape_filter_chars(name)})
        wanted = [settings.user_attribute, settings.display_name_attribute]
        return self._search(settings.user_base, query, wanted, 2)

    def person(self, entry: Entry) -> Person:
        """What an entry says, with its groups.

        Raises:
            Wrong: Its name can be nobody's here.
        """
        settings = self._settings
        names = entry.texts(settings.user_attribute)
        # The directory's own writing of it: what was typed may differ in case or form.
        if len(names) != 1 or not is_name(names[0]):
            raise Wrong(f"the entry has not one {settings.user_attribute} that can be a name")
        displayed = [shown(text) for text in entry.texts(settings.display_name_attribute)]
        groups = self._groups(entry.dn, names[0])
        return Person(names[0], entry.dn, next(iter(displayed), ""), groups)

    def _groups(self, dn: str, name: str) -> tuple[str, ...]:
        settings = self._settings
        if not settings.group_base:
            return ()
        values = {"dn": escape_filter_chars(dn), "name": escape_filter_chars(name)}
        query = filled(settings.group_filter, values)
        found = self._search(
            settings.group_base, query, [settings.group_attribute], MOST_GROUPS + 1
        )
        if len(found) > MOST_GROUPS:
            raise Unavailable(f"somebody is in more than {MOST_GROUPS} groups")
        names = (text for entry in found for text in entry.texts(settings.group_attribute))
        return tuple(sorted({text for text in names if text and shown(text)}))

    def _search(self, base: str, query: str, attributes: list[str], most: int) -> list[Entry]:
        self._connection.search(
            base,
            query,
            ldap3.SUBTREE,
            dereference_aliases=ldap3.DEREF_NEVER,
            attributes=[name for name in attributes if name],
            size_limit=most,
            time_limit=math.ceil(self._settings.timeout),
        )
        code = self._connection.result["result"]
        entries = [
            Entry(each["dn"], {key.lower(): value for key, value in each["raw_attributes"].items()})
            for each in self._connection.response
            # Referrals to other servers are followed nowhere.
            if each["type"] == "searchResEntry"
        ]
        if code == SIZE_LIMIT_EXCEEDED and len(entries) >= most:
            return entries
        if code == NO_SUCH_OBJECT:
            raise Unavailable(f"there is no entry {base!r}, or it may not be seen")
        if code != SUCCESS:
            raise Unavailable(f"it answered a search with {code!r:.20}")
        if not all(isinstance(entry.dn, str) and entry.dn for entry in entries):
            raise Unavailable("it found an entry without a name")
        return entries


@dataclass(frozen=True, slots=True)
class Address:
    """Where one server listens, and what its certificate must be for."""

    host: str
    ip: str
    port: int
    tls: bool


def addresses(server: str) -> list[Address]:
    """All addresses of a server, which need not answer on each.

    Args:
        server: As it is written in the table.

    Raises:
        OSError: Its name is unknown.
    """
    parts = urlsplit(server)
    host, tls = parts.hostname or "", parts.scheme == "ldaps"
    port = parts.port or (636 if tls else 389)
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    ips = dict.fromkeys(str(where[0]) for *_, where in found)
    return [Address(host, ip, port, tls) for ip in ips]


@contextmanager
def talking(
    address: Address, settings: LdapSettings, context: ssl.SSLContext, until: float
) -> Iterator[Talk]:
    """Connect to a server, with encryption where it is wanted.

    Raises:
        Unavailable: It is not there, is another, or does not speak LDAP.
    """
    seconds = max(until - time.monotonic(), 0.05)
    try:
        server = ldap3.Server(
            address.ip,
            port=address.port,
            use_ssl=address.tls,
            get_info=ldap3.NONE,
            tls=Tls(context, address.host, until),
            connect_timeout=seconds,
        )
        connection = ldap3.Connection(
            server,
            auto_referrals=False,
            auto_range=False,
            auto_escape=False,
            auto_encode=False,
            check_names=False,
            return_empty_attributes=False,
            receive_timeout=math.ceil(seconds),
        )
        try:
            connection.open(read_server_info=False)
            if not address.tls:
                connection.socket = Bounded(connection.socket, until)
            if settings.start_tls and not address.tls:
                connection.start_tls(read_server_info=False)
            yield Talk(connection, settings)
        finally:
            opened = connection.socket
            # Ends the connection without a farewell, which a stuck server might not take.
            connection.strategy.close()
            if opened is not None:
                opened.close()
    except AuthError:
        raise
    except Exception as error:
        # What a server says may be anything, and ldap3 may stumble over it anywhere.
        raise Unavailable(f"{type(error).__name__}: {error!s:.200}") from None

"""People, and how they say who they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from tornterm.types.nothing import nothing

__all__ = ["AuthRequest", "LoginField", "LoginMethod", "User"]


@dataclass(frozen=True, slots=True)
class User:
    """A person who has been authenticated.

    Args:
        name: The stable, unique name by which limits and ownership are kept.
        groups: The groups that ``[[limits]]`` and policies may refer to.
        admin: Whether this person may see and end the sessions of others.
        backend: The plugin that vouched for this person.
        display_name: What the page shows; the name where it is empty.
        attributes: Further facts for spawn plugins, for example a system account.
    """

    name: str
    groups: tuple[str, ...] = ()
    admin: bool = False
    backend: str = ""
    display_name: str = ""
    attributes: Mapping[str, Any] = field(default_factory=nothing, hash=False)


@dataclass(frozen=True, slots=True)
class AuthRequest:
    """What an auth backend is asked to judge.

    Args:
        kind: ``bearer`` (``fields["token"]``), ``form`` (the fields of a login method, and
            ``method``, its name) or ``headers`` (a request without credentials of ours, for
            backends that read a proxy's headers).
        fields: The credentials. Never shown in a ``repr``, never logged.
        headers: The request's headers; names are case-insensitive. Those of a real request are a
            `tornado.httputil.HTTPHeaders`, whose ``get_all`` shows repeated ones one by one.
        remote: The client's address, after trusted proxies were taken into account.
        peer: The address of the TCP peer itself (``unix:`` for a Unix socket).
        secure: Whether the person's side of the connection is HTTPS.
    """

    kind: Literal["bearer", "form", "headers"]
    fields: Mapping[str, str] = field(default_factory=nothing, repr=False)
    headers: Mapping[str, str] = field(default_factory=nothing, repr=False)
    remote: str = ""
    peer: str = ""
    secure: bool = False


@dataclass(frozen=True, slots=True)
class LoginField:
    """One input of a login form.

    Args:
        name: The key under which the value reaches `AuthRequest.fields`.
        label: What the page writes beside it.
        secret: Whether the input hides what is typed.
    """

    name: str
    label: str
    secret: bool = False


@dataclass(frozen=True, slots=True)
class LoginMethod:
    """One way to log in, as the login page offers it.

    Args:
        name: Stable name, usually the plugin's.
        label: The heading of the form or the text of the link.
        fields: The form's inputs; empty for a link.
        url: Where the link leads; empty for a form.
    """

    name: str
    label: str
    fields: tuple[LoginField, ...] = ()
    url: str = ""

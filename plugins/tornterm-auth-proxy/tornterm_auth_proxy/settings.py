"""The table ``[plugins.proxy]``."""

from __future__ import annotations

import re
from ipaddress import ip_network
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from tornterm.config.fields import (
    ConfigTable,
    Duration,
    Secret,
    Words,
    explained,
    setting,
    shortest,
    wrong,
)

__all__ = ["UNIX", "ProxySettings"]

UNIX = "unix"
"""How the peers of a Unix socket are written in the list of proxies."""

_HEADER = re.compile(r"[A-Za-z0-9]+(-[A-Za-z0-9]+)*")


def _peer(text: str) -> str:
    if text == UNIX:
        return text
    try:
        network = ip_network(text)
    except ValueError:
        why = f'must be networks like "10.0.0.5" or "10.0.0.0/24", or "{UNIX}"'
        raise ValueError(why) from None
    if network.prefixlen == 0:
        raise ValueError("must not be every address: then anybody could be anybody")
    return str(network)


def _header(name: str) -> str:
    if name and not _HEADER.fullmatch(name):
        raise ValueError('must be the name of a header, letters, digits and "-" only')
    return name


Peer = Annotated[str, AfterValidator(explained(_peer))]
Header = Annotated[str, AfterValidator(explained(_header))]


class ProxySettings(ConfigTable):
    """Logging in by what a reverse proxy says."""

    proxies: Annotated[tuple[Peer, ...], Field(min_length=1)] = setting(
        ...,
        "From where the headers are believed: networks, single addresses, or "
        f'"{UNIX}" for whoever may connect to the server\'s Unix socket.',
        strict=False,
        example=["10.0.0.5/32", UNIX],
    )
    secret: Secret | None = setting(
        None,
        "What the proxy proves with that it is the proxy; needed wherever others can connect from "
        "its address, as every user of the same machine can.",
    )
    secret_header: Annotated[Header, Field(min_length=1)] = setting(
        "X-Proxy-Secret", "The header with the secret."
    )
    user_header: Annotated[Header, Field(min_length=1)] = setting(
        "X-Remote-User", "The header with the user's name."
    )
    groups_header: Header = setting(
        "", "The header with the user's groups; empty for no groups.", example="X-Remote-Groups"
    )
    groups_separator: Annotated[str, Field(min_length=1, max_length=1)] = setting(
        ",", "The character between two groups."
    )
    display_name_header: Header = setting(
        "", "The header with the name that the page shows; empty to show the user's name."
    )
    lower_case: bool = setting(
        False,
        "Whether names are put into lower case, for an identity provider to which Alice and alice "
        "are the same person.",
    )
    allowed_groups: Words = setting(
        (), "Only members of one of these may log in; empty for everybody."
    )
    admin_groups: Words = setting(
        (), "Members of one of these may see and end the sessions of others."
    )
    lifetime: Annotated[Duration, shortest("10s")] = setting(
        "12h",
        "How long a connection stays open on the word that the proxy gave when it was opened.",
    )

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        names = [name.lower() for name in self.headers]
        if len(set(names)) < len(names):
            raise wrong("two of the headers have the same name")
        if not self.groups_header and (self.allowed_groups or self.admin_groups):
            raise wrong("groups are only known where groups_header says which header has them")
        return self

    @property
    def headers(self) -> tuple[str, ...]:
        """The names of all headers that are looked at."""
        wanted = (self.user_header, self.groups_header, self.display_name_header)
        secret = (self.secret_header,) if self.secret is not None else ()
        return (*(name for name in wanted if name), *secret)

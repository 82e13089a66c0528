"""The table ``[plugins.jupyterhub]``."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, field_validator

from tornterm.config.fields import (
    ConfigTable,
    Duration,
    Secret,
    explained,
    setting,
    shortest,
    wrong,
)

__all__ = ["JupyterHubSettings"]

Word = Annotated[str, Field(min_length=1)]


def _address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query:
        raise ValueError('must be an address, like "https://hub.example.org/hub"')
    return text.rstrip("/")


Address = Annotated[str, AfterValidator(explained(_address))]


class JupyterHubSettings(ConfigTable):
    """Logging in with accounts of a JupyterHub."""

    hub_url: Address = setting(
        ...,
        "Where people's browsers find the hub.",
        example="https://hub.example.org/hub",
    )
    api_url: Address = setting(
        "http://127.0.0.1:8081/hub/api", "Where this server finds the hub's API."
    )
    api_token: Secret = setting(
        ..., "The token that the hub's configuration gives to this service."
    )
    service: Word = setting("tornterm", "The name of this service in the hub's configuration.")
    label: Word = setting("JupyterHub", "What the login page calls the hub.")
    allowed_groups: tuple[Word, ...] = setting(
        (), "Only members of one of these may log in; empty for everybody.", strict=False
    )
    admin_groups: tuple[Word, ...] = setting(
        (), "Members of one of these may see and end the sessions of others.", strict=False
    )
    hub_admins: bool = setting(False, "Whether the hub's admins may do so, too.")
    outage: Duration = setting(
        "15m", "How long a login stays good while the hub cannot be asked whether it is."
    )
    login_time: Annotated[Duration, shortest("10s")] = setting(
        "10m", "How long a person may take to log in at the hub."
    )

    @field_validator("api_token")
    @classmethod
    def _can_be_sent(cls, secret: Secret) -> Secret:
        if not secret.known:
            raise wrong("a hash cannot be sent; the token itself is needed")
        return secret

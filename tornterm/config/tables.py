"""The tables about the server itself; those about sessions and plugins are in `settings`."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import BeforeValidator, ValidationInfo, field_validator

from tornterm.config.addresses import BaseUrl, Host, Network, Origin, PageUrl, PublicUrl
from tornterm.config.fields import (
    ByteSize,
    ConfigPath,
    ConfigTable,
    Duration,
    Secret,
    explained,
    setting,
    shortest,
    smallest,
    wrong,
)

__all__ = [
    "AuthSettings",
    "FilesSettings",
    "LoggingSettings",
    "MetricsSettings",
    "ServerSettings",
    "TlsSettings",
    "UiSettings",
]


def _mode(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch("0?[0-7]{3}", value):
        raise ValueError('must be three octal digits in quotes, like "600" or "660"')
    return value


FileMode = Annotated[str, BeforeValidator(explained(_mode))]


class ServerSettings(ConfigTable):
    """Where the server listens, and how people reach it."""

    host: str = setting(
        "127.0.0.1",
        "The address to listen on. Without authentication only loopback addresses are allowed.",
        min_length=1,
        restart=True,
    )
    port: int = setting(
        8765,
        "The TCP port to listen on; 0 takes any free one, and the real one is printed.",
        ge=0,
        le=65535,
        restart=True,
    )
    unix_socket: ConfigPath | None = setting(
        None,
        "A Unix socket to listen on instead of host and port, for a proxy on the same machine.",
        example="/run/tornterm/http.sock",
        restart=True,
    )
    unix_socket_mode: FileMode = setting(
        "600",
        "The permissions of the Unix socket, in octal. A proxy that runs as another user needs "
        '"660" and a group that both are in.',
        restart=True,
    )
    base_url: BaseUrl = setting(
        "/", "The path under which everything is served, for example behind a proxy.", restart=True
    )
    public_url: PublicUrl = setting(
        "",
        "How people reach the server where a proxy stands in front: used for links, for the "
        "server's own origin, and to tell whether cookies may travel over HTTPS only.",
        example="https://term.example.org/",
    )
    allowed_hosts: tuple[Host, ...] = setting(
        (),
        "Values of the Host header that are answered, besides the server's own. Everything else "
        "is refused, which guards against DNS rebinding.",
        example=["term.example.org"],
        strict=False,
    )
    allowed_origins: tuple[Origin, ...] = setting(
        (),
        "Origins (exactly scheme://host[:port]) whose pages may use the server with a person's "
        "cookie, besides its own.",
        example=["https://portal.example.org"],
        strict=False,
    )
    trusted_proxies: tuple[Network, ...] = setting(
        (),
        "Networks, in CIDR notation, of the proxies whose X-Forwarded-For and X-Forwarded-Proto "
        "are believed. A proxy that comes over the Unix socket always is.",
        example=["127.0.0.1/32"],
        strict=False,
    )
    ping_interval: Annotated[Duration, shortest("1s")] = setting(
        "25s",
        "How often a connection is asked whether it is still there. One that has not answered "
        "within two intervals counts as gone.",
    )
    max_body: Annotated[ByteSize, smallest("16 KiB")] = setting(
        "1 MiB", "The largest body that an HTTP request may have.", restart=True
    )


class FilesSettings(ConfigTable):
    """Files between the page and the programs: dropped on the terminal, or by tornterm-get."""

    enabled: bool = setting(
        False,
        "Whether people may upload and download files, as the account that their programs run as. "
        "Only where the plugin that starts programs allows it, as shell does.",
    )
    max_upload: Annotated[ByteSize, smallest("1 KiB", or_zero=True)] = setting(
        "1 GiB", "The largest file that may be uploaded; 0 for no limit."
    )
    max_download: Annotated[ByteSize, smallest("1 KiB", or_zero=True)] = setting(
        "1 GiB", "The largest file that may be downloaded; 0 for no limit."
    )
    max_per_user: int = setting(4, "Transfers of one user at the same time; 0 for no limit.", ge=0)


class TlsSettings(ConfigTable):
    """HTTPS by the server itself; a proxy may do it instead."""

    cert: ConfigPath | None = setting(
        None,
        "The certificate with its chain, PEM. Read again on reload.",
        example="/etc/tornterm/fullchain.pem",
    )
    key: ConfigPath | None = setting(
        None, "The certificate's private key, PEM.", example="/etc/tornterm/privkey.pem"
    )
    min_version: Literal["1.2", "1.3"] = setting(
        "1.2", "The oldest version of TLS that is spoken.", restart=True
    )

    @field_validator("key")
    @classmethod
    def _both_or_none(cls, value: object, info: ValidationInfo) -> object:
        if "cert" in info.data and (info.data["cert"] is None) != (value is None):
            raise wrong("cert and key are needed together")
        return value


class AuthSettings(ConfigTable):
    """Logins, and how fast they may be tried."""

    lifetime: Annotated[Duration, shortest("1s")] = setting(
        "7d", "How long a login lasts. When it ends, its connections are closed; the shells wait."
    )
    revalidate: Annotated[Duration, shortest("1s")] = setting(
        "30s", "How often the plugins are asked whether the person of an open connection may stay."
    )
    attempts_window: Annotated[Duration, shortest("1s")] = setting(
        "15m", "The time over which failed logins are counted."
    )
    attempts_per_address: int = setting(
        30, "Failed logins from one address within the window; 0 for no limit.", ge=0
    )
    attempts_per_account: int = setting(
        10, "Failed logins for one account within the window; 0 for no limit.", ge=0
    )


class UiSettings(ConfigTable):
    """What the page looks like."""

    title: str = setting("tornterm", "The name of the page.", max_length=200)
    theme: Literal["auto", "light", "dark"] = setting(
        "auto", "The colours: light, dark, or what the person's system says."
    )
    font_family: str = setting(
        "", "The terminal's font, as in CSS; empty for the page's own choice.", max_length=500
    )
    font_size: int = setting(
        0, "The terminal's font size in CSS pixels; 0 to go by the window's width.", ge=0, le=72
    )
    login_url: PageUrl = setting(
        "",
        "The login page of the application around the terminals, a path or a whole address; it "
        "gets `next`. Empty for tornterm's own.",
        example="/login",
    )
    logout_url: PageUrl = setting(
        "",
        "Where logging out leads, a path or a whole address. Empty for tornterm's own; where the "
        'application around it logs people in, the page then has no "Log out".',
        example="/logout",
    )


class MetricsSettings(ConfigTable):
    """Numbers for Prometheus at {base}metrics."""

    enabled: bool = setting(True, "Whether {base}metrics answers.")
    token: Secret | None = setting(
        None,
        "What a scraper sends as a bearer token to read the metrics. Without it only admins may.",
        example={"file": "/etc/tornterm/metrics-token"},
    )


class LoggingSettings(ConfigTable):
    """What is written to stderr. Never what is typed or printed in a terminal, never a secret."""

    level: Literal["debug", "info", "warning", "error"] = setting(
        "info", "The least important messages that are written."
    )
    format: Literal["text", "json"] = setting(
        "text", "Lines for people, or one JSON object for each message.", restart=True
    )

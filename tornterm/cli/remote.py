"""Where to attach to, and as whom."""

from __future__ import annotations

import json
import os
import re
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from pathlib import Path
from types import MappingProxyType
from urllib.parse import parse_qs, urlsplit

import click

from tornterm.config.fields import is_loopback
from tornterm.control import ControlClient, running

__all__ = ["Target", "target_of"]

_TIMEOUT_SECONDS = 15.0
_SESSION = re.compile(r"(?P<base>.*/)s/(?P<session>[A-Za-z0-9_-]+)/?")


@dataclass(frozen=True)
class Target:
    """What to attach to.

    Args:
        url: The server's base URL, with a slash at its end.
        session: A session to take up, or None for a new one.
        headers: What logs the person in, and whatever else is to be sent.
        share: The secret of a share, with which nobody has to be logged in.
    """

    url: str
    session: str | None
    headers: Mapping[str, str]
    share: str | None = field(default=None, repr=False)


def target_of(
    url: str,
    session: str | None,
    token_file: Path | None,
    headers: Mapping[str, str] = MappingProxyType({}),
) -> Target:
    """Find the server and the credentials.

    Args:
        url: A server's address, a session's, or a link by which one is shared.
        session: A session's id, or None.
        token_file: A file with an API token, or None for ``$TORNTERM_TOKEN`` or, where there is
            none and there are no headers, the control socket of a server on this machine.
        headers: What the person wants to send besides.

    Raises:
        click.UsageError: The address is none, or nothing logs the person in there.
        ControlError: The server here does not answer.
    """
    share = parse_qs(url.partition("#")[2]).get("share", [None])[0]
    url, session = _parts(url, session)
    if share:
        return Target(url, session, headers, share)
    if token := _token(token_file):
        headers = {"Authorization": f"Bearer {token}", **headers}
    if headers:
        _warn_if_readable(url)
        return Target(url, session, headers)
    for server in running():
        if _same(server, url):
            return Target(url, session, _logged_in(server, url))
    raise click.UsageError(
        f"no server of yours on this machine is {url}; set TORNTERM_TOKEN, or use --token-file "
        "or --header-file"
    )


def _token(file: Path | None) -> str:
    if file is None:
        return os.environ.get("TORNTERM_TOKEN", "").strip()
    try:
        token = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise click.UsageError(f"cannot read the token file {file}: {error}") from None
    if not token:
        raise click.UsageError(f"the token file {file} is empty")
    return token


def _parts(url: str, session: str | None) -> tuple[str, str | None]:
    """The base URL, and the session that the address names."""
    try:
        parts = urlsplit(url)
        wrong = parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0
    except ValueError:
        wrong = True
    if wrong:
        raise click.UsageError(f"{url!r} is not an address; write it like http://127.0.0.1:8765/")
    base = f"{parts.scheme}://{parts.netloc}{parts.path}"
    if match := _SESSION.fullmatch(base):
        return match["base"], session or match["session"]
    return (base if base.endswith("/") else f"{base}/"), session


def _same(server: ControlClient, url: str) -> bool:
    """Whether an address is that of a server here, however this machine is named in it."""
    if url in (server.url, server.info["base"]):
        return True
    asked, listens = urlsplit(url), urlsplit(server.url)
    return (
        is_loopback(asked.hostname)
        and asked.scheme == listens.scheme
        and asked.port is not None
        and (asked.port, asked.path) == (server.port, listens.path)
    )


def _warn_if_readable(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        click.echo(f"warning: your login goes to {parts.hostname} without encryption", err=True)


def _logged_in(server: ControlClient, url: str) -> dict[str, str]:
    """Log in as the owner, through the control socket, and give the cookie."""
    code = server.login_link().rpartition("#code=")[2]
    parts = urlsplit(url)
    origin = f"{parts.scheme}://{parts.netloc}"
    request = urllib.request.Request(  # noqa: S310 -- the scheme was checked
        f"{url}login",
        data=json.dumps({"code": code}).encode(),
        headers={"Content-Type": "application/json", "Origin": origin},
        method="POST",
    )
    # Straight to this machine, whatever proxy the environment names for the rest of the world.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirects)
    try:
        with opener.open(request, timeout=_TIMEOUT_SECONDS) as response:
            lines = response.headers.get_all("Set-Cookie", [])
    except OSError as error:
        raise click.UsageError(f"cannot log in at {url}: {error}") from None
    cookies = SimpleCookie()
    for line in lines:
        cookies.load(line)
    pairs = "; ".join(f"{name}={morsel.value}" for name, morsel in cookies.items())
    return {"Cookie": pairs, "Origin": origin}


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: object) -> None:
        """A cookie is for the server that was asked, not for where it points to."""

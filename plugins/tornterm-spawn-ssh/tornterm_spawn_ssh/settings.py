"""The table ``[plugins.ssh]``."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator

from tornterm.config.fields import ConfigPath, ConfigTable, Duration, explained, setting, shortest
from tornterm.types import Profile

__all__ = ["USER", "HostSettings", "SshSettings"]

USER = "{user}"
"""What stands for the name of the user."""

OWN = ("LD_", "MALLOC_", "GCONV_PATH", "GLIBC_TUNABLES", "LOCPATH", "OPENSSL_", "SSH_", "DISPLAY")
"""Variables that change what ssh itself does."""


def _plain_path(path: Path) -> Path:
    if re.search(r"""[\s"'\\%$]""", str(path)):
        raise ValueError("must be a path without spaces, quotes, %, $ and backslashes")
    return path


def _host(text: str) -> str:
    filled = text.replace(USER, "u", 1)
    name = r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?"
    if len(text) > 253 or not re.fullmatch(rf"{name}|[0-9A-Fa-f:]+:[0-9A-Fa-f:.]*", filled):
        raise ValueError(f"must be the name or address of a host; {USER} may be a part of it, once")
    return text


def _account(text: str) -> str:
    if text != USER and not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.@+-]{0,63}", text):
        raise ValueError(f'must be "{USER}" or the name of an account')
    return text


def _words(text: str) -> str:
    if not text.isprintable() or text.startswith("-"):
        raise ValueError('must be one line, and not begin with "-"')
    return text


def _variable(name: str) -> str:
    if name != "LC_*" and not re.fullmatch("[A-Za-z_][A-Za-z0-9_]*", name):
        raise ValueError('must hold names of environment variables, or "LC_*"')
    if name.startswith(OWN) or name in ("HOME", "PATH"):
        raise ValueError("must not hold variables that ssh itself obeys")
    return name


PlainPath = Annotated[ConfigPath, AfterValidator(explained(_plain_path))]
Variable = Annotated[str, AfterValidator(explained(_variable))]


class HostSettings(ConfigTable):
    """A host, and whose sessions run on it."""

    host: Annotated[str, AfterValidator(explained(_host))] = setting(
        ...,
        f'Its name or address; with {USER}, a host per user: "{USER}.lab.example.org".',
        example="build.example.org",
    )
    port: int = setting(22, "Where its sshd listens.", ge=1, le=65535)
    profile: str = setting(
        "", "The profile it is for; empty for sessions without one.", max_length=Profile.MAX_NAME
    )
    users: tuple[str, ...] = setting((), "Whom it is for; empty for everybody.", strict=False)
    groups: tuple[str, ...] = setting(
        (), "The groups whose members it is for; with `users`, either is enough.", strict=False
    )
    account: Annotated[str, AfterValidator(explained(_account))] = setting(
        USER, f'The account there: a name, or "{USER}" for that of the user, which is never root.'
    )
    identity: PlainPath | None = setting(
        None,
        "The private key that opens the account; left out, a person is asked for a password.",
        example="/etc/tornterm/id_ed25519",
    )
    command: Annotated[str, AfterValidator(explained(_words))] = setting(
        "", "What the shell of the account runs; empty for a login shell.", example="tmux new -A"
    )


class SshSettings(ConfigTable):
    """Sessions on other hosts, through the system's ssh."""

    known_hosts: PlainPath = setting(
        ...,
        "The file with the keys of the hosts; a host that has none in it is not connected to.",
        example="/etc/tornterm/known_hosts",
    )
    hosts: tuple[HostSettings, ...] = setting(
        ..., "The hosts; the first one that is for a session is used.", strict=False, min_length=1
    )
    run_as: str = setting(
        "",
        "The system account that ssh runs as, needed where the server is root; never root. Keys "
        "must be readable for it, and for nobody else.",
        example="tornterm-ssh",
    )
    send_env: tuple[Variable, ...] = setting(
        ("LANG", "TORNTERM_USER"),
        "Variables that are offered to the hosts, which take what their AcceptEnv names.",
        strict=False,
    )
    timeout: Annotated[Duration, shortest("1s")] = setting(
        "10s", "How long a host may take to answer at first."
    )
    keepalive: Annotated[Duration, shortest("1s")] = setting(
        "15s", "How often a host is asked whether it is there; a session ends after three silences."
    )
    config: PlainPath | None = setting(
        None,
        "A file as in ssh_config(5), for jump hosts and the like; it changes no option that this "
        "plugin sets. Other files of this kind are not read.",
        example="/etc/tornterm/ssh_config",
    )
    ssh: PlainPath = setting("/usr/bin/ssh", "The program ssh of OpenSSH.")

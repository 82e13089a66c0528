"""The command line of ssh: everything is said on it, and nothing of a user's is an option."""

from __future__ import annotations

import math
import re
import shlex
from collections.abc import Iterator, Sequence

from tornterm.errors import SpawnError
from tornterm_spawn_ssh.settings import USER, HostSettings, SshSettings

__all__ = ["command_line"]

ALWAYS = (
    # Whom to talk to: nobody is asked, and nothing is learnt.
    "StrictHostKeyChecking=yes",
    "GlobalKnownHostsFile=/dev/null",
    "UpdateHostKeys=no",
    "VerifyHostKeyDNS=no",
    "CheckHostIP=no",
    "NoHostAuthenticationForLocalhost=no",
    # What a person at the terminal, or the host, could reach on this machine.
    "EscapeChar=none",
    "PermitLocalCommand=no",
    "ClearAllForwardings=yes",
    "ForwardAgent=no",
    "ForwardX11=no",
    "Tunnel=no",
    # No key but the one that is named, and no connection but an own one.
    "IdentityAgent=none",
    "IdentitiesOnly=yes",
    "AddKeysToAgent=no",
    "ControlMaster=no",
    "ControlPath=none",
    "RequestTTY=force",
    "LogLevel=ERROR",
    "ConnectionAttempts=1",
    "NumberOfPasswordPrompts=3",
    "ServerAliveCountMax=3",
)


def command_line(
    settings: SshSettings, chosen: HostSettings, user: str, argv: Sequence[str] | None
) -> tuple[str, ...]:
    """Build the command that starts a session on a host.

    Args:
        settings: The table.
        chosen: The host.
        user: The user's name.
        argv: A command in place of the configured one, or None.

    Raises:
        SpawnError: The name cannot be that of an account, or a part of a host's.
    """
    command = shlex.join(argv) if argv is not None else chosen.command
    options = (part for option in _options(settings, chosen) for part in ("-o", option))
    return (
        str(settings.ssh),
        *("-F", str(settings.config) if settings.config else "none"),
        *options,
        *("-l", _account_of(chosen, user), "-p", str(chosen.port)),
        # Behind this ssh takes nothing for an option any more, the command included.
        *("--", _name_of(chosen, user)),
        *([command] if command else ()),
    )


def _options(settings: SshSettings, chosen: HostSettings) -> Iterator[str]:
    yield from ALWAYS
    yield f"UserKnownHostsFile={settings.known_hosts}"
    yield f"ConnectTimeout={math.ceil(settings.timeout)}"
    yield f"ServerAliveInterval={math.ceil(settings.keepalive)}"
    if chosen.identity is None:
        yield "PreferredAuthentications=keyboard-interactive,password"
        yield "PubkeyAuthentication=no"
    else:
        yield "PreferredAuthentications=publickey"
        yield f"IdentityFile={chosen.identity}"
        yield "BatchMode=yes"
    if settings.send_env:
        yield f"SendEnv={' '.join(settings.send_env)}"


def _account_of(chosen: HostSettings, user: str) -> str:
    if chosen.account != USER:
        return chosen.account
    # Lower case only: two users whose names differ in case never get one account.
    if user == "root" or not re.fullmatch("[a-z_][a-z0-9_.-]{0,31}", user):
        raise SpawnError(f"the user name {user!r:.60} is not that of an account on a host")
    return user


def _name_of(chosen: HostSettings, user: str) -> str:
    if USER not in chosen.host:
        return chosen.host
    if not re.fullmatch("[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?", user):
        raise SpawnError(f"the user name {user!r:.60} cannot be a part of the name of a host")
    return chosen.host.replace(USER, user)

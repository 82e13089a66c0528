"""The plugin: every session's program on another host."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel

from tornterm.errors import ConfigProblem, SpawnError
from tornterm.hookspecs import hookimpl
from tornterm.spawning import RunAs, account_to_run_as, checked_user
from tornterm.types import Profile, SpawnPlan, SpawnRequest, User
from tornterm_spawn_ssh.command import command_line
from tornterm_spawn_ssh.settings import USER, HostSettings, SshSettings

__all__ = ["Ssh"]

LOOK_UP = 10.0
"""Seconds that looking for a key of a host may take."""


class Ssh:
    """Plans an ssh to the host that a session is for.

    Its work is plain functions: asking for an account may ask a directory server.

    Args:
        settings: The table ``[plugins.ssh]``.
    """

    name = "ssh"

    def __init__(self, settings: SshSettings) -> None:
        self._settings = settings

    @staticmethod
    @hookimpl
    def tornterm_register_config() -> type[BaseModel]:
        """Name the model of the table."""
        return SshSettings

    @hookimpl
    def tornterm_check(self) -> list[ConfigProblem]:
        """Say what no host could be reached without, and warn of hosts that nobody knows."""
        wrong = [ConfigProblem("", "plugins.ssh", key, why) for key, why in self._wrong()]
        return wrong or [
            ConfigProblem("", "plugins.ssh", "known_hosts", why, warning=True)
            for why in self._doubts()
        ]

    def _wrong(self) -> Iterator[tuple[str, str]]:
        settings = self._settings
        if shutil.which(settings.ssh) is None:
            yield "ssh", f"there is no program {settings.ssh}"
        for key, path in (("known_hosts", settings.known_hosts), ("config", settings.config)):
            if path and not path.is_file():
                yield key, f"there is no file {path}"
        try:
            account = self._account()
        except SpawnError as error:
            yield "run_as", str(error)
            return
        for path in sorted({host.identity for host in settings.hosts if host.identity}):
            why = _unusable(path, account)
            if why:
                yield "hosts", f"the key {path} {why}"

    def _doubts(self) -> Iterator[str]:
        """Hosts without a key; with a file for ssh they may be known under another name."""
        finder = shutil.which("ssh-keygen")
        if self._settings.config or finder is None:
            return
        for chosen in self._settings.hosts:
            name = chosen.host if chosen.port == 22 else f"[{chosen.host}]:{chosen.port}"
            if USER not in name and not _is_known(finder, name, self._settings.known_hosts):
                yield f"holds no key of {name}, so no session can be started there"

    @hookimpl
    async def tornterm_profiles(self, user: User) -> list[Profile]:
        """Those of the hosts that are for the user."""
        hosts = (host for host in self._settings.hosts if _is_whose(host, user))
        names = dict.fromkeys(host.profile for host in hosts if host.profile)
        return [Profile(name) for name in names]

    @hookimpl
    def tornterm_spawn(self, user: User, request: SpawnRequest) -> SpawnPlan | None:
        """Plan a session on the first host that it is for."""
        chosen = next((host for host in self._settings.hosts if _is_for(host, user, request)), None)
        if chosen is None:
            return None
        name = checked_user(user.name)
        if request.cwd is not None:
            raise SpawnError("a session on another host begins where that host lets it")
        for variable in request.env:
            if not self._is_sent(variable):
                raise SpawnError(f"the variable {variable!r:.60} is not one that hosts are sent")
        account = self._account()
        return SpawnPlan(
            argv=command_line(self._settings, chosen, name, request.argv),
            env={
                "HOME": "/",
                "LANG": "C.UTF-8",
                "PATH": "/usr/local/bin:/usr/bin:/bin",
                "TERM": "xterm-256color",
                "TORNTERM_USER": name,
                **request.env,
            },
            cwd="/",
            uid=account.plan_uid,
            gid=account.plan_gid,
        )

    def _is_sent(self, variable: str) -> bool:
        names = self._settings.send_env
        return variable in names or ("LC_*" in names and variable.startswith("LC_"))

    def _account(self) -> RunAs:
        """Who ssh runs as."""
        return account_to_run_as(self._settings.run_as, "sessions on other hosts")


def _is_for(chosen: HostSettings, user: User, request: SpawnRequest) -> bool:
    return chosen.profile == request.profile and _is_whose(chosen, user)


def _is_whose(chosen: HostSettings, user: User) -> bool:
    anybody = not chosen.users and not chosen.groups
    return anybody or user.name in chosen.users or bool(set(user.groups) & set(chosen.groups))


def _unusable(path: Path, account: RunAs) -> str:
    """Why a key cannot be used, or should not be; empty where nothing speaks against it."""
    try:
        found = os.stat(path)
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    if stat.S_IMODE(found.st_mode) & 0o077:
        return "can be read by others than its owner"
    return "" if found.st_uid == account.uid else "does not belong to the account ssh runs as"


def _is_known(finder: str, name: str, known_hosts: Path) -> bool:
    command = (finder, "-F", name, "-f", str(known_hosts))
    try:
        done = subprocess.run(  # noqa: S603 - the name is one of the configuration
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=LOOK_UP
        )
    except (OSError, subprocess.SubprocessError):
        return True  # nothing was learnt
    return done.returncode == 0

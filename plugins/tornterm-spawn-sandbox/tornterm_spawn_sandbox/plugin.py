"""The plugin: every session's program in a sandbox of its own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace

from pydantic import BaseModel

from tornterm.errors import ConfigProblem, SpawnError
from tornterm.hookspecs import hookimpl
from tornterm.spawning import RunAs, account_to_run_as, checked_user
from tornterm.types import SpawnPlan, SpawnRequest, User
from tornterm_spawn_sandbox.bubblewrap import (
    HOME,
    ID,
    USER,
    command_line,
    is_inside,
    refusal,
)
from tornterm_spawn_sandbox.homes import named_account, private_home
from tornterm_spawn_sandbox.settings import SandboxSettings, is_dangerous

__all__ = ["Sandbox"]

ACCOUNTS = {
    "passwd": f"{USER}:x:{ID}:{ID}:{USER}:{HOME}:/bin/bash\n"
    "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n",
    "group": f"{USER}:x:{ID}:\nnogroup:x:65534:\n",
}
"""The accounts that there are inside."""


class Sandbox:
    """Plans each session's program in a sandbox, and puts what other plugins plan into one.

    Its work is plain functions: making a home waits for the disk.

    Args:
        settings: The table ``[plugins.sandbox]``.
    """

    name = "sandbox"

    def __init__(self, settings: SandboxSettings) -> None:
        self._settings = settings

    @staticmethod
    @hookimpl
    def tornterm_register_config() -> type[BaseModel]:
        """Name the model of the table."""
        return SandboxSettings

    @hookimpl
    def tornterm_check(self) -> list[ConfigProblem]:
        """Say what no sandbox could be started without."""
        return [ConfigProblem("", "plugins.sandbox", key, why) for key, why in self._wrong()]

    def _wrong(self) -> Iterator[tuple[str, str]]:
        missing = shutil.which(self._settings.bwrap) is None
        if missing:
            yield "bwrap", f"there is no program {self._settings.bwrap}"
        if not self._settings.homes.parent.is_dir():
            yield "homes", f"there is no directory {self._settings.homes.parent}"
        try:
            account = self._account()
        except SpawnError as error:
            yield "run_as", str(error)
            return
        why = "" if missing else refusal(self._settings, account)
        if why:
            yield "bwrap", why

    @hookimpl
    def tornterm_spawn(self, user: User, request: SpawnRequest) -> SpawnPlan:
        """Plan what runs inside."""
        return SpawnPlan(
            argv=request.argv or self._settings.command,
            env={
                "LANG": "C.UTF-8",
                "PATH": "/usr/local/bin:/usr/bin:/bin",
                "SHELL": self._settings.command[0],
                "TERM": "xterm-256color",
                **self._settings.env,
                **request.env,
            },
            cwd=_absolute(request.cwd),
        )

    @hookimpl
    def tornterm_prepare_spawn(self, user: User, plan: SpawnPlan) -> SpawnPlan:
        """Put the program into a sandbox, whichever plugin planned it."""
        name = checked_user(user.name)
        for variable in plan.env:
            if is_dangerous(variable):
                raise SpawnError(f"the variable {variable!r:.60} cannot be set for a sandbox")
        account = self._account()
        homes, owner = self._settings.homes, (account.uid, account.gid)
        home = private_home(homes, name, *owner)
        accounts = named_account(homes, ACCOUNTS, *owner)
        cwd = plan.cwd if is_inside(self._settings, plan.cwd) else HOME
        own = {"HOME": HOME, "USER": USER, "LOGNAME": USER, "TORNTERM_USER": name}
        return replace(
            plan,
            argv=command_line(self._settings, home, accounts, cwd, plan.argv),
            env={**plan.env, **own},
            cwd="/",
            uid=account.plan_uid,
            gid=account.plan_gid,
            groups=(),
            # Links made inside would lead the server to what is not there inside.
            files=False,
        )

    def _account(self) -> RunAs:
        """Who sandboxes run as."""
        return account_to_run_as(self._settings.run_as, "sandboxes")


def _absolute(cwd: str | None) -> str:
    """The wished working directory, where it is one."""
    if cwd is None:
        return HOME
    if not cwd.startswith("/") or "\0" in cwd:
        raise SpawnError(f"the working directory {cwd!r:.60} is not an absolute path")
    return cwd

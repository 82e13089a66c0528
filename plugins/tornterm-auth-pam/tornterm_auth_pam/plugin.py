"""The plugin: logging in with a system account, and a PAM session around each program."""

from __future__ import annotations

import json
import logging
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from pydantic import BaseModel

from tornterm.errors import AuthError, ConfigProblem, SpawnError
from tornterm.hookspecs import hookimpl
from tornterm.types import AuthRequest, FileAccess, LoginField, LoginMethod, SpawnPlan, User
from tornterm_auth_pam import accounts, login
from tornterm_auth_pam.asking import ACCOUNT, ENVIRONMENT, PERMISSION_DENIED, Asking, Wrong
from tornterm_auth_pam.settings import PamSettings

__all__ = ["Pam"]

logger = logging.getLogger("tornterm.plugins.pam")

SESSION = Path(__file__).with_name("session.py")
VARIABLE = "TORNTERM_PAM_SESSION"


class Pam:
    """Authenticates through PAM.

    Args:
        settings: The table ``[plugins.pam]``.
    """

    name = "pam"
    folders: ClassVar = ("/etc/pam.d", "/usr/lib/pam.d")

    def __init__(self, settings: PamSettings) -> None:
        self.settings = settings
        self._asking = Asking(settings)

    @staticmethod
    @hookimpl
    def tornterm_register_config() -> type[BaseModel]:
        """Name the model of the table."""
        return PamSettings

    @hookimpl
    def tornterm_check(self) -> list[ConfigProblem]:
        """Without its file, PAM would do what ``other`` says, whatever that is."""
        service = self.settings.service
        problems = []
        if not any(Path(folder, service).is_file() for folder in self.folders):
            why = f"there is no {self.folders[0]}/{service}"
            problems.append(ConfigProblem("", "", "service", why))
        if self.settings.sessions and os.geteuid() != 0:
            why = "only a server that runs as root can open sessions for others"
            problems.append(ConfigProblem("", "", "sessions", why))
        return problems

    @hookimpl
    async def tornterm_shutdown(self) -> None:
        """Leave no process behind."""
        await self._asking.close()

    @hookimpl
    async def tornterm_login_methods(self) -> LoginMethod:
        """A form with a name and a password."""
        fields = (LoginField("username", "User name"), LoginField("password", "Password", True))
        return LoginMethod(self.name, self.settings.label, fields)

    @hookimpl
    async def tornterm_authenticate(self, request: AuthRequest) -> User | None:
        """Ask PAM in a process of its own; what can be no name or password is not asked about."""
        if request.kind != "form" or request.fields.get("method") != self.name:
            return None
        name, password = (request.fields.get(key, "") for key in ("username", "password"))
        if not accounts.is_name(name) or not accounts.is_password(password):
            raise Wrong("what was typed can be no name, or no password")
        account = await self._asking.account(name, password, request.remote)
        user = accounts.user_of(account, self.settings) if account else None
        if user is None:
            why = "the account is unknown to the system, too low a number, or in no group that may"
            raise AuthError(why, ACCOUNT[PERMISSION_DENIED])
        return user

    @hookimpl
    async def tornterm_revalidate(self, user: User) -> bool | None:
        """Whether the account is still there, may log in, and is in the same groups."""
        if user.backend != self.name:
            return None
        try:
            account = await self._asking.account(user.name, None)
        except AuthError as error:
            logger.info("the login of %s has ended: %s", user.name, error)
            return False
        now = accounts.user_of(account, self.settings) if account else None
        known = (user.name, user.groups, user.admin)
        return now is not None and (now.name, now.groups, now.admin) == known

    @hookimpl
    def tornterm_prepare_spawn(self, user: User, plan: SpawnPlan) -> SpawnPlan | None:
        """Put a PAM session around the program of somebody who logged in here."""
        if user.backend != self.name or not self.settings.sessions:
            return None
        account = accounts.account_of(login.found(user.name))
        if account is None or accounts.user_of(account, self.settings) is None:
            raise SpawnError(f"the system account {user.name!r} may not be used here any more")
        if (plan.uid, plan.gid) != (account.uid, account.gid):
            why = 'it would not run as the person; set run_as = "{user}" in [plugins.shell]'
            raise SpawnError(why)
        wish = {
            "service": self.settings.service,
            "account": account.name,
            "uid": account.uid,
            "gid": account.gid,
            "groups": plan.groups,
            "argv": plan.argv,
            "env": {**plan.env},
            "cwd": plan.cwd,
            "rlimits": {**plan.rlimits},
        }
        # Root's own process gets nothing of the person's environment.
        env = {**ENVIRONMENT, VARIABLE: json.dumps(wish)}
        argv = (sys.executable, "-I", str(SESSION))
        files = FileAccess(
            account.uid, account.gid, plan.groups, plan.cwd, plan.rlimits.get("FSIZE")
        )
        return replace(
            plan,
            argv=argv,
            env=env,
            cwd="/",
            uid=None,
            gid=None,
            groups=(),
            rlimits={},
            # As the person, whatever this process is.
            files=files if plan.files is True else False,
        )

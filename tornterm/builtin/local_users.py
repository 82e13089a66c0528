"""Users with passwords, in a file or in the configuration itself."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import ClassVar

import argon2
import click
from pydantic import BaseModel

from tornterm.builtin.names import normal_name
from tornterm.builtin.users_command import user_commands
from tornterm.builtin.users_file import UserEntry, UserName, read_users
from tornterm.config.fields import ConfigPath, ConfigTable, setting
from tornterm.errors import AuthError, ConfigError, ConfigProblem
from tornterm.hookspecs import App, hookimpl
from tornterm.types import AuthRequest, LoginField, LoginMethod, User

__all__ = ["LocalUsers", "LocalUsersSettings"]

logger = logging.getLogger("tornterm.plugins.local_users")

LONGEST_PASSWORD = 1024

VERSION = "local_users.version"
"""The attribute of a user that changes whenever the entry does."""


class LocalUsersSettings(ConfigTable):
    """Logging in with a name and a password."""

    file: ConfigPath = setting(
        "users.toml",
        "The file that `tornterm user add` writes; a change takes effect within two seconds.",
    )
    users: dict[UserName, UserEntry] = setting(
        {}, "Further users, written here: [plugins.local_users.users.alice]."
    )


class LocalUsers:
    """Authenticates by name and password.

    Names are compared in Unicode's NFC form, exactly, with regard to case.

    Args:
        settings: The table ``[plugins.local_users]``.
    """

    name = "local_users"
    watch_seconds: ClassVar[float] = 1.0

    def __init__(self, settings: LocalUsersSettings) -> None:
        self._file = settings.file
        self._written_here = settings.users
        # Replaced as a whole, because worker threads read it.
        self._users: Mapping[str, UserEntry] = settings.users
        self._seen: tuple[int, ...] | None = None
        self._watch: asyncio.Task[None] | None = None
        self._app: App | None = None

    @staticmethod
    @hookimpl
    def tornterm_register_config() -> type[BaseModel]:
        """The table says where the users are."""
        return LocalUsersSettings

    @hookimpl
    def tornterm_register_commands(self) -> click.Command:
        """The commands that change the file."""
        return user_commands(self._file)

    @hookimpl
    def tornterm_check(self) -> Sequence[ConfigProblem]:
        """The file must be there and right; it may be missing where users are written elsewhere."""
        try:
            self._first_users()
        except ConfigError as error:
            return error.problems
        return ()

    @hookimpl
    async def tornterm_startup(self, app: App) -> None:
        """Read the file, and look from now on whether it changes."""
        self._app = app
        self._seen = _state(self._file)
        self._users = self._first_users()
        self._watch = asyncio.get_running_loop().create_task(self._look_again())

    @hookimpl
    async def tornterm_shutdown(self) -> None:
        """Stop looking."""
        if self._watch is not None:
            self._watch.cancel()
            with suppress(asyncio.CancelledError):
                await self._watch

    @hookimpl
    async def tornterm_login_methods(self) -> LoginMethod:
        """A form with name and password."""
        fields = (LoginField("username", "User name"), LoginField("password", "Password", True))
        return LoginMethod(self.name, "Log in", fields)

    @hookimpl
    def tornterm_authenticate(self, request: AuthRequest) -> User | None:
        """Verify a password; in a worker thread, because that takes its time on purpose."""
        if request.kind != "form" or request.fields.get("method") != self.name:
            return None
        name = normal_name(request.fields.get("username", ""))
        password = request.fields.get("password", "")
        users = self._newest()
        entry = users.get(name)
        # For a name that does not exist somebody's hash is verified as well, in vain, so that the
        # time an answer takes does not tell which names there are.
        compared = entry or next(iter(users.values()), None)
        right = compared is not None and _matches(compared.password, password)
        if entry is None or not right:
            raise AuthError("wrong name or password", "Wrong user name or password.")
        return self._user(name, entry)

    @hookimpl
    async def tornterm_revalidate(self, user: User) -> bool | None:
        """Whether the user is still there, with the same password, groups and rights."""
        if user.backend != self.name:
            return None
        self.check_file()
        entry = self._users.get(user.name)
        return entry is not None and user == self._user(user.name, entry)

    def _newest(self) -> Mapping[str, UserEntry]:
        """The users as the file has them now, so that one who was just added can log in.

        Called in worker threads, so it only looks: what follows from a change is the loop's.
        """
        if _state(self._file) == self._seen:
            return self._users
        try:
            return self._read()
        except ConfigError:
            return self._users

    def check_file(self) -> bool:
        """Look whether the file has changed, and read it if so.

        Logins are asked again even where the users are as they were when it was last read: one
        who logged in meanwhile (see `_newest`) may have come and gone in between.

        Returns:
            Whether it was read. A broken file leaves the users as they were.
        """
        state = _state(self._file)
        if state == self._seen:
            return False
        self._seen = state
        try:
            self._users = self._read()
        except ConfigError as error:
            for problem in error.problems:
                logger.error("%s (the users stay as they were)", problem)
            return False
        logger.info("%s: %d users now", self._file, len(self._users))
        if self._app is not None:
            self._app.recheck_logins()
        return True

    async def _look_again(self) -> None:
        while True:
            await asyncio.sleep(self.watch_seconds)
            try:
                self.check_file()
            except Exception:
                logger.exception("looking at %s failed", self._file)

    def _first_users(self) -> Mapping[str, UserEntry]:
        if self._written_here and _state(self._file) is None:
            return self._written_here
        return self._read()

    def _read(self) -> Mapping[str, UserEntry]:
        if _state(self._file) is None:
            why = "there is no such file; `tornterm user add NAME` makes it"
            raise ConfigError([ConfigProblem(str(self._file), "", "", why)])
        users = read_users(self._file)
        if twice := users.keys() & self._written_here.keys():
            why = f"{', '.join(sorted(twice))}: also in [plugins.local_users.users]"
            raise ConfigError([ConfigProblem(str(self._file), "users", "", why)])
        return {**self._written_here, **users}

    def _user(self, name: str, entry: UserEntry) -> User:
        # The hash itself must not travel with the user; this only tells one state from another.
        version = hashlib.sha256(repr((entry.password, entry.groups, entry.admin)).encode())
        return User(
            name,
            entry.groups,
            entry.admin,
            backend=self.name,
            attributes={VERSION: version.hexdigest()[:16]},
        )


def _matches(hashed: str, password: str) -> bool:
    # A longer one is nobody's, and must not cost more than others.
    taken = password[:LONGEST_PASSWORD].encode(errors="surrogatepass")
    try:
        argon2.PasswordHasher().verify(hashed, taken)
    except argon2.exceptions.VerifyMismatchError:
        return False
    return len(password) <= LONGEST_PASSWORD


def _state(path: Path) -> tuple[int, ...] | None:
    """What changes whenever the file does; None where there is none."""
    try:
        status = path.stat()
    except OSError:
        return None
    return (status.st_mtime_ns, status.st_size, status.st_ino, status.st_ctime_ns)

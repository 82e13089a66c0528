"""A login shell, or any other command, as the program of a session."""

from __future__ import annotations

import os
import pwd
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, BaseModel

from tornterm.builtin.homes import home_below
from tornterm.config.fields import Argument, ConfigTable, VariableName, Words, explained, setting
from tornterm.errors import ConfigProblem, SpawnError
from tornterm.hookspecs import hookimpl
from tornterm.spawning import passed_on
from tornterm.types import Profile, SpawnPlan, SpawnRequest, User

__all__ = ["Shell", "ShellProfile", "ShellSettings"]

USER = "{user}"
DEFAULTS = {
    "LANG": "C.UTF-8",
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
}
NO_LOGIN = frozenset({"nologin", "false", "true"})


def _directory(text: str) -> str:
    if (text != "~" and not text.startswith(("/", "~/"))) or "\0" in text:
        raise ValueError('must be an absolute path, "~", or begin with "~/"')
    return text


def _home(template: str) -> str:
    if template and not template.startswith("/"):
        raise ValueError(f'must be an absolute path, like "/home/{USER}", or empty')
    if template.count(USER) > 1 or set("{}") & set(template.replace(USER, "")):
        raise ValueError(f"may contain {USER} once, and no other braces")
    if "\0" in template:
        raise ValueError("must not contain a NUL character")
    return template


def _account(name: str) -> str:
    if name != USER and (set("{}/\0") & set(name) or name.startswith("-")):
        raise ValueError(f'must be "{USER}", the name of an account, or empty')
    return name


def _profile(name: str) -> str:
    if not name or len(name) > 64 or not name.isprintable():
        raise ValueError("must be names of 1 to 64 printable characters")
    return name


ProfileName = Annotated[str, AfterValidator(explained(_profile))]


class ShellProfile(ConfigTable):
    """Another program that people can choose when they open a terminal."""

    command: tuple[Argument, ...] = setting(
        (),
        "The program and its arguments; left out, as for everybody.",
        strict=False,
        example=["python3", "-q"],
    )
    cwd: Annotated[str, AfterValidator(explained(_directory))] | None = setting(
        None, "Where it begins; left out, as for everybody."
    )
    env: dict[VariableName, Argument] = setting({}, "Variables to set besides those for everybody.")
    label: str = setting("", "What people read; left out, the profile's name.", max_length=64)
    users: Words = setting((), "Whom it is for; empty for everybody.")
    groups: Words = setting(
        (), "The groups whose members it is for; with `users`, either is enough."
    )

    def is_for(self, user: User) -> bool:
        """Whether somebody may choose it."""
        anybody = not self.users and not self.groups
        return anybody or user.name in self.users or bool(set(user.groups) & set(self.groups))


class ShellSettings(ConfigTable):
    """Which program a session runs, and as whom."""

    command: tuple[Argument, ...] = setting(
        (),
        "The program and its arguments; left out, the login shell of the account.",
        strict=False,
        example=["/bin/bash", "-l"],
    )
    cwd: Annotated[str, AfterValidator(explained(_directory))] = setting(
        "~", 'Where it begins; "~" is the home directory.'
    )
    env: dict[VariableName, Argument] = setting({}, "Variables to set.", example={"EDITOR": "vi"})
    pass_env: tuple[VariableName, ...] = setting(
        ("LANG", "LC_ALL", "PATH", "TZ"),
        "Variables of the server's own environment that the program gets. Nothing else of it is "
        "passed on; HOME, USER, LOGNAME, SHELL, TERM, LANG and PATH are always set, and "
        "TORNTERM_USER to the name of the user who is logged in, TORNTERM_SESSION to the "
        "session's id.",
        strict=False,
    )
    home: Annotated[str, AfterValidator(explained(_home))] = setting(
        "",
        f'The home directory, for example "/home/{USER}"; it must exist. Empty for that of the '
        "account the program runs as.",
    )
    run_as: Annotated[str, AfterValidator(explained(_account))] = setting(
        "",
        f'The system account to run as, only where the server is root: a name, or "{USER}" for '
        "the account with the user's name, which must exist and is never root. Empty for the "
        "server's own account: then all users share one account, and where the server is root "
        "every user is root.",
    )
    profiles: dict[ProfileName, ShellProfile] = setting(
        {},
        "Other programs that people can choose when they open a terminal: "
        "[plugins.shell.profiles.python]. They run as the same account.",
    )


_USUAL = ShellProfile()


@dataclass(frozen=True, slots=True)
class _Account:
    name: str
    home: str
    shell: str
    uid: int | None = None
    gid: int | None = None
    groups: tuple[int, ...] = ()


class Shell:
    """Plans a login shell or the configured command.

    Its work is plain functions: asking for an account may ask a directory server.

    Args:
        settings: The table ``[plugins.shell]``.
    """

    name = "shell"

    def __init__(self, settings: ShellSettings) -> None:
        self._settings = settings

    @staticmethod
    @hookimpl
    def tornterm_register_config() -> type[BaseModel]:
        """The table says what to run, and as whom."""
        return ShellSettings

    @hookimpl
    def tornterm_check(self) -> list[ConfigProblem]:
        """Another account needs root; warn of what will not be there when a program starts."""
        if self._settings.run_as and os.geteuid() != 0:
            why = "only a server that runs as root can start programs as another account"
            return [ConfigProblem("", "", "run_as", why)]
        return [ConfigProblem("", "", key, why, warning=True) for key, why in self._doubts()]

    def _doubts(self) -> Iterator[tuple[str, str]]:
        """What may still change, or be otherwise for another account, by key."""
        settings = self._settings
        if not settings.run_as and os.geteuid() == 0:
            yield "run_as", "is not set, and the server is root: everybody who can log in is root"
        if settings.run_as not in ("", USER) and not _has_account(settings.run_as):
            yield "run_as", f'there is no system account "{settings.run_as}"'
        yield from self._doubts_of("", settings.command, settings.cwd, {})
        if settings.home and USER not in settings.home and not os.path.isdir(settings.home):
            yield "home", f"there is no directory {settings.home}"
        for name, profile in settings.profiles.items():
            place = f"profiles.{name}."
            yield from self._doubts_of(place, profile.command, profile.cwd or "", profile.env)

    def _doubts_of(
        self, place: str, command: Sequence[str], cwd: str, env: Mapping[str, str]
    ) -> Iterator[tuple[str, str]]:
        if cwd.startswith("/") and not os.path.isdir(cwd):
            yield f"{place}cwd", f"there is no directory {cwd}"
        passed = passed_on(self._settings.pass_env)
        path = {**DEFAULTS, **passed, **self._settings.env, **env}["PATH"]
        if command and _is_missing(command[0], path):
            yield f"{place}command", f"there is no program {command[0]}"

    @hookimpl
    def tornterm_profiles(self, user: User) -> list[Profile]:
        """The profiles of the table that are for the user."""
        profiles = self._settings.profiles.items()
        return [Profile(name, each.label) for name, each in profiles if each.is_for(user)]

    @hookimpl
    def tornterm_spawn(self, user: User, request: SpawnRequest) -> SpawnPlan | None:
        """Plan the program of a session, unless its profile is another plugin's."""
        profile = self._settings.profiles.get(request.profile, _USUAL)
        if request.profile and (profile is _USUAL or not profile.is_for(user)):
            return None
        account = self._account_for(user.name)
        home = self._home_for(user.name, account)
        shell = _shell_of(account)
        argv = request.argv or profile.command or self._settings.command or (shell, "-l")
        return SpawnPlan(
            argv=tuple(argv),
            env=self._environment(user.name, account, home, shell, {**profile.env, **request.env}),
            cwd=_resolved(request.cwd or profile.cwd or self._settings.cwd, home),
            uid=account.uid,
            gid=account.gid,
            groups=account.groups,
            files=True,
        )

    def _account_for(self, user: str) -> _Account:
        run_as = self._settings.run_as
        if not run_as:
            return _own_account()
        name = user if run_as == USER else run_as
        try:
            entry = pwd.getpwnam(name)
        except (KeyError, ValueError):
            # ValueError: a character that no account's name can have.
            raise SpawnError(f"there is no system account {name!r:.60}") from None
        if run_as == USER and entry.pw_uid == 0:
            raise SpawnError(f"the system account {name!r} is root, which a user cannot become")
        groups = tuple(os.getgrouplist(name, entry.pw_gid))
        return _Account(
            name, entry.pw_dir, entry.pw_shell or "/bin/sh", entry.pw_uid, entry.pw_gid, groups
        )

    def _home_for(self, user: str, account: _Account) -> str:
        template = self._settings.home
        if not template:
            return account.home if os.path.isdir(account.home) else "/"
        return home_below(template, USER, user)

    def _environment(
        self, user: str, account: _Account, home: str, shell: str, more: Mapping[str, str]
    ) -> dict[str, str]:
        return {
            **DEFAULTS,
            **passed_on(self._settings.pass_env),
            "HOME": home,
            "TORNTERM_USER": user,
            "USER": account.name,
            "LOGNAME": account.name,
            "SHELL": shell,
            "TERM": "xterm-256color",
            **self._settings.env,
            **more,
        }


def _has_account(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except (KeyError, ValueError):
        # ValueError: a character that no account's name can have.
        return False
    return True


def _is_missing(program: str, path: str) -> bool:
    if "/" in program:
        # One that is not absolute is looked for where the session begins.
        return program.startswith("/") and not os.path.exists(program)
    return shutil.which(program, path=path) is None


def _own_account() -> _Account:
    """The account of the server, which in a container may have no entry."""
    try:
        entry = pwd.getpwuid(os.geteuid())
    except KeyError:
        name = os.environ.get("USER") or str(os.geteuid())
        return _Account(name, os.environ.get("HOME", "/"), os.environ.get("SHELL", ""))
    # A service's account often may not log in; whoever starts a web terminal with it means it to.
    usable = os.path.basename(entry.pw_shell) not in NO_LOGIN
    shell = entry.pw_shell if usable else os.environ.get("SHELL", "")
    return _Account(entry.pw_name, entry.pw_dir, shell)


def _shell_of(account: _Account) -> str:
    return account.shell or os.environ.get("SHELL") or "/bin/sh"


def _resolved(directory: str, home: str) -> str:
    if directory == "~":
        return home
    return os.path.join(home, directory[2:]) if directory.startswith("~/") else directory

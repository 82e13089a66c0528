"""Every table of the configuration, and every key with its type, default and description.

The example file, the reference page and the JSON schema are made from these models.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping
from typing import Annotated, Any

from pydantic import (
    BeforeValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    ValidationInfo,
    field_validator,
)

from tornterm.config.fields import (
    ByteSize,
    ConfigTable,
    Duration,
    explained,
    setting,
    shortest,
    smallest,
    wrong,
)
from tornterm.config.source import Source
from tornterm.config.tables import (
    AuthSettings,
    FilesSettings,
    LoggingSettings,
    MetricsSettings,
    ServerSettings,
    TlsSettings,
    UiSettings,
)
from tornterm.types import Limits

__all__ = [
    "AuditSettings",
    "AuthSettings",
    "FilesSettings",
    "LimitSettings",
    "LoggingSettings",
    "MetricsSettings",
    "PluginsSettings",
    "ServerSettings",
    "SessionsSettings",
    "Settings",
    "TlsSettings",
    "UiSettings",
]


def _plugin_name(value: object) -> str:
    pattern = r"[A-Za-z0-9_][A-Za-z0-9_.-]*(:[A-Za-z0-9_.]+)?"
    if not isinstance(value, str) or not re.fullmatch(pattern, value):
        raise ValueError('must be the name of a plugin, like "token", or "module:Class"')
    return value


PluginName = Annotated[str, BeforeValidator(explained(_plugin_name))]


class PluginsSettings(ConfigTable):
    """Which plugins run. Each has a table [plugins.<name>] of its own."""

    model_config = ConfigDict(extra="allow")

    enabled: tuple[PluginName, ...] = setting(
        ("token", "shell", "jsonl"),
        "The names of the plugins that are loaded, built-in or installed, in the order in which "
        'they are asked. Nothing else is active but "policy", which lets owners and admins have '
        'what is theirs. Also "module:Class" or "module", of a module that Python finds or that '
        "lies beside this file.",
        restart=True,
        strict=False,
    )
    disabled: tuple[PluginName, ...] = setting(
        (),
        "The names of plugins that are not loaded, whoever enables them.",
        restart=True,
        strict=False,
    )

    @property
    def tables(self) -> Mapping[str, Any]:
        """The tables of the plugins as they were written; secrets are among them."""
        return dict(self.__pydantic_extra__ or {})

    @property
    def wanted(self) -> tuple[str, ...]:
        """What is enabled and not disabled, as it was written."""
        return tuple(name for name in self.enabled if name not in self.disabled)

    @field_validator("enabled", "disabled")
    @classmethod
    def _each_once(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        twice = [name for name, count in Counter(value).items() if count > 1]
        if twice:
            raise wrong(f"names {', '.join(twice)} more than once")
        return value

    def __repr_args__(self) -> Any:
        """Leave the plugins' tables out: nobody knows which of their values are secrets."""
        yield "enabled", self.enabled
        yield from ((name, ...) for name in self.tables)


class SessionsSettings(ConfigTable):
    """How many sessions there may be, and how long they live. 0 means no limit."""

    max: int = setting(50, "Sessions on this server at the same time.", ge=0)
    max_per_user: int = setting(10, "Sessions of one user at the same time.", ge=0)
    max_per_hour: int = setting(100, "Sessions that one user may create in a rolling hour.", ge=0)
    grace_period: Annotated[Duration, shortest("1s", or_zero=True)] = setting(
        "12h", "How long a shell waits for its person after the last connection is gone."
    )
    attach_timeout: Annotated[Duration, shortest("1s", or_zero=True)] = setting(
        "60s",
        "How long a session that was made over HTTP (docs/http.md) waits for its first connection.",
    )
    scrollback: Annotated[ByteSize, smallest("8 KiB")] = setting(
        "1 MiB", "How much output is kept of each session, so that a return is exact."
    )
    window: Annotated[ByteSize, smallest("4 KiB")] = setting(
        "1 MiB",
        "How much output may be on its way to a client without its acknowledgement; never more "
        "than half the scrollback, and less to a client that takes it slowly.",
    )
    idle_timeout: Annotated[Duration, shortest("1s", or_zero=True)] = setting(
        "0", "End a session in which nobody has typed and no job is running for so long."
    )
    max_lifetime: Annotated[Duration, shortest("1s", or_zero=True)] = setting(
        "0", "End a session that is so old, whatever happens in it."
    )
    warn_before: Duration = setting(
        "60s", "How long before the last two strike the people attached are told."
    )
    stall_timeout: Annotated[Duration, shortest("1s", or_zero=True)] = setting(
        "60s",
        "Close the connection of a writer that takes nothing for so long, so that it does not "
        "stop the program; the session waits.",
    )
    control_timeout: Duration = setting(
        "10s",
        "How long the right to write waits for the client that had it, before the owner's newest "
        "other one gets it.",
    )
    kill_after: Annotated[Duration, shortest("10ms")] = setting(
        "5s", "The time between HUP, TERM and KILL when a session is ended."
    )
    screen_model: bool = setting(
        True,
        "Whether a terminal emulator follows what has left the scrollback, in a process of its "
        "own, so that who comes back late sees the screen as it is.",
        restart=True,
    )
    screen_scrollback: int = setting(
        1000,
        "How many lines above the screen it keeps of each session.",
        ge=0,
        le=100_000,
        restart=True,
    )
    screen_memory: Annotated[ByteSize, smallest("64 MiB", or_zero=True)] = setting(
        "1 GiB", "How much memory that process may take for all sessions together.", restart=True
    )
    tombstone: Duration = setting(
        "10m", "How long the last output of an ended session can still be read."
    )


class LimitSettings(ConfigTable):
    """Other limits for one user or the members of one group; the first that matches is used."""

    user: str | None = setting(None, "The user it is for.", min_length=1, example="alice")
    group: str | None = setting(
        None, "The group it is for; exactly one of user and group.", min_length=1
    )
    max_per_user: int | None = setting(
        None, "Sessions of one user at the same time; 0 for no limit.", ge=0
    )
    max_per_hour: int | None = setting(
        None, "Sessions one user may create in a rolling hour; 0 for no limit.", ge=0
    )
    max: int | None = setting(
        None, "Sessions of all members of the group at the same time; 0 for no limit.", ge=0
    )

    @field_validator("group")
    @classmethod
    def _exactly_one(cls, value: object, info: ValidationInfo) -> object:
        if "user" in info.data and (info.data["user"] is None) == (value is None):
            raise wrong("exactly one of user and group is needed")
        return value

    @field_validator("max")
    @classmethod
    def _only_for_groups(cls, value: object, info: ValidationInfo) -> object:
        if value is not None and info.data.get("user") is not None:
            raise wrong("counts the members of a group together; for a user it is max_per_user")
        return value


class AuditSettings(ConfigTable):
    """Whether the audit log may have gaps."""

    required: bool = setting(
        False, "Refuse new sessions while events cannot be kept, instead of losing events."
    )
    queue: int = setting(
        1000, "Events that may wait for a slow sink.", ge=1, le=1_000_000, restart=True
    )


class Settings(ConfigTable):
    """The whole configuration."""

    server: ServerSettings = Field(default_factory=ServerSettings)
    tls: TlsSettings = Field(default_factory=TlsSettings)
    auth: AuthSettings = Field(default_factory=AuthSettings)
    ui: UiSettings = Field(default_factory=UiSettings)
    metrics: MetricsSettings = Field(default_factory=MetricsSettings)
    logging: LoggingSettings = Field(default_factory=LoggingSettings)
    plugins: PluginsSettings = Field(default_factory=PluginsSettings)
    sessions: SessionsSettings = Field(default_factory=SessionsSettings)
    limits: tuple[LimitSettings, ...] = Field(default=(), strict=False)
    audit: AuditSettings = Field(default_factory=AuditSettings)
    files: FilesSettings = Field(default_factory=FilesSettings)

    _source: Source = PrivateAttr(default_factory=Source)

    @property
    def source(self) -> Source:
        """Where the values came from, and what relative paths are relative to."""
        return self._source

    def limits_for(self, user: str, groups: Collection[str] = ()) -> Limits:
        """The limits of a user: the first matching entry over what [sessions] says.

        Args:
            user: The user's name.
            groups: The names of the user's groups.
        """
        sessions = self.sessions
        for entry in self.limits:
            if entry.user == user or entry.group in groups:
                return Limits(
                    _first(entry.max_per_user, sessions.max_per_user),
                    _first(entry.max_per_hour, sessions.max_per_hour),
                    entry.group or "",
                    entry.max or 0,
                )
        return Limits(sessions.max_per_user, sessions.max_per_hour)


def _first(value: int | None, default: int) -> int:
    return default if value is None else value

"""The plain values that cross tornterm's borders: what plugins and embedders see.

Everything here is immutable and free of behaviour beyond checking itself, so a plugin can keep,
compare and log it. Secrets never show in a ``repr``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import Any, Literal, Protocol, runtime_checkable

from tornterm.errors import ProtocolError

__all__ = [
    "Action",
    "AuditEvent",
    "AuthRequest",
    "EchoObserver",
    "EventFilter",
    "ExitStatus",
    "FileAccess",
    "Limits",
    "LoginField",
    "LoginMethod",
    "OlderEvents",
    "PacingObserver",
    "Profile",
    "Route",
    "SessionInfo",
    "SessionObserver",
    "Size",
    "SpawnPlan",
    "SpawnRequest",
    "Usage",
    "User",
]

Action = Literal["create", "attach", "watch", "control", "kill", "admin"]

_NOTHING: Mapping[str, Any] = MappingProxyType({})


def _nothing() -> Mapping[str, Any]:
    return _NOTHING


def _finite(number: float) -> bool:
    try:
        return math.isfinite(number)
    except OverflowError:  # an integer that is too large for a float
        return False


@dataclass(frozen=True, slots=True)
class User:
    """A person who has been authenticated.

    Args:
        name: The stable, unique name by which limits and ownership are kept.
        groups: The groups that ``[[limits]]`` and policies may refer to.
        admin: Whether this person may see and end the sessions of others.
        backend: The plugin that vouched for this person.
        display_name: What the page shows; the name where it is empty.
        attributes: Further facts for spawn plugins, for example a system account.
    """

    name: str
    groups: tuple[str, ...] = ()
    admin: bool = False
    backend: str = ""
    display_name: str = ""
    attributes: Mapping[str, Any] = field(default_factory=_nothing, hash=False)


@dataclass(frozen=True, slots=True)
class AuthRequest:
    """What an auth backend is asked to judge.

    Args:
        kind: ``bearer`` (``fields["token"]``), ``form`` (the fields of a login method, and
            ``method``, its name) or ``headers`` (a request without credentials of ours, for
            backends that read a proxy's headers).
        fields: The credentials. Never shown in a ``repr``, never logged.
        headers: The request's headers; names are case-insensitive. Those of a real request are a
            `tornado.httputil.HTTPHeaders`, whose ``get_all`` shows repeated ones one by one.
        remote: The client's address, after trusted proxies were taken into account.
        peer: The address of the TCP peer itself (``unix:`` for a Unix socket).
        secure: Whether the person's side of the connection is HTTPS.
    """

    kind: Literal["bearer", "form", "headers"]
    fields: Mapping[str, str] = field(default_factory=_nothing, repr=False)
    headers: Mapping[str, str] = field(default_factory=_nothing, repr=False)
    remote: str = ""
    peer: str = ""
    secure: bool = False


@dataclass(frozen=True, slots=True)
class LoginField:
    """One input of a login form.

    Args:
        name: The key under which the value reaches `AuthRequest.fields`.
        label: What the page writes beside it.
        secret: Whether the input hides what is typed.
    """

    name: str
    label: str
    secret: bool = False


@dataclass(frozen=True, slots=True)
class LoginMethod:
    """One way to log in, as the login page offers it.

    Args:
        name: Stable name, usually the plugin's.
        label: The heading of the form or the text of the link.
        fields: The form's inputs; empty for a link.
        url: Where the link leads; empty for a form.
    """

    name: str
    label: str
    fields: tuple[LoginField, ...] = ()
    url: str = ""


@dataclass(frozen=True, slots=True)
class Profile:
    """One way to start a session, as the page offers it.

    Args:
        name: What `SpawnRequest.profile` is then; not empty, which means the usual way.
        label: What people read; the name where it is empty.
    """

    name: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Size:
    """A terminal's size in character cells, each from 1 to 1000."""

    cols: int = 80
    rows: int = 24

    MAXIMUM = 1000

    @classmethod
    def checked(cls, cols: object, rows: object) -> Size:
        """Make a size out of values that came from outside.

        Args:
            cols: Columns.
            rows: Rows.

        Raises:
            ProtocolError: One of them is not an integer from 1 to 1000.
        """
        for name, value in (("cols", cols), ("rows", rows)):
            if type(value) is not int or not 1 <= value <= cls.MAXIMUM:
                raise ProtocolError(
                    f"{name} must be an integer from 1 to {cls.MAXIMUM}, not {value!r:.40}"
                )
        assert isinstance(cols, int) and isinstance(rows, int)
        return cls(cols, rows)


@dataclass(frozen=True, slots=True)
class ExitStatus:
    """How a program ended: `code` where it exited, `signal` where it was killed by one."""

    code: int | None = None
    signal: int | None = None


@dataclass(frozen=True, slots=True)
class SpawnRequest:
    """What is known when a program is about to be started.

    Args:
        session_id: The public id of the session.
        size: The terminal's size.
        profile: The profile the person chose; empty for the default one.
        cwd: A working directory wished by an embedder; None for the plugin's own choice.
        argv: A command wished by an embedder; None for the plugin's own choice.
        env: Variables wished by an embedder, added last.
    """

    session_id: str
    size: Size
    profile: str = ""
    cwd: str | None = None
    argv: tuple[str, ...] | None = None
    env: Mapping[str, str] = field(default_factory=_nothing)


@dataclass(frozen=True, slots=True)
class FileAccess:
    """As whom the server exchanges files for a program that is started through another one.

    Args:
        uid: The user id, that of the program in the end; 0 only where the program is root's.
        gid: The group id.
        groups: Supplementary group ids.
        cwd: The absolute path of the directory to which uploads go where that of the program
            cannot be told.
        largest: Bytes of the largest file that may be written, as (soft, hard); None for no limit.
    """

    uid: int
    gid: int
    groups: tuple[int, ...] = ()
    cwd: str = "/"
    largest: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class SpawnPlan:
    """Which program to start, and how.

    Args:
        argv: The program and its arguments.
        env: The whole environment of the program: nothing is added to it but what describes
            the terminal: ``TERM`` and ``COLORTERM`` where they are missing, and always
            ``TORNTERM_SESSION``, the public id of the session.
        cwd: An absolute path of an existing directory.
        uid: The user id to run as, or None to keep the server's.
        gid: The group id to run as, or None to keep the server's.
        groups: Supplementary group ids; used only where `uid` or `gid` is given.
        rlimits: Resource limits: name as in the `resource` module without ``RLIMIT_``, for
            example ``{"NPROC": (100, 100)}``, to (soft, hard).
        files: Whether people may exchange files with the page, where that is enabled: the server
            then reads and writes them with `uid`, `gid` and `groups`, in its own file system. Never
            for a program that is locked up somewhere and sees less than that. It holds for this
            `argv` and this account alone: where `tornterm_prepare_spawn` changes them, files are
            off unless the plugin says as whom by a `FileAccess`.
    """

    argv: tuple[str, ...]
    env: Mapping[str, str]
    cwd: str
    uid: int | None = None
    gid: int | None = None
    groups: tuple[int, ...] = ()
    rlimits: Mapping[str, tuple[int, int]] = field(default_factory=_nothing)
    files: bool | FileAccess = False


@dataclass(frozen=True, slots=True)
class Limits:
    """What one user may have at once and per hour; 0 means no limit.

    Args:
        max_per_user: Sessions at the same time.
        max_per_hour: Creations in a rolling hour.
        group: The group whose members share `max_in_group`; empty for none.
        max_in_group: Sessions of all members of `group` at the same time.
    """

    max_per_user: int = 0
    max_per_hour: int = 0
    group: str = ""
    max_in_group: int = 0


@dataclass(frozen=True, slots=True)
class Usage:
    """How much of a user's limits is used.

    Args:
        limits: The limits that apply.
        sessions: Sessions the user has now, starting ones included.
        created: Creations within the last hour.
        retry_after: Seconds until another creation can succeed, 0 where one can now, None
            where that depends on sessions ending.
    """

    limits: Limits
    sessions: int
    created: int
    retry_after: int | None


@dataclass(frozen=True, slots=True)
class SessionInfo:
    """A session as others may see it: no secret, nothing of what is on its screen.

    Args:
        id: The public id.
        user: The owner's name.
        title: The name its owner gave it.
        profile: The profile it was made with.
        state: ``pending``, ``running``, ``ending`` or ``ended``.
        created: Seconds since the epoch.
        size: The terminal's size.
        attached: How many connections are attached.
        output: Bytes of output so far.
        exit: How the program ended; None while it has not.
        ended: Seconds since the epoch at which it did; None while it has not.
        expires: Seconds since the epoch at which it ends if nobody comes; None if not waiting.
    """

    id: str
    user: str
    title: str
    profile: str
    state: str
    created: float
    size: Size
    attached: int
    output: int
    exit: ExitStatus | None = None
    expires: float | None = None
    ended: float | None = None


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """Something that happened and must not be forgotten; never holds terminal contents.

    Args:
        name: Stable, dotted, for example ``session.created``.
        time: Seconds since the epoch.
        user: The user concerned; empty where nobody is known.
        remote: The client's address; empty for what the server did by itself.
        session_id: The session concerned, or empty.
        facts: Further values that JSON can carry.
    """

    name: str
    time: float
    user: str = ""
    remote: str = ""
    session_id: str = ""
    facts: Mapping[str, Any] = field(default_factory=_nothing)

    def as_dict(self) -> dict[str, Any]:
        """The event as one flat JSON object; facts keep their names."""
        return {
            "event": self.name,
            "time": self.time,
            "user": self.user,
            "remote": self.remote,
            "session": self.session_id,
            **self.facts,
        }

    @classmethod
    def from_dict(cls, values: object) -> AuditEvent:
        """Make an event out of what `as_dict` gave, which may have come from outside since.

        Args:
            values: The flat object; what is missing besides name and time is empty.

        Raises:
            ValueError: It is no event.
        """
        if not isinstance(values, Mapping) or not all(isinstance(key, str) for key in values):
            raise ValueError(f"an event is an object with names, not {values!r:.40}")
        facts = dict(values)
        name, time = facts.pop("event", None), facts.pop("time", None)
        user, remote, session = (facts.pop(key, "") for key in ("user", "remote", "session"))
        texts = all(isinstance(text, str) for text in (name, user, remote, session))
        if not (texts and name):
            raise ValueError("an event has a name, and its user, remote and session are texts")
        if isinstance(time, bool) or not isinstance(time, int | float) or not _finite(time):
            raise ValueError(f"an event's time is a number of seconds, not {time!r:.40}")
        return cls(name, float(time), user, remote, session, facts)


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which audit events somebody wants to see; what is left empty does not matter.

    Args:
        event: The name; ``*`` stands for any part of it, and nothing else is special.
        user: The user concerned.
        session: The session concerned.
        remote: The client's address.
    """

    event: str = ""
    user: str = ""
    session: str = ""
    remote: str = ""

    def passes(self, event: AuditEvent) -> bool:
        """Whether an event is wanted."""
        return (
            (not self.event or fnmatchcase(event.name, re.sub(r"[?\[]", r"[\g<0>]", self.event)))
            and (not self.user or event.user == self.user)
            and (not self.session or event.session_id == self.session)
            and (not self.remote or event.remote == self.remote)
        )


@dataclass(frozen=True, slots=True)
class OlderEvents:
    """What an audit sink has found among the events that it has kept.

    Args:
        events: Those that are wanted, the newest first; none where it has not got to any yet.
        cursor: Where it goes on, in words of its own, at most `MAX_CURSOR` characters; None where
            there is nothing older.
    """

    events: tuple[AuditEvent, ...] = ()
    cursor: str | None = None

    MAX_CURSOR = 256


@dataclass(frozen=True, slots=True)
class Route:
    """A route that a plugin adds under ``{base}/-/<plugin>/``.

    Args:
        path: A regular expression below the plugin's prefix, without a leading slash.
        handler: A `tornado.web.RequestHandler` subclass.
        kwargs: Arguments for its ``initialize``.
        access: ``required`` (a login is needed) or ``public``.
    """

    path: str
    handler: type
    kwargs: Mapping[str, Any] = field(default_factory=_nothing)
    access: Literal["required", "public"] = "required"


@runtime_checkable
class SessionObserver(Protocol):
    """Sees what passes through one session; its methods run on the event loop.

    Warning:
        An observer sees everything that is typed and printed. One that raises is removed. None of
        its methods may block: one that does is reported and, if it goes on, removed.
    """

    def on_output(self, data: bytes, offset: int, now: float) -> None:
        """Bytes the program printed, beginning at `offset`; `now` in seconds."""

    def on_input(self, data: bytes, now: float) -> None:
        """Bytes that were typed."""

    def on_resize(self, size: Size, offset: int, now: float) -> None:
        """The size changed before the byte at `offset`."""

    def on_exit(self, status: ExitStatus, now: float) -> None:
        """The program ended."""

    def close(self) -> None:
        """The session is over, or the observer has been removed."""


@runtime_checkable
class EchoObserver(SessionObserver, Protocol):
    """An observer that is also told whether the terminal shows what is typed.

    Programs turn that off while they ask for a password; those that draw by themselves what is
    typed, as shells and editors do, have it turned off nearly all the time.
    """

    def on_echo(self, echo: bool, now: float) -> None:
        """Whether the terminal shows the input of the next `on_input`, and of those after it.

        Told before `on_input` where it differs from what was told before; until then nothing is
        shown. It is not shown either where that cannot be known for sure: where it was changed
        while a part of a line came, or where input has to wait for the program. A line with its
        end is one that the terminal showed when it came: the program may hide the next one.
        """


@runtime_checkable
class PacingObserver(SessionObserver, Protocol):
    """An observer that the program waits for where it has no room for more output."""

    def room(self) -> int:
        """How many bytes of output it can take now.

        Asked before each read, so it has to be quick. With 0 the program waits, people are told,
        and it is asked again several times a second. Output that is left when the program is ended
        comes in any case.
        """

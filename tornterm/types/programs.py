"""Programs: what is wished for, and what is started."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tornterm.types.nothing import nothing
from tornterm.types.sessions import Size

__all__ = ["FileAccess", "Profile", "SpawnPlan", "SpawnRequest"]


@dataclass(frozen=True, slots=True)
class Profile:
    """One way to start a session, as the page offers it.

    Args:
        name: What `SpawnRequest.profile` is then, of at most 256 characters; not empty, which
            means the usual way.
        label: What people read; the name where it is empty.
    """

    name: str
    label: str = ""

    MAX_NAME = 256


@dataclass(frozen=True, slots=True)
class SpawnRequest:
    """What is known when a program is about to be started.

    Args:
        session_id: The public id of the session.
        size: The terminal's size.
        profile: The profile the person chose; empty for the default one.
        cwd: A working directory wished by an embedder; None for the plugin's own choice.
        argv: A command wished by an embedder, in place of the profile's; None for the plugin's
            own choice.
        env: Variables wished by an embedder, added last.
    """

    session_id: str
    size: Size
    profile: str = ""
    cwd: str | None = None
    argv: tuple[str, ...] | None = None
    env: Mapping[str, str] = field(default_factory=nothing)


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
    rlimits: Mapping[str, tuple[int, int]] = field(default_factory=nothing)
    files: bool | FileAccess = False

"""The table ``[plugins.container]``."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator

from tornterm.config.fields import (
    Argument,
    ByteSize,
    ConfigPath,
    ConfigTable,
    Duration,
    explained,
    setting,
    shortest,
    smallest,
)

__all__ = ["ContainerSettings", "is_taken"]

TAKEN = (
    "LD_",
    "MALLOC_",
    "GCONV_",
    "GLIBC_",
    "XDG_",
    "DOCKER_",
    "CONTAINER",
    "PODMAN_",
    "BUILDAH_",
    "STORAGE_",
    "REGISTR",
    "CNI_",
    "NETAVARK",
    "DBUS_",
    "SSL_",
    "SSH_",
    "LISTEN_",
    "TORNTERM_",
)
EXACTLY = {"PATH", "HOME", "TMPDIR", "NOTIFY_SOCKET", "GODEBUG", "GOMAXPROCS", "GOTRACEBACK"}


def is_taken(variable: str) -> bool:
    """Whether the engine's program itself would obey a variable, or it is tornterm's own.

    Args:
        variable: Its name.
    """
    upper = variable.upper()
    return upper.startswith(TAKEN) or upper in EXACTLY or upper.endswith("_PROXY")


def _word(text: str) -> str:
    if not text or not text.isprintable() or text.startswith("-") or " " in text:
        raise ValueError('must be one word, and not begin with "-"')
    return text


def _user(text: str) -> str:
    if not re.fullmatch("[0-9]{1,9}:[0-9]{1,9}", text):
        raise ValueError('must be two numbers, like "1000:1000"')
    return text


def _home(text: str) -> str:
    if text and not re.fullmatch("(/[A-Za-z0-9._-]+)+", text):
        raise ValueError("must be an absolute path without special characters, or empty")
    return text


def _variable(name: str) -> str:
    if not re.fullmatch("[A-Za-z_][A-Za-z0-9_]*", name) or is_taken(name):
        raise ValueError("must be names of variables that the engine itself does not obey")
    return name


Word = Annotated[str, AfterValidator(explained(_word))]


class ContainerSettings(ConfigTable):
    """Sessions in containers."""

    image: Word = setting(
        ..., "The image; it must be on the machine already.", example="localhost/course:1"
    )
    engine: Literal["podman", "docker"] = setting("podman", "Which engine it is.")
    program: ConfigPath | None = setting(
        None, "Its program; left out, the one in /usr/bin.", example="/usr/local/bin/docker"
    )
    command: tuple[Argument, ...] = setting(
        ("/bin/sh", "-l"), "The program and its arguments.", strict=False, min_length=1
    )
    per: Literal["session", "user"] = setting(
        "session", "Whether each session has a container, or all sessions of a user share one."
    )
    grace: Duration = setting(
        "5m", "How long a user's shared container waits for another session after the last one."
    )
    user: Annotated[str, AfterValidator(explained(_user))] = setting(
        "1000:1000", "The user and the group inside, as numbers."
    )
    home: Annotated[str, AfterValidator(explained(_home))] = setting(
        "",
        "Where a volume of the user's own is mounted, which outlives the sessions; empty for none.",
        example="/home/user",
    )
    cpus: float = setting(1.0, "How many processors a container may use.", gt=0)
    memory: Annotated[ByteSize, smallest("16 MiB")] = setting(
        "512 MiB", "How much memory a container may use, without swap."
    )
    processes: int = setting(256, "How many processes and threads a container may have.", ge=8)
    tmp_size: Annotated[ByteSize, smallest("64 KiB")] = setting(
        "64 MiB", "How much of its memory /tmp may take."
    )
    network: Word = setting("none", "The engine's network for the sessions.")
    env: dict[Annotated[str, AfterValidator(explained(_variable))], Argument] = setting(
        {}, "Variables to set.", example={"EDITOR": "vi"}
    )
    global_options: tuple[Argument, ...] = setting(
        (), "Further options of the engine, before its command.", strict=False
    )
    run_options: tuple[Argument, ...] = setting(
        (),
        "Further options for its command `run`. They are written last and may undo what protects.",
        strict=False,
    )
    timeout: Annotated[Duration, shortest("1s")] = setting(
        "60s", "How long the engine may take to remove containers."
    )
    start_timeout: Annotated[Duration, shortest("1s")] = setting(
        "60s", "How long a session waits for the engine to run its container."
    )

"""The table ``[plugins.sandbox]``."""

from __future__ import annotations

import os
from typing import Annotated, Self

from pydantic import AfterValidator, model_validator

from tornterm.config.fields import (
    Argument,
    ByteSize,
    ConfigPath,
    ConfigTable,
    VariableName,
    explained,
    setting,
    smallest,
    wrong,
)

__all__ = ["SandboxSettings", "is_dangerous"]

LINKER = ("LD_", "MALLOC_", "GCONV_PATH", "GLIBC_TUNABLES", "LOCPATH", "NLSPATH")
"""Variables that change what bubblewrap itself does, before there is a sandbox."""

SYSTEM = (
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/lib32",
    "/lib64",
    "/etc/alternatives",
    "/etc/bash.bashrc",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/etc/profile",
    "/etc/ssl/certs",
    "/etc/terminfo",
)


def is_dangerous(variable: str) -> bool:
    """Whether a variable would reach beyond the program in the sandbox.

    Args:
        variable: Its name.
    """
    return variable.startswith(LINKER)


def _harmless(name: str) -> str:
    if is_dangerous(name):
        raise ValueError("must not hold variables of the dynamic linker or the C library")
    return name


def _shown(path: str) -> str:
    if not path.startswith("/") or "\0" in path or os.path.normpath(path) != path or path == "/":
        raise ValueError('must hold absolute paths, like "/opt/tools", and not the root')
    if path.split("/")[1] in ("dev", "proc", "tmp") or f"{path}/".startswith("/home/user/"):
        raise ValueError("must not hold paths that the sandbox has its own of")
    return path


def _account(name: str) -> str:
    if "\0" in name or name.startswith("-"):
        raise ValueError("must be the name of an account, or empty")
    return name


Shown = Annotated[str, AfterValidator(explained(_shown))]
Variable = Annotated[VariableName, AfterValidator(explained(_harmless))]


class SandboxSettings(ConfigTable):
    """Each session in a sandbox of bubblewrap."""

    homes: ConfigPath = setting(
        ...,
        "The directory of the private homes, one for each user; made where there is none.",
        example="/var/lib/tornterm/homes",
    )
    run_as: Annotated[str, AfterValidator(explained(_account))] = setting(
        "",
        "The system account that all sandboxes run as, needed where the server is root, and "
        "possible only there; never root. It should be used for nothing else.",
        example="tornterm-sandbox",
    )
    command: tuple[Argument, ...] = setting(
        ("/bin/bash", "-l"),
        "The program and its arguments, as seen from inside.",
        strict=False,
        min_length=1,
    )
    network: bool = setting(
        False,
        "Whether programs may use the machine's network, all that listens on loopback included.",
    )
    system: tuple[Shown, ...] = setting(
        SYSTEM,
        "What of the machine's files can be read inside; what is missing is left out.",
        strict=False,
    )
    read_only: tuple[Shown, ...] = setting(
        (), "Further files and directories that can be read inside.", strict=False
    )
    tmp_size: Annotated[ByteSize, smallest("64 KiB")] = setting(
        "256 MiB", "How much memory /tmp may take; /dev/shm as much again."
    )
    processes: int = setting(
        1024, "How many processes and threads a session may have at the same time.", ge=8
    )
    env: dict[Variable, Argument] = setting({}, "Variables to set.", example={"EDITOR": "vi"})
    bwrap: ConfigPath = setting("/usr/bin/bwrap", "The program bubblewrap, 0.8 or newer.")

    @model_validator(mode="after")
    def _homes_are_private(self) -> Self:
        """What all sandboxes show must not hold the homes."""
        homes = os.path.realpath(self.homes)
        for path in (*self.system, *self.read_only):
            real = os.path.realpath(path)
            if os.path.commonpath((real, homes)) in (real, homes):
                raise wrong(f"homes and {path} must not contain each other: others could read them")
        return self

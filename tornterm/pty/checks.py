"""What can be known to be wrong with a `SpawnPlan` before anything is forked."""

from __future__ import annotations

import os
import resource
from collections.abc import Iterator, Mapping

from tornterm.errors import SpawnError
from tornterm.types import FileAccess, SpawnPlan

__all__ = ["candidates", "check", "check_files", "check_values"]

_NO_ID = 2**32 - 1  # setuid(-1) means "leave it" to some calls: never a user


def check(plan: SpawnPlan) -> None:
    """Check everything about a plan that can be checked without starting it.

    What only the kernel can tell, because it depends on the rights of the user that the program
    will run as, is found out by the child before it becomes the program; that, too, ends in a
    `SpawnError`.

    Args:
        plan: What is to be started.

    Raises:
        SpawnError: Something is wrong with it.
    """
    check_values(plan)
    check_files(plan)


def check_values(plan: SpawnPlan) -> None:
    """Check what can be judged without looking at the file system.

    Args:
        plan: What is to be started.

    Raises:
        SpawnError: A value cannot be right.
    """
    if not isinstance(plan.argv, tuple | list) or not plan.argv:
        raise SpawnError("there is no program: argv must be a non-empty sequence of strings")
    for position, argument in enumerate(plan.argv):
        _text(argument, f"argument {position} of the command")
    if not plan.argv[0]:
        raise SpawnError("the name of the program is empty")
    _check_environment(plan.env)
    _text(plan.cwd, "the working directory")
    if not os.path.isabs(plan.cwd):
        raise SpawnError(f"the working directory must be an absolute path, not {plan.cwd!r}")
    _check_identity(plan)
    _check_rlimits(plan.rlimits)


def check_files(plan: SpawnPlan) -> None:
    """Check that the working directory and the program are there; may wait for a slow disk.

    Args:
        plan: A plan whose values have been checked.

    Raises:
        SpawnError: Something is missing or cannot be used.
    """
    own = plan.uid is None
    if not os.path.isdir(plan.cwd):
        problem = "is not a directory" if os.path.exists(plan.cwd) else "does not exist"
        raise SpawnError(f"the working directory {plan.cwd!r} {problem}")
    # What another user may enter or run is for the kernel to say (access lists, capabilities,
    # network file systems): the child tries it as that user.
    if own and not os.access(plan.cwd, os.X_OK):
        raise SpawnError(f"the working directory {plan.cwd!r} may not be entered")
    _check_program(plan)


def _check_program(plan: SpawnPlan) -> None:
    there = [path for path in candidates(plan) if os.path.isfile(path)]
    if any(os.access(path, os.X_OK) for path in there):
        return
    if there:
        raise SpawnError(f"the program {there[0]!r} may not be executed")
    program = plan.argv[0]
    if "/" in program:
        problem = "is a directory" if os.path.isdir(program) else "does not exist"
        raise SpawnError(f"the program {program!r} {problem}")
    path = plan.env.get("PATH", os.defpath)
    raise SpawnError(f"the program {program!r} was not found on the PATH {path!r}")


def candidates(plan: SpawnPlan) -> Iterator[str]:
    """The absolute paths at which the program of a plan may be, in the order in which to try.

    The PATH of the plan counts, not that of the server. Entries of it that are not absolute are
    passed over: what would be run must not depend on where the program begins.
    """
    program = plan.argv[0]
    if "/" in program:
        yield os.path.join(plan.cwd, program)
        return
    for folder in plan.env.get("PATH", os.defpath).split(os.pathsep):
        if os.path.isabs(folder):
            yield os.path.join(folder, program)


def _text(value: object, what: str) -> None:
    """Refuse what cannot be handed to the kernel as a string."""
    if not isinstance(value, str):
        raise SpawnError(f"{what} must be a string, not {type(value).__name__}")
    if "\0" in value:
        raise SpawnError(f"{what} contains a NUL character")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise SpawnError(f"{what} contains a lone surrogate, which is no character") from None


def _check_environment(env: Mapping[str, str]) -> None:
    if not isinstance(env, Mapping):
        raise SpawnError(f"the environment must be a mapping, not {type(env).__name__}")
    for name, value in env.items():
        _text(name, "the name of an environment variable")
        if not name or "=" in name:
            raise SpawnError(f"{name!r} cannot be the name of an environment variable")
        # Values may be secrets: never in a message.
        _text(value, f"the value of the environment variable {name}")


def _check_identity(plan: SpawnPlan) -> None:
    for what, number in (
        ("user", plan.uid),
        ("group", plan.gid),
        *(("group", group) for group in plan.groups),
    ):
        if number is not None and (type(number) is not int or not 0 <= number < _NO_ID):
            raise SpawnError(f"{number!r} is not the number of a {what}")
    if isinstance(plan.files, FileAccess):
        for what, number in (("user", plan.files.uid), ("group", plan.files.gid)):
            # Not even None, which would leave the server's own.
            if type(number) is not int or not 0 <= number < _NO_ID:
                raise SpawnError(f"{number!r} is not the number of a {what} for files")
    if plan.uid is None and plan.gid is None:
        return
    if os.geteuid() != 0:
        raise SpawnError("only a server that runs as root can start programs as another user")
    if plan.gid is None:
        # The program would keep the server's group, which is root's.
        raise SpawnError(f"user {plan.uid} needs a group: uid without gid")


def _check_rlimits(rlimits: Mapping[str, tuple[int, int]]) -> None:
    for name, pair in rlimits.items():
        number = getattr(resource, f"RLIMIT_{name}", None) if isinstance(name, str) else None
        if type(number) is not int:
            raise SpawnError(f"{name!r} is not the name of a resource limit of this system")
        if not _is_pair(pair):
            raise SpawnError(f"the resource limit {name} must be two integers: soft, hard")
        soft, hard = pair
        if _height(soft) > _height(hard):
            raise SpawnError(f"the resource limit {name}: soft ({soft}) is above hard ({hard})")
        highest = resource.getrlimit(number)[1]
        if _height(hard) > _height(highest) and os.geteuid() != 0:
            raise SpawnError(f"the resource limit {name}: hard ({hard}) is above the server's own")


def _is_pair(pair: object) -> bool:
    return (
        isinstance(pair, tuple | list)
        and len(pair) == 2
        and all(type(value) is int and value >= -1 for value in pair)
    )


def _height(value: int) -> float:
    """A limit as a number that can be compared."""
    return float("inf") if value in (-1, resource.RLIM_INFINITY) else value

"""The engine: its command lines, and the few questions that it is asked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from tornterm.spawning import label_of
from tornterm_spawn_container.asking import EngineError, said
from tornterm_spawn_container.naming import LABEL
from tornterm_spawn_container.settings import ContainerSettings

__all__ = [
    "base",
    "exec_line",
    "idle_line",
    "image_id",
    "named",
    "remove",
    "run_line",
    "start",
]

WITHIN = ("TERM", "COLORTERM", "TORNTERM_SESSION")
"""Variables that describe the terminal."""

NEVER = "ctrl-^,ctrl-_,ctrl-^,ctrl-_"
"""Keys that nobody presses: docker cannot do without a way to leave a container running."""


ROUNDS = 5
"""How often containers are removed until they must be gone."""


def base(settings: ContainerSettings) -> tuple[str, ...]:
    """The program and the options before its command."""
    return (str(settings.program or f"/usr/bin/{settings.engine}"), *settings.global_options)


def image_id(settings: ContainerSettings, timeout: float) -> str:
    """Ask for the image, which tells an engine that works from one that does not.

    Args:
        settings: The table.
        timeout: Seconds it may take.

    Returns:
        The image's id.

    Raises:
        EngineError: There is none, or no answer that could be one.
    """
    question = ("image", "inspect", "--format={{.Id}}", settings.image)
    answer = said((*base(settings), *question), timeout).strip()
    if not re.fullmatch("(sha256:)?[0-9a-f]{12,64}", answer):
        raise EngineError("it answers something that is no id of an image")
    return answer


def run_line(
    settings: ContainerSettings,
    name: str,
    user: str,
    workdir: str | None,
    variables: Iterable[str],
    command: Iterable[str],
) -> tuple[str, ...]:
    """Build the command that runs a session in a new container.

    Args:
        settings: The table.
        name: The container's name.
        user: The user's name, checked.
        workdir: An absolute path inside, or None for the image's choice.
        variables: Names of variables whose values the engine finds in its own environment.
        command: The program and its arguments.
    """
    return (
        *_new(settings, name, user, "--interactive", "--tty", _leaving(settings)),
        *_for_session(workdir, variables),
        *settings.run_options,
        settings.image,
        *command,
    )


def idle_line(settings: ContainerSettings, name: str, user: str) -> tuple[str, ...]:
    """Build the command that starts a container which does nothing until it is removed.

    Args:
        settings: The table.
        name: The container's name.
        user: The user's name, checked.
    """
    options = (*_new(settings, name, user, "--detach"), *settings.run_options)
    # Many a `sleep` takes no word for ever; this is as long.
    return (*options, settings.image, "sleep", "2147483647")


def exec_line(
    settings: ContainerSettings,
    name: str,
    workdir: str | None,
    variables: Iterable[str],
    command: Iterable[str],
) -> tuple[str, ...]:
    """Build the command that runs a session in a container that runs already.

    Args:
        settings: The table.
        name: The container's name.
        workdir: An absolute path inside, or None for the image's choice.
        variables: Names of variables whose values the engine finds in its own environment.
        command: The program and its arguments.
    """
    return (
        *(*base(settings), "exec", "--interactive", "--tty", _leaving(settings)),
        f"--user={settings.user}",
        *_for_session(workdir, variables),
        name,
        *command,
    )


def _new(settings: ContainerSettings, name: str, user: str, *how: str) -> tuple[str, ...]:
    own = [f"--volume=tornterm-home-{label_of(user)}:{settings.home}"] if settings.home else []
    return (
        *(*base(settings), "run", "--rm", *how, "--pull=never", "--init"),
        *(f"--name={name}", f"--label={LABEL}", "--hostname=container"),
        *("--read-only", "--cap-drop=all", "--security-opt=no-new-privileges"),
        *(f"--user={settings.user}", f"--network={settings.network}"),
        *(f"--cpus={settings.cpus:g}", f"--pids-limit={settings.processes}"),
        *(f"--memory={settings.memory}", f"--memory-swap={settings.memory}"),
        f"--tmpfs=/tmp:rw,nosuid,nodev,mode=1777,size={settings.tmp_size}",
        *own,
    )


def _leaving(settings: ContainerSettings) -> str:
    return f"--detach-keys={'' if settings.engine == 'podman' else NEVER}"


def _for_session(workdir: str | None, variables: Iterable[str]) -> tuple[str, ...]:
    # Names only: values would be there for everybody to see in the list of processes.
    named = (f"--env={variable}" for variable in (*WITHIN, *variables))
    return (*([f"--workdir={workdir}"] if workdir else []), *named)


def start(command: Iterable[str], timeout: float) -> None:
    """Start a container.

    Args:
        command: What `idle_line` said.
        timeout: Seconds it may take.

    Raises:
        EngineError: It does not run.
    """
    if not re.fullmatch("[0-9a-f]{12,64}", said(command, timeout).strip()):
        raise EngineError("it answers something that is no id of a container")


def named(
    engine: Iterable[str], chosen: Callable[[str], bool], timeout: float, *which: str
) -> list[str]:
    """The names of containers that sessions were run in.

    Args:
        engine: What `base` said.
        chosen: Which of the names.
        timeout: Seconds it may take.
        *which: ``--all`` for those too that do not run.

    Raises:
        EngineError: It cannot be said.
    """
    asked = ("ps", *which, f"--filter=label={LABEL}", "--format={{.Names}}")
    names = said((*engine, *asked), timeout).split()
    # Whatever was answered: only what is a name is handed on, and no option is one.
    return [name for name in names if re.fullmatch(r"tornterm-[\w.-]+", name) and chosen(name)]


def remove(engine: Iterable[str], chosen: Callable[[str], bool], timeout: float) -> None:
    """Remove containers, running or not.

    Args:
        engine: What `base` said.
        chosen: Which of the names.
        timeout: Seconds that each question may take.

    Raises:
        EngineError: They are still there.
    """
    why = ""
    # Most remove themselves once they are killed, and one that was being started comes late.
    for _ in range(ROUNDS):
        left = named(engine, chosen, timeout, "--all")
        if not left:
            return
        for order in (("kill", "--signal=KILL"), ("rm", "--force")):
            try:
                said((*engine, *order, *left), timeout)
            except EngineError as error:
                why = str(error)
    if named(engine, chosen, timeout, "--all"):
        raise EngineError(why or "they come back")

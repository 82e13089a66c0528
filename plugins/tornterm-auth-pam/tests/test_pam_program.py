"""The program is the person's, and nobody else's."""

from __future__ import annotations

import json
import os
import re
import signal
import tomllib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from linux import Person, ended, script, service
from pam_logins import Make

from tornterm.errors import SpawnError
from tornterm.testing.clients import V1Client
from tornterm.testing.server import LiveServer
from tornterm.types import FileAccess, SpawnPlan, User
from tornterm_auth_pam import Pam, PamSettings

README = Path(__file__).parents[1] / "README.md"


def test_a_program_that_would_not_be_the_persons(made: Make, alice: Person) -> None:
    """Root's shell for everybody is refused, and so is somebody else's."""
    plugin = made(sessions=True)
    user = User(alice.name, backend="pam")
    plan = SpawnPlan(("/bin/sh",), {"HOME": "/"}, "/")
    for wrong in (plan, replace(plan, uid=0, gid=0), replace(plan, uid=1, gid=1)):
        with pytest.raises(SpawnError, match="run_as"):
            plugin.tornterm_prepare_spawn(user, wrong)
    with pytest.raises(SpawnError, match="any more"):
        plugin.tornterm_prepare_spawn(User("nobody-has-this-name", backend="pam"), plan)
    assert plugin.tornterm_prepare_spawn(User(alice.name, backend="token"), plan) is None


def test_nothing_for_the_person_reaches_roots_process(made: Make, alice: Person) -> None:
    """Variables could change what it does, and arguments are seen by everybody."""
    plugin = made(sessions=True)
    uid, gid = alice.home.stat().st_uid, alice.home.stat().st_gid
    env = {"LD_PRELOAD": "/tmp/evil.so", "SECRET": "of-the-person"}
    plan = SpawnPlan(("/bin/sh",), env, "/", uid, gid, rlimits={"AS": (1, 1)})
    wrapped = plugin.tornterm_prepare_spawn(User(alice.name, backend="pam"), plan)
    assert wrapped is not None
    assert "LD_PRELOAD" not in wrapped.env and "of-the-person" not in repr(wrapped.argv)
    assert (wrapped.uid, wrapped.gid, wrapped.rlimits, wrapped.argv[1]) == (None, None, {}, "-I")
    assert json.loads(wrapped.env["TORNTERM_PAM_SESSION"])["env"] == env
    assert wrapped.files is False


@pytest.mark.parametrize("files", [True, False, FileAccess(1, 1)])
def test_files_are_exchanged_as_the_person(
    made: Make, alice: Person, files: bool | FileAccess
) -> None:
    """Where the plan allows files to its own account; never as root, who surrounds the program."""
    uid, gid = alice.home.stat().st_uid, alice.home.stat().st_gid
    limits = {"FSIZE": (5, 5)}
    plan = SpawnPlan(("/bin/sh",), {}, "/tmp", uid, gid, (gid,), limits, files)
    wrapped = made(sessions=True).tornterm_prepare_spawn(User(alice.name, backend="pam"), plan)
    assert wrapped is not None
    access = FileAccess(uid, gid, (gid,), "/tmp", (5, 5))
    assert wrapped.files == (access if files is True else False)


def example(language: str, containing: str = "") -> str:
    """The example of that language in the README."""
    found = re.findall(rf"```{language}\n(.*?)```", README.read_text(), re.DOTALL)
    return next(text for text in found if containing in text)


class Desk:
    """A server with the example of the README, and somebody who has logged in to it."""

    def __init__(self, server: LiveServer, cookie: str, log: Path) -> None:
        self.server = server
        self.headers = {"Cookie": cookie, "Origin": server.url.rstrip("/")}
        self.log = log

    @asynccontextmanager
    async def terminal(self) -> AsyncIterator[V1Client]:
        async with V1Client(self.server.url, headers=self.headers, within=30.0) as client:
            yield client

    def phases(self) -> list[str]:
        """What PAM's session phase has seen."""
        return self.log.read_text().splitlines() if self.log.exists() else []

    def closed(self) -> bool:
        """Whether the session is closed; it is before anybody hears of its end."""
        return any(line.startswith("close_session") for line in self.phases())


@asynccontextmanager
async def desk(folder: Path, who: Person, events: object, more: str = "") -> AsyncIterator[Desk]:
    """The example of the README, with what its session phase sees written down."""
    log = folder / "log"
    note = script(folder, "note", f'echo "$PAM_TYPE $PAM_USER $PAM_TTY" >> {log}')
    lines = example("pam") + f"session required pam_exec.so quiet {note}\n{more}"
    with service(lines) as name:
        tables = tomllib.loads(example("toml"))
        assert tables["plugins"]["pam"]["service"] == "tornterm"
        table = {**tables["plugins"].pop("pam"), "service": name, "admin_groups": []}
        table["allowed_groups"] = [who.name]
        tables["plugins"]["enabled"].remove("pam")
        tables["plugins"]["shell"]["command"] = ["/bin/bash", "--norc", "--noprofile"]
        tables["plugins"]["shell"]["env"] = {"PS1": "$ "}
        tables["plugins"]["shell"]["cwd"] = "~"
        tables["plugins"]["jsonl"] = {"path": str(folder / "audit.jsonl")}
        tables["sessions"] = {"kill_after": "60s"}
        tables["files"] = {"enabled": True}
        del tables["server"]
        pam = Pam(PamSettings.model_validate(table))
        async with LiveServer(tables, [pam, events]) as server:
            answer = await server.fetch(
                "login",
                method="POST",
                headers={"Origin": server.url.rstrip("/")},
                json={"method": "pam", "username": who.name, "password": who.password},
            )
            assert answer.code < 400, answer.body
            cookie = answer.headers["Set-Cookie"].partition(";")[0]
            yield Desk(server, cookie, log)


async def test_the_shell_is_the_persons(
    tmp_path: Path, alice: Person, tornterm_events: Any, tornterm_loop: object
) -> None:
    """User, groups, home, terminal; between PAM's two words."""
    async with desk(tmp_path, alice, tornterm_events) as there, there.terminal() as client:
        await client.open()
        client.send_input(b'echo "<$(id -un):$(id -Gn):$HOME:$PWD:$(stat -c %U $(tty)):$USER>"\n')
        name = alice.name
        await client.wait_for(f"<{name}:{name}:{alice.home}:{alice.home}:{name}:{name}>".encode())
        (opened,) = there.phases()
        assert re.fullmatch(rf"open_session {name} /dev/pts/\d+", opened)
        client.send_input(b"cat /proc/$PPID/environ; exit 7\n")
        await client.wait_for(lambda c: c.exit is not None)
        assert b"Permission denied" in client.recording.data
        assert client.exit.exit_code == 7
        assert there.phases() == [opened, opened.replace("open", "close")]
    assert (await tornterm_events.wait_for("auth.ok")).user == alice.name


async def test_files_are_the_persons(
    tmp_path: Path, alice: Person, tornterm_events: Any, tornterm_loop: object
) -> None:
    """Read and written as them, where their shell is, although root's process surrounds it."""
    theirs, roots = alice.home / "theirs.txt", Path("/etc/shadow")
    async with desk(tmp_path, alice, tornterm_events) as there, there.terminal() as client:
        await client.open()
        client.send_input(b"mkdir folder; cd folder; echo mine > ../theirs.txt; echo do''ne\n")
        await client.wait_for(b"done")
        base = f"api/sessions/{client.session}"

        async def ask(path: str, /, **wish: Any) -> Any:
            headers = {**there.headers, "Origin": there.server.url.rstrip("/")}
            return await there.server.fetch(
                f"{base}/{path}", method="POST", headers=headers, json=wish
            )

        async def offered(file: Path) -> int:
            found = os.stat(file)
            wish = {"path": str(file), "size": found.st_size, "inode": found.st_ino}
            return int((await ask("downloads", **wish)).code)

        assert await offered(theirs) == 201
        assert await offered(roots) == 403
        upload = json.loads((await ask("uploads", name="empty.txt", size=0)).body)["transfer"]
        assert (await ask(f"uploads/{upload['id']}")).code == 200
        uploaded = (alice.home / "folder" / "empty.txt").stat()
        assert (uploaded.st_uid, uploaded.st_gid) == (theirs.stat().st_uid, theirs.stat().st_gid)
        client.send_input(b"exit\n")
        await client.wait_for(lambda c: c.exit is not None)


async def test_keys_reach_the_program_alone(
    tmp_path: Path, alice: Person, tornterm_events: Any, tornterm_loop: object
) -> None:
    """Interrupting and job control work as they do without PAM around it."""
    async with desk(tmp_path, alice, tornterm_events) as there, there.terminal() as client:
        await client.open()
        client.send_input(b"sh -c 'echo rea\"\"dy; exec cat'\n")
        await client.wait_for(b"ready")
        # The kernel throws away what was typed before it; so nothing is, until the shell is back.
        client.send_input(b"\x03")
        await client.wait_for(lambda c: c.recording.data.endswith(b"$ "))
        client.send_input(b"sh -c 'echo aga\"\"in; exec cat'\n")
        await client.wait_for(b"again")
        client.send_input(b"\x1a")
        await client.wait_for(b"Stopped")
        client.send_input(b"kill %1; wait; echo still-$((6*7))\n")
        await client.wait_for(b"still-42")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL, signal.SIGSEGV])
async def test_how_it_ended_is_told(
    tmp_path: Path,
    alice: Person,
    tornterm_events: Any,
    tornterm_loop: object,
    number: signal.Signals,
) -> None:
    """A signal that ended the program is what the person sees."""
    async with desk(tmp_path, alice, tornterm_events) as there, there.terminal() as client:
        await client.open()
        client.send_input(b"trap - TERM; exec sh -c 'kill -%d $$'\n" % number)
        await client.wait_for(lambda c: c.exit is not None)
        assert client.exit.signal == number
        assert there.closed()


async def test_a_session_that_is_ended_is_closed(
    tmp_path: Path, alice: Person, tornterm_events: Any, tornterm_loop: object
) -> None:
    """The server's orders reach the shell, and PAM hears of the end."""
    async with desk(tmp_path, alice, tornterm_events) as there, there.terminal() as client:
        await client.open()
        client.send_input(b"echo pid=$$.\n")
        await client.wait_for(lambda c: re.search(rb"pid=\d+\.", c.recording.data) is not None)
        found = re.search(rb"pid=(\d+)\.", client.recording.data)
        assert found and client.session
        gone = await there.server.fetch(
            f"api/sessions/{client.session}", method="DELETE", headers=there.headers
        )
        assert gone.code < 300, gone.body
        await tornterm_events.wait_for("session.exited", within=30)
        assert there.closed()
        await ended(int(found[1]))


async def test_no_program_outlives_its_session(
    tmp_path: Path, alice: Person, tornterm_events: Any, tornterm_loop: object
) -> None:
    """Not even where the process around it is killed."""
    async with desk(tmp_path, alice, tornterm_events) as there, there.terminal() as client:
        await client.open()
        client.send_input(b"trap '' HUP; echo pids=$PPID,$$.\n")
        await client.wait_for(lambda c: re.search(rb"pids=\d+,\d+\.", c.recording.data) is not None)
        found = re.search(rb"pids=(\d+),(\d+)\.", client.recording.data)
        assert found
        os.kill(int(found[1]), signal.SIGKILL)
        await tornterm_events.wait_for("session.exited", within=30)
        await ended(int(found[2]))


async def test_what_sessions_bring_along(
    tmp_path: Path, alice: Person, tornterm_events: Any, tornterm_loop: object
) -> None:
    """Limits are the program's, not the server's; variables are added, and change none."""
    (tmp_path / "limits").write_text("* hard nofile 321\n* soft nofile 321\n")
    (tmp_path / "env").write_text("CITY DEFAULT=Aarhus\nHOME DEFAULT=/nowhere\n")
    more = (
        f"session required pam_limits.so conf={tmp_path}/limits\n"
        f"session required pam_env.so conffile={tmp_path}/env readenv=0\n"
    )
    async with desk(tmp_path, alice, tornterm_events, more) as there, there.terminal() as client:
        await client.open()
        client.send_input(b'echo "<$(ulimit -n):$CITY:$HOME>"\n')
        await client.wait_for(f"<321:Aarhus:{alice.home}>".encode())


async def test_a_session_that_pam_refuses(
    tmp_path: Path, alice: Person, tornterm_events: Any, tornterm_loop: object
) -> None:
    """Nothing runs, and the person reads why."""
    more = "session required pam_deny.so\n"
    async with desk(tmp_path, alice, tornterm_events, more) as there, there.terminal() as client:
        await client.open()
        await client.wait_for(lambda c: c.exit is not None)
        assert client.exit.exit_code == 1
        assert b"PAM: the session: " in client.recording.data

"""System accounts get in by PAM's word, and their programs run as them: real accounts, real PAM."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import tomllib
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager
from ctypes import POINTER, create_string_buffer, pointer, string_at
from dataclasses import replace
from pathlib import Path
from typing import Any

import pamela
import pytest
from linux import UNIX, Person, change, ended, person, run, script, service
from pydantic import ValidationError

from tornterm.errors import AuthError, SpawnError
from tornterm.testing.clients import V1Client
from tornterm.testing.conformance import AuthConformance, Login
from tornterm.testing.conformance.bench import PATIENCE, Bench, benches
from tornterm.testing.server import LiveServer
from tornterm.types import AuthRequest, FileAccess, SpawnPlan, User
from tornterm_auth_pam import Pam, PamSettings, asking, login

README = Path(__file__).parents[1] / "README.md"
WRONG = "not-the-password-of-anybody"

Make = Callable[..., Pam]


@pytest.fixture(scope="module")
def alice() -> Iterator[Person]:
    """One account for all tests of this file that do not change it."""
    with person() as one:
        yield one


@pytest.fixture
def made() -> Iterator[Make]:
    """The plugin with a PAM service of these lines."""
    with ExitStack() as stack:

        def make(lines: str = UNIX, **more: Any) -> Pam:
            name = stack.enter_context(service(lines))
            return Pam(PamSettings.model_validate({"service": name, "sessions": False, **more}))

        yield make


def form(name: str, password: str, method: str = "pam") -> AuthRequest:
    """What the login page sends."""
    fields = {"method": method, "username": name, "password": password}
    return AuthRequest("form", fields, remote="192.0.2.7")


async def answer(plugin: Pam, name: str, password: str) -> User:
    """Who it is; there has to be an answer."""
    user = await plugin.tornterm_authenticate(form(name, password))
    assert user is not None
    return replace(user, backend="pam")


class TestPam(AuthConformance):
    """What every auth backend must do."""

    @pytest.fixture
    def bench(self, request: pytest.FixtureRequest) -> Iterator[Callable[..., Bench]]:
        """With the patience that starting a process needs on a busy machine."""
        with benches() as make:
            patience = PATIENCE if "hung" in request.fixturenames else 10.0
            yield lambda plugin, patience=patience: make(plugin, patience)

    @pytest.fixture
    def plugin(self, made: Make) -> Pam:
        return made()

    @pytest.fixture
    def broken(self, made: Make) -> Pam:
        return made("auth required pam_debug.so auth=authinfo_unavail\n")

    @pytest.fixture
    def hung(self, made: Make, tmp_path: Path) -> Pam:
        os.mkfifo(tmp_path / "pipe")
        return made(f"auth required pam_exec.so quiet /bin/cat {tmp_path}/pipe\n", timeout="2s")

    @pytest.fixture
    def accepted(self, alice: Person) -> Login:
        return Login(form(alice.name, alice.password), secret=alice.password, user=alice.name)

    @pytest.fixture
    def rejected(self, alice: Person) -> Login:
        return Login(form(alice.name, WRONG), secret=WRONG)


# --- who gets in ----------------------------------------------------------------------------------


@pytest.mark.usefixtures("tornterm_loop")
async def test_who_it_is(made: Make, alice: Person) -> None:
    """The system's name and groups, and what they are good for."""
    user = await answer(made(admin_groups=[alice.name]), alice.name, alice.password)
    assert (user.name, user.groups, user.admin) == (alice.name, (alice.name,), True)
    plugin = made(allowed_groups=["nobody-is-in-this"])
    with pytest.raises(AuthError, match="in no group"):
        await answer(plugin, alice.name, alice.password)


@pytest.mark.usefixtures("tornterm_loop")
async def test_system_accounts_stay_out(made: Make) -> None:
    """Whatever PAM says: root never gets in, others from a number on."""
    everybody = "auth required pam_permit.so\naccount required pam_permit.so\n"
    for name, more in (("root", {}), ("root", {"min_uid": 1}), ("daemon", {})):
        with pytest.raises(AuthError, match="too low"):
            await answer(made(everybody, **more), name, "any password")
    assert (await answer(made(everybody, min_uid=1), "daemon", "any password")).name == "daemon"


@pytest.mark.usefixtures("tornterm_loop")
async def test_wrong_names_and_passwords_look_alike(made: Make, alice: Person) -> None:
    """Nobody learns which accounts there are."""
    plugin = made()
    said = set()
    for name, password in (
        (alice.name, WRONG),
        (alice.name, alice.password.upper()),
        (alice.name.upper(), alice.password),
        ("nobody-has-this-name", WRONG),
        ("-rf", WRONG),
    ):
        with pytest.raises(AuthError) as refused:
            await answer(plugin, name, password)
        said.add(refused.value.public)
    assert said == {"Wrong name or password."}


@pytest.mark.usefixtures("tornterm_loop")
@pytest.mark.parametrize(
    ("change", "said"),
    [(("-E", "0"), "This account has expired."), (("-d", "0"), "Your password has expired")],
    ids=["account", "password"],
)
async def test_the_account_phase_counts(made: Make, change: tuple[str, ...], said: str) -> None:
    """At the login and later on; and only who knows the password learns of it."""
    plugin = made()
    with person() as bob:
        user = await answer(plugin, bob.name, bob.password)
        assert await plugin.tornterm_revalidate(user) is True
        run("chage", *change, bob.name)
        assert await plugin.tornterm_revalidate(user) is False
        with pytest.raises(AuthError) as refused:
            await answer(plugin, bob.name, bob.password)
        assert refused.value.public.startswith(said)
        with pytest.raises(AuthError) as refused:
            await answer(plugin, bob.name, WRONG)
        assert refused.value.public == "Wrong name or password."


@pytest.mark.usefixtures("tornterm_loop")
async def test_who_is_gone_may_not_stay(made: Make) -> None:
    """Nor who is in other groups than at the login."""
    plugin = made()
    with person() as bob:
        user = await answer(plugin, bob.name, bob.password)
        assert await plugin.tornterm_revalidate(replace(user, groups=("other",))) is False
        assert await plugin.tornterm_revalidate(replace(user, backend="other")) is None
        assert await plugin.tornterm_revalidate(user) is True
    assert await plugin.tornterm_revalidate(user) is False


@pytest.mark.usefixtures("tornterm_loop")
async def test_names_that_differ_in_case(made: Make) -> None:
    """Two accounts are two people, each with a password of their own."""
    plugin = made()
    with person() as lower, person(lower.name.upper()) as upper:
        for one, other in ((lower, upper), (upper, lower)):
            assert (await answer(plugin, one.name, one.password)).name == one.name
            with pytest.raises(AuthError):
                await answer(plugin, one.name, other.password)


# --- bad input ------------------------------------------------------------------------------------

NAMES = [
    "",
    "a\nb",
    "a\0b",
    "-rf",
    ".hidden",
    "a/b",
    "../root",
    "a:b",
    "a b",
    "a" * 10_000,
    "zoe\u0308",
    "a\u202eb",
    "\ud800",
]


@pytest.mark.usefixtures("tornterm_loop")
async def test_what_can_be_no_login_never_reaches_pam(made: Make, tmp_path: Path) -> None:
    """Neither such a name nor a password that PAM would cut off."""
    asked = tmp_path / "asked"
    ask = script(tmp_path, "ask", f'echo "$PAM_USER" >> {asked}')
    plugin = made(f"auth required pam_exec.so {ask}\naccount required pam_permit.so\n", min_uid=1)
    logins = [(name, WRONG) for name in NAMES]
    logins += [("daemon", text) for text in ("", "a\0b", "a" * 512, "é" * 256, "\ud800")]
    for name, password in logins:
        with pytest.raises(AuthError) as refused:
            await answer(plugin, name, password)
        assert refused.value.public == "Wrong name or password."
    assert not asked.exists()
    assert (await answer(plugin, "daemon", "a" * 511)).name == "daemon"
    assert asked.read_text() == "daemon\n"


@pytest.mark.usefixtures("tornterm_loop")
async def test_a_password_is_compared_whole(made: Make, alice: Person) -> None:
    plugin = made()
    for password in (f"{alice.password}\0more", f"{alice.password} ", alice.password[:-1]):
        with pytest.raises(AuthError):
            await answer(plugin, alice.name, password)


# --- PAM down, slow, lying, and back --------------------------------------------------------------


class Stuck:
    """Lines for a service that never answers for one account, and does for all others."""

    def __init__(self, folder: Path, name: str) -> None:
        self._started, self._goes_on = folder / "started", folder / "goes-on"
        os.mkfifo(self._started)
        os.mkfifo(self._goes_on)
        # pam_exec starts it in a session of its own.
        wait = f"echo $$ > {self._started}; cat {self._goes_on}; exit 1"
        program = script(folder, "stuck", f'[ "$PAM_USER" = {name} ] || exit 0; {wait}')
        self.lines = f"auth required pam_exec.so quiet {program}\naccount required pam_permit.so\n"

    async def started(self) -> int:
        """Wait until it is stuck; the process that is."""
        return int(await asyncio.to_thread(self._started.read_text))

    async def fail(self) -> None:
        """Let it go on to an error."""
        await asyncio.to_thread(self._goes_on.write_text, "")


@pytest.mark.usefixtures("tornterm_loop")
async def test_a_slow_login_holds_up_nobody_else(made: Make, tmp_path: Path) -> None:
    """And when nobody waits for it any more, nothing of it is left."""
    stuck = Stuck(tmp_path, "bin")
    plugin = made(stuck.lines, min_uid=1)
    slow = asyncio.create_task(answer(plugin, "bin", WRONG))
    pid = await stuck.started()
    assert (await answer(plugin, "daemon", "any password")).name == "daemon"
    slow.cancel()
    with pytest.raises(asyncio.CancelledError):
        await slow
    await ended(pid)
    await plugin.tornterm_shutdown()


@pytest.mark.usefixtures("tornterm_loop")
async def test_a_login_that_takes_too_long(made: Make, tmp_path: Path) -> None:
    """The person reads that it is not their fault."""
    plugin = made(Stuck(tmp_path, "bin").lines, min_uid=1, timeout="100ms")
    with pytest.raises(AuthError, match="too long") as refused:
        await answer(plugin, "bin", WRONG)
    assert "not possible at the moment" in refused.value.public
    await plugin.tornterm_shutdown()


async def test_sessions_go_on_while_pam_is_stuck(
    made: Make, tmp_path: Path, tornterm_events: Any, tornterm_loop: object
) -> None:
    """Somebody types meanwhile; in the end the login fails, and there is an event of it."""
    stuck = Stuck(tmp_path, "bin")
    plugin = made(stuck.lines, min_uid=1)
    async with LiveServer({}, [plugin, tornterm_events]) as server:
        headers = server.headers()
        async with V1Client(server.url, headers=headers, within=30.0) as client:
            await client.open()
            login = asyncio.create_task(
                server.fetch(
                    "login",
                    method="POST",
                    headers={"Origin": server.url.rstrip("/")},
                    json={"method": "pam", "username": "bin", "password": WRONG},
                )
            )
            await stuck.started()
            client.send_input(b"echo go''es on\n")
            await client.wait_for(b"goes on")
            await stuck.fail()
            assert (await login).code == 401
            event = await tornterm_events.wait_for("auth.failed")
            assert (event.user, event.facts["account"]) == ("", "bin")


@pytest.mark.usefixtures("tornterm_loop")
async def test_more_logins_than_may_be_asked_at_once(made: Make, alice: Person) -> None:
    """They wait for their turn."""
    plugin = made(at_once=1)
    users = await asyncio.gather(
        *(answer(plugin, alice.name, alice.password) for _ in range(6)), return_exceptions=False
    )
    assert {user.name for user in users} == {alice.name}


@pytest.mark.usefixtures("tornterm_loop")
@pytest.mark.parametrize(
    "says",
    [
        "",
        "print('nonsense')",
        "print('[1, 2]')",
        "print('{}')",
        "print('null')",
        "print('x' * 10_000_000)",
        "import json; print(json.dumps({'account': {'name': 1}}))",
        "import json; print(json.dumps({'account': ['root']}))",
        "import json; print(json.dumps({'account': None}))",
        "import json; print(json.dumps({'phase': {}, 'code': []}))",
        "import json; print(json.dumps({'phase': 'auth', 'code': 0}))",
        "import os; os.abort()",
    ],
)
async def test_answers_that_are_none(
    made: Make, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A module that crashes or writes where it should not lets nobody in."""
    helper = tmp_path / "helper.py"
    helper.write_text(says)
    monkeypatch.setattr(asking, "HELPER", helper)
    with pytest.raises(AuthError):
        await answer(made(), "daemon", WRONG)


@pytest.mark.usefixtures("tornterm_loop")
async def test_pam_comes_back(made: Make, alice: Person) -> None:
    """A service that failed is asked again at the next login."""
    plugin = made("auth required pam_debug.so auth=authinfo_unavail\n")
    with pytest.raises(AuthError, match="PAM failed"):
        await answer(plugin, alice.name, alice.password)
    change(plugin.settings.service, UNIX)
    assert (await answer(plugin, alice.name, alice.password)).name == alice.name


def test_a_second_question_gets_no_answer() -> None:
    """It might be for something else than the password."""
    asked = login.conversation("the password")
    # As PAM calls it: so many messages, each a kind and a text; kind 1 is to be typed unseen.
    message = pointer(pamela.PamMessage(1, create_string_buffer(b"Password: ")))
    answers = POINTER(pamela.PamResponse)()
    assert asked(1, pointer(message), pointer(answers), None) == 0
    assert string_at(answers[0].resp) == b"the password"
    assert asked(1, pointer(message), pointer(answers), None) != 0
    assert login.conversation(None)(1, pointer(message), pointer(answers), None) != 0


# --- the table ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "table",
    [
        {},
        {"service": ""},
        {"service": "../../tmp/own"},
        {"service": "-x"},
        {"service": "login", "min_uid": 0},
        {"service": "login", "at_once": 0},
    ],
    ids=repr,
)
def test_tables_that_would_be_holes(table: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        PamSettings.model_validate(table)


def test_a_service_that_is_not_there() -> None:
    """PAM would do what ``other`` says, which may be anything."""
    plugin = Pam(PamSettings.model_validate({"service": "tornterm-is-not-here"}))
    assert "there is no /etc/pam.d/tornterm-is-not-here" in {
        problem.why for problem in plugin.tornterm_check() if not problem.warning
    }


# --- the program ----------------------------------------------------------------------------------


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

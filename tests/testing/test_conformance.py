"""The conformance suites: good plugins pass, and each kind of bad one fails."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

AUTH = '''
import asyncio, os, threading, time
import pytest
from tornterm.errors import AuthError
from tornterm.hookspecs import hookimpl
from tornterm.testing.conformance import AuthConformance, Login
from tornterm.types import AuthRequest, User

class Directory:
    """A back end that knows one person, breaks, or hangs."""
    def __init__(self, state="good"):
        self.state = state
    async def ask(self, name, password):
        if self.state == "hung":
            await asyncio.Event().wait()
        if self.state == "broken":
            raise OSError("connection refused")
        await asyncio.sleep(0)
        return (name, password) == ("alice", "right-password")
    def ask_now(self, name, password):
        if self.state == "hung":
            time.sleep(1.5)
        if self.state == "broken":
            raise OSError("connection refused")
        return (name, password) == ("alice", "right-password")

class Good:
    name = "mine"
    def __init__(self, directory):
        self.directory = directory
    @hookimpl
    async def tornterm_authenticate(self, request: AuthRequest) -> User | None:
        fields = request.fields
        if request.kind != "form" or fields.get("method") != self.name:
            return None
        name = fields.get("username", "")
        if name and await self.directory.ask(name, fields.get("password", "")):
            return User(name)
        raise AuthError("wrong name or password")

class AcceptsOnException(Good):
    @hookimpl
    async def tornterm_authenticate(self, request: AuthRequest) -> User | None:
        try:
            return await Good.tornterm_authenticate(self, request)
        except OSError:
            return User(request.fields["username"])

class BlocksTheLoop(Good):
    @hookimpl
    async def tornterm_authenticate(self, request: AuthRequest) -> User | None:
        fields = request.fields
        if request.kind != "form" or fields.get("method") != self.name:
            return None
        if self.directory.ask_now(fields.get("username"), fields.get("password")):
            return User(fields["username"])
        raise AuthError("wrong name or password")

class LeaksIntoTheEvent(Good):
    @hookimpl
    async def tornterm_authenticate(self, request: AuthRequest) -> User | None:
        try:
            return await Good.tornterm_authenticate(self, request)
        except AuthError:
            raise AuthError(f"wrong password {request.fields['password']}") from None

class AnswersForOthers(Good):
    @hookimpl
    async def tornterm_authenticate(self, request: AuthRequest) -> User | None:
        name = request.fields.get("username")
        if await self.directory.ask(name, request.fields.get("password")):
            return User(name)
        raise AuthError("wrong name or password")

class MutatesTheRequest(Good):
    @hookimpl
    async def tornterm_authenticate(self, request: AuthRequest) -> User | None:
        user = await Good.tornterm_authenticate(self, request)
        if user:
            request.fields.pop("password")
        return user

class BreaksUnderConcurrency(Good):
    @hookimpl
    async def tornterm_authenticate(self, request: AuthRequest) -> User | None:
        self.request = request
        await asyncio.sleep(0.001)
        return await Good.tornterm_authenticate(self, self.request)

class Suite(AuthConformance):
    backend = Good
    @pytest.fixture
    def plugin(self):
        return self.backend(Directory())
    @pytest.fixture
    def broken(self):
        return self.backend(Directory("broken"))
    @pytest.fixture
    def hung(self):
        return self.backend(Directory("hung"))
    @pytest.fixture
    def accepted(self):
        fields = {"method": "mine", "username": "alice", "password": "right-password"}
        return Login(AuthRequest("form", fields), secret="right-password", user="alice")
    @pytest.fixture
    def rejected(self):
        fields = {"method": "mine", "username": "alice", "password": "wrong-password"}
        return Login(AuthRequest("form", fields), secret="wrong-password")

class TestGood(Suite): ...
class TestAcceptsOnException(Suite): backend = AcceptsOnException
class TestBlocksTheLoop(Suite): backend = BlocksTheLoop
class TestLeaksIntoTheEvent(Suite): backend = LeaksIntoTheEvent
class TestAnswersForOthers(Suite): backend = AnswersForOthers
class TestMutatesTheRequest(Suite): backend = MutatesTheRequest
class TestBreaksUnderConcurrency(Suite): backend = BreaksUnderConcurrency
class TestForgotten(AuthConformance): ...
'''

OTHERS = """
import asyncio, os
import pytest
from tornterm.errors import CursorGone
from tornterm.hookspecs import hookimpl
from tornterm.testing.conformance import AuditConformance, ReadableAuditConformance
from tornterm.testing.conformance import SpawnConformance
from tornterm.types import AuditEvent, OlderEvents, SpawnPlan

class Program:
    def environment(self):
        return {"PATH": "/usr/bin:/bin"}
    @hookimpl
    def tornterm_spawn(self, user, request):
        return SpawnPlan(("/bin/sh",), {**self.environment(), "WHO": self.who(user)}, "/")
    def who(self, user):
        return user.name

class HandsOnEverything(Program):
    def environment(self):
        return dict(os.environ)

class NoSuchProgram(Program):
    @hookimpl
    def tornterm_spawn(self, user, request):
        return SpawnPlan(("/no/such/program",), {}, "/")

class MixesUsersUp(Program):
    @hookimpl
    async def tornterm_spawn(self, user, request):
        self.user = user
        await asyncio.sleep(0.001)
        return Program.tornterm_spawn(self, self.user, request)

class Spawn(SpawnConformance):
    kind = Program
    @pytest.fixture
    def plugin(self):
        return self.kind()

class TestProgram(Spawn): ...
class TestHandsOnEverything(Spawn): kind = HandsOnEverything
class TestNoSuchProgram(Spawn): kind = NoSuchProgram
class TestMixesUsersUp(Spawn): kind = MixesUsersUp

class Memory:
    def __init__(self, events, state="good"):
        self.events, self.state = events, state
    @hookimpl
    async def tornterm_audit(self, event):
        await self.keep(event)
    async def keep(self, event):
        if self.state == "hung":
            await asyncio.Event().wait()
        if self.state == "broken":
            raise OSError("disk full")
        self.events.append(event.as_dict())

class SwallowsErrors(Memory):
    async def keep(self, event):
        try:
            await Memory.keep(self, event)
        except OSError:
            pass

class KeepsTheLast(Memory):
    async def keep(self, event):
        await Memory.keep(self, event)
        del self.events[:-1]

class Audit(AuditConformance):
    kind = Memory
    @pytest.fixture
    def events(self):
        return []
    @pytest.fixture
    def plugin(self, events):
        return self.kind(events)
    @pytest.fixture
    def kept(self, events):
        return lambda: events
    @pytest.fixture
    def broken(self):
        return self.kind([], "broken")
    @pytest.fixture
    def hung(self):
        return self.kind([], "hung")

class Readable(Memory):
    @hookimpl
    async def tornterm_audit_older(self, wanted, until, cursor, limit):
        end = self.begin(until) if cursor is None else self.place(cursor)
        events = [AuditEvent.from_dict(one) for one in self.events[:end]]
        found = []
        while events and len(found) < limit:
            end, event = end - 1, events.pop()
            if self.passes(wanted, event):
                found.append(event)
        return OlderEvents(tuple(found), str(end) if end else None)
    def begin(self, until):
        return sum(one["time"] <= until for one in self.events)
    def place(self, cursor):
        if not (cursor.isascii() and cursor.isdigit()):
            raise CursorGone("no cursor")
        return int(cursor)
    def passes(self, wanted, event):
        return wanted.passes(event)

class CountsFromTheNewest(Readable):
    def begin(self, until):
        self.there = len(self.events)
        return Readable.begin(self, until)
    def place(self, cursor):
        return Readable.place(self, cursor) + len(self.events) - self.there

class GivesWhatIsNewer(Readable):
    def begin(self, until):
        return sum(one["time"] <= until + 1 for one in self.events)

class BelievesEveryCursor(Readable):
    def place(self, cursor):
        return int(cursor) if cursor.isdigit() else 0

class FindsTooLittle(Readable):
    def passes(self, wanted, event):
        return wanted.passes(event) and "_" not in event.user

class ReadableAudit(ReadableAuditConformance):
    kind = Readable
    events, plugin, kept = Audit.events, Audit.plugin, Audit.kept
    broken, hung = Audit.broken, Audit.hung

class TestReadable(ReadableAudit): ...
class TestCountsFromTheNewest(ReadableAudit): kind = CountsFromTheNewest
class TestGivesWhatIsNewer(ReadableAudit): kind = GivesWhatIsNewer
class TestBelievesEveryCursor(ReadableAudit): kind = BelievesEveryCursor
class TestFindsTooLittle(ReadableAudit): kind = FindsTooLittle
class TestMemory(Audit): ...
class TestSwallowsErrors(Audit): kind = SwallowsErrors
class TestKeepsTheLast(Audit): kind = KeepsTheLast
"""


def failures(folder: Path, code: str) -> Mapping[str, set[str]]:
    """Run a test file as its author would; which tests fail, by class."""
    (folder / "test_plugin.py").write_text(code)
    (folder / "pytest.ini").write_text(
        "[pytest]\nfilterwarnings = error\naddopts = -p no:tornado -p no:cacheprovider\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "tornterm.testing.plugin", "-q", "-rA", "--tb=line"],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        timeout=120,
    )
    found: dict[str, set[str]] = {}
    for line in done.stdout.splitlines():
        outcome, _, rest = line.partition(" ")
        if outcome in ("PASSED", "FAILED", "ERROR") and "::" in rest:
            _, name, test = rest.split(" - ")[0].split("::")
            bad = found.setdefault(name, set())
            if outcome != "PASSED":
                bad.add(test)
    assert found, done.stdout + done.stderr
    return found


@pytest.mark.slow
def test_six_bad_auth_backends_fail(tmp_path: Path) -> None:
    """Each fails at the test that was made for its kind, and the good one passes them all."""
    found = failures(tmp_path, AUTH)
    assert found["TestGood"] == set()
    assert found["TestAcceptsOnException"] == {"test_denies_when_its_back_end_fails"}
    assert found["TestBlocksTheLoop"] == {"test_a_hung_back_end_is_given_up"}
    assert found["TestLeaksIntoTheEvent"] >= {"test_leaks_no_secret"}
    assert found["TestAnswersForOthers"] >= {"test_answers_none_for_what_is_not_its_own"}
    assert found["TestMutatesTheRequest"] >= {"test_changes_nothing_in_the_request"}
    assert found["TestBreaksUnderConcurrency"] == {"test_keeps_requests_apart"}
    assert "test_accepts_who_is_right" in found["TestForgotten"]


@pytest.mark.slow
def test_bad_spawn_plugins_and_audit_sinks_fail(tmp_path: Path) -> None:
    """The same for the other kinds."""
    found = failures(tmp_path, OTHERS)
    assert found["TestProgram"] == found["TestMemory"] == found["TestReadable"] == set()
    assert found["TestHandsOnEverything"] == {"test_hands_on_nothing_of_the_servers_environment"}
    assert found["TestNoSuchProgram"] == {"test_plans_what_can_be_started", "test_its_program_runs"}
    assert found["TestMixesUsersUp"] == {"test_keeps_users_apart"}
    assert found["TestSwallowsErrors"] == {"test_says_so_when_it_could_not_keep_one"}
    assert found["TestKeepsTheLast"] == {"test_keeps_every_event_whole_and_in_order"}
    assert found["TestCountsFromTheNewest"] == {"test_what_comes_meanwhile_changes_nothing"}
    assert found["TestGivesWhatIsNewer"] == {"test_begins_at_a_time"}
    assert found["TestBelievesEveryCursor"] == {"test_refuses_a_cursor_that_is_none"}
    assert "test_gives_what_is_wanted" in found["TestFindsTooLittle"]

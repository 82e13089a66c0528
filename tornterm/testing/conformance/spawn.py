"""What a plugin that says which program to run must do."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

import pytest

from tornterm.errors import AuthError, SessionError
from tornterm.plugins import PluginHost
from tornterm.pty.checks import check
from tornterm.testing.clients import V1Client
from tornterm.testing.conformance.bench import PATIENCE, Bench, benches, needed
from tornterm.testing.conformance.garbage import GARBAGE
from tornterm.testing.server import LiveServer
from tornterm.types import Size, SpawnPlan, SpawnRequest, User

__all__ = ["RemoteSpawnConformance", "SpawnConformance"]

CANARY = ("TORNTERM_CONFORMANCE_CANARY", "a-secret-of-the-server-0123456789")
"""A variable of the server's environment that is nobody else's business."""


class SpawnConformance:
    """The tests of a spawn plugin.

    Define the fixture `plugin`, and `user` where not every user has a program.
    """

    @pytest.fixture
    def plugin(self) -> object:
        """The plugin: an object, or a class that is made without settings."""
        needed("plugin", "the plugin, made, with a program for `user`")

    @pytest.fixture
    def user(self) -> User:
        """A user for whom the plugin has a program."""
        return User("alice")

    @pytest.fixture
    def bench(self) -> Iterator[Callable[..., Bench]]:
        """Where the plugin is tried."""
        with benches() as make:
            yield make

    def test_plans_what_can_be_started(
        self, plugin: object, user: User, bench: Callable[..., Bench]
    ) -> None:
        """Program, directory, environment and identity are what the kernel would take."""
        tried = bench(plugin)
        check(tried.run(lambda host: _plan(host, user, SpawnRequest("s1", Size()))))
        tried.check_loop()

    async def test_its_program_runs(
        self, plugin: object, user: User, tornterm_loop: asyncio.Runner
    ) -> None:
        """A session of a real server gets as far as running it."""
        token = "a-token-for-this-test-only-0123"
        known = {"tokens": [{"user": user.name, "token": token, "groups": list(user.groups)}]}
        tables = {"plugins": {"enabled": ["token"], "token": known}}
        headers = {"Authorization": f"Bearer {token}"}
        async with (
            LiveServer(tables, [plugin]) as server,
            V1Client(server.url, headers=headers) as client,
        ):
            await client.open()
            client.end()
            await client.wait_for(lambda c: c.exit is not None)

    def test_hands_on_nothing_of_the_servers_environment(
        self,
        plugin: object,
        user: User,
        bench: Callable[..., Bench],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """Secrets are kept in variables: a program gets what is on a list, and no more."""
        monkeypatch.setenv(*CANARY)
        plan = bench(plugin).run(lambda host: _plan(host, user, SpawnRequest("s1", Size())))
        assert CANARY[0] not in plan.env, "the server's own environment reaches the program"

    def test_survives_garbage(
        self, plugin: object, user: User, bench: Callable[..., Bench]
    ) -> None:
        """Whatever is wished for, the answer is a plan, None or a refusal."""
        tried = bench(plugin)
        for text in GARBAGE:
            for request in (
                SpawnRequest("s1", Size(), profile=text),
                SpawnRequest("s1", Size(), cwd=text),
                SpawnRequest("s1", Size(), argv=(text,), env={text: text}),
            ):
                tried.run(lambda host, r=request: _answer(host, user, r))  # type: ignore[misc]
                assert not tried.failures, f"{tried.failures} at {request!r:.200}"

    def test_keeps_users_apart(
        self, plugin: object, user: User, bench: Callable[..., Bench]
    ) -> None:
        """Many at once get the plans that each would get alone."""
        users = [user, *(User(f"user-{number}") for number in range(12))]
        request = SpawnRequest("s1", Size())

        async def all_at_once(host: PluginHost) -> list[object]:
            return await asyncio.gather(*(_answer(host, one, request) for one in users))

        async def one_by_one(host: PluginHost) -> list[object]:
            return [await _answer(host, one, request) for one in users]

        tried = bench(plugin, 10.0)
        assert tried.run(all_at_once, within=30.0) == tried.run(one_by_one, within=30.0)

    def test_changes_nothing_in_the_request(
        self, plugin: object, user: User, bench: Callable[..., Bench]
    ) -> None:
        """The next plugin must be asked the same thing."""
        request = SpawnRequest("s1", Size(), env={"A": "b"})
        attributes = dict(user.attributes)
        bench(plugin).run(lambda host: _answer(host, user, request))
        same = request == SpawnRequest("s1", Size(), env={"A": "b"})
        assert same and user.attributes == attributes, "the plugin changed what it was given"


class RemoteSpawnConformance(SpawnConformance):
    """The tests of a spawn plugin that asks something outside: a database, a container service.

    Define the fixtures `plugin`, `broken` and `hung`.
    """

    @pytest.fixture
    def broken(self) -> object:
        """The plugin with a back end that fails."""
        needed("broken", "the plugin with a back end that fails")

    @pytest.fixture
    def hung(self) -> object:
        """The plugin with a back end that never answers."""
        needed("hung", "the plugin with a back end that never answers")

    def test_a_back_end_that_fails_starts_nothing(
        self, broken: object, user: User, bench: Callable[..., Bench]
    ) -> None:
        """No plan is made up in place of the one that could not be had."""
        answer = bench(broken).run(lambda host: _answer(host, user, SpawnRequest("s1", Size())))
        assert not isinstance(answer, SpawnPlan), f"a broken back end planned {answer.argv}"

    def test_a_hung_back_end_is_given_up(
        self, hung: object, user: User, bench: Callable[..., Bench]
    ) -> None:
        """Nothing is started, and the event loop goes on meanwhile."""
        tried = bench(hung)
        request = SpawnRequest("s1", Size())
        answer = tried.run(lambda host: _answer(host, user, request), within=PATIENCE + 4)
        assert not isinstance(answer, SpawnPlan)
        tried.check_loop()


async def _plan(host: PluginHost, user: User, request: SpawnRequest) -> SpawnPlan:
    """What would be started: a plugin may have the last word on its own plan, too."""
    return await host.prepare_spawn(user, await host.spawn(user, request))


async def _answer(host: PluginHost, user: User, request: SpawnRequest) -> object:
    """A plan, or the text of the refusal."""
    try:
        return await _plan(host, user, request)
    except (SessionError, AuthError) as error:
        return str(error)

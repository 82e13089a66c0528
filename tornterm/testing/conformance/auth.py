"""What an auth backend must do."""

from __future__ import annotations

import asyncio
import base64
import logging
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import quote

import pytest

from tornterm.errors import AuthError
from tornterm.plugins import PluginHost
from tornterm.testing.conformance.bench import PATIENCE, Bench, benches, needed
from tornterm.testing.conformance.garbage import GARBAGE
from tornterm.testing.events import CapturedEvents
from tornterm.testing.server import LiveServer
from tornterm.types import AuthRequest, User

__all__ = ["AuthConformance", "Login", "OfflineAuthConformance"]

FOREIGN_TOKENS = (
    "not-a-token-of-yours-0123456789",
    # {"alg":"RS256"}.{"iss":"https://somebody-else.example","sub":"root"}.
    "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJodHRwczovL3NvbWVib2R5LWVsc2UuZXhhbXBsZSIsInN1YiI6InJvb3QifQ."
    "bm90IGEgc2lnbmF0dXJl",
)
"""Bearer tokens of which no plugin can say that they are its own."""

SHORTEST_SECRET = 8
"""Characters below which a text might stand in a log by chance."""


@dataclass(frozen=True)
class Login:
    """One attempt to log in.

    Args:
        request: What the backend is asked to judge.
        secret: The part of it that must not be seen anywhere afterwards, at least 8 characters.
        user: Who it is; empty where it is to be denied.
    """

    request: AuthRequest
    secret: str = field(repr=False)
    user: str = ""

    def __post_init__(self) -> None:
        assert len(self.secret) >= SHORTEST_SECRET, "a short secret is found everywhere"
        request = self.request
        given = (*request.fields.values(), *request.headers.values())
        assert any(self.secret in value for value in given), "the secret is not in the request"


class OfflineAuthConformance:
    """The tests of a backend that needs nothing outside its own memory.

    Define the fixtures `plugin`, `accepted` and `rejected`.
    """

    @pytest.fixture
    def plugin(self) -> object:
        """The plugin: an object, or a class that is made without settings."""
        needed("plugin", "the plugin, made, in which `accepted` is good")

    @pytest.fixture
    def accepted(self) -> Login:
        """A login that is good, with the name of its user."""
        needed("accepted", "a Login that is good")

    @pytest.fixture
    def rejected(self) -> Login:
        """A login that is this plugin's to judge, and wrong."""
        needed("rejected", "a Login that is wrong, with a secret other than the good one")

    @pytest.fixture
    def bench(self) -> Iterator[Callable[..., Bench]]:
        """Where the plugin is tried."""
        with benches() as make:
            yield make

    def test_accepts_who_is_right(
        self, plugin: object, accepted: Login, bench: Callable[..., Bench]
    ) -> None:
        """The answer is the user, with a name."""
        user = bench(plugin).run(lambda host: host.authenticate(accepted.request))
        assert isinstance(user, User), f"nobody was accepted for {accepted.request}"
        assert user.name == accepted.user

    def test_denies_who_is_wrong(
        self, plugin: object, rejected: Login, bench: Callable[..., Bench]
    ) -> None:
        """AuthError, or None where another plugin might know better; no other exception."""
        tried = bench(plugin)
        answer = tried.run(lambda host: _answer(host, rejected.request))
        assert not isinstance(answer, User), f"{answer} was accepted"
        assert not tried.failures, f"it failed instead of denying: {tried.failures}"

    def test_answers_none_for_what_is_not_its_own(
        self, plugin: object, accepted: Login, bench: Callable[..., Bench]
    ) -> None:
        """Neither a user nor an error: both would keep the other plugins from being asked."""
        tried = bench(plugin)
        for request in _foreign(accepted.request):
            answer = tried.run(lambda host, r=request: _answer(host, r))  # type: ignore[misc]
            assert answer is None, f"it answered {answer!r} to {_shown(request)}"

    def test_survives_garbage(
        self, plugin: object, accepted: Login, bench: Callable[..., Bench]
    ) -> None:
        """Whatever stands in fields and headers, the answer is a proper one, and nobody gets in."""
        tried = bench(plugin)
        for request, may_be_right in _garbled(accepted.request):
            answer = tried.run(lambda host, r=request: _answer(host, r))  # type: ignore[misc]
            allowed = {accepted.user} if may_be_right else set()
            name = answer.name if isinstance(answer, User) else None
            assert name is None or name in allowed, f"{name!r} got in with {_shown(request)}"
            assert not tried.failures, f"{tried.failures} at {_shown(request)}"

    def test_keeps_requests_apart(
        self,
        plugin: object,
        accepted: Login,
        rejected: Login,
        bench: Callable[..., Bench],
    ) -> None:
        """Many at once get the answers that each would get alone."""
        logins = [accepted, rejected] * 12

        async def all_at_once(host: PluginHost) -> list[User | AuthError | None]:
            return await asyncio.gather(*(_answer(host, login.request) for login in logins))

        answers = bench(plugin, 10.0).run(all_at_once, within=30.0)
        for login, answer in zip(logins, answers, strict=True):
            name = answer.name if isinstance(answer, User) else ""
            assert name == login.user, f"{login.user or 'nobody'!r} was taken for {name!r}"

    def test_changes_nothing_in_the_request(
        self, plugin: object, accepted: Login, rejected: Login, bench: Callable[..., Bench]
    ) -> None:
        """The next plugin must be asked the same thing."""
        tried = bench(plugin)
        for login in (accepted, rejected):
            given, same = (_copy(login.request) for _ in range(2))
            tried.run(lambda host, r=given: _answer(host, r))  # type: ignore[misc]
            assert given == same, "the plugin changed the request"

    def test_holds_the_event_loop_for_nobody(
        self, plugin: object, accepted: Login, rejected: Login, bench: Callable[..., Bench]
    ) -> None:
        """What takes time is awaited, or done in a plain function."""
        tried = bench(plugin)
        for login in (accepted, rejected):
            tried.run(lambda host, r=login.request: _answer(host, r))  # type: ignore[misc]
        tried.check_loop()

    async def test_leaks_no_secret(
        self,
        plugin: object,
        accepted: Login,
        rejected: Login,
        tornterm_loop: asyncio.Runner,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        """Not into the log, an event, a repr or an answer of a server in which it runs."""
        events = CapturedEvents()
        said: list[str] = []
        tables = {"plugins": {"enabled": ["shell"]}}
        with caplog.at_level(logging.DEBUG):
            async with LiveServer(tables, [plugin, events]) as server:
                for login in (accepted, rejected):
                    said.append(await _log_in(server, login.request))
                    said.append(repr(await _answer(server.terminals.plugins, login.request)))
        said += [caplog.text, repr(plugin), *(repr(event.as_dict()) for event in events.all)]
        for login in (accepted, rejected):
            for text in said:
                _check_hidden(login.secret, text)

    def test_revalidates_its_own_only(
        self, plugin: object, accepted: Login, bench: Callable[..., Bench]
    ) -> None:
        """Who has just logged in may stay, and so may those whom another plugin let in."""
        tried = bench(plugin)
        user = tried.run(lambda host: host.authenticate(accepted.request))
        assert user is not None
        assert tried.run(lambda host: host.revalidate(user)), "who just logged in may not stay"
        foreign = User(accepted.user, backend="somebody_else")
        assert tried.run(lambda host: host.revalidate(foreign)), (
            "it ended a login of another plugin's; return None where user.backend is not yours"
        )
        assert not tried.failures


class AuthConformance(OfflineAuthConformance):
    """The tests of a backend that asks a file, a database, a directory or another server.

    Define the fixtures `plugin`, `accepted`, `rejected`, `broken` and `hung`.
    """

    @pytest.fixture
    def broken(self) -> object:
        """The plugin with a back end that fails, for example a file that is not there."""
        needed("broken", "the plugin with a back end that fails")

    @pytest.fixture
    def hung(self) -> object:
        """The plugin with a back end that never answers, for example a named pipe for a file."""
        needed("hung", "the plugin with a back end that never answers")

    def test_denies_when_its_back_end_fails(
        self,
        broken: object,
        accepted: Login,
        bench: Callable[..., Bench],
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        """Nobody gets in because of an error, and it says nothing secret about it."""
        with caplog.at_level(logging.DEBUG):
            answer = bench(broken).run(lambda host: _answer(host, accepted.request))
        assert not isinstance(answer, User), f"{answer} was accepted by a broken back end"
        _check_hidden(accepted.secret, f"{caplog.text} {answer!r} {broken!r}")

    def test_a_hung_back_end_is_given_up(
        self, hung: object, accepted: Login, bench: Callable[..., Bench]
    ) -> None:
        """Nobody gets in, the answer comes in time, and the event loop goes on meanwhile."""
        tried = bench(hung)
        start = time.monotonic()
        answer = tried.run(lambda host: _answer(host, accepted.request), within=PATIENCE + 4)
        assert not isinstance(answer, User), f"{answer} was accepted by a hung back end"
        assert time.monotonic() - start < PATIENCE + 2, "it took longer than its time"
        tried.check_loop()


async def _answer(host: PluginHost, request: AuthRequest) -> User | AuthError | None:
    try:
        return await host.authenticate(request)
    except AuthError as error:
        return error


def _copy(request: AuthRequest) -> AuthRequest:
    return replace(request, fields={**request.fields}, headers={**request.headers})


def _foreign(own: AuthRequest) -> Iterator[AuthRequest]:
    """Requests that look as much as possible like the plugin's own."""
    method = {"method": "somebody_else"}
    yield AuthRequest("headers")
    yield replace(own, kind="form", fields={**own.fields, **method})
    yield AuthRequest("form", {**method, "username": "root", "password": "password"})
    for token in FOREIGN_TOKENS:
        yield AuthRequest("bearer", {"token": token})
        if own.kind != "bearer":
            yield replace(own, kind="bearer", fields={**own.fields, "token": token})


def _garbled(own: AuthRequest) -> Iterator[tuple[AuthRequest, bool]]:
    """Broken variants of a good request, and whether one may still be good."""
    fixed = {"method": own.fields["method"]} if "method" in own.fields else {}
    # A bearer token is always there, or it would be no such request.
    least = {"token": "-"} if own.kind == "bearer" else fixed
    yield replace(own, fields=least, headers={}), False
    for text in GARBAGE:
        fields = {**dict.fromkeys(own.fields, text), **fixed}
        yield replace(own, fields=fields, headers=dict.fromkeys(own.headers, text)), False
    # One at a time: some of these the backend may not look at.
    for text in GARBAGE[:3]:
        for name in own.fields:
            yield replace(own, fields={**own.fields, name: text}), True
        for name in own.headers:
            yield replace(own, headers={**own.headers, name: text}), True


async def _log_in(server: LiveServer, request: AuthRequest) -> str:
    """Send a request as a person's program would; what the server says to it."""
    if request.kind == "form":
        fields: Mapping[str, str] = request.fields
        headers = {**request.headers, "Origin": server.origin}
        answer = await server.fetch("login", method="POST", headers=headers, json=fields)
    else:
        token = request.fields.get("token")
        bearer = {"Authorization": f"Bearer {token}"} if token else {}
        answer = await server.fetch("api/me", headers={**request.headers, **bearer})
    return f"{answer.code} {answer.body!r} {dict(answer.headers)!r}"


def _check_hidden(secret: str, text: str) -> None:
    encoded = base64.b64encode(secret.encode()).decode().rstrip("=")
    for form in (secret, quote(secret, safe=""), encoded):
        place = text.find(form)
        around = text[max(0, place - 60) : place] + "<the secret>"
        assert place < 0, f"the secret of a login was shown: ...{around}"


def _shown(request: AuthRequest) -> str:
    """A request of this suite's own making, with what makes it special, shortened."""
    return f"{request.kind} {dict(request.fields)!r:.120} {dict(request.headers)!r:.80}"

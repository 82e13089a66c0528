"""Logins as records, and the connections that live by them."""

from __future__ import annotations

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from tornterm.config.settings import AuthSettings
from tornterm.testing.clock import FakeClock
from tornterm.types import User
from tornterm.web.logins import Login, LoginStore

ALICE, BOB = User("alice"), User("bob")


class Judge:
    """Says of each user whether they may stay, when the test lets it."""

    def __init__(self) -> None:
        self.gone: set[str] = set()
        self.asked: list[str] = []
        self.gates: dict[str, asyncio.Event] = {}

    async def revalidate(self, user: User) -> bool:
        self.asked.append(user.name)
        good = user.name not in self.gone
        if user.name in self.gates:
            await self.gates[user.name].wait()
        return good


class Case:
    """A store on a clock that stands still, and what was closed."""

    def __init__(self, **arguments: int) -> None:
        self.clock = FakeClock()
        self.judge = Judge()
        self.auth = AuthSettings.model_validate({"lifetime": "1h", "revalidate": "30s"})
        self.logins = LoginStore(self.auth, self.judge, self.clock, **arguments)
        self.closed: list[str] = []
        self.ended: list[tuple[str, str]] = []
        self.logins.on_end(lambda login, reason: self.ended.append((login.user.name, reason)))

    def log_in(self, user: User = ALICE, connection: str = "") -> tuple[str, Login]:
        secret, login = self.logins.begin(user)
        if connection:
            self.connect(login, connection)
        return secret, login

    def connect(self, login: Login, name: str) -> None:
        self.logins.attach(login, lambda: self.closed.append(name))


async def settle() -> None:
    """Let tasks that are ready run."""
    for _ in range(10):
        await asyncio.sleep(0)


async def test_a_cookie_names_a_login() -> None:
    """The secret finds the login, nothing else does, and nothing shows the secret."""
    case = Case()
    secret, login = case.log_in()
    assert case.logins.find(secret) is login
    assert case.logins.get(login.id) is login
    for wrong in ("", secret[:-1], secret + "x", secret.swapcase(), login.id, "x" * 100_000):
        assert case.logins.find(wrong) is None
    assert secret not in repr(login)
    assert secret not in repr(vars(case.logins))


async def test_logout_closes_what_belongs_to_the_login_and_nothing_else() -> None:
    """Another login of the same user goes on."""
    case = Case()
    secret, login = case.log_in(connection="one")
    case.connect(login, "two")
    other, _ = case.log_in(connection="other")
    case.logins.end(login)
    assert case.closed == ["one", "two"]
    assert case.logins.find(secret) is None
    assert case.logins.find(other) is not None
    assert case.ended == [("alice", "logout")]
    case.logins.end(login)
    assert case.closed == ["one", "two"]


async def test_a_login_expires_at_its_time() -> None:
    """One timer for all; each ends at its own moment, its connections with it."""
    case = Case()
    first, _ = case.log_in(connection="first")
    case.clock.advance(60)
    second, _ = case.log_in(connection="second")
    case.clock.advance(3539)
    assert case.closed == []
    case.clock.advance(1)
    assert case.closed == ["first"]
    assert case.logins.find(first) is None
    assert case.logins.find(second) is not None
    case.clock.advance(60)
    assert case.closed == ["first", "second"]
    assert case.ended == [("alice", "expired")] * 2
    await settle()


async def test_there_is_one_timer() -> None:
    """However many logins and connections there are, and none when there is nothing to wait for."""
    case = Case()
    assert case.clock.pending == 0
    for number in range(50):
        case.log_in(User(f"user{number}"), connection=str(number))
        assert case.clock.pending == 1
        case.clock.advance(1)
    case.logins.close()
    assert case.clock.pending == 0
    await settle()


async def test_a_shorter_lifetime_is_no_later() -> None:
    """After a reload a newer login may end before an older one."""
    case = Case()
    case.log_in(connection="long")
    case.logins.reload(AuthSettings.model_validate({"lifetime": "1m", "revalidate": "30s"}))
    case.log_in(connection="short")
    case.clock.advance(60)
    assert case.closed == ["short"]
    await settle()


async def test_plugins_are_asked_about_connected_users_only() -> None:
    """Every ``auth.revalidate`` seconds, once for each user however many logins they have."""
    case = Case()
    for name in ("one", "two"):
        case.log_in(connection=name)
    case.log_in(BOB)
    case.clock.advance(29)
    await settle()
    assert case.judge.asked == []
    case.clock.advance(1)
    await settle()
    assert case.judge.asked == ["alice"]
    case.clock.advance(30)
    await settle()
    assert case.judge.asked == ["alice", "alice"]
    case.logins.close()


async def test_a_no_ends_all_logins_of_that_user() -> None:
    """Those of others are not touched."""
    case = Case()
    secret, _ = case.log_in(connection="alice")
    idle, _ = case.log_in()
    case.log_in(BOB, connection="bob")
    case.judge.gone.add("alice")
    case.clock.advance(30)
    await settle()
    assert case.closed == ["alice"]
    assert case.logins.find(secret) is None
    assert case.logins.find(idle) is None
    assert case.ended == [("alice", "revoked")] * 2
    case.logins.close()


async def test_recheck_asks_at_once_and_about_all() -> None:
    """Also about logins without a connection, so that no old cookie comes back."""
    case = Case()
    secret, _ = case.log_in()
    case.judge.gone.add("alice")
    case.logins.recheck()
    await settle()
    assert case.logins.find(secret) is None


async def test_recheck_does_not_wait_for_an_older_question() -> None:
    """A question asked before the change may still be under way; its answer is too old."""
    case = Case()
    case.log_in(connection="alice")
    case.judge.gates["alice"] = asyncio.Event()
    case.clock.advance(30)
    await settle()
    del case.judge.gates["alice"]
    case.judge.gone.add("alice")
    case.logins.recheck()
    await settle()
    assert case.closed == ["alice"]
    case.logins.close()
    await settle()


async def test_a_hanging_question_delays_nobody_else() -> None:
    """Each user is asked about separately."""
    case = Case()
    case.judge.gates["alice"] = asyncio.Event()
    case.log_in(connection="alice")
    case.log_in(BOB, connection="bob")
    case.judge.gone.add("bob")
    case.clock.advance(30)
    await settle()
    assert case.closed == ["bob"]
    case.logins.close()
    await settle()


async def test_an_old_no_does_not_end_a_newer_login() -> None:
    """Who was removed and is back has logged in after the question was asked."""
    case = Case()
    case.log_in(connection="old")
    case.judge.gone.add("alice")
    gate = case.judge.gates["alice"] = asyncio.Event()
    case.clock.advance(30)
    await settle()
    case.clock.advance(1)
    secret, _ = case.log_in(connection="new")
    gate.set()
    await settle()
    assert case.closed == ["old"]
    assert case.logins.find(secret) is not None
    case.logins.close()


async def test_a_failing_judge_counts_as_a_no() -> None:
    """Nobody stays because asking went wrong."""

    class Broken(Judge):
        async def revalidate(self, user: User) -> bool:
            raise RuntimeError

    clock = FakeClock()
    logins = LoginStore(AuthSettings(), Broken(), clock)
    secret, _ = logins.begin(ALICE)
    logins.recheck()
    await settle()
    assert logins.find(secret) is None


async def test_verify_asks_where_nobody_has_for_a_while() -> None:
    """A login without a connection is not good until it expires, whatever happened to its user."""
    case = Case()
    _, login = case.log_in()
    assert await case.logins.verify(login)
    assert case.judge.asked == []
    case.clock.advance(31)
    assert await case.logins.verify(login)
    assert await case.logins.verify(login)
    assert case.judge.asked == ["alice"]
    case.judge.gone.add("alice")
    case.clock.advance(31)
    assert not await case.logins.verify(login)


async def test_requests_at_the_same_moment_ask_once() -> None:
    """A page with many requests is one question."""
    case = Case()
    _, login = case.log_in()
    case.clock.advance(31)
    assert all(await asyncio.gather(*(case.logins.verify(login) for _ in range(20))))
    assert case.judge.asked == ["alice"]


async def test_a_connection_that_came_with_a_token() -> None:
    """It has no login to expire, but ends when its user does."""
    case = Case()
    detach = case.logins.attach(case.logins.bearer(ALICE), lambda: case.closed.append("gone"))
    case.connect(case.logins.bearer(ALICE), "alice")
    case.connect(case.logins.bearer(BOB), "bob")
    detach()
    assert case.logins.connections == 2
    assert len(case.logins) == 0
    case.clock.advance(30)
    await settle()
    assert case.closed == []
    case.judge.gone.add("alice")
    case.logins.recheck()
    await settle()
    assert case.closed == ["alice"]
    assert case.logins.end_user("bob") == 1
    assert case.closed == ["alice", "bob"]
    assert case.logins.connections == 0


async def test_a_connection_that_has_gone_is_not_closed() -> None:
    """Nothing is kept of it."""
    case = Case()
    _, login = case.log_in()
    detach = case.logins.attach(login, lambda: case.closed.append("gone"))
    detach()
    detach()
    case.logins.end(login)
    assert case.closed == []


async def test_a_connection_that_comes_too_late_is_closed() -> None:
    """The login ended between the request and the upgrade."""
    case = Case()
    _, login = case.log_in()
    case.logins.end(login)
    case.connect(login, "late")
    assert case.closed == []
    case.clock.advance(0)
    assert case.closed == ["late"]


async def test_logging_in_again_takes_the_connections_over() -> None:
    """Or logging out would leave those of the browser's older login open."""
    case = Case()
    old, login = case.log_in()
    detach = case.logins.attach(login, lambda: case.closed.append("gone"))
    case.connect(login, "tab")
    _, newer = case.logins.begin(ALICE, replaces=login)
    assert case.closed == []
    assert case.logins.find(old) is None
    detach()
    case.logins.end(newer)
    assert case.closed == ["tab"]


async def test_logging_in_as_somebody_else_closes_the_connections() -> None:
    """They belong to the person before."""
    case = Case()
    _, login = case.log_in(connection="tab")
    case.logins.begin(BOB, replaces=login)
    assert case.closed == ["tab"]


async def test_end_user_ends_everything_of_one_user() -> None:
    """All logins and connections of that name."""
    case = Case()
    for name in ("one", "two"):
        case.log_in(connection=name)
    case.log_in(BOB, connection="bob")
    assert case.logins.end_user("alice") == 2
    assert case.closed == ["one", "two"]


async def test_one_user_cannot_push_out_the_others() -> None:
    """At the limit per user that user's own oldest login makes room, an idle one first."""
    case = Case(per_user=3, capacity=100)
    bob, _ = case.log_in(BOB)
    connected, _ = case.log_in(connection="tab")
    case.clock.advance(1)
    idle, _ = case.log_in()
    for _ in range(10):
        case.clock.advance(1)
        case.log_in()
    assert len(case.logins) == 4
    assert case.logins.find(bob) is not None
    assert case.logins.find(connected) is not None
    assert case.logins.find(idle) is None
    assert case.closed == []
    case.logins.close()


@given(st.lists(st.sampled_from(["alice", "bob", "carol", "dave"]), max_size=40))
def test_the_number_of_logins_is_bounded(names: list[str]) -> None:
    """Whoever logs in how often."""
    case = Case(per_user=3, capacity=6)
    for name in names:
        case.clock.advance(1)
        secret, _ = case.log_in(User(name))
        assert case.logins.find(secret) is not None
        assert len(case.logins) <= 6
    case.logins.close()


async def test_a_callback_that_fails_hinders_nobody() -> None:
    """Each connection is closed, whatever closing another one did."""
    case = Case()
    _, login = case.log_in()

    def fail() -> None:
        raise RuntimeError

    case.logins.attach(login, fail)
    case.connect(login, "tab")
    case.logins.end(login)
    assert case.closed == ["tab"]

"""Tickets: one WebSocket for a page that cookies do not reach."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any

import pytest
from tornado.ioloop import IOLoop

from tests.web.conftest import Serve
from tests.web.site import ALICE, Site
from tests.web.test_api import check, make
from tests.web.test_login import Events
from tests.web.test_shares import Town, Visitor
from tornterm.errors import Forbidden, SessionNotFound
from tornterm.testing.clock import FakeClock
from tornterm.types import User
from tornterm.web.tickets import LIFETIME, MAX_PER_USER, Admission, TicketStore

EVIL = {"Origin": "https://elsewhere.example"}


async def ticket_of(site: Site, headers: Mapping[str, str], **wish: object) -> dict[str, Any]:
    answer = await site.ask("/api/tickets", "POST", headers, wish)
    assert answer.status == 201, answer.body
    made: dict[str, Any] = check(answer, "Ticket")  # type: ignore[assignment]
    return made


async def refused(site: Site, ticket: str, headers: Mapping[str, str] = EVIL) -> int:
    """The status with which a ticket is refused."""
    offered = {"Sec-WebSocket-Protocol": f"ticket.{ticket}"}
    return (await site.upgrade("/ws", {**headers, **offered})).status


Connect = Callable[[Site, str], Awaitable[Visitor]]


@pytest.fixture
def connect(serve: Serve, io_loop: IOLoop) -> Iterator[Connect]:
    """Opens WebSockets as the page of another site does; gone before the server is."""
    town = Town()

    async def make(site: Site, ticket: str) -> Visitor:
        town.visitors.append(Visitor(await site.connect(EVIL, ticket)))
        return town.visitors[-1]

    yield make
    io_loop.run_sync(town.leave)


async def opened(page: Visitor) -> None:
    """Have a new session."""
    await page.say(type="open", cols=80, rows=24)
    await page.hear("session")


async def test_a_page_of_another_site_gets_in_once(serve: Serve, connect: Connect) -> None:
    """As the one the ticket was issued to, whatever the page's origin; the second try is a 401."""
    events = Events()
    site = await serve(plugins=[events])
    made = await ticket_of(site, site.bearer())
    assert made == {"ticket": made["ticket"], "lifetime": LIFETIME}
    page = await connect(site, made["ticket"])
    assert page.connection.selected_subprotocol == "tornterm.v1"
    await opened(page)
    (session,) = site.terminals.sessions.list_sessions()
    assert session.user == "alice"
    assert await refused(site, made["ticket"]) == 401
    assert (await events.named("auth.failed"))[0].facts["method"] == "ticket"


async def test_it_is_good_for_a_short_while(serve: Serve) -> None:
    """And for nothing but a WebSocket."""
    clock = FakeClock()
    site = await serve(clock=clock)
    made = await ticket_of(site, site.bearer())
    header = {"Sec-WebSocket-Protocol": f"tornterm.v1, ticket.{made['ticket']}"}
    assert (await site.ask("/api/me", headers=header)).status == 401
    clock.advance(LIFETIME)
    assert await refused(site, made["ticket"]) == 401


async def test_a_wrong_one_decides(serve: Serve) -> None:
    """Neither a cookie nor a share helps beside it; and guesses are counted."""
    site = await serve({"auth": {"attempts_per_address": 3}})
    cookie = await site.log_in()
    shared = (await make(site, cookie))["id"]
    path = f"/api/sessions/{shared}/shares"
    assert (await site.ask(path, "POST", cookie, {})).status == 201
    for headers in (cookie, EVIL, {"Origin": site.origin}):
        assert await refused(site, "x" * 1000, headers) == 401
    assert await refused(site, "guess") == 429
    assert (await site.upgrade("/ws", cookie)).status == 101


async def test_it_leads_to_a_session_of_ones_own(serve: Serve, connect: Connect) -> None:
    """With a resume token for it; for a session of somebody else's there is none."""
    events = Events()
    site = await serve(plugins=[events])
    session = (await make(site, site.bearer()))["id"]
    made = await ticket_of(site, site.bearer(), session=session)
    page = await connect(site, made["ticket"])
    resume = {"type": "resume", "session": session, "token": made["token"], "offset": None}
    await page.say(**resume, attempt=1, control="take", cols=80, rows=24)
    assert (await page.hear("resumed"))["session"] == session
    assert (await events.named("session.token"))[0].session_id == session
    for who, status in (("bob", 404), ("root", 403)):
        answer_to = await site.ask("/api/tickets", "POST", site.bearer(who), {"session": session})
        assert answer_to.status == status
    assert len(site.terminals.tickets) == 0


async def test_its_connection_ends_with_the_login(serve: Serve, connect: Connect) -> None:
    """Logging out closes what was opened by tickets, and tickets that were not used are void."""
    site = await serve()
    cookie = await site.log_in()
    page = await connect(site, (await ticket_of(site, cookie))["ticket"])
    await opened(page)
    unused = (await ticket_of(site, cookie))["ticket"]
    assert (await site.ask("/logout", "POST", cookie)).status == 204
    assert (await page.end())[0] == 4401
    assert await refused(site, unused) == 401


async def test_other_sites_cannot_get_one_by_cookie(serve: Serve) -> None:
    """It is a request like any other that changes something."""
    site = await serve()
    cookie = {**await site.log_in(), **EVIL}
    assert (await site.ask("/api/tickets", "POST", cookie, {})).status == 403
    assert (await site.ask("/api/tickets", "GET", site.bearer())).status == 405


@pytest.mark.parametrize("answer", [False, None, RuntimeError("hush")])
async def test_the_hosts_code_issues_them(
    serve: Serve, connect: Connect, answer: object, caplog: pytest.LogCaptureFixture
) -> None:
    """For whom it knows, for as long as it says so; what goes wrong there is a no."""
    clock = FakeClock()
    site = await serve({"auth": {"revalidate": "5s"}}, clock=clock)
    now: list[object] = [True]

    async def still() -> Any:
        if isinstance(now[0], Exception):
            raise now[0]
        return now[0]

    site.people.users["ann"] = User("ann")
    ticket = await site.terminals.ticket(User("ann"), still=still)
    assert ticket.answer() == {"ticket": ticket.value, "lifetime": LIFETIME}
    assert ticket.value not in repr(ticket)
    page = await connect(site, ticket.value)
    await opened(page)
    (session,) = site.terminals.sessions.list_sessions()
    assert session.user == "ann"
    now[0] = answer
    with caplog.at_level(logging.ERROR, "tornterm"):
        clock.advance(5)
        assert (await page.end())[0] == 4401
    assert ("still failed" in caplog.text) is isinstance(answer, Exception)
    assert "hush" not in caplog.text


async def test_the_hosts_code_gets_keys_to_sessions(serve: Serve) -> None:
    """For the session's owner and nobody else."""
    site = await serve()
    session = (await make(site, site.bearer()))["id"]
    ticket = await site.terminals.ticket(ALICE, session=session)
    assert ticket.answer()["token"] == ticket.token
    assert ticket.token not in repr(ticket)
    with pytest.raises(SessionNotFound):
        await site.terminals.ticket(User("bob"), session=session)
    with pytest.raises(Forbidden):
        await site.terminals.ticket(User("root", admin=True), session=session)


def test_nobodys_tickets_make_room_for_anothers() -> None:
    """Only a user's own oldest one goes when that user asks for too many."""
    store = TicketStore()
    theirs = store.issue(Admission(User("ann")), 0)
    own = [store.issue(Admission(User("ben")), 0) for _ in range(MAX_PER_USER + 1)]
    assert len(store) == MAX_PER_USER + 1
    assert store.redeem(theirs, 1).user.name == "ann"
    assert store.redeem(own[-1], 1).user.name == "ben"
    assert len(store) == MAX_PER_USER - 1

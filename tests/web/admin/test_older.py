"""Going back behind what the server has in memory."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.web.conftest import Serve
from tests.web.site import Answer, Site
from tests.web.test_api import check, make
from tornterm.builtin.jsonl import Jsonl, JsonlSettings
from tornterm.errors import CursorGone
from tornterm.hookspecs import hookimpl
from tornterm.testing.events import CapturedEvents
from tornterm.types import AuditEvent, EventFilter, OlderEvents


class Sink:
    """Answers what the test says, when it says so."""

    name = "sink"

    def __init__(self, answer: Any = None) -> None:
        self.answer = OlderEvents() if answer is None else answer
        self.asked: list[tuple[Any, ...]] = []
        self.entered = asyncio.Event()
        self.gate = asyncio.Event()
        self.gate.set()

    @hookimpl
    async def tornterm_audit_older(
        self, wanted: EventFilter, until: float | None, cursor: str | None, limit: int
    ) -> OlderEvents:
        self.asked.append((wanted, until, cursor, limit))
        self.entered.set()
        await self.gate.wait()
        if isinstance(self.answer, Exception):
            raise self.answer
        answer: OlderEvents = self.answer
        return answer


async def older(site: Site, query: str = "", who: str = "root") -> Answer:
    return await site.ask(f"/api/admin/audit/older{query}", headers=site.bearer(who))


async def test_what_is_asked_and_answered(serve: Serve) -> None:
    """The query as the hook has it, and the answer as the description promises."""
    event = AuditEvent("session.created", 2.5, "alice", "::1", "s1", {"x": [1]})
    sink = Sink(OlderEvents((event,), "further"))
    site = await serve(plugins=[sink])
    answer = await older(site, "?until=3.25&event=session.*&user=alice&session=s1&remote=::1")
    check(answer, "OlderEvents")
    assert answer.json == {
        "events": [
            {
                "event": "session.created",
                "time": 2.5,
                "user": "alice",
                "remote": "::1",
                "session": "s1",
                "facts": {"x": [1]},
            }
        ],
        "sink": "sink",
        "cursor": "further",
    }
    wanted = EventFilter("session.*", "alice", "s1", "::1")
    sink.answer = OlderEvents()
    answer = await older(site, "?sink=sink&cursor=further&limit=1000")
    assert check(answer, "OlderEvents")["cursor"] is None
    await older(site, "?limit=0")
    (*asked, (_, until, *now)) = sink.asked
    assert asked == [(wanted, 3.25, None, 100), (EventFilter(), None, "further", 500)]
    assert (until, now) == (pytest.approx(site.terminals.clock.wall(), abs=60), [None, 1])


@pytest.mark.parametrize(
    "query",
    [
        "?cursor=further",
        f"?sink=sink&cursor={'x' * 257}",
        "?until=yesterday",
        "?until=nan",
        "?until=1e999",
        "?until=",
        "?limit=many",
        f"?user={'x' * 300}",
    ],
)
async def test_wrong_queries(serve: Serve, query: str) -> None:
    """Are told so, and no sink is asked."""
    sink = Sink()
    answer = await older(await serve(plugins=[sink]), query)
    assert (answer.status, answer.code) == (400, "bad_request")
    assert sink.asked == []


async def test_nobody_can(serve: Serve) -> None:
    """No sink, or none of that name."""
    assert (await older(await serve())).status == 404
    site = await serve(plugins=[Sink()])
    assert (await older(site, "?sink=other")).status == 404
    assert (await older(site)).status == 200


@pytest.mark.parametrize(
    ("answer", "status", "code"),
    [
        (OSError("secret of the database"), 503, "audit_unreadable"),
        (OlderEvents((), "x" * 300), 503, "audit_unreadable"),
        (CursorGone("it was cut"), 410, "cursor_gone"),
    ],
)
async def test_a_failure_costs_one_request(
    serve: Serve, answer: Any, status: int, code: str
) -> None:
    """It says which plugin it was and nothing else, and the next request is answered."""
    sink = Sink(answer)
    site = await serve(plugins=[sink])
    told = await older(site, "?sink=sink&cursor=x")
    assert (told.status, told.code) == (status, code)
    assert "secret" not in told.body.decode()
    assert ("(sink)" in told.json["error"]["message"]) is (status == 503)
    sink.answer = OlderEvents()
    assert (await older(site)).status == 200


async def test_one_that_hangs(serve: Serve) -> None:
    """Costs its time; meanwhile who asked must wait, and everything else goes on."""
    sink = Sink()
    site = await serve(plugins=[sink])
    site.terminals.plugins._calls.timeout = 0.5
    sink.gate.clear()
    first = asyncio.create_task(older(site))
    await sink.entered.wait()
    second = await older(site)
    assert (second.status, second.code) == (429, "busy")
    await make(site)
    assert (await first).code == "audit_unreadable"
    sink.gate.set()
    assert (await older(site)).status == 200
    assert len(sink.asked) == 2


async def test_it_is_not_audited(serve: Serve) -> None:
    """Or reading would write, and never come to an end."""
    events = CapturedEvents()
    site = await serve(plugins=[events, Sink()])
    await older(site)
    await make(site)
    await events.wait_for("session.created")
    assert events.names == ["session.created"]


async def test_none_lost_and_none_doubled(serve: Serve, tmp_path: Path) -> None:
    """From what is in memory on into the file, while more is written, also of an earlier run."""
    settings = JsonlSettings.model_validate(
        {"path": str(tmp_path / "audit.jsonl"), "max_size": "4 KiB", "keep": 100}
    )
    kept = CapturedEvents()
    for _ in range(2):
        site = await serve(plugins=[Jsonl(settings), kept])
        for number in range(60):
            audit = site.terminals.audit
            audit.record(audit.event("test.event", user="alice", number=len(kept.all) + number))
        await audit._queue.join()
    before = list(kept.named("test.event"))
    assert len(before) == 120
    recent = await site.ask("/api/admin/audit?event=test.*&limit=7", headers=site.bearer("root"))
    shown = [{key: one[key] for key in one if key != "number"} for one in recent.json["events"]]
    query = f"?event=test.*&limit=7&until={shown[-1]['time']!r}"
    while query:
        answer = (await older(site, query)).json
        shown += [one for one in answer["events"] if one not in shown]
        audit.record(audit.event("test.event", user="alice", late=True))
        cursor = answer["cursor"]
        query = cursor and f"?event=test.*&limit=7&sink={answer['sink']}&cursor={cursor}"
    numbers = [one["facts"].get("number") for one in shown]
    assert numbers == [one.facts["number"] for one in reversed(before)]

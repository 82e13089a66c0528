"""What administrators can ask for, and nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tornado.ioloop import IOLoop

from tests.web.conftest import Serve
from tests.web.site import Site
from tests.web.test_api import check, make
from tests.web.test_routes import address
from tests.web.test_shares import Town, Visitor, share
from tornterm.errors import ConfigError, ConfigProblem
from tornterm.hookspecs import hookimpl
from tornterm.testing.events import CapturedEvents
from tornterm.types import Action, Limits, SessionInfo, User
from tornterm.web.routes import ROUTES, Entry

ADMIN = [entry for entry in ROUTES if entry.path.startswith("api/admin/")]


@pytest.fixture
def town(serve: Serve, io_loop: IOLoop) -> Iterator[Town]:
    """Visitors that are gone before their site is closed."""
    town = Town()
    yield town
    io_loop.run_sync(town.leave)


@pytest.mark.parametrize("entry", ADMIN, ids=lambda entry: entry.path)
async def test_for_nobody_else(serve: Serve, entry: Entry) -> None:
    """Who is logged in and no administrator is refused, whatever the verb."""
    site = await serve()
    cookie = await site.log_in("alice")
    for verb in ("GET", "POST", "DELETE", "PUT", "PATCH"):
        for headers in (site.bearer("bob"), cookie):
            answer = await site.ask(address(entry), verb, headers)
            assert (answer.status, answer.code) == (403, "forbidden"), verb


class NoAdmins:
    """A plugin that lets nobody administrate."""

    name = "no_admins"

    @hookimpl
    async def tornterm_authorize(
        self, user: User, action: Action, session: SessionInfo | None
    ) -> bool | None:
        return False if action == "admin" else None


async def test_a_plugin_can_forbid_it(serve: Serve) -> None:
    """To somebody who is an administrator otherwise."""
    site = await serve(plugins=[NoAdmins()])
    assert (await site.ask("/api/admin/server", headers=site.bearer("root"))).status == 403


async def test_answers_are_as_described(serve: Serve, town: Town) -> None:
    """What the description promises holds for real answers."""
    site = await serve()
    root = site.bearer("root")
    made = await make(site, title="build")
    secret = (await share(site, made["id"]))["secret"]
    guest = await town.watch(site, made["id"], secret, site.bearer("bob"))
    await guest.hear("resumed")
    site.terminals.desk.history._take(site.terminals.clock.now() + 1)
    for path, schema in (
        ("server", "Server"),
        ("history", "History"),
        ("sessions", "Sessions"),
        ("users", "People"),
        ("plugins", "Plugins"),
        ("audit", "Events"),
    ):
        check(await site.ask(f"/api/admin/{path}", headers=root), schema)
    details: Any = check(
        await site.ask(f"/api/admin/sessions/{made['id']}", headers=root), "SessionDetails"
    )
    assert [one["user"] for one in details["people"]] == ["bob"]
    assert details["people"][0]["remote"] == "127.0.0.1"
    assert (details["shares"], details["pid"] > 0) == (1, True)


async def test_sessions_of_everybody(serve: Serve) -> None:
    """Listed with their owners, also those of one user alone; unknown ones are not found."""
    site = await serve()
    root = site.bearer("root")
    alices, bobs = await make(site), await make(site, site.bearer("bob"))

    async def listed(query: str = "") -> list[tuple[str, str]]:
        answer = await site.ask(f"/api/admin/sessions{query}", headers=root)
        return [(one["id"], one["user"]) for one in answer.json["sessions"]]

    assert await listed() == [(alices["id"], "alice"), (bobs["id"], "bob")]
    assert await listed("?user=bob") == [(bobs["id"], "bob")]
    assert await listed("?user=nobody") == []
    for verb, path in (("GET", ""), ("DELETE", ""), ("POST", "/watch")):
        answer = await site.ask(f"/api/admin/sessions/nothing{path}", verb, root)
        assert (answer.status, answer.code) == (404, "not_found")


async def test_ending_a_session(serve: Serve, town: Town) -> None:
    """Its owner is told who did it, and so is the audit log."""
    events = CapturedEvents()
    site = await serve(plugins=[events])
    owner = await town.visit(site, site.bearer())
    await owner.say(type="open", cols=80, rows=24)
    session = (await owner.hear("session"))["session"]
    answer = await site.ask(f"/api/admin/sessions/{session}", "DELETE", site.bearer("root"))
    assert answer.status == 204
    ending = await owner.hear("exit")
    assert ending["message"] == "An administrator ended this session."
    assert ending["code"] == "ended_by_admin"
    killed = await events.wait_for("session.killed")
    assert (killed.user, killed.session_id, killed.facts["owner"]) == ("root", session, "alice")


async def test_watching_a_session(serve: Serve, town: Town) -> None:
    """By a link for this administrator alone; whoever is there is told, and it is audited."""
    events = CapturedEvents()
    site = await serve(plugins=[events])
    root = await site.log_in("root")
    owner = await town.visit(site, site.bearer())
    await owner.say(type="open", cols=80, rows=24)
    session = (await owner.hear("session"))["session"]
    answer = await site.ask(f"/api/admin/sessions/{session}/watch", "POST", root, {})
    assert answer.status == 201
    link: Any = check(answer, "WatchLink")
    path, _, secret = link["path"].partition("#share=")
    assert path == f"/s/{session}"
    audited = await events.wait_for("admin.watch")
    assert (audited.user, audited.session_id, audited.facts["owner"]) == ("root", session, "alice")
    for other in (site.bearer("bob"), site.bearer(), None):
        stranger = await town.watch(site, session, secret, other)
        assert (await stranger.end())[1] == "not_found"
    watcher = await town.watch(site, session, secret, root)
    assert (await watcher.hear("resumed"))["role"] == "viewer"
    told = await owner.hear("notice")
    assert (told["code"], "(root)" in told["message"]) == ("watched", True)
    later = await town.visit(site, site.bearer())
    token = await site.ask(f"/api/sessions/{session}/token", "POST", site.bearer(), {})
    await later.say(
        type="resume", session=session, token=token.json["token"], offset=0, cols=80, rows=24
    )
    assert (await later.hear("notice"))["code"] == "watched"


async def test_nobody_is_told_of_a_watcher_who_has_gone(serve: Serve, town: Town) -> None:
    """All who watch are named while they do; when the last has gone, that is said."""
    site = await serve()
    site.people.users["toor"] = User("toor", admin=True, backend="people")
    site.people.tokens["token-of-toor"] = "toor"
    owner = await town.visit(site, site.bearer())
    await owner.say(type="open", cols=80, rows=24)
    session = (await owner.hear("session"))["session"]

    async def watch(name: str) -> Visitor:
        headers = site.bearer(name)
        path = f"/api/admin/sessions/{session}/watch"
        link = (await site.ask(path, "POST", headers, {})).json["path"]
        visitor = await town.watch(site, session, link.partition("=")[2], headers)
        await visitor.hear("resumed")
        return visitor

    async def told() -> tuple[str, str]:
        notice = await owner.hear("notice")
        return notice["code"], notice["message"]

    one = "An administrator (root) watches this session."
    both = "Administrators (root, toor) watch this session."
    first = await watch("root")
    assert await told() == ("watched", one)
    second = await watch("root")
    assert await told() == ("watched", one)
    first.connection.close()
    await first.end()
    # The same person still watches in another window, so that nothing is said of it.
    third = await watch("toor")
    assert await told() == ("watched", both)
    third.connection.close()
    assert await told() == ("watched", one)
    second.connection.close()
    assert await told() == ("unwatched", "No administrator watches this session any more.")


async def test_the_owner_does_not_decide_about_it(serve: Serve, town: Town) -> None:
    """It is none of the owner's shares, and taking those back leaves it alone."""
    site = await serve()
    root = site.bearer("root")
    session = (await make(site))["id"]
    own = (await share(site, session))["share"]["id"]
    link = (await site.ask(f"/api/admin/sessions/{session}/watch", "POST", root, {})).json
    watcher = await town.watch(site, session, link["path"].partition("=")[2], root)
    await watcher.hear("resumed")
    path = f"/api/sessions/{session}/shares"
    shares = (await site.ask(path, headers=site.bearer())).json["shares"]
    assert [one["id"] for one in shares] == [own]
    found = site.terminals.sessions.get_session(session)
    assert found is not None
    hidden = next(s for s in found.shares._shares.values() if s.by)
    assert (await site.ask(f"{path}/{hidden.id}", "DELETE", site.bearer())).status == 404
    assert (await site.ask(path, "DELETE", site.bearer())).status == 204
    assert (found.shares.valid(hidden), len(found.shares)) == (True, 1)


async def test_what_has_ended_cannot_be_watched(serve: Serve) -> None:
    """There is nothing to see but what its people were shown already."""
    site = await serve()
    root = site.bearer("root")
    session = (await make(site))["id"]
    await site.ask(f"/api/admin/sessions/{session}", "DELETE", root)
    answer = await site.ask(f"/api/admin/sessions/{session}/watch", "POST", root, {})
    assert answer.status == 404


class Tight:
    """Lets alice have three sessions."""

    name = "tight"

    @hookimpl
    async def tornterm_limits(self, user: User, limits: Limits) -> Limits:
        return Limits(3, 100, "staff", 6) if user.name == "alice" else limits


async def test_users_and_how_near_their_limits_are(serve: Serve) -> None:
    """With what the plugins said about them; those without a session are there by their login."""
    site = await serve({"sessions": {"max_per_user": 10}}, plugins=[Tight()])
    cookie = await site.log_in("root")
    await make(site)
    await make(site)
    await make(site, site.bearer("bob"))
    answer = await site.ask("/api/admin/users", headers=cookie)
    users = {row["name"]: row for row in answer.json["users"]}
    assert set(users) == {"alice", "bob", "root"}
    alice, bob, root = users["alice"], users["bob"], users["root"]
    assert (alice["sessions"], alice["max_per_user"], alice["near"]) == (2, 3, 0.667)
    assert (alice["created"], alice["group"], alice["in_group"]) == (2, "staff", 2)
    assert (bob["sessions"], bob["max_per_user"], bob["near"]) == (1, 10, 0.1)
    assert (root["sessions"], root["logins"], root["admin"]) == (0, 1, True)


async def test_ending_the_logins_of_a_user(serve: Serve, town: Town) -> None:
    """Their pages are told and closed, their sessions go on, nobody else notices; audited."""
    events = CapturedEvents()
    site = await serve(plugins=[events])
    root = site.bearer("root")
    hers, his = await site.log_in("alice"), await site.log_in("bob")
    owner = await town.visit(site, hers)
    await owner.say(type="open", cols=80, rows=24)
    session = (await owner.hear("session"))["session"]
    answer = await site.ask("/api/admin/logins?user=alice", "DELETE", root)
    assert answer.json == {"ended": 1}
    check(answer, "EndedLogins")
    assert (await owner.end())[0] == 4401
    assert (await site.ask("/api/me", headers=hers)).status == 401
    assert (await site.ask("/api/me", headers=his)).status == 200
    living = (await site.ask("/api/admin/sessions", headers=root)).json["sessions"]
    assert [(one["id"], one["state"]) for one in living] == [(session, "running")]
    audited = await events.wait_for("admin.logout")
    assert (audited.user, audited.facts) == ("root", {"owner": "alice", "logins": 1})
    assert (await site.ask("/api/admin/logins", "DELETE", root)).status == 400
    answer = await site.ask("/api/admin/logins?user=nobody", "DELETE", root)
    assert answer.json == {"ended": 0}


async def test_reloading_is_the_hosts_business(serve: Serve) -> None:
    """Where the configuration did not come from a file of ours."""
    site = await serve()
    root = site.bearer("root")
    assert (await site.ask("/api/admin/server", headers=root)).json["reloadable"] is False
    answer = await site.ask("/api/admin/reload", "POST", root, {})
    assert answer.status == 409
    assert "application" in answer.json["error"]["message"]


async def test_reloading(serve: Serve) -> None:
    """Says what needs a restart, or all that is wrong; both are audited."""
    events = CapturedEvents()
    site = await serve(plugins=[events])
    problems: list[ConfigProblem] = []

    async def reread() -> list[str]:
        if problems:
            raise ConfigError(problems)
        return ["[server] port"]

    site.terminals.desk.reread = reread
    root = site.bearer("root")
    answer = await site.ask("/api/admin/reload", "POST", root, {})
    assert answer.json == {"restart": ["[server] port"]}
    check(answer, "Reloaded")
    problems.append(ConfigProblem("f.toml", "ui", "theme", "is ugly"))
    answer = await site.ask("/api/admin/reload", "POST", root, {})
    assert (answer.status, answer.code) == (422, "config")
    assert answer.json["error"]["problems"] == ["f.toml: [ui] theme: is ugly"]
    await events.wait_for("admin.reload", 2)
    assert [one.facts["ok"] for one in events.named("admin.reload")] == [True, False]
    assert (await site.ask("/api/admin/reload", "POST", root, {"x": 1})).status == 400


async def test_the_latest_audit_events(serve: Serve) -> None:
    """Filtered by the query, the newest first, a page at a time; wrong queries are told so."""
    site = await serve()
    root = site.bearer("root")
    for _ in range(3):
        await make(site)
    await make(site, site.bearer("bob"))

    async def found(query: str) -> list[tuple[str, str]]:
        answer = await site.ask(f"/api/admin/audit{query}", headers=root)
        return [(one["event"], one["user"]) for one in answer.json["events"]]

    assert (await found(""))[0] == ("session.created", "bob")
    assert await found("?event=session.*&user=alice&limit=2") == [("session.created", "alice")] * 2
    assert len(await found("?event=session.created")) == 4
    assert await found("?event=auth.*") == []
    numbers = [
        one["number"]
        for one in (await site.ask("/api/admin/audit?limit=2", headers=root)).json["events"]
    ]
    older = await site.ask(f"/api/admin/audit?before={numbers[-1]}", headers=root)
    assert all(one["number"] < numbers[-1] for one in older.json["events"])
    for query in ("?limit=many", "?before=-1", "?limit=", f"?user={'x' * 300}"):
        answer = await site.ask(f"/api/admin/audit{query}", headers=root)
        assert (answer.status, answer.code) == (400, "bad_request"), query


async def test_plugins_and_their_calls(serve: Serve) -> None:
    """In their order, counted, without what they were set up with."""
    site: Site = await serve()
    await make(site)
    answer = await site.ask("/api/admin/plugins", headers=site.bearer("root"))
    plugins = {row["name"]: row for row in answer.json["plugins"]}
    assert list(plugins)[-1] == "policy"
    shell = {row["hook"]: row for row in plugins["shell"]["hooks"]}
    assert shell["tornterm_spawn"]["calls"] == 1
    assert "/bin/cat" not in answer.body.decode()

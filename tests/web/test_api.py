"""The HTTP API, with real sessions."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tornado.ioloop import IOLoop

from tests.web.conftest import Serve
from tests.web.site import Answer, Site
from tests.web.test_login import Events
from tornterm.web.openapi import SCHEMAS, document
from tornterm.web.shapes import session_json


async def make(site: Site, headers: dict[str, str] | None = None, **wish: object) -> dict[str, str]:
    """Make a session; gives its id and token."""
    answer = await site.ask("/api/sessions", "POST", headers or site.bearer(), wish)
    assert answer.status == 201, answer.body
    body = answer.json
    assert answer["Location"] == f"/api/sessions/{body['session']['id']}"
    return {"id": body["session"]["id"], "token": body["token"]}


def fits(value: object, schema: dict[str, object]) -> bool:
    """Whether a value is as the description says; as much of JSON schema as that needs."""
    if "$ref" in schema:
        return fits(value, SCHEMAS[str(schema["$ref"]).rpartition("/")[2]])
    if "anyOf" in schema:
        return any(fits(value, one) for one in schema["anyOf"])  # type: ignore[attr-defined]
    if "enum" in schema:
        return value in schema["enum"]  # type: ignore[operator]
    kinds = {
        "string": str,
        "integer": int,
        "number": (int, float),
        "boolean": bool,
        "null": type(None),
    }
    kind = schema["type"]
    if kind == "array":
        return isinstance(value, list) and all(fits(one, schema["items"]) for one in value)  # type: ignore[arg-type]
    if kind == "object" and "properties" not in schema:
        return isinstance(value, dict)
    if kind == "object":
        properties: dict[str, dict[str, object]] = schema["properties"]  # type: ignore[assignment]
        return (
            isinstance(value, dict)
            and set(schema["required"]) <= set(value) <= set(properties)  # type: ignore[call-overload]
            and all(fits(one, properties[name]) for name, one in value.items())
        )
    return isinstance(value, kinds[str(kind)]) and (
        kind == "boolean" or not isinstance(value, bool)
    )  # type: ignore[arg-type]


def check(answer: Answer, schema: str) -> object:
    assert answer["Content-Type"].startswith("application/json")
    assert fits(answer.json, SCHEMAS[schema]), answer.body
    return answer.json


async def test_a_session_from_birth_to_death(serve: Serve) -> None:
    """Made, listed, shown, renamed and ended over HTTP."""
    site = await serve()
    made = await make(site, cols=100, rows=30, title="build", profile="")
    path = f"/api/sessions/{made['id']}"
    shown = await site.ask(path, headers=site.bearer())
    session = check(shown, "OneSession")["session"]  # type: ignore[index]
    assert (session["cols"], session["rows"], session["title"]) == (100, 30, "build")
    assert (session["user"], session["state"], session["attached"]) == ("alice", "running", 0)
    listed = check(await site.ask("/api/sessions", headers=site.bearer()), "Sessions")
    assert [one["id"] for one in listed["sessions"]] == [made["id"]]  # type: ignore[index]
    renamed = await site.ask(path, "PATCH", site.bearer(), {"title": "tests"})
    assert check(renamed, "OneSession")["session"]["title"] == "tests"  # type: ignore[index]
    ended = await site.ask(path, "DELETE", site.bearer())
    assert (ended.status, ended.body) == (204, b"")
    assert site.terminals.sessions.active_count == 0
    listed = check(await site.ask("/api/sessions", headers=site.bearer()), "Sessions")
    assert listed["sessions"] == []  # type: ignore[index]


async def test_answers_are_as_described(serve: Serve) -> None:
    """What the description promises holds for real answers."""
    site = await serve()
    check(await site.ask("/api/me", headers=site.bearer()), "Me")
    cookie = await site.log_in()
    check(await site.ask("/api/me", headers=cookie), "Me")
    check(await site.ask("/api/me", "POST", cookie, {}), "Me")
    check(await site.ask("/api/limits", headers=site.bearer()), "Usage")
    check(await site.ask("/api/profiles", headers=site.bearer()), "Profiles")
    check(await site.ask("/api/sessions", "POST", site.bearer(), {}), "NewSession")
    check(await site.ask("/api/nothing"), "Error")
    check(await site.ask("/api/sessions", headers=site.bearer()), "Sessions")


async def test_the_description(serve: Serve) -> None:
    """Names every operation with its answers, below the path that clients see."""
    site = await serve({"server": {"public_url": "https://example.org/terminals/"}})
    described = (await site.ask("/api/openapi.json", headers=site.bearer())).json
    assert described == json.loads(json.dumps(document("/terminals/")))
    assert described["servers"] == [{"url": "/terminals"}]
    for verbs in described["paths"].values():
        for operation in verbs.values():
            assert operation["summary"]
            for answer in operation["responses"].values():
                for content in answer.get("content", {}).values():
                    assert content["schema"]["$ref"].rpartition("/")[2] in SCHEMAS


async def test_somebody_elses_session_is_no_session(serve: Serve) -> None:
    """Byte for byte the same answer as for one that never was."""
    site = await serve()
    alices = (await make(site))["id"]
    for verb, suffix, body in (
        ("GET", "", b""),
        ("PATCH", "", {"title": "mine"}),
        ("DELETE", "", b""),
        ("POST", "/token", {}),
    ):
        answers = [
            await site.ask(f"/api/sessions/{session}{suffix}", verb, site.bearer("bob"), body)
            for session in (alices, "0" * 32)
        ]
        assert [answer.status for answer in answers] == [404, 404], verb
        assert answers[0].body == answers[1].body
        named = [[(k, v) for k, v in answer.headers if k != "Date"] for answer in answers]
        assert named[0] == named[1]
    assert site.terminals.sessions.active_count == 1
    assert (await site.ask("/api/sessions", headers=site.bearer("bob"))).json == {"sessions": []}


async def test_admins_see_and_end_but_get_no_key(serve: Serve) -> None:
    """An admin may look at a session and end it; its token is for its owner alone."""
    site = await serve()
    path = f"/api/sessions/{(await make(site))['id']}"
    root = site.bearer("root")
    assert (await site.ask(path, headers=root)).status == 200
    answer = await site.ask(f"{path}/token", "POST", root, {})
    assert (answer.status, answer.code) == (403, "forbidden")
    assert (await site.ask(path, "DELETE", root)).status == 204


async def test_a_new_token(serve: Serve) -> None:
    """Each is another one, works, and is audited without standing in the event."""
    events = Events()
    site = await serve(plugins=[events])
    made = await make(site)
    path = f"/api/sessions/{made['id']}/token"
    tokens = {made["token"]}
    for _ in range(3):
        answer = await site.ask(path, "POST", site.bearer(), {})
        assert answer.status == 201
        check(answer, "Token")
        tokens.add(answer.json["token"])
    assert len(tokens) == 4
    session = site.terminals.sessions.get_session(made["id"])
    assert session is not None
    assert all(session.tokens.find(token) for token in tokens)
    (event, *_) = await events.named("session.token")
    assert (event.user, event.session_id) == ("alice", made["id"])
    assert not any(token in repr(events.kept) for token in tokens)
    assert not any(token in json.dumps(session_json(session.info())) for token in tokens)


async def test_a_limit_says_which_and_until_when(serve: Serve) -> None:
    """429 with the facts, and with a wait where one can be known."""
    site = await serve({"sessions": {"max_per_hour": 1, "max_per_user": 5}})
    await make(site)
    answer = await site.ask("/api/sessions", "POST", site.bearer(), {})
    assert (answer.status, answer.code) == (429, "user_rate")
    error = answer.json["error"]
    assert (error["limit"], error["current"]) == (1, 1)
    assert error["message"]
    assert 0 < error["retryAfter"] <= 3600
    assert answer["Retry-After"] == str(error["retryAfter"])
    usage = (await site.ask("/api/limits", headers=site.bearer())).json
    assert (usage["sessions"], usage["created"], usage["max_per_hour"]) == (1, 1, 1)
    assert usage["retryAfter"] >= error["retryAfter"] - 1


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"cols": 0}', 400),
        (b'{"cols": 1001}', 400),
        (b'{"cols": "80"}', 400),
        (b'{"cols": 80.0}', 400),
        (b'{"cols": true}', 400),
        (b'{"cols": NaN}', 400),
        (b'{"cols": 80, "cols": 81}', 400),
        (b'{"title": 1}', 400),
        (b'{"title": "' + b"x" * 257 + b'"}', 400),
        (b'{"title": "a\\u0007b"}', 400),
        (b'{"title": "\\udc00"}', 400),
        (b'{"user": "root"}', 400),
        (b'{"argv": ["/bin/sh"]}', 400),
        (b'{"cwd": "/"}', 400),
        (b'{"env": {"A": "b"}}', 400),
        (b"[]", 400),
        (b"null", 400),
        (b"x", 400),
        (b"\xff", 400),
        (b"[" * 50_000, 400),
        (b'{"title": "' + b"x" * 70_000 + b'"}', 413),
    ],
)
async def test_wishes_that_make_no_sense(serve: Serve, body: bytes, status: int) -> None:
    """Get a clear error and make nothing; what an embedder may wish for, a client may not."""
    site = await serve()
    headers = {**site.bearer(), "Content-Type": "application/json"}
    answer = await site.ask("/api/sessions", "POST", headers, body)
    assert answer.status == status
    assert answer.code == {400: "protocol", 413: "too_large"}[status]
    assert len(answer.json["error"]["message"]) > 10
    assert site.terminals.sessions.active_count == 0


async def test_a_session_that_cannot_start(serve: Serve) -> None:
    """Says so, in words for the person."""
    shell = {"enabled": ["shell"], "shell": {"command": ["/nonexistent"], "cwd": "/"}}
    site = await serve({"plugins": shell})
    answer = await site.ask("/api/sessions", "POST", site.bearer(), {})
    assert (answer.status, answer.code) == (500, "spawn_failed")
    assert "/nonexistent" in answer.json["error"]["message"]


async def test_a_profile_that_is_not_there(serve: Serve) -> None:
    """That is the caller's mistake, and one that can be mended."""
    shell = {"enabled": ["shell"], "shell": {"profiles": {"python": {"cwd": "/"}}}}
    site = await serve({"plugins": shell})
    answer = await site.ask("/api/sessions", "POST", site.bearer(), {"profile": "pyton"})
    assert (answer.status, answer.code) == (400, "spawn_failed")
    assert "did you mean 'python'?" in answer.json["error"]["message"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["cols", "rows", "title", "profile"]) | st.text(max_size=8),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)


def test_any_change_is_made_or_refused(io_loop: IOLoop, serve: Serve) -> None:
    """Whatever JSON comes, the answer is the session or a 400."""
    site = io_loop.run_sync(serve)
    made = io_loop.run_sync(lambda: make(site))

    @given(value=JSON)
    @settings(max_examples=100, deadline=None)
    def change(value: object) -> None:
        path = f"/api/sessions/{made['id']}"
        answer = io_loop.run_sync(lambda: site.ask(path, "PATCH", site.bearer(), value))
        assert answer.status in (200, 400), answer.body

    change()

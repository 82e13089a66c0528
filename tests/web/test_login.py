"""Logging in and out."""

from __future__ import annotations

import asyncio
import json
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tornado.web import RequestHandler

from tests.web.conftest import Serve
from tests.web.site import ALICE, Answer, Site
from tornterm.hookspecs import App, hookimpl
from tornterm.testing.clock import FakeClock
from tornterm.types import AuditEvent, Route
from tornterm.web.login import safe_next

FORM = "application/x-www-form-urlencoded"


class Events:
    """An audit sink in memory."""

    name = "events"

    def __init__(self) -> None:
        self.kept: list[AuditEvent] = []
        self.news = asyncio.Event()

    @hookimpl
    async def tornterm_audit(self, event: AuditEvent) -> None:
        self.kept.append(event)
        self.news.set()

    async def named(self, name: str) -> list[AuditEvent]:
        """The events of that name; waits for the first one."""
        while not (found := [event for event in self.kept if event.name == name]):
            self.news.clear()
            await self.news.wait()
        return found


async def post(site: Site, body: object, **headers: str) -> Answer:
    """Post to the login as the page does."""
    return await site.ask(f"{site.base}login", "POST", {"Origin": site.origin, **headers}, body)


def form(site: Site, name: str, password: str | None = None) -> dict[str, object]:
    fields = site.credentials(name)
    return {"method": "people", "fields": fields | ({"password": password} if password else {})}


# --- next -----------------------------------------------------------------------------------------

ELSEWHERE = [
    "",
    "evil",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    "https:evil.example",
    "https://evil.example/",
    "HTTPS://evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "/terminals/../evil",
    "/terminals/./x",
    "/terminals/%2e%2e/evil",
    "/terminals/.%2E/evil",
    "/terminals//evil.example",
    "/terminals/%2f%2fevil.example",
    "/terminals/%5cevil",
    "/terminals/%0d%0aSet-Cookie:x=y",
    "/terminals/\r\nSet-Cookie: x=y",
    "/terminals/\x00",
    "/terminals/%",
    "/terminals/%zz",
    '/terminals/"><script>',
    "/terminals/s/\u2028",
    "/terminals/s/abc#code=x",
    "/terminalsevil",
    "/terminals",
    "/",
    "/s/abc",
    "/terminals/login",
    "/terminals/login?next=x",
    "/terminals/logout",
    "/terminals/" + "x" * 2000,
    "@evil.example",
    "/@evil.example",
]


@pytest.mark.parametrize("wanted", ELSEWHERE)
def test_next_never_leads_elsewhere(wanted: str) -> None:
    """What is not a plain path below the base leads to the base."""
    assert safe_next(wanted, "/terminals/") == "/terminals/"


@pytest.mark.parametrize(
    "wanted", ["/terminals/", "/terminals/s/0a1b", "/terminals/-/x/?a=b&c=%20", "/terminals/s/%41"]
)
def test_next_leads_back(wanted: str) -> None:
    """A path of our own is kept as it is."""
    assert safe_next(wanted, "/terminals/") == wanted


@given(st.text(max_size=60), st.sampled_from(["/", "/terminals/"]))
def test_any_next_is_a_path_below_the_base(text: str, base: str) -> None:
    """Whatever is asked for."""
    for wanted in (text, base + text):
        found = safe_next(wanted, base)
        assert found.startswith(base)
        assert not found.startswith("//")
        assert found.isascii() and found.isprintable() and "\\" not in found


# --- logging in -----------------------------------------------------------------------------------


async def test_with_a_form(serve: Serve) -> None:
    """Name and password give a cookie, which is who one is from then on."""
    events = Events()
    site = await serve(plugins=[events])
    answer = await post(site, form(site, "alice"))
    assert (answer.status, answer.json) == (200, {"next": "/"})
    cookie = {"Cookie": answer["Set-Cookie"].partition(";")[0]}
    me = (await site.ask("/api/me", headers=cookie)).json
    assert me["user"]["name"] == "alice"
    assert me["user"]["groups"] == ["staff"]
    assert me["via"] == "cookie"
    (event,) = await events.named("auth.ok")
    assert (event.user, event.remote) == ("alice", "127.0.0.1")
    assert event.facts == {"backend": "people", "method": "people"}


@pytest.mark.parametrize(
    "body",
    [
        {"username": "alice", "password": "password of alice"},
        {"fields": {"username": "alice", "password": "password of alice"}},
        {"method": "people", "username": "alice", "password": "password of alice"},
    ],
)
async def test_the_only_form_needs_no_name(serve: Serve, body: object) -> None:
    """A program may leave out what can be only one thing."""
    site = await serve()
    assert (await post(site, body)).status == 200


async def test_afterwards_one_stays_here(serve: Serve) -> None:
    """Wherever a posted ``next`` points to."""
    site = await serve()
    for wanted in ("//evil.example", "https://evil.example/", "/\\evil.example"):
        assert (await post(site, {**form(site, "alice"), "next": wanted})).json == {"next": "/"}
        fields = {**site.credentials("alice"), "next": wanted}
        headers = {"Origin": site.origin, "Content-Type": FORM}
        answer = await site.ask("/login", "POST", headers, urlencode(fields).encode())
        assert (answer.status, answer["Location"]) == (303, "/")
    assert (await post(site, {**form(site, "alice"), "next": "/s/a"})).json == {"next": "/s/a"}


async def test_without_scripts(serve: Serve) -> None:
    """A posted form works as well, and leads on."""
    site = await serve()
    fields = {**site.credentials("alice"), "method": "people", "next": "/s/abc"}
    headers = {"Origin": site.origin, "Content-Type": FORM}
    answer = await site.ask("/login", "POST", headers, urlencode(fields).encode())
    assert (answer.status, answer["Location"]) == (303, "/s/abc")
    assert answer["Set-Cookie"]


async def test_with_a_code(serve: Serve) -> None:
    """The code of a login link is good once, and not for ever."""
    clock = FakeClock()
    site = await serve(clock=clock)
    code = site.terminals.codes.issue(ALICE, clock.now())
    assert (await post(site, {"code": code})).status == 200
    again = await post(site, {"code": code})
    assert (again.status, again.code) == (401, "unauthenticated")
    assert not again["Set-Cookie"]
    late = site.terminals.codes.issue(ALICE, clock.now())
    clock.advance(3600)
    assert (await post(site, {"code": late})).status == 401


async def test_wrong_credentials(serve: Serve) -> None:
    """The answer does not say what was wrong, and the event says who was meant."""
    events = Events()
    site = await serve(plugins=[events])
    wrong = await post(site, form(site, "alice", "wrong"))
    unknown = await post(site, form(site, "nobody", "wrong"))
    assert wrong.status == unknown.status == 401
    assert wrong.body == unknown.body
    assert not wrong["Set-Cookie"]
    (event, *_) = await events.named("auth.failed")
    assert event.facts["account"] == "alice"
    assert event.facts["method"] == "people"
    assert "wrong'" not in repr(event)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{}", 400),
        (b"null", 400),
        (b"[]", 400),
        (b"{", 400),
        (b'{"code": 1}', 400),
        (b'{"code": null}', 400),
        (b'{"code": ""}', 401),
        (b'{"code": "' + b"x" * 5000 + b'"}', 400),
        (b'{"code": "\\ud800"}', 400),
        (b'{"method": "people"}', 400),
        (b'{"method": "people", "fields": []}', 400),
        (b'{"method": "people", "fields": {"username": 1}}', 400),
        (b'{"method": "people", "fields": {"username": {"a": 1}}}', 400),
        (b'{"method": "nothing", "fields": {"username": "alice"}}', 401),
        (b'{"method": "people", "method": "people"}', 400),
        (json.dumps({f"field{n}": "x" for n in range(50)}).encode(), 400),
        (b'{"a": ' * 5000 + b"1" + b"}" * 5000, 400),
        (b"\xff\xfe", 400),
        (b'{"code": "' + b"x" * 70000 + b'"}', 413),
    ],
)
async def test_bodies_that_are_no_login(serve: Serve, body: bytes, status: int) -> None:
    """Each gets a clear error, and no cookie."""
    site = await serve({"auth": {"attempts_per_address": 0}})
    headers = {"Origin": site.origin, "Content-Type": "application/json"}
    answer = await site.ask("/login", "POST", headers, body)
    assert answer.status == status, answer.body
    assert answer.json["error"]["message"]
    assert not answer["Set-Cookie"]


@pytest.mark.parametrize("kind", ["text/plain", "", "multipart/form-data", "application/xml"])
async def test_what_a_foreign_form_can_send_is_no_json(serve: Serve, kind: str) -> None:
    """Even if the origin check were not there."""
    site = await serve()
    headers = {"Origin": site.origin, "Content-Type": kind}
    answer = await site.ask("/login", "POST", headers, json.dumps(form(site, "alice")).encode())
    assert answer.status in (400, 415)


async def test_login_from_another_site_is_refused(serve: Serve) -> None:
    """Nobody can log a person in as somebody else behind their back."""
    site = await serve()
    for origin in ("http://evil.example", "null", f"http://127.0.0.1:{site.port + 1}"):
        answer = await post(site, form(site, "alice"), Origin=origin)
        assert answer.status == 403
        assert not answer["Set-Cookie"]


# --- the cookie -----------------------------------------------------------------------------------


def attributes(answer: Answer) -> dict[str, str]:
    """The cookie's attributes, by lower-case name; its own name as ``name``."""
    first, *rest = answer["Set-Cookie"].split("; ")
    pairs = (part.partition("=") for part in rest)
    return {"name": first.partition("=")[0], **{key.lower(): value for key, _, value in pairs}}


async def test_the_cookie_over_http(serve: Serve) -> None:
    """Out of reach of scripts and of other sites, and named after this very server."""
    site = await serve({"auth": {"lifetime": "2h"}})
    found = attributes(await post(site, form(site, "alice")))
    assert found == {
        "name": f"tornterm-{site.terminals.instance}",
        "httponly": "",
        "samesite": "Strict",
        "path": "/",
        "max-age": "7200",
    }


async def test_the_cookie_over_https(serve: Serve) -> None:
    """At the root of an HTTPS site no other site, and no part of this one, can set it."""
    site = await serve({"server": {"public_url": "https://term.example.org/"}})
    answer = await post(site, form(site, "alice"), Origin="https://term.example.org")
    found = attributes(answer)
    assert found["name"] == f"__Host-tornterm-{site.terminals.instance}"
    assert "secure" in found and "httponly" in found
    assert (found["path"], found["samesite"]) == ("/", "Strict")
    assert "domain" not in found
    value = answer["Set-Cookie"].partition(";")[0].partition("=")[2]
    plain = f"tornterm-{site.terminals.instance}={value}"
    assert (await site.ask("/api/me", headers={"Cookie": plain})).status == 401
    assert (await site.ask("/api/me", headers={"Cookie": f"__Host-{plain}"})).status == 200


async def test_the_cookie_below_a_path(serve: Serve) -> None:
    """It goes where we are and nowhere else, as the browser sees it."""
    url = "https://example.org/terminals/"
    site = await serve({"server": {"public_url": url, "base_url": "/terminals/"}})
    found = attributes(await post(site, form(site, "alice"), Origin="https://example.org"))
    assert found["name"] == f"tornterm-{site.terminals.instance}"
    assert found["path"] == "/terminals/"
    assert "secure" in found


async def test_a_proxy_that_takes_the_path_away(serve: Serve) -> None:
    """Cookie, links and redirects are about what the browser sees."""
    site = await serve({"server": {"public_url": "https://example.org/terminals/"}})
    assert (await site.ask("/s/abc"))["Location"] == "/terminals/login?next=/terminals/s/abc"
    answer = await post(
        site, {**form(site, "alice"), "next": "/terminals/s/abc"}, Origin="https://example.org"
    )
    assert answer.json == {"next": "/terminals/s/abc"}
    assert attributes(answer)["path"] == "/terminals/"


async def test_two_servers_on_one_host_do_not_disturb_each_other(serve: Serve) -> None:
    """Browsers do not tell cookies of different ports apart."""
    one, two = await serve(), await serve()
    first, second = await one.log_in(), await two.log_in("bob")
    both = {"Cookie": f"{first['Cookie']}; {second['Cookie']}"}
    assert (await one.ask("/api/me", headers=both)).json["user"]["name"] == "alice"
    assert (await two.ask("/api/me", headers=both)).json["user"]["name"] == "bob"


# --- throttling -----------------------------------------------------------------------------------


async def test_logins_are_throttled_per_account(serve: Serve) -> None:
    """From any address, with a wait that is exact; others are not concerned."""
    clock = FakeClock()
    tables = {"attempts_per_account": 3, "attempts_window": "10m"}
    site = await serve({"auth": tables}, clock=clock)
    for _ in range(3):
        assert (await post(site, form(site, "alice", "wrong"))).status == 401
    refused = await post(site, form(site, "alice"))
    assert (refused.status, refused.code) == (429, "login_rate")
    wait = int(refused["Retry-After"])
    assert wait == refused.json["error"]["retryAfter"] == 600
    assert (await post(site, form(site, "bob"))).status == 200
    clock.advance(wait - 1)
    assert (await post(site, form(site, "alice"))).status == 429
    clock.advance(1)
    assert (await post(site, form(site, "alice"))).status == 200


async def test_logins_are_throttled_per_address(serve: Serve) -> None:
    """Whatever accounts are tried, codes included."""
    site = await serve({"auth": {"attempts_per_address": 4}})
    for number in range(3):
        assert (await post(site, form(site, f"user{number}", "wrong"))).status == 401
    assert (await post(site, {"code": "guessed"})).status == 401
    for body in (form(site, "alice"), {"code": site.terminals.codes.issue(ALICE, 0.0)}):
        refused = await post(site, body)
        assert (refused.status, refused.code) == (429, "ip_rate")
        assert int(refused["Retry-After"]) > 0


async def test_logging_in_correctly_is_never_throttled(serve: Serve) -> None:
    """However often; and it wipes out the failures before it."""
    site = await serve({"auth": {"attempts_per_address": 3, "attempts_per_account": 2}})
    for _ in range(5):
        assert (await post(site, form(site, "alice"))).status == 200
    assert (await post(site, form(site, "alice", "wrong"))).status == 401
    assert (await post(site, form(site, "alice"))).status == 200
    assert (await post(site, form(site, "alice", "wrong"))).status == 401
    assert (await post(site, form(site, "alice"))).status == 200


async def test_forged_addresses_do_not_escape_the_throttle(serve: Serve) -> None:
    """A header that anybody can send makes no new address."""
    site = await serve({"auth": {"attempts_per_address": 2}})
    statuses = [
        (
            await post(
                site,
                form(site, f"user{number}", "wrong"),
                **{"X-Forwarded-For": f"198.51.100.{number}", "X-Real-Ip": f"198.51.100.{number}"},
            )
        ).status
        for number in range(4)
    ]
    assert statuses == [401, 401, 429, 429]


async def test_tries_in_parallel_gain_nothing(serve: Serve) -> None:
    """No more tries reach the plugins at once than would one after the other."""
    site = await serve({"auth": {"attempts_per_account": 3}})
    bodies = [form(site, "alice", f"guess {number}") for number in range(20)]
    answers = await asyncio.gather(*(post(site, body) for body in bodies))
    assert sorted(answer.status for answer in answers) == [401] * 3 + [429] * 17
    assert sum(request.kind == "form" for request in site.people.asked) == 3


# --- the page -------------------------------------------------------------------------------------


async def test_the_login_page(serve: Serve) -> None:
    """It knows what there is to log in with, and where to go afterwards."""
    site = await serve({"ui": {"title": "Shells </script>"}})
    answer = await site.ask("/login?next=/s/abc")
    assert answer.status == 200
    text = answer.body.decode()
    assert text.count("</script>") == text.count("<script")
    block = text.partition('id="tornterm-config">')[2].partition("</script>")[0]
    config = json.loads(block)
    assert (config["next"], config["base"], config["title"]) == ("/s/abc", "/", "Shells </script>")
    (method,) = config["methods"]
    assert method["name"] == "people"
    assert [field["secret"] for field in method["fields"]] == [False, True]


async def test_who_is_logged_in_goes_on(serve: Serve) -> None:
    """But only where the page was asked for on the way to somewhere; a link's code comes alone."""
    site = await serve()
    cookie = await site.log_in()
    assert (await site.ask("/login?next=/s/abc", headers=cookie))["Location"] == "/s/abc"
    assert (await site.ask("/login?next=//evil.example", headers=cookie))["Location"] == "/"
    assert (await site.ask("/login", headers=cookie)).status == 200


@pytest.mark.parametrize("path", ["/s/abc", "/"])
async def test_links_on_other_sites_work(serve: Serve, path: str) -> None:
    """The browser leaves the strict cookie out at first, and sends it when it asks by itself."""
    site = await serve()
    cookie = await site.log_in()
    foreign = {"Sec-Fetch-Site": "cross-site"}
    first = await site.ask(path, headers=foreign)
    second = await site.ask(first["Location"], headers=foreign)
    assert second.status == 200
    here = second.body.decode().partition("url=")[2].partition('"')[0]
    third = await site.ask(here, headers={"Sec-Fetch-Site": "same-origin", **cookie})
    assert third["Location"] == path
    shown = await site.ask(here, headers={"Sec-Fetch-Site": "same-origin"})
    assert b"tornterm-config" in shown.body


@given(text=st.text(max_size=40))
def test_nothing_in_next_gets_into_the_page(text: str) -> None:
    """What the address asked for stands in the page only if it is a path of our own."""
    wanted = safe_next(text, "/")
    assert not set(wanted) & set("<>\"'`\\") - {"'"}


async def test_script_in_next_is_not_reflected(serve: Serve) -> None:
    """Neither on the page nor on the way through it."""
    site = await serve()
    evil = quote('"><script>alert(1)</script>', safe="")
    for headers in ({}, {"Sec-Fetch-Site": "cross-site"}):
        answer = await site.ask(f"/login?next={evil}", headers=headers)
        assert b"<script>alert" not in answer.body


# --- logging out ----------------------------------------------------------------------------------


async def test_logout_ends_the_login(serve: Serve) -> None:
    """On the server, not only in the browser, and no other login."""
    events = Events()
    site = await serve(plugins=[events])
    one, other = await site.log_in(), await site.log_in()
    answer = await site.ask("/logout", "POST", one)
    assert answer.status == 204
    assert answer["Set-Cookie"].startswith(f'{one["Cookie"].partition("=")[0]}="";')
    assert "expires=" in answer["Set-Cookie"]
    assert (await site.ask("/api/me", headers=one)).status == 401
    assert (await site.ask("/api/me", headers=other)).status == 200
    assert len(await events.named("auth.ended")) == 1
    page = await site.ask("/logout", "POST", {**other, "Accept": "text/html"})
    assert (page.status, page["Location"]) == (303, "/login")


async def test_an_expired_login(serve: Serve) -> None:
    """Is none."""
    clock = FakeClock()
    site = await serve({"auth": {"lifetime": "1h"}}, clock=clock)
    cookie = await site.log_in()
    clock.advance(3599)
    assert (await site.ask("/api/me", headers=cookie)).status == 200
    clock.advance(1)
    assert (await site.ask("/api/me", headers=cookie)).status == 401


async def test_a_removed_user_is_out_at_the_next_look(serve: Serve) -> None:
    """Also without a connection, and a token that is not valid any more neither."""
    clock = FakeClock()
    site = await serve({"auth": {"revalidate": "30s"}}, clock=clock)
    cookie = await site.log_in()
    del site.people.users["alice"]
    clock.advance(31)
    assert (await site.ask("/api/me", headers=cookie)).status == 401
    assert (await site.ask("/api/me", headers=site.bearer())).status == 401


async def test_a_newer_login_of_the_browser_replaces_the_older(serve: Serve) -> None:
    """Nothing stays behind that nobody can log out."""
    site = await serve()
    cookie = await site.log_in()
    answer = await post(site, form(site, "alice"), Cookie=cookie["Cookie"])
    assert answer.status == 200
    assert (await site.ask("/api/me", headers=cookie)).status == 401
    assert len(site.terminals.logins) == 1


# --- plugins that log people in -------------------------------------------------------------------


class Arrival(RequestHandler):
    """Where a single sign-on sends people to."""

    app: App

    def initialize(self, app: App) -> None:
        self.app = app

    def get(self) -> None:
        self.app.login(self, ALICE)
        self.redirect("/")


class SingleSignOn:
    """A plugin with a public route that logs people in."""

    name = "sso"

    @hookimpl
    def tornterm_register_routes(self, app: App) -> Route:
        return Route("arrive", Arrival, {"app": app}, access="public")


async def test_a_plugin_can_log_somebody_in(serve: Serve) -> None:
    """With the same cookie as everybody else."""
    site = await serve(plugins=[SingleSignOn()])
    answer = await site.ask("/-/sso/arrive")
    assert attributes(answer)["samesite"] == "Strict"
    cookie = {"Cookie": answer["Set-Cookie"].partition(";")[0]}
    assert (await site.ask("/api/me", headers=cookie)).json["user"]["name"] == "alice"

"""The page and its files."""

from __future__ import annotations

import gzip
import json
import re
from http import HTTPStatus
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.web.conftest import Serve
from tornterm.errors import AuthError, AuthUnavailable, Forbidden, GoingAway
from tornterm.hookspecs import hookimpl
from tornterm.types import LoginField, LoginMethod
from tornterm.web.answers import _PROBLEMS
from tornterm.web.languages import SENTENCES, language_of
from tornterm.web.render import asset_names, json_for_script, render, static_path

TEMPLATES = Path(render.__code__.co_filename).with_name("templates")


async def test_the_page_knows_what_it_needs(serve: Serve) -> None:
    """Which session it shows, who looks at it, and what the operator wants it to look like."""
    site = await serve({"ui": {"title": "Shells", "theme": "dark", "font_size": 18}})
    cookie = await site.log_in()
    for path, session in (("/", ""), ("/s/0123abcd", "0123abcd")):
        answer = await site.ask(path, headers=cookie)
        assert answer.status == 200
        assert answer["Content-Type"] == "text/html; charset=UTF-8"
        text = answer.body.decode()
        config = json.loads(text.partition('id="tornterm-config">')[2].partition("<")[0])
        assert (config["session"], config["base"]) == (session, "/")
        assert (config["title"], config["theme"], config["font_size"]) == ("Shells", "dark", 18)
        assert config["user"]["name"] == "alice"
        assert "<title>Shells</title>" in text


async def test_only_its_owner_learns_the_name_of_a_session(serve: Serve) -> None:
    """Not who else is logged in, whatever the address says."""
    site = await serve()
    shown = []
    alice = await site.log_in()
    made = await site.ask("/api/sessions", "POST", alice, {"title": "Secret plan"})
    path = f"/s/{made.json['session']['id']}"
    for cookie in (alice, await site.log_in("bob")):
        text = (await site.ask(path, headers=cookie)).body.decode()
        config = json.loads(text.partition('id="tornterm-config">')[2].partition("<")[0])
        shown.append(config["session_title"])
    assert shown == ["Secret plan", ""]


async def test_the_page_shows_no_secret_and_runs_nothing_inline(serve: Serve) -> None:
    """No cookie and no token stand in it, and every script comes from a file of ours."""
    site = await serve()
    cookie = await site.log_in()
    text = (await site.ask("/", headers=cookie)).body.decode()
    assert cookie["Cookie"].partition("=")[2] not in text
    for script in re.findall(r"<script[^>]*>", text):
        assert 'src="/static/' in script or 'type="application/json"' in script
    assert not re.search(r"\son[a-z]+=|javascript:|<style", text)


async def test_every_file_that_the_page_names_is_there(serve: Serve) -> None:
    """Below the base path that the browser sees, and without a login."""
    site = await serve({"server": {"base_url": "/terminals/"}})
    cookie = await site.log_in()
    pages = [await site.ask("/terminals/", headers=cookie), await site.ask("/terminals/login")]
    found = {
        name
        for page in pages
        for name in re.findall(r'"(/[^"]+-[A-Z0-9]{8}\.\w+)"', page.body.decode())
    }
    assert len(found) >= 5
    for path in found:
        answer = await site.ask(path)
        assert answer.status == 200, path
        assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["ETag"]
        again = await site.ask(path, headers={"If-None-Match": answer["ETag"]})
        assert again.status == 304


async def test_static_serves_the_page_and_nothing_else(serve: Serve) -> None:
    """Neither a way out of the folder, nor what else lies in it, nor a list of it."""
    site = await serve()
    for path in (
        "",
        ".",
        "..",
        "../templates/page.html",
        "..%2ftemplates%2fpage.html",
        "%2e%2e/web/app.py",
        "....//app.py",
        "/etc/passwd",
        "%2fetc%2fpasswd",
        "manifest.json",
        "sources.sha256",
        "x-ABCDEFGH.js",
        "page-%00ABCDEF.js",
        "\\..\\app.py",
    ):
        answer = await site.ask(f"/static/{path}")
        assert answer.status in (403, 404), path
        assert b"def " not in answer.body and b"root:" not in answer.body
    assert (await site.ask("/static/THIRD_PARTY.txt")).status == 200
    name = asset_names()["page.js"]
    assert (await site.ask(f"/static/{name}", "HEAD")).status == 200
    assert (await site.ask(f"/static/{name}", "POST", {"Origin": site.origin})).status == 405


async def test_files_come_compressed_as_the_client_takes_them(serve: Serve) -> None:
    """The smallest way it knows, each with a tag of its own, and as it is for who knows none."""
    site = await serve()
    path = f"/static/{asset_names()['page.js']}"
    plain = await site.ask(path)
    assert not plain["Content-Encoding"]
    lengths, tags = [len(plain.body)], {plain["ETag"]}
    for accepted, encoding, decode in (
        ("gzip, deflate, br;q=0", "gzip", gzip.decompress),
        ("gzip, deflate, br", "br", None),
    ):
        answer = await site.ask(path, headers={"Accept-Encoding": accepted})
        assert answer["Content-Encoding"] == encoding
        assert answer["Content-Type"] == plain["Content-Type"]
        assert answer["Vary"] == "Accept-Encoding"
        assert decode is None or decode(answer.body) == plain.body
        lengths.append(len(answer.body))
        tags.add(answer["ETag"])
    assert lengths == sorted(lengths, reverse=True)
    assert len(tags) == 3
    for suffix in (".br", ".gz"):
        assert (await site.ask(path + suffix)).status == 404


async def test_the_page_can_be_installed(serve: Serve) -> None:
    """Its manifest names it and its place, below whatever base the browser sees."""
    site = await serve({"server": {"base_url": "/t/"}, "ui": {"title": "Shells"}})
    answer = await site.ask("/t/app.webmanifest")
    assert answer["Content-Type"] == "application/manifest+json"
    manifest = json.loads(answer.body)
    assert (manifest["name"], manifest["start_url"], manifest["scope"]) == ("Shells", "/t/", "/t/")
    for icon in manifest["icons"]:
        picture = await site.ask(icon["src"])
        assert (picture.status, picture["Content-Type"]) == (200, icon["type"])
    worker = await site.ask("/t/worker.js")
    assert worker["Content-Type"].startswith("text/javascript")
    assert worker["Cache-Control"] == "no-cache"


async def test_the_page_without_a_server_needs_nothing_else(serve: Serve) -> None:
    """What is kept for that day asks for no other file, and tells nothing about anybody."""
    site = await serve({"ui": {"title": "<Shells>"}})
    cookie = await site.log_in()
    text = (await site.ask("/offline", headers=cookie)).body.decode()
    assert "cannot be reached" in text
    assert "&lt;Shells&gt;" in text
    assert not re.search(r"src=|<link|<script|alice", text)


async def test_pages_without_scripts_speak_the_language_of_their_reader(serve: Serve) -> None:
    """An error, the page for the day without a server, and what stands in for scripts."""
    site = await serve({"ui": {"title": "Shells"}})
    html = {"Accept": "text/html", "Accept-Language": "pt, fr-CH;q=0.8, de;q=0.9, en;q=0.5"}
    for path, headers, words in (
        ("/nothing", html, "An dieser Adresse ist nichts."),
        ("/nothing", html, "<title>Nicht gefunden</title>"),
        ("/offline", html, "oder Shells antwortet nicht"),
        ("/login", html, "auf dieser Seite ist JavaScript nötig"),
        ("/offline", {"Accept-Language": "fr"}, "Le serveur est injoignable"),
    ):
        text = (await site.ask(path, headers=headers)).body.decode()
        assert words in text, path
        assert '<html lang="de"' in text or '<html lang="fr"' in text


async def test_a_language_that_was_chosen_wins_over_the_browsers(serve: Serve) -> None:
    """In the cookie that the page sets; what is no language of ours is passed over."""
    site = await serve()
    for cookie, language in (
        ("tornterm-language=fr", "fr"),
        ("tornterm-language=en; other=de", "en"),
        ("tornterm-language=", "de"),
        ("tornterm-language=tlh", "de"),
        ("tornterm-language=FR", "de"),
        ('tornterm-language="><script>', "de"),
    ):
        headers = {"Accept": "text/html", "Accept-Language": "de", "Cookie": cookie}
        for path in ("/nothing", "/offline", "/login"):
            text = (await site.ask(path, headers=headers)).body.decode()
            assert f'<html lang="{language}"' in text, cookie


async def test_ways_to_log_in_are_named_in_the_language_of_the_reader(serve: Serve) -> None:
    """Those that come with us; what an operator calls one stays as it is."""

    class Forms:
        name = "forms"

        @hookimpl
        async def tornterm_login_methods(self) -> LoginMethod:
            fields = (LoginField("username", "User name"), LoginField("x", "Badge", True))
            return LoginMethod(self.name, "Log in", fields)

    site = await serve(plugins=[Forms()])
    text = (await site.ask("/login", headers={"Accept-Language": "de"})).body.decode()
    config = json.loads(text.partition('id="tornterm-config">')[2].partition("<")[0])
    method = next(each for each in config["methods"] if each["name"] == "forms")
    assert method["label"] == "Anmelden"
    assert [field["label"] for field in method["fields"]] == ["Benutzername", "Badge"]


@pytest.mark.parametrize("path", sorted(TEMPLATES.glob("*.html")), ids=lambda path: path.stem)
def test_every_sentence_of_a_template_is_in_the_catalogue(path: Path) -> None:
    """Nothing that people see stands there bare, and what is named there is translated."""
    text = path.read_text("utf-8")
    bare = re.sub(r"\{\{.*?\}\}|\{%.*?%\}|<[^>]*>", " ", text, flags=re.S)
    assert bare.split() == []
    for sentence in re.findall(r'\b_\("([^"]*)"\)', text):
        assert set(SENTENCES[sentence]) == {"de", "fr"}


def test_what_http_and_our_errors_are_called_is_in_the_catalogue() -> None:
    """All that a person can come upon by an address, and each sentence in each language."""
    for status, (_, message) in _PROBLEMS.items():
        if status != HTTPStatus.UNSUPPORTED_MEDIA_TYPE:  # for those who write programs
            assert message in SENTENCES
    for error in (AuthUnavailable("why"), GoingAway(), Forbidden(), AuthError()):
        assert error.public in SENTENCES
        assert HTTPStatus(error.http_status).phrase in SENTENCES
    for sentence, others in SENTENCES.items():
        assert set(others) == {"de", "fr"}
        for other in others.values():
            assert re.findall(r"\{\w+\}", other) == re.findall(r"\{\w+\}", sentence)


def test_the_language_that_is_asked_for_most_is_spoken() -> None:
    """By weight, then by order; with nothing that there is, or nonsense, English."""
    for accepted, language in (
        ("de-AT,en;q=0.9", "de"),
        ("ja, fr; q=0.2, en;q=0.1", "fr"),
        ("en;q=0.1, fr;q=high, de;q=0", "en"),
        ("*", "en"),
        ("", "en"),
    ):
        assert language_of(accepted) == language


def test_the_built_files_have_hashed_names() -> None:
    """What is kept for good by browsers must change its name with its contents."""
    unhashed = {"manifest.json", "sources.sha256", "THIRD_PARTY.txt"}
    for path in Path(static_path()).iterdir():
        plain = path.name.removesuffix(".br").removesuffix(".gz")
        assert plain in unhashed or re.fullmatch(r".+-[A-Z0-9]{8}\.[a-z0-9]+", plain)


@given(st.recursive(st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_nothing_ends_the_script_element(value: object) -> None:
    """Whatever a title or a name holds, the page's data stays data, and stays the same."""
    text = json_for_script(value)
    assert not set(text) & set("<>&\u2028\u2029")
    assert json.loads(text) == value

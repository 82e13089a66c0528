"""The table of the configuration, and the examples of the documentation."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from directory import ALICE, NOT_NOW, WRONG, logged_in, made, table
from pydantic import ValidationError
from slapd import SERVICE, SERVICE_PASSWORD, Slapd

from tornterm.errors import AuthError, ConfigError
from tornterm.testing.clients import V1Client
from tornterm.testing.server import LiveServer
from tornterm_auth_ldap import Ldap, LdapSettings

README = Path(__file__).parents[1] / "README.md"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"servers": []}, "servers"),
        ({"servers": ["http://ldap.example.org"]}, "must be"),
        ({"servers": ["ldap://"]}, "must be"),
        ({"servers": ["ldap://me:password@ldap.example.org"]}, "must be"),
        ({"servers": ["ldap://ldap.example.org:99999"]}, "must be"),
        ({"servers": ["ldap://ldap.example.org/dc=example"]}, "must be"),
        ({"servers": ["ldap://ldap.example.org"], "start_tls": False}, "unencrypted"),
        ({"bind_dn": ""}, "go together"),
        ({"bind_password": None}, "go together"),
        ({"bind_password": ""}, "empty"),
        ({"bind_password": {"sha256": "0" * 64}}, "hash is not enough"),
        ({"user_base": ""}, "user_base"),
        ({"user_filter": "(uid=alice)"}, "same entry for everybody"),
        ({"user_filter": "((uid={name})"}, "LDAP filter"),
        ({"user_filter": "uid={name}"}, "LDAP filter"),
        ({"group_filter": "(cn=staff)"}, "everybody"),
        ({"group_filter": "(|(member={dn})"}, "LDAP filter"),
        ({"group_base": "", "allowed_groups": ["staff"]}, "group_base"),
        ({"group_base": "", "admin_groups": ["staff"]}, "group_base"),
    ],
    ids=repr,
)
def test_tables_that_would_be_holes(running: Slapd, change: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why) as caught:
        LdapSettings.model_validate(table(running, **change))
    assert "me:password" not in str(caught.value)
    assert SERVICE_PASSWORD not in str(caught.value)


def test_certificates_that_are_not_there_stop_the_start(running: Slapd, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="certificates cannot be used"):
        made(running, ca_file=str(tmp_path / "missing.pem"))


def test_a_service_password_that_is_wrong(running: Slapd) -> None:
    """The log says so; the person does not read about it."""
    with pytest.raises(AuthError, match="bind_dn and bind_password are not accepted") as refused:
        logged_in(made(running, bind_password=WRONG), "alice", ALICE)
    assert refused.value.public == NOT_NOW
    assert WRONG not in str(refused.value)


def test_a_base_that_is_not_there(running: Slapd) -> None:
    with pytest.raises(AuthError, match="there is no entry 'ou=nowhere"):
        logged_in(made(running, user_base="ou=nowhere,dc=example,dc=org"), "alice", ALICE)


def examples() -> list[dict[str, Any]]:
    """The tables of the README."""
    found = re.findall(r"```toml\n(.*?)```", README.read_text(), re.DOTALL)
    return [tomllib.loads(text) for text in found]


def here(settings: dict[str, Any], folder: Path, slapd: Slapd) -> dict[str, Any]:
    """An example's table, with what is elsewhere in reality."""
    secret = folder / "ldap.secret"
    secret.write_text(SERVICE_PASSWORD)
    assert settings["bind_password"] == {"file": "/etc/tornterm/ldap.secret"}
    return {
        **settings,
        "servers": [slapd.url],
        "ca_file": str(slapd.certificate),
        "bind_password": {"file": str(secret)},
    }


async def test_the_example(
    running: Slapd, tmp_path: Path, tornterm_events: Any, tornterm_loop: object
) -> None:
    """Alice logs in to a server with the README's configuration, and opens a terminal."""
    tables = examples()[0]
    tables["plugins"]["enabled"].remove("ldap")
    settings = LdapSettings.model_validate(here(tables["plugins"].pop("ldap"), tmp_path, running))
    tables["plugins"]["jsonl"] = {"path": str(tmp_path / "audit.jsonl")}
    del tables["server"]
    async with LiveServer(tables, [Ldap(settings), tornterm_events]) as server:
        origin = {"Origin": server.url.rstrip("/")}
        told = await server.fetch(
            "login",
            method="POST",
            headers=origin,
            json={"method": "ldap", "username": "ALICE", "password": ALICE},
        )
        assert told.code < 400, told.body
        cookie = {"Cookie": told.headers["Set-Cookie"].partition(";")[0]}
        async with V1Client(server.url, headers={**cookie, **origin}, within=30.0) as client:
            await client.open()
            client.send_input(b"echo he''re\n")
            await client.wait_for(b"here")
        event = await tornterm_events.wait_for("auth.ok")
        assert event.user == "alice"


def test_the_example_for_active_directory(running: Slapd, tmp_path: Path) -> None:
    """slapd knows none of its attributes, but asks for nothing else than what it is asked."""
    settings = here(examples()[1]["plugins"]["ldap"], tmp_path, running)
    own = {"bind_dn": SERVICE, "user_base": "dc=example,dc=org", "group_base": "dc=example,dc=org"}
    plugin = Ldap(LdapSettings.model_validate({**settings, **own}))
    with pytest.raises(AuthError) as refused:
        logged_in(plugin, "alice", ALICE)
    assert refused.value.public == "Wrong name or password."

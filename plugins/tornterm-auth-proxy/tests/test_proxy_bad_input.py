"""Names and groups that are none, and tables that would be holes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from proxied import PEER, SECRET, answer, made
from pydantic import ValidationError

from tornterm.errors import AuthError
from tornterm.types import AuthRequest
from tornterm_auth_proxy import ProxySettings


@pytest.mark.usefixtures("tornterm_loop")
@pytest.mark.parametrize(
    "name",
    [
        "a\nb",
        "a\0b",
        "a\x1b[31m",
        "-rf",
        ".ssh",
        "../etc",
        "a/b",
        "a" * 10_000,
        "a\u202eb",
        "a\u00a0",
        "zoe\u0308",
        "\u212a",
        "a,b",
    ],
    ids=repr,
)
async def test_names_that_are_none(name: str) -> None:
    """Refused whole: nothing is cut off or replaced to make a name of it."""
    headers = {"X-Remote-User": name.encode().decode("latin-1")}
    plugin = made()
    with pytest.raises(AuthError) as refused:
        await plugin.tornterm_authenticate(AuthRequest("headers", headers=headers, peer=PEER))
    assert plugin.refused == {"name": 1}
    assert name not in refused.value.why + refused.value.public


@pytest.mark.usefixtures("tornterm_loop")
async def test_bytes_that_are_no_text() -> None:
    """Latin-1 from a proxy of old is not guessed at."""
    request = AuthRequest("headers", headers={"X-Remote-User": "zo\xeb"}, peer=PEER)
    with pytest.raises(AuthError, match="UTF-8"):
        await made().tornterm_authenticate(request)


@pytest.mark.usefixtures("tornterm_loop")
async def test_names_that_differ_in_case_only() -> None:
    """Two people, unless the operator says that they are one; never by chance."""
    for lower_case, names in ((False, {"Alice", "alice"}), (True, {"alice"})):
        plugin = made(lower_case=lower_case)
        users = [await answer(plugin, ("X-Remote-User", name)) for name in ("Alice", "alice")]
        assert {user.name for user in users if user} == names


@pytest.mark.usefixtures("tornterm_loop")
@pytest.mark.parametrize(
    "groups", ["a" * 10_000, ",".join(map(str, range(1001))), "a,b\x1bc", "a\0"]
)
async def test_groups_that_are_none(groups: str) -> None:
    """A proxy that says such things is not believed about the others."""
    plugin = made()
    headers = {"X-Remote-User": "alice", "X-Remote-Groups": groups}
    with pytest.raises(AuthError):
        await plugin.tornterm_authenticate(AuthRequest("headers", headers=headers, peer=PEER))
    assert plugin.refused == {"groups": 1}


@pytest.mark.parametrize(
    "table",
    [
        {},
        {"proxies": []},
        {"proxies": ["0.0.0.0/0"]},
        {"proxies": ["::/0"]},
        {"proxies": ["10.0.0.1/8"]},
        {"proxies": ["proxy.example.org"]},
        {"proxies": ["unix"], "user_header": ""},
        {"proxies": ["unix"], "user_header": "X_Remote_User"},
        {"proxies": ["unix"], "user_header": "X-User", "groups_header": "x-user"},
        {"proxies": ["unix"], "admin_groups": ["ops"]},
        {"proxies": ["unix"], "secret": ""},
    ],
    ids=repr,
)
def test_tables_that_would_be_holes_or_dead_ends(table: Mapping[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ProxySettings.model_validate(table)


@pytest.mark.usefixtures("tornterm_loop")
async def test_a_proxy_on_this_machine_needs_more_than_its_address() -> None:
    """Programs in the terminals have the same one."""
    for proxies, secret, warnings in (
        (["127.0.0.1"], None, 1),
        (["::1", "10.0.0.1"], None, 1),
        (["127.0.0.1"], SECRET, 0),
        (["unix"], None, 0),
    ):
        found = await made(proxies=proxies, secret=secret).tornterm_check()
        assert [problem.warning for problem in found] == [True] * warnings

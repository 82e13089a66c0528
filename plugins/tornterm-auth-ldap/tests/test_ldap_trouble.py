"""The directory down, slow, changed, and back."""

from __future__ import annotations

import asyncio
import socket
import threading
from dataclasses import replace
from typing import Any

import pytest
from directory import ALICE, NOT_NOW, WRONG, logged_in, made
from slapd import PASSWORDS, Liar, Slapd, lying

from tornterm.errors import AuthError
from tornterm.testing.clients import V1Client
from tornterm.testing.server import LiveServer


def test_the_directory_comes_back(own: Slapd) -> None:
    """Down it lets nobody in; who is in stays for a while; then it is asked again."""
    plugin = made(own)
    user = logged_in(plugin, "alice", ALICE)
    own.stop()
    with pytest.raises(AuthError) as refused:
        logged_in(plugin, "alice", ALICE)
    assert refused.value.public == NOT_NOW
    assert plugin.tornterm_revalidate(user) is True
    assert plugin.tornterm_revalidate(replace(user, name="somebody-else")) is False
    late = plugin.clock() + plugin.settings.outage
    plugin.clock = lambda: late
    assert plugin.tornterm_revalidate(user) is False
    own.start()
    assert plugin.tornterm_revalidate(user) is True
    assert logged_in(plugin, "alice", ALICE).name == "alice"


def test_the_next_server_is_asked(running: Slapd) -> None:
    """Where one is down, or lies."""
    with socket.socket() as nobody, lying(b"\x30\x00\x00\x00") as liar:
        nobody.bind(("127.0.0.1", 0))
        down = f"ldap://127.0.0.1:{nobody.getsockname()[1]}"
        plugin = made(running, servers=[down, liar.url, running.url])
        assert logged_in(plugin, "alice", ALICE).name == "alice"
        # What one server has said is not asked of another.
        with pytest.raises(AuthError) as refused:
            logged_in(made(running, servers=[running.url, liar.url]), "alice", WRONG)
        assert refused.value.public == "Wrong name or password."


def test_who_is_changed_may_not_stay(own: Slapd) -> None:
    """Other groups, another name, another entry, or none."""
    plugin = made(own, admin_groups=["admins"])
    alice, bob, zoe = (
        logged_in(plugin, name, PASSWORDS[name]) for name in ("alice", "Bob", "zo\u00eb")
    )
    assert [plugin.tornterm_revalidate(user) for user in (alice, bob, zoe)] == [True] * 3
    assert plugin.tornterm_revalidate(replace(alice, backend="other")) is None
    person = "ou=people,dc=example,dc=org"
    own.change(
        f"dn: cn=staff,ou=groups,dc=example,dc=org\nchangetype: modify\ndelete: member\n"
        f"member: cn=person 0,{person}\n\n"
        f"dn: cn=person 1,{person}\nchangetype: modify\nreplace: uid\nuid: robert\n\n"
        f"dn: cn=person 2,{person}\nchangetype: modrdn\nnewrdn: cn=another person\n"
        "deleteoldrdn: 1\n\n"
    )
    assert [plugin.tornterm_revalidate(user) for user in (alice, bob, zoe)] == [False] * 3
    again = logged_in(plugin, "alice", ALICE)
    assert again.groups == ("admins",)
    own.change(f"dn: cn=person 0,{person}\nchangetype: delete\n")
    assert plugin.tornterm_revalidate(again) is False


def test_an_answer_in_drops(running: Slapd) -> None:
    """Each piece is in time, and the whole is not."""

    def say(connection: socket.socket) -> None:
        connection.sendall(b"\x30\x84\x7f\xff\xff\xff")
        while not liar.ended.wait(0.05):
            connection.sendall(b"a")

    liar = Liar(say)
    try:
        plugin = made(running, servers=[liar.url], start_tls=False, timeout="1s")
        with pytest.raises(AuthError) as refused:
            logged_in(plugin, "alice", ALICE)
        assert refused.value.public == NOT_NOW
    finally:
        liar.close()


async def test_sessions_go_on_while_the_directory_is_stuck(
    running: Slapd, tornterm_events: Any, tornterm_loop: object
) -> None:
    """Somebody types meanwhile; in the end the login fails, and there is an event of it."""
    asked, going = threading.Event(), threading.Event()

    def say(connection: socket.socket) -> None:
        liar.hear(connection)
        asked.set()
        going.wait(30)
        connection.shutdown(socket.SHUT_RDWR)

    liar = Liar(say)
    try:
        plugin = made(running, servers=[liar.url])
        async with LiveServer({}, [plugin, tornterm_events]) as server:
            headers = server.headers()
            async with V1Client(server.url, headers=headers, within=30.0) as client:
                await client.open()
                login = asyncio.create_task(
                    server.fetch(
                        "login",
                        method="POST",
                        headers={"Origin": server.url.rstrip("/")},
                        json={"method": "ldap", "username": "alice", "password": ALICE},
                    )
                )
                assert await asyncio.to_thread(asked.wait, 30)
                client.send_input(b"echo go''es on\n")
                await client.wait_for(b"goes on")
                going.set()
                assert (await login).code == 401
                event = await tornterm_events.wait_for("auth.failed")
                assert (event.user, event.facts["account"]) == ("", "alice")
    finally:
        going.set()
        liar.close()

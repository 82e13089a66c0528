"""PAM down, slow, lying, and back."""

from __future__ import annotations

import asyncio
import os
from ctypes import POINTER, create_string_buffer, pointer, string_at
from pathlib import Path
from typing import Any

import pamela
import pytest
from linux import UNIX, Person, change, ended, script
from pam_logins import WRONG, Make, answer

from tornterm.errors import AuthError
from tornterm.testing.clients import V1Client
from tornterm.testing.server import LiveServer
from tornterm_auth_pam import asking, login


class Stuck:
    """Lines for a service that never answers for one account, and does for all others."""

    def __init__(self, folder: Path, name: str) -> None:
        self._started, self._goes_on = folder / "started", folder / "goes-on"
        os.mkfifo(self._started)
        os.mkfifo(self._goes_on)
        # pam_exec starts it in a session of its own.
        wait = f"echo $$ > {self._started}; cat {self._goes_on}; exit 1"
        program = script(folder, "stuck", f'[ "$PAM_USER" = {name} ] || exit 0; {wait}')
        self.lines = f"auth required pam_exec.so quiet {program}\naccount required pam_permit.so\n"

    async def started(self) -> int:
        """Wait until it is stuck; the process that is."""
        return int(await asyncio.to_thread(self._started.read_text))

    async def fail(self) -> None:
        """Let it go on to an error."""
        await asyncio.to_thread(self._goes_on.write_text, "")


@pytest.mark.usefixtures("tornterm_loop")
async def test_a_slow_login_holds_up_nobody_else(made: Make, tmp_path: Path) -> None:
    """And when nobody waits for it any more, nothing of it is left."""
    stuck = Stuck(tmp_path, "bin")
    plugin = made(stuck.lines, min_uid=1)
    slow = asyncio.create_task(answer(plugin, "bin", WRONG))
    pid = await stuck.started()
    assert (await answer(plugin, "daemon", "any password")).name == "daemon"
    slow.cancel()
    with pytest.raises(asyncio.CancelledError):
        await slow
    await ended(pid)
    await plugin.tornterm_shutdown()


@pytest.mark.usefixtures("tornterm_loop")
async def test_a_login_that_takes_too_long(made: Make, tmp_path: Path) -> None:
    """The person reads that it is not their fault."""
    plugin = made(Stuck(tmp_path, "bin").lines, min_uid=1, timeout="100ms")
    with pytest.raises(AuthError, match="too long") as refused:
        await answer(plugin, "bin", WRONG)
    assert "not possible at the moment" in refused.value.public
    await plugin.tornterm_shutdown()


async def test_sessions_go_on_while_pam_is_stuck(
    made: Make, tmp_path: Path, tornterm_events: Any, tornterm_loop: object
) -> None:
    """Somebody types meanwhile; in the end the login fails, and there is an event of it."""
    stuck = Stuck(tmp_path, "bin")
    plugin = made(stuck.lines, min_uid=1)
    async with LiveServer({}, [plugin, tornterm_events]) as server:
        headers = server.headers()
        async with V1Client(server.url, headers=headers, within=30.0) as client:
            await client.open()
            login = asyncio.create_task(
                server.fetch(
                    "login",
                    method="POST",
                    headers={"Origin": server.url.rstrip("/")},
                    json={"method": "pam", "username": "bin", "password": WRONG},
                )
            )
            await stuck.started()
            client.send_input(b"echo go''es on\n")
            await client.wait_for(b"goes on")
            await stuck.fail()
            assert (await login).code == 401
            event = await tornterm_events.wait_for("auth.failed")
            assert (event.user, event.facts["account"]) == ("", "bin")


@pytest.mark.usefixtures("tornterm_loop")
async def test_more_logins_than_may_be_asked_at_once(made: Make, alice: Person) -> None:
    """They wait for their turn."""
    plugin = made(at_once=1)
    users = await asyncio.gather(
        *(answer(plugin, alice.name, alice.password) for _ in range(6)), return_exceptions=False
    )
    assert {user.name for user in users} == {alice.name}


@pytest.mark.usefixtures("tornterm_loop")
@pytest.mark.parametrize(
    "says",
    [
        "",
        "print('nonsense')",
        "print('[1, 2]')",
        "print('{}')",
        "print('null')",
        "print('x' * 10_000_000)",
        "import json; print(json.dumps({'account': {'name': 1}}))",
        "import json; print(json.dumps({'account': ['root']}))",
        "import json; print(json.dumps({'account': None}))",
        "import json; print(json.dumps({'phase': {}, 'code': []}))",
        "import json; print(json.dumps({'phase': 'auth', 'code': 0}))",
        "import os; os.abort()",
    ],
)
async def test_answers_that_are_none(
    made: Make, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A module that crashes or writes where it should not lets nobody in."""
    helper = tmp_path / "helper.py"
    helper.write_text(says)
    monkeypatch.setattr(asking, "HELPER", helper)
    with pytest.raises(AuthError):
        await answer(made(), "daemon", WRONG)


@pytest.mark.usefixtures("tornterm_loop")
async def test_pam_comes_back(made: Make, alice: Person) -> None:
    """A service that failed is asked again at the next login."""
    plugin = made("auth required pam_debug.so auth=authinfo_unavail\n")
    with pytest.raises(AuthError, match="PAM failed"):
        await answer(plugin, alice.name, alice.password)
    change(plugin.settings.service, UNIX)
    assert (await answer(plugin, alice.name, alice.password)).name == alice.name


def test_a_second_question_gets_no_answer() -> None:
    """It might be for something else than the password."""
    asked = login.conversation("the password")
    # As PAM calls it: so many messages, each a kind and a text; kind 1 is to be typed unseen.
    message = pointer(pamela.PamMessage(1, create_string_buffer(b"Password: ")))
    answers = POINTER(pamela.PamResponse)()
    assert asked(1, pointer(message), pointer(answers), None) == 0
    assert string_at(answers[0].resp) == b"the password"
    assert asked(1, pointer(message), pointer(answers), None) != 0
    assert login.conversation(None)(1, pointer(message), pointer(answers), None) != 0

"""What people type and operators write harms nobody."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from linux import Person, script
from pam_logins import WRONG, Make, answer
from pydantic import ValidationError

from tornterm.errors import AuthError
from tornterm_auth_pam import Pam, PamSettings

NAMES = [
    "",
    "a\nb",
    "a\0b",
    "-rf",
    ".hidden",
    "a/b",
    "../root",
    "a:b",
    "a b",
    "a" * 10_000,
    "zoe\u0308",
    "a\u202eb",
    "\ud800",
]


@pytest.mark.usefixtures("tornterm_loop")
async def test_what_can_be_no_login_never_reaches_pam(made: Make, tmp_path: Path) -> None:
    """Neither such a name nor a password that PAM would cut off."""
    asked = tmp_path / "asked"
    ask = script(tmp_path, "ask", f'echo "$PAM_USER" >> {asked}')
    plugin = made(f"auth required pam_exec.so {ask}\naccount required pam_permit.so\n", min_uid=1)
    logins = [(name, WRONG) for name in NAMES]
    logins += [("daemon", text) for text in ("", "a\0b", "a" * 512, "é" * 256, "\ud800")]
    for name, password in logins:
        with pytest.raises(AuthError) as refused:
            await answer(plugin, name, password)
        assert refused.value.public == "Wrong name or password."
    assert not asked.exists()
    assert (await answer(plugin, "daemon", "a" * 511)).name == "daemon"
    assert asked.read_text() == "daemon\n"


@pytest.mark.usefixtures("tornterm_loop")
async def test_a_password_is_compared_whole(made: Make, alice: Person) -> None:
    plugin = made()
    for password in (f"{alice.password}\0more", f"{alice.password} ", alice.password[:-1]):
        with pytest.raises(AuthError):
            await answer(plugin, alice.name, password)


@pytest.mark.parametrize(
    "table",
    [
        {},
        {"service": ""},
        {"service": "../../tmp/own"},
        {"service": "-x"},
        {"service": "login", "min_uid": 0},
        {"service": "login", "at_once": 0},
    ],
    ids=repr,
)
def test_tables_that_would_be_holes(table: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        PamSettings.model_validate(table)


def test_a_service_that_is_not_there() -> None:
    """PAM would do what ``other`` says, which may be anything."""
    plugin = Pam(PamSettings.model_validate({"service": "tornterm-is-not-here"}))
    assert "there is no /etc/pam.d/tornterm-is-not-here" in {
        problem.why for problem in plugin.tornterm_check() if not problem.warning
    }

"""Commands are found at the beginning of a line alone; everything else is input."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tornterm.attach.keys import Command, Keys


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        (b"~.", [Command.LEAVE]),
        (b"ls\r~.", [b"ls\r", Command.LEAVE]),
        (b"ls\n~.", [b"ls\n", Command.LEAVE]),
        (b"~t~?", [Command.TAKE, Command.HELP]),
        (b"~g~r~s", [Command.GRANT, Command.RELEASE, Command.SEND]),
        (b"~~", [b"~"]),
        (b"~~.", [b"~."]),
        (b"~x", [b"~x"]),
        (b"~\r~.", [b"~\r", Command.LEAVE]),
        (b"a~.", [b"a~."]),
        (b"cd ~\r", [b"cd ~\r"]),
        (b"\r~~~.", [b"\r~~."]),
        (b"~", []),
    ],
)
def test_commands_and_input(typed: bytes, found: list[bytes | Command]) -> None:
    """What is typed at once and key by key means the same."""
    assert Keys().feed(typed) == found
    keys = Keys()
    single = [part for at in range(len(typed)) for part in keys.feed(typed[at : at + 1])]
    commands = [part for part in found if isinstance(part, Command)]
    assert [part for part in single if isinstance(part, Command)] == commands
    assert b"".join(p for p in single if isinstance(p, bytes)) == b"".join(
        p for p in found if isinstance(p, bytes)
    )


@given(st.binary().filter(lambda data: b"~" not in data))
def test_what_has_no_tilde_is_input(data: bytes) -> None:
    """Nothing is held back or changed."""
    assert b"".join(p for p in Keys().feed(data) if isinstance(p, bytes)) == data

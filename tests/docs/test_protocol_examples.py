"""``docs/protocol.md`` is true: its examples can be read, its tables are complete."""

from __future__ import annotations

import ast
import dataclasses
import json
import re
from pathlib import Path
from typing import Any, get_args

import pytest

from tornterm.core.lifecycle import CloseCode, ErrorCode
from tornterm.core.protocols import legacy, v1, v1_client, v1_server
from tornterm.core.protocols.fields import MAX_INTEGER

PAGE = (Path(__file__).parents[2] / "docs" / "protocol.md").read_text()
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
CLIENT = get_args(v1_client.ClientMessage)
SERVER = get_args(v1_server.ServerMessage)


def lines(kind: str, start: str) -> list[str]:
    """The lines of all blocks of a kind that begin in a certain way, without that beginning."""
    return [
        line.removeprefix(start)
        for block, text in BLOCKS
        if block == kind
        for line in text.splitlines()
        if line.startswith(start) and line.removeprefix(start).startswith("{")
    ]


FROM_CLIENT = lines("text", "C: ")
FROM_SERVER = lines("text", "S: ")
BINARY = re.findall(r'^[CS]: (\d+) bytes (".*")$', PAGE, re.MULTILINE)


def section(title: str) -> str:
    """The text under a heading, down to the next heading of any level."""
    found = re.search(rf"^#+ {re.escape(title)}\n(.*?)(?=^#|\Z)", PAGE, re.DOTALL | re.MULTILINE)
    assert found, f"there is no section {title!r}"
    return found.group(1)


def first_cells(table: str) -> list[str]:
    """The words in backticks in the first cells of a table, in order."""
    rows = re.findall(r"^\|([^|]*)\|", table, re.MULTILINE)
    return [name for row in rows for name in re.findall(r"`([^`]*)`", row)]


@pytest.mark.parametrize("frame", FROM_CLIENT)
def test_client_examples_can_be_read(frame: str) -> None:
    """Every message of a client in the page is one, with no field that does not exist."""
    message = v1.parse(frame)
    assert not isinstance(message, v1.Unknown)
    assert json.loads(frame).items() <= json.loads(v1.encode(message)).items()


@pytest.mark.parametrize("frame", FROM_SERVER)
def test_server_examples_can_be_read(frame: str) -> None:
    """Every message of the server in the page is what the server would write."""
    message = v1.parse_server(frame)
    assert not isinstance(message, v1.Unknown)
    assert json.loads(frame) == json.loads(v1.encode(message))


def test_every_message_has_an_example() -> None:
    """No message of either direction is without an example."""
    assert {type(v1.parse(frame)) for frame in FROM_CLIENT} == set(CLIENT)
    assert {type(v1.parse_server(frame)) for frame in FROM_SERVER} == set(SERVER)


@pytest.mark.parametrize("kind", [*CLIENT, *SERVER], ids=lambda kind: kind.__name__)
def test_every_field_is_in_the_tables(kind: Any) -> None:
    """The row of a message names exactly its fields, with a mark at those that may be left out."""
    text = section("4.1 From the client" if kind in CLIENT else "4.2 From the server")
    row = re.search(rf"^\| `{kind.TYPE}` \|([^|]*)\|", text, re.MULTILINE)
    assert row
    cell = row.group(1)
    base = v1.SessionMade if kind is v1.Resumed else None
    names = {field.name for field in dataclasses.fields(kind)}
    if base is not None:
        assert "the same and" in cell
        names -= {field.name for field in dataclasses.fields(base)}
    wire = {"exit_code": "exitCode", "retry_after": "retryAfter"}
    optional = {
        field.name
        for field in dataclasses.fields(kind)
        if field.default is not dataclasses.MISSING
        and not (kind in (v1.SessionMade, v1.Resumed) and field.name in ("features", "offset"))
    }
    shown = {f"{wire.get(name, name)}{'?' if name in optional else ''}" for name in names}
    assert set(re.findall(r"`([^`]*)`", cell)) == shown


def test_every_field_is_explained() -> None:
    """Each name in the rows of the messages has a row of its own below."""
    for title, kinds in (("4.1 From the client", CLIENT), ("4.2 From the server", SERVER)):
        explained = set(first_cells(section(title)))
        for kind in kinds:
            frame_names = [field.name for field in dataclasses.fields(kind)]
            if kind is v1.Clients:
                continue
            wire = {"exit_code": "exitCode", "retry_after": "retryAfter"}
            missing = {wire.get(name, name) for name in frame_names} - explained - {"id"}
            assert not missing, f"{kind.TYPE}: {missing}"


def test_the_codes_are_all_there() -> None:
    """The tables of close codes and error codes are those of the code, and agree."""
    closes = re.findall(r"^\| (\d{4}) \|", section("9.1 Close codes"), re.MULTILINE)
    assert [int(code) for code in closes] == sorted(CloseCode)
    errors = section("9.2 Error codes")
    rows = re.findall(r"^\| `(\w+)` \| \d", errors, re.MULTILINE)
    assert sorted(rows) == sorted(ErrorCode)
    named = {int(code) for code in re.findall(r"^\| `\w+` \| (\d{4}) \|", errors, re.MULTILINE)}
    assert named <= set(CloseCode)


def test_the_limits_are_those_of_the_code() -> None:
    """The numbers in the section about frames are the constants."""
    frames = section("3. Frames")
    assert f"{v1.MAX_TEXT:,} bytes".replace(",", " ") in frames
    assert f"{v1.MAX_BINARY:,} bytes".replace(",", " ") in frames
    assert MAX_INTEGER == 2**53 - 1 and "less than 2^53" in frames
    assert v1.FIRST_MESSAGE_TIMEOUT == 10 and "within 10 seconds" in section("2. Connecting")
    assert f"names at most {v1.MAX_CLIENTS}" in section("4.2 From the server")
    assert v1.SUBPROTOCOL in PAGE
    assert f"| `{v1.CONTROL}` |" in frames


@pytest.mark.parametrize(("length", "shown"), BINARY)
def test_byte_counts_of_examples_are_right(length: str, shown: str) -> None:
    """Where an example shows the bytes of a frame, it counts them right."""
    assert len(ast.literal_eval(shown)) == int(length)


def test_offsets_of_the_first_example_add_up() -> None:
    """In the example of a new session the last ack is the number of bytes shown before it."""
    talk = section("10.2 A new session").splitlines()
    received = 0
    for line in talk:
        if shown := re.match(r"S: (\d+) bytes", line):
            received += int(shown.group(1))
        elif line.startswith('C: {"type":"ack"'):
            assert json.loads(line.removeprefix("C: "))["offset"] == received
    assert received > 0


def test_legacy_examples_are_control_messages() -> None:
    """The dialect's own examples are what its parser and its writers take and make."""
    inputs = [legacy.parse_input(frame) for frame in lines("legacy", "C: ")]
    assert inputs == [legacy.Resize(80, 24), legacy.Ping()]
    outputs = [json.loads(frame) for frame in lines("legacy", "S: ")]
    assert outputs == [
        json.loads(text)
        for text in (
            legacy.encode_session("QmFzZTY0"),
            legacy.encode_resumed("QmFzZTY0"),
            legacy.encode_exit(0, None),
            legacy.encode_error("You have 10 of 10 sessions."),
            legacy.encode_pong(),
        )
    ]

"""The legacy dialect: what is typed, what is control, and which frames output becomes."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tornterm.core.protocols import legacy
from tornterm.errors import ProtocolError
from tornterm.types import Size


@pytest.mark.parametrize(
    ("frame", "message"),
    [
        ('{"type":"ping"}', legacy.Ping()),
        (' {"type":"ping"}', b' {"type":"ping"}'),
        ('{ "type" : "ping" }', legacy.Ping()),
        ('{"type":"resize","cols":80,"rows":24}', legacy.Resize(80, 24)),
        ('{"rows":1000, "cols":1, "type":"resize"}', legacy.Resize(1, 1000)),
    ],
)
def test_the_two_shapes_are_control(frame: str, message: object) -> None:
    """A ping and a resize are told apart from what is typed, in any order and spacing."""
    assert legacy.parse_input(frame) == message


@pytest.mark.parametrize(
    "frame",
    [
        "ls\r",
        "",
        "{",
        "{}",
        "{{",
        '{"type":"ping"',
        '{"type":"ping"}\n{"type":"ping"}',
        '{"type":"ping","id":1}',
        '{"type":"ping","type":"ping"}',
        '{"type":"pong"}',
        '{"type":["ping"]}',
        '{"TYPE":"ping"}',
        '[{"type":"ping"}]',
        '{"type":"resize"}',
        '{"type":"resize","cols":80}',
        '{"type":"resize","cols":80,"rows":24,"more":1}',
        '{"type":"resize","cols":80,"rows":24,"rows":24}',
        '{"type":"resize","cols":"80","rows":24}',
        '{"type":"resize","cols":80.0,"rows":24}',
        '{"type":"resize","cols":8e1,"rows":24}',
        '{"type":"resize","cols":true,"rows":24}',
        '{"type":"resize","cols":null,"rows":24}',
        '{"type":"resize","cols":NaN,"rows":24}',
        '{"type":"resize","cols":[80],"rows":{}}',
        '{"type":{"resize":1},"cols":80,"rows":24}',
        '{"a":' * 40,
        '{"a":' * 5000,
        '{"type":"resize","cols":%s,"rows":24}' % ("9" * 5000),
        '{"type":"ping"%s}' % (" " * 300),
        "{'type':'ping'}",
        '{"key": "a document that somebody pastes"}',
        "\u20ac",
    ],
    ids=lambda frame: frame[:50],
)
def test_everything_else_is_typed_as_it_is(frame: str) -> None:
    """A frame that merely resembles a control message reaches the program byte for byte."""
    assert legacy.parse_input(frame) == frame.encode()


@pytest.mark.parametrize("number", ["0", "-1", "1001", "9" * 30, "-" + "9" * 30, "9" * 200])
def test_a_size_that_cannot_be_is_ignored(number: str) -> None:
    """A resize of the right shape is never typed, even if no terminal can have that size."""
    message = legacy.parse_input(f'{{"type":"resize","cols":{number},"rows":24}}')
    assert isinstance(message, legacy.Ignored)
    assert "cols must be an integer from 1 to 1000" in message.why


@given(st.binary(max_size=200))
@example(b'{"type":"ping"}')
def test_binary_frames_are_typed(frame: bytes) -> None:
    """A binary frame is never control, whatever stands in it."""
    assert legacy.parse_input(frame) == frame


@given(st.text(st.characters(exclude_categories=())).map(lambda text: "{" + text))
@settings(max_examples=1000, deadline=None)
def test_no_text_frame_is_an_error(frame: str) -> None:
    """Whatever a client sends as text, it is typed or control."""
    message = legacy.parse_input(frame)
    assert message == frame.encode("utf-8", "replace") or not isinstance(message, bytes)


def test_the_address_has_defaults() -> None:
    """A bare address is a new session of 80 by 24 with control messages."""
    assert legacy.parse_query(None, None, None, None) == legacy.Query(Size(80, 24), None, True)
    assert legacy.parse_query("", "", "", "") == legacy.Query(Size(80, 24), None, True)


def test_the_address_says_size_token_and_control() -> None:
    """All four arguments are read, and the token does not show."""
    query = legacy.parse_query("132", "50", "canary", "off")
    assert query == legacy.Query(Size(132, 50), "canary", False)
    assert "canary" not in repr(query)
    assert legacy.parse_query(None, None, None, "on").control


@pytest.mark.parametrize(
    ("cols", "rows", "control", "why"),
    [
        ("0", "24", None, "cols must be an integer from 1 to 1000"),
        ("80", "1001", None, "rows must be an integer from 1 to 1000"),
        ("-5", "24", None, "cols must be an integer"),
        ("80.0", "24", None, "cols must be an integer"),
        (" 80", "24", None, "cols must be an integer"),
        ("\u0668\u0660", "24", None, "cols must be an integer"),
        ("\u00b2", "24", None, "cols must be an integer"),
        ("9" * 5000, "24", None, "cols must be an integer"),
        ("80", "wide", None, "rows must be an integer"),
        ("80", "24", "maybe", "control must be on or off"),
    ],
)
def test_a_broken_address_is_refused_in_words(
    cols: str, rows: str, control: str | None, why: str
) -> None:
    """A size or a control argument that means nothing is an error that says what is right."""
    with pytest.raises(ProtocolError, match=why):
        legacy.parse_query(cols, rows, None, control)


def test_control_messages_are_those_of_the_dialect() -> None:
    """The five messages have the names and fields that clients of the dialect expect."""
    assert json.loads(legacy.encode_session("t")) == {"type": "session", "token": "t"}
    assert json.loads(legacy.encode_resumed("t")) == {"type": "resumed", "token": "t"}
    assert json.loads(legacy.encode_error("no")) == {"type": "error", "message": "no"}
    assert json.loads(legacy.encode_pong()) == {"type": "pong"}
    assert json.loads(legacy.encode_exit(None, 9)) == {
        "type": "exit",
        "exitCode": None,
        "signal": 9,
    }


def frames(chunks: list[bytes]) -> list[str | bytes]:
    """What an encoder makes of output that comes in these chunks."""
    encoder = legacy.LegacyEncoder()
    made = [frame for chunk in chunks for frame in encoder.encode(chunk)]
    return made + encoder.encode(b"", final=True)


def joined(made: list[str | bytes]) -> bytes:
    """The bytes that a client gets."""
    return b"".join(frame.encode() if isinstance(frame, str) else frame for frame in made)


PIECES = st.sampled_from(
    [b"{", b"}", b" ", b"\n", b'{"type":"ping"}', b"\xff", b"\xe2\x82", b"\xac"]
)
OUTPUT = st.lists(st.binary(max_size=12) | PIECES | st.text(max_size=6).map(str.encode))


def is_object(frame: str | bytes) -> bool:
    """Whether a client could take a frame for a control message."""
    if isinstance(frame, bytes):
        return False
    try:
        value: Any = json.loads(frame)
    except ValueError:
        return False
    return isinstance(value, dict)


@given(OUTPUT)
@example([b' {"type":"exit","exitCode":0,"signal":null}\r\n'])
@settings(max_examples=1000, deadline=None)
def test_output_arrives_whole_and_is_never_a_control_message(chunks: list[bytes]) -> None:
    """No byte is lost or doubled, no frame is empty, and no output looks like control."""
    made = frames(chunks)
    assert joined(made) == b"".join(chunks)
    assert all(made)
    assert not any(is_object(frame) for frame in made)


@given(st.text(), st.lists(st.integers(0, 50)))
@settings(max_examples=500, deadline=None)
def test_text_is_never_cut_inside_a_character(text: str, cuts: list[int]) -> None:
    """Valid UTF-8 becomes text frames alone, wherever the reads happened to end."""
    data = text.encode()
    places = sorted({min(cut, len(data)) for cut in cuts} | {0, len(data)})
    made = frames([data[start:end] for start, end in itertools.pairwise(places)])
    assert all(isinstance(frame, str) for frame in made)
    assert joined(made) == data


def test_what_is_no_text_goes_as_binary() -> None:
    """Bytes that are not UTF-8 are sent as they are, and text goes on as text behind them."""
    assert frames([b"a\xffb", b"c"]) == [b"a\xffb", "c"]


def test_an_unfinished_character_is_sent_at_the_end() -> None:
    """A program that stops inside a character still has all its bytes delivered."""
    assert frames([b"a\xe2\x82"]) == ["a", b"\xe2\x82"]

"""terminado's dialect: what frames mean, and what output becomes."""

from __future__ import annotations

import json

import pytest

from tornterm.core.protocols.terminado import (
    SetSize,
    TerminadoDecoder,
    encode_output,
    parse_message,
)
from tornterm.errors import ProtocolError
from tornterm.types import Size


@pytest.mark.parametrize(
    ("frame", "meaning"),
    [
        ('["stdin", "a\\u001b[A"]', b"a\x1b[A"),
        ('["stdin", ""]', b""),
        ('["stdin", "\\ud800"]', b"?"),
        ('["stdin", "x", "more"]', b"x"),
        ('["set_size", 24, 80]', SetSize(Size(80, 24))),
        ('["set_size", 24, 80, 600, 800]', SetSize(Size(80, 24))),
        ('["set_size", null, null]', SetSize(None)),
        ('["set_size", 0, 80]', SetSize(None)),
        ('["set_size", 24.0, 80]', SetSize(None)),
        ('["set_size", true, 80]', SetSize(None)),
        ('["set_size", 1e400, 80]', SetSize(None)),
        ('["ack", 5]', None),
        (b'["stdin", "x"]', b"x"),
    ],
)
def test_messages(frame: str | bytes, meaning: bytes | SetSize | None) -> None:
    """Rows come first; what is not known is ignored, and so is a size that cannot be."""
    assert parse_message(frame) == meaning


@pytest.mark.parametrize(
    "frame",
    ["", "x", "{}", "[]", "5", "[5]", "[[]]", '["stdin"]', '["stdin", 1]', '["set_size", 1]',
     b"\xff\xfe\xfd", "[" * 100_000],
)  # fmt: skip
def test_what_is_no_message(frame: str | bytes) -> None:
    """Always the same error, whatever the frame is made of."""
    with pytest.raises(ProtocolError):
        parse_message(frame)


def test_output_is_whole_characters() -> None:
    """Wherever the bytes are cut; what is not UTF-8 is replaced, and nothing is left behind."""
    said = "gr\u00fc\u00dfe \U0001f600 \x1b[1m".encode()
    for at in range(len(said)):
        decoder = TerminadoDecoder()
        parts = [decoder.decode(said[:at]), decoder.decode(said[at:], final=True)]
        assert "".join(parts) == said.decode()
    decoder = TerminadoDecoder()
    assert decoder.decode(b"a\xff\xe2\x82") + decoder.decode(b"", final=True) == "a\ufffd\ufffd"
    assert json.loads(encode_output('"\x1b\u2028')) == ["stdout", '"\x1b\u2028']

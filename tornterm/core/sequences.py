r"""What a complete escape sequence says: its parts, as terminals tell them apart."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

__all__ = ["Csi", "Osc", "function_of_dcs", "number_of_osc", "parse_csi", "parse_osc"]

C0: Final = bytes([*range(0x20), 0x7F])
"""Controls; inside of a sequence they are obeyed on their own."""

_CSI: Final = re.compile(rb"(?:\x1b\[|\xc2\x9b)([<-?]*)([0-9:;]*)([ -/]*)([@-~])\Z")
_OSC: Final = re.compile(rb"(\x1b\]|\xc2\x9d)([0-9]+)(?=[;\x07\x18\x1a\xc2]|\Z)")
_DCS: Final = re.compile(rb"(?:\x1bP|\xc2\x90)[<-?]*[0-9:;]*([ -/]*)([@-~])")


class Csi(NamedTuple):
    """A control sequence.

    Args:
        prefix: The private marker; nearly always none, or one of ``< = > ?``.
        parameters: What is separated by semicolons.
        function: Intermediates and the final character, which say what it does.
    """

    prefix: bytes
    parameters: tuple[bytes, ...]
    function: bytes

    def number(self, index: int, default: int = 0) -> int:
        """A parameter as a number; `default` where it is left out."""
        text = self.parameters[index] if index < len(self.parameters) else b""
        # More digits than any terminal counts are as good as these.
        return int(text[:9]) if text.isdigit() else default


class Osc(NamedTuple):
    """An operating system command.

    Args:
        introducer: How it begins.
        number: What it does.
        values: What follows the number, separated by semicolons.
        end: What ends it; empty where that is the ESC of the next sequence.
    """

    introducer: bytes
    number: int
    values: tuple[bytes, ...]
    end: bytes


def parse_csi(data: bytes) -> Csi | None:
    """The parts of a control sequence, controls inside of it left out.

    Args:
        data: All of it.

    Returns:
        None where it was cut short or is none.
    """
    match = _CSI.match(data[:1] + data[1:].translate(None, C0))
    if match is None:
        return None
    prefix, parameters, intermediates, final = match.groups()
    return Csi(prefix, tuple(parameters.split(b";")), intermediates + final)


def number_of_osc(data: bytes) -> int | None:
    """The number of an operating system command, of which only the beginning need be there."""
    match = _OSC.match(data)
    return int(match[2][-9:]) if match else None


def parse_osc(data: bytes) -> Osc | None:
    """The parts of an operating system command; None where it has no number.

    Args:
        data: All of it.
    """
    match = _OSC.match(data)
    if match is None:
        return None
    body, end = _without_end(data[match.end() :])
    return Osc(match[1], int(match[2][-9:]), tuple(body.split(b";")[1:]), end)


def function_of_dcs(data: bytes) -> bytes:
    """Intermediates and final character of a device control string; empty where it has none."""
    match = _DCS.match(data)
    return match[1] + match[2] if match else b""


def _without_end(data: bytes) -> tuple[bytes, bytes]:
    for end in (b"\x07", b"\x18", b"\x1a", b"\xc2\x9c"):
        if data.endswith(end):
            return data[: -len(end)], end
    return data, b""

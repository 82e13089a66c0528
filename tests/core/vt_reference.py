"""A terminal's parser, one byte at a time and as plain as can be: what the fast one must equal."""

from __future__ import annotations

from bisect import bisect_left

from hypothesis import strategies as st

from tornterm.core.escape import Mode

INTERESTING = [
    *(bytes((byte,)) for byte in b"\x00\x07\x0a\x18\x1a\x1b\x7f []PX^_(#/0;?\\@am~"),
    *(bytes((byte,)) for byte in (0x80, 0x82, 0x90, 0x9B, 0x9C, 0xA0, 0xBF)),
    *(
        bytes((byte,))
        for byte in (0xC0, 0xC2, 0xC3, 0xDF, 0xE2, 0xEF, 0xF0, 0xF4, 0xF7, 0xF8, 0xFF)
    ),
    *(chr(code).encode() for code in (0x84, 0x90, 0x98, 0x99, 0x9A, 0x9B, 0x9C, 0x9D, 0x9E, 0x9F)),
    *(text.encode() for text in ("é", "€", "😀", "plain text")),
    b"\x1b[1;31m",
    b"\x1b]0;title\x07",
    b"\x1b]8;;x\x1b\\",
    b"\x1bPq#0\x1b\\",
    b"\x1b(B",
    b"\x1bM",
]


def outputs(max_pieces: int = 12) -> st.SearchStrategy[bytes]:
    """Output in which everything that means something to a terminal is frequent."""
    pieces = st.one_of(st.sampled_from(INTERESTING), st.binary(min_size=1, max_size=3))
    return st.lists(pieces, max_size=max_pieces).map(b"".join)


class ReferenceTerminal:
    """Knows only the mode, and how many bytes of a character are still to come."""

    def __init__(self) -> None:
        self.mode = Mode.GROUND
        self.missing = 0
        self.lead = 0

    def can_begin_before(self, byte: int | None) -> bool:
        """Whether another terminal may begin here, if this is the next byte or unknown."""
        may_go_on = byte is None or 0x80 <= byte <= 0xBF
        return self.mode is Mode.GROUND and not (self.missing and may_go_on)

    def feed_all(self, data: bytes) -> ReferenceTerminal:
        for byte in data:
            self.feed(byte)
        return self

    def feed(self, byte: int) -> None:
        if 0x80 <= byte <= 0xBF:
            if self.missing:
                self.missing -= 1
                if self.lead == 0xC2 and byte <= 0x9F:
                    self.c1(byte)
            return
        self.missing = 0
        self.lead = byte
        if 0xC0 <= byte <= 0xDF:
            self.missing = 1
        elif 0xE0 <= byte <= 0xEF:
            self.missing = 2
        elif 0xF0 <= byte <= 0xF7:
            self.missing = 3
        elif byte < 0x80:
            self.ascii(byte)

    def c1(self, code: int) -> None:
        if code == 0x9B:
            self.mode = Mode.CSI
        elif code == 0x9D:
            self.mode = Mode.OSC
        elif code in (0x90, 0x98, 0x9E, 0x9F):
            self.mode = Mode.STRING
        elif code == 0x9C:
            self.mode = Mode.GROUND

    def ascii(self, byte: int) -> None:
        character = chr(byte)
        if character == "\x1b":
            self.mode = Mode.ESCAPE
        elif character in "\x18\x1a":
            self.mode = Mode.GROUND
        elif self.mode is Mode.ESCAPE:
            self.after_escape(character)
        elif (
            (self.mode is Mode.INTERMEDIATE and "0" <= character <= "~")
            or (self.mode is Mode.CSI and "@" <= character <= "~")
            or (self.mode is Mode.OSC and character == "\x07")
        ):
            self.mode = Mode.GROUND

    def after_escape(self, character: str) -> None:
        if character == "[":
            self.mode = Mode.CSI
        elif character == "]":
            self.mode = Mode.OSC
        elif character in "PX^_":
            self.mode = Mode.STRING
        elif " " <= character <= "/":
            self.mode = Mode.INTERMEDIATE
        elif "0" <= character <= "~":
            self.mode = Mode.GROUND


class SafePlaces:
    """Remembers every place of an output at which a reader with a reset terminal may begin."""

    def __init__(self, output: bytes = b"") -> None:
        self.end = 0
        self.places: list[int] = []
        self.terminal = ReferenceTerminal()
        self.feed(output)

    def feed(self, output: bytes) -> None:
        for byte in output:
            if self.terminal.can_begin_before(byte):
                self.places.append(self.end)
            self.terminal.feed(byte)
            self.end += 1

    def first(self, start: int) -> int | None:
        """The first safe place from `start` on; the end of the output may be one."""
        index = bisect_left(self.places, start)
        if index < len(self.places):
            return self.places[index]
        return self.end if self.terminal.can_begin_before(None) else None

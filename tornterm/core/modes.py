"""What programs have switched on a terminal, without what they have written on it.

This stands in for an emulator where there is none. A client that resumes behind it has the right
keyboard, mouse, buffer, margins, character sets, colours and title; its cells are those that the
output which follows draws.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tornterm.core.rendition import Rendition
from tornterm.core.unfinished import Unfinished
from tornterm.types import Size

if TYPE_CHECKING:
    from tornterm.core.screen import ColourSlot

__all__ = ["ENCODINGS", "MOUSE", "SWITCHES", "ModeTracker", "harmless"]

SWITCHES: Final = {1: False, 6: False, 7: True, 12: False, 25: True, 45: False, 66: False,
                   1004: False, 2004: False, 2031: False}  # fmt: skip
"""DEC private modes that are either on or off, and what they are after a reset."""
MOUSE: Final = (9, 1000, 1002, 1003)
"""What the mouse reports: the last one set counts, and resetting any of them ends it."""
ENCODINGS: Final = (1005, 1006, 1015, 1016)
"""How the mouse reports, with the same rule."""
_ALTERNATE: Final = (47, 1047, 1049)

_SEQUENCE: Final = re.compile(
    rb"\x1b\[(?P<prefix>[<-?]?)(?P<params>[0-9:;]*)(?P<between>[ -/]*)(?P<final>[@-~])"
    rb"|(?P<string>\x1b[PX^_][^\x18\x1a\x1b]*)"
    rb"|\x1b\](?P<osc>[^\x07\x18\x1a\x1b]*)(?P<end>\x07|\x1b\\)"
    rb"|\x1b(?P<set>[()*+])(?P<chars>[0-~])"
    rb"|\x1b(?P<plain>[=>cno|}~])"
    rb"|(?P<shift>[\x0e\x0f])"
)
_CONTROL: Final = re.compile("[\x00-\x1f\x7f-\x9f]")
_TITLE_LIMIT: Final = 4096
_LINK_LIMIT: Final = 4096
_LOCKING: Final = {b"\x0f": b"\x0f", b"\x0e": b"\x0e", b"n": b"\x1bn", b"o": b"\x1bo"}


def harmless(text: bytes) -> bytes:
    """Leave out of a title or an address what a terminal would take for something else."""
    return _CONTROL.sub("", text.decode("utf-8", "ignore")).encode()


class ModeTracker:
    """Follows the switches in a terminal's output; the fallback among the `Screen` models.

    Args:
        size: The size of the terminal, which has just been reset.
    """

    exact: Final = False
    scrolls: Final = False
    cursor: Final = None

    def __init__(self, size: Size) -> None:
        self.size = size
        self._tail = Unfinished()
        self._reset()

    def _reset(self) -> None:
        self._switches: dict[int, bool] = {}
        self._ansi: set[int] = set()
        self._mouse = self._encoding = 0
        self._alternate = False
        self._keypad = False
        self._margins = b""
        self._style = b""
        self._keyboard = b""
        self._charsets: dict[bytes, bytes] = {}
        self._shift = b"\x0f"
        self._rendition = Rendition()
        self._title = b""
        self._link = b""

    @property
    def unfinished(self) -> bytes:
        """The beginning of what the output has stopped in."""
        return self._tail.data

    def feed(self, data: bytes) -> None:
        """Take output, cut anywhere."""
        self.feed_to_clear(data, stop=False)

    def feed_to_clear(self, data: bytes, *, stop: bool = True) -> int | None:
        """Take output up to where nothing is left on the screen of what was there before.

        Args:
            data: Output, cut anywhere.
            stop: Whether to stop there.

        Returns:
            How many bytes of `data` were taken, the last of which cleared the screen; None where
            all of it was taken.
        """
        held = len(self._tail.data)
        whole = self._tail.data + data
        for match in _SEQUENCE.finditer(whole):
            if self._obey(match) and stop:
                self._tail.feed(data[: match.end() - held])
                return match.end() - held
        self._tail.feed(data)
        return None

    def resize(self, size: Size) -> None:
        """The terminal has another size from here on; that takes margins away."""
        if size != self.size:
            self.size, self._margins = size, b""

    def colour(self, slot: ColourSlot) -> tuple[int, int, int] | None:
        """None: colours that programs set are not followed."""
        return None

    def copy(self) -> ModeTracker:
        """Another tracker in the same state."""
        other = ModeTracker(self.size)
        other.__dict__.update(
            {k: v.copy() if hasattr(v, "copy") else v for k, v in self.__dict__.items()}
        )
        return other

    def close(self) -> None:
        """Nothing has to be given back."""

    def dump(self, *, history: int) -> bytes:
        """What to write to a terminal that has just been reset to have the same modes."""
        parts = [b"\x1b[?1049h"] if self._alternate else []
        parts += [self._margins, self._keyboard, self._style, self._rendition.sgr]
        parts += [b"\x1b" + target + chars for target, chars in self._charsets.items()]
        parts += [b"\x1b[?%d%c" % (m, b"lh"[on]) for m, on in sorted(self._switches.items())]
        parts += [b"\x1b[%dh" % mode for mode in sorted(self._ansi)]
        parts += [b"\x1b[?%dh" % mode for mode in (self._mouse, self._encoding) if mode]
        parts += [b"\x1b=" if self._keypad else b"", self._shift.replace(b"\x0f", b"")]
        parts += [b"\x1b]2;%b\x1b\\" % self._title if self._title else b""]
        parts += [b"\x1b]8;%b\x1b\\" % self._link if self._link else b""]
        return b"".join(parts)

    def _obey(self, match: re.Match[bytes]) -> bool:
        """Take note of a sequence; whether it clears the screen."""
        final = match["final"]
        if final is not None:
            return self._control(match["prefix"], match["params"], match["between"], final)
        if match["osc"] is not None:
            self._command(match["osc"])
        elif match["set"] is not None:
            self._charsets[match["set"]] = match["chars"]
        elif match["shift"] is not None:
            self._shift = match["shift"]
        elif match["plain"] is not None:
            return self._escape(match["plain"])
        return False

    def _escape(self, final: bytes) -> bool:
        if final == b"c":
            self._reset()
            return True
        if final in b"=>":
            self._keypad = final == b"="
        else:
            self._shift = _LOCKING.get(final, self._shift)
        return False

    def _control(self, prefix: bytes, params: bytes, between: bytes, final: bytes) -> bool:
        """A control sequence; whether it clears the screen."""
        if between:
            if between + final == b"!p" and not prefix:
                self._soft_reset()
            elif between + final == b" q":
                self._style = b"\x1b[%b q" % params
        elif final in b"hl" and prefix in (b"", b"?"):
            return self._switch(prefix, params, on=final == b"h")
        elif prefix:
            if final == b"u" and prefix in b"<=>":
                self._keyboard = b"\x1b[%b%bu" % (prefix, params)
        elif final == b"m":
            self._rendition.apply(params)
        elif final == b"r":
            self._margins = b"\x1b[%br" % params if params.strip(b";") else b""
        return final == b"J" and params == b"2"

    def _switch(self, prefix: bytes, params: bytes, *, on: bool) -> bool:
        cleared = False
        for field in params.split(b";"):
            mode = int(field) if field.isdigit() and len(field) < 6 else -1
            if not prefix:
                if mode in (4, 20):
                    (self._ansi.add if on else self._ansi.discard)(mode)
            elif mode in SWITCHES:
                self._switches[mode] = on
                if self._switches[mode] == SWITCHES[mode]:
                    del self._switches[mode]
            elif mode in MOUSE:
                self._mouse = mode if on else 0
            elif mode in ENCODINGS:
                self._encoding = mode if on else 0
            elif mode in _ALTERNATE:
                cleared = on and not self._alternate and mode == 1049
                self._alternate = on
        return cleared

    def _soft_reset(self) -> None:
        for mode in (1, 6, 7, 25):
            self._switches.pop(mode, None)
        self._ansi.discard(4)
        self._margins, self._shift = b"", b"\x0f"
        self._charsets.clear()
        self._rendition = Rendition()

    def _command(self, text: bytes) -> None:
        number, _, value = text.partition(b";")
        if number in (b"0", b"2"):
            self._title = harmless(value[:_TITLE_LIMIT])
        elif number == b"8" and len(value) <= _LINK_LIMIT:
            self._link = harmless(value) if value.partition(b";")[2] else b""

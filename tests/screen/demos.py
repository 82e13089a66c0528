"""Small programs for the recorder: what no installed program prints reliably.

``python -m tests.screen.demos NAME`` prints one of them.
"""

# ruff: noqa: RUF001 - characters that look like others are what is wanted

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable

WORDS = [
    "terminal",
    "session",
    "writer",
    "viewer",
    "scrollback",
    "cursor",
    "offset",
    "window",
    "resume",
    "lease",
    "ring",
]


def out(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def progress() -> None:
    """A bar below a scroll region as package managers draw it, and bars on one line."""
    rows = 24
    out(f"\n\x1b7\x1b[0;{rows - 1}r\x1b8\x1b[1A")
    for step in range(101):
        out(f"Setting up {WORDS[step % len(WORDS)]}-{step} (1.{step}-2) ...\r\n")
        bar = "#" * (step // 2)
        out(f"\x1b7\x1b[{rows};0f\x1b[42m\x1b[30mProgress: [{step:3d}%]\x1b[49m\x1b[39m")
        out(f" [{bar:.<50}] \x1b8")
    out(f"\x1b7\x1b[0;{rows}r\x1b8\x1b[1A\x1b[J")
    for step in range(201):
        done = "━" * (step // 5)
        out(f"\r   \x1b[38;5;197m{done}\x1b[0m\x1b[38;5;237m{'━' * (40 - step // 5)}\x1b[0m")
        out(f" \x1b[32m{step / 10:.1f}/20.0 MB\x1b[0m \x1b[31m{step % 9}.3 MB/s\x1b[0m")
        if step % 40 == 0:
            out("\x1b[?25l" if step % 80 else "\x1b[?25h")
    out("\x1b[?25h\r\n")
    for step in range(300):
        out(f"\r\x1b[2K{'⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏'[step % 10]} {WORDS[step % 11]} {step}")
    for step in range(60):
        out(f"\x1b]9;4;1;{step}\x07\r{'=' * step}>{' ' * (60 - step)}| {step * 100 // 60}%")
        if step % 10 == 9:
            out("\n" * 2 + "\x1b[2A")
    out("\r\n")


def wide() -> None:
    """CJK, emoji, combining marks, right-to-left text, joined emoji, box drawing."""
    chance = random.Random(7)
    pieces = [
        "日本語の端末", "한국어 터미널", "中文終端機", "ｆｕｌｌ　ｗｉｄｔｈ", "ﾊﾝｶｸ",
        "e\u0301a\u0300o\u0302\u0323", "ก็ที่นี่", "हिन्दी", "עברית", "العربية", "ñandú", "Å",
        "😀😃😄", "🚀", "✅❌", "⚡", "🎉🎊", "🐍", "🦀", "👍🏽", "🇫🇷🇯🇵", "👨‍👩‍👧‍👦", "❤️", "☎️",
        "─│┌┐└┘├┤", "█▓▒░", "αβγδε", "кириллица", "→⇒∀∃∑", "½¾", "…—“”", "\u200bzero\u200dwidth",
    ]  # fmt: skip
    for number in range(900):
        line = " ".join(chance.choice(pieces) for _ in range(chance.randint(1, 14)))
        colour = f"\x1b[{chance.choice([31, 32, 33, 34, 35, 36, 1, 4, 7, 0])}m"
        out(f"{number:4d} {colour}{line}\x1b[m\r\n")
        if number % 50 == 49:
            out("\x1b[3A" + "\x1b[40G日本\x1b[2D|" + "\x1b[3B\r")


def wide_plain() -> None:
    """CJK and emoji of one code point, overwritten in all ways."""
    chance = random.Random(8)
    letters = "日本語中文字漢한글터미널あいうえおアイウ😀🚀🎉🐍🦀🎊✅❌⚡abc123 ──"
    for number in range(2500):
        line = "".join(chance.choice(letters) for _ in range(chance.randint(1, 30)))
        out(f"\x1b[{chance.randint(1, 24)};{chance.randint(1, 80)}H{line}")
        out(
            chance.choice(
                ["", "\x1b[K", "\x1b[2P", "\x1b[3@", "\x1b[1K", "\x1b[4X", "\b\b語", "\r\n"]
            )
        )
        if number % 100 == 0:
            out(f"\x1b[{31 + number % 7}m\x1b[{chance.choice('01')}J")


def colours() -> None:
    """Every attribute, the 256 colours, true colour."""
    for turn in range(4):
        for code in (*range(1, 10), 21, 53, "4:3", "4:4", "4:5", "1;3;4", "7;9"):
            out(f"\x1b[{code}mattribute {code}\x1b[0m ")
        out("\r\n")
        for number in range(256):
            out(f"\x1b[48;5;{number}m{number:4d}\x1b[m" + ("\r\n" if number % 16 == 15 else ""))
            out(f"\x1b[38;5;{number}m{number:4d}\x1b[39m" if turn % 2 else "")
        for y in range(20):
            row = "".join(
                f"\x1b[38;2;{255 - x * 3};{y * 12};{x * 3}m\x1b[48;2;{y * 9};{x * 3};{turn * 60}m▀"
                for x in range(80)
            )
            out(f"{row}\x1b[0m\r\n")
        for y in range(12):
            out(f"\x1b[4{y % 8}m\x1b[K line with the background to its end {y}\x1b[m\r\n")
            out(f"\x1b[58:2::255:{y * 20}:0m\x1b[4:3mcurly {y}\x1b[59m\x1b[24m\r\n")


def links() -> None:
    """Hyperlinks that wrap, share an id, and are overwritten."""
    chance = random.Random(9)
    for number in range(1200):
        word = chance.choice(WORDS)
        link = f"https://example.org/{word}/{number % 37}?q={number}"
        out(f"\x1b]8;id={number % 5};{link}\x1b\\{word} {number}\x1b]8;;\x1b\\ ")
        if number % 7 == 0:
            out(f"\x1b]8;;file:///srv/{word}\x07\x1b[1;34m{'long ' * chance.randint(1, 40)}\x1b[m")
            out("\x1b]8;;\x07\r\n")
        if number % 90 == 0:
            out(f"\x1b[{chance.randint(1, 20)};{chance.randint(1, 60)}Hover\x1b[24H\r\n")


def logs() -> None:
    """A service that has a lot to say."""
    chance = random.Random(10)
    levels = {"INFO": 32, "DEBUG": 36, "WARNING": 33, "ERROR": 31}
    for number in range(5000):
        level = chance.choice(list(levels))
        text = " ".join(chance.choice(WORDS) for _ in range(chance.randint(2, 22)))
        out(f"\x1b[2m12:{number // 60 % 60:02d}:{number % 60:02d}\x1b[0m ")
        out(f"\x1b[{levels[level]}m{level:8}\x1b[0m {text}\r\n")


def margins() -> None:
    """Origin mode, margins, insert and delete, tab stops, character sets, saved cursors."""
    chance = random.Random(11)
    for number in range(1500):
        top = chance.randint(1, 12)
        out(f"\x1b[{top};{chance.randint(top + 2, 24)}r")
        out(
            chance.choice(["\x1b[?6h", "\x1b[?6l", "\x1b7", "\x1b8", "\x1b[4h", "\x1b[4l", "\x1bH"])
        )
        out(f"\x1b[{chance.randint(1, 24)};{chance.randint(1, 80)}H")
        out(f"\x1b[{30 + number % 8}m{chance.choice(WORDS)}\t{number}")
        out(
            chance.choice(
                ["\x1b[2L", "\x1b[M", "\x1b[3@", "\x1b[2P", "\x1bM", "\x1bD", "\r\n\n", "\x1b[5X"]
            )
        )
        out(
            chance.choice(
                ["\x1b(0lqqk\x1b(B", "\x1b)0\x0ex x\x0f", "\x1b[3g\x1b[9G\x1bH\x1b[33G\x1bH", ""]
            )
        )
        out(
            chance.choice(
                ["\x1b[?7l" + "w" * 90 + "\x1b[?7h", "w" * 85, "\x1b[K", "\x1b[1J", "\x1b[S", ""]
            )
        )
        if number % 100 == 99:
            out("\x1b[r\x1b[?6l\x1b[m\x1b[2J\x1b[H")


DEMOS: dict[str, Callable[[], None]] = {
    made.__name__: made for made in (progress, wide, wide_plain, colours, links, logs, margins)
}

if __name__ == "__main__":
    DEMOS[sys.argv[1]]()
    time.sleep(0.1)

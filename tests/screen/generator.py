"""Random output as programs might print it: every sequence in it means something."""

# ruff: noqa: RUF001 - characters that look like others are what is wanted

from __future__ import annotations

import random
from collections.abc import Callable

from tests.screen.recording import Recording
from tornterm.types import Size

WORDS = [
    *("writer", "viewer", "ring", "x", "lease and offset", "|", "-- more --", "a" * 30),
    *("日本語", "端末", "한글", "ｗ", "😀", "🎉x", "⚡", "क", "x\u200by"),
    *("e\u0301", "n\u0303o", "é", "ß", "─┼─", "→"),
]


class Generator:
    """Makes output for a terminal of one size."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.size = Size(self.chance.choice([10, 40, 80, 100]), self.chance.choice([4, 12, 24]))
        self.makers: list[tuple[int, Callable[[], str]]] = [
            (30, self.text), (10, self.line), (10, self.look), (8, self.move), (5, self.jump),
            (6, self.erase), (4, self.shift), (3, self.scroll), (2, self.margins), (3, self.mode),
            (2, self.saved), (1, self.alternate), (1, self.charset), (2, self.tab), (1, self.link),
            (1, self.title), (1, self.string), (1, self.repeat), (1, self.shape), (1, self.soft),
        ]  # fmt: skip

    def recording(self, length: int, *, resizes: int = 0) -> Recording:
        """At least `length` bytes, with so many changes of the size."""
        made = Recording("generated", self.size)
        weights, makers = zip(*self.makers, strict=True)
        places = sorted(self.chance.randrange(length) for _ in range(resizes))
        pieces: list[bytes] = []
        total = 0
        while total < length:
            if places and total >= places[0]:
                places.pop(0)
                self.size = Size(self.chance.randint(8, 120), self.chance.randint(3, 40))
                made.resizes.append((total, self.size))
            pieces.append(self.chance.choices(makers, weights)[0]().encode())
            total += len(pieces[-1])
        made.output = b"".join(pieces)
        return made

    def number(self, most: int) -> str:
        """A parameter that may be left out; small ones are frequent."""
        return self.chance.choice(["", "", "1", "2", "3", str(self.chance.randint(1, most))])

    def row(self) -> int:
        return self.chance.randint(1, self.size.rows)

    def column(self) -> int:
        return self.chance.randint(1, self.size.cols)

    def text(self) -> str:
        return " ".join(self.chance.choices(WORDS, k=self.chance.randint(1, 6)))

    def line(self) -> str:
        return self.chance.choice(
            ["\r\n", "\r\n", "\r\n", "\r", "\n", "\x1bE", "\x1bD", "\x1bM", "\b", "\x0b"]
        )

    def look(self) -> str:
        colour = self.chance.randint(0, 255)
        return self.chance.choice([
            "\x1b[m", "\x1b[0m", f"\x1b[{self.chance.choice([1, 2, 3, 4, 5, 7, 8, 9, 53])}m",
            f"\x1b[{self.chance.choice([22, 23, 24, 25, 27, 28, 29, 39, 49, 55, 59])}m",
            f"\x1b[{self.chance.choice([3, 4, 9, 10])}{colour % 8}m",
            f"\x1b[{self.chance.choice([38, 48])};5;{colour}m",
            f"\x1b[{self.chance.choice([38, 48])};2;{colour};{255 - colour};7m",
            f"\x1b[1;{30 + colour % 8};{40 + colour % 7}m", f"\x1b[4:{colour % 6}munder\x1b[24m",
            f"\x1b[38:2::{colour}:1:2m", f"\x1b[4;58:5:{colour}mline\x1b[24;59m",
        ])  # fmt: skip

    def move(self) -> str:
        return f"\x1b[{self.number(30)}{self.chance.choice('ABCDEFGade')}"

    def jump(self) -> str:
        return self.chance.choice(
            [f"\x1b[{self.row()};{self.column()}H", "\x1b[H", f"\x1b[{self.row()}d"]
        )

    def erase(self) -> str:
        return self.chance.choice([
            "\x1b[K", "\x1b[K", "\x1b[1K", "\x1b[2K", "\x1b[J", "\r\x1b[1J", "\x1b[2J",
            f"\x1b[{self.number(20)}X",
        ])  # fmt: skip

    def shift(self) -> str:
        return f"\x1b[{self.number(9)}{self.chance.choice('@PLM')}"

    def scroll(self) -> str:
        return f"\x1b[{self.number(5)}{self.chance.choice('ST')}"

    def margins(self) -> str:
        top, bottom = sorted((self.row(), self.row()))
        return self.chance.choice(["\x1b[r", f"\x1b[{top};{bottom}r" if top < bottom else "\x1b[r"])

    def mode(self) -> str:
        return self.chance.choice([
            f"\x1b[?{self.chance.choice([1, 6, 7, 12, 25, 1000, 1002, 1003, 1004, 1006, 2004])}",
            "\x1b[4", "\x1b[?1002;1006", "\x1b[?1;2004",
        ]) + self.chance.choice("hl")  # fmt: skip

    def saved(self) -> str:
        return self.chance.choice(["\x1b7", "\x1b8", "\x1b[s", "\x1b[u"])

    def alternate(self) -> str:
        return f"\x1b[?1049{self.chance.choice('hl')}"

    def charset(self) -> str:
        drawn = "".join(self.chance.choices("lqkxmjtu", k=4))
        return self.chance.choice(
            [f"\x1b(0{drawn}\x1b(B", "\x1b)0", "\x0e", "\x0f", "\x1b(0", "\x1b(B", "\x1b(A#"]
        )

    def tab(self) -> str:
        return self.chance.choice(["\t", "\t", "\t", "\x1bH", "\x1b[g", "\x1b[2I", "\x1b[Z"])

    def link(self) -> str:
        address = f"https://example.org/{self.chance.randint(1, 9)}"
        return f"\x1b]8;;{address}\x1b\\{self.text()}\x1b]8;;\x07"

    def title(self) -> str:
        return f"\x1b]{self.chance.choice('02')};{self.text()}\x07"

    def string(self) -> str:
        return self.chance.choice(
            ["\x1bPq#0~\x1b\\", "\x1b_Gx=1\x1b\\", "\x1b]1337;a=b\x07", "\x1b^pm\x1b\\"]
        )

    def repeat(self) -> str:
        return f"{self.chance.choice('x日─')}\x1b[{self.number(12)}b"

    def shape(self) -> str:
        return f"\x1b[{self.chance.randint(0, 6)} q"

    def soft(self) -> str:
        return self.chance.choice(["\x1b[!p", "\x1b=", "\x1b>", "\x1bc", "\x1b#8", "\x07"])

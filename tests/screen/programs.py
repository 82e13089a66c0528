"""Which programs are recorded, and what is typed into them."""

from __future__ import annotations

from dataclasses import dataclass

from tornterm.types import Size

__all__ = ["NORMAL", "PROGRAMS", "Program", "Step"]

Step = str | Size | float
"""Keys, a new size, or seconds to let the program run."""

NORMAL = Size(80, 24)
LARGER, SMALLER, LARGEST = Size(100, 30), Size(60, 18), Size(132, 40)
SIZES = (LARGER, SMALLER, LARGEST, NORMAL)

UP, DOWN, RIGHT, PAGE_UP, PAGE_DOWN = "\x1b[A", "\x1b[B", "\x1b[C", "\x1b[5~", "\x1b[6~"
F3, F5, F9, F10 = "\x1b[13~", "\x1b[15~", "\x1b[20~", "\x1b[21~"
ESC = "\x1b"


@dataclass(frozen=True)
class Program:
    """What to start, and what to do with it."""

    command: str
    steps: tuple[Step, ...] = ()
    lang: str = "C.UTF-8"
    term: str = "xterm-256color"


def keys(*parts: str | int) -> tuple[str, ...]:
    """Strings as they are; a number says how often the string before it is typed."""
    steps: list[str] = []
    for part in parts:
        if isinstance(part, int):
            steps += [steps[-1]] * (part - 1)
        else:
            steps.append(part)
    return tuple(steps)


def resized(steps: tuple[Step, ...], every: int) -> tuple[Step, ...]:
    """The same steps with another size now and then, and the normal one at the end."""
    made: list[Step] = []
    for at, step in enumerate(steps):
        made.append(step)
        if at % every == every - 1:
            made.append(SIZES[at // every % len(SIZES)])
    return (*made, NORMAL)


VIM = keys(
    ":set nu ruler\r", ":syntax on\r", "\x06", 12, "\x02", 6, "/def\r", "n", 8, "ggO# typed\x1b",
    "yy5p", "dd", 4, "u", 3, ":vsplit\r", "\x06", 3, "\x17w", "G", ":split\r", "\x17+", 4,
    "vjjjjjj>", "V5j", "\x1b", ":help\r", "\x06", 4, ":q\r", ":%s/self/this/g\r", "\x0c",
    "izwei Wörter 日本語\x1b", "j", 25, "k", 10, "\x05", 15, "zt", ":set wrap!\r", "20l", 6,
)  # fmt: skip
SHELL = keys(
    "ls -la --color\r", "for i in 1 2 3 4 5; do echo line $i; done\r",
    "echo a long command that does not fit on one line and is wrapped by the line editor of it\r",
    UP, "\x01", RIGHT, 9, "\x0b", "\x19", "\r", "seq 1 40\r", "printf '\\e[1;31mred\\e[m\\n'\r",
    "\x12echo", "\x12", "\r", "clear\r", "cat text.txt | head -60\r", "ls --color -R .\r",
)  # fmt: skip
LESS = keys(
    " ", 20, "b", 6, "/lease\r", "n", 10, "g", "j", 30, "k", 8, "-S\r", RIGHT, 3,
    "G", "d", 5, "u", 5,
)  # fmt: skip
MC = keys(
    DOWN, 6, F3, " ", 4, "\x1b[1~", F10, DOWN, 12, PAGE_DOWN, UP, 5, "\t", DOWN, 5, F9, RIGHT, 4,
    ESC + ESC, F3, PAGE_DOWN, 3, F10, "\x15", "\x1bt", "\x1bt", "\x1bt", "\x1bi", DOWN, 8, " ",
    "\x1b[12~", ESC + ESC, "ls -la\r", "\x0f", "\x0f", F9, DOWN, 9, ESC + ESC,
)  # fmt: skip
NANO = keys(
    "\x16", 12, "\x19", 4, "typed text ", 8, "\x0b", 6, "\x15", 3, "\x17lease\r", "\x07", "\x16", 2,
    "\x18", DOWN, 30, "日本語 wörter", 4, "\x1b3", "\x0b", 9, "\x1bu", 12,
)  # fmt: skip
PYTHON = keys(
    "import this\r", "for i in range(30):\r    print(i, 'x' * i)\r\r",
    "\x1b[200~a = [\r  1,\r  2]\r\x1b[201~\r", "a\r", UP, 4, "\r", "1/0\r", "help(list)\r",
    " ", 12, "q", "dir(\t\t)\r", "'é日本' * 30\r", "\x12imp", "\r", "exit()\r",
)  # fmt: skip
HTOP: tuple[Step, ...] = (
    1.5, *keys(DOWN, 5, "t", "H", F5, UP, 4, "M", "F", "I"), 3.0, *keys("P", "u", ESC), 2.0,
)  # fmt: skip
TOP: tuple[Step, ...] = (2.0, "1", 1.0, "c", "V", 1.0, "z", "x", "y", 1.5, "m", "t", 1.0)
LEAVE_TMUX = "\x02:kill-server\r"
TMUX = (
    *SHELL[:6], "\x02%", *SHELL[:4], '\x02"', "seq 1 200\r", "\x02o", "less text.txt\r",
    *keys(" ", 5), "q", "\x02[", *keys(PAGE_UP, 4), "q", "\x02c", *SHELL, "\x02p", "\x02z",
    "vim -u NONE -N code.py\r", *VIM[:24], ":q!\r",
)  # fmt: skip

DEMO = "python3 -m tests.screen.demos {}"
GIT = "git -c core.pager='less -R' log -p --color=always"
SHELL_COMMAND = "bash --norc -i"
TMUX_COMMAND = "tmux -f /dev/null -L record new bash --norc"
VIM_COMMAND = "vim -u NONE -N code.py"
# Process lists show what is theirs alone.
ALONE = (
    "unshare --fork --kill-child --pid --mount-proc sh -c "
    "'seq 9999999999 >/dev/null & sleep 98 & sleep 99 & exec {}'"
)

PROGRAMS = {
    "acs": Program("mc -x text/", (0.5, *MC, F10 + "\r", 0.3), lang="C", term="xterm"),
    "gitlog": Program("git --no-pager log -p --graph --stat --color=always"),
    "gitpager": Program(GIT, (*keys(" ", 40, "b", 10, "/index\r", "n", 10), "q")),
    "htop": Program(ALONE.format("htop -d 2"), (*HTOP, "q")),
    "hyperlink": Program("ls -R -l --color=always --hyperlink=always /usr/include/linux"),
    "less": Program("less text.txt", (*LESS, "q")),
    "lsr": Program("ls -R -l --color=always /usr/include/c++"),
    "mc": Program("mc -x text/", (0.5, *MC, F10 + "\r", 0.3)),
    "nano": Program("nano text.txt", (*NANO, "\x18", "n")),
    "python": Program("python3 -q -i", PYTHON),
    "shell": Program(SHELL_COMMAND, (*SHELL, *SHELL, "exit\r")),
    "tmux": Program(TMUX_COMMAND, (*TMUX, LEAVE_TMUX)),
    "top": Program(ALONE.format("top -d 0.2"), (*TOP, "q")),
    "vim": Program(VIM_COMMAND, (*VIM, ":qa!\r")),
    **{
        name: Program(DEMO.format(name))
        for name in ("colours", "links", "logs", "margins", "progress", "wide", "wide_plain")
    },
    "resize_htop": Program(ALONE.format("htop -d 2"), (*resized(HTOP, 4), 0.5, "q")),
    "resize_less": Program("less text.txt", (*resized(LESS, 9), " ", "q")),
    "resize_nano": Program("nano text.txt", (*resized(NANO, 9), "\x18", "n")),
    "resize_shell": Program(SHELL_COMMAND, (*resized(SHELL * 3, 8), "exit\r")),
    "resize_tmux": Program(TMUX_COMMAND, (*resized(TMUX, 12), LEAVE_TMUX)),
    "resize_vim": Program(VIM_COMMAND, (*resized(VIM, 20), ":qa!\r")),
}

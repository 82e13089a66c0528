"""What a program has asked is answered once, however often its output is drawn again."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from tests.browser.conftest import NewTab
from tests.browser.process import serving
from tests.browser.proxy import FaultProxy
from tests.browser.tab import TIMEOUT, Tab
from tests.core.test_questions import QUESTIONS

TIMES = 5

RING = 64 * 1024

ASKER = """
import os, sys, threading, tty
questions, heard = open(sys.argv[1], "rb").read(), open(sys.argv[2], "ab", buffering=0)
tty.setraw(0)

def listen():
    while True:
        heard.write(os.read(0, 4096))

threading.Thread(target=listen).start()
while questions:
    questions = questions[os.write(1, questions):]
os.write(1, b"\\r\\nall asked")
"""


def heard(file: Path, end: str) -> bytes:
    """What the program has been typed, which ends like this before long."""
    until = time.monotonic() + TIMEOUT
    while not (data := file.read_bytes()).endswith(end.encode()):
        assert time.monotonic() < until, f"it has heard {data[-100:]!r}"
        time.sleep(0.01)
    return data


def ask(tab: Tab, tmp_path: Path) -> Path:
    """Have everything asked, several logs long; gives where the answers are."""
    once = b"".join(question for question in QUESTIONS if len(question) < 100)
    (tmp_path / "questions").write_bytes(once * (3 * RING // len(once)))
    (tmp_path / "asker.py").write_text(ASKER)
    answers = tmp_path / "answers"
    arguments = " ".join(str(tmp_path / name) for name in ("asker.py", "questions", "answers"))
    tab.run(f"exec {sys.executable} {arguments}", "^all asked$")
    return answers


def test_coming_back_to_a_stream_of_questions_types_nothing(
    tmp_path: Path, new_tab: NewTab
) -> None:
    """Neither a page that is loaded again answers, nor one that was cut off and goes on."""
    with (
        FaultProxy() as proxy,
        serving(
            tmp_path,
            server=f'public_url = "{proxy.url}/"',
            more=f'[sessions]\nscrollback = "{RING // 1024} KiB"',
        ) as server,
    ):
        proxy.target = server.port
        tab = new_tab()
        tab.log_in(server.login_link)
        tab.wait_text(r"^\$ ")
        answers = ask(tab, tmp_path)
        tab.type("!")
        before = heard(answers, "!")
        assert b"\x1b[?62;4;9;22c" in before, "the terminal of a page that is there answers"
        for _ in range(TIMES):
            tab.page.reload()
            tab.wait_state("live")
            tab.wait_text("^all asked$")
        for _ in range(TIMES):
            resumed = len(tab.received("resumed"))
            proxy.cut()
            until = time.monotonic() + TIMEOUT
            while len(tab.received("resumed")) == resumed:
                assert time.monotonic() < until, "it has not come back"
                tab.page.wait_for_timeout(10)
            tab.wait_state("live")
        tab.type("?")
        assert heard(answers, "?") == before + b"?"
        modes = [message["mode"] for message in tab.received("resumed")]
        assert modes == ["snapshot"] * TIMES + ["exact"] * TIMES

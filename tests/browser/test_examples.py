"""The applications in examples/, each run as its first lines say and used as a person does."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from signal import SIGTERM

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import NewTab
from tests.browser.process import ROOT, ServerProcess
from tests.browser.test_element import Element
from tests.offering import offer

EXAMPLES = ROOT / "examples"
SANDBOX = ROOT / "plugins" / "tornterm-spawn-sandbox"
LINE = r"(http://\S+)\n"


@pytest.fixture
def run(tmp_path: Path) -> Iterator[object]:
    """Run an example on a free port; it has to end well."""
    running: list[ServerProcess] = []
    offer(tmp_path, SANDBOX.name, "sandbox", "tornterm_spawn_sandbox:Sandbox")

    def start(name: str, *arguments: str) -> ServerProcess:
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path),
            "LANG": "C.UTF-8",
            "PYTHONPATH": os.pathsep.join(map(str, (SANDBOX, tmp_path))),
        }
        command = [sys.executable, str(EXAMPLES / name), "0", *arguments]
        running.append(ServerProcess(command, environment))
        return running[-1]

    yield start
    for process in running:
        # uvicorn ends by the signal that it was ended with, when all is done.
        assert process.stop() in (0, -SIGTERM), process.log


@pytest.fixture
def homes() -> Iterator[Path]:
    """A directory that the account of sandboxes can get to."""
    made = Path(tempfile.mkdtemp(prefix="course-"))
    made.chmod(0o711)
    yield made / "homes"
    shutil.rmtree(made)


def elements(page: Page, count: int = 1) -> list[Element]:
    """The terminals of a page."""
    expect(page.locator("tornterm-terminal")).to_have_count(count)
    page.evaluate("customElements.whenDefined('tornterm-terminal').then(() => true)")
    page.evaluate(
        "() => { globalThis.terminals = [...document.querySelectorAll('tornterm-terminal')]; }"
    )
    return [Element(page, index) for index in range(count)]


def test_they_are_all_here() -> None:
    """Each example has a test below, and a line in the list."""
    names = {path.name for path in EXAMPLES.glob("*.py")}
    assert names == {"dashboard.py", "own_login.py", "fastapi_front.py", "course.py"}
    listed = (EXAMPLES / "README.md").read_text()
    assert all(f"[{name}]({name})" in listed for name in names)


def test_the_dashboard(run: type[ServerProcess], new_tab: NewTab) -> None:
    """Four programs at once, for the operator and nobody else."""
    link = run("dashboard.py").line("stdout", LINE)
    page, stranger = new_tab().page, new_tab().page
    page.goto(link)
    clock, disks, load, shell = elements(page, 4)
    clock.wait_text(r"\d\d:\d\d:\d\d")
    disks.wait_text("Filesystem")
    load.wait_text("load average")
    shell.run("echo $((6*7))", "^42$")
    answer = stranger.goto(link.partition("?")[0])
    assert answer is not None
    assert answer.status == 401


def test_an_application_with_its_own_login(run: type[ServerProcess], new_tab: NewTab) -> None:
    """Nobody is sent to log in and back; a guest has one terminal; logging out ends it."""
    tab = new_tab()
    tab.open(run("own_login.py").line("stdout", LINE))
    page = tab.page
    page.get_by_label("Name").fill("ben")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_text("That is not right.")).to_be_visible()
    page.get_by_label("Name").fill("ben")
    page.get_by_label("Password").fill("open sesame")
    page.get_by_role("button", name="Log in").click()
    tab.wait_state("live")
    tab.run("echo $((6*7))", "^42$")
    beside = new_tab(beside=tab)
    beside.open(tab.page.url.partition("/s/")[0] + "/")
    beside.wait_state("limit")
    page.click("#menu")
    page.click("text=Log out")
    page.wait_for_url("**/login")
    expect(page.get_by_label("Password")).to_be_visible()


def test_fastapi_in_front(run: type[ServerProcess], new_tab: NewTab) -> None:
    """Its login counts, its page has the terminal, and without it there is no ticket."""
    link = run("fastapi_front.py").line("stdout", LINE)
    page = new_tab(http_credentials={"username": "ann", "password": "open sesame"}).page
    page.goto(link)
    expect(page.get_by_role("heading")).to_have_text("Hello, ann")
    (terminal,) = elements(page)
    terminal.run("echo $((6*7))", "^42$")
    session = terminal.do("it.state.session")
    page.evaluate(
        f"document.querySelector('tornterm-terminal').setAttribute('session', {session!r})"
    )
    terminal.wait_state("live")
    terminal.run("echo $((7*8))", "^56$")
    assert terminal.do("it.state.session") == session
    stranger = new_tab().page.request
    assert stranger.post(f"{link}ticket", data={}).status == 401


def test_a_course(run: type[ServerProcess], new_tab: NewTab, homes: Path) -> None:
    """Each student has a terminal and a home of their own, which a reload comes back to."""
    course = run("course.py", str(homes))
    pages = {}
    for name in ("ann", "ben"):
        page = pages[name] = new_tab().page
        page.goto(course.line("stdout", f"{name}: {LINE}"))
        expect(page.get_by_role("heading")).to_have_text(f"Lesson 1, for {name}")
        (terminal,) = elements(page)
        terminal.run(f"echo {name} > ~/name.txt; seen=$((6*7)); echo $TORNTERM_USER", f"^{name}$")
    page = pages["ann"]
    page.reload()
    (terminal,) = elements(page)
    terminal.run("cat ~/name.txt; echo $seen-; ls /root; id -u", r"^42-[\s\S]*^1000$")
    assert "\nann\n" in terminal.do("it.text()")
    assert "ben" not in terminal.do("it.text()")

"""JupyterLab as its users have it, with our terminals behind it."""

from __future__ import annotations

import itertools
import json
import os
import re
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page

from tests.compat.jupyter import TOKEN, Jupyter, serving_jupyter

PATIENCE = 60_000.0
"""Milliseconds that a busy machine may take for one step; JupyterLab is large."""

NUMBERS = itertools.count(1)

LAB = (
    sys.executable,
    "-m",
    "jupyterlab",
    "--LabApp.expose_app_in_browser=True",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    "--LabApp.news_url=None",
    "--ServerApp.jpserver_extensions={'jupyter_lsp': False, 'notebook_shim': True}",
)

# A shell as the job of another one, which therefore counts as busy; where there is a file `idle`,
# the shell alone, in which nothing runs.
SHELL = "/bin/bash --norc --noprofile"
PROGRAM = ["/bin/bash", "-mc", f"test -e idle || {{ {SHELL}; exit; }}; exec {SHELL}"]

CONFIG = f"""
c.TerminalManager.max_terminals = 2
c.TerminalManager.cull_inactive_timeout = 5
c.ServerApp.terminado_settings = {{"shell_command": {PROGRAM!r}}}
"""

# The widgets and the terminal in them as JupyterLab has them; it draws on a canvas.
HELP = """
window.ours = {
  find: (name) =>
    Array.from(jupyterapp.shell.widgets('main')).find((w) => w.content?.session?.name === name),
  text: (name) => {
    const buffer = ours.find(name)?.content?._term?.buffer.active;
    if (!buffer) return '';
    const lines = [];
    for (let row = 0; row < buffer.length; row += 1) {
      lines.push(buffer.getLine(row).translateToString(true));
    }
    return lines.join('\\n').trimEnd();
  },
};
"""


class Lab:
    """One window with JupyterLab."""

    def __init__(self, page: Page, jupyter: Jupyter, workspace: str) -> None:
        self.page = page
        self.typed: list[str] = []
        self._jupyter = jupyter
        page.set_default_timeout(PATIENCE)
        browser = page.context.new_cdp_session(page)
        browser.on("Network.webSocketFrameSent", self._frame_sent)
        browser.send("Network.enable")
        page.goto(f"{jupyter.url}lab/workspaces/{workspace}?token={TOKEN}")
        self._wait_until_ready()

    def _frame_sent(self, event: dict[str, Any]) -> None:
        payload = event["response"]["payloadData"]
        if payload.startswith('["stdin"'):
            self.typed.append(json.loads(payload)[1])

    def _wait_until_ready(self) -> None:
        self.page.wait_for_function("window.jupyterapp?.restored.then(() => true)")
        self.page.evaluate(HELP)

    def reload(self) -> None:
        self.typed.clear()
        self.page.reload()
        self._wait_until_ready()

    def run(self, command: str, **arguments: Any) -> None:
        """Execute one of JupyterLab's commands, without its result, which is a widget."""
        self.page.evaluate(
            "([id, args]) => { jupyterapp.commands.execute(id, args); }", [command, arguments]
        )

    def card(self) -> Locator:
        """What makes a new terminal, in a new launcher."""
        self.run("launcher:create")
        return self.page.locator(".jp-LauncherCard:visible", has_text="Terminal").first

    def launch(self, name: str = "1") -> None:
        """Make a new terminal, which gets this name."""
        self.card().click()
        self.page.wait_for_function("(name) => ours.text(name)", arg=name)

    def delete(self, name: str) -> None:
        """Shut a terminal down in the list of what runs."""
        self.run("running:show-panel")
        item = self.page.locator(".jp-RunningSessions-item", has_text=f"terminals/{name}")
        item.hover()
        item.locator(".jp-RunningSessions-itemShutdown").click()

    def terminals(self) -> list[str]:
        """The names of the terminals that the server has."""
        return names_of(self.page.context, self._jupyter)

    def open(self, name: str) -> None:
        """Show a terminal."""
        self.run("terminal:open", name=name)
        self.page.wait_for_function("(name) => ours.text(name)", arg=name)

    def text(self, name: str) -> str:
        return str(self.page.evaluate("(name) => ours.text(name)", name))

    def shows(self, name: str, pattern: str) -> str:
        """Wait until a terminal shows what matches, and return the match's first group."""
        self.page.wait_for_function(
            "([name, pattern]) => new RegExp(pattern, 'm').test(ours.text(name))",
            arg=[name, pattern],
        )
        found = re.search(pattern, self.text(name), re.MULTILINE)
        assert found is not None
        return found[1] if found.re.groups else found[0]

    def type(self, name: str, text: str) -> None:
        """Type into a terminal, and Enter."""
        self.page.evaluate("(name) => jupyterapp.shell.activateById(ours.find(name).id)", name)
        self.page.evaluate("(name) => ours.find(name).content._term.focus()", name)
        self.page.keyboard.type(text)
        self.page.keyboard.press("Enter")

    def is_gone(self, name: str) -> None:
        """Wait until no tab shows a terminal any more."""
        self.page.wait_for_function("(name) => !ours.find(name)", arg=name)


@pytest.fixture(scope="module")
def jupyter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Jupyter]:
    """One server for all tests: it takes a while to start."""
    folder = tmp_path_factory.mktemp("lab")
    with serving_jupyter(folder, CONFIG, command=LAB) as jupyter:
        (jupyter.root / "away").mkdir()
        (jupyter.root / "away" / "idle").touch()
        yield jupyter


@pytest.fixture
def context(browser: Browser, jupyter: Jupyter) -> Iterator[BrowserContext]:
    """A person's browser, and a server on which nothing runs."""
    context = browser.new_context(viewport={"width": 1100, "height": 700})
    yield context
    headers = jupyter.headers()
    for name in names_of(context, jupyter):
        context.request.delete(f"{jupyter.url}api/terminals/{name}", headers=headers)
    context.close()


def names_of(context: BrowserContext, jupyter: Jupyter) -> list[str]:
    answer = context.request.get(f"{jupyter.url}api/terminals", headers=jupyter.headers())
    return [model["name"] for model in answer.json()]


def new_lab(context: BrowserContext, jupyter: Jupyter) -> Lab:
    """A window with a workspace of its own, in which nothing is opened again."""
    return Lab(context.new_page(), jupyter, f"w{next(NUMBERS)}")


def test_a_terminal_from_beginning_to_end(jupyter: Jupyter, context: BrowserContext) -> None:
    """Made and typed into; after a reload the same shell on the same screen; gone after exit."""
    lab = new_lab(context, jupyter)
    lab.launch()
    # The program asks the terminal something; what is asked must not be asked again by a replay.
    lab.type("1", r"printf '\033[6n\033[31m'; read -rsd R; printf 'asked\033[m %s\n' $$")
    shell = lab.shows("1", r"^asked (\d+)\s+\S+[#$]$")
    assert any(text.endswith("R") for text in lab.typed)
    before = lab.text("1")
    lab.reload()
    lab.open("1")
    lab.shows("1", rf"^asked {shell}\s+\S+[#$]$")
    assert lab.text("1") == before
    lab.type("1", "echo again $$")
    lab.shows("1", rf"^again {shell}$")
    # Nothing but these keys has been typed since, and nothing is left in the shell's line.
    assert "".join(lab.typed) == "echo again $$\r"
    lab.type("1", "exit")
    lab.is_gone("1")
    assert lab.terminals() == []


def test_two_windows_and_the_list(jupyter: Jupyter, context: BrowserContext) -> None:
    """Both show and type into one terminal; deleting it from the list ends it in both."""
    one = new_lab(context, jupyter)
    one.launch()
    one.type("1", "echo fi''rst $PPID")
    shell = int(one.shows("1", r"^first (\d+)"))
    two = new_lab(context, jupyter)
    two.open("1")
    two.shows("1", rf"^first {shell}$")
    two.type("1", "echo se''cond")
    one.shows("1", "^second$")
    one.type("1", "echo th''ird")
    two.shows("1", "^third$")
    two.delete("1")
    two.is_gone("1")
    one.is_gone("1")
    assert two.terminals() == []
    with pytest.raises(ProcessLookupError):
        os.kill(shell, 0)


def test_a_limit_is_explained(jupyter: Jupyter, context: BrowserContext) -> None:
    """The person sees the reason, and the terminals that there are go on."""
    lab = new_lab(context, jupyter)
    lab.launch()
    lab.launch("2")
    lab.card().click()
    dialog = lab.page.locator(".jp-Dialog", has_text="Launcher Error")
    dialog.wait_for()
    assert "Cannot create more than 2 terminals" in dialog.inner_text()
    dialog.locator("button", has_text="Close").click()
    lab.type("2", "echo st''ill")
    lab.shows("2", "^still$")
    assert lab.terminals() == ["1", "2"]


def test_culling_spares_a_silent_job(jupyter: Jupyter, context: BrowserContext) -> None:
    """A shell in which nothing runs ends by itself; a job that prints nothing goes on."""
    lab = new_lab(context, jupyter)
    lab.launch()
    lab.type("1", "read -r line; echo it was $line")
    with lab.page.expect_response(lambda answer: answer.request.method == "POST") as made:
        lab.run("terminal:create-new", cwd="away")
    assert made.value.json()["name"] == "2"
    until = time.monotonic() + PATIENCE / 1000
    while "2" in lab.terminals() and time.monotonic() < until:
        lab.page.wait_for_timeout(100)
    assert lab.terminals() == ["1"]
    lab.is_gone("2")
    lab.type("1", "still here")
    lab.shows("1", "^it was still here$")

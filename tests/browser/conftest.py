"""A real Chromium, a real server, and a person at the keyboard."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Playwright, expect, sync_playwright

from tests.browser.chromium import ADVICE, find, find_shell
from tests.browser.process import ServerProcess, serving
from tests.browser.tab import Tab

FEATURES = (
    # A process for a page that may come; each test has one of its own anyway.
    "SpareRendererForSitePerProcess",
    # Pages of the address bar's, in each new window; no test looks at them, and they cost a lot.
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    # Of several lists only the last counts, so here is what Playwright's own has for Chromium.
    "AimEnabled",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "LensOverlay",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "PreconnectToSearch",
    "ThirdPartyStoragePartitioning",
)

FLAGS = [
    f"--disable-features={','.join(FEATURES)}",
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP *.example 127.0.0.1",
]

NewTab = Callable[..., Tab]

# As long as a machine may need that is busy with much else.
expect.set_options(timeout=30_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder needs the browser and the built page."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


# Not for the whole run: Playwright keeps an event loop running, beside which no other can.
@pytest.fixture(scope="package")
def driver() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


@contextmanager
def launched(driver: Playwright, path: str | None, *flags: str) -> Iterator[Browser]:
    assert path, ADVICE
    browser = driver.chromium.launch(executable_path=path, args=[*FLAGS, *flags])
    yield browser
    browser.close()


@pytest.fixture(scope="package")
def browser(driver: Playwright) -> Iterator[Browser]:
    """One without WebGL, which the processor would have to do: a third of a page's time."""
    with launched(driver, find_shell(), "--disable-3d-apis") as browser:
        yield browser


@pytest.fixture(scope="package")
def webgl_browser(driver: Playwright) -> Iterator[Browser]:
    """One that draws as most people's do."""
    with launched(driver, find_shell()) as browser:
        yield browser


@pytest.fixture(scope="package")
def whole_browser(driver: Playwright) -> Iterator[Browser]:
    """One with menus and windows of its own, in which something can be installed."""
    with launched(driver, find()) as browser:
        yield browser


@pytest.fixture
def new_tab(request: pytest.FixtureRequest) -> Iterator[NewTab]:
    """Open a tab: in a profile of its own, or beside another tab of the same person."""
    webgl = request.node.get_closest_marker("webgl")
    browser = request.getfixturevalue("webgl_browser" if webgl else "browser")
    contexts = []
    tabs: list[Tab] = []

    def make(beside: Tab | None = None, **options: Any) -> Tab:
        if beside:
            context = beside.page.context
        else:
            context = browser.new_context(**{"viewport": {"width": 1000, "height": 640}, **options})
            contexts.append(context)
        tabs.append(Tab(context.new_page()))
        return tabs[-1]

    yield make
    for context in contexts:
        context.close()
    problems = [problem for tab in tabs for problem in tab.problems]
    assert not problems, f"the page met unhandled errors: {problems}"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcess]:
    """A server with one user, the owner."""
    with serving(tmp_path) as process:
        yield process


@pytest.fixture
def tab(server: ServerProcess, new_tab: NewTab) -> Tab:
    """A tab in which the owner is logged in and has a terminal."""
    tab = new_tab()
    tab.log_in(server.login_link)
    return tab


@pytest.fixture(scope="module")
def sites() -> Iterator[dict[str, str]]:
    """The addresses of the application's page and of the other site's."""
    environment = {
        name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ
    }
    process = ServerProcess(
        [sys.executable, str(Path(__file__).with_name("embedder.py"))], environment
    )
    try:
        yield {
            "own": process.line("stdout", r"own (\S+)") + "/page",
            "other": process.line("stdout", r"other (\S+)") + "/page",
        }
    finally:
        code = process.stop()
    assert code == 0, process.log

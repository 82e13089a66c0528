"""A network that is gone without a word: the page says so before anybody has to wonder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.conftest import NewTab
from tests.browser.process import serving
from tests.browser.proxy import FaultProxy
from tests.browser.tab import Tab


@pytest.fixture
def proxy(tmp_path: Path) -> Iterator[FaultProxy]:
    """A network between the page and the server."""
    with FaultProxy() as proxy:
        yield proxy


@pytest.fixture
def tab(proxy: FaultProxy, tmp_path: Path, new_tab: NewTab) -> Iterator[Tab]:
    """A tab in which the owner has a prompt, reached through that network."""
    with serving(tmp_path, server=f'public_url = "{proxy.url}/"') as server:
        proxy.target = server.port
        tab = new_tab()
        tab.log_in(server.login_link)
        tab.wait_text(r"^\$ ")
        yield tab


def test_a_device_that_goes_offline_is_soon_told_so(tab: Tab, proxy: FaultProxy) -> None:
    """The browser's word is enough to ask, and without an answer nothing says Connected."""
    tab.page.context.set_offline(True)
    proxy.hold()
    tab.wait_state("reconnecting")
    assert "This device is offline." in tab.page.inner_text(".notice")
    tab.type("echo on-''time\n")
    tab.page.wait_for_selector("[data-waiting]:has-text('15 characters waiting to arrive')")
    proxy.let_go()
    tab.page.context.set_offline(False)
    tab.wait_state("live")
    tab.wait_text(r"^on-time$")


def test_a_server_on_this_machine_needs_no_network(tab: Tab) -> None:
    """It answers, and so the terminal goes on."""
    tab.page.evaluate("dispatchEvent(new Event('offline'))")
    tab.run("echo still-''here", r"^still-here$")
    assert tab.received("pong")
    assert tab.received("resumed") == []


def test_keys_that_nobody_takes_are_told_of(tab: Tab, proxy: FaultProxy, tmp_path: Path) -> None:
    """Within seconds the page stops saying Connected; what comes late is not typed twice."""
    proxy.hold()
    tab.type("echo once >> typed; echo ty''ped\n")
    tab.page.wait_for_selector(".pill:has-text('No answer')")
    tab.page.wait_for_selector(".notice:has-text('33 characters waiting to arrive')")
    proxy.let_go()
    tab.page.wait_for_selector(".pill:has-text('Connected')")
    tab.wait_text(r"^typed$")
    tab.page.wait_for_selector("[data-waiting]", state="detached")
    assert (tmp_path / "home" / "typed").read_text() == "once\n"

"""A browser hides why a WebSocket was refused; the page asks and says it."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tests.browser.conftest import NewTab
from tests.browser.process import serving
from tests.browser.proxy import FaultProxy
from tests.browser.tab import Tab

NAME = "term.example"
"""A name that the browser of the tests takes for this machine."""


def asked(tab: Tab) -> list[int]:
    """The statuses of the answers to the page's question, as they come."""
    statuses: list[int] = []
    tab.page.on(
        "response",
        lambda answer: statuses.append(answer.status) if answer.url.endswith("/api/me") else None,
    )
    return statuses


def said(tab: Tab) -> str:
    return tab.page.inner_text('[role="alertdialog"]')


def test_a_login_that_is_gone(tmp_path: Path, new_tab: NewTab) -> None:
    """Without its cookie the page says so, and leads to the login that leads back."""
    with FaultProxy() as proxy, serving(tmp_path, server=f'public_url = "{proxy.url}"') as server:
        proxy.target = server.port
        tab = new_tab()
        tab.log_in(server.login_link)
        tab.run("mark=here; echo is-$mark.", r"^is-here\.$")
        statuses = asked(tab)
        tab.page.context.clear_cookies()
        proxy.cut()
        tab.wait_state("login")
        assert "Your login has ended" in said(tab)
        assert "whether yours is still there" in said(tab), "it may have been a restart"
        assert statuses == [401]
        tab.page.click(".card a.primary")
        tab.page.wait_for_url("**/login?next=**")


@pytest.mark.parametrize(
    ("then", "key"),
    [
        ('allowed_hosts = ["other.example"]', "server.allowed_hosts"),
        (f'allowed_hosts = ["{NAME}"]\npublic_url = "http://other.example/"', "server.public_url"),
    ],
    ids=["host", "origin"],
)
def test_a_host_or_an_origin_that_is_foreign_now(
    tmp_path: Path, new_tab: NewTab, then: str, key: str
) -> None:
    """After a reload that shuts the page's address out, it names the setting and stops trying."""
    now = f'allowed_hosts = ["{NAME}"]'
    with FaultProxy() as proxy, serving(tmp_path, server=now) as server:
        proxy.target = server.port
        address = proxy.url.replace("127.0.0.1", NAME)
        tab = new_tab()
        tab.log_in(server.login_link.replace(server.url.rstrip("/"), address))
        tab.wait_text(r"^\$ ")
        statuses = asked(tab)
        config = tmp_path / "config.toml"
        config.write_text(config.read_text().replace(now, then))
        os.kill(server.pid, signal.SIGHUP)
        server.line("stderr", r"(was read again)")
        proxy.cut()
        tab.wait_state("refused")
        assert key in said(tab)
        assert statuses in ([403], [421])


def test_a_server_that_lets_no_websocket_through(tmp_path: Path, new_tab: NewTab) -> None:
    """Where all but the WebSocket works, the page tries on and says what may be the matter."""
    with FaultProxy() as proxy, serving(tmp_path, server=f'public_url = "{proxy.url}"') as server:
        proxy.target = server.port
        tab = new_tab()
        tab.log_in(server.login_link)
        tab.wait_text(r"^\$ ")
        statuses = asked(tab)
        proxy.refuse(b"Upgrade: websocket")
        tab.page.wait_for_selector(".notice:has-text('may not let WebSockets through')")
        assert statuses[:2] == [200, 200]
        proxy.accept()
        tab.wait_state("live")
        tab.run("echo back-''again", r"^back-again$")

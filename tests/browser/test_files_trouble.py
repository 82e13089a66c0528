"""Files with luck against them: the server dies, the login ends, they are too large, not theirs."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import NewTab
from tests.browser.process import ServerProcess, serving
from tests.browser.proxy import FaultProxy
from tests.browser.tab import Tab
from tests.browser.test_files import DROP
from tests.browser.test_sharing import close_dialog, make_link

SIZE = 4_000_000
FILES = "[files]\nenabled = true"


def uploading(tab: Tab, size: int = SIZE) -> Locator:
    """Drop a file and say yes; the card that shows how far it is."""
    tab.page.evaluate(DROP, [".stage .host", [["dropped.bin", size]]])
    tab.page.get_by_role("button", name="Upload", exact=True).click()
    return tab.page.locator(".transfer")


def nothing_left(home: Path) -> None:
    """Wait until there is nothing of an upload any more."""
    until = time.monotonic() + 60
    while found := [name for name in os.listdir(home) if "dropped" in name or ".part" in name]:
        assert time.monotonic() < until, f"left over: {found}"
        time.sleep(0.05)


@contextmanager
def half_way(folder: Path, new_tab: NewTab) -> Iterator[tuple[ServerProcess, FaultProxy, Tab]]:
    """An upload that stands still in the middle."""
    with (
        FaultProxy() as proxy,
        serving(folder, server=f'public_url = "{proxy.url}/"', more=FILES) as server,
    ):
        proxy.target = server.port
        tab = new_tab()
        tab.log_in(server.login_link)
        tab.wait_text(r"^\$ ")
        half = proxy.cut_after(SIZE // 2, down=False)
        uploading(tab)
        assert half.wait(60)
        proxy.hold()
        assert [name[-5:] for name in os.listdir(folder / "home")] == [".part"]
        yield server, proxy, tab


def killed(folder: Path, new_tab: NewTab) -> None:
    """Have a server die in the middle of an upload."""
    with half_way(folder, new_tab) as (server, _, _):
        os.kill(server.pid, signal.SIGKILL)
        nothing_left(folder / "home")


def test_a_server_that_dies_leaves_nothing(tmp_path: Path, new_tab: NewTab) -> None:
    """However suddenly: who was writing for it notices."""
    with pytest.raises(AssertionError, match="ended with -9"):
        killed(tmp_path, new_tab)


def test_the_end_of_the_login(tmp_path: Path, new_tab: NewTab) -> None:
    """Is said, and the upload does not go on in vain."""
    with half_way(tmp_path, new_tab) as (server, proxy, tab):
        other = new_tab(beside=tab)
        proxy.refuse(b"/bytes")
        proxy.let_go()
        other.open(f"{proxy.url}/")
        other.wait_state("live")
        other.page.click("#menu")
        other.page.click("text=Log out")
        tab.wait_state("login")
        proxy.accept()
        expect(tab.page.locator(".transfer")).to_contain_text("It did not work.")
        assert "Traceback" not in server.log


def test_what_is_too_large(tmp_path: Path, new_tab: NewTab) -> None:
    """Is said before a byte is sent."""
    more = f'{FILES}\nmax_upload = "1 MiB"'
    with serving(tmp_path, more=more) as server:
        tab = new_tab()
        tab.log_in(server.login_link)
        expect(uploading(tab)).to_contain_text("larger than what this server transfers")
        assert os.listdir(tmp_path / "home") == []


def test_a_guest_uploads_nothing(tmp_path: Path, new_tab: NewTab) -> None:
    """Not even one who may type: the files are not theirs."""
    with serving(tmp_path, more=FILES) as server:
        tab = new_tab()
        tab.log_in(server.login_link)
        link = make_link(tab, control=True)
        close_dialog(tab)
        guest = new_tab()
        guest.open(link)
        guest.wait_state("viewer")
        guest.page.evaluate(DROP, [".stage .host", [["dropped.bin", 5]]])
        expect(guest.page.locator(".notice", has_text="cannot be dropped")).to_be_visible()
        assert os.listdir(tmp_path / "home") == []

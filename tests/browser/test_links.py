"""Links in what programs print."""

from __future__ import annotations

import pytest
from playwright.sync_api import Dialog, Page

from tests.browser.conftest import NewTab
from tests.browser.process import ServerProcess
from tests.browser.tab import Tab
from tests.browser.test_fingers import PLACE_OF

SCREENS: dict[str, dict[str, object]] = {
    "desktop": {},
    "phone": {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True},
}


def follow(tab: Tab, word: str) -> str:
    """Click at a word, and tell the address of the page that opens."""
    place = tab.page.evaluate(PLACE_OF, word)
    tab.page.mouse.move(*place)
    tab.page.wait_for_selector(".xterm-cursor-pointer", state="attached")
    with tab.page.expect_popup() as opened:
        tab.page.mouse.click(*place)
    page: Page = opened.value
    page.wait_for_url(lambda url: url != "about:blank")
    return page.url


@pytest.mark.parametrize("screen", SCREENS)
def test_an_address_that_is_printed(screen: str, server: ServerProcess, new_tab: NewTab) -> None:
    """A click opens it beside the terminal, which goes on."""
    tab = new_tab(**SCREENS[screen])
    tab.log_in(server.login_link)
    tab.run(f"echo see {server.url}offline''", r"^see http\S+offline$")
    assert follow(tab, "offline") == f"{server.url}offline"
    tab.wait_state("live")


def test_a_name_that_leads_somewhere(server: ServerProcess, new_tab: NewTab) -> None:
    """Where it leads is asked about before, in the language of the page."""
    tab = new_tab(locale="fr")
    tab.log_in(server.login_link)
    asked: list[str] = []

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.accept()

    tab.page.on("dialog", answer)
    tab.run(f"printf '\\e]8;;{server.url}offline\\e\\\\a-na''me\\e]8;;\\e\\\\\\n'", r"^a-name$")
    assert follow(tab, "a-name") == f"{server.url}offline"
    assert asked == [f"Ouvrir {server.url}offline ?"]

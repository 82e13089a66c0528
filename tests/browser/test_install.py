"""Installing the page: what browsers ask for, and how it is offered."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Playwright, expect

from tests.browser.axe import violations
from tests.browser.chromium import find
from tests.browser.conftest import FLAGS
from tests.browser.fingers import PHONE
from tests.browser.process import ServerProcess
from tests.browser.tab import Tab

# Nobody but a person can answer the browser's own question, so it is only noted.
NOTE = """
globalThis.asked = 0;
globalThis.answer = "accepted";
BeforeInstallPromptEvent.prototype.prompt = async () => {
  asked += 1;
  return { outcome: answer };
};
"""

SIZES = """
async (icons) => {
  const sizes = [];
  for (const { src, type } of icons) {
    const answer = await fetch(src);
    const given = answer.headers.get("Content-Type");
    if (!answer.ok || given !== type) throw new Error(`${src}: ${answer.status} ${given}`);
    const image = new Image();
    image.src = src;
    await image.decode();
    sizes.push(type === "image/svg+xml" ? "any" : `${image.naturalWidth}x${image.naturalHeight}`);
  }
  return sizes;
}
"""

SCREENS: dict[str, dict[str, Any]] = {
    "desktop": {"viewport": {"width": 1000, "height": 640}},
    "phone": PHONE,
}

Open = Callable[..., Tab]


@pytest.fixture
def profile(driver: Playwright, tmp_path: Path) -> Iterator[Open]:
    """Opens the first tab of a profile that is kept; in others nothing can be installed."""
    contexts: list[BrowserContext] = []

    def make(**options: Any) -> Tab:
        context = driver.chromium.launch_persistent_context(
            tmp_path / "profile", executable_path=find(), args=FLAGS, **options
        )
        contexts.append(context)
        context.add_init_script(NOTE)
        return Tab(context.new_page())

    yield make
    for context in contexts:
        context.close()


def test_the_browser_has_no_objection(server: ServerProcess, profile: Open) -> None:
    """Manifest, icons and worker are as browsers want them."""
    tab = profile()
    tab.log_in(server.login_link)
    worker = tab.page.evaluate("navigator.serviceWorker.ready.then(({ scope }) => scope)")
    assert worker == server.url
    tab.page.reload()
    tab.wait_state("live")
    controller = "navigator.serviceWorker.controller?.scriptURL"
    assert tab.page.evaluate(controller) == f"{server.url}worker.js"
    answer = tab.cdp.send("Page.getAppManifest")
    assert answer["errors"] == []
    assert tab.cdp.send("Page.getInstallabilityErrors")["installabilityErrors"] == []
    manifest = tab.page.evaluate("fetch('/app.webmanifest').then((answer) => answer.json())")
    icons = manifest["icons"]
    assert tab.page.evaluate(SIZES, icons) == [icon["sizes"] for icon in icons]
    assert {"any", "192x192", "512x512"} <= {icon["sizes"] for icon in icons}
    assert [icon["sizes"] for icon in icons if icon.get("purpose") == "maskable"] == ["512x512"]
    touch = tab.page.get_attribute("link[rel=apple-touch-icon]", "href")
    assert tab.page.evaluate(SIZES, [{"src": touch, "type": "image/png"}]) == ["180x180"]
    assert tab.problems == []


@pytest.mark.parametrize("screen", SCREENS)
def test_it_is_offered_and_installed(screen: str, server: ServerProcess, profile: Open) -> None:
    """In the menu and among the commands, as long as it is of use."""
    tab = profile(**SCREENS[screen])
    page = tab.page
    tab.log_in(server.login_link)
    page.click("#menu")
    item = page.locator(".sheet").get_by_role("button", name="Install as an app")
    expect(item).to_be_visible()
    item.scroll_into_view_if_needed()
    assert violations(page) == []
    item.click()
    page.wait_for_function("asked === 1")
    tab.run("echo o''n", "^on$")  # the terminal has the keyboard again
    tab.cdp.send("PWA.install", {"manifestId": server.url})
    page.evaluate("dispatchEvent(new Event('appinstalled'))")
    expect(page.locator(".notice.good")).to_contain_text("Installed")
    page.click("#menu")
    expect(page.locator(".sheet")).to_be_visible()
    expect(item).to_have_count(0)
    settings = {"manifestId": server.url, "displayMode": "standalone"}
    tab.cdp.send("PWA.changeAppUserSettings", settings)
    with page.context.expect_page() as opened:
        tab.cdp.send("PWA.launch", {"manifestId": server.url})
    app = opened.value
    app.wait_for_selector("html[data-state=live]", state="attached")
    assert app.evaluate("matchMedia('(display-mode: standalone)').matches")


def test_who_says_no_is_not_asked_again_at_once(server: ServerProcess, profile: Open) -> None:
    """Nor has anything else changed; the browser decides when it may be offered again."""
    tab = profile()
    page = tab.page
    tab.log_in(server.login_link)
    page.evaluate("answer = 'dismissed'")
    option = page.get_by_role("option", name="Install as an app")
    page.keyboard.press("Control+F1")
    expect(option).to_be_visible()
    page.keyboard.type("install")
    page.keyboard.press("Enter")
    page.wait_for_function("asked === 1")
    page.keyboard.press("Control+F1")
    expect(page.get_by_role("option").first).to_be_visible()
    expect(option).to_have_count(0)
    page.evaluate(
        "dispatchEvent(new BeforeInstallPromptEvent('beforeinstallprompt', { cancelable: true }))"
    )
    expect(option).to_be_visible()

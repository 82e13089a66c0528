"""What keys mean on other systems, and a screen as large as they come."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.browser.conftest import NewTab
from tests.browser.process import ServerProcess
from tests.browser.tab import Tab

# The page only looks at what the browser says of its system.
ON = """
Object.defineProperty(Navigator.prototype, "platform", {{ get: () => "{platform}" }});
Object.defineProperty(Navigator.prototype, "userAgentData", {{
  get: () => ({{ platform: "{system}", mobile: false, brands: [] }}),
}});
"""
SELECT = """
(word) => {
  const { buffer } = tornterm.terminal;
  for (let row = buffer.active.length - 1; row >= 0; row -= 1) {
    const column = buffer.active.getLine(row).translateToString().indexOf(word);
    if (column >= 0) return tornterm.terminal.select(column, row, word.length);
  }
  throw new Error(`no ${word}`);
}
"""
CLIPBOARD = "navigator.clipboard.readText()"
COPIED = ".notice.good >> text=Copied"


def on(system: str, platform: str, tab: Tab, address: str) -> Page:
    """Open a page that believes to be on another system, in a new session."""
    tab.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    tab.page.add_init_script(ON.format(system=system, platform=platform))
    tab.open(address)
    tab.wait_state("live")
    return tab.page


def press_with_command(tab: Tab, letter: str, *commands: str) -> None:
    """Command and a letter; the browser of a Mac does its editing commands by itself."""
    browser = tab.page.context.new_cdp_session(tab.page)
    key = {"modifiers": 4, "key": letter, "code": f"Key{letter.upper()}"}
    key["windowsVirtualKeyCode"] = ord(letter.upper())
    browser.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", "commands": commands, **key})
    browser.send("Input.dispatchKeyEvent", {"type": "keyUp", **key})


def test_the_clipboards_keys_are_those_of_the_system(
    server: ServerProcess, new_tab: NewTab
) -> None:
    """On a Mac they go with Command and Control is the program's; on Windows Control does both."""
    mac = new_tab()
    page = on("macOS", "MacIntel", mac, server.login_link)
    mac.run("echo from-''mac", r"^from-mac$")
    page.evaluate(SELECT, "from-mac")
    press_with_command(mac, "c", "copy")
    page.wait_for_selector(COPIED)
    assert page.evaluate(CLIPBOARD) == "from-mac"
    mac.type("echo pasted:")
    press_with_command(mac, "v", "paste")
    mac.wait_text(r"echo pasted:from-mac$")
    mac.type("\n")
    mac.run("echo beg''un; sleep 1000", r"^begun$")
    page.evaluate(SELECT, "begun")
    page.keyboard.press("Control+c")
    mac.wait_text(r"\^C\n\$ ")
    assert page.evaluate(CLIPBOARD) == "from-mac", "Control and C is no copy on a Mac"

    windows = new_tab(beside=mac)
    page = on("Windows", "Win32", windows, server.url)
    windows.run("echo from-''windows; sleep 1000", r"^from-windows$")
    page.evaluate(SELECT, "from-windows")
    page.keyboard.press("Control+c")
    page.wait_for_selector(COPIED)
    assert page.evaluate(CLIPBOARD) == "from-windows"
    assert page.evaluate("tornterm.terminal.getSelection()") == ""
    page.keyboard.press("Control+c")
    windows.wait_text(r"\^C\n\$ ")
    windows.type("echo pasted:")
    page.keyboard.press("Control+v")
    windows.wait_text(r"echo pasted:from-windows$")


def test_a_screen_of_4k_is_filled_and_usable(server: ServerProcess, new_tab: NewTab) -> None:
    """The program knows its size, letters can be read, and nothing else is far away or tiny."""
    # Each step draws eight million pixels without a graphics card, so they are few.
    tab = new_tab(viewport={"width": 3840, "height": 2160})
    tab.log_in(server.login_link)
    cols, rows = tab.size
    assert cols > 250
    assert rows > 60
    screen = tab.page.locator(".xterm-screen").bounding_box()
    stage = tab.page.locator(".stage").bounding_box()
    assert screen is not None
    assert stage is not None
    assert stage["width"] == 3840
    assert screen["width"] > 3840 - 60, "not a column is left over"
    assert screen["height"] > stage["height"] - 60
    assert screen["height"] / rows >= 18
    tab.run("stty size", rf"^{rows} {cols}$")
    tab.page.click("#menu")
    menu = tab.page.locator(".sheet").bounding_box()
    assert menu is not None
    assert menu["x"] + menu["width"] <= 3840
    letters = "parseFloat(getComputedStyle(document.querySelector('.sheet .item')).fontSize)"
    assert tab.page.evaluate(letters) >= 18

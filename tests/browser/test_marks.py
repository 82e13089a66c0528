"""Commands that the shell marks, and words for a person who looks elsewhere."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.tab import Tab

DOCS = (Path(__file__).parents[2] / "docs" / "page.md").read_text()
# A shell that marks its prompts, as the documentation has it.
MARKS = re.findall(r"```bash\n(PS0=.*?)```", DOCS, re.S)[0]

TOP = """
() => {
  const buffer = tornterm.terminal.buffer.active;
  return buffer.getLine(buffer.viewportY).translateToString(true);
}
"""
SYSTEM = """
window.told = [];
window.Notification = class {
  static permission = "default";
  static requestPermission = async () => (window.Notification.permission = "granted");
  constructor(title, { body }) { window.told.push(body); }
};
"""
HIDE = """
(hidden) => {
  Object.defineProperty(document, "hidden", { get: () => hidden, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}
"""


def mark(tab: Tab) -> None:
    """Have the shell mark its prompts."""
    for line in MARKS.strip().splitlines():
        tab.type(f"{line}\n")
    tab.run("clear; echo rea''dy", r"^ready$")


def test_the_keys_jump_between_prompts(tab: Tab) -> None:
    """To the one before, the one after, and the one that failed; each mark tells how it went."""
    mark(tab)
    for command, done in (("seq 150", "150"), ("ls /mis''sing; seq 151; false", "151")):
        tab.run(command, rf"^{done}\n.*\$ $")
    tab.run("seq 152", r"^152\n.*\$ $")
    tab.page.keyboard.press("Control+Shift+ArrowUp")
    assert tab.page.evaluate(TOP).endswith("$ seq 152")
    tab.page.keyboard.press("Control+Shift+ArrowUp")
    tab.page.keyboard.press("Control+Shift+ArrowUp")
    assert tab.page.evaluate(TOP).endswith("$ seq 150")
    expect(tab.page.locator(".mark.well").first).to_be_attached()
    tab.page.keyboard.press("Control+Shift+ArrowDown")
    assert "seq 151" in tab.page.evaluate(TOP)
    expect(tab.page.locator(".mark.badly")).to_be_attached()
    tab.page.keyboard.press("Control+Shift+ArrowDown")
    tab.page.keyboard.press("Control+Shift+P")
    tab.type("command that failed")
    tab.page.keyboard.press("Enter")
    assert "seq 151" in tab.page.evaluate(TOP)
    expect(tab.page.get_by_text("failed with 1")).to_be_attached()


def test_the_output_of_the_last_command_is_copied(tab: Tab) -> None:
    """Without the prompt and without the command."""
    tab.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    mark(tab)
    tab.run("printf 'o''ne\\nt''wo\\n'", r"^two\n.*\$ $")
    tab.page.keyboard.press("Control+Shift+P")
    tab.type("last command printed")
    tab.page.keyboard.press("Enter")
    expect(tab.page.locator(".notice", has_text="Copied")).to_be_visible()
    assert tab.page.evaluate("navigator.clipboard.readText()") == "one\ntwo"


def test_who_looks_elsewhere_is_told_by_the_system(tab: Tab) -> None:
    """Of a bell, and of a command that took its time; the title says so until one looks."""
    tab.page.add_init_script(SYSTEM)
    tab.page.reload()
    tab.wait_state("live")
    mark(tab)
    tab.page.keyboard.press("Control+,")
    tab.page.click("text=Tell me of bells")
    tab.page.keyboard.press("Escape")
    tab.run("echo wai''ting; read x; (exit 3)", r"^waiting$")
    tab.page.evaluate("Date.now = (now => () => now() + 600_000)(Date.now)")
    tab.page.evaluate(HIDE, True)
    tab.type("\n")
    tab.run("printf '\\a'; echo ra''ng", r"^rang$")
    assert tab.page.evaluate("told") == [
        "Failed (3) after 11 minutes: echo wai''ting; read x; (exit 3)",
        "A bell rang.",
    ]
    assert tab.page.title().startswith("\u25cf ")
    tab.page.evaluate(HIDE, False)
    expect(tab.page).not_to_have_title(re.compile("\u25cf"))


def test_a_bell_is_seen(tab: Tab) -> None:
    """For a moment, around the terminal."""
    tab.page.evaluate(
        """() => {
          window.rang = new Promise((seen, missed) => {
            setTimeout(() => missed(new Error("no bell was seen")), 30000);
            const stage = document.querySelector(".stage");
            new MutationObserver(() => stage.classList.contains("ringing") && seen(true))
              .observe(stage, { attributes: true });
          });
        }"""
    )
    tab.run("printf '\\a'; echo ra''ng", r"^rang$")
    assert tab.page.evaluate("rang")
    expect(tab.page.locator(".stage.ringing")).to_have_count(0)

"""The palette of commands, and the shortcuts that need no palette."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect

from tests.browser.tab import Tab


def test_a_command_is_found_by_typing_and_done_by_enter(tab: Tab) -> None:
    """The palette narrows while one types, the arrows choose, and the shell gets none of it."""
    size = tab.page.evaluate("tornterm.terminal.options.fontSize")
    tab.page.keyboard.press("Control+Shift+P")
    dialog = tab.page.get_by_role("dialog", name="All commands")
    options = dialog.get_by_role("option")
    expect(options.first).to_be_visible()
    assert options.count() > 10
    tab.type("letters")
    expect(options).to_have_count(3)
    tab.page.keyboard.press("ArrowDown")
    chosen = dialog.locator("[aria-selected=true]")
    expect(chosen).to_contain_text("Smaller letters")
    expect(chosen.locator("kbd")).to_have_text("Ctrl+Shift+,")
    tab.page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    assert tab.page.evaluate("tornterm.terminal.options.fontSize") == size - 1
    tab.run("echo no''thing", r"^nothing$")
    assert "letters" not in tab.text()


def test_a_command_that_nobody_knows_is_said_to_be_unknown(tab: Tab) -> None:
    """Enter then does nothing, and Escape leads back to the terminal."""
    tab.page.keyboard.press("Control+F1")
    tab.type("xyzzy")
    expect(tab.page.locator(".commands [role=status]")).to_contain_text("No command")
    tab.page.keyboard.press("Enter")
    tab.page.keyboard.press("Escape")
    expect(tab.page.get_by_role("dialog")).to_have_count(0)
    tab.run("echo ba''ck", r"^back$")


def test_the_whole_screen(tab: Tab) -> None:
    """One key fills the screen with the page and another press gives it back."""
    for filled in ("true", "false"):
        tab.page.evaluate(
            """() => {
              window.turned = new Promise((done, failed) => {
                setTimeout(() => failed(new Error("nothing turned")), 30000);
                document.addEventListener("fullscreenchange",
                  () => done(String(document.fullscreenElement !== null)), { once: true });
              });
            }"""
        )
        tab.page.keyboard.press("Shift+F11")
        assert tab.page.evaluate("turned") == filled


def test_the_menu_names_the_shortcuts(tab: Tab) -> None:
    """What the menu offers is done there, too, and its shortcut stands beside it."""
    tab.page.click("#menu")
    expect(tab.page.locator(".sheet .item", has_text="Search in the terminal")).to_contain_text(
        "Ctrl+Shift+F"
    )
    tab.page.click(".sheet >> text=All commands")
    expect(tab.page.get_by_role("combobox")).to_be_focused()


def test_the_documentation_names_every_shortcut(tab: Tab) -> None:
    """No key does something that one cannot read about."""
    page = (Path(__file__).parents[2] / "docs" / "page.md").read_text()
    table = page.partition("| keys |")[2].partition("\n\n")[0]
    tab.page.keyboard.press("Control+Shift+P")
    keys = tab.page.locator(".commands kbd").all_inner_texts()
    assert len(keys) > 5
    assert [key for line in keys for key in line.split(", ") if key not in table] == []

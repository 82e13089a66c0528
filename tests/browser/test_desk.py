"""Several terminals in one window: tabs, splits, and a layout that is there again."""

from __future__ import annotations

from playwright.sync_api import Locator, expect

from tests.browser.axe import violations
from tests.browser.tab import Tab

COLS = "tornterm.terminal.cols"
NARROWER = """
(cols) => new Promise((resolve, reject) => {
  const { terminal } = tornterm;
  const look = () => terminal.cols < cols && resolve(terminal.cols);
  setTimeout(() => reject(new Error(`still ${terminal.cols} columns`)), 30000);
  terminal.onResize(look);
  look();
})
"""


def split(tab: Tab, keys: str) -> None:
    """Open another terminal by a key, and be in it."""
    before = tab.page.evaluate("tornterm.state().session")
    tab.page.keyboard.press(keys)
    tab.page.wait_for_url(lambda url: not url.endswith(before))
    tab.wait_state("live")
    tab.wait_text(r"^\$ ")


def command(tab: Tab, name: str) -> None:
    """Do something by its name."""
    tab.page.keyboard.press("Control+Shift+P")
    tab.page.keyboard.type(name)
    tab.page.keyboard.press("Enter")


def panes(tab: Tab) -> Locator:
    """The terminals that are in sight."""
    return tab.page.locator(".pane:visible")


def middle(element: Locator) -> tuple[float, float]:
    """Where one points at it, aside from other borders that meet it."""
    box = element.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 4


def test_terminals_beside_and_below_each_other(tab: Tab) -> None:
    """Each has its session and its size; the keyboard moves between them and their borders."""
    tab.run("echo the-''first", r"^the-first$")
    first, cols = tab.session, tab.page.evaluate(COLS)
    split(tab, "Control+Shift+E")
    tab.run("echo the-''second", r"^the-second$")
    assert tab.page.evaluate(COLS) < cols * 0.6
    split(tab, "Control+Shift+O")
    tab.run("echo the-''third", r"^the-third$")
    expect(panes(tab)).to_have_count(3)
    assert violations(tab.page) == []
    tab.page.keyboard.press("Alt+Shift+ArrowUp")
    tab.run("echo up''per", r"^the-second\n.*\nupper$")
    tab.page.keyboard.press("Alt+Shift+ArrowLeft")
    tab.run("echo le''ft", r"^the-first\n.*\nleft$")
    assert tab.session == first
    cols = tab.page.evaluate(COLS)
    border = tab.page.get_by_role("separator").first
    border.focus()
    at = middle(border)
    for _ in range(4):
        tab.page.keyboard.press("ArrowLeft")
    expect(border).to_have_attribute("aria-valuenow", "34")
    moved = middle(border)
    assert moved[0] < at[0] - 100
    tab.page.mouse.move(*moved)
    tab.page.mouse.down()
    tab.page.mouse.move(moved[0] - 60, moved[1], steps=3)
    tab.page.mouse.up()
    expect(border).to_have_attribute("aria-valuenow", "28")
    panes(tab).first.locator(".xterm-screen").click()
    tab.page.evaluate(NARROWER, cols // 1.5)
    shown = [pane.bounding_box() for pane in panes(tab).all()]
    tab.page.reload()
    tab.wait_state("live")
    expect(panes(tab)).to_have_count(3)
    tab.wait_text(r"^left$")
    assert [pane.bounding_box() for pane in panes(tab).all()] == shown
    tab.page.keyboard.press("Alt+Shift+ArrowRight")
    tab.wait_text(r"^the-(second|third)$")


def test_tabs_are_opened_moved_and_closed(tab: Tab) -> None:
    """What is in a tab that is not shown goes on; what is closed waits in the list."""
    tab.run("read -p 'wait''ing ' x; echo got-$x", r"^waiting $")
    first = tab.session
    split(tab, "Alt+Shift+T")
    tab.run("echo in-''second", r"^in-second$")
    second = tab.session
    tabs = tab.page.get_by_role("navigation", name="Tabs").locator("li")
    expect(tabs).to_have_count(2)
    tab.page.keyboard.press("Alt+Shift+PageUp")
    tab.page.wait_for_url(f"**/s/{first}")
    tab.type("it\n")
    tab.wait_text(r"^got-it$")
    tabs.nth(0).drag_to(tabs.nth(1))
    expect(tabs.nth(1).locator(".name")).to_have_attribute("aria-current", "true")
    tab.page.reload()
    expect(tabs).to_have_count(2)
    tab.wait_state("live")
    assert tab.session == first
    expect(tabs.nth(1).locator(".name")).to_have_attribute("aria-current", "true")
    tabs.nth(0).locator(".name").click()
    tab.page.wait_for_url(f"**/s/{second}")
    tab.wait_state("live")
    tab.wait_text(r"^in-second$")
    tab.page.keyboard.press("Alt+Shift+W")
    expect(tabs).to_have_count(0)
    tab.run("echo alo''ne", r"^got-it\n.*\nalone$")
    tab.page.click("#menu")
    expect(tab.page.locator(f".sheet a[href$='{second}']")).to_contain_text("waiting")


def test_terminals_move_between_tabs_and_splits(tab: Tab) -> None:
    """A tab is dropped on a side of a terminal; by keyboard all of it goes, too, and is kept."""
    tab.run("echo the-''first", r"^the-first$")
    first = tab.session
    split(tab, "Alt+Shift+T")
    tab.run("echo the-''second", r"^the-second$")
    tabs = tab.page.get_by_role("navigation", name="Tabs").locator("li")
    box = panes(tab).bounding_box()
    assert box is not None
    below = {"x": box["width"] / 2, "y": box["height"] - 20}
    tabs.nth(0).drag_to(panes(tab), target_position=below)
    expect(tabs).to_have_count(0)
    expect(panes(tab)).to_have_count(2)
    tab.page.wait_for_url(f"**/s/{first}")
    tab.run("echo be''low", r"^the-first\n.*\nbelow$")
    tab.page.keyboard.press("Alt+Shift+ArrowUp")
    tab.wait_text(r"^the-second$")
    command(tab, "Move this terminal down")
    tab.page.keyboard.press("Alt+Shift+ArrowUp")
    tab.wait_text(r"^below$")
    command(tab, "Move this terminal to a tab of its own")
    expect(tabs).to_have_count(2)
    expect(tabs.nth(1).locator(".name")).to_have_attribute("aria-current", "true")
    tab.run("echo alo''ne", r"^below\n.*\nalone$")
    command(tab, "Move this tab's terminals into the tab beside it")
    expect(tabs).to_have_count(0)
    tab.page.reload()
    tab.wait_state("live")
    expect(panes(tab)).to_have_count(2)
    left, right = (pane.bounding_box() for pane in panes(tab).all())
    assert left is not None
    assert right is not None
    assert left["y"] == right["y"]


def test_terminals_are_dragged_by_their_grips(tab: Tab) -> None:
    """To another side of a neighbour, and to a tab of their own."""
    tab.run("echo the-''first", r"^the-first$")
    split(tab, "Control+Shift+E")
    tab.run("echo the-''second", r"^the-second$")
    first, second = panes(tab).nth(0), panes(tab).nth(1)
    box = first.bounding_box()
    assert box is not None
    second.hover()
    bottom = {"x": box["width"] / 2, "y": box["height"] - 20}
    second.locator(".grip").drag_to(first, target_position=bottom)
    tab.page.wait_for_function(
        "() => { const [a, b] = [...document.querySelectorAll('.pane')];"
        " return a.offsetLeft === b.offsetLeft && a.offsetTop < b.offsetTop; }"
    )
    tab.wait_text(r"^the-second$")
    tabs = tab.page.get_by_role("navigation", name="Tabs").locator("li")
    expect(tabs).to_have_count(0)
    second.hover()
    grip = second.locator(".grip").bounding_box()
    assert grip is not None
    tab.page.mouse.move(*middle(second.locator(".grip")))
    tab.page.mouse.down()
    tab.page.mouse.move(grip["x"], grip["y"] + 60, steps=4)
    zone = tab.page.locator(".zone")
    expect(zone).to_be_visible()
    tab.page.mouse.move(*middle(zone), steps=4)
    tab.page.mouse.up()
    expect(tabs).to_have_count(2)
    expect(zone).to_have_count(0)
    expect(panes(tab)).to_have_count(1)
    tab.run("echo alo''ne", r"^the-second\n.*\nalone$")


def test_one_of_several_ends(tab: Tab) -> None:
    """Its place can be used for a new session, or closed; the others do not notice."""
    tab.run("echo the-''first", r"^the-first$")
    for wish in ("New session", "Close"):
        split(tab, "Control+Shift+E")
        tab.type("exit\n")
        tab.wait_state("ended")
        panes(tab).nth(1).get_by_role("button", name=wish).click()
        if wish == "New session":
            tab.wait_state("live")
            tab.run("echo ag''ain", r"^again$")
            tab.page.keyboard.press("Alt+Shift+W")
        expect(panes(tab)).to_have_count(1)
        tab.run("clear; echo the-''other", r"^the-other$")

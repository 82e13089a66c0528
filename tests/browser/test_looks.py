"""Colours and letters: what a person chooses is kept in the browser, for all of its windows."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.axe import violations
from tests.browser.conftest import NewTab
from tests.browser.tab import Tab

pytestmark = pytest.mark.webgl

BACKGROUND = "tornterm.terminal.options.theme.background"
FONT_SIZE = "tornterm.terminal.options.fontSize"
JOINED = """
(text) => new Promise((resolve, reject) => {
  const { terminal } = tornterm;
  const { _characterJoinerService: joiner } = terminal._core;
  const end = performance.now() + 30000;
  const look = () => {
    const { active } = terminal.buffer;
    for (let row = 0; row < active.length; row += 1) {
      if (active.getLine(row).translateToString(true) !== text) continue;
      if (joiner.getJoinedCharacters(row).length > 0) return resolve();
    }
    if (performance.now() > end) reject(new Error("nothing is joined"));
    else requestAnimationFrame(look);
  };
  look();
})
"""
PAGE = "getComputedStyle(document.querySelector('.bar')).backgroundColor"


def test_a_theme_is_chosen_kept_and_known_to_other_windows(tab: Tab, new_tab: NewTab) -> None:
    """It paints terminal and page at once, here and in the window beside, and after a reload."""
    second = new_tab(beside=tab)
    second.open(tab.page.url)
    second.wait_state("live")
    tab.page.keyboard.press("Control+,")
    for name, background, page in (
        ("dracula", "#282a36", "dark"),
        ("solarized-light", "#fdf6e3", "light"),
        ("contrast", "#000000", "contrast"),
    ):
        tab.page.select_option("select[name=theme]", name)
        assert tab.page.evaluate(BACKGROUND) == background
        for window in (tab, second):
            window.page.wait_for_selector(f"html[data-theme={page}]", state="attached")
    assert second.page.evaluate(BACKGROUND) == "#000000"
    assert tab.page.evaluate(PAGE) == "rgb(0, 0, 0)"
    tab.page.reload()
    tab.wait_state("live")
    assert tab.page.evaluate(BACKGROUND) == "#000000"
    tab.page.keyboard.press("Control+,")
    tab.page.click("text=Forget my choices")
    expect(tab.page.locator("html[data-theme]")).to_have_count(0)


def test_the_well_known_palettes(tab: Tab) -> None:
    """Each paints the ground that it is known by, and programs' colours with it."""
    tab.page.keyboard.press("Control+,")
    reds = set()
    for name, ground in (
        ("solarized-dark", "#002b36"),
        ("dracula", "#282a36"),
        ("nord", "#2e3440"),
        ("gruvbox", "#282828"),
        ("monokai", "#272822"),
    ):
        tab.page.select_option("select[name=theme]", name)
        assert tab.page.evaluate(BACKGROUND) == ground
        reds.add(tab.page.evaluate("tornterm.terminal.options.theme.red"))
    assert len(reds) == 5


def test_the_system_chooses_where_nobody_has(tab: Tab) -> None:
    """Light, dark and high contrast follow the system while the page is open."""
    page = tab.page.locator("html")
    tab.page.emulate_media(color_scheme="light")
    expect(page).to_have_css("--ground", "#fbfcfd")
    tab.page.emulate_media(color_scheme="dark")
    expect(page).to_have_css("--ground", "#0e1318")
    tab.page.emulate_media(contrast="more")
    expect(page).to_have_css("--ground", "#000000")
    assert tab.page.evaluate(BACKGROUND) == "#000000"
    tab.page.emulate_media(color_scheme="light")
    expect(page).to_have_css("--ground", "#ffffff")


def test_larger_letters_make_a_smaller_terminal(tab: Tab) -> None:
    """The program hears of the new size, and the letters are as large after a reload."""
    size = tab.page.evaluate(FONT_SIZE)
    cols, _ = tab.size
    for _ in range(6):
        tab.page.keyboard.press("Control+Shift+Period")
    assert tab.page.evaluate(FONT_SIZE) == size + 6
    tab.run("for i in $(seq 300); do stty size; sleep 0.1; done | uniq", rf" (?!{cols}$)\d+$")
    tab.page.keyboard.press("Control+C")
    tab.page.reload()
    tab.wait_state("live")
    assert tab.page.evaluate(FONT_SIZE) == size + 6
    tab.page.keyboard.press("Control+,")
    box = tab.page.get_by_label("Size of letters, in pixels")
    expect(box).to_have_value(str(size + 6))
    box.fill("4")
    box.press("Tab")
    assert tab.page.evaluate(FONT_SIZE) == size + 6, "nobody could read that"
    box.fill("12")
    box.press("Tab")
    assert tab.page.evaluate(FONT_SIZE) == 12


WANTING = """
(select) => {
  const width = select.offsetWidth;
  select.style.width = "max-content";
  return select.offsetWidth - width;
}
"""


@pytest.mark.parametrize("language", ["en", "de", "fr"])
def test_no_choice_in_the_settings_is_cut_off(language: str, tab: Tab) -> None:
    """Each has room for the longest words that it may show."""
    tab.page.keyboard.press("Control+,")
    tab.page.select_option("select[name=language]", language)
    expect(tab.page.locator("html")).to_have_attribute("lang", language)
    for select in tab.page.locator(".settings select").all():
        assert select.evaluate(WANTING) <= 0, select.get_attribute("name")


def test_a_palette_of_ones_own_and_ligatures(tab: Tab) -> None:
    """Pasted as another terminal keeps it; what is missing or hard to read is said."""
    tab.run("echo 'a =''> b'", r"^a => b$")
    tab.page.keyboard.press("Control+,")
    tab.page.select_option("select[name=theme]", "own")
    box = tab.page.get_by_label("Colours, as another terminal keeps them")
    words = tab.page.locator("#own-words")
    some = [f"color{at} #f{at:x}f0{at:x}0" for at in range(15)]
    lines = ["background #101010", "foreground #222222", *some]
    box.fill("\n".join(lines))
    expect(words).to_have_text("Not found in it: brightwhite")
    assert violations(tab.page) == []
    box.fill("\n".join([*lines, "color15 #ffffff"]))
    expect(words).to_have_text("Hard to read on this background: foreground")
    assert tab.page.evaluate(BACKGROUND) == "#101010"
    expect(tab.page.locator("html")).to_have_attribute("data-theme", "dark")
    tab.page.get_by_label("Draw signs such as =>").check()
    tab.page.keyboard.press("Escape")
    tab.page.evaluate(JOINED, "a => b")
    tab.page.reload()
    tab.wait_state("live")
    assert tab.page.evaluate(BACKGROUND) == "#101010"
    tab.page.evaluate(JOINED, "a => b")


def test_no_style_that_others_bring_in_counts(tab: Tab) -> None:
    """The policy refuses what is written into the page, and the browser says so."""
    tab.page.evaluate(
        """() => {
          const style = document.createElement("style");
          style.textContent = ".bar { display: none }";
          document.head.append(style);
        }"""
    )
    expect(tab.page.locator(".bar")).to_be_visible()
    assert any("Content Security Policy" in problem for problem in tab.problems)
    tab.problems.clear()

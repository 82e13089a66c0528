"""The administration page: full tables, ending, watching; by keyboard, on a phone, to a reader."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import violations_in_all_looks
from tests.browser.conftest import NewTab
from tests.browser.crowded import SCREENS, Table
from tests.browser.process import ServerProcess, serving
from tests.browser.recordings import recording
from tests.browser.tab import Tab

VIEWS = ("sessions", "users", "audit", "plugins", "server")


@pytest.fixture
def crowded(tmp_path: Path) -> Iterator[ServerProcess]:
    """A server on which two thousand sessions of others seem to run."""
    plugins = '["token", "shell", "tests.browser.crowd:Crowd"]'
    with serving(tmp_path, plugins=plugins) as process:
        yield process


def administrate(server: ServerProcess, tab: Tab, view: str = "sessions") -> Page:
    """Open the page in a tab beside the owner's terminal."""
    tab.open(f"{server.url}admin#{view}")
    tab.wait_state("live")
    return tab.page


def search(page: Page, words: str) -> None:
    page.get_by_role("searchbox").fill(words)


@pytest.mark.parametrize("screen", SCREENS)
def test_thousands_of_sessions(crowded: ServerProcess, new_tab: NewTab, screen: str) -> None:
    """All can be reached, sorted and found, and what happens is there without a reload."""
    tab = new_tab(**SCREENS[screen])
    tab.log_in(crowded.login_link)
    table = Table(tab.page, crowded)
    assert table.all().first > 0


def test_the_rows_of_a_crowd(crowded: ServerProcess, new_tab: NewTab) -> None:
    """Few are drawn, by keyboard as well, and their figures change where they are."""
    tab = new_tab()
    tab.log_in(crowded.login_link)
    page = administrate(crowded, tab)
    expect(page.locator(".counted")).to_have_text("2001 sessions")
    rows = page.locator(".grid .body [role=row]")
    assert rows.count() < 100
    cell = rows.first.locator("[data-column=pick]")
    widths = cell.evaluate("(cell) => [cell.firstElementChild, cell].map((one) => one.offsetWidth)")
    assert widths[0] <= widths[1], "its box is cut off"
    search(page, f"user-000 {0:032x}")
    expect(page.locator(".counted")).to_have_text("1 of 2001 sessions")
    output = rows.first.locator("[data-column=output]")
    before = output.inner_text()
    expect(output).not_to_have_text(before)
    search(page, "")
    page.locator(".grid").focus()
    page.keyboard.press("End")
    expect(page.locator(".grid .row.at")).to_have_attribute("aria-rowindex", "2002")
    assert rows.count() < 100
    page.click("#tab-users")
    expect(page.locator(".counted")).to_have_text("301 users")


def test_ending_a_session(server: ServerProcess, tab: Tab, new_tab: NewTab) -> None:
    """After a question; the person at the terminal sees it end, and the row goes."""
    page = administrate(server, new_tab(beside=tab))
    page.locator(".grid .body [role=row]").click()
    side = page.get_by_role("complementary")
    expect(side.locator(".people")).to_contain_text("types")
    side.get_by_role("button", name="End").click()
    expect(side.get_by_role("button", name="Keep it")).to_be_focused()
    page.keyboard.press("Escape")
    expect(side.get_by_role("button", name="Keep it")).to_have_count(0)
    expect(side, "Escape answers the question alone").to_be_visible()
    side.get_by_role("button", name="End").click()
    side.get_by_role("button", name="Keep it").click()
    side.get_by_role("button", name="End").click()
    side.get_by_role("button", name="End it").click()
    tab.wait_state("ended")
    expect(page.locator(".off-screen[role=status]")).to_contain_text("has been ended")
    expect(page.locator(".counted")).to_have_text("0 sessions")
    expect(side).to_contain_text("This session has ended.")


def test_ending_several_sessions(server: ServerProcess, tab: Tab, new_tab: NewTab) -> None:
    """Those that are picked and in sight, by keyboard, after a question; the others go on."""
    others = [new_tab(beside=tab) for _ in range(2)]
    for other in others:
        other.open(server.url)
        other.wait_state("live")
    page = administrate(server, new_tab(beside=tab))
    expect(page.locator(".counted")).to_have_text("3 sessions")
    page.get_by_role("button", name="Pick all").click()
    expect(page.get_by_role("button", name="End 3 sessions")).to_be_visible()
    search(page, others[0].session)
    expect(page.get_by_role("button", name="End 1 session")).to_be_visible()
    page.get_by_role("button", name="Pick none").click()
    expect(page.get_by_role("grid")).to_be_focused()
    page.keyboard.press("Home")
    page.keyboard.press("Space")
    search(page, "")
    page.get_by_label(f"Pick {others[1].session[:8]}").check()
    for answer in ("Keep them", "End them"):
        page.get_by_role("button", name="End 2 sessions").click()
        page.get_by_role("button", name=answer).click()
    for other in others:
        other.wait_state("ended")
    expect(page.locator(".off-screen[role=status]")).to_contain_text("2 sessions have been ended.")
    expect(page.locator(".counted")).to_have_text("1 session")
    tab.run("echo still-''here", r"^still-here$")


def test_logging_somebody_out(server: ServerProcess, tab: Tab, new_tab: NewTab) -> None:
    """After a question; here the administrator themselves, whose pages say so at once."""
    page = administrate(server, new_tab(beside=tab), "users")
    page.locator(".grid .body [role=row]").click()
    page.get_by_role("button", name="Log out everywhere").click()
    page.get_by_role("button", name="Log them out").click()
    expect(page.get_by_role("alert")).to_contain_text("Your login has ended")
    tab.wait_state("login")


def test_watching_a_session(server: ServerProcess, tab: Tab, new_tab: NewTab) -> None:
    """After a question, in a tab of its own; the person at the terminal is told."""
    tab.run("echo on-the-''screen", r"^on-the-screen$")
    page = administrate(server, new_tab(beside=tab))
    page.locator(".grid .body [role=row]").click()
    side = page.get_by_role("complementary")
    side.get_by_role("button", name="Watch").click()
    with page.expect_popup() as opened:
        side.get_by_role("button", name="Watch it").click()
    watching = Tab(opened.value)
    watching.wait_state("viewer")
    watching.wait_text(r"^on-the-screen$")
    watched = tab.page.get_by_text("An administrator (owner) watches this session.")
    expect(watched).to_be_visible()
    tab.wait_state("live")
    watching.page.close()
    expect(tab.page.get_by_text("No administrator watches this session any more.")).to_be_visible()
    expect(watched).to_have_count(0)


def test_the_audit_stream(server: ServerProcess, tab: Tab, new_tab: NewTab) -> None:
    """What happens appears as it happens; filters and a pause hold it still."""
    page = administrate(server, new_tab(beside=tab), "audit")
    rows = page.locator(".grid .body [role=row]")
    expect(page.locator(".grid")).to_contain_text("session.created")
    page.get_by_label("Event").select_option("auth.*")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("auth.ok")
    page.get_by_label("Event").select_option("session.*")
    search(page, tab.session[:8])
    expect(rows).to_have_count(1)
    rows.click()
    expect(page.get_by_role("complementary")).to_contain_text(tab.session)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Pause").click()
    search(page, "")
    second = new_tab(beside=tab)
    second.open(server.url)
    second.wait_state("live")
    expect(page.locator(".counted")).to_contain_text("Paused; 1 event since")
    expect(rows).to_have_count(1)
    page.get_by_role("button", name="Go on").click()
    expect(rows).to_have_count(2)


def test_whose_events_are_shown(crowded: ServerProcess, new_tab: NewTab) -> None:
    """All users who have a session are offered, whatever was seen of them; any can be typed."""
    tab = new_tab()
    tab.log_in(crowded.login_link)
    page = administrate(crowded, tab, "audit")
    users = page.get_by_label("User")
    rows = page.locator(".grid .body [role=row]")
    expect(page.locator("#known-users option[value=user-007]")).to_be_attached()
    expect(page.locator(".grid")).to_contain_text("auth.ok")
    users.press_sequentially("own")
    expect(rows.first, "nobody is called that, but it may become a name").to_be_visible()
    users.press_sequentially("er")
    expect(rows.first).to_contain_text("owner")
    users.fill("nobody-yet")
    expect(rows.first).to_contain_text("owner")
    users.press("Enter")
    expect(rows).to_have_text(["Nothing fits what is searched for."])
    users.fill("")
    expect(rows.first).to_contain_text("owner")


def test_reloading_the_configuration(
    server: ServerProcess, new_tab: NewTab, tmp_path: Path
) -> None:
    """The page says what needs a restart, or what is wrong."""
    tab = new_tab()
    tab.log_in(server.login_link)
    page = administrate(server, tab, "server")
    config = tmp_path / "config.toml"
    text = config.read_text()
    for changed, said in (
        (text.replace("port = 0", "port = 1"), "[server] port"),
        (text + "\n[sessions]\nmax = 'many'\n", "max"),
    ):
        config.write_text(changed)
        page.get_by_role("button", name="Reload the configuration").click()
        page.get_by_role("button", name="Reload it").click()
        expect(page.get_by_role("alert")).to_contain_text(said)
        page.get_by_role("button", name="Reload the configuration").click()
        page.get_by_role("button", name="Not now").click()
    page.click("#tab-plugins")
    expect(page.locator(".plugins")).to_contain_text("policy")
    page.locator(".plugins li", has_text="shell").get_by_text("hooks").click()
    expect(page.get_by_role("rowheader", name="tornterm_spawn")).to_be_visible()


def test_the_last_hour(server: ServerProcess, tab: Tab, new_tab: NewTab) -> None:
    """Sessions, output, delay and memory, each as a line and in words, with what is new."""
    page = administrate(server, new_tab(beside=tab), "server")
    charts = page.locator(".chart")
    expect(charts).to_have_count(4)
    expect(charts.locator("polyline")).to_have_count(4)  # of two samples at least
    for name in ("Sessions", "Output", "Event loop delay", "Memory"):
        expect(page.get_by_role("img", name=f"{name} in the last hour")).to_be_visible()
    said = page.get_by_role("img", name="Sessions in the last hour")
    expect(said).to_have_attribute("aria-label", "Sessions in the last hour: now 1, at most 1.")


def test_by_keyboard_alone(crowded: ServerProcess, new_tab: NewTab) -> None:
    """From the views into the table, to a row, to its details, and back."""
    tab = new_tab()
    tab.log_in(crowded.login_link)
    page = administrate(crowded, tab)
    press = page.keyboard.press
    page.locator("#tab-sessions").focus()
    press("ArrowRight")
    expect(page.locator("#tab-users")).to_be_focused()
    expect(page.locator("#tab-users")).to_have_attribute("aria-selected", "true")
    press("ArrowLeft")
    expect(page.locator("#tab-sessions")).to_be_focused()
    press("Tab")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("user-007 job")
    expect(page.locator(".counted")).to_have_text("7 of 2001 sessions")
    press("Tab")
    expect(page.get_by_role("button", name="Pick all")).to_be_focused()
    press("Tab")
    expect(page.get_by_role("grid")).to_be_focused()
    active = page.locator(".grid .row.at")
    expect(active).to_contain_text("job 0007")
    press("Enter")
    side = page.get_by_role("complementary")
    expect(side).to_be_focused()
    expect(side).to_contain_text("user-007")
    side.get_by_role("button", name="Watch").press("Enter")
    expect(side.get_by_role("button", name="Not now")).to_be_focused()
    press("Enter")
    expect(side).to_be_focused()
    press("Escape")
    expect(side).to_have_count(0)
    expect(page.get_by_role("grid")).to_be_focused()


def test_on_a_phone(crowded: ServerProcess, new_tab: NewTab) -> None:
    """Nothing is wider than the screen, and details cover the table until they are closed."""
    tab = new_tab(viewport={"width": 360, "height": 640}, has_touch=True)
    tab.log_in(crowded.login_link)
    page = administrate(crowded, tab)
    row = page.locator(".grid .body [role=row]", has_text="job 0003")
    for view in VIEWS:
        page.click(f"#tab-{view}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, view
    page.click("#tab-sessions")
    row.tap()
    side = page.get_by_role("complementary")
    expect(side).to_contain_text("user-003")
    box = side.bounding_box()
    assert box is not None
    assert (box["x"], box["width"]) == (0, 360)
    side.get_by_role("button", name="Close").tap()
    expect(row).to_be_visible()


def test_accessibility(tmp_path: Path, new_tab: NewTab) -> None:
    """axe-core finds nothing to object to, in any view, with details and questions or without."""
    with recording(tmp_path, "tests.browser.crowd:Crowd") as server:
        tab = new_tab()
        tab.log_in(server.login_link)
        tab.run("echo played-''back; exit", r"^played-back$")
        tab.wait_state("ended")
        page = administrate(server, tab)
        side = page.get_by_role("complementary")
        cells = page.locator(".grid .body [data-column]")
        for view in (*VIEWS, "recordings"):
            page.click(f"#tab-{view}")
            there = page.locator(".figures") if view in ("plugins", "server") else cells
            expect(there.first).to_be_visible()
            assert violations_in_all_looks(page) == [], view
        cells.first.click()
        expect(side.locator("[data-ready]")).to_be_visible()
        assert violations_in_all_looks(page) == [], "the player"
        page.click("#tab-users")
        page.locator(".grid .body [data-column=name]").first.click()
        side.get_by_role("button", name="Log out everywhere").click()
        assert violations_in_all_looks(page) == [], "a user"
        page.click("#tab-sessions")
        page.get_by_role("button", name="Pick all").click()
        page.get_by_role("button", name="End 2000 sessions").click()
        page.locator(".grid .body [data-column=title]").first.click()
        side.get_by_role("button", name="End").click()
        assert violations_in_all_looks(page) == [], "several sessions, and one"


def test_the_end_of_the_login(server: ServerProcess, tab: Tab, new_tab: NewTab) -> None:
    """The page says that it is out of date, and leads to the login and back."""
    page = administrate(server, new_tab(beside=tab))
    tab.page.click("#menu")
    tab.page.click("text=Log out")
    expect(page.get_by_role("alert")).to_contain_text("Your login has ended")
    link = page.get_by_role("link", name="Log in").get_attribute("href")
    assert link is not None
    assert "login?next=%2Fadmin" in link

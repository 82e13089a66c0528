"""The element in pages that are not ours, under policies that are not ours."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import NewTab
from tests.browser.elements import Element, add

pytestmark = pytest.mark.webgl


@pytest.fixture
def page(sites: dict[str, str], new_tab: NewTab) -> Iterator[Page]:
    """The application's page; what is in it breaks no rule of its policy."""
    page = new_tab().page
    page.goto(sites["own"])
    yield page
    assert page.evaluate("violations") == []


def test_a_terminal_under_a_strict_policy(page: Page) -> None:
    """Typed with the keyboard; state, title and exit are told once each, in the page's language."""
    element = add(page, profile="build")
    element.wait_text(r"^build\$$")
    element.do("it.focus()")
    page.keyboard.type("echo $((6*7))\n")
    element.wait_text("^42$")
    element.run(r"printf '\e]2;a name\a'", r"a name")
    element.wait_event(r'\["title",\{"title":"a name"\}\]')
    page.keyboard.type("exit 3\n")
    element.wait_event(r'\["exit",\{"exitCode":3,"signal":null')
    states = [detail["kind"] for name, detail in element.do("it.events") if name == "state"]
    assert list(dict.fromkeys(states)) == ["connecting", "live", "ended"]
    assert len([name for name, _ in element.do("it.events") if name == "exit"]) == 1
    assert element.do("it.input('x')") == "ended"
    page.evaluate("document.documentElement.lang = 'fr-CH'")
    again = page.get_by_role("button", name="Nouvelle session")
    expect(again).to_be_visible()
    element.do("it.setAttribute('lang', 'de')")
    notice = page.locator("tornterm-terminal [part=notice]")
    expect(notice).to_contain_text("Es endete mit Exit-Code 3.")
    expect(notice).to_have_attribute("lang", "de")
    assert element.do("document.documentElement.lang") == "fr-CH", "the page's own affair"
    page.get_by_role("button", name="Neue Sitzung").click()
    element.wait_state("live")
    assert element.do("it.shadowRoot.querySelector('textarea').ariaLabel").startswith(
        "Terminal. Mit"
    )
    element.run("echo $((7*8))", "^56$")


def test_the_example_of_the_documentation(sites: dict[str, str], new_tab: NewTab) -> None:
    """Runs as it stands there."""
    page = new_tab().page
    page.goto(f"{sites['own']}.docs")
    page.evaluate("() => { globalThis.terminals = [document.querySelector('tornterm-terminal')]; }")
    Element(page, 0).wait_text(r"^build\$$")


def test_it_is_drawn_without_webgl(sites: dict[str, str], new_tab: NewTab) -> None:
    """The rules that xterm.js writes pass the policy, and so do colours of programs."""
    page = new_tab().page
    page.goto(f"{sites['own']}?plain")
    element = add(page, theme="dark")
    element.run(r"printf '\e[38;2;1;200;3mgreen\e[0m\n'", "^green")
    found = page.evaluate(
        """() => new Promise((resolve) => {
          const timer = setInterval(() => {
            const rows = terminals[0].shadowRoot.querySelector(".xterm-rows");
            const span = [...(rows?.querySelectorAll("span") ?? [])].find(
              (one) => one.textContent.startsWith("green"));
            if (!span) return;
            clearInterval(timer);
            const { color, display } = getComputedStyle(span);
            resolve([color, display, getComputedStyle(rows).fontFamily.includes("monospace")]);
          }, 20);
        })"""
    )
    assert found == ["rgb(1, 200, 3)", "inline-block", True]
    assert page.evaluate("violations") == []


def test_sizes(page: Page) -> None:
    """It fits its box, has the size that it is told, and fits again; the program learns of each."""
    element = add(page)
    element.wait_state("live")
    fits = element.do("it.size")
    element.do("it.resize(40, 10)")
    element.run("stty size", "^10 40$")
    assert element.do("it.size") == {"cols": 40, "rows": 10}
    element.do("it.resize()")
    element.run("clear; stty size", f"^{fits['rows']} {fits['cols']}$")


def test_searching_and_selecting(page: Page) -> None:
    """What is found is selected, and the page hears of it."""
    element = add(page)
    element.wait_text(r"^ben\$$")  # what is typed earlier stands there twice
    element.run("echo needle; echo Needle; echo hay", "^hay$")
    assert element.do("await it.search('needle')") == 4
    element.wait_event(r'\["selection",\{"text":"[nN]eedle"\}\]')
    assert element.do("await it.search('needle', { caseSensitive: true, back: true })") == 2
    assert element.do("it.selection") == "needle"
    assert element.do("await it.search('nothing of it')") == 0


def test_themes_by_variables(page: Page) -> None:
    """Colours are the page's, now and when a class changes them."""
    element = add(page, theme="light")
    element.wait_state("live")
    light = element.computed(".stage", "backgroundColor")
    element.do("it.classList.add('forest')")
    page.wait_for_timeout(0)
    assert light == "rgb(251, 252, 253)"
    assert element.computed(".stage", "backgroundColor") == "rgb(0, 34, 0)"


def test_in_a_shadow_root(page: Page) -> None:
    """Of another element: the keyboard, the mouse and the rules reach it."""
    page.evaluate(
        """() => {
          const host = document.createElement("section");
          host.attachShadow({ mode: "open" });
          document.querySelector("main").append(host);
        }"""
    )
    element = add(page, into="section")
    element.wait_text(r"^ben\$$")
    page.mouse.click(200, 100)
    page.keyboard.type("echo in the shadow\n")
    element.wait_text("^in the shadow$")
    page.mouse.dblclick(20, 30)
    element.wait_event(r'\["selection",\{"text":"\w+')
    assert element.computed(".xterm-helper-textarea", "opacity") == "0"


def test_four_at_once(page: Page) -> None:
    """Each with its session, and with the keyboard where it is."""
    four = [add(page, profile=f"p{number}") for number in range(4)]
    for number, element in enumerate(four):
        element.wait_text(f"^p{number}\\$$")
    for number, element in enumerate(four):
        element.do("it.focus()")
        page.keyboard.type(f"echo this is {number}\n")
        element.wait_text(f"^this is {number}$")
    assert len({element.do("it.state.session") for element in four}) == 4
    for number, element in enumerate(four):
        others = {other for other in range(4) if other != number}
        assert not [other for other in others if f"this is {other}" in element.do("it.text()")]


def test_it_is_moved_removed_and_put_back(page: Page) -> None:
    """Moving it disturbs nothing; who puts it back with its session's id goes on with that."""
    element = add(page)
    element.run("here=I-was", "here=I-was")
    session = element.do("it.state.session")
    element.do("document.body.append(it)")
    element.run("echo $here-$((1+1))", "^I-was-2$")
    assert element.do("it.state.session") == session
    element.do("it.remove()")
    again = add(page, session=session)
    again.wait_state("live")
    again.run("echo $here-$((1+2))", "^I-was-3$")
    assert "I-was-2" in again.do("it.text()")


def test_another_site_with_tickets(sites: dict[str, str], new_tab: NewTab) -> None:
    """Its server says who its person is; a cut costs a ticket more, and a reload a token."""
    page = new_tab().page
    page.goto(sites["other"])
    element = add(page, ticket_src="/ticket")
    element.wait_text(r"^ann\$$")
    element.run("name=kept", "name=kept")
    session = element.do("it.state.session")
    page.evaluate("fetch('/cut', { method: 'POST' }).then(() => true)")
    element.wait_state("login")
    page.get_by_role("button", name="Try again").click()
    element.wait_state("live")
    element.run("echo $name-1", "^kept-1$")
    page.reload()
    again = add(page, ticket_src="/ticket", session=session)
    again.run("echo $name-2", "^kept-2$")
    assert page.evaluate("violations") == []


def test_a_site_whose_person_is_gone(sites: dict[str, str], new_tab: NewTab) -> None:
    """Without a ticket there is no terminal, until there is one; tickets by script work, too."""
    page = new_tab().page
    page.goto(sites["other"])
    allow = "(yes) => fetch('/ticket', { method: 'PUT', body: yes }).then(() => true)"
    page.evaluate(allow, "no")
    try:
        element = add(page, ticket_src="/ticket")
        element.wait_state("login")
        unknown = add(page, ticket_src="/ticket", session="nothing")
        unknown.wait_state("login")
    finally:
        page.evaluate(allow, "yes")
    element.do("it.reconnect()")
    element.wait_text(r"^ann\$$")
    unknown.do("it.reconnect()")
    unknown.wait_state("missing")
    element.do(
        """(it.ticketSource = async (wish) => (await fetch("/ticket", {
          method: "POST", body: JSON.stringify(wish) })).json(), it.restart())"""
    )
    element.wait_state("live")
    element.run("echo by script", "^by script$")


def test_whoever_waits_at_a_button_stays_there(sites: dict[str, str], new_tab: NewTab) -> None:
    """While the seconds to the next try are counted; and it is said to a screen reader once."""
    page = new_tab().page
    page.goto(sites["other"])
    element = add(page, ticket_src="/nothing-here")
    element.wait_state("reconnecting")
    stayed = element.do(
        """await new Promise((resolve) => {
          const within = it.shadowRoot;
          const words = within.querySelector(".notice span");
          const spoken = within.querySelector("[role=status]").textContent;
          const button = within.querySelector(".notice button");
          button.focus();
          const before = words.textContent;
          const look = () => words.textContent !== before && resolve([
            within.activeElement === button,
            within.querySelector("[role=status]").textContent === spoken,
          ]);
          new MutationObserver(look).observe(words, { childList: true, characterData: true });
        })"""
    )
    assert stayed == [True, True]


def test_the_page_of_a_host_that_logs_nobody_out(sites: dict[str, str], new_tab: NewTab) -> None:
    """Where only the application could, and has not said where, there is no "Log out"."""
    tab = new_tab()
    tab.log_in(sites["own"].replace("/page", "/term/"))
    tab.page.click("#menu")
    tab.page.wait_for_selector("text=End this session")
    assert tab.page.get_by_text("Log out").count() == 0

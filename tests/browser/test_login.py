"""Logging in by link and by form, and out again."""

from __future__ import annotations

import subprocess
from pathlib import Path

from argon2 import PasswordHasher

from tests.browser.conftest import NewTab
from tests.browser.process import TORNTERM, ServerProcess, serving
from tests.browser.tab import Tab


def test_without_a_login_the_page_is_the_login_page(server: ServerProcess, new_tab: NewTab) -> None:
    """Nobody gets a terminal by knowing the address; the page says how to log in."""
    tab = new_tab()
    tab.open(server.url)
    tab.page.wait_for_url("**/login**")
    assert "login link" in tab.page.inner_text("main")


def test_the_code_of_the_link_leaves_the_address_and_is_good_once(
    server: ServerProcess, new_tab: NewTab
) -> None:
    """The code is not in the history, and whoever finds the link later gets nothing."""
    tab = new_tab()
    tab.log_in(server.login_link)
    assert "code" not in tab.page.url
    other = new_tab()
    other.open(server.login_link)
    other.page.wait_for_selector("[role=alert]")
    assert "#" not in other.page.url
    words = other.page.inner_text("main")
    assert "makes a new one" in words
    assert "`" not in words
    assert "when it started" not in words, "that is the link that was just refused"


def test_logging_out_ends_the_connection_and_logging_in_again_finds_the_shell(
    server: ServerProcess, tab: Tab, new_tab: NewTab
) -> None:
    """Logout in one tab closes the other's terminal too; a new login finds the shell as it was."""
    tab.run("mark=$RANDOM; echo mark:$mark.", r"^mark:\d+\.$")
    line = tab.wait_text(r"^mark:\d+\.$")
    address = tab.page.url
    second = new_tab(beside=tab)
    second.log_in(server.url)
    second.page.click("#menu")
    second.page.click("text=Log out")
    second.page.wait_for_url("**/login**")
    tab.wait_state("login")
    link = subprocess.run(
        [str(TORNTERM), "login-link"],
        env=server.environment,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    second.log_in(link)
    second.open(address)
    second.wait_state("live")
    second.wait_text(rf"^{line}$")
    second.run("echo again:$mark.", f"^again:{line.removeprefix('mark:')}$")


USERS = """
[plugins.local_users]
file = "{file}"
"""


def test_logging_in_with_a_password(tmp_path: Path, new_tab: NewTab) -> None:
    """The form of the local users: wrong is said to be wrong, right leads to a terminal."""
    users = tmp_path / "users.toml"
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    users.write_text(f'[users.alice]\npassword = "{quick.hash("wonderland")}"\n')
    users.chmod(0o600)
    with serving(
        tmp_path, plugins='["local_users", "shell"]', more=USERS.format(file=users)
    ) as server:
        tab = new_tab()
        tab.open(f"{server.url}s/some-where")
        tab.page.fill("input[type=text]", "alice")
        tab.page.fill("input[type=password]", "wrong")
        tab.page.click("button")
        tab.page.wait_for_selector("[role=alert]")
        assert tab.page.input_value("input[type=password]") == ""
        assert tab.page.evaluate("document.activeElement.type") == "password"
        tab.type("wonderland\n")
        tab.wait_state("missing")
        tab.page.click("text=New session >> visible=true")
        tab.wait_state("live")
        tab.run("echo in", r"^in$")
        tab.page.click("#menu")
        assert "alice" in tab.page.inner_text(".sheet")


TOKEN = """
[[plugins.token.tokens]]
user = "robot"
token = "token-of-the-robot-0123456789"
"""


def test_one_way_to_log_in_stands_out(tmp_path: Path, new_tab: NewTab) -> None:
    """The first that is enabled is open; the others are there for who looks for them."""
    users = tmp_path / "users.toml"
    users.write_text("")
    users.chmod(0o600)
    with serving(
        tmp_path,
        plugins='["local_users", "token", "shell"]',
        more=USERS.format(file=users) + TOKEN,
    ) as server:
        tab = new_tab()
        tab.open(server.url)
        tab.page.wait_for_selector("input[type=password] >> visible=true")
        button = tab.page.locator("button >> visible=true")
        assert button.all_inner_texts() == ["Log in"]
        tab.page.click("summary")
        tab.page.fill("details input[type=password]", "token-of-the-robot-0123456789")
        tab.page.click("details button")
        tab.wait_state("live")

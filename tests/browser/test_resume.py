"""The main promise: the connection breaks at any place, and nothing is lost, doubled or skipped."""

from __future__ import annotations

import base64
import random
from pathlib import Path

import pytest

from tests.browser import recorder
from tests.browser.conftest import NewTab
from tests.browser.process import serving
from tests.browser.proxy import FaultProxy
from tests.browser.tab import Tab

LINES = 60
CUTS = 6

# What a terminal shows that got all the bytes in one piece, and never lost a connection.
FRESH = """
(base64) => new Promise((resolve) => {
  const { terminal } = tornterm;
  const { cols, rows } = terminal;
  const { scrollback } = terminal.options;
  const fresh = new terminal.constructor({ cols, rows, scrollback, allowProposedApi: true });
  const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  fresh.write(bytes, () => resolve(tornterm.text(fresh)));
})
"""

PARSED_ALL = """
(end) => new Promise((resolve, reject) => {
  setTimeout(() => reject(new Error(`parsed ${tornterm.parsed} of ${end}`)), 20000);
  const look = () => tornterm.parsed >= end && resolve(tornterm.parsed);
  tornterm.onParsed(look);
  look();
})
"""


@pytest.mark.slow
def test_output_and_input_survive_a_network_that_cuts(tmp_path: Path, new_tab: NewTab) -> None:
    """During a flood at 1 MB/s the connection is cut again and again while lines are typed."""
    chance = random.Random(20260101)
    recorder.install(tmp_path / "plugins")
    (tmp_path / "recorded").mkdir()
    with (
        FaultProxy(bytes_per_second=1_000_000) as proxy,
        serving(
            tmp_path,
            server=f'public_url = "{proxy.url}/"',
            plugins='["witness", "token", "shell"]',
            more=f'[plugins.witness]\nfolder = "{tmp_path / "recorded"}"\n'
            '[sessions]\nscrollback = "16 MiB"',
            python_path=[tmp_path / "plugins"],
        ) as server,
    ):
        proxy.target = server.port
        tab = new_tab()
        tab.log_in(server.login_link)
        tab.wait_text(r"^\$ ")
        flood_and_type(tab, proxy, chance)
        tab.wait_state("live")
        tab.run("wait; echo the-''end", r"^the-end$", timeout=60)
        recorded = (tmp_path / "recorded" / tab.session).read_bytes()
        tab.page.evaluate(PARSED_ALL, len(recorded))
        assert tab.page.evaluate("tornterm.offset") == len(recorded)
        expected = tab.page.evaluate(FRESH, base64.b64encode(recorded).decode())
        assert tab.text() == expected
        assert recorded.count(b"\r\n") > 300_000

        numbers = (tmp_path / "home" / "numbers").read_text().split()
        assert numbers == [str(number) for number in range(LINES)]
        resumed = tab.received("resumed")
        assert len(resumed) >= CUTS
        assert {message["mode"] for message in resumed} == {"exact"}
        assert {message["skipped"] for message in resumed} == {0}


def flood_and_type(tab: Tab, proxy: FaultProxy, chance: random.Random) -> None:
    """Type lines while the flood is running and the connection breaks at random bytes of it."""
    tab.type("seq 1 300000 &\n")
    # Together less than the flood is long, so that all of them happen within it.
    all_cut = proxy.cut_after(*(chance.randrange(20_000, 300_000) for _ in range(CUTS)))
    for number in range(LINES):
        tab.type(f"echo {number} >> numbers\n")
    assert all_cut.wait(60), f"only {proxy.cuts} cuts"


def test_what_is_typed_while_disconnected_waits_and_is_sent_once(
    tmp_path: Path, new_tab: NewTab
) -> None:
    """The page counts what waits; when the network is back it is typed exactly once."""
    with (
        FaultProxy() as proxy,
        serving(tmp_path, server=f'public_url = "{proxy.url}/"') as server,
    ):
        proxy.target = server.port
        tab = new_tab()
        tab.log_in(server.login_link)
        tab.wait_text(r"^\$ ")
        proxy.refuse()
        tab.wait_state("reconnecting")
        tab.type("echo once >> typed; echo ty''ped\n")
        tab.page.wait_for_selector("[data-waiting]")
        waiting = int(tab.page.get_attribute("[data-waiting]", "data-waiting") or 0)
        assert waiting == len("echo once >> typed; echo ty''ped\n")
        # While the network refuses, the page always comes back to saying when it will try again.
        tab.page.click("text=Now")
        proxy.accept()
        tab.wait_state("live")
        tab.wait_text(r"^typed$")
        assert (tmp_path / "home" / "typed").read_text() == "once\n"
        assert tab.state["waiting"] == 0

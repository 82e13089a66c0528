"""A large file up and down, over cuts: ``python -m tests.browser.gigabyte``, or ``make gigabyte``.

A person chooses it in the page and has it offered by ``tornterm-get``. Where the browser does not
go on by itself after a cut they tell it to, in its list of downloads, as the page says. At last
they begin once more and give it up. It prints how long that took and what it cost the server's
memory, and fails where one of the promises of `docs/files.md` is broken.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright
from pydantic import TypeAdapter

from tests.browser.chromium import ADVICE, find
from tests.browser.conftest import FLAGS
from tests.browser.leg import CUTS, MIB, WATCH, Leg, Memory
from tests.browser.process import ServerProcess, serving
from tests.browser.proxy import FaultProxy
from tests.browser.tab import Tab
from tornterm.config.fields import ByteSize
from tornterm.files import get

SIZE = 1024 * MIB
NAME = "large.bin"
FACTS = ("path", "size", "done", "sha256", "why")
PATIENCE = 300_000.0
"""Milliseconds that any step may take: how fast a machine is, is no promise."""

SERVER = """
[files]
enabled = true
max_upload = {most}
max_download = {most}

[plugins.jsonl]
path = "{folder}/audit.jsonl"
fsync = "always"
"""


class Journey:
    """A browser and a server with a network between them that breaks.

    Args:
        tab: The owner's terminal there.
        server: The server.
        proxy: The network.
        folder: Where the browser's side of the file is.
        size: The file's bytes.
    """

    def __init__(
        self, tab: Tab, server: ServerProcess, proxy: FaultProxy, folder: Path, size: int
    ) -> None:
        self.tab = tab
        self.folder = folder
        self.size = size
        self._server = server
        self._proxy = proxy
        self._list: Page | None = None
        self.digest = _write(folder / NAME, size)

    def _choose(self) -> None:
        page = self.tab.page
        with page.expect_file_chooser() as chooser:
            page.click("#menu")
            page.locator(".sheet").get_by_role("button", name="Upload files").click()
        chooser.value.set_files(self.folder / NAME)

    def upload(self) -> Leg:
        """Choose the file in the page, and have the connections cut on its way."""
        page = self.tab.page
        self._choose()
        leg = Leg("upload", self.size)
        with self._going(leg, down=False):
            page.get_by_role("button", name="Upload", exact=True).click()
            self._wait_for(leg, "Now at")
        leg.digest = digest_of(self.folder / "home" / NAME)
        return leg

    def download(self) -> Leg:
        """Have the shell offer the file, and keep it; again with cuts."""
        page = self.tab.page
        page.click(".xterm-screen")
        self.tab.run(f"clear; {sys.executable} {get.__file__} {NAME}; echo offer''ed", "^offered$")
        leg = Leg("download", self.size)
        with self._going(leg, down=True):
            page.get_by_role("button", name="Download").click()
            stands = page.locator(".transfer", has_text="not downloading it now")
            while True:
                expect(stands.or_(self._over)).to_be_visible(timeout=PATIENCE)
                if not stands.is_visible():
                    break
                self._go_on(leg)
            self._wait_for(leg, "Complete.")
        leg.digest = digest_of(self._came())
        return leg

    def _listed(self) -> Locator:
        """The file in the browser's list of downloads."""
        if self._list is None:
            self._list = self.tab.page.context.new_page()
            self._list.goto("chrome://downloads")
        return self._list.locator("downloads-item")

    def _go_on(self, leg: Leg) -> None:
        """Do what the page advises, unless the browser has gone on by itself meanwhile."""
        resume = self._listed().locator("#pause-or-resume")
        self._listed().locator("#more-actions").click()
        if resume.inner_text().strip() == "Resume":
            leg.by_hand += 1
            resume.click()
        expect(self.tab.page.locator(".transfer", has_text="not downloading it now")).to_have_count(
            0, timeout=PATIENCE
        )

    def _came(self) -> Path:
        return Path(self._listed().evaluate("(item) => item.data.filePath"))

    def give_up(self) -> None:
        """Cancel an upload in the middle."""
        page = self.tab.page
        self._choose()
        half = self._proxy.cut_after(self.size // 2, down=False)
        page.get_by_role("button", name="Upload", exact=True).click()
        assert half.wait(PATIENCE / 1000)
        self._proxy.hold()
        page.locator(".transfer").get_by_role("button", name="Cancel").click()
        expect(page.locator(".transfer")).to_have_count(0)
        self._proxy.let_go()

    def events(self) -> list[tuple[str, dict[str, Any]]]:
        """What was audited of files, when the last of them has ended."""
        until = time.monotonic() + PATIENCE / 1000
        while True:
            lines = (self.folder / "audit.jsonl").read_text("utf-8").splitlines()
            found = [one for one in map(json.loads, lines) if one["event"].startswith("file.")]
            if found[-1]["event"] == "file.ended" or time.monotonic() > until:
                break
            time.sleep(0.1)
        return [(one["event"], {fact: one[fact] for fact in FACTS if fact in one}) for one in found]

    def problems(self, legs: Sequence[Leg]) -> Iterator[str]:
        """The promises that are broken when the file has gone both ways."""
        for leg in legs:
            yield from (f"{leg.name}: {problem}" for problem in leg.problems())
            if leg.digest != self.digest:
                yield f"{leg.name}: what arrived is not what was sent"
        path = str(self.folder / "home" / NAME)
        fixed = {"path": path, "size": self.size}
        wanted = [
            ("file.upload", {**fixed, "done": 0}),
            ("file.uploaded", {**fixed, "done": self.size, "sha256": self.digest}),
            ("file.download", {**fixed, "done": 0}),
            ("file.downloaded", {**fixed, "done": self.size}),
        ]
        *found, begun, ended = self.events()
        if found != wanted or begun != wanted[0]:
            yield f"audited is {[*found, begun]} instead of {wanted}"
        if ended[1].get("why") != "given up" or not 0 < ended[1]["done"] < self.size:
            yield f"audited of what was given up is {ended}"
        until = time.monotonic() + PATIENCE / 1000
        while parts := list((self.folder / "home").glob("*.part")):
            if time.monotonic() > until:
                yield f"left over: {parts}"
                break
            time.sleep(0.1)
        if bad := [line for line in self._server.log.splitlines() if "Traceback" in line]:
            yield f"the server failed: {bad}"

    @contextmanager
    def _going(self, leg: Leg, *, down: bool) -> Iterator[None]:
        page, before = self.tab.page, self._proxy.cuts
        page.evaluate("seen.told.length = seen.shown.length = 0")
        self._proxy.cut_after(*CUTS * [self.size // (CUTS + 1)], down=down)
        began = time.monotonic()
        with Memory(self._server.pid) as memory:
            yield
        leg.seconds = time.monotonic() - began
        leg.growth = memory.growth
        leg.cuts = self._proxy.cuts - before
        leg.told, leg.shown = page.evaluate("[seen.told, seen.shown]")
        page.get_by_role("button", name="Close").click()
        self.tab.wait_state("live")

    @property
    def _over(self) -> Locator:
        return self.tab.page.locator(".transfer", has=self.tab.page.get_by_text("Close"))

    def _wait_for(self, leg: Leg, words: str) -> None:
        expect(self._over).to_be_visible(timeout=PATIENCE)
        leg.ended = self._over.inner_text()
        assert words in leg.ended, leg.ended


def digest_of(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write(path: Path, size: int) -> str:
    """Make a file of which no two parts are the same; gives its SHA-256."""
    digest = hashlib.sha256()
    with path.open("wb") as file:
        for begin in range(0, size, MIB):
            data = os.urandom(min(MIB, size - begin))
            digest.update(data)
            file.write(data)
    return digest.hexdigest()


@contextmanager
def journey(browser: Browser, folder: Path, size: int) -> Iterator[Journey]:
    """Start a server and the network before it, and log in.

    Args:
        browser: The browser.
        folder: An empty folder with room for the file twice.
        size: The file's bytes.
    """
    more = SERVER.format(folder=folder, most=size)
    plugins = '["token", "shell", "jsonl"]'
    with (
        FaultProxy() as proxy,
        serving(
            folder, server=f'public_url = "{proxy.url}/"', plugins=plugins, more=more
        ) as server,
    ):
        proxy.target = server.port
        context = browser.new_context(accept_downloads=True)
        context.add_init_script(WATCH)
        tab = Tab(context.new_page())
        tab.log_in(server.login_link)
        tab.wait_text(r"^\$ ")
        yield Journey(tab, server, proxy, folder, size)
        assert not tab.problems, tab.problems
        context.close()


def main() -> int:
    """Print a table; 1 where a promise is broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.browser.gigabyte")
    parser.add_argument("--size", default=str(SIZE), help='of the file, for example "100 MiB"')
    size = TypeAdapter(ByteSize).validate_python(parser.parse_args().size)
    path = find()
    assert path, ADVICE
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as name:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        with journey(browser, Path(name), size) as trip:
            legs = [trip.upload(), trip.download()]
            trip.give_up()
            problems = list(trip.problems(legs))
        browser.close()
    print(f"| {size / MIB:.0f} MiB | cuts | told to go on | seconds | MB/s | the server grew by |")
    print("|---|---|---|---|---|---|")
    for leg in legs:
        print(f"| {leg.name} | {leg.cuts} | {leg.by_hand} | {leg.seconds:.1f} |", end="")
        print(f" {leg.rate:.0f} | {leg.growth / MIB:.1f} MiB |")
    for problem in problems:
        print(f"broken: {problem}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())

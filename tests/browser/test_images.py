"""Pictures that programs print stand where they were printed, and nothing else may run for it."""

from __future__ import annotations

import base64
import struct
import zlib

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import NewTab
from tests.browser.tab import Tab

pytestmark = pytest.mark.webgl

# A band of 6 by 30 pixels, five times below each other.
SIXEL = r"printf '\ePq#1;2;100;0;100" + "#1!30~-" * 5 + r"\e\\\n'; echo the-''sixel"
ORANGE, MAGENTA, GREEN = [255, 128, 0], [255, 0, 255], [0, 255, 0]

FIND = """
([wanted, pane, milliseconds]) => new Promise((resolve, reject) => {
  const end = performance.now() + milliseconds;
  const look = () => {
    const canvas = document.querySelector(`${pane} .xterm-image-layer`);
    const { width, height } = canvas ?? {};
    const pixels = canvas?.getContext("2d").getImageData(0, 0, width, height).data ?? [];
    let count = 0;
    for (let at = 0; at < pixels.length; at += 4) {
      if (wanted.every((value, part) => Math.abs(pixels[at + part] - value) < 3)) count += 1;
    }
    if (count > 0) resolve(count);
    else if (performance.now() > end) reject(new Error(`no ${wanted} in ${width} x ${height}`));
    else requestAnimationFrame(look);
  };
  look();
})
"""


def png(width: int, height: int, colour: list[int]) -> bytes:
    """A picture of one colour."""

    def chunk(name: bytes, data: bytes) -> bytes:
        body = name + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    rows = (b"\0" + bytes(colour) * width) * height
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = chunk(b"IHDR", head), chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def inline(colour: list[int], fields: str = "inline=1") -> str:
    """The command that prints one as iTerm has it."""
    content = base64.b64encode(png(30, 20, colour)).decode()
    return rf"printf '\e]1337;File={fields}:{content}\a\n'; echo the-''picture"


def pixels(tab: Tab, colour: list[int], pane: str = ".pane:not([hidden])") -> int:
    """How many pixels of a colour are drawn, as soon as there are any."""
    return int(tab.page.evaluate(FIND, [colour, pane, 30_000]))


def run(tab: Tab, command: str, pattern: str) -> None:
    """Like `Tab.run`, but not key by key."""
    tab.page.keyboard.insert_text(command)
    tab.run("", pattern)


def test_pictures_are_shown_where_they_are_printed(tab: Tab) -> None:
    """Sixel and iTerm's; what draws them is fetched then. One need not want to see any."""
    asked: list[str] = []
    tab.page.on("request", lambda request: asked.append(request.url))
    # Without an echo from the start: the answer may be there before `read` is.
    ask = r"stty -echo; printf '\e[c'; read -rd c answer; stty echo; echo got:${answer:2}."
    tab.wait_text(r"^\$ ")
    tab.run(ask, r"^got:\?62;4;9;22\.$")
    assert asked == []
    run(tab, SIXEL, r"^the-sixel$")
    assert pixels(tab, MAGENTA) > 100
    assert len(asked) >= 1
    hidden = "{ get: () => true, configurable: true }"
    tab.page.evaluate(f"Object.defineProperty(document, 'hidden', {hidden})")
    run(
        tab,
        f"{inline(GREEN)}; seq 3; {inline(ORANGE)}; echo the-''end",
        r"^3\n+the-picture\nthe-end$",
    )
    tab.page.evaluate("delete document.hidden")
    assert pixels(tab, GREEN) > 100
    assert pixels(tab, ORANGE) > 100
    tab.page.reload()
    tab.wait_state("live")
    assert pixels(tab, ORANGE) > 100
    assert pixels(tab, MAGENTA) > 100
    tab.page.keyboard.press("Control+,")
    tab.page.get_by_label("Show pictures that programs print").uncheck()
    tab.page.keyboard.press("Escape")
    run(tab, f"clear; {ask}", r"^got:\?1;2\.$")
    run(tab, SIXEL, r"^the-sixel$")
    expect(tab.page.locator(".xterm-image-layer")).to_have_count(0)


def test_pictures_in_several_places(tab: Tab, new_tab: NewTab) -> None:
    """Beside each other in a split, and in a second tab both what was printed before and after."""
    tab.wait_text(r"^\$ ")
    run(tab, SIXEL, r"^the-sixel$")
    first = tab.session
    tab.page.keyboard.press("Control+Shift+E")
    tab.page.wait_for_url(lambda url: not url.endswith(first))
    tab.wait_text(r"^\$ ")
    run(tab, inline(GREEN), r"^the-picture$")
    assert pixels(tab, MAGENTA, ".pane:not(.used)") > 100
    assert pixels(tab, GREEN, ".pane.used") > 100
    second = new_tab(beside=tab)
    second.open(tab.page.url)
    second.wait_state("live")
    assert pixels(second, MAGENTA, ".pane:not(.used)") > 100
    assert pixels(second, GREEN, ".pane.used") > 100
    run(second, f"clear; {inline(ORANGE)}", r"^the-picture$")
    assert pixels(tab, ORANGE, ".pane.used") > 100, "who watches sees what is new, too"

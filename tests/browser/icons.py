"""Icons for home screens, drawn from the page's own: ``python -m tests.browser.icons``.

Systems that install a page take pictures of fixed sizes, some of them cut to a shape of their own.
"""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.chromium import ADVICE, find
from tests.browser.conftest import FLAGS
from tests.browser.process import ROOT

ASSETS = ROOT / "frontend" / "assets"
GROUND = "#14202b"
"""What the icon stands on, and what fills the corners of those that systems cut."""

ICONS = {
    "icon-192.png": (192, "transparent", 1.0),
    "icon-512.png": (512, "transparent", 1.0),
    "icon-maskable.png": (512, GROUND, 0.85),
    "icon-touch.png": (180, GROUND, 0.9),
}


def draw(folder: Path = ASSETS) -> None:
    """Draw all of them.

    Args:
        folder: Where they go.
    """
    path = find()
    assert path, ADVICE
    drawing = (ASSETS / "favicon.svg").read_text()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        for name, (size, ground, scale) in ICONS.items():
            page = browser.new_page(viewport={"width": size, "height": size})
            body = f"margin: 0; background: {ground}"
            style = f"body {{ {body} }} svg {{ display: block; scale: {scale} }}"
            page.set_content(f"<style>{style}</style>{drawing}")
            page.screenshot(path=folder / name, omit_background=True)
        browser.close()


if __name__ == "__main__":
    draw(*map(Path, sys.argv[1:]))

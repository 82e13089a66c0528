"""Finds the Chromium that drives the browser tests; `tests/system.py` installs it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

SHELLS = ("chromium-headless-shell", "chrome-headless-shell")
NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")
MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
ADVICE = """\
The browser tests need Chromium and none was found. Any of these will do:
  - the system's package:   sudo apt-get install chromium   (or your system's own)
  - Playwright's download:  .venv/bin/playwright install chromium
  - one that is there:      TORNTERM_CHROMIUM=/path/to/chromium make test"""


def find() -> str | None:
    """The path of a Chromium: the one that the environment names, the system's, Playwright's."""
    named = os.environ.get("TORNTERM_CHROMIUM")
    if named:
        return named if os.access(named, os.X_OK) else None
    for name in NAMES:
        path = shutil.which(name)
        if path:
            return path
    if MAC.exists():
        return str(MAC)
    return _playwrights_own()


def find_shell() -> str | None:
    """The path of a Chromium without windows, which needs less time; a whole one where none is."""
    shells = () if os.environ.get("TORNTERM_CHROMIUM") else map(shutil.which, SHELLS)
    return next(filter(None, shells), None) or find()


def _playwrights_own() -> str | None:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return None
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None

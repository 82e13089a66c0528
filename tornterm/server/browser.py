"""Opening the page in the person's browser, without showing the login code to other users."""

from __future__ import annotations

import html
import os
import threading
import webbrowser
from pathlib import Path

from tornterm.control.runtime import runtime_directory

__all__ = ["open_browser"]

_PAGE = """<!doctype html>
<meta charset="utf-8">
<title>tornterm</title>
<meta name="referrer" content="no-referrer">
<meta http-equiv="refresh" content="0; url={url}">
<p><a href="{url}">Open the terminal</a></p>
"""


def open_browser(url: str, name: str) -> Path:
    """Open a login link.

    A command line can be read by everybody on the machine, so the browser is given a file that
    leads to the link, and only this user can read it.

    Args:
        url: The link.
        name: A name for the file that no other server of this user takes.

    Returns:
        The file, to be removed when it is not needed any more.

    Raises:
        OSError: The file cannot be written.
    """
    path = runtime_directory() / f"{name}.html"
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "w", encoding="utf-8") as file:
        file.write(_PAGE.format(url=html.escape(url)))
    # Some browsers stay in the foreground; the server does not wait for them, nor at its end.
    threading.Thread(target=webbrowser.open, args=(path.as_uri(),), daemon=True).start()
    return path

"""The unmodified attach add-on of xterm.js speaks to us, from a page that we did not make."""

from __future__ import annotations

import functools
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.browser.conftest import NewTab
from tests.browser.process import serving
from tests.browser.tab import Tab

FRONTEND = Path(__file__).parents[2] / "frontend"
BUNDLE = FRONTEND / "bundle.py"
XTERM = FRONTEND / "node_modules" / "@xterm"

PAGE = """<!DOCTYPE html>
<div id="terminal"></div>
<script src="xterm/lib/xterm.js"></script>
<script src="addon-attach/lib/addon-attach.js"></script>
<script>
  const terminal = new Terminal({ cols: 90, rows: 20, allowProposedApi: true });
  terminal.open(document.getElementById("terminal"));
  const socket = new WebSocket(location.hash.slice(1));
  terminal.loadAddon(new AttachAddon.AttachAddon(socket));
  socket.onopen = () => { document.documentElement.dataset.state = "open"; };
  socket.onclose = (event) => { document.documentElement.dataset.closed = event.code; };
  const onParsed = (listener) => {
    const subscription = terminal.onWriteParsed(listener);
    return () => subscription.dispose();
  };
  window.tornterm = { terminal, onParsed };
</script>
"""


class Handler(SimpleHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path != "/":
            super().do_GET()
            return
        content = PAGE.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Nothing of it is of interest."""

    def log_error(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        """Nor are missing icons."""


@pytest.fixture
def elsewhere() -> Iterator[str]:
    """The origin of another site on this machine, that serves xterm.js as it was published."""
    subprocess.run([sys.executable, str(BUNDLE), "npm", "--version"], check=True)
    handler = functools.partial(Handler, directory=str(XTERM))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as site:
        thread = threading.Thread(target=site.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{site.server_port}"
        site.shutdown()
        thread.join()


def test_the_attach_addon_is_a_legacy_client(
    tmp_path: Path, new_tab: NewTab, elsewhere: str
) -> None:
    """Its terminal shows the shell and nothing else, and its keys arrive."""
    with serving(tmp_path, server=f'allowed_origins = ["{elsewhere}"]') as server:
        tab = new_tab()
        tab.log_in(server.login_link)
        socket = server.url.replace("http", "ws", 1) + "ws?cols=90&rows=20&control=off"
        other: Tab = new_tab(beside=tab)
        other.open(f"{elsewhere}/#{socket}")
        other.wait_state("open")
        other.wait_text(r"^\$ ")
        other.page.click("#terminal")
        other.run("stty size; printf '\\u00e9\\377|'; echo $((6*7))", r"\|42$")
        screen = other.wait_text(r"^20 90$[\s\S]*42$")
        # xterm.js draws nothing for a byte that is not UTF-8.
        assert "\u00e9|42" in screen
        assert '"type"' not in other.wait_text(r"[\s\S]*")
        other.type("exit 3\n")
        other.page.wait_for_selector('html[data-closed="1000"]', state="attached")


def test_a_page_of_a_site_that_is_not_allowed_gets_nothing(
    tmp_path: Path, new_tab: NewTab, elsewhere: str
) -> None:
    """The person's cookie does not open a terminal for a page of somebody else."""
    with serving(tmp_path) as server:
        tab = new_tab()
        tab.log_in(server.login_link)
        other: Tab = new_tab(beside=tab)
        other.open(f"{elsewhere}/#{server.url.replace('http', 'ws', 1)}ws?cols=90&rows=20")
        other.page.wait_for_selector('html[data-closed="1006"]', state="attached")
        assert other.page.get_attribute("html", "data-state") is None

"""An application with terminals and strict pages of its own, and another site with such pages.

Run as a program it prints where both are. Every page of either is `PAGE` with `SCRIPT`; what a test
wants in it, it puts there by script.
"""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from pathlib import Path
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application, RequestHandler

from tornterm import Terminals
from tornterm.errors import TorntermError
from tornterm.types import SpawnPlan, SpawnRequest, User

PAGE = """<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>A page of somebody's own</title>
<link rel="stylesheet" href="/page.css">
<script type="module" src="/page.js"></script>
<script type="module" src="{module}"></script>
<main></main>
"""

DOCS = Path(__file__).parents[2] / "docs" / "embedding.md"

SCRIPT = """
globalThis.violations = [];
document.addEventListener("securitypolicyviolation", (event) => {
  violations.push(`${event.effectiveDirective}: ${event.blockedURI} ${event.sample}`);
});
if (location.search.includes("plain")) {
  HTMLCanvasElement.prototype.getContext = () => null;  // no WebGL here
}
"""

STYLE = """
body { margin: 0; }
tornterm-terminal { block-size: 18em; }
.forest { --tornterm-background: #002200; --tornterm-bright-red: #ff8800; }
"""

# Nothing inline, nothing from elsewhere but the module and the connection.
POLICY = (
    "default-src 'none'; script-src 'self' {module}; style-src 'self'; "
    "connect-src 'self' {socket}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'"
)


class Page(RequestHandler):
    """A page, its script and its style, under a policy that allows no more than it has to."""

    def initialize(self, module: str, socket: str = "") -> None:
        self.module = module
        policy = POLICY.format(module=module if "://" in module else "", socket=socket)
        self.set_header("Content-Security-Policy", policy)

    def get(self, kind: str) -> None:
        content, name = {"js": (SCRIPT, "javascript"), "css": (STYLE, "css")}.get(
            kind, (PAGE.replace("{module}", self.module), "html")
        )
        if kind == "docs":
            content = DOCS.read_text().partition("```html\n")[2].partition("```")[0]
        self.set_header("Content-Type", f"text/{name}; charset=UTF-8")
        self.finish(content)


class Tickets(RequestHandler):
    """Where the pages of the other site get tickets, while its person is logged in."""

    allowed = True

    def initialize(self, terminals: Terminals) -> None:
        self.terminals = terminals

    async def post(self) -> None:
        wish = json.loads(self.request.body)
        if not Tickets.allowed:
            self.set_status(401)
            return
        try:
            ticket = await self.terminals.ticket(User("ann"), session=wish.get("session", ""))
        except TorntermError as error:
            self.set_status(error.http_status)
        else:
            self.finish(ticket.answer())

    def put(self) -> None:
        Tickets.allowed = self.request.body == b"yes"


class Cut(RequestHandler):
    """Ends every session's connections, as a network does."""

    def initialize(self, terminals: Terminals) -> None:
        self.terminals = terminals

    def post(self) -> None:
        for user in ("ann", "ben"):
            self.terminals.logins.end_user(user, "cut")


def spawn(user: User, request: SpawnRequest) -> SpawnPlan:
    """A shell, whose prompt is the profile."""
    env = {"PS1": f"{request.profile or user.name}$ ", "HISTFILE": "", "TERM": "xterm-256color"}
    return SpawnPlan(("/bin/bash", "--norc", "--noprofile"), env, "/")


def serve(rules: list[Any], sockets: list[Any]) -> HTTPServer:
    server = HTTPServer(Application(rules))
    server.add_sockets(sockets)
    return server


async def main() -> None:
    here, there = (bind_sockets(0, "127.0.0.1") for _ in range(2))
    origin = f"http://127.0.0.1:{here[0].getsockname()[1]}"
    other = f"http://site.example:{there[0].getsockname()[1]}"
    terminals = Terminals(
        {"plugins": {"enabled": []}, "sessions": {"kill_after": "100ms", "max_per_user": 0}},
        base="/term",
        authenticate=lambda handler: User("ben"),
        spawn=spawn,
    )
    await terminals.start()
    own = {"module": "/term/element.js"}
    foreign = {"module": f"{origin}/term/element.js", "socket": origin.replace("http", "ws")}
    servers = [
        serve([*terminals.handlers(), (r"/page\.?(.*)", Page, own)], here),
        serve(
            [
                (r"/page\.?(.*)", Page, foreign),
                (r"/ticket", Tickets, {"terminals": terminals}),
                (r"/cut", Cut, {"terminals": terminals}),
            ],
            there,
        ),
    ]
    over = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, over.set)
    print(f"own {origin}\nother {other}", flush=True)
    await over.wait()
    for server in servers:
        server.stop()
    await terminals.close()
    for server in servers:
        await server.close_all_connections()


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))

"""One page with four terminals, each with a program of its own.

Whoever opens the printed link is the operator; nobody else gets in.
"""

import asyncio
import secrets
import signal
import sys

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application, RequestHandler

from tornterm import Terminals, TornadoLogin
from tornterm.types import SpawnPlan, SpawnRequest, User

KEY = secrets.token_urlsafe()

PROGRAMS = {
    "clock": ("/bin/sh", "-c", "while date; do sleep 1; done"),
    "disks": ("/bin/sh", "-c", "while clear; do df -h; sleep 10; done"),
    "load": ("/bin/sh", "-c", "while clear; do uptime; sleep 5; done"),
    "shell": ("/bin/bash", "--noprofile", "--norc"),
}

PAGE = """<!DOCTYPE html>
<html lang="en">
<title>Dashboard</title>
<link rel="stylesheet" href="/style.css">
<script type="module" src="/term/element.js"></script>
<body>
{terminals}
</body>
"""

STYLE = """
body { display: grid; grid-template: 1fr 1fr / 1fr 1fr; gap: 4px; height: 100vh; margin: 0 }
tornterm-terminal { block-size: auto; --tornterm-font-size: 13 }
"""

POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'"


def spawn(user: User, request: SpawnRequest) -> SpawnPlan | None:
    """The program of a profile; other profiles are refused."""
    program = PROGRAMS.get(request.profile)
    return None if program is None else SpawnPlan(program, {"TERM": "xterm-256color"}, "/")


class Base(RequestHandler):
    def get_current_user(self) -> bytes | None:
        return self.get_signed_cookie("user")


class Dashboard(Base):
    def get(self) -> None:
        if secrets.compare_digest(self.get_argument("key", "").encode(), KEY.encode()):
            self.set_signed_cookie("user", "operator", httponly=True, samesite="Strict")
            self.redirect("/")
        elif self.current_user is None:
            self.send_error(401)
        else:
            self.set_header("Content-Security-Policy", POLICY)
            terminals = [
                f'<tornterm-terminal profile="{name}"></tornterm-terminal>' for name in PROGRAMS
            ]
            self.finish(PAGE.replace("{terminals}", "\n".join(terminals)))


class Style(RequestHandler):
    def get(self) -> None:
        self.set_header("Content-Type", "text/css")
        self.finish(STYLE)


async def main(port: int) -> None:
    # Built-in plugins are not asked for programs, so nothing else can be started.
    settings = {"plugins": {"enabled": []}}
    login = TornadoLogin(Base)
    terminals = Terminals(settings, base="/term", authenticate=login, spawn=spawn)
    await terminals.start()
    routes = [*terminals.handlers(), ("/", Dashboard), ("/style.css", Style)]
    application = Application(routes, cookie_secret=secrets.token_urlsafe())
    sockets = bind_sockets(port, "127.0.0.1")
    HTTPServer(application).add_sockets(sockets)
    print(f"http://127.0.0.1:{sockets[0].getsockname()[1]}/?key={KEY}", flush=True)
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    await stopped.wait()
    await terminals.close()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 8888))

"""A course page: the exercise, and beside it one sandboxed terminal for each student.

Needs tornterm-spawn-sandbox and bubblewrap. ``python course.py PORT HOMES`` keeps the students'
files below HOMES, and prints a link for each student.
"""

import asyncio
import os
import secrets
import signal
import sys
from html import escape

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application, RequestHandler, create_signed_value

from tornterm import Terminals, TornadoLogin

STUDENTS = ("ann", "ben", "eve")
SECRET = secrets.token_urlsafe()

PAGE = """<!DOCTYPE html>
<html lang="en">
<title>Lesson 1</title>
<script type="module" src="/term/element.js"></script>
<h1>Lesson 1, for {name}</h1>
<p>Write your name into the file <code>name.txt</code> in your home.</p>
<tornterm-terminal {session} theme="light"></tornterm-terminal>
"""


class Base(RequestHandler):
    def get_current_user(self) -> str | None:
        name = self.get_signed_cookie("student")
        return name.decode() if name and name.decode() in STUDENTS else None


class Enter(Base):
    """Exchanges a student's link for a cookie."""

    def get(self) -> None:
        name = self.get_signed_cookie("link", self.get_argument("key", ""))
        if name is None:
            self.send_error(403)
            return
        self.set_signed_cookie("student", name.decode(), httponly=True, samesite="Lax")
        self.redirect("/")


class Lesson(Base):
    def initialize(self, terminals: Terminals) -> None:
        self.terminals = terminals

    def get(self) -> None:
        if self.current_user is None:
            self.send_error(401)
            return
        # Whoever reloads the page, or comes back tomorrow, goes on where they were.
        own = self.terminals.sessions.get_user_sessions(self.current_user)
        session = f'session="{own[0].id}"' if own else ""
        self.finish(PAGE.format(name=escape(self.current_user), session=session))


async def main(port: int, homes: str) -> None:
    account = {"run_as": "nobody"} if os.geteuid() == 0 else {}
    settings = {
        "plugins": {
            "enabled": ["sandbox"],
            "sandbox": {"homes": homes, "processes": 100, **account},
        },
        "sessions": {"max_per_user": 1, "grace_period": "24h"},
    }
    terminals = Terminals(settings, base="/term", authenticate=TornadoLogin(Base))
    await terminals.start()
    routes = [
        *terminals.handlers(),
        ("/", Lesson, {"terminals": terminals}),
        ("/enter", Enter),
    ]
    sockets = bind_sockets(port, "127.0.0.1")
    HTTPServer(Application(routes, cookie_secret=SECRET)).add_sockets(sockets)
    for name in STUDENTS:
        key = create_signed_value(SECRET, "link", name).decode()
        print(f"{name}: http://127.0.0.1:{sockets[0].getsockname()[1]}/enter?key={key}", flush=True)
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    await stopped.wait()
    await terminals.close()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2]))

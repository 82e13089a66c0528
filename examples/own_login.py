"""An application with a login of its own; the pages of tornterm lead to it and back.

Log in as ann (an admin) or ben; the password is "open sesame".
"""

import asyncio
import hashlib
import secrets
import signal
import sys
from dataclasses import replace

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application, RequestHandler

from tornterm import Terminals, TornadoLogin
from tornterm.types import Limits, User

SALT = secrets.token_bytes(16)


def hashed(password: str) -> bytes:
    return hashlib.scrypt(password.encode(), salt=SALT, n=2**14, r=8, p=1)


PEOPLE = {
    "ann": {"name": "ann", "display_name": "Ann", "groups": ["staff"], "admin": True},
    "ben": {"name": "ben", "display_name": "Ben", "groups": ["guests"]},
}
PASSWORDS = {name: hashed("open sesame") for name in PEOPLE}

FORM = """<!DOCTYPE html>
<html lang="en">
<title>Log in</title>
<form method="post">
  <p>{problem}</p>
  <label>Name <input name="name" autocomplete="username" autofocus></label>
  <label>Password <input name="password" type="password" autocomplete="current-password"></label>
  <input type="hidden" name="next" value="{next}">
  {xsrf}
  <button>Log in</button>
</form>
"""


class Base(RequestHandler):
    """What all handlers of this application share; `TornadoLogin` asks it, too."""

    def get_current_user(self):
        name = self.get_signed_cookie("user")
        return PEOPLE.get(name.decode()) if name else None

    def way_back(self) -> str:
        """Where to go after the login: a page of ours, never another site's."""
        wanted = self.get_argument("next", "")
        return wanted if wanted.startswith("/term/") and "\\" not in wanted else "/term/"


class Login(Base):
    def get(self, problem: str = "") -> None:
        form = FORM.replace("{problem}", problem).replace("{xsrf}", self.xsrf_form_html())
        self.finish(form.replace("{next}", self.way_back().replace('"', "%22")))

    async def post(self) -> None:
        name = self.get_argument("name", "")
        given = await asyncio.to_thread(hashed, self.get_argument("password", strip=False))
        if not secrets.compare_digest(given, PASSWORDS.get(name, b"")):
            self.set_status(403)
            self.get("That is not right.")
            return
        self.set_signed_cookie("user", name, httponly=True, samesite="Lax")
        self.redirect(self.way_back())


class Logout(Base):
    def get(self) -> None:
        """Where the page's "Log out" leads. What runs in terminals goes on for a while."""
        self.clear_cookie("user")
        self.redirect("/login")


def limits(user: User, limits: Limits) -> Limits:
    return replace(limits, max_per_user=1) if "guests" in user.groups else limits


async def main(port: int) -> None:
    settings = {
        "plugins": {
            "enabled": ["shell"],
            "shell": {"command": ["/bin/bash", "--noprofile", "--norc"]},
        },
        "ui": {"login_url": "/login", "logout_url": "/logout"},
        # Whoever logs out loses the connection after this time at the latest.
        "auth": {"revalidate": "5s"},
    }
    login = TornadoLogin(Base)
    terminals = Terminals(settings, base="/term", authenticate=login, limits=limits)
    await terminals.start()
    application = Application(
        [*terminals.handlers(), ("/login", Login), ("/logout", Logout)],
        cookie_secret=secrets.token_urlsafe(),
        xsrf_cookies=True,
    )
    sockets = bind_sockets(port, "127.0.0.1")
    HTTPServer(application).add_sockets(sockets)
    print(f"http://127.0.0.1:{sockets[0].getsockname()[1]}/term/", flush=True)
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    await stopped.wait()
    await terminals.close()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 8888))

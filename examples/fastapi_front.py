"""FastAPI in front: its pages and its login, and terminals by tickets.

Needs ``pip install fastapi uvicorn``. Log in as ann; the password is "open sesame".

FastAPI and the terminals share a process and its event loop, and have a port each. Where both are
behind one proxy, give the terminals' path to the second port and write that path into `src`.
"""

import asyncio
import contextlib
import hashlib
import secrets
import sys
from collections.abc import AsyncIterator
from typing import Annotated, Any

import uvicorn
from fastapi import Body, Depends, FastAPI, HTTPException
from fastapi.responses import HTMLResponse
from fastapi.security import HTTPBasic, HTTPBasicCredentials
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets

from tornterm import Terminals
from tornterm.errors import TorntermError
from tornterm.types import User

SALT = secrets.token_bytes(16)


def hashed(password: str) -> bytes:
    return hashlib.scrypt(password.encode(), salt=SALT, n=2**14, r=8, p=1)


PASSWORDS = {"ann": hashed("open sesame")}

PAGE = """<!DOCTYPE html>
<html lang="en">
<title>FastAPI with a terminal</title>
<script type="module" src="{module}"></script>
<h1>Hello, {name}</h1>
<tornterm-terminal ticket-src="/ticket"></tornterm-terminal>
"""

sockets = bind_sockets(0, "127.0.0.1")
TERMINALS = f"http://127.0.0.1:{sockets[0].getsockname()[1]}/"

terminals = Terminals(
    {
        "plugins": {
            "enabled": ["shell"],
            "shell": {"command": ["/bin/bash", "--noprofile", "--norc"]},
        }
    },
    # Nobody logs in there; whoever comes has a ticket.
    authenticate=lambda handler: None,
)


@contextlib.asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """The terminals live as long as the application does."""
    await terminals.start()
    server = HTTPServer(terminals.application())
    server.add_sockets(sockets)
    yield
    server.stop()
    await terminals.close()
    await server.close_all_connections()


app = FastAPI(lifespan=lifespan)


def person(credentials: Annotated[HTTPBasicCredentials, Depends(HTTPBasic())]) -> str:
    """Whoever is logged in, however this application does that."""
    known = PASSWORDS.get(credentials.username, b"")
    if not secrets.compare_digest(hashed(credentials.password), known):
        raise HTTPException(401, headers={"WWW-Authenticate": "Basic"})
    return credentials.username


@app.get("/")
def page(name: Annotated[str, Depends(person)]) -> HTMLResponse:
    return HTMLResponse(PAGE.format(module=f"{TERMINALS}element.js", name=name))


# Not a form's type of body: a page of another site cannot send this one in somebody's name.
@app.post("/ticket")
async def ticket(
    name: Annotated[str, Depends(person)], session: Annotated[str, Body(embed=True)] = ""
) -> dict[str, Any]:
    try:
        made = await terminals.ticket(User(name), session=session)
    except TorntermError as error:
        raise HTTPException(error.http_status) from None
    return made.answer()


async def main(port: int) -> None:
    listener = bind_sockets(port, "127.0.0.1")
    print(f"http://127.0.0.1:{listener[0].getsockname()[1]}/", flush=True)
    await uvicorn.Server(uvicorn.Config(app, log_level="warning")).serve(listener)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 8888))

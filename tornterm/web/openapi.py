"""A description of the HTTP API that programs can read, made from one table of operations."""

from __future__ import annotations

import re
from typing import Any

from tornterm.web.admin.openapi import ADMIN_OPERATIONS, ADMIN_SCHEMAS
from tornterm.web.context import public_base
from tornterm.web.handler import Handler
from tornterm.web.schema import (
    CELLS,
    COUNT,
    FLAG,
    LABEL,
    NUMBER,
    TEXT,
    Operation,
    Schema,
    list_of,
    object_of,
    or_null,
    ref,
)

__all__ = ["OPERATIONS", "SCHEMAS", "OpenApiHandler", "document"]

OPERATIONS: dict[str, dict[str, Operation]] = {
    "login": {
        "post": Operation(
            "Exchange the code of a login link, or the fields of a form, for a cookie.",
            answer="LoggedIn",
            body={"code": TEXT, "method": TEXT, "fields": {"type": "object"}, "next": TEXT},
            public=True,
        )
    },
    "logout": {"post": Operation("End the login and its connections; sessions go on.", 204)},
    "api/me": {
        "get": Operation("Who is asking.", answer="Me"),
        "post": Operation("The same, refused where a WebSocket would be.", answer="Me"),
    },
    "api/limits": {"get": Operation("The caller's own quota.", answer="Usage")},
    "api/profiles": {"get": Operation("What the caller can start.", answer="Profiles")},
    "api/sessions": {
        "get": Operation("The caller's living sessions, the oldest first.", answer="Sessions"),
        "post": Operation(
            "Make a session; it ends by itself if nobody attaches in time.",
            201,
            "NewSession",
            {"cols": CELLS, "rows": CELLS, "title": LABEL, "profile": LABEL},
        ),
    },
    "api/sessions/{id}": {
        "get": Operation("One session.", answer="OneSession"),
        "patch": Operation("Change its title.", answer="OneSession", body={"title": LABEL}),
        "delete": Operation("End it; answers when its program is gone.", 204),
    },
    "api/sessions/{id}/token": {
        "post": Operation("A new resume token, for the owner.", 201, "Token", {})
    },
    "api/sessions/{id}/shares": {
        "get": Operation("The session's shares, for its owner.", answer="Shares"),
        "post": Operation(
            "Share the session, for `lifetime` seconds: to watch it, or also to ask for control.",
            201,
            "NewShare",
            {"control": FLAG, "lifetime": {"type": "integer", "minimum": 1}},
        ),
        "delete": Operation("Take all shares back, with the connections that came by them.", 204),
    },
    "api/sessions/{id}/shares/{share}": {
        "delete": Operation("Take one share back, with the connections that came by it.", 204)
    },
    "api/sessions/{id}/transfers": {
        "get": Operation("How far the session's transfers have got.", answer="Transfers")
    },
    "api/sessions/{id}/downloads": {
        "post": Operation(
            "Open a file that `tornterm-get` has offered.",
            201,
            "OneTransfer",
            {"path": TEXT, "size": COUNT, "inode": COUNT},
        )
    },
    "api/sessions/{id}/downloads/{transfer}": {
        "get": Operation("Its bytes, or the part that `Range` asks for."),
        "delete": Operation("End it.", 204),
    },
    "api/sessions/{id}/uploads": {
        "post": Operation(
            "Begin a file in the folder that the program is in.",
            201,
            "OneTransfer",
            {"name": TEXT, "size": COUNT},
        )
    },
    "api/sessions/{id}/uploads/{transfer}": {
        "get": Operation("How far it has got, to go on there.", answer="OneTransfer"),
        "post": Operation("Every byte is there: give it its name.", answer="Uploaded", body={}),
        "delete": Operation("Give it up; nothing is left of it.", 204),
    },
    "api/sessions/{id}/uploads/{transfer}/bytes": {
        "patch": Operation("Bytes of it, at most 8 MiB, behind `?offset=`.", answer="Offset")
    },
    "api/tickets": {
        "post": Operation(
            "A ticket for one WebSocket, and a resume token for `session` where that is given.",
            201,
            "Ticket",
            {"session": LABEL},
        )
    },
    "api/terminals": {
        "get": Operation("The caller's sessions as Jupyter's terminals.", answer="Terminals"),
        "post": Operation(
            "Make a session as Jupyter's clients do.",
            answer="Terminal",
            body={"name": TEXT, "cwd": TEXT},
        ),
    },
    "api/terminals/{terminal}": {
        "get": Operation("One of them.", answer="Terminal"),
        "delete": Operation("End it; answers when its program is gone.", 204),
    },
    "api/openapi.json": {"get": Operation("This document.")},
    "healthz": {"get": Operation("The process answers.", public=True)},
    "readyz": {"get": Operation("Whether new sessions are possible; 503 while not.")},
    "metrics": {"get": Operation("Numbers for Prometheus, for admins and the scraper's token.")},
    **ADMIN_OPERATIONS,
}
"""By path below the base, and by verb. Pages, files and WebSockets are not described here."""


SCHEMAS: dict[str, Schema] = {
    "Error": object_of(
        error=object_of(
            ("limit", "current", "retryAfter"),
            code=TEXT,
            message=TEXT,
            limit=COUNT,
            current=COUNT,
            retryAfter=COUNT,
        )
    ),
    "User": object_of(
        name=TEXT, display_name=TEXT, groups={"type": "array", "items": TEXT}, admin=FLAG
    ),
    "LoggedIn": object_of(next=TEXT),
    "Me": object_of(user=ref("User"), via=TEXT, expires=or_null(NUMBER)),
    "Usage": object_of(
        sessions=COUNT,
        max_per_user=COUNT,
        created=COUNT,
        max_per_hour=COUNT,
        group=TEXT,
        max_in_group=COUNT,
        server_full=FLAG,
        retryAfter=or_null(COUNT),
    ),
    "Profile": object_of(name=TEXT, label=TEXT),
    "Profiles": object_of(profiles={"type": "array", "items": ref("Profile")}),
    "Session": object_of(
        id=TEXT,
        user=TEXT,
        title=TEXT,
        profile=TEXT,
        state={"enum": ["pending", "running", "ending", "ended"]},
        created=NUMBER,
        cols=CELLS,
        rows=CELLS,
        attached=COUNT,
        output=COUNT,
        exit=or_null(object_of(exitCode=or_null(COUNT), signal=or_null(COUNT), ended=NUMBER)),
        expires=or_null(NUMBER),
    ),
    "Sessions": object_of(sessions={"type": "array", "items": ref("Session")}),
    "OneSession": object_of(session=ref("Session")),
    "NewSession": object_of(session=ref("Session"), token=TEXT),
    "Share": object_of(id=TEXT, control=FLAG, created=NUMBER, expires=NUMBER, watching=COUNT),
    "Shares": object_of(shares={"type": "array", "items": ref("Share")}),
    "NewShare": object_of(share=ref("Share"), secret=TEXT, path=TEXT),
    "Token": object_of(session=TEXT, token=TEXT),
    "Ticket": object_of(
        ("session", "token"), ticket=TEXT, lifetime=COUNT, session=TEXT, token=TEXT
    ),
    "Transfer": object_of(
        id=TEXT,
        kind={"enum": ["download", "upload"]},
        name=TEXT,
        path=TEXT,
        size=COUNT,
        done=COUNT,
        finished=FLAG,
        active=FLAG,
        problem=or_null(object_of(code=TEXT, message=TEXT)),
    ),
    "OneTransfer": object_of(transfer=ref("Transfer")),
    "Transfers": object_of(transfers=list_of(ref("Transfer"))),
    "Uploaded": object_of(name=TEXT, path=TEXT, sha256=TEXT),
    "Offset": object_of(offset=COUNT),
    "Terminal": object_of(name=TEXT, last_activity=TEXT),
    "Terminals": {"type": "array", "items": ref("Terminal")},
    **ADMIN_SCHEMAS,
}


def document(base: str) -> dict[str, Any]:
    """The OpenAPI document.

    Args:
        base: The path under which clients see everything, with a slash at both ends.
    """
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "tornterm",
            "version": "1",
            "description": "Requests with a cookie that change something need an allowed Origin.",
        },
        "servers": [{"url": base.rstrip("/") or "/"}],
        "security": [{"bearer": []}, {"cookie": []}],
        "paths": {
            f"/{path}": {verb: _operation(path, operation) for verb, operation in verbs.items()}
            for path, verbs in OPERATIONS.items()
        },
        "components": {
            "schemas": SCHEMAS,
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "cookie": {"type": "apiKey", "in": "cookie", "name": "tornterm-<instance>"},
            },
        },
    }


def _operation(path: str, operation: Operation) -> dict[str, Any]:
    success: dict[str, Any] = {"description": "Success"}
    if operation.answer:
        success["content"] = {"application/json": {"schema": ref(operation.answer)}}
    error = {"application/json": {"schema": ref("Error")}}
    result: dict[str, Any] = {
        "summary": operation.summary,
        "responses": {
            str(operation.status): success,
            "default": {"description": "An error", "content": error},
        },
    }
    if operation.body is not None:
        schema = object_of(tuple(operation.body), **operation.body)
        result["requestBody"] = {"content": {"application/json": {"schema": schema}}}
    if operation.public:
        result["security"] = []
    if names := re.findall(r"{(\w+)}", path):
        result["parameters"] = [
            {"name": name, "in": "path", "required": True, "schema": TEXT} for name in names
        ]
    return result


class OpenApiHandler(Handler):
    """``{base}api/openapi.json``: what programs can ask for, and what they get."""

    def get(self) -> None:
        """The document."""
        self.answer(document(public_base(self.terminals)))

"""The administrators' part of the description of the HTTP API."""

from __future__ import annotations

from tornterm.web.schema import (
    COUNT,
    FLAG,
    NUMBER,
    TEXT,
    Operation,
    Schema,
    list_of,
    object_of,
    or_null,
    ref,
)

__all__ = ["ADMIN_OPERATIONS", "ADMIN_SCHEMAS"]

ADMIN_OPERATIONS: dict[str, dict[str, Operation]] = {
    "api/admin/server": {
        "get": Operation("How full the server is, and since when it runs.", answer="Server")
    },
    "api/admin/history": {
        "get": Operation("The last hour in figures, one sample every 10 s.", answer="History")
    },
    "api/admin/events": {
        "get": Operation("Everything that changes, as a stream of server-sent events.")
    },
    "api/admin/sessions": {
        "get": Operation("The living sessions of everybody, or of one `user`.", answer="Sessions")
    },
    "api/admin/sessions/{id}": {
        "get": Operation("One session, and who is there.", answer="SessionDetails"),
        "delete": Operation("End it; its people are told, and it is audited.", 204),
    },
    "api/admin/sessions/{id}/watch": {
        "post": Operation(
            "A link to watch it, for the caller alone; its people are told, and it is audited.",
            201,
            "WatchLink",
            {},
        )
    },
    "api/admin/users": {
        "get": Operation("Who has a session or is logged in, and their limits.", answer="People")
    },
    "api/admin/logins": {
        "delete": Operation(
            "End the logins of one `user` and close what depends on them; audited.",
            answer="EndedLogins",
        )
    },
    "api/admin/plugins": {
        "get": Operation("The plugins, and how they are doing.", answer="Plugins")
    },
    "api/admin/audit": {
        "get": Operation("The latest audit events, the newest first.", answer="Events")
    },
    "api/admin/audit/older": {
        "get": Operation("Older events, from a sink that can read them.", answer="OlderEvents")
    },
    "api/admin/reload": {
        "post": Operation("Read the configuration again.", answer="Reloaded", body={})
    },
}
"""By path below the base, and by verb."""

_HOOK = {"hook": TEXT, "calls": COUNT, "errors": COUNT, "seconds": NUMBER, "blocked": NUMBER}

_EVENT: dict[str, Schema] = {
    "event": TEXT,
    "time": NUMBER,
    "user": TEXT,
    "remote": TEXT,
    "session": TEXT,
    "facts": {"type": "object"},
}

ADMIN_SCHEMAS: dict[str, Schema] = {
    "Server": object_of(
        version=TEXT,
        started=NUMBER,
        now=NUMBER,
        sessions=COUNT,
        max_sessions=COUNT,
        connections=COUNT,
        logins=COUNT,
        audit_lost=COUNT,
        draining=FLAG,
        reloadable=FLAG,
    ),
    "History": object_of(
        interval=NUMBER,
        time=list_of(NUMBER),
        sessions=list_of(COUNT),
        connections=list_of(COUNT),
        output=list_of(NUMBER),
        delay=list_of(NUMBER),
        memory=list_of(COUNT),
    ),
    "Visitor": object_of(
        client=TEXT, user=TEXT, role=TEXT, asks=FLAG, may_control=FLAG, remote=TEXT, behind=COUNT
    ),
    "SessionDetails": object_of(
        session=ref("Session"),
        people=list_of(ref("Visitor")),
        pid=or_null(COUNT),
        scrollback=COUNT,
        queued=COUNT,
        shares=COUNT,
        screen_lost=FLAG,
    ),
    "WatchLink": object_of(path=TEXT, expires=NUMBER),
    "Person": object_of(
        name=TEXT,
        groups=list_of(TEXT),
        admin=FLAG,
        sessions=COUNT,
        attached=COUNT,
        logins=COUNT,
        created=COUNT,
        max_per_user=COUNT,
        max_per_hour=COUNT,
        group=TEXT,
        in_group=COUNT,
        max_in_group=COUNT,
        near=NUMBER,
    ),
    "EndedLogins": object_of(ended=COUNT),
    "People": object_of(users=list_of(ref("Person"))),
    "Hook": object_of(**_HOOK, longest=NUMBER),
    "Plugin": object_of(
        name=TEXT,
        distribution=TEXT,
        version=TEXT,
        order=COUNT,
        calls=COUNT,
        errors=COUNT,
        seconds=NUMBER,
        blocked=NUMBER,
        trouble=or_null(object_of(time=NUMBER, hook=TEXT, why=TEXT)),
        hooks=list_of(ref("Hook")),
    ),
    "Plugins": object_of(plugins=list_of(ref("Plugin"))),
    "Event": object_of(number=COUNT, **_EVENT),
    "KeptEvent": object_of(**_EVENT),
    "OlderEvents": object_of(events=list_of(ref("KeptEvent")), sink=TEXT, cursor=or_null(TEXT)),
    "Events": object_of(events=list_of(ref("Event"))),
    "Reloaded": object_of(restart=list_of(TEXT)),
}

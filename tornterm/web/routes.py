"""The one table of routes: what is served where, and what of it without a login."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from tornado.web import RequestHandler

from tornterm.web import (
    api,
    file_bytes,
    files,
    health,
    installed,
    login,
    pages,
    shares,
    terminals_api,
)
from tornterm.web.admin import handlers as admin
from tornterm.web.admin.feed import FeedHandler
from tornterm.web.admin.page import AdminPageHandler
from tornterm.web.openapi import OpenApiHandler
from tornterm.web.socket import SocketHandler
from tornterm.web.static import ElementHandler, StaticHandler
from tornterm.web.terminals_socket import TerminalSocketHandler
from tornterm.web.ticket_api import TicketsHandler, TokenHandler

__all__ = ["ROUTES", "Entry"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One route.

    Args:
        path: Below the base, without a leading slash; ``{id}`` stands for the id of a session,
            ``{share}`` and ``{transfer}`` for those of a share and of a transfer,
            ``{terminal}`` for the name of a terminal and ``{file}`` for that of a file.
        handler: What answers.
        access: ``required`` (a login is needed) or ``public``.
    """

    path: str
    handler: type[RequestHandler]
    access: Literal["required", "public"] = "required"

    @property
    def pattern(self) -> str:
        """The path as a regular expression."""
        pattern = re.escape(self.path).replace(r"\{file\}", "([^/]+)")
        pattern = pattern.replace(r"\{terminal\}", r"(\w{1,64})")
        return re.sub(r"\\\{(id|share|transfer)\\\}", "([A-Za-z0-9_-]{1,64})", pattern)


ROUTES: tuple[Entry, ...] = (
    Entry("", pages.TerminalHandler),
    Entry("s/{id}", pages.TerminalHandler),
    Entry("admin", AdminPageHandler),
    Entry("ws", SocketHandler),
    Entry("login", login.LoginHandler, "public"),
    Entry("logout", login.LogoutHandler),
    Entry("api/me", api.MeHandler),
    Entry("api/profiles", api.ProfilesHandler),
    Entry("api/limits", api.LimitsHandler),
    Entry("api/sessions", api.SessionsHandler),
    Entry("api/sessions/{id}", api.SessionHandler),
    Entry("api/sessions/{id}/token", TokenHandler),
    Entry("api/sessions/{id}/shares", shares.SharesHandler),
    Entry("api/sessions/{id}/shares/{share}", shares.ShareHandler),
    Entry("api/sessions/{id}/transfers", files.TransfersHandler),
    Entry("api/sessions/{id}/downloads", files.DownloadsHandler),
    Entry("api/sessions/{id}/downloads/{transfer}", file_bytes.DownloadHandler),
    Entry("api/sessions/{id}/uploads", files.UploadsHandler),
    Entry("api/sessions/{id}/uploads/{transfer}", files.UploadHandler),
    Entry("api/sessions/{id}/uploads/{transfer}/bytes", file_bytes.UploadBytesHandler),
    Entry("api/tickets", TicketsHandler),
    Entry("api/admin/server", admin.ServerHandler),
    Entry("api/admin/history", admin.HistoryHandler),
    Entry("api/admin/events", FeedHandler),
    Entry("api/admin/sessions", admin.AdminSessionsHandler),
    Entry("api/admin/sessions/{id}", admin.AdminSessionHandler),
    Entry("api/admin/sessions/{id}/watch", admin.WatchHandler),
    Entry("api/admin/users", admin.UsersHandler),
    Entry("api/admin/logins", admin.LoginsHandler),
    Entry("api/admin/plugins", admin.PluginsHandler),
    Entry("api/admin/audit", admin.AuditHandler),
    Entry("api/admin/audit/older", admin.OlderEventsHandler),
    Entry("api/admin/reload", admin.ReloadHandler),
    Entry("api/terminals", terminals_api.TerminalsHandler),
    Entry("api/terminals/{terminal}", terminals_api.TerminalHandler),
    Entry("terminals/websocket/{terminal}", TerminalSocketHandler),
    Entry("api/openapi.json", OpenApiHandler),
    Entry("element.js", ElementHandler, "public"),
    Entry("static/{file}", StaticHandler, "public"),
    Entry("app.webmanifest", installed.ManifestHandler, "public"),
    Entry("worker.js", installed.WorkerHandler, "public"),
    Entry("offline", installed.OfflineHandler, "public"),
    Entry("healthz", health.HealthHandler, "public"),
    Entry("readyz", health.ReadyHandler),
    Entry("metrics", health.MetricsHandler),
)

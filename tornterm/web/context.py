"""What the handlers need of the application they belong to."""

from __future__ import annotations

from typing import Protocol
from urllib.parse import urlsplit

from tornterm.audit import AuditLog
from tornterm.config.settings import Settings
from tornterm.core.tokens import OneTimeCodes
from tornterm.files.transfers import Transfers
from tornterm.hookspecs import App
from tornterm.plugins import PluginHost
from tornterm.sessions.clock import Clock
from tornterm.sessions.manager import SessionManager
from tornterm.sessions.reception import Reception
from tornterm.types import User
from tornterm.web.admin.desk import Desk
from tornterm.web.host_login import HostLogin
from tornterm.web.hosts import HostList
from tornterm.web.logins import LoginStore
from tornterm.web.metrics import Metrics
from tornterm.web.origin import OriginList
from tornterm.web.proxies import TrustedProxies
from tornterm.web.throttle import Throttle
from tornterm.web.tickets import TicketStore
from tornterm.web.turnstile import Turnstile

__all__ = ["Context", "public_base"]


class Context(App, Protocol):
    """The composition object, as the web layer below it sees it; `tornterm.Terminals` is one."""

    settings: Settings
    plugins: PluginHost
    audit: AuditLog
    sessions: SessionManager
    reception: Reception
    logins: LoginStore
    host_login: HostLogin | None
    codes: OneTimeCodes[User]
    tickets: TicketStore
    metrics: Metrics
    desk: Desk
    transfers: Transfers
    throttle: Throttle
    turnstile: Turnstile
    hosts: HostList
    origins: OriginList
    proxies: TrustedProxies
    clock: Clock
    base: str
    instance: str


def public_base(terminals: Context) -> str:
    """The path under which browsers see everything; begins and ends with a slash.

    A proxy may have taken a part of the path away before a request reaches us.

    Args:
        terminals: The application.
    """
    return urlsplit(terminals.settings.server.public_url).path or terminals.base

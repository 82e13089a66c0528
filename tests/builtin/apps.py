"""A small application for the tests of built-in plugins: it remembers what plugins asked of it."""

from __future__ import annotations

import asyncio
from typing import Any

from tornterm.plugins import PluginHost
from tornterm.types import AuthRequest, User


class FakeApp:
    """What plugins see of an application."""

    def __init__(self, host: PluginHost) -> None:
        self.auth_backends = host.auth_backends
        self.offered: list[User] = []
        self.rechecked = asyncio.Event()

    def offer_login_link(self, user: User) -> None:
        self.offered.append(user)

    def recheck_logins(self) -> None:
        self.rechecked.set()

    def login(self, request: Any, user: User) -> None:
        raise AssertionError("no built-in plugin has routes")


def bearer(token: str) -> AuthRequest:
    return AuthRequest("bearer", {"token": token})


def form(method: str, **fields: str) -> AuthRequest:
    return AuthRequest("form", {"method": method, **fields})

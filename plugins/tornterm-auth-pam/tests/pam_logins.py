"""What is shown to PAM, and who it is by its word."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from tornterm.types import AuthRequest, User
from tornterm_auth_pam import Pam

WRONG = "not-the-password-of-anybody"
Make = Callable[..., Pam]


def form(name: str, password: str, method: str = "pam") -> AuthRequest:
    """What the login page sends."""
    fields = {"method": method, "username": name, "password": password}
    return AuthRequest("form", fields, remote="192.0.2.7")


async def answer(plugin: Pam, name: str, password: str) -> User:
    """Who it is; there has to be an answer."""
    user = await plugin.tornterm_authenticate(form(name, password))
    assert user is not None
    return replace(user, backend="pam")

"""Logging in with system accounts through PAM, and running their shells as them."""

from __future__ import annotations

from tornterm_auth_pam.plugin import Pam
from tornterm_auth_pam.settings import PamSettings

__all__ = ["Pam", "PamSettings"]

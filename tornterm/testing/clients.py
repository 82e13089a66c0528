"""Clients of both dialects that record what they see and can be cut off, for tests."""

from __future__ import annotations

from tornterm.testing.legacy_client import LegacyClient
from tornterm.testing.socket import Refused
from tornterm.testing.v1_client import V1Client

__all__ = ["LegacyClient", "Refused", "V1Client"]

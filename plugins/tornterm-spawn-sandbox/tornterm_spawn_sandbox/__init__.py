"""Sessions in a sandbox of bubblewrap: a read-only system, a private home, no network.

Every user has a home that no other user's sandbox contains, whatever the names look like.
"""

from __future__ import annotations

from tornterm_spawn_sandbox.plugin import Sandbox
from tornterm_spawn_sandbox.settings import SandboxSettings

__all__ = ["Sandbox", "SandboxSettings"]

"""Sessions on other hosts, through the system's ssh: one for each user, group or profile.

Only hosts whose keys are known are connected to, and nothing that a user supplies is an option.
"""

from __future__ import annotations

from tornterm_spawn_ssh.plugin import Ssh
from tornterm_spawn_ssh.settings import HostSettings, SshSettings

__all__ = ["HostSettings", "Ssh", "SshSettings"]

"""Plans for sessions on other hosts."""

from __future__ import annotations

import os
from typing import Any

from hosts import ACCOUNT, Sshd

from tornterm.types import Size, SpawnPlan, SpawnRequest, User
from tornterm_spawn_ssh import Ssh, SshSettings

PERSON = User(ACCOUNT)


def table(host: Sshd, *hosts: dict[str, Any], **more: Any) -> SshSettings:
    """A table for tests."""
    plain = {"host": "127.0.0.1", "port": host.port, "identity": str(host.identity)}
    values = {
        "known_hosts": str(host.known_hosts),
        "hosts": [{**plain, **one} for one in hosts or ({},)],
        **({"run_as": "nobody"} if os.geteuid() == 0 else {}),
        **more,
    }
    return SshSettings.model_validate(values)


def planned(plugin: Ssh, user: User = PERSON, **wishes: Any) -> SpawnPlan:
    """The plan for a session; there has to be one."""
    plan = plugin.tornterm_spawn(user, SpawnRequest("s1", Size(), **wishes))
    assert plan is not None
    return plan

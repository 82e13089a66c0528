"""tornterm with nine plugins at once: three logins, three spawners, two sinks and the recorder.

None of the logins and spawners has its counterpart: they are asked and decline, as most of those
that are enabled do. The sinks keep each event, and the recorder keeps all output on the disk.
"""

from __future__ import annotations

import socket
from pathlib import Path

__all__ = ["with_nine_plugins"]

ENABLED = (
    *("token", "pam", "ldap", "proxy"),
    *("ssh", "shell", "container", "sandbox"),
    *("sql", "syslog", "recorder"),
)

SETTINGS = """
[plugins.pam]
service = "other"
sessions = false
[plugins.ldap]
servers = ["ldap://127.0.0.1:1"]
start_tls = false
user_base = "dc=example,dc=org"
[plugins.proxy]
proxies = ["192.0.2.1/32"]
[plugins.ssh]
known_hosts = "known_hosts"
run_as = "nobody"
[[plugins.ssh.hosts]]
host = "127.0.0.1"
profile = "elsewhere"
[plugins.container]
image = "localhost/none"
program = "{engine}"
[plugins.sandbox]
homes = "homes"
run_as = "nobody"
[plugins.syslog]
address = "udp://127.0.0.1:{syslog}"
[plugins.recorder]
folder = "recordings"
"""

# Takes what is sent to it, and forgets it once its buffer is full.
_syslog: list[socket.socket] = []


def with_nine_plugins(config: str, scratch: Path) -> str:
    """A configuration that also enables nine plugins.

    Args:
        config: One that enables the built-in plugins ``token`` and ``shell``.
        scratch: The folder in which it is to lie, which programs of others may look into.
    """
    if not _syslog:
        _syslog.append(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        _syslog[0].bind(("127.0.0.1", 0))
    engine = scratch / "engine"
    engine.write_text(f"#!/bin/sh\necho sha256:{64 * '0'}\n")
    engine.chmod(0o755)
    scratch.chmod(0o755)
    (scratch / "known_hosts").touch()
    (scratch / "homes").mkdir()
    names = ", ".join(f'"{name}"' for name in ENABLED)
    config = config.replace('enabled = ["token", "shell"]', f"enabled = [{names}]")
    return config + SETTINGS.format(engine=engine, syslog=_syslog[0].getsockname()[1])

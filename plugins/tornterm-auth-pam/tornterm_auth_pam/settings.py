"""The table ``[plugins.pam]``."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator

from tornterm.config.fields import (
    ConfigTable,
    Duration,
    Word,
    Words,
    explained,
    setting,
    shortest,
)

__all__ = ["PamSettings"]

_SERVICE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")


def _service(name: str) -> str:
    if not _SERVICE.fullmatch(name):
        raise ValueError('must be the name of a file in /etc/pam.d, like "tornterm"')
    return name


class PamSettings(ConfigTable):
    """Logging in with system accounts."""

    service: Annotated[str, AfterValidator(explained(_service))] = setting(
        ..., "The file in /etc/pam.d that says how people log in.", example="tornterm"
    )
    label: Word = setting("System account", "What the login page calls it.")
    min_uid: int = setting(
        1000, "Accounts with a lower number may not log in; root never may.", ge=1
    )
    allowed_groups: Words = setting(
        (), "Only members of one of these system groups may log in; empty for all."
    )
    admin_groups: Words = setting(
        (), "Members of one of these system groups may see and end the sessions of others."
    )
    sessions: bool = setting(
        True,
        "Whether PAM's session phase surrounds each program, which needs a server that runs as "
        'root and `run_as = "{user}"` in [plugins.shell]. Without it PAM only checks passwords.',
    )
    timeout: Annotated[Duration, shortest("100ms")] = setting(
        "8s", "How long PAM may take for one login; what it started is killed then."
    )
    at_once: int = setting(
        8, "How many passwords are checked at the same time; the others wait.", ge=1, le=100
    )

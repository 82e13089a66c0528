"""The plugin for tests: everything happens soon, and one can wait for it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from receivers import PATIENCE

from tornterm_audit_syslog import Syslog, SyslogSettings


def settings(folder: Path, address: str, **more: Any) -> SyslogSettings:
    """A table for tests."""
    table = {
        "address": address,
        "spool": str(folder / "spool.sqlite3"),
        "gather": "5ms",
        "retry": "10ms",
        "retry_most": "50ms",
        **more,
    }
    return SyslogSettings.model_validate(table)


def settle(bench: Any, plugin: Syslog) -> None:
    """Wait until the receiver has all of them."""
    bench.run(lambda host: asyncio.wait_for(plugin.settled(), PATIENCE), PATIENCE + 5)

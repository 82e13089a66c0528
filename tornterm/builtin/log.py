"""Audit events in the server's log."""

from __future__ import annotations

import json
import logging

from tornterm.hookspecs import hookimpl
from tornterm.types import AuditEvent

__all__ = ["Log"]

logger = logging.getLogger("tornterm.audit")


class Log:
    """Writes each audit event as one line of JSON to the logger ``tornterm.audit``."""

    @hookimpl
    def tornterm_audit(self, event: AuditEvent) -> None:
        """Log an event; in a worker thread, because a handler may block."""
        line = json.dumps(event.as_dict(), ensure_ascii=True, default=str)
        logger.info("%s", line, extra={"audit": event.as_dict()})

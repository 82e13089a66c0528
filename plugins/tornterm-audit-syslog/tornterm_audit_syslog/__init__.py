"""Audit events for syslog (RFC 5424 over UDP, TCP or TLS) and for the journal, at least once.

An event is on the disk when it counts as kept, and leaves the disk when the receiver has read it:
over TCP and TLS that is known for certain, because each batch has a connection of its own, which
the receiver closes when it has come to its end.
"""

from __future__ import annotations

from tornterm_audit_syslog.plugin import Syslog
from tornterm_audit_syslog.settings import SyslogSettings

__all__ = ["Syslog", "SyslogSettings"]

"""The plugin: what is kept is written down first, and brought to the receiver afterwards."""

from __future__ import annotations

import os
import re
import socket

from pydantic import BaseModel

from tornterm.errors import ConfigError, ConfigProblem
from tornterm.hookspecs import hookimpl
from tornterm.spool import SpooledSink
from tornterm_audit_syslog.message import Origin
from tornterm_audit_syslog.settings import FACILITIES, SyslogSettings
from tornterm_audit_syslog.ways import Way

__all__ = ["Syslog"]


class Syslog(SpooledSink):
    """Sends audit events to syslog or to the journal.

    Args:
        settings: The table ``[plugins.syslog]``.

    Raises:
        ConfigError: The certificates that it names cannot be used.
    """

    name = "syslog"

    def __init__(self, settings: SyslogSettings) -> None:
        hostname = settings.hostname or re.sub(r"[^!-~]", "?", socket.gethostname())[:255] or "-"
        origin = Origin(
            FACILITIES[settings.facility],
            hostname,
            settings.app_name,
            os.getpid(),
            settings.sd_id,
            settings.max_message,
        )
        try:
            way = Way(settings, origin)
        except OSError as error:  # those of TLS are such, too
            why = f"the certificates cannot be used: {error}"
            raise ConfigError([ConfigProblem("", "", "ca_file", why)]) from error
        super().__init__(send=way.send, **settings.arguments())

    @staticmethod
    @hookimpl
    def tornterm_register_config() -> type[BaseModel]:
        """Name the model of the table."""
        return SyslogSettings

"""Logging to stderr: lines for people or JSON, and no secret in either."""

from __future__ import annotations

import json
import logging
import re
import sys
import time
from typing import TextIO

from tornterm.config.settings import LoggingSettings

__all__ = ["JsonFormatter", "TextFormatter", "configure", "redacted"]

_SECRETS = re.compile(
    r"""
      (?P<query>[?&\#](?:resume|code|token)=)[^&\s"'<>]+        # in URLs; the legacy dialect's too
    | (?P<bearer>\b(?:Bearer|Basic)\s+)[A-Za-z0-9._~+/=-]+
    | (?P<ticket>\bticket\.)[A-Za-z0-9._~-]+                    # offered as a subprotocol
    | (?P<cookie>\b(?:__Host-)?tornterm[\w.-]*=)[^;,\s"']+
    """,
    re.IGNORECASE | re.VERBOSE,
)


def redacted(text: str) -> str:
    """The text without what could log somebody in or take up a session."""
    return _SECRETS.sub(lambda match: f"{match[match.lastgroup or 0]}***", text)


class TextFormatter(logging.Formatter):
    """``2026-01-31 12:00:00,123 INFO tornterm.server: message``, for people."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """One record, with its traceback; control characters other than newlines are escaped."""
        text = redacted(super().format(record))
        if text.isprintable():
            return text
        return "".join(c if c in "\n\t" or c.isprintable() else ascii(c)[1:-1] for c in text)


class JsonFormatter(logging.Formatter):
    """One JSON object a line: ``time``, ``level``, ``logger``, ``message``, ``exception``."""

    def format(self, record: logging.LogRecord) -> str:
        """One record; the time is UTC."""
        seconds = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        entry = {
            "time": f"{seconds}.{int(record.msecs):03}Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": redacted(record.getMessage()),
        }
        if record.exc_info:
            entry["exception"] = redacted(self.formatException(record.exc_info))
        return json.dumps(entry, ensure_ascii=False)


def configure(settings: LoggingSettings, stream: TextIO | None = None) -> None:
    """Send everything that is logged to stderr in the configured form.

    Args:
        settings: The table ``[logging]``.
        stream: Where to write instead of stderr.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonFormatter() if settings.format == "json" else TextFormatter())
    root = logging.getLogger()
    for old in root.handlers[:]:
        root.removeHandler(old)
    root.addHandler(handler)
    set_level(settings)


def set_level(settings: LoggingSettings) -> None:
    """Change what is important enough to be written."""
    logging.getLogger().setLevel(settings.level.upper())
    # asyncio says at every start which selector it uses; nobody ever needed to know.
    logging.getLogger("asyncio").setLevel(max(logging.INFO, logging.getLogger().level))

"""Audit events in the server's log."""

from __future__ import annotations

import json
import logging

import pytest

from tornterm.plugins import PluginHost
from tornterm.types import AuditEvent


async def test_an_event_is_one_line_of_json(caplog: pytest.LogCaptureFixture) -> None:
    """At level INFO on the logger tornterm.audit, and as a whole for structured logs."""
    host = PluginHost(["log"], {})
    event = AuditEvent("auth.failed", 1.5, "bob", "::1", "", {"why": "wrong\npassword"})
    with caplog.at_level(logging.INFO, "tornterm.audit"):
        assert await host.audit(event) == {}
    await host.shutdown(None)  # type: ignore[arg-type]
    (record,) = caplog.records
    assert (record.name, record.levelname) == ("tornterm.audit", "INFO")
    assert json.loads(record.getMessage()) == event.as_dict()
    assert "\n" not in record.getMessage()
    assert record.audit == event.as_dict()  # type: ignore[attr-defined]

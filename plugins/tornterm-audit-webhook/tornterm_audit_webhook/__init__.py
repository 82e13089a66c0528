"""Audit events for a web service: signed, in batches, at least once.

An event is on the disk when it counts as kept, and leaves the disk when the receiver has said that
it has it. So neither a receiver that is down nor the end of the server loses any.
"""

from __future__ import annotations

from tornterm_audit_webhook.plugin import Webhook
from tornterm_audit_webhook.settings import WebhookSettings
from tornterm_audit_webhook.signature import HEADER, sign, verify

__all__ = ["HEADER", "Webhook", "WebhookSettings", "sign", "verify"]

"""The plugin: what is kept is written down first, and brought to the receiver afterwards."""

from __future__ import annotations

from pydantic import BaseModel

from tornterm.hookspecs import hookimpl
from tornterm.spool import SpooledSink
from tornterm_audit_webhook.delivery import Delivery
from tornterm_audit_webhook.settings import WebhookSettings

__all__ = ["Webhook"]


class Webhook(SpooledSink):
    """Sends audit events to a web service.

    Args:
        settings: The table ``[plugins.webhook]``.
    """

    name = "webhook"

    def __init__(self, settings: WebhookSettings) -> None:
        super().__init__(send=Delivery(settings).send, **settings.arguments())

    @staticmethod
    @hookimpl
    def tornterm_register_config() -> type[BaseModel]:
        """Name the model of the table."""
        return WebhookSettings

"""From the table of routes to what Tornado serves."""

from __future__ import annotations

import re
from typing import Any, TypeAlias

from tornado.web import Application, RequestHandler

from tornterm.errors import PluginError
from tornterm.types import Route
from tornterm.web.base import Access
from tornterm.web.context import Context
from tornterm.web.pages import NotFoundHandler, TerminalHandler
from tornterm.web.routes import ROUTES

__all__ = ["Rule", "make_application", "make_handlers"]

Rule: TypeAlias = tuple[str, type[RequestHandler], dict[str, Any]]

_HOOK = "tornterm_register_routes"


def make_handlers(terminals: Context) -> list[Rule]:
    """All rules of one application, those of its plugins included.

    Args:
        terminals: The application.

    Raises:
        PluginError: A plugin offers a route that is none.
    """
    base = re.escape(terminals.base)
    rules: list[Rule] = [
        (
            f"{base}{entry.pattern}",
            entry.handler,
            {"terminals": terminals, "public": entry.access == "public", "route": entry.path},
        )
        for entry in ROUTES
    ]
    for plugin, route in terminals.plugins.routes(terminals):
        rules.append(_rule_of_plugin(terminals, plugin, route))
    if terminals.base != "/":
        # Who leaves the last slash out means the page.
        arguments = {"terminals": terminals, "public": False, "route": ""}
        rules.append((re.escape(terminals.base[:-1]), TerminalHandler, arguments))
    rules.append((f"{base}.*", NotFoundHandler, _nothing(terminals)))
    return rules


def _nothing(terminals: Context) -> dict[str, Any]:
    return {"terminals": terminals, "public": True, "route": "nothing"}


def make_application(terminals: Context) -> Application:
    """A Tornado application that serves nothing but the terminals.

    Args:
        terminals: The application.

    Raises:
        PluginError: A plugin offers a route that is none.
    """
    interval = terminals.settings.server.ping_interval
    return Application(
        make_handlers(terminals),
        default_handler_class=NotFoundHandler,
        default_handler_args=_nothing(terminals),
        websocket_ping_interval=interval,
        websocket_ping_timeout=interval,
    )


def _rule_of_plugin(terminals: Context, plugin: str, route: Route) -> Rule:
    """A plugin's route, below its own prefix and behind our checks."""
    if not isinstance(route.handler, type) or not issubclass(route.handler, RequestHandler):
        raise PluginError(plugin, _HOOK, f"{route.handler!r} is no tornado.web.RequestHandler")
    if route.access not in ("required", "public"):
        raise PluginError(plugin, _HOOK, f"access is {route.access!r}, not required or public")
    pattern = f"{re.escape(terminals.base)}-/{re.escape(plugin)}/(?:{route.path})"
    try:
        re.compile(pattern)
    except re.error as error:
        raise PluginError(plugin, _HOOK, f"{route.path!r} is no path: {error}") from None
    arguments = {
        "terminals": terminals,
        "public": route.access == "public",
        "route": f"-/{plugin}",
        "theirs": dict(route.kwargs),
    }
    return pattern, _guarded(route.handler), arguments


def _guarded(handler: type[RequestHandler]) -> type[RequestHandler]:
    """A plugin's handler behind our checks, whatever it is made of.

    Args:
        handler: The plugin's class; its own ``prepare`` runs when ours has let the request pass.
    """

    def initialize(self: Any, theirs: dict[str, Any], **ours: Any) -> None:
        Access.initialize(self, **ours)
        handler.initialize(self, **theirs)

    # A public route of a plugin may be there for other sites: a single sign-on posts from its own.
    members = {"initialize": initialize, "judges_origin": False, "__module__": handler.__module__}
    return type(handler.__name__, (Access, handler), members)

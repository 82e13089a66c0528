"""PluginHost: the plugins of one application, behind one typed method per hook.

The hooks of each module of `tornterm.hookspecs` are asked by the module of the same name here.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import pluggy

from tornterm import hookspecs
from tornterm.errors import PluginError
from tornterm.hookspecs import PROJECT
from tornterm.plugins.calls import Calls, OnCall, OnSlow
from tornterm.plugins.dispatch import Dispatcher, OnError
from tornterm.plugins.host.auditing import Auditing
from tornterm.plugins.host.lifecycle import Lifecycle
from tornterm.plugins.host.people import People
from tornterm.plugins.host.programs import Programs
from tornterm.plugins.host.sessions import Sessions
from tornterm.plugins.info import PluginInfo
from tornterm.plugins.loading import load
from tornterm.plugins.privileges import RootWatch

__all__ = ["PluginHost", "PluginInfo"]


class PluginHost(Lifecycle, People, Programs, Sessions, Auditing):
    """The plugins of one application.

    A plugin is a class, which is made with its checked settings as the only argument where it
    implements `tornterm_register_config` as a static or class method, and without arguments
    otherwise; a module or a ready object takes no settings. Plugins are asked in this order:
    `extra`, then `enabled` as written, then the built-in ``policy``, which is always there.
    (An implementation marked ``tryfirst`` or ``trylast`` moves itself, as everywhere in pluggy.)

    Args:
        enabled: The names and import paths in ``plugins.enabled``.
        tables: The tables ``[plugins.<name>]`` by name, unchecked.
        extra: Plugins that an embedder hands over: classes, objects or modules.
        disabled: The names in ``plugins.disabled``, which are left out whoever enables them.
        source: The file that `enabled` and `tables` came from.
        timeout: Seconds that one implementation may take for one call.
        clock: Seconds on a clock that never goes back, for the durations given to `on_call`.

    Raises:
        ConfigError: Names that do not exist or are offered twice, and wrong tables: all at once.
        PluginError: A plugin cannot be imported or made, or breaks the contract.
    """

    def __init__(
        self,
        enabled: Sequence[str],
        tables: Mapping[str, Mapping[str, Any]],
        extra: Sequence[object] = (),
        *,
        disabled: Collection[str] = (),
        source: str = "",
        timeout: float = 10.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        loaded = load(enabled, disabled, tables, extra, source)
        self._warnings = loaded.warnings
        self._source = source
        self._order = loaded.plugins
        self._manager = pluggy.PluginManager(PROJECT)
        self._manager.add_hookspecs(hookspecs)
        # pluggy asks the last registered first.
        for plugin in reversed(loaded.plugins):
            self._register(plugin.name, plugin.plugin)
        self.on_call: OnCall = lambda plugin, hook, seconds, error: None
        """Called after each call, with the error or None: for metrics."""
        self.on_slow: OnSlow = lambda plugin, hook, seconds: None
        """Called when a coroutine held the event loop for too long: for metrics."""
        self.on_error: OnError = lambda error: None
        """Called when a call failed whose answer counted: for the audit log."""
        trace = os.environ.get("TORNTERM_TRACE_PLUGINS", "") not in ("", "0")
        self._calls = Calls(
            timeout,
            clock,
            trace,
            on_call=lambda *call: self.on_call(*call),
            on_slow=lambda *step: self.on_slow(*step),
        )
        self._ask = Dispatcher(self._manager, self._calls, lambda error: self.on_error(error))
        self._started: list[str] = []
        self._root = RootWatch("shell")

    def describe(self) -> list[PluginInfo]:
        """All plugins in the order in which they are asked."""
        return [PluginInfo.of(p, self._hooks_of(p.plugin), n) for n, p in enumerate(self._order, 1)]

    @property
    def auth_backends(self) -> tuple[str, ...]:
        """The names of the plugins that authenticate, in the order asked."""
        return self.names_for("tornterm_authenticate")

    def names_for(self, hook: str) -> tuple[str, ...]:
        """The names of the plugins that implement `hook`, in the order asked."""
        return tuple(impl.plugin_name for impl in self._ask.implementations(hook))

    def _register(self, name: str, plugin: object) -> None:
        try:
            self._manager.register(plugin, name)
            self._manager.check_pending()
        except (pluggy.PluginValidationError, ValueError) as error:
            raise PluginError(name, "", " ".join(str(error).split())) from error

    def _hooks_of(self, plugin: object) -> tuple[str, ...]:
        callers = self._manager.get_hookcallers(plugin) or []
        return tuple(sorted(caller.name for caller in callers))

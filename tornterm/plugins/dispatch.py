"""How the answers of several plugins become one result: the kinds of hooks, carried out.

pluggy itself is synchronous. Here its implementations are walked one by one, in its order, so that
each can be awaited, timed and blamed on its own.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar

import pluggy

from tornterm.errors import PluginError
from tornterm.hookspecs import KINDS, Kind
from tornterm.plugins.answers import anything, verdict
from tornterm.plugins.calls import Calls
from tornterm.plugins.notifications import Notifications

__all__ = ["Dispatcher", "OnError"]

logger = logging.getLogger("tornterm.plugins")

T = TypeVar("T")

OnError = Callable[[PluginError], None]
Arguments = Mapping[str, Any]
Refusals = tuple[type[Exception], ...]


class Dispatcher:
    """Asks all plugins that implement a hook.

    Args:
        manager: Holds the plugins.
        calls: Makes the single calls.
        on_error: Told of each failure that counted for a result.
    """

    def __init__(self, manager: pluggy.PluginManager, calls: Calls, on_error: OnError) -> None:
        self._on_error = on_error
        self.notifications = Notifications()
        self._manager = manager
        self._calls = calls

    def implementations(self, hook: str) -> list[pluggy.HookImpl]:
        """The implementations of a hook, in the order in which they are asked."""
        caller: pluggy.HookCaller = getattr(self._manager.hook, hook)
        return caller.get_hookimpls()[::-1]

    async def decide(
        self,
        hook: str,
        check: Callable[[str], Callable[[Any], T | None]],
        refusals: Refusals = (),
        only: Collection[str] | None = None,
        **arguments: Any,
    ) -> T | None:
        """DECIDE: the first answer that is not None.

        Args:
            hook: The hook.
            check: Makes the checker of the answers of the plugin of that name.
            refusals: Exceptions that are answers and pass through.
            only: The plugins to ask; None for all.
            **arguments: The hook's arguments.

        Raises:
            PluginError: An implementation failed; those behind it were not asked.
        """
        for impl in self.implementations(hook):
            if only is not None and impl.plugin_name not in only:
                continue
            checker = check(impl.plugin_name)
            answer = await self._call(impl, hook, arguments, checker, refusals)
            if answer is not None:
                return answer
        return None

    async def agree(self, hook: str, **arguments: Any) -> bool:
        """VETO: whether nobody says no; who fails says no."""
        for impl in self.implementations(hook):
            if await self._opinion(impl, hook, arguments) is False:
                return False
        return True

    async def vote(self, hook: str, *, some: bool = False, **arguments: Any) -> bool:
        """VOTE: whether somebody says yes and nobody says no; who fails says no.

        Args:
            hook: The hook.
            some: Whether somebody has said yes already.
            **arguments: The hook's arguments.
        """
        for impl in self.implementations(hook):
            opinion = await self._opinion(impl, hook, arguments)
            if opinion is False:
                return False
            some = some or opinion is True
        return some

    async def transform(
        self,
        hook: str,
        argument: str,
        check: Callable[[Any], T | None],
        refusals: Refusals = (),
        settle: Callable[[Any, Any], Any] = lambda before, after: after,
        **arguments: Any,
    ) -> Any:
        """TRANSFORM: `argument` as the last plugin leaves it; None leaves it as it is.

        What each plugin makes of it goes through `settle`, together with what it was before.

        Raises:
            PluginError: An implementation failed.
        """
        for impl in self.implementations(hook):
            answer = await self._call(impl, hook, arguments, check, refusals)
            if answer is not None:
                arguments[argument] = settle(arguments[argument], answer)
        return arguments[argument]

    async def collect(
        self, hook: str, check: Callable[[Any], tuple[T, ...]], **arguments: Any
    ) -> list[tuple[str, T]]:
        """COLLECT: what all give, in order, with their names; who fails gives nothing."""

        async def ask(impl: pluggy.HookImpl) -> list[tuple[str, T]]:
            try:
                values = await self._call(impl, hook, arguments, check)
            except PluginError:
                return []
            return [(impl.plugin_name, value) for value in values]

        # All at once: a slow one must not add its time to that of the others.
        parts = await asyncio.gather(*(ask(impl) for impl in self.implementations(hook)))
        return [given for part in parts for given in part]

    def register(
        self, hook: str, check: Callable[[Any], tuple[T, ...]], **arguments: Any
    ) -> list[tuple[str, T]]:
        """REGISTER: what all give, in order, with their names.

        Raises:
            PluginError: An implementation failed.
        """
        return [
            (impl.plugin_name, value)
            for impl in self.implementations(hook)
            for value in self._calls.call_now(impl, hook, arguments, check)
        ]

    def notify(self, hook: str, key: str, /, **arguments: Any) -> None:
        """NOTIFY, without waiting: in order per plugin and `key`, dropped where too many wait."""
        for impl in self.implementations(hook):
            delivery = partial(self._deliver, impl, hook, arguments)
            if not self.notifications.put(impl.plugin_name, key, delivery):
                dropped = PluginError(
                    impl.plugin_name, hook, "too slow; a notification was dropped"
                )
                self._calls.report(impl.plugin_name, hook, 0.0, dropped)

    async def tell(
        self, hook: str, only: Collection[str] | None = None, **arguments: Any
    ) -> dict[str, PluginError]:
        """NOTIFY, one after the other, waiting for each.

        Args:
            hook: The hook.
            only: The plugins to tell; None for all.
            **arguments: The hook's arguments.

        Returns:
            Which plugins failed, and how.
        """
        failed = {}
        for impl in self.implementations(hook):
            if only is None or impl.plugin_name in only:
                try:
                    await self._call(impl, hook, arguments, anything)
                except PluginError as error:
                    failed[impl.plugin_name] = error
        return failed

    async def _opinion(self, impl: pluggy.HookImpl, hook: str, arguments: Arguments) -> bool | None:
        try:
            return await self._call(impl, hook, arguments, verdict)
        except PluginError:
            return False

    async def _deliver(self, impl: pluggy.HookImpl, hook: str, arguments: Arguments) -> None:
        # Whatever went wrong is logged and counted by now, and nobody waits for it.
        with suppress(PluginError):
            await self._call(impl, hook, arguments, anything)

    async def _call(
        self,
        impl: pluggy.HookImpl,
        hook: str,
        arguments: Arguments,
        check: Callable[[Any], T],
        refusals: Refusals = (),
    ) -> T:
        try:
            return await self._calls.call(impl, hook, arguments, check, refusals)
        except PluginError as error:
            # What is only told never reaches the audit log: its own sinks are told as well.
            if KINDS[hook] is not Kind.NOTIFY:
                self._audit(error)
            raise

    def _audit(self, error: PluginError) -> None:
        try:
            self._on_error(error)
        except Exception:
            logger.exception("reporting a failure of plugin %r failed", error.plugin)

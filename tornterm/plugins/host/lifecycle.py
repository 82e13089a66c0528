"""What plugins bring, and how they begin and end."""

from __future__ import annotations

from dataclasses import replace

import click

from tornterm.errors import ConfigError, ConfigProblem
from tornterm.hookspecs import App
from tornterm.plugins.answers import anything, several
from tornterm.plugins.calls import Calls
from tornterm.plugins.find import Found
from tornterm.plugins.host.asking import Asking
from tornterm.types import Route

__all__ = ["Lifecycle"]


class Lifecycle(Asking):
    """Collects what plugins bring, starts them and shuts them down."""

    _calls: Calls
    _order: tuple[Found, ...]
    _source: str
    _started: list[str]
    _warnings: tuple[ConfigProblem, ...]

    def commands(self) -> list[tuple[str, click.Command]]:
        """The click commands of all plugins, each with the plugin's name.

        Raises:
            PluginError: One failed.
        """
        return self._ask.register("tornterm_register_commands", several(click.Command))

    def routes(self, app: App) -> list[tuple[str, Route]]:
        """The routes of all plugins, each with the plugin's name, which is part of its path.

        Raises:
            PluginError: One failed.
        """
        return self._ask.register("tornterm_register_routes", several(Route), app=app)

    async def check(self, app: App, exposed: bool) -> list[ConfigProblem]:
        """What the plugins find wrong with their tables, and what is odd about `plugins` itself.

        Args:
            app: The application.
            exposed: Whether other people can reach the server.
        """
        found = await self._ask.collect(
            "tornterm_check", several(ConfigProblem), app=app, exposed=exposed
        )
        return [*self._warnings, *(self._placed(name, problem) for name, problem in found)]

    async def startup(self, app: App) -> None:
        """Start all plugins in order; where one fails, those that had started are shut down.

        Raises:
            PluginError: One failed; says which.
            ConfigError: One found its configuration wrong now that it looked closer.
        """
        hook = "tornterm_startup"
        try:
            for impl in self._ask.implementations(hook):
                await self._calls.call(impl, hook, {"app": app}, anything, (ConfigError,))
                self._started.append(impl.plugin_name)
        except ConfigError as error:
            await self.shutdown(app)
            raise ConfigError(
                [self._placed(impl.plugin_name, problem) for problem in error.problems]
            ) from error
        except BaseException:
            await self.shutdown(app)
            raise
        self._started = [plugin.name for plugin in self._order]

    async def shutdown(self, app: App) -> None:
        """Deliver what plugins are still to be told, shut them down, and let their threads end.

        Call it last, after the audit log is closed. A plugin that fails is logged.
        """
        await self._ask.notifications.drain(self._calls.timeout)
        for name in reversed(self._started):
            await self._ask.tell("tornterm_shutdown", only=(name,), app=app)
        self._started = []
        self._calls.close()

    def _placed(self, plugin: str, problem: ConfigProblem) -> ConfigProblem:
        """A plugin's problem with what it left out; another file has none of our tables."""
        if problem.source:
            return problem
        return replace(problem, source=self._source, table=problem.table or f"plugins.{plugin}")

"""Numbers about one application, for Prometheus; each application has a registry of its own."""

from __future__ import annotations

import functools
from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Metric, generate_latest

__all__ = ["Metrics"]


class Metrics:
    """What is counted. Labels never hold a user's name, an address or anything a client chose."""

    content_type = "text/plain; version=0.0.4; charset=utf-8"

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.sessions = Gauge(
            "tornterm_sessions", "Sessions that have a place now.", registry=self.registry
        )
        self.logged_in = Gauge(
            "tornterm_logins_live", "Logins that have not ended.", registry=self.registry
        )
        self.connections = Gauge(
            "tornterm_connections", "WebSockets that are open now.", registry=self.registry
        )
        self.audit_lost = Gauge(
            "tornterm_audit_lost", "Audit events that did not reach a sink.", registry=self.registry
        )
        self.screen_deaths = Gauge(
            "tornterm_screen_worker_deaths",
            "Screen workers that died or were killed because they hung.",
            registry=self.registry,
        )
        self.screens_lost = Gauge(
            "tornterm_screens_lost",
            "Sessions whose screen is not known as it is now.",
            registry=self.registry,
        )
        self.requests = Counter(
            "tornterm_http_requests_total",
            "HTTP requests, upgrades included.",
            ["method", "route", "status"],
            registry=self.registry,
        )
        self.logins = Counter(
            "tornterm_logins_total", "Logins tried.", ["result"], registry=self.registry
        )
        self.plugin_calls = Histogram(
            "tornterm_plugin_call_seconds",
            "Calls of plugins.",
            ["plugin", "hook"],
            registry=self.registry,
        )
        # To find the right one of these takes longer than to count.
        self._plugin_calls = functools.cache(self.plugin_calls.labels)
        self.plugin_errors = Counter(
            "tornterm_plugin_errors_total",
            "Calls of plugins that failed.",
            ["plugin", "hook"],
            registry=self.registry,
        )
        self.plugin_blocked = Counter(
            "tornterm_plugin_blocked_seconds_total",
            "Seconds for which a plugin held the event loop.",
            ["plugin", "hook"],
            registry=self.registry,
        )

    def plugin_called(
        self, plugin: str, hook: str, seconds: float, error: Exception | None
    ) -> None:
        """Count one call of a plugin."""
        self._plugin_calls(plugin, hook).observe(seconds)
        if error is not None:
            self.plugin_errors.labels(plugin, hook).inc()

    def plugin_held_the_loop(self, plugin: str, hook: str, seconds: float) -> None:
        """Count the time for which nobody else was served."""
        self.plugin_blocked.labels(plugin, hook).inc(seconds)

    def render(self) -> bytes:
        """All numbers in the text format of Prometheus."""
        return generate_latest(self)

    def collect(self) -> Iterator[Metric]:
        """All numbers, but for when each of them began, which doubles them and helps nobody."""
        for metric in self.registry.collect():
            metric.samples = [each for each in metric.samples if not each.name.endswith("_created")]
            yield metric

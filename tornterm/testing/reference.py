"""The reference of ``tornterm.testing``: ``python -m tornterm.testing.reference`` prints it."""

from __future__ import annotations

import inspect
import sys

from tornterm.plugins.describing import markdown
from tornterm.plugins.reference import described, joined, public_names
from tornterm.testing import conformance, plugin, server
from tornterm.testing.clients import LegacyClient, Refused, V1Client
from tornterm.testing.clock import FakeClock
from tornterm.testing.events import CapturedEvents
from tornterm.testing.programs import EchoProgram
from tornterm.testing.proxy import FaultProxy
from tornterm.testing.recording import Recording

__all__ = ["reference"]

_HEAD = """\
# Testing reference

Made from the sources by `python -m tornterm.testing.reference`; [plugins.md](plugins.md#testing)
explains how to use it.
"""

_FIXTURES = """\
## Fixtures

pytest has them wherever tornterm is installed. What they give is described below.
"""

_SERVERS = """\
## Servers

In `tornterm.testing.server`.
"""

_CLIENTS = """\
## Clients

In `tornterm.testing.clients`. They read all the time and keep what they read; every wait is on an
event, and lasts `within` seconds at the most.
"""

_REST = """\
## Clock, events, programs and networks

In `tornterm.testing.clock`, `.events`, `.programs` and `.proxy`.
"""

_SUITES = """\
## Conformance suites

In `tornterm.testing.conformance`: classes of tests, from which a plugin's test classes inherit.
"""


def reference() -> str:
    """The whole page, in Markdown."""
    parts = [_HEAD, _FIXTURES]
    for name in plugin.__all__:
        parts.append(f"### `{name}`\n\n{markdown(getattr(plugin, name).__doc__)}")
    parts += [_SERVERS, *public_names(server), _CLIENTS]
    for client in (V1Client, LegacyClient, Recording, Refused):
        parts += described(client, inherited=True)
    parts.append(_REST)
    for helper in (FakeClock, CapturedEvents, EchoProgram, FaultProxy):
        parts += described(helper)
    parts += [_SUITES, *described(conformance.Login)]
    for name in conformance.__all__:
        if name.endswith("Conformance"):
            parts.append(_suite(getattr(conformance, name)))
    return joined(parts)


def _suite(value: type) -> str:
    """A suite with its tests, and what each asks."""
    fixtures: dict[str, str] = {}
    tests: dict[str, str] = {}
    for owner in reversed(value.__mro__[:-1]):
        for name, member in vars(owner).items():
            if not name.startswith("_") and name != "bench":
                kind = tests if name.startswith("test_") else fixtures
                kind[name] = " ".join(inspect.cleandoc(member.__doc__ or "").split())
    parts = [f"### `{value.__name__}`\n\n{markdown(value.__doc__)}"]
    for title, found in (("Fixtures", fixtures), ("Tests", tests)):
        rows = "\n".join(f"- `{name}`: {text}" for name, text in found.items())
        parts.append(f"**{title}:**\n\n{rows}")
    return "\n\n".join(parts)


if __name__ == "__main__":
    sys.stdout.write(reference())

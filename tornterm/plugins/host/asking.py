"""What all parts of the host have: somebody who asks the plugins."""

from __future__ import annotations

from tornterm.plugins.dispatch import Dispatcher

__all__ = ["Asking"]


class Asking:
    """A part of the host that asks plugins by one typed method per hook."""

    _ask: Dispatcher

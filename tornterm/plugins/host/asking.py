"""What all parts of the host have: somebody who asks the plugins."""

from __future__ import annotations

from tornterm.plugins.dispatch import Dispatcher

__all__ = ["Asking"]


class Asking:
    """A part of the host that asks plugins by one typed method per hook."""

    _ask: Dispatcher

    def hears(self, hook: str) -> bool:
        """Whether a plugin implements a hook; what nobody is told need not be made.

        Args:
            hook: The hook's name.
        """
        return bool(self._ask.implementations(hook))

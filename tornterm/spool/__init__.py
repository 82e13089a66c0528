"""For audit sinks whose events go over a network: kept on the disk until somebody else has them.

A `SpooledSink` writes an event down before it counts as kept, and gives it to a function of the
plugin afterwards, again and again until that says that the receiver has it. So neither a receiver
that is down nor the end of the server loses any. What was delivered but not confirmed comes again
with the same id, by which a receiver can leave out what it has.

::

    class LettersTable(SpoolTable):
        spool: ConfigPath = setting("letters.sqlite3", "Where letters wait.")

    class Letters(SpooledSink):
        name = "letters"

        def __init__(self, settings: LettersTable) -> None:
            super().__init__(send=self._post, **settings.arguments())

        async def _post(self, batch: Sequence[Waiting]) -> int:
            ...  # raises where the receiver did not take it
            return len(batch)
"""

from __future__ import annotations

from tornterm.spool.sink import Backoff, NotTaken, Send, SpooledSink
from tornterm.spool.store import Full, Spool, Waiting
from tornterm.spool.table import SpoolTable

__all__ = ["Backoff", "Full", "NotTaken", "Send", "Spool", "SpoolTable", "SpooledSink", "Waiting"]

"""What terminado and Jupyter expect to find as a terminal's ``ptyproc``."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

from tornterm.types import Size

if TYPE_CHECKING:
    from tornterm.pty.terminal import Terminal

__all__ = ["PtyFacade"]


class PtyFacade:
    """The part of ptyprocess's interface that others use, none of which blocks.

    Args:
        terminal: The terminal it stands for.
    """

    delayafterterminate = 0.1

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal

    @property
    def pid(self) -> int | None:
        """The program's process id; None before it has been started."""
        return self._terminal.pid

    @property
    def fd(self) -> int:
        """The descriptor of the terminal; -1 while there is none."""
        return self._terminal.fd

    @property
    def exitstatus(self) -> int | None:
        """The exit code, where the program has exited."""
        status = self._terminal.exit_status
        return status.code if status else None

    @property
    def signalstatus(self) -> int | None:
        """The signal that ended the program, if one did."""
        status = self._terminal.exit_status
        return status.signal if status else None

    def isalive(self) -> bool:
        """Whether the program runs or is about to."""
        return self._terminal.state != "ended"

    def write(self, text: str | bytes) -> int:
        """Type into the terminal.

        Args:
            text: What is typed; what cannot be encoded is replaced.

        Returns:
            The number of bytes.

        Raises:
            TypeError: It is neither text nor bytes. It comes from a browser as it is.
        """
        data = text.encode("utf-8", "replace") if isinstance(text, str) else text
        if not isinstance(data, bytes):
            raise TypeError(f"{type(text).__name__} cannot be typed")
        self._terminal.typed(data)
        return len(data)

    def getwinsize(self) -> tuple[int, int]:
        """The size of the terminal: rows, columns."""
        size = self._terminal.log.size
        return size.rows, size.cols

    def setwinsize(self, rows: int, cols: int) -> None:
        """Change the size of the terminal.

        Raises:
            ProtocolError: One of them is not an integer from 1 to 1000.
        """
        self._terminal.resize(Size.checked(cols, rows))

    def kill(self, sig: int = signal.SIGTERM) -> None:
        """Send the program a signal."""
        self._terminal.kill(sig)

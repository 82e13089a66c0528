"""What a person types, told apart into input and commands to the client itself."""

from __future__ import annotations

from enum import Enum

__all__ = ["Command", "Keys"]


class Command(Enum):
    """What can be asked of the client with ``~`` at the beginning of a line."""

    LEAVE = b"."
    TAKE = b"t"
    GRANT = b"g"
    RELEASE = b"r"
    SEND = b"s"
    HELP = b"?"


_COMMANDS = {command.value: command for command in Command}
_TILDE = b"~"


class Keys:
    """Finds commands: ``~`` behind a line end (or at the very beginning), and one more key."""

    def __init__(self) -> None:
        self._at_line_start = True
        self._tilde = False

    def feed(self, data: bytes) -> list[bytes | Command]:
        """Tell input from commands.

        Args:
            data: What was typed. A ``~`` that may begin a command is kept back.

        Returns:
            Input and commands in order; ``~~`` is the input ``~``.
        """
        found: list[bytes | Command] = []
        typed = bytearray()
        for key in (data[at : at + 1] for at in range(len(data))):
            if self._tilde:
                self._tilde = False
                if command := _COMMANDS.get(key):
                    found += [bytes(typed), command]
                    typed.clear()
                    self._at_line_start = True
                    continue
                typed += _TILDE
                if key == _TILDE:
                    self._at_line_start = False
                    continue
            elif key == _TILDE and self._at_line_start:
                self._tilde = True
                continue
            typed += key
            self._at_line_start = key in (b"\r", b"\n")
        found.append(bytes(typed))
        return [part for part in found if part]

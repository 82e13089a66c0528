"""Texts as the columns hold them."""

from __future__ import annotations

__all__ = ["COLUMN_CHARACTERS", "column_text"]

COLUMN_CHARACTERS = 256
"""How much of a text is in a column to search for; `data` holds the whole."""


def column_text(value: object) -> str:
    """A value as a text that every database can hold: without NUL and halves of characters.

    That of the beginning of a text is the beginning of that of the text, as far as there is room.

    Args:
        value: What an event has; nothing becomes the empty text.
    """
    text = str(value or "")[:COLUMN_CHARACTERS]
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode()
        for character in text
    )[:COLUMN_CHARACTERS]

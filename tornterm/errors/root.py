"""What all errors have in common."""

from __future__ import annotations

__all__ = ["TorntermError", "sentence"]


class TorntermError(Exception):
    """The root of all errors that tornterm raises on purpose."""

    code: str = "error"
    http_status: int = 500
    close_code: int = 1011

    @property
    def public(self) -> str:
        """The sentence that may be shown to the person at the page."""
        return sentence(str(self))


def sentence(text: str) -> str:
    """A text as a sentence: it begins with a capital letter and ends with a full stop.

    Args:
        text: The text.
    """
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith(('.', '!', '?')) else '.'}"

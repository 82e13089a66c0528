"""What can be in the way of a file."""

from __future__ import annotations

from tornterm.errors import TorntermError

__all__ = ["REASONS", "FileRefused"]

REASONS: dict[str, tuple[int, str]] = {
    "files_off": (403, "Files cannot be exchanged with this session."),
    "file_not_found": (404, "There is no such file."),
    "file_forbidden": (
        403,
        "The account of this session may not do that with this file or folder.",
    ),
    "not_a_file": (400, "Only ordinary files can be transferred."),
    "bad_name": (400, "A file cannot have this name."),
    "file_exists": (409, "There are too many files of this name already."),
    "file_changed": (409, "The file has changed meanwhile."),
    "not_offered": (409, "This is not the file that was offered."),
    "wrong_offset": (409, "The file ends at another place than was said."),
    "file_too_large": (413, "The file is larger than what this server transfers."),
    "no_space": (507, "There is no room for it."),
    "file_trouble": (500, "The file could not be read or written."),
    "transfer_gone": (404, "This transfer is over."),
}
"""By code: the HTTP status and what people are told."""


class FileRefused(TorntermError):
    """A file cannot be transferred.

    Args:
        code: Why; one of `REASONS`.
        offset: Where the file that comes to be ends, if that is known.
    """

    def __init__(self, code: str, offset: int | None = None) -> None:
        self.code = code if code in REASONS else "file_trouble"
        self.http_status, self._sentence = REASONS[self.code]
        self.offset = offset
        super().__init__(self.code)

    @property
    def public(self) -> str:
        """What the person can do something with."""
        return self._sentence

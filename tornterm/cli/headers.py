"""Headers that a person gives on the command line, for servers that recognise people by them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import click

__all__ = ["headers_of"]

_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_VALUE = re.compile(r"[\x20-\x7e\xa0-\xff]*")
_OWN = re.compile(r"host|connection|upgrade|content-.*|transfer-encoding|sec-websocket-.*")
"""What belongs to the connection itself."""


def headers_of(given: Sequence[str], file: Path | None) -> dict[str, str]:
    """The headers of options and of a file.

    Args:
        given: Each like ``Name: value``.
        file: One such line for each header; empty lines and those that begin with # are left out.

    Raises:
        click.UsageError: One is no header, or the file cannot be read; says no value, which may
            be a secret.
    """
    headers = dict(_parsed(text, f"--header {number}") for number, text in enumerate(given, 1))
    if file is not None:
        headers.update(
            _parsed(line, f"line {number} of {file}")
            for number, line in enumerate(_lines(file), 1)
            if line.strip() and not line.startswith("#")
        )
    return headers


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise click.UsageError(f"cannot read the header file {file}: {error}") from None


def _parsed(text: str, where: str) -> tuple[str, str]:
    name, colon, value = (part.strip() for part in text.partition(":"))
    if not colon or not _NAME.fullmatch(name) or not _VALUE.fullmatch(value):
        raise click.UsageError(f'{where} is no header; write it like "X-Badge: ..."')
    if _OWN.fullmatch(name.lower()):
        raise click.UsageError(f"{where}: the connection itself sets {name}")
    return "-".join(word.capitalize() for word in name.split("-")), value

"""Texts that nobody sends on purpose, and that somebody always sends."""

from __future__ import annotations

__all__ = ["GARBAGE"]

GARBAGE: tuple[str, ...] = (
    "",
    " ",
    "\0",
    "a\0b",
    "\r\nX-Injected: yes",
    "\x1b]0;title\x07",
    "a" * 100_000,
    "é" * 5_000,
    "e\u0301",
    "\ud800",  # half of a surrogate pair, which cannot be encoded
    "\u202eright to left",
    "🙂",
    "../../etc/passwd",
    "%s%n{0}{x}$(id)`id`",
    "' OR '1'='1",
    "*)(uid=*))(|(uid=*",
    "null",
    "[]",
    '{"user": "root"}',
    "-1",
    "a.b.c",
    "eyJhbGciOiJub25lIn0.eyJzdWIiOiJyb290In0.",  # a JWT without a signature
    "=?utf-8?b?cm9vdA==?=",
)
"""For each input of a plugin that comes from outside."""

"""Durations and sizes as people write them, to numbers and back."""

from __future__ import annotations

import math
import re

__all__ = [
    "format_duration",
    "format_size",
    "parse_duration",
    "parse_size",
    "rough_duration",
    "shown",
]

_SECONDS = {
    "ms": 0.001,
    "s": 1.0,
    "sec": 1.0,
    "m": 60.0,
    "min": 60.0,
    "h": 3600.0,
    "d": 86400.0,
    "w": 604800.0,
}
_BYTES = {
    **dict.fromkeys(("", "b"), 1),
    **{unit: 1000**power for power, unit in enumerate(("kb", "mb", "gb", "tb"), 1)},
    **{unit: 1024**power for power, unit in enumerate(("kib", "mib", "gib", "tib"), 1)},
    **{unit: 1024**power for power, unit in enumerate(("k", "m", "g", "t"), 1)},
}
_NUMBER = r"[0-9]+(?:\.[0-9]+)?"
_PART = re.compile(rf"({_NUMBER})\s*([a-z]+)\s*")
_SIZE = re.compile(rf"({_NUMBER})\s*([a-z]*)")
_MAX_SECONDS = 100 * 366 * 86400.0
_MAX_BYTES = 2**53


def parse_duration(value: object) -> float:
    """Understand a duration.

    Args:
        value: A text such as ``"1.5s"``, ``"5m"`` or ``"1h 30m"``, or a number of seconds.

    Returns:
        Seconds.

    Raises:
        ValueError: It is not a duration; the message says what would be one.
    """
    seconds = _seconds(value)
    if seconds is None or not math.isfinite(seconds):
        raise ValueError(
            f'{shown(value)} is not a duration; write a number with a unit, like "30s", "5m", "12h"'
        )
    if not 0 <= seconds <= _MAX_SECONDS:
        raise ValueError(f"{shown(value)} is out of range; a duration is from 0 to 100 years")
    return seconds


def _seconds(value: object) -> float | None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, str):
        return None
    text = value.strip().lower()
    if re.fullmatch(_NUMBER, text):
        return float(text)
    parts = _PART.findall(text)
    if not parts or _PART.sub("", text) or any(unit not in _SECONDS for _, unit in parts):
        return None
    # Rounded to the millisecond, the smallest unit, so that "0.1s" + "200ms" is what it looks like.
    return round(math.fsum(float(number) * _SECONDS[unit] for number, unit in parts), 3)


def format_duration(seconds: float) -> str:
    """Write a duration so that `parse_duration` gives the same seconds again."""
    if not seconds:
        return "0"
    # A day is written "24h" up to two of them, as people say it.
    for unit, least in (("d", 2 * 86400), ("h", 3600), ("m", 120), ("s", 1), ("ms", 0)):
        if seconds >= least and (seconds / _SECONDS[unit]).is_integer():
            return f"{seconds / _SECONDS[unit]:.0f}{unit}"
    return f"{seconds:.3f}".rstrip("0").rstrip(".") + "s"


def rough_duration(seconds: float, *, up: bool = False) -> str:
    """Say a duration to people, in one unit.

    Args:
        seconds: The duration.
        up: Whether what is left over counts as one more, rather than not at all.
    """
    unit, length = next(
        (unit, length)
        for unit, length in (("d", 86400), ("h", 3600), ("min", 60), ("s", 1))
        if seconds >= 2 * length or length == 1
    )
    return f"{math.ceil(seconds / length) if up else int(seconds // length)} {unit}"


def parse_size(value: object) -> int:
    """Understand an amount of memory.

    Args:
        value: A text such as ``"1 MiB"``, ``"100 KB"`` (1000 bytes each) or ``"64k"`` (1024 bytes
            each), or a number of bytes.

    Returns:
        Bytes.

    Raises:
        ValueError: It is not a size; the message says what would be one.
    """
    if isinstance(value, int) and not isinstance(value, bool):
        size = value
    else:
        match = _SIZE.fullmatch(value.strip().lower()) if isinstance(value, str) else None
        if match is None or match[2] not in _BYTES:
            raise ValueError(
                f"{shown(value)} is not a size; "
                'write a number with a unit, like "64 KiB", "1 MiB", "100 KB"'
            )
        size = round(float(match[1]) * _BYTES[match[2]])
    if not 0 <= size <= _MAX_BYTES:
        raise ValueError(f"{shown(value)} is out of range; a size is from 0 to 8 PiB")
    return size


def format_size(size: int) -> str:
    """Write a number of bytes so that `parse_size` gives the same number again."""
    for power, unit in ((4, "TiB"), (3, "GiB"), (2, "MiB"), (1, "KiB")):
        if size and size % 1024**power == 0:
            return f"{size // 1024**power} {unit}"
    return f"{size} B" if size else "0"


def shown(value: object) -> str:
    """A value as it stands in TOML, shortened, for a message that repeats it."""
    if isinstance(value, bool):
        return str(value).lower()
    text = f'"{value}"' if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."

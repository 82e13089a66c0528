"""Recordings of sessions: asciicast v3, in segments whose checksums form a chain."""

from __future__ import annotations

from tornterm_record_asciicast.plugin import Recorder
from tornterm_record_asciicast.reading import Report, inspect
from tornterm_record_asciicast.settings import RecorderSettings

__all__ = ["Recorder", "RecorderSettings", "Report", "inspect"]

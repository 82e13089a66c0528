"""What errors say to people."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tornterm import errors
from tornterm.errors import TorntermError

SAMPLES = [
    TorntermError("no server is running"),
    errors.ConfigError([errors.ConfigProblem("f.toml", "ui", "theme", "is ugly")]),
    errors.PluginError("jsonl", "tornterm_audit", "no space left"),
    errors.ProtocolError("cols must be an integer from 1 to 1000, not null"),
    errors.AuthError(),
    errors.LoginEnded(),
    errors.AuthUnavailable("plugin 'directory' failed: refused the connection"),
    errors.Forbidden(),
    errors.SessionError("something is wrong"),
    errors.SessionNotFound("k3Jx"),
    errors.SessionExpired("k3Jx"),
    errors.ControlRefused("not_found", "This client is not here (any more)."),
    errors.LimitExceeded("user_limit", 3, 3, None, "You have too many."),
    errors.AuditUnavailable("no space left"),
    errors.AuditUnreadable("jsonl", "Input/output error"),
    errors.CursorGone(),
    errors.SpawnError("the program '/bin/nosuch' does not exist"),
    errors.NoProfile("there is no profile 'pyton'"),
    errors.Replaced(),
    errors.ConnectionGone(),
    errors.GoingAway(),
]


def kinds(root: type[TorntermError]) -> Iterator[type[TorntermError]]:
    for kind in root.__subclasses__():
        if kind.__module__.startswith(f"{errors.__name__}."):
            yield kind
            yield from kinds(kind)


@pytest.mark.parametrize("error", SAMPLES, ids=lambda error: type(error).__name__)
def test_people_are_told_sentences(error: TorntermError) -> None:
    """They begin with a capital letter and end with a full stop; a path keeps its case."""
    assert error.public[0] == error.public[0].upper() and error.public.endswith(".")
    assert not error.public.endswith("..")


def test_every_error_is_among_the_samples() -> None:
    """A new kind of error must be one of those above."""
    assert {type(sample) for sample in SAMPLES} == {TorntermError, *kinds(TorntermError)}

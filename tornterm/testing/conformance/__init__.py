"""What every plugin of a kind must do, as tests that a plugin's own test file inherits.

::

    class TestBadge(AuthConformance):
        @pytest.fixture
        def plugin(self, tmp_path): ...

        @pytest.fixture
        def accepted(self): ...

- `AuthConformance`: answers None for what is not its own, denies on every error, survives garbage,
  concurrency and a hung back end, changes no request, leaks no secret. A backend that asks nothing
  outside its own memory inherits `OfflineAuthConformance` instead.
- `SpawnConformance`: plans what can be started, hands on nothing of the server's environment.
  One that asks something outside inherits `RemoteSpawnConformance`.
- `AuditConformance`: keeps every event whole and in order, and says so when it could not.
  One that also gives what it has kept inherits from `ReadableAuditConformance`.

A plugin under test runs on an event loop in a thread of its own, so one that holds the loop fails
a test and does not hang it.
"""

from __future__ import annotations

from tornterm.testing.conformance.audit import AuditConformance, ReadableAuditConformance
from tornterm.testing.conformance.auth import AuthConformance, Login, OfflineAuthConformance
from tornterm.testing.conformance.spawn import RemoteSpawnConformance, SpawnConformance

__all__ = [
    "AuditConformance",
    "AuthConformance",
    "Login",
    "OfflineAuthConformance",
    "ReadableAuditConformance",
    "RemoteSpawnConformance",
    "SpawnConformance",
]

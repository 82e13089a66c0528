"""The built-in plugins pass the suites that are asked of everybody else's."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import argon2
import pytest

from tornterm.builtin.jsonl import Jsonl, JsonlSettings
from tornterm.builtin.local_users import LocalUsers, LocalUsersSettings
from tornterm.builtin.shell import Shell, ShellSettings
from tornterm.builtin.token import Token, TokenSettings
from tornterm.testing.conformance import (
    Login,
    OfflineAuthConformance,
    ReadableAuditConformance,
    SpawnConformance,
)
from tornterm.types import AuthRequest

TOKEN, PASSWORD = "alice-token-0123456789", "correct-horse-battery"
WRONG = "wrong-horse-0123456789"


class TestTokenAsBearer(OfflineAuthConformance):
    @pytest.fixture
    def plugin(self) -> Token:
        tokens = [{"user": "alice", "token": TOKEN}]
        return Token(TokenSettings.model_validate({"tokens": tokens}))

    @pytest.fixture
    def accepted(self) -> Login:
        return Login(AuthRequest("bearer", {"token": TOKEN}), TOKEN, "alice")

    @pytest.fixture
    def rejected(self) -> Login:
        return Login(AuthRequest("bearer", {"token": WRONG}), WRONG)


class TestTokenInTheForm(TestTokenAsBearer):
    @pytest.fixture
    def accepted(self) -> Login:
        fields = {"method": "token", "token": TOKEN}
        return Login(AuthRequest("form", fields), TOKEN, "alice")

    @pytest.fixture
    def rejected(self) -> Login:
        return Login(AuthRequest("form", {"method": "token", "token": WRONG}), WRONG)


class TestLocalUsers(OfflineAuthConformance):
    @pytest.fixture
    def plugin(self) -> LocalUsers:
        # As cheap as a hash can be: these tests verify some hundred passwords.
        cheap = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        users = {"alice": {"password": cheap.hash(PASSWORD)}}
        return LocalUsers(LocalUsersSettings.model_validate({"users": users}))

    @pytest.fixture
    def accepted(self) -> Login:
        return Login(AuthRequest("form", self.fields(PASSWORD)), PASSWORD, "alice")

    @pytest.fixture
    def rejected(self) -> Login:
        return Login(AuthRequest("form", self.fields(WRONG)), WRONG)

    def fields(self, password: str) -> dict[str, str]:
        return {"method": "local_users", "username": "alice", "password": password}


class TestShell(SpawnConformance):
    @pytest.fixture
    def plugin(self) -> Shell:
        return Shell(ShellSettings.model_validate({"command": ["/bin/sh"], "cwd": "/"}))


class TestJsonl(ReadableAuditConformance):
    @pytest.fixture
    def path(self, tmp_path: Path) -> Path:
        return tmp_path / "audit.jsonl"

    @pytest.fixture
    def plugin(self, path: Path) -> Jsonl:
        return sink(path)

    @pytest.fixture
    def kept(self, path: Path) -> Callable[[], list[dict[str, Any]]]:
        return lambda: [json.loads(line) for line in path.read_text().splitlines()]

    @pytest.fixture
    def broken(self) -> Jsonl:
        return sink(Path("/dev/full"))

    @pytest.fixture
    def hung(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Jsonl]:
        end = threading.Event()
        monkeypatch.setattr("tornterm.builtin.jsonl._write", lambda file, line: end.wait())
        yield sink(path)
        end.set()


def sink(path: Path) -> Jsonl:
    return Jsonl(JsonlSettings.model_validate({"path": str(path), "fsync": "never"}))

"""What spawn plugins share: names that are nothing but names, accounts to run as, and variables."""

from __future__ import annotations

import os
import pwd
import re

import pytest

from tornterm.errors import SpawnError
from tornterm.spawning import LONGEST_NAME, account_to_run_as, checked_user, label_of, passed_on

BAD_NAMES = ("a\nb", "a\0b", "-rf", "a/b", "../bob", ".", "x" * 10_000, "", "\ud800", "a\x7f")
ALIKE = (
    "Alice",
    "alice",
    "ALICE",
    "andr\u00e9",
    "andre\u0301",
    "a b",
    "a-b",
    "\u00e9" * 128,
    "-a"[1:],
)


@pytest.mark.parametrize("name", BAD_NAMES, ids=lambda name: ascii(name)[:12])
def test_what_is_no_name_is_refused_in_short_words(name: str) -> None:
    with pytest.raises(SpawnError) as refused:
        checked_user(name)
    assert len(str(refused.value)) < 200


@pytest.mark.parametrize("name", ["alice", "Zoë Müller", "x" * LONGEST_NAME, "a@example.org", "😀"])
def test_names_are_taken_as_they_are(name: str) -> None:
    assert checked_user(name) == name


def test_labels_of_names_that_look_alike_differ() -> None:
    """Also where case does not count, and none of them is an option or too long."""
    labels = {label_of(checked_user(name)) for name in ALIKE}
    assert len(labels) == len(set(ALIKE))
    for label in labels:
        assert re.fullmatch("[a-z0-9][a-z0-9-]{0,64}", label)
    assert label_of("alice").startswith("alice-")


def test_programs_never_run_as_root(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither because the server does, nor because somebody wrote it."""
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    for name in ("", "root"):
        with pytest.raises(SpawnError, match="root"):
            account_to_run_as(name, "sandboxes")
    nobody = pwd.getpwnam("nobody")
    found = account_to_run_as("nobody", "sandboxes")
    assert (found.plan_uid, found.plan_gid) == (nobody.pw_uid, nobody.pw_gid)
    for name in ("no-such-account-here", "a\0b"):
        with pytest.raises(SpawnError, match="no system account"):
            account_to_run_as(name, "sandboxes")


def test_only_root_can_run_programs_as_somebody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """Anybody else runs them as themselves, and the plan changes nothing."""
    monkeypatch.setattr(os, "geteuid", lambda: 1234)
    found = account_to_run_as("", "sandboxes")
    assert found.uid == 1234
    assert found.plan_uid is None and found.plan_gid is None
    with pytest.raises(SpawnError, match="only a server that is root"):
        account_to_run_as("nobody", "sandboxes")


def test_variables_are_passed_on_by_their_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """And only those that there are, and that a program could be given."""
    server = {"LANG": "C.UTF-8", "PATH": "/bin", "TZ": "\udcff", "SECRET": "s"}
    assert passed_on(("LANG", "TZ", "HOME"), server) == {"LANG": "C.UTF-8"}
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    assert passed_on(["LC_ALL"]) == {"LC_ALL": "de_DE.UTF-8"}

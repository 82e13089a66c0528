"""The right to write: who may take, ask, grant and give it up, and how it comes back."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tornterm.core.lifecycle import ErrorCode
from tornterm.errors import ControlRefused
from tornterm.sessions.members import Right
from tornterm.types import Size, User

from .conftest import Stage

Stages = Callable[..., Stage]
GUEST = User("guest")


def test_the_owner_takes_over_with_one_message(stage: Stages) -> None:
    """Whoever wrote before is told, with the new lease, and the change is reported."""
    s = stage()
    first, line = s.open()
    second, _ = s.resume(0)
    s.session.control.request(second)
    assert s.session.writer is second
    role = line.messages("role")[-1]
    assert (role["role"], role["lease"]) == ("viewer", s.session.lease)
    assert [(c.how, c.by, c.writer) for c in s.changes] == [("taken", second, second)]
    assert line.messages("clients")[-1]["clients"][1]["role"] == "writer"
    assert first.open


def test_a_writer_that_asks_is_told_its_role_and_keeps_its_lease(stage: Stages) -> None:
    """Nothing changes, so nothing that is on its way is refused."""
    s = stage()
    writer, line = s.open()
    lease = s.session.lease
    s.session.control.request(writer)
    assert s.session.lease == lease
    assert line.messages("role")[-1] == {
        "type": "role",
        "role": "writer",
        "lease": lease,
        "input_limit": writer.client.limit,
    }


def test_somebody_else_can_only_ask_and_is_granted_it(stage: Stages) -> None:
    """Asking is shown to everybody; the one who has asked for longest gets it."""
    s = stage()
    owner, line = s.open()
    early, early_line = s.resume(0, user=GUEST, right=Right.ASK, wish=Size(50, 20))
    late, _ = s.resume(0, user=GUEST, right=Right.ASK)
    s.session.control.request(late)
    s.clock.advance(1)
    s.session.control.request(early)
    s.session.control.request(late)  # again changes nothing
    assert s.session.writer is owner
    assert [c["asks"] for c in line.messages("clients")[-1]["clients"]] == [False, True, True]
    s.session.control.grant(owner, None)
    assert s.session.writer is late
    s.session.control.grant(owner, early.client.id)
    assert s.session.writer is early
    assert early_line.messages("role")[-1]["role"] == "writer"
    assert s.terminal.log.size == Size(50, 20)
    assert [c["asks"] for c in line.messages("clients")[-1]["clients"]] == [False] * 3
    assert [(c.how, c.by) for c in s.changes] == [("granted", owner)] * 2


@pytest.mark.parametrize("right", [Right.WATCH, Right.ASK])
def test_a_free_lease_is_not_for_guests_to_take(stage: Stages, right: Right) -> None:
    """Neither by coming nor by wishing to take it."""
    s = stage()
    owner, _ = s.open()
    owner.detach()
    guest, line = s.resume(0, user=GUEST, right=right, take=True)
    assert s.session.writer is None
    assert line.messages("resumed")[0]["role"] == "viewer"
    s.clock.advance(60)
    assert s.session.writer is None
    guest.declare_lease(s.session.lease)
    assert line.messages("resumed")[0]["input_limit"] == 0


def test_what_may_not_be_is_refused_with_a_reason(stage: Stages) -> None:
    """Watching is no asking, guests do not decide, and who is not here gets nothing."""
    s = stage()
    owner, _ = s.open()
    watcher, _ = s.resume(0, user=GUEST, right=Right.WATCH)
    guest, _ = s.resume(0, user=GUEST, right=Right.ASK)
    gone, _ = s.resume(0, user=GUEST, right=Right.ASK)
    s.session.control.request(gone)
    gone.detach()
    control = s.session.control
    refused: list[tuple[Callable[[], None], ErrorCode]] = [
        (lambda: control.request(watcher), ErrorCode.FORBIDDEN),
        (lambda: control.grant(guest, guest.client.id), ErrorCode.FORBIDDEN),
        (lambda: control.grant(watcher, None), ErrorCode.FORBIDDEN),
        (lambda: control.grant(owner, watcher.client.id), ErrorCode.FORBIDDEN),
        (lambda: control.grant(owner, gone.client.id), ErrorCode.NOT_FOUND),
        (lambda: control.grant(owner, "nobody"), ErrorCode.NOT_FOUND),
        (lambda: control.grant(owner, None), ErrorCode.NOT_FOUND),
    ]
    lease = s.session.lease
    for attempt, code in refused:
        with pytest.raises(ControlRefused) as refusal:
            attempt()
        assert refusal.value.code == code
    there = {m.client: m.may_control for m in s.session.members()}
    assert there == {owner.client.id: True, watcher.client.id: False, guest.client.id: True}
    assert (s.session.writer, s.session.lease, s.changes) == (owner, lease, [])


def test_what_the_owner_releases_is_free_until_somebody_takes_it(stage: Stages) -> None:
    """It does not come back by itself; input from then on is refused."""
    s = stage()
    owner, line = s.open()
    owner.declare_lease(s.session.lease)
    s.session.control.release(owner)
    assert s.session.writer is None
    assert line.messages("role")[-1]["role"] == "viewer"
    owner.accept_input(b"x")
    s.clock.advance(60)
    assert s.session.writer is None
    assert s.terminal.typed == b""
    s.session.control.request(owner)
    assert s.session.writer is owner
    assert [(c.how, c.writer) for c in s.changes] == [("released", None), ("taken", owner)]


def test_what_a_guest_releases_returns_to_the_owner_at_once(stage: Stages) -> None:
    """The newest connection of the owner has it, with its size."""
    s = stage()
    owner, _ = s.open()
    owner.wish_size(90, 30)
    guest, _ = s.resume(0, user=GUEST, right=Right.ASK, wish=Size(50, 20))
    s.session.control.grant(owner, guest.client.id)
    assert s.terminal.log.size == Size(50, 20)
    s.session.control.release(guest)
    assert s.session.writer is owner
    assert s.terminal.log.size == Size(90, 30)
    assert (s.changes[-1].how, s.changes[-1].by) == ("returned", guest)


def test_a_guest_can_stop_asking(stage: Stages) -> None:
    """Then nobody asks any more, and nothing can be granted by accident."""
    s = stage()
    owner, line = s.open()
    guest, _ = s.resume(0, user=GUEST, right=Right.ASK)
    s.session.control.request(guest)
    s.session.control.release(guest)
    assert not line.messages("clients")[-1]["clients"][1]["asks"]
    with pytest.raises(ControlRefused):
        s.session.control.grant(owner, None)


def test_asking_outlasts_a_cut(stage: Stages) -> None:
    """A guest whose connection breaks need not ask again."""
    s = stage()
    owner, _ = s.open()
    guest, _ = s.resume(0, user=GUEST, right=Right.ASK)
    s.session.control.request(guest)
    guest.detach()
    again, _ = s.resume(0, user=GUEST, right=Right.ASK, client=guest.client.id)
    s.session.control.grant(owner, None)
    assert s.session.writer is again


def test_a_guest_that_is_cut_has_its_right_back_if_it_returns_in_time(stage: Stages) -> None:
    """Until the timeout it is kept for that client; then it is the owner's again."""
    s = stage()
    owner, _ = s.open()
    guest, _ = s.resume(0, user=GUEST, right=Right.ASK)
    s.session.control.grant(owner, guest.client.id)
    guest.detach()
    stranger, _ = s.resume(0, user=GUEST, right=Right.ASK)
    assert s.session.writer is None
    s.clock.advance(9)
    again, line = s.resume(0, user=GUEST, right=Right.ASK, client=guest.client.id)
    assert s.session.writer is again
    assert line.messages("resumed")[0]["role"] == "writer"
    again.detach()
    s.clock.advance(10)
    assert s.session.writer is owner
    assert (s.changes[-1].how, s.changes[-1].by) == ("returned", None)
    assert stranger.open


def test_a_right_that_was_kept_in_vain_is_nobodys(stage: Stages) -> None:
    """With no owner there, a guest that comes back too late only watches."""
    s = stage()
    owner, _ = s.open()
    guest, _ = s.resume(0, user=GUEST, right=Right.ASK)
    s.session.control.grant(owner, guest.client.id)
    owner.detach()
    guest.detach()
    s.clock.advance(11)
    s.resume(0, user=GUEST, right=Right.ASK, client=guest.client.id)
    assert s.session.writer is None


def test_only_who_may_control_keeps_a_session_from_its_grace_period(stage: Stages) -> None:
    """Viewers who stay do not keep it alive for ever, and those who come do not save it."""
    s = stage()
    owner, _ = s.open()
    s.resume(0, user=GUEST, right=Right.ASK)
    owner.detach()
    s.clock.advance(200)
    s.resume(0, user=GUEST, right=Right.WATCH)
    s.clock.advance(99)
    assert "grace" not in s.heard
    s.clock.advance(1)
    assert "grace" in s.heard


def test_a_viewer_out_of_the_ring_gets_a_snapshot_when_it_becomes_the_writer(
    stage: Stages,
) -> None:
    """It does not write blindly to a screen that it has never seen."""
    s = stage(capacity=8192, window=8192)
    s.open()
    viewer, line = s.resume(0)
    line.full = True
    line.unsent = 1 << 20
    s.session.writer and s.session.writer.detach()
    s.terminal.print(b"x" * 20000)
    s.session.control.request(viewer)
    assert s.session.writer is viewer
    line.take()
    line.full, line.unsent = False, 0
    viewer.on_writable()
    kinds = [f["type"] for f in line.frames if isinstance(f, dict)]
    assert kinds[0] == "snapshot"
    assert "role" in kinds
    assert len(line.output()) <= 8192


def test_complaints_and_sizes_are_state_and_never_a_queue(stage: Stages) -> None:
    """A client that asks without reading costs the server one message of each kind."""
    s = stage()
    _, line = s.open()
    watcher, line = s.resume(0, right=Right.WATCH)
    line.unsent = 1 << 20
    before = len(line.frames)
    for _ in range(100):
        watcher.complain("forbidden", "no")
        watcher.wish_size(0, 0)
        watcher.wish_size(70, 20)
        watcher.role_changed()
    assert len(line.frames) == before
    line.unsent = 0
    watcher.on_writable()
    kinds = [f["type"] for f in line.frames[before:] if isinstance(f, dict)]
    assert sorted(kinds) == ["error", "resize", "role"]

"""Shares: what is kept of them, how long they last, and what ends with them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tornterm.errors import LimitExceeded
from tornterm.sessions.clients import MAX_DETACHED
from tornterm.sessions.members import Right
from tornterm.sessions.shares import MAX_SHARES, Share
from tornterm.sessions.v1 import V1Attachment

from .conftest import Line, Stage

Stages = Callable[..., Stage]


def join(s: Stage, share: Share) -> tuple[V1Attachment, Line]:
    """Come in by a share, as the reception does it."""
    line = Line()
    user = share.stranger
    client = share.clients.take_up(None, user.name)
    attachment = V1Attachment(s.session, line, user, client, right=share.right, party=share)
    s.session.admit(attachment, take=False)
    attachment.greet_again(share.tokens.issue(), None)
    s.session.welcome(attachment, again=True)
    return attachment, line


def test_the_secret_is_not_kept(stage: Stages) -> None:
    """Neither anywhere in the share nor in what it says of itself; a wrong one opens nothing."""
    s = stage()
    secret, share = s.session.shares.issue(Right.WATCH, 60)
    assert len(secret) == 43  # 256 bits
    assert secret not in repr(share)
    assert secret.encode() not in share.digest
    assert s.session.shares.find(secret) is share
    assert s.session.shares.find(secret[:-1]) is None
    assert s.session.shares.find("") is None
    assert not s.session.tokens.find(secret)


def test_it_ends_when_its_time_is_over_and_takes_its_viewers_along(stage: Stages) -> None:
    """Only those; the session and the viewers by another share go on."""
    s = stage()
    owner, _ = s.open()
    secret, short = s.session.shares.issue(Right.WATCH, 60)
    _, long = s.session.shares.issue(Right.WATCH, 600)
    _, line = join(s, short)
    stays, _ = join(s, long)
    s.clock.advance(59)
    assert line.closed is None
    s.clock.advance(1)
    assert line.closed == (4403, "forbidden")
    assert line.messages("error")[0]["code"] == "forbidden"
    assert s.session.attachments == [owner, stays]
    assert s.session.shares.find(secret) is None
    assert s.session.shares.all() == [long]


def test_taking_one_back_ends_its_viewers_and_their_tokens(stage: Stages) -> None:
    """A token that the share brought is worth nothing any more; the second time there is none."""
    s = stage()
    s.open()
    _, share = s.session.shares.issue(Right.ASK, 60)
    guest, line = join(s, share)
    token = line.messages("resumed")[0]["token"]
    assert s.session.shares.of_token(token) is share
    assert s.session.shares.revoke(share.id) is share
    assert not guest.open
    assert s.session.shares.of_token(token) is None
    assert s.session.shares.revoke(share.id) is None
    s.clock.advance(120)  # its timer is gone too


def test_a_guest_that_writes_loses_that_with_the_share(stage: Stages) -> None:
    """The owner has it back after the timeout."""
    s = stage()
    owner, _ = s.open()
    _, share = s.session.shares.issue(Right.ASK, 60)
    guest, _ = join(s, share)
    s.session.control.request(guest)
    s.session.control.grant(owner, None)
    assert s.session.writer is guest
    s.session.shares.revoke(share.id)
    s.clock.advance(10)
    assert s.session.writer is owner


def test_guests_push_nothing_of_the_owners_out(stage: Stages) -> None:
    """However often they come and go: tokens and clients are counted apart."""
    s = stage()
    owner, _ = s.open()
    owner.client.received = 7
    token = s.session.tokens.issue()
    owner.detach()
    _, share = s.session.shares.issue(Right.WATCH, 60)
    for _ in range(3 * MAX_DETACHED):
        guest, _ = join(s, share)
        guest.detach()
    assert s.session.tokens.find(token) is not None
    assert s.session.clients.take_up(owner.client.id, "alice") is owner.client
    assert len(share.clients) <= MAX_DETACHED + 1


def test_there_are_only_so_many(stage: Stages) -> None:
    """The next one is refused with the reason, until one is taken back."""
    s = stage()
    for _ in range(MAX_SHARES):
        s.session.shares.issue(Right.WATCH, 60)
    with pytest.raises(LimitExceeded):
        s.session.shares.issue(Right.WATCH, 60)
    s.session.shares.revoke(s.session.shares.all()[0].id)
    s.session.shares.issue(Right.WATCH, 60)


def test_they_end_with_the_session(stage: Stages) -> None:
    """Nothing of them is left, no timer either."""
    s = stage()
    _, share = s.session.shares.issue(Right.WATCH, 60)
    _, line = join(s, share)
    s.terminal.exit(0)
    assert line.closed == (1000, "ended")
    s.session.close()
    assert len(s.session.shares) == 0

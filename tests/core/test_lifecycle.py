from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tornterm import errors
from tornterm.core.lifecycle import CloseCode, ErrorCode, Lifecycle, State


@given(st.lists(st.sampled_from(State), max_size=20))
def test_a_session_only_moves_forward(wishes: list[State]) -> None:
    """A state is reached once, and exactly one caller is told that it made the change."""
    lifecycle = Lifecycle(0.0)
    reached = State.PENDING
    since = 0.0
    for now, state in enumerate(wishes, start=1):
        changes = state > reached
        assert lifecycle.advance(state, float(now)) == changes
        if changes:
            reached, since = state, float(now)
        assert (lifecycle.state, lifecycle.since) == (reached, since)


@pytest.mark.parametrize("state", State)
def test_a_session_lives_until_its_program_has_ended(state: State) -> None:
    """Starting, running and ending sessions are alive, others are not."""
    lifecycle = Lifecycle(0.0)
    lifecycle.advance(state, 1.0)
    assert lifecycle.alive == (state in {State.PENDING, State.RUNNING, State.ENDING})


def test_every_error_closes_with_a_code_that_has_a_name() -> None:
    """The codes that errors carry are those that are named here."""
    kinds = [getattr(errors, name) for name in errors.__all__]
    concerned = [kind for kind in kinds if issubclass(kind, errors.TorntermError)]
    assert errors.SessionNotFound in concerned
    for kind in concerned:
        assert kind.close_code in set(CloseCode), kind


def test_names_are_unique() -> None:
    """No code stands for two things: clients act on them."""
    assert list(CloseCode.__members__) == [code.name for code in CloseCode]
    assert list(ErrorCode.__members__) == [code.name for code in ErrorCode]
    assert all(code.value == code.name.lower() for code in ErrorCode)


def test_private_codes_are_in_the_range_for_private_use() -> None:
    """Codes of our own lie where RFC 6455 leaves room for them."""
    ours = [code for code in CloseCode if code not in {1000, 1001, 1008, 1011, 1013}]
    assert all(4400 <= code < 4500 for code in ours)

"""A crowd that comes at once does not hold up those who are in."""

from __future__ import annotations

import asyncio

import pytest

from tests.web.conftest import Serve
from tornterm.web.turnstile import MOST, Turnstile


async def test_whoever_comes_alone_does_not_wait(io_loop: object) -> None:
    """Not even for a turn of the event loop."""
    turnstile = Turnstile()
    for _ in range(MOST):
        entering = turnstile.enter()
        try:
            entering.send(None)
        except StopIteration:
            continue
        raise AssertionError("it waits")


async def test_few_begin_in_each_turn_and_all_in_order(io_loop: object) -> None:
    """And whatever else is ready has its turns between them."""
    turnstile = Turnstile(3)
    begun: list[int] = []

    async def come(number: int) -> None:
        await turnstile.enter()
        begun.append(number)

    crowd = [asyncio.ensure_future(come(number)) for number in range(20)]
    turns: list[int] = []
    while not all(one.done() for one in crowd):
        before = len(begun)
        await asyncio.sleep(0)
        turns.append(len(begun) - before)
    assert begun == list(range(20))
    assert max(turns) == 3
    assert len(turns) >= 20 // 3


async def test_one_that_gives_up_holds_nobody_up(io_loop: object) -> None:
    """Its turn is the next one's."""
    turnstile = Turnstile(1)
    await turnstile.enter()
    first, second, third = (asyncio.ensure_future(turnstile.enter()) for _ in range(3))
    await first
    second.cancel()
    await asyncio.wait_for(third, 10)
    assert second.cancelled()


async def test_requests_of_all_kinds_pass_it(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything is looked at that takes time; and their answers are the same."""
    site = await serve()
    site.terminals.turnstile = turnstile = Turnstile(1)
    entered = 0
    enter = turnstile.enter

    async def counted() -> None:
        nonlocal entered
        entered += 1
        await enter()

    monkeypatch.setattr(turnstile, "enter", counted)
    answers = await asyncio.gather(
        *(site.ask("/healthz") for _ in range(5)),
        *(site.ask("/api/me", headers=site.bearer()) for _ in range(5)),
    )
    assert [answer.status for answer in answers] == [200] * 10
    assert entered == 10

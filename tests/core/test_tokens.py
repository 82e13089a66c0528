from __future__ import annotations

import re
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from tornterm.core.tokens import (
    MAX_CODES,
    MAX_TOKENS,
    OneTimeCodes,
    ResumeToken,
    ResumeTokens,
    digest,
    new_id,
    new_secret,
    same,
)


@dataclass(eq=False)
class Connection:
    """A connection as the server sees it, perhaps long after it broke."""

    presented: str
    secret: str
    brought: ResumeToken
    acknowledged: bool = False


@dataclass(eq=False)
class Client:
    """A client, which comes back with the newest token that it has got."""

    token: str
    connections: list[Connection] = field(default_factory=list)


CLIENTS = st.integers(0, 2)


class TokenMachine(RuleBasedStateMachine):
    """Clients that lose answers, acknowledgements and connections, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.tokens = ResumeTokens()
        self.clients = [Client(self.tokens.issue()) for _ in range(3)]
        self.sleeper = self.tokens.issue()
        self.retired: set[str] = set()

    @rule(index=CLIENTS, answer_arrives=st.booleans())
    def connect(self, index: int, answer_arrives: bool) -> None:
        client = self.clients[index]
        if len(client.connections) == 2:
            self.disconnect(index, 0)
        found = self.tokens.find(client.token)
        assert found is not None
        secret, brought = self.tokens.present(found)
        client.connections.append(Connection(client.token, secret, brought))
        if answer_arrives:
            client.token = secret

    @rule(index=CLIENTS, which=st.integers(0, 1))
    def acknowledge(self, index: int, which: int) -> None:
        for connection in self.clients[index].connections[which : which + 1]:
            if connection.secret != self.clients[index].token:
                continue  # a client acknowledges only after the answer, on its newest connection
            self.tokens.confirm(connection.brought)
            first, connection.acknowledged = not connection.acknowledged, True
            if first and not self.waiting_with(connection.presented):
                self.retired.add(connection.presented)

    def waiting_with(self, secret: str) -> list[Connection]:
        return [
            connection
            for client in self.clients
            for connection in client.connections
            if connection.presented == secret and not connection.acknowledged
        ]

    @rule(index=CLIENTS, which=st.integers(0, 1))
    def disconnect(self, index: int, which: int) -> None:
        for connection in self.clients[index].connections[which : which + 1]:
            self.tokens.leave(connection.brought)
            self.tokens.confirm(connection.brought)  # too late, and so without effect
            self.tokens.leave(connection.brought)
            self.clients[index].connections.remove(connection)

    @invariant()
    def everybody_can_come_back(self) -> None:
        for secret in (*(client.token for client in self.clients), self.sleeper):
            assert self.tokens.find(secret) is not None

    @invariant()
    def what_live_connections_came_with_is_valid_until_they_confirm(self) -> None:
        for client in self.clients:
            for connection in client.connections:
                if not connection.acknowledged:
                    assert self.tokens.find(connection.presented) is not None

    @invariant()
    def what_was_retired_stays_so(self) -> None:
        assert not [secret for secret in self.retired if self.tokens.find(secret)]

    @invariant()
    def few_are_valid(self) -> None:
        assert len(self.tokens) <= MAX_TOKENS


def test_a_client_can_always_come_back() -> None:
    """Whatever is lost on the way, the newest token that a client has got is valid."""
    run_state_machine_as_test(
        TokenMachine, settings=settings(max_examples=150, stateful_step_count=60)
    )


def come_with(tokens: ResumeTokens, secret: str) -> tuple[str, ResumeToken]:
    found = tokens.find(secret)
    assert found is not None
    return tokens.present(found)


def test_only_an_acknowledgement_retires_a_token() -> None:
    """A new token leaves the old one valid until its client has shown that it got it."""
    tokens = ResumeTokens()
    old = tokens.issue()
    new, brought = come_with(tokens, old)
    assert tokens.find(old) and tokens.find(new)
    tokens.confirm(brought)
    assert tokens.find(old) is None and tokens.find(new)
    assert len(tokens) == 1


def test_an_acknowledgement_retires_nobody_elses_token() -> None:
    """A token stays while somebody who came with it as well has not confirmed the next one."""
    tokens = ResumeTokens()
    old = tokens.issue()
    _, first = come_with(tokens, old)
    _, second = come_with(tokens, old)
    tokens.confirm(first)
    assert tokens.find(old)
    tokens.confirm(first)
    assert tokens.find(old)
    tokens.confirm(second)
    assert tokens.find(old) is None


def test_a_client_that_never_gets_an_answer_keeps_its_token() -> None:
    """However often its answers are lost, neither it nor anybody else is locked out."""
    tokens = ResumeTokens()
    mine, sleeping = tokens.issue(), tokens.issue()
    for _ in range(5 * MAX_TOKENS):
        tokens.leave(come_with(tokens, mine)[1])
    assert tokens.find(mine) and tokens.find(sleeping)


def test_a_client_that_never_gets_to_acknowledge_locks_nobody_out() -> None:
    """Tokens that their client has shown to have replaced make room first."""
    tokens = ResumeTokens()
    mine, sleeping = tokens.issue(), tokens.issue()
    for _ in range(5 * MAX_TOKENS):
        mine, brought = come_with(tokens, mine)
        tokens.leave(brought)
    assert tokens.find(mine) and tokens.find(sleeping)


def test_more_clients_than_tokens() -> None:
    """The number is bounded whatever happens; who is attached is displaced last."""
    tokens = ResumeTokens()
    attached, brought = come_with(tokens, tokens.issue())
    tokens.confirm(brought)
    issued = [tokens.issue() for _ in range(3 * MAX_TOKENS)]
    assert len(tokens) == MAX_TOKENS
    assert tokens.find(attached)
    assert all(tokens.find(secret) for secret in issued[-MAX_TOKENS + 1 :])
    for secret in issued:
        if tokens.find(secret):
            come_with(tokens, secret)
    assert len(tokens) == MAX_TOKENS


def test_tokens_do_not_hold_on_to_their_forebears() -> None:
    """A session that is resumed for months remembers the tokens that are valid and no others."""
    tokens = ResumeTokens()
    secret, previous = tokens.issue(), None
    for _ in range(100):
        secret, brought = come_with(tokens, secret)
        if previous is not None:
            tokens.leave(previous)
        previous = brought
    ancestors = 0
    token = previous
    while token is not None:
        token, ancestors = token.presented, ancestors + 1
    assert ancestors <= 3


@given(st.text())
def test_wrong_tokens_never_match(text: str) -> None:
    """Whatever somebody makes up is not a token, nor is a changed one."""
    tokens = ResumeTokens()
    secret = tokens.issue()
    assert tokens.find(text) is None
    assert tokens.find(secret + text) is None or not text
    assert tokens.find(secret[:-1]) is None


def test_a_lone_surrogate_is_merely_wrong() -> None:
    """Text that no encoding can carry is refused like any other."""
    assert ResumeTokens().find("\ud800") is None
    assert not same(digest(new_secret()), "\ud800")


def test_no_secret_shows() -> None:
    """Neither the secret nor its digest is in any representation."""
    tokens = ResumeTokens()
    secret, brought = come_with(tokens, tokens.issue())
    code = (codes := OneTimeCodes[str](60)).issue("value", 0.0)
    shown = f"{tokens!r} {brought!r} {vars(codes)!r} {codes!r}"
    for hidden in (secret, code, digest(secret).hex(), repr(brought.digest)):
        assert hidden not in shown


def test_secrets_and_ids_are_long_and_safe_in_a_url() -> None:
    """Secrets carry 256 bits and ids 128, and no two are the same."""
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{43}", new_secret()) for _ in range(100))
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{22,}", new_id()) for _ in range(100))
    assert len({new_secret() for _ in range(100)} | {new_id() for _ in range(100)}) == 200


def test_a_secret_is_recognised_by_its_digest() -> None:
    """Only the digest is needed to tell the right secret from another."""
    secret = new_secret()
    assert same(digest(secret), secret)
    assert not same(digest(secret), new_secret())


def test_a_code_is_good_once() -> None:
    """The first use takes the value away."""
    codes = OneTimeCodes[str](60)
    code = codes.issue("alice", 0.0)
    assert codes.redeem(new_secret(), 1.0) is None
    assert codes.redeem(code, 1.0) == "alice"
    assert codes.redeem(code, 1.0) is None


@pytest.mark.parametrize(("age", "value"), [(0.0, "alice"), (59.9, "alice"), (60.0, None)])
def test_a_code_is_good_for_a_while(age: float, value: str | None) -> None:
    """A code that has reached its lifetime is as good as unknown."""
    codes = OneTimeCodes[str](60)
    code = codes.issue("alice", 1000.0)
    codes.issue("bob", 1000.0 + age)
    assert codes.redeem(code, 1000.0 + age) == value


def test_codes_are_bounded() -> None:
    """Who asks for ever more codes displaces the oldest."""
    codes = OneTimeCodes[int](60)
    issued = [codes.issue(number, 0.0) for number in range(MAX_CODES + 1)]
    assert codes.redeem(issued[0], 0.0) is None
    assert codes.redeem(issued[1], 0.0) == 1
    assert codes.redeem(issued[-1], 0.0) == MAX_CODES

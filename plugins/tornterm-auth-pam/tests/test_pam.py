"""People get in by the word of this machine's own PAM, and by nobody else's."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from linux import Person, person, run
from pam_logins import WRONG, Make, answer, form

from tornterm.errors import AuthError
from tornterm.testing.conformance import AuthConformance, Login
from tornterm.testing.conformance.bench import PATIENCE, Bench, benches
from tornterm_auth_pam import Pam


class TestPam(AuthConformance):
    """What every auth backend must do."""

    @pytest.fixture
    def bench(self, request: pytest.FixtureRequest) -> Iterator[Callable[..., Bench]]:
        """With the patience that starting a process needs on a busy machine."""
        with benches() as make:
            patience = PATIENCE if "hung" in request.fixturenames else 10.0
            yield lambda plugin, patience=patience: make(plugin, patience)

    @pytest.fixture
    def plugin(self, made: Make) -> Pam:
        return made()

    @pytest.fixture
    def broken(self, made: Make) -> Pam:
        return made("auth required pam_debug.so auth=authinfo_unavail\n")

    @pytest.fixture
    def hung(self, made: Make, tmp_path: Path) -> Pam:
        os.mkfifo(tmp_path / "pipe")
        return made(f"auth required pam_exec.so quiet /bin/cat {tmp_path}/pipe\n", timeout="2s")

    @pytest.fixture
    def accepted(self, alice: Person) -> Login:
        return Login(form(alice.name, alice.password), secret=alice.password, user=alice.name)

    @pytest.fixture
    def rejected(self, alice: Person) -> Login:
        return Login(form(alice.name, WRONG), secret=WRONG)


@pytest.mark.usefixtures("tornterm_loop")
async def test_who_it_is(made: Make, alice: Person) -> None:
    """The system's name and groups, and what they are good for."""
    user = await answer(made(admin_groups=[alice.name]), alice.name, alice.password)
    assert (user.name, user.groups, user.admin) == (alice.name, (alice.name,), True)
    plugin = made(allowed_groups=["nobody-is-in-this"])
    with pytest.raises(AuthError, match="in no group"):
        await answer(plugin, alice.name, alice.password)


@pytest.mark.usefixtures("tornterm_loop")
async def test_system_accounts_stay_out(made: Make) -> None:
    """Whatever PAM says: root never gets in, others from a number on."""
    everybody = "auth required pam_permit.so\naccount required pam_permit.so\n"
    for name, more in (("root", {}), ("root", {"min_uid": 1}), ("daemon", {})):
        with pytest.raises(AuthError, match="too low"):
            await answer(made(everybody, **more), name, "any password")
    assert (await answer(made(everybody, min_uid=1), "daemon", "any password")).name == "daemon"


@pytest.mark.usefixtures("tornterm_loop")
async def test_wrong_names_and_passwords_look_alike(made: Make, alice: Person) -> None:
    """Nobody learns which accounts there are."""
    plugin = made()
    said = set()
    for name, password in (
        (alice.name, WRONG),
        (alice.name, alice.password.upper()),
        (alice.name.upper(), alice.password),
        ("nobody-has-this-name", WRONG),
        ("-rf", WRONG),
    ):
        with pytest.raises(AuthError) as refused:
            await answer(plugin, name, password)
        said.add(refused.value.public)
    assert said == {"Wrong name or password."}


@pytest.mark.usefixtures("tornterm_loop")
@pytest.mark.parametrize(
    ("change", "said"),
    [(("-E", "0"), "This account has expired."), (("-d", "0"), "Your password has expired")],
    ids=["account", "password"],
)
async def test_the_account_phase_counts(made: Make, change: tuple[str, ...], said: str) -> None:
    """At the login and later on; and only who knows the password learns of it."""
    plugin = made()
    with person() as bob:
        user = await answer(plugin, bob.name, bob.password)
        assert await plugin.tornterm_revalidate(user) is True
        run("chage", *change, bob.name)
        assert await plugin.tornterm_revalidate(user) is False
        with pytest.raises(AuthError) as refused:
            await answer(plugin, bob.name, bob.password)
        assert refused.value.public.startswith(said)
        with pytest.raises(AuthError) as refused:
            await answer(plugin, bob.name, WRONG)
        assert refused.value.public == "Wrong name or password."


@pytest.mark.usefixtures("tornterm_loop")
async def test_who_is_gone_may_not_stay(made: Make) -> None:
    """Nor who is in other groups than at the login."""
    plugin = made()
    with person() as bob:
        user = await answer(plugin, bob.name, bob.password)
        assert await plugin.tornterm_revalidate(replace(user, groups=("other",))) is False
        assert await plugin.tornterm_revalidate(replace(user, backend="other")) is None
        assert await plugin.tornterm_revalidate(user) is True
    assert await plugin.tornterm_revalidate(user) is False


@pytest.mark.usefixtures("tornterm_loop")
async def test_names_that_differ_in_case(made: Make) -> None:
    """Two accounts are two people, each with a password of their own."""
    plugin = made()
    with person() as lower, person(lower.name.upper()) as upper:
        for one, other in ((lower, upper), (upper, lower)):
            assert (await answer(plugin, one.name, one.password)).name == one.name
            with pytest.raises(AuthError):
                await answer(plugin, one.name, other.password)

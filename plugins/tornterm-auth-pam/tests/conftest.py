"""An account of this machine, and plugins that ask PAM about it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from linux import UNIX, Person, person, service
from pam_logins import Make

from tornterm_auth_pam import Pam, PamSettings


@pytest.fixture(scope="module")
def alice() -> Iterator[Person]:
    """One account for all tests of this file that do not change it."""
    with person() as one:
        yield one


@pytest.fixture
def made() -> Iterator[Make]:
    """The plugin with a PAM service of these lines."""
    with ExitStack() as stack:

        def make(lines: str = UNIX, **more: Any) -> Pam:
            name = stack.enter_context(service(lines))
            return Pam(PamSettings.model_validate({"service": name, "sessions": False, **more}))

        yield make

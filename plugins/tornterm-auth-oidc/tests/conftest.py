"""A provider in a process of its own, and the plugin for it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from oidc_browser import ProviderProcess, settings

from tornterm_auth_oidc import Oidc


@pytest.fixture(scope="module")
def running() -> Iterator[ProviderProcess]:
    """One provider for all tests of this file."""
    process = ProviderProcess()
    yield process
    process.stop()


@pytest.fixture
def provider(running: ProviderProcess) -> ProviderProcess:
    """The provider as it is at first."""
    running.tell(reset=True)
    return running


@pytest.fixture
def plugin(provider: ProviderProcess) -> Oidc:
    """The plugin of that provider."""
    return Oidc(settings(provider.issuer))

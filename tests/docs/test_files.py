"""The page about files: its configuration."""

from __future__ import annotations

import re
from pathlib import Path

import tomli

from tornterm.config.load import settings_from
from tornterm.files.errors import REASONS

PAGE = (Path(__file__).parents[2] / "docs" / "files.md").read_text()


def test_the_configuration() -> None:
    """It is one, and says what it seems to."""
    [example] = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    files = settings_from(tomli.loads(example)).files
    assert (files.enabled, files.max_upload, files.max_per_user) == (True, 100 * 2**20, 4)


def test_every_code_is_named() -> None:
    """Those of refusals, and no others."""
    listed = PAGE.partition("Codes of failures")[2].partition("Everything is audited")[0]
    assert set(re.findall(r"`([a-z_]+)`", listed)) == set(REASONS)

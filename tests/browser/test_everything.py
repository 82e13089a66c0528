"""Everything that the product shows, in each of its languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser.conftest import NewTab
from tests.browser.tab import Tab
from tests.browser.walk import Walk
from tests.browser.words import language_of, left_english


@pytest.mark.parametrize("language", ["de", "fr"])
@pytest.mark.parametrize("part", ["terminals", "administration"])
def test_no_english_is_left(part: str, language: str, tmp_path: Path, new_tab: NewTab) -> None:
    """Whoever reads another language sees and hears nothing else, wherever they go."""
    found: dict[str, list[str]] = {}

    def read(tab: Tab, where: str) -> None:
        if language_of(tab.page) != language:
            found[where] = [f"the page says that it is in {language_of(tab.page)}"]
        elif english := left_english(tab.page):
            found[where] = english

    walk = Walk(tmp_path, new_tab, read, {"locale": language})
    getattr(walk, part)()
    assert not found, "\n".join(f"{where}: {texts}" for where, texts in found.items())

"""The page for administrators, as it is served."""

from __future__ import annotations

from tests.web.conftest import Serve
from tornterm.hookspecs import hookimpl


class Recorder:
    """Seems to be the plugin that records."""

    name = "recorder"

    @hookimpl
    async def tornterm_startup(self) -> None:
        """Nothing."""


async def test_the_page_is_for_administrators(serve: Serve) -> None:
    """Others are told so; who is not logged in comes back to it after the login."""
    site = await serve()
    html = {"Accept": "text/html"}
    assert (await site.ask("/admin", headers={**site.bearer("root"), **html})).status == 200
    refused = await site.ask("/admin", headers={**site.bearer(), **html})
    assert refused.status == 403
    assert "for administrators only" in refused.body.decode()
    assert (await site.ask("/admin"))["Location"] == "/login?next=/admin"


async def test_compiled_code_only_for_the_player(serve: Serve) -> None:
    """And where there is nothing to play, not even for that."""
    for plugins, allowed in (([], False), ([Recorder()], True)):
        site = await serve(plugins=plugins)
        answer = await site.ask("/admin", headers=site.bearer("root"))
        assert ("'wasm-unsafe-eval'" in answer["Content-Security-Policy"]) == allowed
        assert b'"recordings": true' in answer.body if allowed else True
        other = await site.ask("/", headers=site.bearer("root"))
        assert "wasm" not in other["Content-Security-Policy"]

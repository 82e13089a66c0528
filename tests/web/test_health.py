"""What probes and scrapers get."""

from __future__ import annotations

from prometheus_client.parser import text_string_to_metric_families

from tests.web.conftest import Serve
from tests.web.site import Answer

SCRAPER = {"Authorization": "Bearer the-token-of-the-scraper"}


def numbers(answer: Answer) -> dict[str, float]:
    """The samples, by name and labels."""
    families = text_string_to_metric_families(answer.body.decode())
    return {
        f"{sample.name}{sorted(sample.labels.items()) if sample.labels else ''}": sample.value
        for family in families
        for sample in family.samples
    }


async def test_healthz_says_that_the_process_answers(serve: Serve) -> None:
    """To anybody, and nothing more than that."""
    site = await serve()
    answer = await site.ask("/healthz")
    assert (answer.status, answer.json) == (200, {"status": "ok"})
    assert (await site.ask("/healthz", "HEAD")).status == 200
    assert (await site.raw(b"GET /healthz HTTP/1.0\r\n\r\n")).status == 200


async def test_readyz_says_whether_sessions_can_be_made(serve: Serve) -> None:
    """503 with the reason while the server ends."""
    site = await serve({"metrics": {"token": "the-token-of-the-scraper"}})
    for headers in (SCRAPER, site.bearer()):
        answer = await site.ask("/readyz", headers=headers)
        assert (answer.status, answer.json) == (200, {"ready": True, "reason": ""})
    site.terminals.begin_drain()
    answer = await site.ask("/readyz", headers=SCRAPER)
    assert (answer.status, answer.json["reason"]) == (503, "going_away")
    assert (await site.ask("/healthz")).status == 200


async def test_metrics_are_for_admins_and_the_scraper(serve: Serve) -> None:
    """Nobody else, and the scraper's token opens nothing else."""
    site = await serve({"metrics": {"token": "the-token-of-the-scraper"}})
    assert (await site.ask("/metrics", headers=SCRAPER)).status == 200
    assert (await site.ask("/metrics", headers=site.bearer("root"))).status == 200
    assert (await site.ask("/metrics", headers=site.bearer("alice"))).status == 403
    assert (await site.ask("/metrics", headers={"Authorization": "Bearer x"})).status == 401
    for path in ("/", "/api/me", "/api/sessions"):
        assert (await site.ask(path, headers=SCRAPER)).status in (302, 401)


async def test_metrics_count(serve: Serve) -> None:
    """Requests by route, logins by result, sessions and connections as they are."""
    site = await serve()
    cookie = await site.log_in()
    await site.ask("/api/sessions", "POST", cookie, {})
    await site.ask("/api/sessions/0123", headers=cookie)
    await site.ask("/api/sessions/4567", headers=cookie)
    await site.ask("/made/up", "MADEUP")
    connection = await site.connect(cookie)
    found = numbers(await site.ask("/metrics", headers=site.bearer("root")))
    assert found["tornterm_sessions"] == 1
    assert found["tornterm_connections"] == 1
    assert found["tornterm_logins_live"] == 1
    assert found["tornterm_logins_total[('result', 'ok')]"] == 1
    requests = {name: count for name, count in found.items() if "http_requests_total" in name}
    label = "[('method', 'GET'), ('route', 'api/sessions/{id}'), ('status', '404')]"
    assert requests[f"tornterm_http_requests_total{label}"] == 2
    label = "[('method', 'other'), ('route', 'nothing'), ('status', '405')]"
    assert requests[f"tornterm_http_requests_total{label}"] == 1
    assert "alice" not in "".join(found)
    connection.close()
    while await connection.read_message() is not None:
        pass


async def test_metrics_can_be_switched_off(serve: Serve) -> None:
    """Then there is nothing there, for nobody."""
    site = await serve({"metrics": {"enabled": False}})
    assert (await site.ask("/metrics", headers=site.bearer("root"))).status == 404
    assert (await site.ask("/metrics")).status == 401


async def test_two_applications_count_apart(serve: Serve) -> None:
    """Nothing is global."""
    one, two = await serve(), await serve()
    await one.log_in()
    found = numbers(await two.ask("/metrics", headers=two.bearer("root")))
    assert "tornterm_logins_total[('result', 'ok')]" not in found

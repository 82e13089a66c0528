"""Every event is in the database, once, whatever happens to it; on both kinds of database."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import sqlite3
import threading
import time
import tomllib
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from database import EMPTY, Make, give, rows, run, settle
from postgres import PASSWORD, Postgres
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tornterm.errors import ConfigError, PluginError
from tornterm.spool import NotTaken, Spool, Waiting
from tornterm.testing.conformance import ReadableAuditConformance
from tornterm.testing.conformance.garbage import GARBAGE
from tornterm.testing.server import TOKENS, LiveServer
from tornterm.types import AuditEvent
from tornterm_audit_sql import Sql, SqlSettings
from tornterm_audit_sql.schema import STEPS, migrate
from tornterm_audit_sql.store import Store

README = Path(__file__).parents[1] / "README.md"


def event(number: int, **more: Any) -> AuditEvent:
    """One of many events."""
    return AuditEvent("session.created", 1.0 + number, facts={"number": number}, **more)


def waiting(number: int) -> Waiting:
    """One that waits."""
    return Waiting(number, f"{number:032x}", json.dumps(event(number).as_dict()))


class Warned(logging.Handler):
    """Waits for what the plugin logs."""

    def __init__(self) -> None:
        super().__init__()
        self.came = threading.Event()

    def emit(self, record: logging.LogRecord) -> None:
        """Note that it has warned."""
        self.came.set()


@pytest.fixture
def warned() -> Iterator[threading.Event]:
    """Set when the plugin has warned."""
    handler = Warned()
    logger = logging.getLogger("tornterm.plugins.sql")
    logger.addHandler(handler)
    yield handler.came
    logger.removeHandler(handler)


class TestSql(ReadableAuditConformance):
    """Everything that is asked of an audit sink, of both."""

    @pytest.fixture
    def plugin(self, make: Make) -> Sql:
        """The plugin with a database."""
        return Sql(make())

    @pytest.fixture
    def kept(self, make: Make, bench: Any) -> Callable[[], list[dict[str, Any]]]:
        """What is in it; on a slow machine after the next start."""

        def read() -> list[dict[str, Any]]:
            again = Sql(make())
            settle(bench(again), again)
            return [json.loads(row.data) for row in rows(make())]

        return read

    @pytest.fixture
    def broken(self, make: Make, tmp_path: Path) -> Sql:
        """No more can wait, and the database is not there."""
        spool = Spool(tmp_path / "spool.sqlite3", 1)
        spool.open()
        spool.add({"an": "event"})
        url = "postgresql://tornterm@127.0.0.1:9/nothing"
        return Sql(make(url=url, max_events=1, drain="10ms"))

    @pytest.fixture
    def hung(self, make: Make, tmp_path: Path) -> Iterator[Sql]:
        """Somebody holds the spool."""
        Spool(tmp_path / "spool.sqlite3", 1).open()
        with closing(sqlite3.connect(tmp_path / "spool.sqlite3")) as other:
            other.execute("BEGIN IMMEDIATE")
            yield Sql(make(drain="10ms"))


def test_garbage_is_kept_whole(make: Make, bench: Any) -> None:
    """Each text as JSON, and as much of it as a column can hold to search for."""
    plugin = Sql(make())
    tried = bench(plugin)
    given = [AuditEvent("auth.failed", 1.0, t, t, t, {"account": t}) for t in GARBAGE]
    give(tried, *given)
    settle(tried, plugin)
    found = rows(make())
    assert [json.loads(row.data) for row in found] == [one.as_dict() for one in given]
    assert all(len(row.username) <= 256 and row.username.isprintable() for row in found)


def test_what_comes_again_is_there_once(make: Make) -> None:
    """The answer of the database was lost, and the batch comes with others in it."""

    async def sending() -> None:
        store = Store(make())
        assert await store.send([waiting(1), waiting(2)]) == 2
        assert await store.send([waiting(2), waiting(3)]) == 2

    asyncio.run(sending())
    assert [row.id for row in rows(make())] == [waiting(n).id for n in (1, 2, 3)]


def test_old_events_go(make: Make, bench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the server starts; what is young enough stays."""
    young = AuditEvent("auth.ok", time.time())
    batch = [waiting(1), Waiting(2, "f" * 32, json.dumps(young.as_dict()))]
    asyncio.run(Store(make()).send(batch))
    done = threading.Event()
    forget = Store.forget

    async def forgetting(store: Store, before: float) -> None:
        await forget(store, before)
        done.set()

    monkeypatch.setattr(Store, "forget", forgetting)
    bench(Sql(make(keep="1h")))
    assert done.wait(30)
    assert [json.loads(row.data) for row in rows(make())] == [young.as_dict()]


def test_an_older_form_is_brought_up(make: Make) -> None:
    """With what it holds; and one of a later version is left alone."""

    async def growing() -> None:
        store = Store(make())
        if make().url is None:
            store._make_file()
        async with store._engine.begin() as connection:
            await migrate(connection, 1)
            await connection.execute(
                text(
                    "INSERT INTO tornterm_audit (id, time, event, username, remote, session, data)"
                    " VALUES ('old', 1, 'auth.ok', '', '', '', '{}')"
                )
            )
        await asyncio.gather(Store(make()).send([waiting(1)]), store.send([waiting(1)]))
        async with store._engine.connect() as connection:
            found = await connection.scalar(text("SELECT max(number) FROM tornterm_audit_step"))
        assert found == len(STEPS)

    asyncio.run(growing())
    assert [row.id for row in rows(make())] == ["old", waiting(1).id]
    run(make(), "INSERT INTO tornterm_audit_step VALUES (1000)")
    with pytest.raises(NotTaken, match="later version"):
        asyncio.run(Store(make()).send([waiting(2)]))


def test_postgresql_that_crashes_loses_nothing(tmp_path: Path, bench: Any) -> None:
    """Nor has it anything twice, whenever it went away and came back."""
    with closing(Postgres()) as server:
        server.start()
        table = SqlSettings.model_validate(
            {
                "url": server.url,
                "password": PASSWORD,
                "spool": str(tmp_path / "spool.sqlite3"),
                "gather": "0",
                "batch": 3,
                "retry": "10ms",
                "retry_most": "50ms",
                "drain": "30s",
            }
        )
        plugin = Sql(table)
        tried = bench(plugin)
        for round_ in range(3):
            give(tried, *(event(number) for number in range(round_ * 20, round_ * 20 + 10)))
            server.stop()
            give(tried, *(event(number) for number in range(round_ * 20 + 10, round_ * 20 + 20)))
            server.start()
        settle(tried, plugin)
        found = [json.loads(row.data)["number"] for row in rows(table)]
    assert found == list(range(60))


def test_an_sqlite_file_that_is_held_gets_it_later(tmp_path: Path, bench: Any) -> None:
    """And nobody else may read it."""
    file = tmp_path / "folder" / "audit.sqlite3"
    table = SqlSettings.model_validate(
        {
            "file": str(file),
            "spool": str(tmp_path / "spool.sqlite3"),
            "timeout": "100ms",
            "retry": "10ms",
            "retry_most": "50ms",
            "drain": "30s",
        }
    )
    file.parent.mkdir()
    plugin = Sql(table)
    tried = bench(plugin)
    with closing(sqlite3.connect(file)) as other:
        other.execute("BEGIN EXCLUSIVE")
        give(tried, event(1), event(2))
    settle(tried, plugin)
    assert [json.loads(row.data)["number"] for row in rows(table)] == [1, 2]


def test_the_password_shows_nowhere(
    server: Postgres,
    tmp_path: Path,
    bench: Any,
    warned: threading.Event,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Neither a wrong one in a log of failures nor in a repr."""
    table = SqlSettings.model_validate(
        {
            "url": server.url,
            "password": "not-the-password",
            "spool": str(tmp_path / "spool.sqlite3"),
            "drain": "10ms",
        }
    )
    plugin = Sql(table)
    tried = bench(plugin)
    give(tried, event(1))
    assert warned.wait(30)
    tried.close()
    assert "did not take it" in caplog.text
    assert "not-the-password" not in caplog.text + repr(plugin) + repr(table)
    assert len(Spool(tmp_path / "spool.sqlite3", 9).first(9)) == 1


@pytest.mark.parametrize(
    ("table", "why"),
    [
        ({"url": "mysql://me@localhost/audit"}, 'must be like "postgresql://'),
        ({"url": "postgresql://localhost/audit"}, 'must be like "postgresql://'),
        ({"url": "postgresql://me:hunter2@localhost/audit"}, "must hold no password"),
        ({"url": "postgresql://me@localhost/audit?sslmode=disable"}, "must be like"),
        ({"password": {"sha256": "0" * 64}}, "a hash is not enough"),
        ({"keep": "1s"}, "at least"),
    ],
)
def test_settings_that_cannot_be(table: dict[str, Any], why: str) -> None:
    """Each mistake is explained, and no password is repeated."""
    with pytest.raises(ValueError, match=why) as caught:
        SqlSettings.model_validate(table)
    assert "hunter2" not in str(caught.value)


def test_certificates_that_are_not_there_stop_the_start(tmp_path: Path, bench: Any) -> None:
    """Not the first event, but the start says so."""
    url = "postgresql://me@db.example.org/audit"
    table = SqlSettings.model_validate({"url": url, "ca_file": str(tmp_path / "missing.pem")})
    with pytest.raises((ConfigError, PluginError), match="certificates cannot be used"):
        bench(Sql(table))


# --- the examples of the README -------------------------------------------------------------------


def block(language: str) -> str:
    """The example of that language in the README."""
    found = re.search(rf"```{language}\n(.*?)```", README.read_text(), re.DOTALL)
    assert found, language
    return found[1]


@pytest.mark.parametrize("url", ["postgresql", "sqlite"])
async def test_the_examples(
    url: str, request: pytest.FixtureRequest, tmp_path: Path, tornterm_loop: object
) -> None:
    """Somebody logs in to a server with its configuration, and its query finds them."""
    tables = tomllib.loads(block("toml"))
    table = tables["plugins"].pop("sql")
    # Where the database of the example is in reality; SQLite where there is no `url`, as it says.
    if url == "postgresql":
        server = request.getfixturevalue("server")
        assert table["password"] == {"file": "/etc/tornterm/database.password"}
        (tmp_path / "database.password").write_text(PASSWORD)
        table["password"]["file"] = str(tmp_path / "database.password")
        table["url"] = server.url
    else:
        del table["url"], table["password"]
    folders = {key: str(tmp_path / f"{key}.sqlite3") for key in ("file", "spool")}
    settings = SqlSettings.model_validate({**table, **folders, "drain": "30s"})
    if url == "postgresql":
        await asyncio.to_thread(run, settings, EMPTY)
    tables["plugins"]["enabled"].remove("sql")
    assert tables["audit"]["required"] is True
    async with LiveServer(tables, [Sql(settings)]) as live:
        told = await live.fetch(
            "login",
            method="POST",
            headers={"Origin": live.url.rstrip("/")},
            json={"method": "token", "token": TOKENS["alice"]},
        )
        assert told.code < 400, told.body
        for _ in range(600):
            if found := await rows_of(settings, block("sql")):
                break
            await asyncio.sleep(0.1)
    assert [(row.username, row.remote) for row in found] == [("alice", "127.0.0.1")]


async def rows_of(settings: SqlSettings, query: str) -> list[Any]:
    """What a query finds; nothing, while its table is not there yet."""
    try:
        async with Store(settings)._engine.connect() as connection:
            return list(await connection.execute(text(query)))
    except DBAPIError:
        return []

"""Where the server listens, and where it refuses to."""

from __future__ import annotations

import os
import socket
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tornterm.config.settings import Settings
from tornterm.errors import ConfigError
from tornterm.server.listen import Listener, is_exposed, load_certificate, tls_context

CERTIFICATES = Path(__file__).parent / "certificates"
"""Two pairs for localhost that are good for a hundred years and protect nothing."""


def settings_for(**server: Any) -> Settings:
    return Settings(server={"port": 0, **server})


@contextmanager
def listening(**server: Any) -> Iterator[Listener]:
    listener = Listener(settings_for(**server))
    try:
        yield listener
    finally:
        listener.close()


def problem(**server: Any) -> str:
    """Why one cannot listen there."""
    with pytest.raises(ConfigError) as caught:
        Listener(settings_for(**server))
    return str(caught.value)


def test_the_real_port_is_in_the_url() -> None:
    """Port 0 takes a free one, and the URL names it with the base path."""
    with listening(base_url="/term/") as listener:
        assert listener.port
        assert listener.url == f"http://127.0.0.1:{listener.port}/term/"
        socket.create_connection(("127.0.0.1", listener.port), timeout=5).close()


def test_the_url_of_every_address_leads_here() -> None:
    """A browser cannot go to "any address"; IPv6 is bracketed."""
    with listening(host="0.0.0.0") as listener:
        assert listener.url == f"http://127.0.0.1:{listener.port}/"
    with listening(host="::1") as listener:
        assert listener.url == f"http://[::1]:{listener.port}/"


def test_a_port_in_use_is_told() -> None:
    """The message names address, port, table and key."""
    with listening() as listener:
        why = problem(port=listener.port)
        assert why.startswith(f"[server] port: cannot listen on 127.0.0.1 port {listener.port}: ")


@pytest.mark.parametrize(
    "host",
    ["192.0.2.1", "no-such-host.invalid"],
)
def test_an_address_that_is_not_ours_is_told(host: str) -> None:
    """Foreign addresses and unknown names are mistakes in [server] host."""
    assert problem(host=host).startswith("[server] host: ")


def test_without_authentication_only_loopback() -> None:
    """Every bound address counts, and a Unix socket must be the owner's alone."""
    for host in ("127.0.0.1", "localhost", "::1", "127.0.0.2"):
        assert not is_exposed(settings_for(host=host))
    for host in ("0.0.0.0", "::"):
        assert is_exposed(settings_for(host=host))
    assert is_exposed(settings_for(unix_socket="/x", unix_socket_mode="660"))
    assert not is_exposed(settings_for(unix_socket="/x"))


def test_a_unix_socket_is_private_and_goes_away(tmp_path: Path) -> None:
    """Only the owner may connect; nothing is left at the end."""
    path = tmp_path / "http.sock"
    with listening(unix_socket=path) as listener:
        assert (listener.port, listener.url) == (None, f"unix:{path}")
        assert stat.S_IMODE(os.lstat(path).st_mode) == 0o600
    assert not path.exists()


def test_a_dead_servers_socket_is_replaced(tmp_path: Path) -> None:
    """What a killed server left behind does not stop the next one."""
    path = tmp_path / "http.sock"
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    with listening(unix_socket=path), socket.socket(socket.AF_UNIX) as client:
        client.connect(str(path))


def test_a_living_servers_socket_is_not_taken(tmp_path: Path) -> None:
    """A second server at the same place is refused and harms nothing."""
    path = tmp_path / "http.sock"
    with listening(unix_socket=path):
        assert "another server listens there" in problem(unix_socket=path)
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(path))


def test_what_is_no_socket_is_not_removed(tmp_path: Path) -> None:
    """A file, or a link to one, stays."""
    path = tmp_path / "file"
    path.write_text("precious")
    link = tmp_path / "link"
    link.symlink_to(path)
    assert "not a socket" in problem(unix_socket=path)
    assert "not a socket" in problem(unix_socket=link)
    assert path.read_text() == "precious"


def test_a_socket_that_became_another_servers_is_left(tmp_path: Path) -> None:
    """At its end a server removes only what it made."""
    path = tmp_path / "http.sock"
    with listening(unix_socket=path):
        path.unlink()
        with socket.socket(socket.AF_UNIX) as other:
            other.bind(str(path))
    assert path.exists()


def test_a_path_that_is_too_long_is_told(tmp_path: Path) -> None:
    """The kernel's limit of about a hundred bytes is explained, not crashed into."""
    assert "[server] unix_socket: cannot listen at" in problem(unix_socket=tmp_path / ("x" * 200))


def test_certificates(tmp_path: Path) -> None:
    """A pair is taken, also into a context in use; what does not fit changes nothing."""
    cert, key, other = (CERTIFICATES / name for name in ("one.pem", "one.key", "two.key"))
    context = tls_context(Settings(tls={"cert": cert, "key": key, "min_version": "1.3"}))
    assert context is not None and context.minimum_version.name == "TLSv1_3"
    for wrong, complaint in (
        ({"cert": cert, "key": other}, "[tls] cert: "),
        ({"cert": tmp_path / "no.pem", "key": key}, f"[tls] cert: cannot read {tmp_path}/no.pem"),
        ({"cert": cert, "key": tmp_path / "no"}, f"[tls] key: cannot read {tmp_path}/no"),
        ({"cert": key, "key": key}, "[tls] cert: "),
    ):
        with pytest.raises(ConfigError) as caught:
            load_certificate(context, Settings(tls=wrong))
        assert str(caught.value).startswith(complaint)
    load_certificate(context, Settings(tls={"cert": cert, "key": key}))


def test_without_a_certificate_there_is_no_tls() -> None:
    """The server speaks plain HTTP unless told otherwise."""
    assert tls_context(Settings()) is None

"""Ways to a server: a proxy, IPv6, a Unix socket; the environment has no say unless it is asked."""

from __future__ import annotations

import base64
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import trustme

from restproof.config import Target, load_config, resolve_target
from restproof.contract.model import Contract
from restproof.errors import ConfigurationError, TargetError
from restproof.wire.message import About, Request
from restproof.wire.preflight import check_target
from restproof.wire.raw import handshake

from .conftest import Client, ScriptedServer, answer

Serve = Callable[..., ScriptedServer]
GET = Request("GET", "/v1/teams")
READ = About("team", "list")


def test_plain_http_goes_through_a_proxy(serve: Serve, connect: Callable[..., Client]) -> None:
    proxy = serve(lambda _: answer(200, b"[]"))
    target = {"proxy": f"http://me:p%20w%E2%82%AC@127.0.0.1:{proxy.port}", "secrets": ("p w€",)}
    client = connect("http://api.example.test", target=target)
    assert client.session.send(GET, READ).status == 200
    assert client.session.send(GET, READ).status == 200
    lines = proxy.requests[0].decode().split("\r\n")
    assert lines[0] == "GET http://api.example.test/v1/teams HTTP/1.1"
    assert "Host: api.example.test" in lines
    assert f"Proxy-Authorization: Basic {base64.b64encode('me:p w€'.encode()).decode()}" in lines
    assert client.recording.exchanges[0].request.header("Proxy-Authorization") is None
    assert client.recording.exchanges[0].url == "http://api.example.test/v1/teams"
    client.session.send(Request("GET", "/v1/a%20b//c%ff/../d?b=%zz"), READ)
    assert proxy.requests[2].startswith(b"GET http://api.example.test/v1/a%20b//c%ff/../d?b=%zz HTTP/1.1\r\n")
    assert proxy.connections == 1


def tunnelling(allowed: int) -> socket.socket:
    """A proxy that connects to one port of this machine, whatever name it is asked for."""
    listening = socket.create_server(("127.0.0.1", 0))

    def passed_on(one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while data := one.recv(65536):
                other.sendall(data)
        with suppress(OSError):
            other.shutdown(socket.SHUT_WR)

    def accept() -> None:
        with suppress(OSError):
            while True:
                client, _ = listening.accept()
                head = b""
                while b"\r\n\r\n" not in head:
                    head += client.recv(65536)
                heads.append(head)
                client.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
                server = socket.create_connection(("127.0.0.1", allowed))
                for pair in ((client, server), (server, client)):
                    pair[0].setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    threading.Thread(target=passed_on, args=pair, daemon=True).start()

    heads = HEADS
    heads.clear()
    threading.Thread(target=accept, daemon=True).start()
    return listening


HEADS: list[bytes] = []


def test_https_goes_through_a_tunnel(serve: Serve, connect: Callable[..., Client], tmp_path: Path) -> None:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("api.example.test").configure_cert(context)
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    server = serve(lambda _: answer(200, b"[]"), lambda plain: context.wrap_socket(plain, server_side=True))
    with tunnelling(server.port) as proxy:
        target = {"proxy": f"http://me:pw@127.0.0.1:{proxy.getsockname()[1]}", "ca_bundle": tmp_path / "ca.pem"}
        client = connect("https://api.example.test", target=target)
        assert client.session.send(GET, READ).status == 200
    assert HEADS[0].startswith(b"CONNECT api.example.test:443 HTTP/1.")
    assert b"roxy-authorization" in HEADS[0].lower()
    assert server.requests[0].startswith(b"GET /v1/teams HTTP/1.1\r\n")
    assert b"roxy" not in server.requests[0]


def test_below_http_those_are_trusted_whom_the_session_trusts(
    serve: Serve, connect: Callable[..., Client], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setattr("certifi.where", lambda: str(tmp_path / "ca.pem"))
    server = serve(lambda _: answer(200, b"[]"), lambda plain: context.wrap_socket(plain, server_side=True))
    (folder := tmp_path / "trusted").mkdir()
    for bundle, error in ((None, ""), (tmp_path / "ca.pem", ""), (folder, "unable to get local issuer certificate")):
        told = connect(f"https://127.0.0.1:{server.port}", target={"ca_bundle": bundle}).session.send(GET, READ).error
        version, why = handshake("127.0.0.1", server.port, bundle)
        assert (version is None, why) == (told is not None, error)


def test_a_proxy_that_wants_another_user_is_told(serve: Serve, contract: Contract) -> None:
    """It may say so before the first request, or of one amid the run: that is no word of the API."""
    proxy = serve(lambda _: answer(407, Proxy_Authenticate='Basic realm="p"'))
    target = Target("t", "http://api.example.test", credentials={"full": "a-token"}, ids={"team": 5}, proxy=proxy.url)
    with pytest.raises(TargetError, match=r"the proxy asks for other credentials \(407\)"):
        check_target(target, contract)


def test_a_proxy_that_refuses_is_told(serve: Serve, connect: Callable[..., Client]) -> None:
    proxy = serve(lambda _: answer(403))
    client = connect("https://api.example.test", target={"proxy": proxy.url})
    assert client.session.send(GET, READ).error == "no way through the proxy"


@contextmanager
def answering_once(listening: socket.socket) -> Iterator[list[bytes]]:
    """A server that answers one request with an empty array; the head of the request is there when the block ends."""
    heads: list[bytes] = []

    def serve() -> None:
        connection, _ = listening.accept()
        with connection:
            heads.append(connection.recv(65536))
            connection.sendall(answer(200, b"[]"))

    thread = threading.Thread(target=serve)
    thread.start()
    yield heads
    thread.join()


def test_a_server_behind_a_unix_socket(connect: Callable[..., Client], tmp_path: Path) -> None:
    path = tmp_path / "api.sock"
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen()
        client = connect("http://localhost", target={"socket": path})
        with answering_once(listening) as heads:
            assert client.session.send(GET, READ).status == 200
    assert b"Host: localhost" in heads[0]
    gone = connect("http://localhost", target={"socket": tmp_path / "none.sock"})
    assert gone.session.send(GET, READ).error == "connection failed"


def test_ipv6(connect: Callable[..., Client]) -> None:
    try:
        listening = socket.create_server(("::1", 0), family=socket.AF_INET6)
    except OSError:
        pytest.skip("this machine has no IPv6")
    with listening:
        port = listening.getsockname()[1]
        with answering_once(listening) as heads:
            assert connect(f"http://[::1]:{port}").session.send(GET, READ).status == 200
    assert f"Host: [::1]:{port}".encode() in heads[0]


@pytest.mark.parametrize(
    ("line", "environ", "proxy"),
    [
        ("", {"https_proxy": "http://p:1"}, None),
        ('proxy = "http://p.example:3128"', {}, "http://p.example:3128"),
        ('proxy = "http://${U}:${P}@p.example:3128"', {"U": "me", "P": "a b?"}, "http://me:a%20b%3F@p.example:3128"),
        ('proxy = "http://${U}:${P}@p:1"', {"U": "m@e", "P": "/@:%é"}, "http://m%40e:%2F%40%3A%25%C3%A9@p:1"),
        ('proxy = "http://${P}@p:1"', {"P": "me:a@b"}, "http://me:a%40b@p:1"),
        ('proxy = "${P}"', {"P": "http://me:a%40b@p:1"}, "http://me:a%40b@p:1"),
        ('proxy = "environment"', {"HTTPS_PROXY": "http://p:1"}, "http://p:1"),
        ('proxy = "environment"', {"https_proxy": "http://p:1", "no_proxy": "x.org, .example.com"}, None),
        ('proxy = "environment"', {}, None),
    ],
)
def test_a_proxy_is_what_the_target_says(
    tmp_path: Path, contract: Contract, line: str, environ: dict[str, str], proxy: str | None
) -> None:
    (tmp_path / "restproof.toml").write_text(
        f'[targets.t]\nbase_url = "https://api.example.com"\n{line}\n[targets.t.credentials]\nfull = "${{T}}"\n'
        "[targets.t.ids]\nteam = 5\n"
    )
    target = resolve_target("t", load_config(tmp_path), contract, {"T": "a-token", **environ})
    assert target is not None
    assert target.proxy == proxy
    password = urlsplit(target.proxy or "").password
    assert target.secrets == ((unquote(password),) if password else ())


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('proxy = "http://me:secret@p.example:3128"', "the user of the proxy is written into this file"),
        ('proxy = "p.example:3128"', "proxy is http://HOST:PORT"),
        ('proxy = "environment"', "proxy is http://HOST:PORT"),
        ('proxy = "http://p.example:port"', "proxy is http://HOST:PORT"),
        ('proxy = "http://[p.example"', "proxy is http://HOST:PORT"),
        ('proxy = "http://p:1"\nsocket = "x.sock"', "both proxy and socket"),
        ('proxy = "http://p:1"\nhttp2 = true', "does not pass HTTP/2 on without TLS"),
    ],
)
def test_a_proxy_that_is_none_is_told(tmp_path: Path, contract: Contract, line: str, told: str) -> None:
    scheme = "http" if "http2" in line else "https"
    (tmp_path / "restproof.toml").write_text(f'[targets.t]\nbase_url = "{scheme}://api.example.com"\n{line}\n')
    with pytest.raises(ConfigurationError, match=told) as error:
        resolve_target("t", load_config(tmp_path), contract, {"HTTPS_PROXY": "p.example:1"})
    assert error.value.place is not None
    assert error.value.place.line in (3, 4)
    assert "secret" not in str(error.value)

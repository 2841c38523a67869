from __future__ import annotations

import re
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import trustme

from restproof.config import Target
from restproof.contract.model import Auth, Contract
from restproof.errors import TargetError
from restproof.wire.preflight import check_target
from restproof.wire.walk import contract_headers, listed

from .conftest import NOTES, Connect, Serve, answer


def target(url: str, **options: Any) -> Target:
    return Target("test", url, **{"credentials": {"full": "full-secret-token"}, "ids": {"team": 5}, **options})


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def secure(serve: Serve, authority: trustme.CA) -> Callable[[str], str]:
    """Starts an https server whose certificate names a host; gives its port."""

    def start(host: str) -> str:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(host).configure_cert(context)
        server = serve(lambda _: answer(200, b"[]"), lambda plain: context.wrap_socket(plain, server_side=True))
        return f"https://127.0.0.1:{server.port}"

    return start


def test_one_cheap_list_is_read(serve: Serve, contract: Contract) -> None:
    server = serve(lambda _: answer(200, b"[]"))
    check_target(target(server.url), contract)
    (request,) = server.requests
    assert request.startswith(b"GET /v1/teams?per_page=1 HTTP/1.1")
    assert b"X-Team: 5" in request
    assert b"Authorization: Bearer full-secret-token" in request


def test_a_list_that_asks_for_a_credential_goes_before_one_that_anybody_may_read(
    serve: Serve, contract_with: Callable[..., Contract]
) -> None:
    words = NOTES.replace("operations: [list]", "operations: {list: {auth: none}}", 1)
    server = serve(lambda _: answer(200, b"[]"))
    check_target(target(server.url), contract_with(text=words))
    assert server.requests[0].startswith(b"GET /v1/teams/5/notes?per_page=1 HTTP/1.1")


def test_a_header_that_is_asked_for_twice_is_sent_once(
    serve: Serve, connect: Connect, contract_with: Callable[..., Contract]
) -> None:
    """On every request, and to name the parent, or on one operation."""
    words = NOTES.replace("headers: {", "headers: {X-Mode: one, ")
    words = words.replace("parent: {team: team_id}", "parent: {team: {name: X-Team, in: header}}")
    words = words.replace("operations: [list, create, read]", "operations: {list: {headers: {X-Mode: all}}}")
    contract = contract_with(text=words)
    server = serve(lambda _: answer(200, b"[]"))
    check_target(target(server.url, forbid=frozenset({"team.list", "note.list"})), contract)
    headers = contract_headers(contract, {"team": 5})
    session = connect(server.url, contract).session
    assert list(listed(session, contract.resources["log"], "/v1/logs", headers=headers)) == []
    fields = [re.findall(rb"(?m)^(X-[A-Z]\w+: \w+)", request) for request in server.requests]
    assert [sorted(found) for found in fields] == [[b"X-Mode: all", b"X-Team: 5"]] * 2


def test_a_forbidden_list_is_not_read(serve: Serve, contract: Contract) -> None:
    server = serve(lambda _: answer(200, b"[]"))
    check_target(target(server.url, forbid=frozenset({"team.list"})), contract)
    assert server.requests[0].startswith(b"GET /v1/teams/5/notes?per_page=1 HTTP/1.1")


@pytest.mark.parametrize("status", [404, 429, 500, 302])
def test_other_answers_are_for_the_suites(serve: Serve, contract: Contract, status: int) -> None:
    check_target(target(serve(lambda _: answer(status)).url), contract)


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_credential_is_told(serve: Serve, contract: Contract, status: int) -> None:
    with pytest.raises(TargetError, match=f"with the credential `full` answers {status}") as error:
        check_target(target(serve(lambda _: answer(status)).url), contract)
    assert error.value.exit_code == 3
    assert "secret" not in str(error.value)


@pytest.mark.parametrize(
    ("auth", "shown"),
    [
        (Auth("bearer"), "`Authorization: Bearer CREDENTIAL`"),
        (Auth("api_key"), "`Authorization: CREDENTIAL`; the answer asks for the scheme Token"),
        (Auth("api_key", header="X-Key", prefix="Key"), "`X-Key: Key CREDENTIAL`"),
        (Auth("api_key", place="query", name="key"), "the query parameter `key`"),
        (Auth("basic"), "user:password, by basic"),
    ],
)
def test_a_refused_credential_is_told_with_how_it_was_sent(
    serve: Serve, contract: Contract, auth: Auth, shown: str
) -> None:
    server = serve(lambda _: answer(401, WWW_Authenticate="Token"))
    full = target(server.url, credentials={"full": "user:secret-word"})
    with pytest.raises(TargetError) as error:
        check_target(full, replace(contract, auth=auth))
    assert f"It was sent as {shown}" in str(error.value)
    assert "secret" not in str(error.value)


@pytest.mark.parametrize(
    ("asked", "word"),
    [
        ({}, "say there which: auth.\n"),
        ({"WWW_Authenticate": 'Bearer realm="x"'}, "the scheme Bearer: auth: bearer\n"),
        (
            {"WWW_Authenticate": "Token"},
            'the scheme Token: auth: {scheme: api_key, header: Authorization, prefix: "Token "}\n',
        ),
    ],
)
def test_where_the_contract_asks_for_no_credential_a_refusal_says_that_none_was_sent(
    serve: Serve, contract: Contract, asked: dict[str, str], word: str
) -> None:
    server = serve(lambda _: answer(401, b"", **asked))
    with pytest.raises(TargetError, match="without a credential answers 401") as error:
        check_target(target(server.url), replace(contract, auth=Auth("none")))
    assert "auth: none" in str(error.value)
    assert word in str(error.value)


def test_an_unreachable_target_is_told_quickly(contract: Contract) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    begun = time.monotonic()
    with pytest.raises(TargetError, match=f"127.0.0.1:{port} cannot be reached: connection refused"):
        check_target(target(f"http://127.0.0.1:{port}"), contract)
    assert time.monotonic() - begun < 10  # no connection is awaited until it times out


def test_what_is_no_http_server_is_told(serve: Serve, contract: Contract) -> None:
    with pytest.raises(TargetError, match="malformed response"):
        check_target(target(serve(lambda _: b"220 mail ESMTP\r\n").url), contract)


def test_a_verified_certificate_is_accepted(
    secure: Callable[[str], str], authority: trustme.CA, contract: Contract, tmp_path: Path
) -> None:
    bundle = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(bundle))
    check_target(target(secure("127.0.0.1"), ca_bundle=bundle), contract)


def test_another_host_s_certificate_is_refused(
    secure: Callable[[str], str], authority: trustme.CA, contract: Contract, tmp_path: Path
) -> None:
    bundle = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(bundle))
    with pytest.raises(TargetError, match="certificate not verified"):
        check_target(target(secure("elsewhere.example.com"), ca_bundle=bundle), contract)


def test_an_unknown_authority_is_refused_with_a_hint(secure: Callable[[str], str], contract: Contract) -> None:
    with pytest.raises(TargetError, match="certificate not verified") as error:
        check_target(target(secure("127.0.0.1")), contract)
    assert "ca_bundle" in str(error.value.hint)


def test_https_to_a_plain_server_is_told(serve: Serve, contract: Contract) -> None:
    def complain(plain: socket.socket) -> socket.socket:
        plain.sendall(answer(400))
        return plain

    url = serve(lambda _: None, complain).url.replace("http:", "https:")
    with pytest.raises(TargetError, match=r"tls: wrong version number\n  Does the server speak TLS"):
        check_target(target(url), contract)


def test_a_bundle_without_certificates_is_told(contract: Contract, serve: Serve, tmp_path: Path) -> None:
    bundle = tmp_path / "ca.pem"
    bundle.write_text("nothing")
    url = serve(lambda _: answer()).url.replace("http:", "https:")
    with pytest.raises(TargetError, match=r"the CA bundle .*ca\.pem cannot be used"):
        check_target(target(url, ca_bundle=bundle), contract)

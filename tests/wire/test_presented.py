"""Where a credential stands in a request: a header of any word, the query, a cookie, the answer to a challenge."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from restproof.contract.model import Contract
from restproof.contract.openapi.security import in_words
from restproof.errors import ContractError
from restproof.sandbox.digest import NONCE, known_by_digest
from restproof.wire.message import About, Request

from .conftest import Client, ScriptedServer, answer

READ = About("team", "list")


def sent(
    serve: Callable[..., ScriptedServer], connect: Callable[..., Client], contract: Contract
) -> tuple[str, Client]:
    """The head of one request as the server has it, and the client that sent it."""
    server = serve(lambda _: answer(200, b"[]"))
    client = connect(server.url, contract)
    client.session.send(Request("GET", "/v1/teams", (("page", "1"),)), READ)
    return server.requests[0].decode(), client


@pytest.mark.parametrize(
    ("auth", "line"),
    [
        ("api_key, query: 'key[0]'", "GET /v1/teams?page=1&key%5B0%5D=full-secret-token HTTP/1.1"),
        ("api_key, cookie: sid", "Cookie: sid=full-secret-token"),
        ("api_key, header: Authorization, prefix: 'Token '", "Authorization: Token full-secret-token"),
        ("api_key", "X-API-Key: full-secret-token"),
    ],
)
def test_a_key_stands_where_the_contract_says(
    serve: Callable[..., Any],
    connect: Callable[..., Client],
    contract_with: Callable[..., Contract],
    auth: str,
    line: str,
) -> None:
    contract = contract_with(auth)
    head, client = sent(serve, connect, contract)
    assert line in head.split("\r\n")
    (exchange,) = client.recording.exchanges
    assert "full-secret-token" not in repr(exchange)
    fields = dict(field.split(": ") for field in head.split("\r\n")[1:] if field)
    shown = contract.auth.shown(fields.get, head.split(" ")[1].partition("?")[2])
    assert shown == f"{contract.auth.prefix}full-secret-token"


def test_a_short_or_invented_key_in_the_query_is_hidden(
    serve: Callable[..., Any], connect: Callable[..., Client], contract_with: Callable[..., Contract]
) -> None:
    client = connect(serve(lambda _: answer(401)).url, contract_with("api_key, query: key"))
    client.session.send(Request("GET", "/v1/teams", (("key", "abc"),)), READ, None)
    (exchange,) = client.recording.exchanges
    assert exchange.url.endswith("/v1/teams?key=[redacted]")
    assert exchange.request.query == (("key", "[redacted]"),)


def test_a_key_that_the_url_of_a_next_page_holds_is_sent_once(
    serve: Callable[..., Any], connect: Callable[..., Client], contract_with: Callable[..., Contract]
) -> None:
    server = serve(lambda _: answer(200, b"[]"))
    client = connect(server.url, contract_with("api_key, query: key"))
    client.session.send(Request("GET", "/v1/teams", (("key", "[redacted]"), ("page", "2"))), READ)
    assert server.requests[0].startswith(b"GET /v1/teams?page=2&key=full-secret-token HTTP/1.1")


def test_a_challenge_is_answered(
    serve: Callable[..., Any], connect: Callable[..., Client], contract_with: Callable[..., Contract]
) -> None:
    def handle(request: bytes) -> bytes:
        fields = dict(line.partition(": ")[::2] for line in request.decode().split("\r\n")[1:])
        known = known_by_digest(fields.get("Authorization", ""), "GET", ["somebody:pass:word"])
        challenge = f'Digest realm="notes", nonce="{NONCE}", qop="auth", algorithm=SHA-256'
        return answer(200, b"[]") if known else answer(401, WWW_Authenticate=challenge)

    server = serve(handle)
    right = {"credentials": {"full": "somebody:pass:word", "read_only": "somebody:other-word"}}
    client = connect(server.url, contract_with("digest"), target=right)
    for _ in range(2):
        assert client.session.send(Request("GET", "/v1/teams"), READ).status == 200
    assert [e.status for e in client.recording.exchanges] == [401, 200, 200]
    assert b"nc=00000002" in server.requests[-1]
    assert client.session.send(Request("GET", "/v1/teams"), READ, "read_only").status == 401
    assert len(server.requests) == 5


@pytest.mark.parametrize("auth", ["api_key, query: k, header: X-Key", "api_key, query: k, cookie: k"])
def test_a_key_stands_in_one_place(contract_with: Callable[..., Contract], auth: str) -> None:
    with pytest.raises(ContractError, match="auth"):
        contract_with(auth)


@pytest.mark.parametrize(
    ("scheme", "words"),
    [
        ({"type": "apiKey", "in": "query", "name": "api_key"}, {"scheme": "api_key", "query": "api_key"}),
        ({"type": "apiKey", "in": "cookie", "name": "sid"}, {"scheme": "api_key", "cookie": "sid"}),
        ({"type": "http", "scheme": "Digest"}, "digest"),
        ({"type": "mutualTLS"}, None),
    ],
)
def test_a_document_says_it_too(scheme: dict[str, str], words: object) -> None:
    assert in_words(scheme) == words

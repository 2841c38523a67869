"""Where a credential stands in a request: a header of any word, the query, a cookie, the answer to a challenge."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from typing import Any
from urllib.request import parse_http_list, parse_keqv_list

import pytest

from restproof.contract.model import Contract
from restproof.contract.openapi.security import in_words
from restproof.errors import ContractError
from restproof.sandbox.digest import NONCE, known_by_digest
from restproof.wire.digest import Digest
from restproof.wire.message import About, Exchange, Request, Response

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


RFC = 'realm="http-auth@example.org", qop="auth, auth-int", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
RFC_NONCE = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v"


def answered(challenges: tuple[str, ...], secret: str, body: bytes | None = None) -> dict[str, str]:
    """What answers the challenges of an answer, by name; empty where none can be."""
    digest = Digest(secret)
    if not digest.is_challenged(refusal(*challenges)):
        return {}
    header = digest.header("GET", "/dir/index.html", body)
    assert header is not None
    return parse_keqv_list(parse_http_list(header.removeprefix("Digest ")))


def refusal(*challenges: str, **fields: str) -> Exchange:
    headers = (*(("WWW-Authenticate", c) for c in challenges), *((n.replace("_", "-"), v) for n, v in fields.items()))
    return Exchange(
        n=1,
        request=Request("GET", "/"),
        url="http://a/",
        response=Response(401, "", headers, b""),
        error=None,
        started=0.0,
        elapsed=0.0,
        credential="full",
        about=READ,
    )


@pytest.mark.parametrize(
    ("algorithm", "response"),
    [
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
    ],
)
def test_a_digest_is_that_of_the_standard(algorithm: str, response: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The example of RFC 7616 §3.9.1."""
    own = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"
    monkeypatch.setattr("restproof.wire.digest.token_hex", lambda _: own)
    found = answered((f'Digest {RFC}, algorithm={algorithm}, nonce="{RFC_NONCE}"',), "Mufasa:Circle of Life")
    assert (found["response"], found["qop"], found["nc"], found["algorithm"]) == (
        response,
        "auth",
        "00000001",
        algorithm,
    )


def test_a_digest_hides_its_user_where_it_is_asked_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """The example of RFC 7616 §3.9.2."""
    monkeypatch.setattr("restproof.wire.digest.token_hex", lambda _: "NTg6RKcb9boFIAS3KrFK9BGeh+niz/sm")
    challenge = (
        'Digest realm="api@example.org", qop="auth", algorithm=SHA-512-256, userhash=true, charset=UTF-8, '
        'nonce="5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK", opaque="HRPCssKJSGjCrkzDg8OhwpzCiGPChXYjwrI2QmXDssOS"'
    )
    digest = Digest("J\u00e4s\u00f8n Doe:Secret, or not?")
    assert digest.is_challenged(refusal(challenge))
    header = digest.header("GET", "/doe.json", None) or ""
    found = parse_keqv_list(parse_http_list(header.removeprefix("Digest ")))
    assert found["username"] == "793263caabb707a56211940d90411ea4a575adeccb7e360aeb624ed06ece9b0b"
    assert found["userhash"] == "true"
    assert answered((f'Digest {RFC}, nonce="n"',), "J\u00e4s\u00f8n:x")["username*"] == "UTF-8''J%C3%A4s%C3%B8n"


def test_a_digest_may_cover_the_content() -> None:
    found = answered(('Digest realm="r", nonce="n", qop="auth-int"',), "me:secret", b"[1]")
    between = ("n", found["nc"], found["cnonce"], "auth-int")
    expected = _md5(_md5("me", "r", "secret"), *between, _md5("GET", "/dir/index.html", _md5("[1]")))
    assert found["response"] == expected


def test_a_session_digest_and_one_of_an_old_server() -> None:
    found = answered(('Digest realm = "r" , nonce="n", qop="auth", algorithm=MD5-sess',), "me:secret")
    secret = _md5(_md5("me", "r", "secret"), "n", found["cnonce"])
    assert found["response"] == _md5(secret, "n", found["nc"], found["cnonce"], "auth", _md5("GET", "/dir/index.html"))
    old = answered(('Digest realm="a \\"b\\", c", nonce="n"',), "me:secret")
    assert old["response"] == _md5(_md5("me", 'a "b", c', "secret"), "n", _md5("GET", "/dir/index.html"))
    assert "qop" not in old


def test_the_secret_of_a_session_is_that_of_its_first_request() -> None:
    """A server that keeps it (RFC 7616 §3.4.2) and one that reckons it anew for each request say the same."""
    digest = Digest("me:secret")
    assert digest.is_challenged(refusal('Digest realm="r", nonce="n", qop="auth", algorithm=MD5-sess'))
    headers = [digest.header("GET", "/a", None) or "" for _ in range(2)]
    first, second = (parse_keqv_list(parse_http_list(header.removeprefix("Digest "))) for header in headers)
    assert (second["nc"], second["cnonce"]) == ("00000002", first["cnonce"])
    secret = _md5(_md5("me", "r", "secret"), "n", first["cnonce"])
    assert second["response"] == _md5(secret, "n", "00000002", second["cnonce"], "auth", _md5("GET", "/a"))


def test_what_is_escaped_in_a_challenge_is_read_once() -> None:
    """The realm of a domain, ``CORP\\\\api``, and one with a quote in it."""
    for written, realm in ((r"CORP\\api", r"CORP\api"), (r"5\" disk", '5" disk')):
        found = answered((f'Digest realm="{written}", nonce="n"',), "me:secret")
        assert found["response"] == _md5(_md5("me", realm, "secret"), "n", _md5("GET", "/dir/index.html"))


def _md5(*parts: str) -> str:
    return hashlib.md5(":".join(parts).encode()).hexdigest()


@pytest.mark.parametrize(
    ("challenges", "nonce"),
    [
        (('Negotiate, Basic realm="x, y", Digest realm="r", nonce="1"',), "1"),
        (("Negotiate", 'Digest realm="r", nonce="1", algorithm=NEW', 'Digest realm="r", nonce="2"'), "2"),
        (('Digest realm="r", nonce="1", algorithm=SHA-256, Digest realm="r", nonce="2"',), "1"),
        (("Digest",), None),
        (('Digest realm="r", nonce="1", qop="auth-conf"', 'Bearer realm="r"'), None),
        ((), None),
    ],
)
def test_of_several_challenges_the_first_is_answered_that_can_be(
    challenges: tuple[str, ...], nonce: str | None
) -> None:
    assert answered(challenges, "me:secret").get("nonce") == nonce


def test_the_nonce_that_an_answer_names_is_the_next_one(
    serve: Callable[..., Any], connect: Callable[..., Client], contract_with: Callable[..., Contract]
) -> None:
    nonces = ["0"]

    def handle(request: bytes) -> bytes:
        """A server that takes each nonce once."""
        given = re.search(rb' nonce="(\d+)".* nc=00000001', request)
        if given is None or given[1].decode() != nonces[-1]:
            return answer(401, WWW_Authenticate=f'Digest realm="r", nonce="{nonces[-1]}", qop="auth"')
        nonces.append(str(len(nonces)))
        return answer(200, b"[]", Authentication_Info=f'nextnonce="{nonces[-1]}", qop=auth')

    client = connect(serve(handle).url, contract_with("digest"), target={"credentials": {"full": "me:secret-word"}})
    for _ in range(3):
        assert client.session.send(Request("GET", "/v1/teams"), READ).status == 200
    assert [e.status for e in client.recording.exchanges] == [401, 200, 200, 200]


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

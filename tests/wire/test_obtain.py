"""Credentials that are obtained: from a command, a token endpoint, a login; renewed in time, and after a sudden 401."""

from __future__ import annotations

import base64
import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc import jwt
from joserfc.jwk import RSAKey

from restproof.config import Target
from restproof.sources import Csrf, Login, OAuth2, Source
from restproof.wire.failure import NotSent
from restproof.wire.message import About, Request
from restproof.wire.obtain import wallet_of
from restproof.wire.sharing import Counter, Shared
from restproof.wire.wallet import CredentialError, Renewing, Token, Wallet

from .conftest import Client, ScriptedServer, answer

Serve = Callable[..., ScriptedServer]
GET = Request("GET", "/v1/teams")
READ = About("team", "list")


def wallet(source: Source, url: str = "http://127.0.0.1:1", **target: Any) -> Wallet:
    return wallet_of(Target("test", url, credentials={"full": ""}, sources={"full": source}, **target))


def python(code: str) -> tuple[str, ...]:
    return (sys.executable, "-c", code)


def jws(**claims: Any) -> str:
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in ({}, claims)]
    return ".".join([*parts, "signature"])


# ------------------------------------------------------------------- a token endpoint


class Provider:
    """A token endpoint, and an API that takes the tokens it has given out and not withdrawn."""

    def __init__(self, serve: Serve, lasts: float = 3600) -> None:
        self.lasts = lasts
        self.valid: list[str] = []
        self.asked: list[dict[str, str]] = []
        self.authorization: list[str] = []
        self.heads: list[str] = []
        self.broken: bytes | None = None
        self.server = serve(self.handle)

    def handle(self, request: bytes) -> bytes:
        head, _, body = request.partition(b"\r\n\r\n")
        sent = next((v for n, _, v in (x.partition(b": ") for x in head.split(b"\r\n")) if n == b"Authorization"), b"")
        if b"/token " not in head.split(b"\r\n")[0]:
            return answer(200 if sent.removeprefix(b"Bearer ").decode() in self.valid else 401, b"[]")
        if self.broken:
            return self.broken
        self.authorization.append(sent.decode())
        self.heads.append(head.decode())
        self.asked.append({n: v[0] for n, v in parse_qs(body.decode()).items()})
        self.valid = [f"token-number-{len(self.asked)}"]
        said = {"access_token": self.valid[0], "expires_in": self.lasts, "token_type": "Bearer"}
        if "refresh_token" in self.asked[-1]:
            said["refresh_token"] = f"refresh-{len(self.asked)}"
        return answer(200, json.dumps(said).encode(), Content_Type="application/json")

    def source(self, **more: Any) -> OAuth2:
        said = {"client_id": "client", "client_secret": "client:secret 1", "token_url": f"{self.server.url}/token"}
        return OAuth2(**{**said, **more})


@pytest.fixture
def provider(serve: Serve) -> Provider:
    return Provider(serve)


def client_of(provider: Provider, connect: Callable[..., Client], source: Source | None = None) -> Client:
    held = wallet(source or provider.source(), provider.server.url)
    target = {"credentials": {"full": ""}, "secrets": ("client:secret 1",)}
    return connect(provider.server.url, target=target, wallet=held)


def test_client_credentials(provider: Provider) -> None:
    token = wallet(provider.source(scope="notes:read notes:write", audience="https://api")).current("full")
    assert token.value == "token-number-1"
    assert provider.asked == [
        {"grant_type": "client_credentials", "scope": "notes:read notes:write", "audience": "https://api"}
    ]
    assert base64.b64decode(provider.authorization[0].removeprefix("Basic ")) == b"client:client%3Asecret+1"


@pytest.mark.parametrize("said", ["invalid_client", "unauthorized_client"])
def test_a_client_is_shown_as_its_endpoint_reads_it(said: str, serve: Serve) -> None:
    """By the letter of RFC 6749 §2.3.1; where that is refused, as it is: not every endpoint undoes the encoding."""
    shown: list[bytes] = []

    def handle(request: bytes) -> bytes:
        shown.append(base64.b64decode(request.partition(b"Authorization: Basic ")[2].split(b"\r\n")[0]))
        if shown[-1] != b"client:a+b%c":
            return answer(401, json.dumps({"error": said}).encode(), Content_Type="application/json")
        return answer(200, b'{"access_token": "some-token", "token_type": "Bearer"}', Content_Type="application/json")

    url = f"{serve(handle).url}/token"
    held = wallet(OAuth2(client_id="client", client_secret="a+b%c", token_url=url))
    first = held.current("full")
    held.renewed("full", first)
    assert shown == [b"client:a%2Bb%25c", b"client:a+b%c", b"client:a+b%c"]
    with pytest.raises(CredentialError, match=f"says {said}"):
        wallet(OAuth2(client_id="client", client_secret="a-b", token_url=url)).current("full")
    assert shown[3:] == [b"client:a-b"], "there is no other way to show this one"


def test_a_proxy_is_shown_its_user_in_utf_8_on_the_way_to_a_token_too(provider: Provider) -> None:
    proxy = f"http://us%E2%82%ACr:p%C3%A9@127.0.0.1:{provider.server.port}"
    url = "http://id.example.test/token"
    source = provider.source(token_url=url)
    assert wallet(source, proxy=proxy).current("full").value == "token-number-1"
    assert f"Proxy-Authorization: Basic {base64.b64encode('us€r:pé'.encode()).decode()}" in provider.heads[0]
    assert provider.heads[0].startswith(f"POST {url} HTTP/1.1")


def test_a_password_of_a_test_user(provider: Provider) -> None:
    wallet(provider.source(grant="password", username="u", password="p w", client_auth="post")).current("full")
    assert provider.asked[0] == {
        "grant_type": "password",
        "username": "u",
        "password": "p w",
        "client_id": "client",
        "client_secret": "client:secret 1",
    }


def test_a_refresh_token_is_replaced_by_the_one_that_comes_back(provider: Provider) -> None:
    held = wallet(provider.source(grant="refresh_token", refresh_token="refresh-0"))
    held.renewed("full", held.current("full"))
    assert [a["refresh_token"] for a in provider.asked] == ["refresh-0", "refresh-1"]


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("2", 2),
        ('"2"', 2),
        ('"2.5"', 2),
        ("0", None),
        ("-1", None),
        ("null", None),
        ('"soon"', None),
        ("1e400", None),
        ("[]", None),
        (None, None),
    ],
)
def test_a_token_lasts_as_long_as_its_endpoint_says(said: str | None, seconds: int | None, provider: Provider) -> None:
    ends = "" if said is None else f', "expires_in": {said}'
    token = f'{{"access_token": "some-token", "token_type": "Bearer"{ends}}}'.encode()
    provider.broken = answer(200, token, Content_Type="application/json")
    found = wallet(provider.source()).current("full")
    assert (found.value, found.expires and round(found.expires - found.obtained)) == ("some-token", seconds)


def test_an_endpoint_that_says_its_error_oddly_is_told(provider: Provider) -> None:
    provider.broken = answer(400, b'{"error": {"code": 1}}', Content_Type="application/json")
    with pytest.raises(CredentialError, match=r"the token endpoint says \{'code': 1\}"):
        wallet(provider.source()).current("full")


def test_a_token_that_is_over_as_it_comes_is_presented_until_it_is_refused() -> None:
    """By another clock, or by a server that says 0 for no end: it is not asked for another one each time."""
    made: list[Token] = []

    def way() -> Token:
        made.append(Token(f"token-{len(made)}", expires=1000.0))
        return made[-1]

    held = Renewing({}, {"full": way}, clock=lambda: 1600.0)
    first = held.current("full")
    assert {held.current("full").value for _ in range(3)} == {"token-0"}
    renewed = held.renewed("full", first)
    assert renewed is not None
    assert renewed.value == "token-1"


def test_an_endpoint_that_is_away_costs_no_token_that_holds_yet() -> None:
    now, away, tried = [0.0], [False], list[float]()

    def way() -> Token:
        tried.append(now[0])
        if away[0]:
            raise CredentialError("away", passing=True)
        return Token(f"until {now[0] + 100:.0f}", expires=now[0] + 100)

    def slept(seconds: float) -> None:
        now[0] += seconds

    held = Renewing({}, {"full": way}, clock=lambda: now[0], sleep=slept)
    held.current("full")
    away[0] = True
    for now[0] in (85.0, 86.0, 88.0):
        assert held.current("full").value == "until 100"
    assert tried == [0.0, 85.0, 88.0], "not each time"
    away[0] = False
    now[0] = 95.0
    assert held.current("full").value == "until 195"
    away[0], now[0] = True, 300.0
    with pytest.raises(CredentialError, match="away"):
        held.current("full")
    assert tried[4:] == [300.0, 300.5, 302.5, 307.5, 317.5], "it may only begin anew"


def test_a_token_that_was_refused_is_not_held_on_to() -> None:
    """A server that begins anew knows no token, and its endpoint may be away for a moment, too."""
    answers = iter([Token("first", expires=1000.0), None, None, Token("second", expires=1000.0)])
    waits: list[float] = []

    def way() -> Token:
        found = next(answers)
        if found is None:
            raise CredentialError("away", passing=True)
        return found

    held = Renewing({}, {"full": way}, clock=lambda: 0.0, sleep=waits.append)
    renewed = held.renewed("full", held.current("full"))
    assert renewed is not None
    assert (renewed.value, waits) == ("second", [0.5, 2.0])


def test_a_client_signs_for_itself(provider: Provider, tmp_path: Path) -> None:
    key = rsa.generate_private_key(65537, 2048).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "key.pem").write_bytes(key)
    wallet(provider.source(client_secret="", private_key=tmp_path / "key.pem")).current("full")
    said = provider.asked[0]
    assert said["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    claims = jwt.decode(said["client_assertion"], RSAKey.import_key(key.decode())).claims
    assert (claims["iss"], claims["aud"]) == ("client", f"{provider.server.url}/token")


def test_a_token_is_renewed_before_it_expires(serve: Serve, connect: Callable[..., Client]) -> None:
    provider = Provider(serve, lasts=1)
    client = client_of(provider, connect)
    began = time.monotonic()
    while len(provider.asked) < 3:
        assert client.session.send(GET, READ).status == 200
    assert time.monotonic() - began > 1, "no token is given up while it lasts"
    assert {e.attempt for e in client.recording.exchanges} == {1}


def test_a_sudden_401_renews_once(provider: Provider, connect: Callable[..., Client]) -> None:
    client = client_of(provider, connect)
    assert client.session.send(GET, READ).status == 200
    provider.valid = []
    assert client.session.send(GET, READ).status == 200
    assert [(e.status, e.attempt) for e in client.recording.exchanges] == [(200, 1), (401, 1), (200, 2)]
    assert client.recording.notes == [("credential", "the credential `full` was refused (401), and renewed")]
    assert all("token-number" not in repr(e) for e in client.recording.exchanges)


def test_what_a_renewed_credential_is_refused_too_is_no_reason_to_renew(
    provider: Provider, serve: Serve, connect: Callable[..., Client]
) -> None:
    closed = serve(lambda _: answer(401))
    client = connect(closed.url, target={"credentials": {"full": ""}}, wallet=wallet(provider.source()))
    assert [client.session.send(GET, READ).status for _ in range(3)] == [401] * 3
    assert len(provider.asked) == 2
    assert len(closed.requests) == 4


@pytest.mark.parametrize(("taken", "statuses"), [("third", [401, 401, 200]), ("none", [401] * 4)])
def test_a_renewed_credential_that_is_over_when_its_answer_comes_is_renewed_again(
    serve: Serve, connect: Callable[..., Client], taken: str, statuses: list[int]
) -> None:
    """As on a slow way: it holds no longer when the server looks at it."""
    tokens = iter([Token("first"), Token("second", 10.0), Token("third", 10.0), Token("fourth", 10.0)])
    long_ago = Renewing({}, {"full": lambda: next(tokens)}, clock=lambda: 0.0)
    server = serve(lambda request: answer(200 if f"Bearer {taken}".encode() in request else 401, b"[]"))
    client = connect(server.url, target={"credentials": {"full": ""}}, wallet=long_ago)
    client.session.send(GET, READ)
    assert [(e.status, e.attempt) for e in client.recording.exchanges] == [(s, n) for n, s in enumerate(statuses, 1)]


def test_how_long_credentials_live_that_do_not_say_it_is_seen(
    serve: Serve, connect: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An operation that answers some requests 401 is no reason to take the end of a credential for such an answer."""
    now, given = [0.0], [0]

    def obtained() -> Token:
        given[0] += 1
        return Token(f"token-{given[0]}")

    monkeypatch.setattr("restproof.wire.credentials.time.time", lambda: now[0])
    server = serve(
        lambda request: answer(200 if f"token-{given[0]}".encode() in request and b"/closed" not in request else 401)
    )
    held = Renewing({}, {"full": obtained}, clock=lambda: now[0])
    client = connect(server.url, target={"credentials": {"full": ""}}, wallet=held)

    def answered(at: float, path: str, *, ended: bool = False) -> list[int | None]:
        before, now[0] = len(client.recording.exchanges), at
        given[0] += ended  # nobody has this one
        client.session.send(Request("GET", path), READ)
        return [e.status for e in client.recording.exchanges[before:]]

    assert answered(0, "/open") == [200]
    assert answered(10, "/open", ended=True) == [401, 200]
    assert answered(11, "/closed") == [401, 401]
    assert answered(12, "/closed") == [401]
    assert answered(22, "/open", ended=True) == [401, 200]


@pytest.mark.parametrize(("seconds", "statuses"), [(29, [401]), (31, [401, 200])])
def test_an_old_credential_is_renewed_where_some_requests_are_refused_anyway(
    seconds: float, statuses: list[int], serve: Serve, connect: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    now, tokens = [0.0], iter([Token("first"), Token("second"), Token("third")])
    monkeypatch.setattr("restproof.wire.credentials.time.time", lambda: now[0])
    server = serve(lambda request: answer(200 if b"Bearer third" in request else 401))
    held = Renewing({}, {"full": lambda: next(tokens)}, clock=lambda: now[0])
    client = connect(server.url, target={"credentials": {"full": ""}}, wallet=held)
    assert client.session.send(GET, READ).status == 401
    now[0] = seconds
    client.session.send(GET, READ)
    assert [e.status for e in client.recording.exchanges] == [401, 401, *statuses]


@pytest.mark.parametrize("credential", ["full", None])
def test_a_credential_that_does_not_change_is_not_sent_again(
    serve: Serve, connect: Callable[..., Client], credential: str | None
) -> None:
    client = connect(serve(lambda _: answer(401)).url)
    assert client.session.send(GET, READ, credential).status == 401
    assert len(client.recording.exchanges) == 1


def test_a_credential_that_is_lost_ends_the_run(provider: Provider, connect: Callable[..., Client]) -> None:
    client = client_of(provider, connect)
    client.session.send(GET, READ)
    provider.valid = []
    error = b'{"error": "invalid_client", "error_description": "unknown client:secret 1"}'
    provider.broken = answer(401, error, Content_Type="application/json")
    assert client.session.send(GET, READ).status == 401
    told = "the credential `full` cannot be obtained: the token endpoint says invalid_client: unknown"
    assert client.recording.notes == [("gone", f"{told} client:secret 1".replace("client:secret 1", "[redacted]"))]
    with pytest.raises(NotSent, match="cannot be obtained"):
        client.session.send(GET, READ)


def test_a_token_endpoint_that_is_away_for_a_moment_is_asked_again() -> None:
    waits: list[float] = []
    answers: Iterator[Any] = iter([CredentialError("away", passing=True), Token("found")])

    def way() -> Token:
        found = next(answers)
        if isinstance(found, CredentialError):
            raise found
        return found  # type: ignore[no-any-return]

    assert Renewing({}, {"full": way}, sleep=waits.append).current("full").value == "found"
    assert waits == [0.5]


# ------------------------------------------------------------------- a login


def test_a_login_gives_a_token_and_what_writes_show(serve: Serve, connect: Callable[..., Client]) -> None:
    def handle(request: bytes) -> bytes:
        if request.startswith(b"GET /login"):
            return answer(200, Set_Cookie="csrf=before-login; Path=/")
        if request.startswith(b"POST /login"):
            right = b"X-CSRF-Token: before-login" in request and b'"password": "p-w"' in request
            said = json.dumps({"session": {"token": "opened-session"}}).encode()
            return answer(200 if right else 400, said, Set_Cookie="csrf=after-login; Path=/")
        return answer(200, b"[]")

    server = serve(handle)
    source = Login(
        path="/login",
        json={"user": "u", "password": "p-w"},
        token="/session/token",
        csrf=Csrf(page="/login", cookie="csrf"),
    )
    client = connect(server.url, target={"credentials": {"full": ""}}, wallet=wallet(source, server.url))
    client.session.send(GET, READ)
    client.session.send(Request("POST", "/v1/teams", body=b"{}"), About("team", "create"))
    read, write = server.requests[-2:]
    assert b"Authorization: Bearer opened-session" in read
    assert b"Cookie: csrf=after-login" in read
    assert b"X-CSRF-Token" not in read
    assert b"X-CSRF-Token: after-login" in write
    assert "after-login" not in repr(client.recording.exchanges)


def test_a_cookie_goes_where_a_browser_would_send_it(serve: Serve) -> None:
    said = ("sid=of-the-admin; Path=/admin", "sid=of-the-api; Path=/v1", "refresh=r; Path=/login", "tracked=t; Path=/")

    def handle(request: bytes) -> bytes:
        if not request.startswith(b"POST /login"):
            return answer(200, b"[]")
        head = b"".join(b"Set-Cookie: %b\r\n" % cookie.encode() for cookie in said)
        return answer(200).replace(b"\r\n\r\n", b"\r\n" + head + b"\r\n", 1)

    server = serve(handle)
    target = Target("test", server.url, credentials={}, sources={"full": Login(path="/login", cookie="sid")})
    found = wallet_of(target, "/v1").current("full")
    assert (found.value, found.cookies) == ("of-the-api", (("tracked", "t"),))
    assert wallet_of(target, "/v2").current("full").value == "of-the-admin", "who names it wants one of them"


def test_a_login_that_is_refused_is_told(serve: Serve) -> None:
    server = serve(lambda _: answer(403))
    with pytest.raises(CredentialError, match="the login answers 403"):
        wallet(Login(path="/login", token="/token"), server.url).current("full")


# ------------------------------------------------------------------- workers


def test_workers_share_one_wallet(provider: Provider) -> None:
    counter = Counter(wallet(provider.source()))
    one, other = (Shared(counter.address, counter.key) for _ in range(2))
    first = one.current("full")
    assert other.current("full") == first
    renewed = one.renewed("full", first)
    assert renewed is not None
    assert other.renewed("full", first) == renewed
    assert len(provider.asked) == 2
    provider.broken = answer(400, b'{"error": "invalid_grant"}', Content_Type="application/json")
    with pytest.raises(CredentialError, match="says invalid_grant"):
        other.renewed("full", renewed)
    counter.close()


def test_what_another_worker_has_obtained_some_time_ago_may_be_over_too(
    provider: Provider, connect: Callable[..., Client]
) -> None:
    counter = Counter(wallet(provider.source()))
    one, other = (
        connect(provider.server.url, target={"credentials": {"full": ""}}, wallet=Shared(counter.address, counter.key))
        for _ in range(2)
    )
    for client in (other, one):
        assert client.session.send(GET, READ).status == 200
    for client in (one, other):
        provider.valid = []
        assert client.session.send(GET, READ).status == 200
    assert [e.status for e in other.recording.exchanges] == [200, 401, 401, 200]
    counter.close()

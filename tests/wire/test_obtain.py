"""Credentials that are obtained: from a command, a token endpoint, a login."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc import jwt
from joserfc.jwk import RSAKey

from restproof.config import Target
from restproof.sources import Csrf, Login, OAuth2
from restproof.wire.message import About, Request
from restproof.wire.obtain import wallet_of
from restproof.wire.wallet import CredentialError, Renewing, Token

from .conftest import Client, answer
from .provider import GET, READ, Provider, Serve, wallet

# ------------------------------------------------------------------- a token endpoint


@pytest.fixture
def provider(serve: Serve) -> Provider:
    return Provider(serve)


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

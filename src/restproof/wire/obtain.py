"""Credentials from where the configuration says: a command, a token endpoint, a login. None of it is part of a run: no
exchange of these is recorded, and what they bring is hidden wherever it shows again."""

from __future__ import annotations

import base64
import binascii
import json
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from http.cookiejar import Cookie
from typing import Any, cast
from urllib.parse import quote_plus, urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import parse_url

from restproof.config import Target
from restproof.errors import TargetError
from restproof.pointer import Nothing, follow
from restproof.sources import Command, Csrf, Login, OAuth2, Source
from restproof.wire.adapter import adapter_to, proxy_headers
from restproof.wire.failure import FAILURES, describe
from restproof.wire.message import Headers
from restproof.wire.raw import tls_context
from restproof.wire.redact import Redactor
from restproof.wire.stop import STOP
from restproof.wire.wallet import CredentialError, Fixed, Renewing, Token, Wallet

_PATIENCE = 30.0
"""Seconds for a command, or for an answer of a token endpoint."""
_UNIX_TIME_FROM = 1_000_000_000
_OF_CLIENTS = ("invalid_client", "unauthorized_client", "access_denied")
"""What token endpoints say of a client that they do not know by what it shows."""


def wallet_of(target: Target, base_path: str = "") -> Wallet:
    """The wallet of a target: nothing is obtained before it is asked for. ``base_path``: where the API lies below the
    target's base URL, which tells what of a login's cookies is for it."""
    if not target.sources:
        return Fixed(target.credentials)
    ways = {name: _way(source, target, base_path) for name, source in target.sources.items()}
    return Renewing(target.credentials, ways)


def opened(target: Target, wallet: Wallet) -> Target:
    """The target with its first credentials. Raises ``TargetError`` where one cannot be obtained."""
    try:
        first = {name: wallet.current(name).value for name in target.sources}
    except CredentialError as error:
        raise TargetError(
            f"target {target.name}: {error}", hint=f"See [targets.{target.name}.credentials] in restproof.toml."
        ) from None
    return replace(target, credentials={**target.credentials, **first})


def _way(source: Source, target: Target, base_path: str) -> Callable[[], Token]:
    redactor = Redactor(source.secrets)
    way: Callable[[], Token]
    if isinstance(source, Command):
        way = _Commanded(source)
    elif isinstance(source, OAuth2):
        way = _Granted(source, target)
    else:
        way = _LoggedIn(source, target, base_path)

    def obtained() -> Token:
        try:
            return checked(way())
        except CredentialError as error:
            raise CredentialError(redactor.text(str(error)), passing=error.passing) from None

    return obtained


def checked(token: Token) -> Token:
    """The token, if a header can carry it."""
    if not token.value or not token.value.isprintable() or not token.value.isascii():
        what = "is empty" if not token.value else "holds characters that no header can carry"
        raise CredentialError(f"what came back {what}")
    return token


class _Commanded:
    """The output of a command: the whole of it, or what a pointer names in its JSON."""

    def __init__(self, source: Command) -> None:
        self._source = source

    def __call__(self) -> Token:
        line = self._source.line
        try:
            with STOP.waiting():
                done = subprocess.run(
                    line if isinstance(line, str) else list(line),
                    shell=isinstance(line, str),
                    capture_output=True,
                    stdin=subprocess.DEVNULL,
                    timeout=_PATIENCE,
                    check=False,
                )
        except subprocess.TimeoutExpired:
            raise CredentialError(f"the command did not end within {_PATIENCE:g} s") from None
        except OSError as error:
            raise CredentialError(f"the command cannot be run: {error.strerror or error}") from None
        if done.returncode:
            # What it wrote may hold secrets.
            raise CredentialError(f"the command ended with {done.returncode}; run it by hand to see why")
        text = done.stdout.decode("utf-8", errors="replace").strip()
        if self._source.token is None:
            return Token(text, _ends(None, text, self._source))
        return _from_json(_parsed(text, "the command's output"), self._source)


class _Granted:
    """A grant at a token endpoint. A refresh token that comes with an access token replaces the one before."""

    def __init__(self, source: OAuth2, target: Target) -> None:
        self._source = source
        self._target = target
        self._refresh = source.refresh_token
        self._clients = _clients(source)

    def __call__(self) -> Token:
        try:
            from authlib.integrations.base_client.errors import OAuthError
        except ModuleNotFoundError:
            raise CredentialError("oauth2 needs Authlib: pip install 'restproof[oauth2]'") from None
        while True:
            try:
                found = self._granted(*self._clients[0])
                break
            except OAuthError as error:
                if error.error in _OF_CLIENTS and len(self._clients) > 1:
                    del self._clients[0]
                    continue
                said = ": ".join(str(part) for part in (error.error, error.description) if part)
                raise CredentialError(f"the token endpoint says {said}") from None
            except requests.HTTPError as error:
                raise CredentialError(
                    f"the token endpoint answers {error.response.status_code}", passing=_is_passing(error.response)
                ) from None
            except FAILURES as failure:
                raise CredentialError(f"the token endpoint: {describe(failure)}", passing=True) from None
            except ValueError:
                raise CredentialError("the token endpoint answers what is no JSON") from None
        self._clients = self._clients[:1]
        self._refresh = found.get("refresh_token") or self._refresh
        return _from_json(dict(found), replace(self._source, token="/access_token", expires="/expires_in"))

    def _granted(self, client: str, secret: str) -> Mapping[str, Any]:
        """What the endpoint gives to a client that shows itself as ``client`` and ``secret``."""
        from authlib.integrations.requests_client import OAuth2Session

        source = self._source
        asked = {"audience": source.audience} if source.audience else {}
        if source.grant == "password":
            asked |= {"username": source.username, "password": source.password}
        with OAuth2Session(client, secret or None, scope=source.scope or None) as session:
            _tell_who(session, source)
            as_of(session, self._target)
            for answer in ("access_token_response", "refresh_token_response"):
                session.register_compliance_hook(answer, _with_seconds)
            found: Mapping[str, Any] = (
                session.refresh_token(source.token_url, self._refresh, timeout=_PATIENCE, **asked)
                if source.grant == "refresh_token"
                else session.fetch_token(source.token_url, grant_type=source.grant, timeout=_PATIENCE, **asked)
            )
            return found


def _clients(source: OAuth2) -> list[tuple[str, str]]:
    """Id and secret of a client in the ways to show them, to be tried in turn: in a header they are encoded as a form
    is (RFC 6749 §2.3.1), which some endpoints do not undo."""
    plain = (source.client_id, source.client_secret)
    if source.client_auth != "basic" or source.private_key is not None:
        return [plain]
    encoded = (quote_plus(source.client_id), quote_plus(source.client_secret))
    can_be_plain = encoded != plain and all(c <= "\xff" for c in "".join(plain))
    return [encoded, plain] if can_be_plain else [encoded]


def _with_seconds(answer: Any) -> Any:
    """The answer of a token endpoint with seconds as Authlib takes them: whole, or none at all."""
    with suppress(ValueError):
        said = answer.json()
        if isinstance(said, dict) and "expires_in" in said:
            try:
                said["expires_in"] = int(float(said["expires_in"]))
            except (TypeError, ValueError, OverflowError):
                del said["expires_in"]
            answer.json = lambda: said
    return answer


def _tell_who(session: Any, source: OAuth2) -> None:
    """Have the session show the client as the source says."""
    if source.private_key is None:
        how = {"basic": "client_secret_basic", "post": "client_secret_post", "none": "none"}
        session.token_endpoint_auth_method = how[source.client_auth]
        return
    from authlib.oauth2.rfc7523 import PrivateKeyJWT
    from joserfc.errors import JoseError
    from joserfc.jwk import ECKey, OKPKey, RSAKey

    kind = {"E": OKPKey if source.algorithm.startswith("Ed") else ECKey}.get(source.algorithm[:1], RSAKey)
    try:
        session.client_secret = kind.import_key(source.private_key.read_text())
    except (OSError, ValueError, JoseError):
        raise CredentialError(f"{source.private_key} holds no private key for {source.algorithm}") from None
    session.register_client_auth_method(PrivateKeyJWT(source.token_url, alg=source.algorithm))
    session.token_endpoint_auth_method = "private_key_jwt"


class _LoggedIn:
    """A request that logs in, in a session of its own each time."""

    def __init__(self, source: Login, target: Target, base_path: str) -> None:
        self._source = source
        self._target = target
        self._api = urlsplit(f"{target.base_url}{base_path}")

    def __call__(self) -> Token:
        source, base = self._source, self._target.base_url
        if self._target.socket is not None and "://" not in source.path:
            raise CredentialError("a login below the base URL does not go through a Unix socket: give its URL")
        url = source.path if "://" in source.path else f"{base}{source.path}"
        with requests.Session() as session:
            as_of(session, self._target)
            try:
                return self._token(session, url)
            except FAILURES as failure:
                raise CredentialError(f"the login: {describe(failure)}", passing=True) from None

    def _token(self, session: requests.Session, url: str) -> Token:
        source, csrf = self._source, self._source.csrf
        before = self._shown_before(session, url, csrf) if csrf and csrf.page else None
        said: dict[str, Any] = {}
        headers: dict[str, str] = {"Accept": "application/json"}
        for kind, body in (("json", source.json), ("data", source.form)):
            if body is not None:
                said[kind] = {**body, **({csrf.field: before} if csrf and csrf.field and before else {})}
        if csrf and before:
            headers |= {csrf.send: before, "Referer": url}
        answer = session.request(source.method, url, headers=headers, timeout=_PATIENCE, allow_redirects=False, **said)
        if answer.status_code >= 400:
            raise CredentialError(f"the login answers {answer.status_code}", passing=_is_passing(answer))
        shown = (_csrf_of(session, answer, csrf) or before) if csrf else None
        fields: Headers = ((csrf.send, shown),) if csrf and shown else ()
        cookies = _cookies(session)
        meant = [c for c in cookies if self._is_for_the_api(c)]
        if source.cookie is None:
            found = _from_json(_parsed(answer.text, "the login's answer"), source)
            travelling = tuple(_pair(c) for c in meant) if csrf and csrf.cookie else ()
            return replace(found, cookies=travelling, csrf=fields)
        own = next((c for c in (*meant, *cookies) if c.name == source.cookie), None)
        if own is None or own.value is None:
            raise CredentialError(f"the login answers {answer.status_code}, and sets no cookie {source.cookie}")
        ends = time.time() + source.lasts if source.lasts else own.expires
        return Token(own.value, ends, tuple(_pair(c) for c in meant if c.name != source.cookie), fields)

    def _is_for_the_api(self, cookie: Cookie) -> bool:
        """Whether a browser would send a cookie to some path of the API (RFC 6265 §5.4): by what the cookie says of
        itself, since a login elsewhere may have been meant for the API without a word."""
        host, path = self._api.hostname or "", f"{self._api.path.rstrip('/')}/"
        at, below = cookie.domain.lstrip("."), f"{cookie.path.rstrip('/')}/"
        is_of_host = not cookie.domain_specified or host == at or host.endswith(f".{at}")
        is_of_path = not cookie.path_specified or path.startswith(below) or below.startswith(path)
        return is_of_host and is_of_path

    def _shown_before(self, session: requests.Session, url: str, csrf: Csrf) -> str | None:
        answer = session.get(urljoin(f"{self._target.base_url}/", csrf.page), timeout=_PATIENCE, allow_redirects=False)
        return _csrf_of(session, answer, csrf)


def _csrf_of(session: requests.Session, answer: requests.Response, csrf: Csrf) -> str | None:
    if csrf.cookie:
        return next((c.value for c in _cookies(session) if c.name == csrf.cookie), None)
    if csrf.header:
        return answer.headers.get(csrf.header)
    with suppress(ValueError, Nothing):
        return str(follow(answer.json(), csrf.token or "")[0])
    return None


def _cookies(session: requests.Session) -> list[Cookie]:
    return list(cast(Iterable[Cookie], session.cookies))


def _pair(cookie: Cookie) -> tuple[str, str]:
    return cookie.name, cookie.value or ""


def as_of(session: requests.Session, target: Target) -> None:
    """Have a session go as the target's own requests do: with its authorities and certificate, without the
    environment's."""
    session.trust_env = False
    if target.proxy is not None:
        session.proxies = {"http": target.proxy, "https": target.proxy}
        for scheme in ("http://", "https://"):
            session.mount(scheme, _Through())
    session.verify = str(target.ca_bundle) if target.ca_bundle else True
    try:
        if target.http2 or target.socket:
            parts = urlsplit(target.base_url)
            origin = f"{parts.scheme}://{parts.netloc}"
            session.mount(f"{origin}/", adapter_to(origin, target))
        if target.client_password:
            session.mount("https://", _Showing(target))
    except OSError as error:
        raise CredentialError(f"the target's certificates cannot be used: {error.strerror or error}") from None
    if target.client_cert is not None and not target.client_password:
        session.cert = (
            (str(target.client_cert), str(target.client_key)) if target.client_key else str(target.client_cert)
        )


class _Through(HTTPAdapter):
    """Presents the user of a proxy as the target's own requests do; ``requests`` knows Latin-1 alone."""

    def proxy_headers(self, proxy: str) -> dict[str, str]:
        return proxy_headers(parse_url(proxy))


class _Showing(_Through):
    """Shows a certificate whose key is encrypted, which ``requests`` cannot. Raises ``OSError`` for files of no use."""

    def __init__(self, target: Target) -> None:
        self._tls = tls_context(target.ca_bundle, target.certificate)
        super().__init__()

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, ssl_context=self._tls, **options)

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
        return super().proxy_manager_for(proxy, ssl_context=self._tls, **options)


def _is_passing(answer: requests.Response) -> bool:
    return answer.status_code == 429 or answer.status_code >= 500


def _parsed(text: str, what: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        raise CredentialError(f"{what} is no JSON") from None


def _from_json(value: Any, source: Source) -> Token:
    """The token that a pointer names."""
    try:
        found = follow(value, source.token or "")[0]
    except Nothing:
        raise CredentialError(f"there is nothing at {source.token} in what came back") from None
    if not isinstance(found, str):
        raise CredentialError(f"what stands at {source.token} is no text")
    said = None
    if source.expires is not None:
        with suppress(Nothing):
            said = follow(value, source.expires)[0]
    elif isinstance(value, Mapping):
        said = value.get("expires_in")
    return Token(found, _ends(said, found, source))


def _ends(said: Any, token: str, source: Source) -> float | None:
    """When a token ends (Unix time), by what came with it, by what the file says, or by itself (RFC 7519 §4.1.4)."""
    with suppress(TypeError, ValueError, OverflowError):
        if isinstance(said, str) and not said.replace(".", "", 1).isdigit():
            return datetime.fromisoformat(said).timestamp()
        seconds = float(said)
        return seconds if seconds >= _UNIX_TIME_FROM else time.time() + seconds
    if source.lasts is not None:
        return time.time() + source.lasts
    with suppress(ValueError, KeyError, TypeError, binascii.Error):
        payload = token.split(".")[1] if token.count(".") == 2 else ""
        return float(json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["exp"])
    return None

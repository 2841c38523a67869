"""Gates before an application: tokens of an identity provider, signed requests, a firewall."""

from __future__ import annotations

import hashlib
import hmac
import re
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import ClientMixin, grants
from flask import Flask, Response

from restproof.session.app import served

from .fronts import Application, Receive, Scope, Send

LASTS = 2
"""Seconds of a token."""
SECRET = "client-secret-of-restproof"
KEY = b"key-of-the-gateway"
SIGNING_HOOK = f'''\
"""Signs each request as the gateway wants it: over method, target, moment, a nonce and the body."""

import hashlib
import hmac
import time
import uuid


def before_request(request):
    moment, nonce = str(int(time.time())), uuid.uuid4().hex
    body = hashlib.sha256(request.body or b"").hexdigest()
    said = "\\n".join((request.method, request.target, moment, nonce, body))
    signature = hmac.new({KEY!r}, said.encode(), hashlib.sha256).hexdigest()
    signed = request.with_header("X-Moment", moment).with_header("X-Nonce", nonce)
    return signed.with_header("X-Signature", signature)
'''
_ATTACK = re.compile(r"<script|<img|'\s*or\s|\bor 1=1|drop\s+table|\.\./|/etc/passwd|\$\{|\{\{|<%|\$\(", re.IGNORECASE)


@dataclass
class Client(ClientMixin):  # type: ignore[misc]
    """A client of the provider, which is called as the credential that its tokens stand for."""

    client_id: str

    def get_client_id(self) -> str:
        return self.client_id

    def get_allowed_scope(self, scope: str | None) -> str:
        return scope or ""  # whatever is asked for

    def check_client_secret(self, client_secret: str) -> bool:
        return client_secret == SECRET

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == "client_secret_basic" and endpoint == "token"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "client_credentials"


@dataclass
class Provider:
    """What an identity provider has given out. ``secrets``: what the API behind knows each client by."""

    secrets: Mapping[str, str]
    url: str = ""
    tokens: dict[str, tuple[str, float]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def keep(self, token: Mapping[str, Any], request: Any) -> None:
        with self._lock:
            self.tokens[token["access_token"]] = (self.secrets[request.client.client_id], time.time() + LASTS)

    def secret(self, authorization: str) -> str | None:
        """What a token stands for, while it lasts."""
        with self._lock:
            secret, ends = self.tokens.get(authorization.removeprefix("Bearer "), (None, 0.0))
        return secret if time.time() < ends else None

    def before(self, application: Application) -> Application:
        """The application behind the provider: it sees its own secrets in place of tokens."""

        async def gate(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "http":
                headers = [(n, self._shown(v) if n == b"authorization" else v) for n, v in scope["headers"]]
                scope = {**scope, "headers": headers}
            await application(scope, receive, send)

        return gate

    def _shown(self, value: bytes) -> bytes:
        if not value.startswith(b"Bearer "):
            return value
        secret = self.secret(value.decode("latin-1"))
        # One of the API's own secrets is no token.
        return f"Bearer {secret or 'none-' + hashlib.sha256(value).hexdigest()}".encode()


@contextmanager
def provided(secrets: Mapping[str, str]) -> Iterator[Provider]:
    """An authorization server of Authlib, with a client for each of ``secrets``, while the block lasts."""
    provider = Provider(secrets)
    application = Flask("provider")
    application.config["OAUTH2_TOKEN_EXPIRES_IN"] = {"client_credentials": LASTS}
    clients = {name: Client(name) for name in secrets}
    server = AuthorizationServer(application, query_client=clients.get, save_token=provider.keep)
    server.register_grant(grants.ClientCredentialsGrant)

    @application.post("/token")
    def token() -> Response:
        found: Response = server.create_token_response()
        return found

    with served(application, "the provider") as url:
        provider.url = url
        yield provider


def signed(application: Application) -> Application:
    """The application behind a gateway that lets signed requests through, each once and in its time."""
    nonces: set[str] = set()

    async def gate(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await application(scope, receive, send)
            return
        body, more = b"", True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        given = {n.decode(): v.decode("latin-1") for n, v in scope["headers"]}
        target = scope["raw_path"].decode() + ("?" + scope["query_string"].decode() if scope["query_string"] else "")
        moment, nonce = given.get("x-moment", "0"), given.get("x-nonce", "")
        said = "\n".join((scope["method"], target, moment, nonce, hashlib.sha256(body).hexdigest()))
        right = hmac.new(KEY, said.encode(), hashlib.sha256).hexdigest() == given.get("x-signature")
        if not right or nonce in nonces or abs(time.time() - int(moment)) > 300:
            await refuse(send, b"text/plain", b"the gateway does not know this signature")
            return
        nonces.add(nonce)
        whole = iter(({"type": "http.request", "body": body, "more_body": False},))

        async def received() -> Any:
            return next(whole, None) or await receive()

        await application(scope, received, send)

    return gate


def walled(application: Application) -> Application:
    """The application behind a firewall, which answers what looks like an attack with a page of its own."""

    async def gate(scope: Scope, receive: Receive, send: Send) -> None:
        seen = unquote((scope.get("raw_path", b"") + b"?" + scope.get("query_string", b"")).decode("latin-1"))
        if scope["type"] == "http" and _ATTACK.search(seen):
            await refuse(send, b"text/html", PAGE)
            return
        read: list[Any] = []
        if scope["type"] == "http":
            while True:
                read.append(await receive())
                if read[-1]["type"] != "http.request" or not read[-1].get("more_body"):
                    break
            if _ATTACK.search(b"".join(m.get("body", b"") for m in read).decode("latin-1")):
                await refuse(send, b"text/html", PAGE)
                return

        async def received() -> Any:
            return read.pop(0) if read else await receive()

        await application(scope, received, send)

    return gate


PAGE = b"<html><head><title>Forbidden</title></head><body>Your request was blocked.</body></html>"


async def refuse(send: Send, kind: bytes, body: bytes) -> None:
    head = [(b"content-type", kind), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 403, "headers": head})
    await send({"type": "http.response.body", "body": body})

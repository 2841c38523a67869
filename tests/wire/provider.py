"""A token endpoint with the API that takes its tokens, and sessions that talk to them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

from restproof.config import Target
from restproof.sources import OAuth2, Source
from restproof.wire.message import About, Request
from restproof.wire.obtain import wallet_of
from restproof.wire.wallet import Wallet

from .conftest import Client, ScriptedServer, answer

Serve = Callable[..., ScriptedServer]
GET = Request("GET", "/v1/teams")
READ = About("team", "list")


def wallet(source: Source, url: str = "http://127.0.0.1:1", **target: Any) -> Wallet:
    return wallet_of(Target("test", url, credentials={"full": ""}, sources={"full": source}, **target))


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


def client_of(provider: Provider, connect: Callable[..., Client], source: Source | None = None) -> Client:
    held = wallet(source or provider.source(), provider.server.url)
    target = {"credentials": {"full": ""}, "secrets": ("client:secret 1",)}
    return connect(provider.server.url, target=target, wallet=held)

"""A client of the application in process, without a socket: one request, one answer."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from restproof.contract.load import load
from restproof.contract.model import Contract
from restproof.sandbox.app import Application

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Reply:
    """An answer: its status, its headers by lower-case name, its body."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Clock:
    """A clock that moves only when it is told."""

    def __init__(self) -> None:
        self.now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


class Client:
    """Sends to one application; ``credential`` names who sends."""

    def __init__(self, contract: Contract, faults: tuple[str, ...] = ()) -> None:
        self.clock = Clock()
        self.contract = contract
        self.app = Application(contract, faults=faults, clock=self.clock)
        self.ids = self.app.ids

    def __call__(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        credential: str | None = "full",
        headers: dict[str, str] | None = None,
        raw: bytes | None = None,
        **query: Any,
    ) -> Reply:
        content = raw if raw is not None else (b"" if body is None else json.dumps(body).encode())
        sent = {"content-type": "application/json", "host": "sandbox.test"} if content else {"host": "sandbox.test"}
        if credential is not None and self.contract.auth.scheme == "bearer":
            sent["authorization"] = f"Bearer {self.app.credentials[credential].secret}"
        sent.update(headers or {})
        where, _, text = path.partition("?")
        text = "&".join(filter(None, [text, urlencode(query)]))
        raw_path = where.encode("latin-1") if where.startswith("raw:") else quote(where, safe="/%").encode()
        scope = {
            "type": "http",
            "method": method,
            "scheme": "https",
            "path": where,
            "raw_path": (self.contract.base_path.encode() + raw_path),
            "query_string": text.encode("latin-1", "replace"),
            "headers": [(n.lower().encode(), v.encode("latin-1", "replace")) for n, v in sent.items() if v],
        }
        return asyncio.run(self._send(scope, content))

    async def _send(self, scope: dict[str, Any], content: bytes) -> Reply:
        told: list[Any] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": content, "more_body": False}

        async def send(message: Any) -> None:
            told.append(message)

        await self.app(scope, receive, send)
        headers = {n.decode().lower(): v.decode() for n, v in told[0]["headers"]}
        return Reply(told[0]["status"], headers, told[1]["body"])

    def create(self, path: str, body: Any, **options: Any) -> Any:
        """The new resource; the create must succeed."""
        reply = self("POST", path, body, **options)
        assert reply.status == 201, reply
        return reply.json


@cache
def bundled() -> Contract:
    return load(ROOT / "contracts" / "procore")


class Construction(Client):
    """A client of the bundled contract that fills in what its requests have in common."""

    def __init__(self, faults: tuple[str, ...] = ()) -> None:
        super().__init__(bundled(), faults)
        self.company: int = self.ids["company"]

    def project(self, **fields: Any) -> Any:
        return self.create("/projects", {"company_id": self.company, "project": {"name": "Harbour", **fields}})

    def office(self, name: str = "North", **fields: Any) -> Any:
        return self.create("/offices", {"company_id": self.company, "office": {"name": name, **fields}})

    def patch(self, project: Any, **fields: Any) -> Reply:
        body = {"company_id": self.company, "project": fields}
        return self("PATCH", f"/projects/{project['id']}", body)

    def read(self, project: Any) -> Any:
        reply = self("GET", f"/projects/{project['id']}", company_id=self.company)
        assert reply.status == 200, reply
        return reply.json

"""A run that has begun on a stranger, for tests that send single requests."""

from __future__ import annotations

import json
from typing import Any

from restproof.wire.message import About, Exchange, Headers, Request
from restproof.wire.tidying import clean_up

from .harness import Plan, Run
from .server import Server

CASE = About("office", "update", "item", "item#1")
OVERRIDE = (("X-HTTP-Method-Override", "DELETE"),)


class Bench:
    """A run that has begun on a server, and sends what a test wants."""

    def __init__(self, server: Server, run: Run, plan: Plan) -> None:
        self.server = server
        self.run = run
        self.plan = plan
        self.tokens = 0

    def send(self, method: str, path: str, body: Any = None, headers: Headers = ()) -> Exchange:
        data = None if body is None else json.dumps(body).encode()
        return self.run.session.send(Request(method, f"/v1{path}", (), headers, data), CASE, None)

    def token(self) -> str:
        self.tokens += 1
        return f"{self.run.ledger.origin.prefix}{self.tokens:05}"

    def office(self) -> int:
        """One of ours."""
        made = self.send("POST", "/offices", {"name": f"{self.token()} wing"})
        assert made.response is not None
        id: int = made.response.json["id"]
        return id

    def clean_up(self) -> list[str]:
        run = self.run
        return clean_up(run.ledger, run.session, self.plan.contract, run.ledger.origin.prefix)[1]

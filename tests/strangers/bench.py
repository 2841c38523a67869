"""A run that has begun on a stranger, for tests that send single requests."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import parse_qsl

from restproof.wire.ledger import Ledger
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

    def send(
        self, method: str, path: str, body: Any = None, headers: Headers = (), credential: str | None = None
    ) -> Exchange:
        data = None if body is None else json.dumps(body).encode()
        where, _, query = path.partition("?")
        request = Request(method, f"/v1{where}", tuple(parse_qsl(query)), headers, data)
        return self.run.session.send(request, CASE, credential)

    def token(self) -> str:
        self.tokens += 1
        return f"{self.run.ledger.origin.prefix}{self.tokens:05}"

    def office(self, credential: str | None = None) -> int:
        """One of ours."""
        made = self.send("POST", "/offices", {"name": f"{self.token()} wing"}, credential=credential)
        assert made.response is not None
        id: int = made.response.json["id"]
        return id

    def ages(self) -> None:
        """The ledger does not say when it was written, as one of long ago."""
        path = self.run.ledger.path
        path.write_text(re.sub(r', "at": [0-9.]+', "", path.read_text()))
        self.run.ledger = Ledger(path)

    def clean_up(self) -> list[str]:
        run = self.run
        return clean_up(run.ledger, run.session, self.plan.contract, run.ledger.origin.prefix)[1]


def below_ours(server: Server, office: int) -> None:
    """A colleague has a room in an office of ours."""
    room = server.stranger("room", server.new_id("room"), "of a colleague, in an office of ours")
    room["parent"] = office
    server.others["room"][room["id"]] = dict(room)

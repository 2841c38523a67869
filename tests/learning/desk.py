"""A server that does more than its contract says, the probes that find it out, and faults that they must not bless."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zlib import crc32

import yaml
from tests.miniatures.bench import PREFIX, Server, Wire
from tests.miniatures.server import Answer, Refused, Row, Shop

from restproof.config import Target
from restproof.contract.load import load
from restproof.contract.model import Contract
from restproof.engine.subject import Subject
from restproof.engine.watch import Watch
from restproof.engine.world import World
from restproof.learning.lesson import lesson_of
from restproof.learning.probing import Prober
from restproof.learning.source import taught_by
from restproof.learning.word import Lesson
from restproof.plan.bodies import Bodies
from restproof.plan.profile import PROFILES
from restproof.record.reader import read
from restproof.record.writer import Writer
from restproof.session.heading import contract_part
from restproof.wire.addressed import Addressed
from restproof.wire.forms import Forms
from restproof.wire.message import Request
from restproof.wire.preconditions import Preconditions
from restproof.wire.searching import Searches

__all__ = ["OPEN", "Desk", "learned", "lesson_of", "written"]

SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["name"],
    "properties": {
        "id": {"type": "integer", "readOnly": True},
        "name": {"type": "string", "minLength": 1, "maxLength": 120},
        "email": {"type": ["string", "null"], "format": "email", "maxLength": 120},
        "note": {"type": ["string", "null"], "maxLength": 120, "x-restproof-edges": "open"},
        "price": {"type": ["number", "null"], "minimum": 0, "x-restproof-edges": "open"},
        "made_at": {"type": "string", "format": "date-time", "readOnly": True},
        "moved_at": {"type": "string", "format": "date-time", "readOnly": True},
    },
}
_STATUSES = ("empty_body", "no_object", "unknown_field", "server_set", "invalid", "coercible", "bad_format")
OPEN: dict[str, Any] = {
    "contract": "desk",
    "auth": "bearer",
    "statuses": {
        **{case: ["2xx", "4xx"] for case in _STATUSES},
        **dict.fromkeys(("absent", "malformed", "malformed_id", "gone", "conflict"), "4xx"),
        "repeat_delete": ["2xx", "4xx"],
        "missing_credential": [401, 403],
    },
    "resources": {
        "desk": {
            "path": "/desks",
            "schema": "desk.json",
            "volatile": ["made_at", "moved_at"],
            "open": ["unique", "rules"],
            "paging": {"style": "page", "size": "size", "total_field": "total"},
            "envelope": {"list": "data"},
        }
    },
}


class Desk(Shop):
    """``faults``: what it does wrong on purpose."""

    SCHEMAS: Mapping[str, Any] = {"/desks": SCHEMA}
    UNIQUE: tuple[str, ...] = ("name",)
    INVALID = 422

    def __init__(self, *faults: str) -> None:
        super().__init__()
        self.faults = frozenset(faults)
        self.clock = self.moves = 0

    def __call__(self, request: Request) -> tuple[int, bytes, tuple[tuple[str, str], ...]]:
        self.clock += 1
        try:
            status, body, headers = super().__call__(request)
        except ZeroDivisionError:
            status, body, headers = Answer(500, {"error": "broken"}).wire
        if status == 201:
            id = 1 if "wrong-location" in self.faults else json.loads(body)["id"]
            headers = (*headers, ("Location", f"/desks/{id}"))
        if request.method == "GET" and status == 200 and "data" not in json.loads(body):
            status, body, headers = self.tagged(request, status, body, headers)
        return status, body, headers

    def tagged(
        self, request: Request, status: int, body: bytes, headers: tuple[tuple[str, str], ...]
    ) -> tuple[int, bytes, tuple[tuple[str, str], ...]]:
        tag = '"same"' if "constant-tag" in self.faults else f'"{crc32(body)}"'
        asked = request.header("If-None-Match")
        if asked is not None and (tag in asked or asked == "*"):
            return 304, b"", (headers[0], ("ETag", tag))
        return status, body, (*headers, ("ETag", tag))

    def matched(self, request: Request, row: Row) -> None:
        """Refuses what is made on condition of another state (RFC 9110 §13.1.1)."""
        tag = f'"{crc32(json.dumps(self.show("/desks", row)).encode())}"'
        asked = request.header("If-Match")
        ignored = "if-match-ignored" in self.faults or (request.method == "DELETE" and "any-delete" in self.faults)
        if asked is not None and not ignored and asked != "*" and tag not in [t.strip() for t in asked.split(",")]:
            raise Refused(412, "it has changed")

    def admit(self, request: Request) -> None:
        if request.header("Authorization") != "Bearer full" and "open-door" not in self.faults:
            raise Refused(401, "who is it?")
        id = request.path.rpartition("/")[2]
        if request.writes and id.isdecimal() and int(id) in self.rows["/desks"]:
            self.matched(request, self.rows["/desks"][int(id)])
        if "malformed-500" in self.faults and request.body in (b"null", b"[]"):
            raise ZeroDivisionError
        if "media-500" in self.faults and request.body and request.header("Content-Type") != "application/json":
            raise ZeroDivisionError

    def found(self, path: str, id: str) -> Row:
        try:
            return super().found(path, id)
        except Refused:
            if "absent-500" in self.faults:
                raise ZeroDivisionError from None
            if "absent-200" in self.faults:
                return {**self.blank(path), "id": 1, "name": "somebody else's"}
            raise

    def removed(self, path: str, row: Row) -> None:
        if "delete-keeps" not in self.faults and row["id"] in self.rows[path]:
            super().removed(path, row)
        if "ids-again" in self.faults:
            self.last = max(self.rows[path], default=0)

    def refusal(self, refusal: Refused) -> Answer:
        headers = {"WWW-Authenticate": "Bearer"} if refusal.status == 401 else {}
        message = f"{refusal.name} {refusal.message}".strip()
        return Answer(refusal.status, {"error": message, "code": refusal.status}, headers)

    def fits(self, schema: Mapping[str, Any], value: Any) -> bool:
        if schema.get("format") == "email" and isinstance(value, str) and "any-email" not in self.faults:
            return re.fullmatch(r"[\w.+-]+@[\w-]+(\.[\w-]+)+", value) is not None and super().fits(schema, value)
        return super().fits(schema, value)

    @property
    def now(self) -> str:
        return f"2026-11-28T{self.clock // 3600:02}:{self.clock // 60 % 60:02}:{self.clock % 60:02}Z"

    def kept(self, fields: Row) -> Row:
        if isinstance(fields.get("email"), str):
            fields = {**fields, "email": fields["email"].lower()}
        if isinstance(fields.get("note"), str):
            note = fields["note"].strip() if "cut" not in self.faults else fields["note"][:9]
            fields = {**fields, "note": note}
        if isinstance(fields.get("price"), float):
            fields = {**fields, "price": round(fields["price"], 2)}
        return fields

    def made(self, path: str, fields: Row) -> Row:
        times = {"made_at": self.now, "moved_at": self.now}
        return {**super().made(path, self.kept(fields)), **times}

    def changed(self, path: str, row: Row, fields: Row) -> None:
        fields = self.kept(fields)
        if any(row.get(n) != v for n, v in fields.items()):
            self.moves += 1
            row["moved_at"] = row["moved_at"] if "sometimes" in self.faults and self.moves % 3 else self.now
        if "born-again" in self.faults:
            row["made_at"] = self.now
        super().changed(path, row, fields)

    def do_update(self, path: str, id: str, fields: Row) -> Answer:
        if "price-500" in self.faults and isinstance(fields.get("price"), float):
            raise ZeroDivisionError
        if "lost-quietly" in self.faults:
            return self.answered("update", self.show(path, self.found(path, id)))
        if "lost" in self.faults:
            row = self.found(path, id)
            return self.answered("update", self.show(path, {**row, **self.kept(self.valid(path, fields, row))}))
        return super().do_update(path, id, fields)

    def do_list(self, path: str, query: Mapping[str, str]) -> Answer:
        rows = list(self.rows[path].values())
        size, page = (
            int(query.get(n, d)) if query.get(n, d).isdecimal() else 0 for n, d in (("size", "5"), ("page", "1"))
        )
        if "page-500" in self.faults and not (size and page):
            raise ZeroDivisionError
        if not 0 < size <= 50 or page < 1:
            raise Refused(400, "there is no such page")
        part = rows[(page - 1) * size : page * size]
        return Answer(200, {"data": [self.entry(path, r) for r in part], "total": len(rows)})

    def unknown(self, path: str, name: str) -> None:
        if "unknown-500" in self.faults:
            raise ZeroDivisionError
        if name not in self.properties(path):
            raise Refused(422, "does not exist", name)

    def unique(self, path: str, fields: Row, row: Row | None) -> None:
        try:
            super().unique(path, fields, row)
        except Refused:
            if "duplicate-500" in self.faults:
                raise ZeroDivisionError from None
            raise


class _Still:
    """A clock that nobody waits for: the server's moves with each request."""

    def monotonic(self) -> float:
        return 0.0

    def time(self) -> float:
        return 0.0

    def sleep(self, seconds: float) -> None:
        pass


def written(folder: Path, words: Mapping[str, Any] = OPEN, schema: Mapping[str, Any] = SCHEMA) -> Contract:
    """The contract, as a file of ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "contract.yaml").write_text(yaml.safe_dump(dict(words), sort_keys=False))
    (folder / "desk.json").write_text(json.dumps(schema))
    return load(folder)


def learned(server: Shop, folder: Path, words: Mapping[str, Any] = OPEN, schema: Mapping[str, Any] = SCHEMA) -> Lesson:
    """What the probes of a server teach."""
    return taught(server, written(folder, words, schema), folder)


def taught(server: Server, contract: Contract, folder: Path) -> Lesson:
    """What the probes of a server teach of a contract. ``folder``: where their run file is written."""
    file = folder / "run.jsonl.gz"
    with Writer(file) as writer:
        writer.write(
            {
                "event": "header",
                "format": 1,
                "restproof": "0",
                "contract": contract_part(contract, contract.path),
                "target": {"name": "desk", "base_url": "http://127.0.0.1:1", "kind": "live"},
                "profile": "ci",
                "seed": 1,
                "prefix": PREFIX,
                "started": "2026-11-28T05:00:00Z",
                "fail_on": "must",
                "selection": {},
                "requirements": [],
                "deviations": [],
            }
        )
        target = Target("desk", "http://127.0.0.1:1", credentials={"full": "full"})
        bodies = {r.name: Bodies(contract, r) for r in contract}
        world = World(
            contract,
            target,
            Wire(  # type: ignore[arg-type]
                server,
                writer,
                contract,
                Searches(contract),
                Forms(contract),
                Preconditions(contract, target),
                Addressed(contract),
            ),
            PREFIX,
            PROFILES["ci"],
            Watch(writer).observe,
            bodies,
            Subject,
            clock=_Still(),
        )
        Prober(world, list(contract)).run()
    return taught_by(read(file, partial=True), contract, file)

"""The server of desks with one thing wrong at a time, of what its contract leaves open and of what it does not."""

from __future__ import annotations

from collections.abc import Mapping

from tests.miniatures.server import Answer, Refused, Row

from restproof.wire.message import Request

from .desk import Desk

FAULTS = (
    *("unknown-kept", "unknown-ignored", "server-set-taken", "duplicate-taken", "duplicate-400", "empty-taken"),
    *("upper-email", "no-trim", "no-cents", "frozen-time", "time-moves-always", "born-again", "ids-again"),
    *("no-location", "constant-tag", "if-match-ignored", "no-tag", "size-unbounded", "page-of-ten", "bad-page-taken"),
    *("absent-410", "gone-410", "delete-again-204", "malformed-id-400", "anonymous-403", "open-door", "invalid-400"),
    *("types-taken", "required-taken", "bounds-taken", "error-shape", "media-taken", "text-as-body", "lost"),
    *("lost-quietly", "delete-keeps", "cut", "unknown-500", "duplicate-500", "list-forgets", "wrong-total"),
)


class Twin(Desk):
    """A desk with faults of ``FAULTS``."""

    def admit(self, request: Request) -> None:
        if request.header("Authorization") is None and "anonymous-403" in self.faults:
            raise Refused(403, "no")
        super().admit(request)

    def refusal(self, refusal: Refused) -> Answer:
        if "error-shape" in self.faults:
            return Answer(refusal.status, {"message": refusal.message}, super().refusal(refusal).headers)
        return super().refusal(refusal)

    def __call__(self, request: Request) -> tuple[int, bytes, tuple[tuple[str, str], ...]]:
        status, body, headers = super().__call__(request)
        dropped = {"no-location": "Location", "no-tag": "ETag"}
        gone = {name for fault, name in dropped.items() if fault in self.faults}
        return status, body, tuple(h for h in headers if h[0] not in gone)

    def body(self, request: Request) -> Row:
        media = request.header("Content-Type") or ""
        if "media-taken" in self.faults and "json" not in media:
            request = request.having((("Content-Type", "application/json"),))
        if not request.body and "empty-taken" in self.faults:
            return {}
        try:
            return super().body(request)
        except Refused:
            if "text-as-body" in self.faults and request.body and "xml" not in media:
                return {"name": f"desk {self.clock}"}
            raise

    def found(self, path: str, id: str) -> Row:
        if "malformed-id-400" in self.faults and not id.lstrip("-").isdecimal():
            raise Refused(400, "no number")
        try:
            return super().found(path, id)
        except Refused as refusal:
            gone = id.isdecimal() and int(id) <= self.last
            if "gone-410" in self.faults and gone:
                raise Refused(410, "gone") from None
            if "absent-410" in self.faults:
                raise Refused(410, "gone") from None
            raise refusal

    def do_delete(self, path: str, id: str) -> Answer:
        if "delete-again-204" in self.faults and id.isdecimal() and int(id) not in self.rows[path]:
            return Answer(204)
        return super().do_delete(path, id)

    def do_list(self, path: str, query: Mapping[str, str]) -> Answer:
        query = dict(query)
        if "size-unbounded" in self.faults and query.get("size", "").isdecimal() and int(query["size"]) > 50:
            query["size"] = "50"
        if "page-of-ten" in self.faults:
            query.setdefault("size", "10")
        if "bad-page-taken" in self.faults and not (query.get("page", "1").isdecimal() and int(query.get("page", "1"))):
            query["page"] = "1"
        answer = super().do_list(path, query)
        if "list-forgets" in self.faults and len(answer.body["data"]) > 1:
            answer.body["data"] = answer.body["data"][:-1]
        if "wrong-total" in self.faults:
            answer.body["total"] += 1
        return answer

    def kept(self, fields: Row) -> Row:
        kept = super().kept(fields)
        whole = {"upper-email": "email", "no-trim": "note", "no-cents": "price"}
        return {**kept, **{n: fields[n] for fault, n in whole.items() if fault in self.faults and n in fields}}

    def made(self, path: str, fields: Row) -> Row:
        made = super().made(path, {n: v for n, v in fields.items() if n in self.properties(path)})
        extra = {n: v for n, v in fields.items() if n not in self.properties(path)}
        times = {n: v for n, v in fields.items() if n == "made_at" and "server-set-taken" in self.faults}
        return {**made, **times, **extra}

    def changed(self, path: str, row: Row, fields: Row) -> None:
        before = dict(row)
        super().changed(path, row, fields)
        if "frozen-time" in self.faults:
            row["moved_at"] = before["moved_at"]
        if "time-moves-always" in self.faults:
            row["moved_at"] = self.now

    def valid(self, path: str, fields: Row, row: Row | None) -> Row:
        extra = {n: v for n, v in fields.items() if n not in self.properties(path)}
        if "required-taken" in self.faults:
            fields = {"name": f"desk {self.clock}", **fields} if row is None else fields
        found = super().valid(path, fields, row)
        if "server-set-taken" in self.faults and "made_at" in fields:
            found = {**found, "made_at": fields["made_at"]}
        return {**found, **extra} if "unknown-kept" in self.faults else found

    def unknown(self, path: str, name: str) -> None:
        if not {"unknown-kept", "unknown-ignored"} & self.faults:
            super().unknown(path, name)

    def fits(self, schema: Mapping[str, object], value: object) -> bool:
        if "types-taken" in self.faults and schema.get("maxLength") and not isinstance(value, str):
            return True
        if "bounds-taken" in self.faults and isinstance(value, str):
            return True
        return super().fits(schema, value)

    def unique(self, path: str, fields: Row, row: Row | None) -> None:
        if "duplicate-taken" not in self.faults:
            super().unique(path, fields, row)

    @property
    def CONFLICT(self) -> int:  # type: ignore[override]
        return 400 if "duplicate-400" in self.faults else 409

    @property
    def INVALID(self) -> int:  # type: ignore[override]
        return 400 if "invalid-400" in self.faults else 422

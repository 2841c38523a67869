"""Where a request points: its company or project, the resource, and what a request body says."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from .access import Access, Credential, Request
from .resources import Kind
from .seeded import on
from .state import Refused, Row


@dataclass
class Call:
    """What one request turned out to be about."""

    kind: Kind
    operation: str
    company: int | None
    home: int | None
    id: str | None


class Places(Access):
    """Finds what a request is about, and turns down what is forbidden, unknown or missing, in this order."""

    def _placed(self, request: Request, credential: Credential, kind: Kind, operation: str, ids: list[str]) -> Call:
        """The company or project of a request: forbidden, unknown or missing ones are turned down."""
        item = operation in ("read", "update", "delete")
        id = ids[-1] if item else None
        if kind.home == "top":
            return Call(kind, operation, None, None, None)
        if kind.home == "project":
            project = self.state.rows["project"].get(_number(ids[0]) or 0)
            if project is None:
                if on("unknown-project-empty") and operation == "list":
                    return Call(kind, operation, None, 0, id)
                raise Refused(400 if on("unknown-project-400") else 404, "no such project")
            if project.home not in credential.companies and not (on("foreign-project-rfis") and operation == "list"):
                raise Refused(self.variety.hidden_status, "no such project")
            return Call(kind, operation, project.home, project.id, id)
        company = self._company(request, credential, kind, operation, ids, id)
        return Call(kind, operation, company, company, id)

    def _company(
        self, request: Request, credential: Credential, kind: Kind, operation: str, ids: list[str], id: str | None
    ) -> int:
        missing = Refused(400, "is missing", "company_id")
        given: int | None = None
        problem: Refused | None = None
        if kind.home == "path":
            given = _number(ids[0])
            problem = Refused(404, "no such company") if given is None else None
        elif operation in ("create", "update"):
            try:
                sent = self._parsed(request)
            except Refused as refusal:
                problem = refusal
            else:
                value = sent.get("company_id")
                if isinstance(value, int) and not isinstance(value, bool):
                    given = value
                elif isinstance(value, str) and value.isdecimal() and on("company-text"):
                    given = int(value)
                elif value is None and on("company-from-header") and "company_id" not in sent:
                    given = _number(request.headers.get("procore-company-id", ""))
                else:
                    problem = missing if "company_id" not in sent else Refused(400, "must be an integer", "company_id")
        else:
            text = dict(reversed(request.query)).get("company_id")
            if text is None and on("company-default"):
                text = "5"
            if text is None or text == "":
                problem = missing
            else:
                given = _number(text)
                problem = Refused(404, "no such company") if given is None else None
        if given is not None:
            if given not in self.state.rows["company"]:
                if on("unknown-company-403"):
                    raise Refused(403, "no such company")
                if on("unknown-company-empty") and operation == "list":
                    return given
                raise Refused(404, "no such company")
            if given not in credential.companies and not self._idor(credential, kind, operation):
                raise Refused(403, "not your company")
            return given
        assert problem is not None
        if id is not None and _number(id) not in self.state.rows[kind.name]:
            raise self._malformed(id)
        raise problem

    def _idor(self, credential: Credential, kind: Kind, operation: str) -> bool:
        if credential.name == "foreign":
            return (
                (on("foreign-reads") and operation == "read")
                or (on("foreign-updates") and operation == "update" and kind.name == "program")
                or (on("foreign-lists") and operation == "list" and kind.name == "office")
                or (on("foreign-deletes") and operation == "delete" and kind.name == "department")
                or (on("foreign-creates") and operation == "create" and kind.name == "project_type")
            )
        return False

    def _malformed(self, id: str) -> Refused:
        number = _number(id)
        if on("id-zero-500") and number == 0:
            raise RuntimeError("zero")
        if on("id-negative-400") and id.startswith("-"):
            return Refused(400, "must be positive", "id")
        if on("id-malformed-400") and number is None and not id.startswith("-"):
            return Refused(400, "must be an integer", "id")
        if on("id-malformed-500") and number is None:
            raise ValueError("invalid literal for int()")
        if on("id-huge-500") and number is not None and number >= 2**63:
            raise OverflowError("Python int too large to convert to SQLite INTEGER")
        if on("id-long-500") and len(id) > 100:
            raise ValueError("too long")
        return Refused(404, "no such id", "id")

    def _row(self, request: Request, credential: Credential, call: Call) -> Row:
        state, kind = self.state, call.kind
        assert call.id is not None
        assert call.home is not None
        id = _number(call.id)
        if on("id-prefix") and id is None:
            found = re.match("[0-9]+", call.id)
            id = int(found[0]) if found else None
        if id is None or id not in state.rows[kind.name]:
            ghost = state.ghosts.get(id or 0)
            if ghost is not None and (
                (on("ghost-read") and call.operation == "read")
                or (on("ghost-updated") and call.operation == "update")
                or (on("delete-repeats") and call.operation == "delete")
            ):
                return ghost
            if on("absent-delete-204") and call.operation == "delete" and id is not None:
                raise Refused(204, "")
            if on("absent-410"):
                raise Refused(410, "gone")
            if on("upsert") and call.operation == "update" and id and kind.name == "department":
                return self._upserted(request, call, id)
            raise self._malformed(call.id)
        row = state.rows[kind.name][id]
        stray = (
            (on("wrong-parent-read") and call.operation == "read" and kind.name == "rfi")
            or (on("wrong-parent-update") and call.operation == "update" and kind.name == "rfi")
            or (on("wrong-company-read") and call.operation == "read" and kind.name == "office")
            or (on("wrong-company-update") and call.operation == "update" and kind.name == "project")
            or (on("wrong-company-delete") and call.operation == "delete" and kind.name == "program")
            or (on("foreign-by-own-company") and credential.name == "foreign" and kind.name == "department")
        )
        if stray:
            return row
        found_row = state.find(kind, call.home, id)
        assert found_row is not None
        return found_row

    def _upserted(self, request: Request, call: Call, id: int) -> Row:
        assert call.home is not None
        values = dict.fromkeys(call.kind.fields)
        row = Row(call.kind, id, call.home, {**values, "name": f"new {id}"}, 0, 0, serial=self.state.tick())
        self.state.rows[call.kind.name][id] = row
        return row

    # --------------------------------------------------------------- the bodies

    def _unwrapped(self, request: Request, call: Call) -> dict[str, Any]:
        """The members of the envelope."""
        sent = self._parsed(request)
        kind = call.kind
        if kind.envelope not in sent:
            if on("bare-body") and "name" in sent:
                return {n: v for n, v in sent.items() if n != "company_id"}
            if on("envelope-missing-500"):
                raise KeyError(kind.envelope)
            if on("envelope-optional-update") and call.operation == "update":
                return {}
            raise Refused(400, "is missing", kind.envelope)
        values = sent[kind.envelope]
        if not isinstance(values, dict):
            if on("envelope-null-500"):
                raise TypeError("'NoneType' object is not iterable")
            if on("envelope-null-empty") and not values and call.operation == "update":
                return {}
            raise Refused(400, "must be an object", kind.envelope)
        beside = {kind.envelope} | ({"company_id"} if kind.home != "path" else set())
        if on("path-company-in-body"):
            beside.add("company_id")
        unknown = [n for n in sent if n not in beside]
        if unknown and not on("unknown-beside-ignored"):
            raise Refused(406, "does not exist", unknown[0])
        return values

    def _parsed(self, request: Request) -> dict[str, Any]:
        """The JSON object of a body."""
        media = request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
        if media != "application/json" and not re.fullmatch(r"application/[a-z0-9.-]+\+json", media):
            if on("form-accepted") and media == "application/x-www-form-urlencoded":
                pairs = dict(parse_qsl(request.body.decode("utf-8", "replace")))
                found: dict[str, Any] = {}
                for key, value in pairs.items():
                    outer, _, inner = key.partition("[")
                    if inner:
                        found.setdefault(outer, {})[inner.rstrip("]")] = value
                    else:
                        found[outer] = int(value) if value.isdecimal() else value
                return found
            if on("xml-body-500") and "xml" in media:
                raise RuntimeError("no parser")
            if not on("media-ignored"):
                raise Refused(self.variety.media_status, "send application/json", "Content-Type")
        elif on("media-required") and "content-type" not in request.headers:
            raise Refused(415, "send application/json", "Content-Type")
        try:
            value = json.loads(
                request.body.decode("utf-8", "replace" if on("utf8-lenient") else "strict"), parse_constant=_constant
            )
        except RecursionError:
            if on("deep-500"):
                raise
            raise Refused(400, "is nested too deeply", "body") from None
        except UnicodeDecodeError:
            if on("utf8-500"):
                raise RuntimeError("invalid start byte") from None
            raise Refused(400, "is not UTF-8", "body") from None
        except ValueError:
            if on("malformed-500"):
                raise
            if on("malformed-422"):
                raise Refused(422, "is no JSON", "body") from None
            raise Refused(400, "is no JSON", "body") from None
        if not isinstance(value, dict):
            if on("array-500"):
                raise AttributeError("'list' object has no attribute 'get'")
            if on("array-first") and isinstance(value, list) and value and isinstance(value[0], dict):
                return dict(value[0])
            raise Refused(400, "is no object", "body")
        return value


def _number(text: str) -> int | None:
    return int(text) if re.fullmatch("-?[0-9]{1,4000}", text) else None


def _constant(name: str) -> float:
    if on("nan-accepted"):
        return 0.0
    raise ValueError(name)

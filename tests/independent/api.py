"""Requests to answers: credentials, limits, paths, and the order in which refusals come."""

from __future__ import annotations

import json
import math
import re
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote

from fields import KINDS, Kind
from listing import page_of
from seeded import on
from state import Refused, Row, State
from variety import Variety

BASE = "/rest/v1.0"
FULL_LIMIT = 100_000
MEBIBYTE = 1 << 20
LONGEST_URI = 8000
WORDS = {"list": "GET", "read": "GET", "create": "POST", "update": "PATCH", "delete": "DELETE"}


@dataclass
class Request:
    method: str
    target: str
    headers: dict[str, str]
    body: bytes = b""
    origin: str = ""

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def query(self) -> list[tuple[str, str]]:
        return parse_qsl(
            self.target.partition("?")[2],
            keep_blank_values=True,
            errors="strict" if on("bad-percent-500") else "replace",
        )


@dataclass
class Answer:
    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    media: str = "application/json"


@dataclass
class Credential:
    name: str
    companies: frozenset[int]
    may_write: bool = True
    limit: int = FULL_LIMIT
    window: float = 3600
    used: int = 0
    until: float = 0
    low: int = FULL_LIMIT


@dataclass
class Call:
    """What one request turned out to be about."""

    kind: Kind
    operation: str
    company: int | None
    home: int | None
    id: str | None


class Api:
    """The API of one server process."""

    def __init__(self, secrets: dict[str, str], variety: Variety) -> None:
        self.variety = variety
        own, small = frozenset({5, 6}), (variety.small_limit, variety.small_window)
        readable = own if variety.read_only_everywhere else frozenset({5})
        window = variety.full_window
        self.anonymous = Credential("", frozenset(), window=window)
        self.credentials = {
            secrets["full"]: Credential("full", own, window=window),
            secrets["read_only"]: Credential("read_only", readable, may_write=False, window=window),
            secrets["foreign"]: Credential("foreign", frozenset({7}), window=window),
            secrets["throttled"]: Credential("throttled", own, limit=small[0], window=small[1]),
        }
        self.state = State({5: "Hadley & Stone", 6: "Brückner Bau", 7: "Third Party"}, variety)
        self.count = 0

    # --------------------------------------------------------------- the way in

    async def answer(self, request: Request) -> Answer:
        """The answer to any request."""
        self.count += 1
        credential = self._credential(request)
        limits = self._limits(credential or self.anonymous)
        try:
            if self.variety.busy_every and self.count % self.variety.busy_every == 0:
                raise Refused(503, "try again")
            answer = await self._guarded(request, credential, limits)
        except Refused as refusal:
            answer = self._refusal(request, refusal)
        if answer.status >= 400 and on("limits-missing-on-errors"):
            limits = {}
        if answer.status == 401 and on("limits-missing-on-401"):
            limits = {}
        if answer.status == 204 and on("limits-missing-on-204"):
            limits = {}
        if answer.status == 429:
            wait = limits.pop("_wait")
            if self.variety.retry_after and not on("no-retry-hint"):
                limits["Retry-After"] = _retry_after(float(wait))
            if on("no-retry-hint"):
                limits = {n: v for n, v in limits.items() if n != "X-Rate-Limit-Reset"}
        limits.pop("_wait", None)
        answer.headers = {**limits, **answer.headers}
        return answer

    async def _guarded(self, request: Request, credential: Credential | None, limits: dict[str, str]) -> Answer:
        if on("path-before-auth"):
            self._route(request)
        if on("body-before-auth") and request.method in ("POST", "PATCH"):
            self._parsed(request)
        if credential is None and not self._let_in(request):
            raise Refused(403 if on("unauthenticated-403") else 401, "who are you?")
        credential = credential or next(iter(self.credentials.values()))
        if int(limits["X-Rate-Limit-Remaining"]) < 0:
            limits["X-Rate-Limit-Remaining"] = "0"
            if on("throttled-executes"):
                await self._performed(request, credential)
            raise Refused(503 if on("throttled-503") else 429, "too many requests")
        if len(request.target) > LONGEST_URI:
            raise Refused(500 if on("long-uri-500") else self.variety.uri_status, "is too long", "uri")
        if len(request.body) > MEBIBYTE and not on("large-accepted"):
            raise Refused(500 if on("large-500") else 413, "is too large", "body")
        accept = request.headers.get("accept", "*/*").lower()
        if (
            self.variety.accept_status
            and not on("xml-on-accept")
            and not any(w in accept for w in ("application/json", "*/*", "application/*"))
        ):
            raise Refused(self.variety.accept_status, "only JSON is to be had", "Accept")
        try:
            return await self._performed(request, credential)
        except (RuntimeError, ValueError, OverflowError, AttributeError, TypeError, KeyError, RecursionError) as error:
            return Answer(500, {"message": f"internal error: {type(error).__name__}"})

    def _credential(self, request: Request) -> Credential | None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        token = token.strip()
        if scheme.lower() != "bearer" and not (on("any-scheme") and token):
            return None
        if on("any-scheme") and scheme.lower() == "basic":
            import base64

            token = base64.b64decode(token).decode("utf-8", "replace")
        for secret, credential in self.credentials.items():
            if token == secret:
                return credential
            if on("token-prefix") and len(token) > 8 and secret.startswith(token):
                return credential
            if on("token-longer") and token.startswith(secret):
                return credential
            if on("token-case") and token.lower() == secret.lower():
                return credential
        return None

    def _let_in(self, request: Request) -> bool:
        """Whether a fault lets a request without a credential in."""
        anonymous = "authorization" not in request.headers
        return (
            (on("no-auth-rfi-update") and anonymous and request.method == "PATCH" and "/rfis/" in request.path)
            or (on("no-auth-companies") and anonymous and request.path == f"{BASE}/companies")
            or (
                on("no-auth-program-read")
                and anonymous
                and request.method == "GET"
                and re.search(r"/programs/\d", request.path) is not None
            )
            or (on("bad-token-delete") and not anonymous and request.method == "DELETE")
            or (on("empty-bearer") and request.headers.get("authorization", "").strip().lower() == "bearer")
        )

    def _limits(self, credential: Credential) -> dict[str, str]:
        now = time.time()
        if now >= credential.until:
            credential.until = now + credential.window
            credential.used = 0
        credential.used += 1
        left = credential.limit - credential.used
        if on("remaining-rises"):
            left = credential.limit - 1000 + credential.used % 7
        reset = str(math.ceil(credential.until))
        if on("reset-in-seconds"):
            reset = str(math.ceil(credential.until - now))
        limit = str(left) if on("limit-is-remaining") else str(credential.limit)
        return {
            "X-Rate-Limit-Limit": limit,
            "X-Rate-Limit-Remaining": str(left),
            "X-Rate-Limit-Reset": reset,
            "_wait": str(credential.until - now),
        }

    def _refusal(self, request: Request, refusal: Refused) -> Answer:
        headers = {}
        if refusal.status == 401 and not on("no-challenge"):
            headers["WWW-Authenticate"] = 'Bearer realm="projects"'
        if refusal.status == 405 and not on("no-allow"):
            headers["Allow"] = "GET, POST, PUT" if on("allow-lies") else self._allowed(request)
        form, why = self.variety.error_form, refusal.why
        body: Any = {
            "map": {"errors": {refusal.field_name: [why]}},
            "message": {"message": f"{refusal.field_name} {why}"},
            "list": {"errors": [why]},
        }[form]
        if on("error-array") and refusal.status == 400:
            body = [why]
        if on("error-text-map") and refusal.status == 400:
            body = {"errors": {refusal.field_name: why}}
        if on("error-detail-only") and refusal.status == 404:
            body = {"detail": why}
        if on("error-trace") and refusal.status == 400:
            body = {
                "message": why,
                "trace": 'Traceback (most recent call last):\n  File "/srv/app/views.py", line 88, in create\nValueError: bad',
            }
        if on("error-java-trace") and refusal.status == 422:
            body = {
                "message": "java.lang.IllegalStateException: bad\n\tat com.example.projects.RfiService.update(RfiService.java:211)"
            }
        if on("error-sql") and refusal.status == 409:
            body = {
                "message": 'duplicate key value violates unique constraint "index_offices_on_name"\nDETAIL: Key (name)=(x) already exists. INSERT INTO offices (name) VALUES ($1)'
            }
        if on("error-path") and refusal.status == 406:
            body = {"message": "unpermitted parameter at /var/www/projects/app/controllers/base_controller.rb:42"}
        answer = Answer(refusal.status, body, headers)
        if on("error-html") and refusal.status == 404:
            answer.raw, answer.media = b"<!DOCTYPE html><html><body><h1>Not Found</h1></body></html>", "text/html"
        if on("error-empty") and refusal.status == 403:
            answer.raw = b""
        if on("error-text") and refusal.status == 401:
            answer.raw, answer.media = b"Unauthorized", "text/plain"
        if on("error-no-type") and refusal.status == 409:
            answer.media = ""
        return answer

    # ------------------------------------------------------------------ routing

    def _route(self, request: Request) -> tuple[Kind, bool, list[str]]:
        """The resource of a path, whether it is one item, and the ids in the path. Raises for an unknown path."""
        path = request.path
        if not path.startswith(BASE + "/"):
            raise Refused(404, "no such path")
        parts = [unquote(p) for p in path.removeprefix(BASE + "/").split("/")]
        for kind in KINDS.values():
            fixed = {"path": ["companies", None], "project": ["projects", None]}.get(kind.home, [])
            shape = [*fixed, kind.collection]
            if len(parts) not in (len(shape), len(shape) + 1) or (kind.home == "top" and len(parts) > 1):
                continue
            if (
                all(want is None or want == part for want, part in zip(shape, parts, strict=False))
                and "" not in parts[1:]
            ):
                return (
                    kind,
                    len(parts) > len(shape),
                    [p for want, p in zip([*shape, None], parts, strict=False) if want is None],
                )
        if on("unknown-path-200"):
            raise Refused(200, "welcome")
        raise Refused(404, "no such path")

    def _allowed(self, request: Request) -> str:
        kind, item, _ = self._route(request)
        names = ("read", "update", "delete") if item else ("list", "create")
        return ", ".join(WORDS[n] for n in names if n in kind.verbs)

    def _operation(self, request: Request, kind: Kind, item: bool) -> str:
        table = {"GET": "read", "PATCH": "update", "DELETE": "delete"} if item else {"GET": "list", "POST": "create"}
        if item and request.method == "PUT" and on("put-accepted") and "update" in kind.verbs:
            return "update"
        if item and request.method == "POST" and on("post-on-item") and "update" in kind.verbs:
            return "update"
        operation = table.get(request.method, "")
        if on("project-delete") and kind.name == "project" and operation == "delete":
            return "delete"
        if operation in kind.verbs:
            return operation
        if on("unsupported-501"):
            raise Refused(501, "not implemented")
        raise Refused(405 if on("no-allow") or on("allow-lies") else self.variety.verb_status, "not possible here")

    # -------------------------------------------------------------- one request

    async def _performed(self, request: Request, credential: Credential) -> Answer:
        kind, item, ids = self._route(request)
        operation = self._operation(request, kind, item)
        if not credential.may_write and operation in ("create", "update", "delete"):
            lenient = (
                (on("read-only-updates") and operation == "update" and kind.name == "department")
                or (on("read-only-deletes") and operation == "delete")
                or (on("read-only-creates-rfi") and kind.name == "rfi" and operation == "create")
            )
            if not lenient:
                if on("denied-write-executes"):
                    try:
                        await self._performed(request, next(iter(self.credentials.values())))
                    except Refused:
                        pass
                if on("body-before-privilege") and operation != "delete":
                    self._parsed(request)
                raise Refused(404 if on("read-only-404") else 403, "not allowed")
        call = self._placed(request, credential, kind, operation, ids)
        row = self._row(request, credential, call) if call.id is not None else None
        if operation == "delete":
            assert row is not None
            if row.id not in self.state.ghosts:
                if kind.name == "project":
                    del self.state.rows["project"][row.id]
                else:
                    self.state.delete(row)
            if on("delete-answers-body"):
                return Answer(200, {"deleted": True})
            if on("delete-204-body"):
                return Answer(204, {"deleted": True})
            if on("delete-202"):
                return Answer(202)
            return Answer(self.variety.delete_status)
        if operation == "list":
            return self._listed(request, call, credential)
        if operation == "read":
            assert row is not None
            return Answer(200, self._read(row))
        values = self._unwrapped(request, call)
        if operation == "create":
            assert call.home is not None
            row = await self.state.create(kind, call.home, values)
            shown = self.state.shown(row)
            if on("create-echoes"):
                shown |= {n: v for n, v in values.items() if n in shown}
            if on("create-no-body") and kind.name == "project_type":
                return Answer(201)
            if on("create-only-id") and kind.name == "department":
                shown = {"id": row.id}
            return Answer(200 if on("create-200") and kind.name == "program" else 201, shown)
        assert row is not None
        before = self.state.shown(row)
        await self.state.update(row, values)
        if on("update-204") and kind.name == "office":
            return Answer(204)
        if on("update-201") and kind.name == "rfi":
            return Answer(201, self.state.shown(row))
        return Answer(200, before if on("update-answers-old") else self.state.shown(row))

    def _read(self, row: Row) -> dict[str, Any]:
        if on("read-touches") and row.kind.name == "project":
            row.updated = max(row.updated, int(time.time()))
        if on("read-counts") and row.kind.name == "office":
            row.values["division"] = (
                f"{int(row.values['division'] or 0) + 1}"
                if (row.values["division"] or "0").isdecimal()
                else row.values["division"]
            )
        if on("read-numbers") and row.kind.name == "rfi":
            row.serial = self.state.tick()
        return self.state.stale.pop((row.kind.name, row.id), None) or self.state.shown(row)

    def _listed(self, request: Request, call: Call, credential: Credential) -> Answer:
        state, kind = self.state, call.kind
        if kind.name == "company":
            rows = [
                r for r in state.rows["company"].values() if r.id in credential.companies or on("all-companies-listed")
            ]
        else:
            assert call.home is not None
            rows = state.under(kind, call.home)
            if on("list-other-company") and kind.name == "office":
                rows = [r for r in state.rows["office"].values() if r.home in credential.companies]
            if on("list-all-tenants") and kind.name == "project_type":
                rows = list(state.rows["project_type"].values())
            if on("list-all-rfis") and kind.name == "rfi":
                rows = list(state.rows["rfi"].values())
        entries, headers = page_of(state, kind, rows, request.query, request.path, request.origin)
        return Answer(200, entries, headers)

    # --------------------------------------------------- where it is, and whose

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


def _retry_after(wait: float) -> str:
    if on("retry-after-fraction"):
        return f"{wait:.3f}"
    if on("retry-after-date"):
        return time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + wait))
    if on("retry-after-zero"):
        return "0"
    return str(math.ceil(wait))


def _constant(name: str) -> float:
    if on("nan-accepted"):
        return 0.0
    raise ValueError(name)

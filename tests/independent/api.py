"""Requests to answers: paths, verbs, and the order in which refusals come."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from .access import BASE, Answer, Credential, Request, retry_after
from .listing import page_of
from .places import Call, Places
from .resources import KINDS, Kind
from .seeded import on
from .state import Refused, Row

MEBIBYTE = 1 << 20
LONGEST_URI = 8000
WORDS = {"list": "GET", "read": "GET", "create": "POST", "update": "PATCH", "delete": "DELETE"}


class Api(Places):
    """The API of one server process."""

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
            wait = limits.pop("_wait", "1")
            if self.variety.retry_after and not on("no-retry-hint"):
                limits["Retry-After"] = retry_after(float(wait))
            if on("no-retry-hint"):
                limits = {n: v for n, v in limits.items() if n != "X-Rate-Limit-Reset"}
        limits.pop("_wait", None)
        answer.headers = {**limits, **answer.headers}
        return answer

    async def _guarded(self, request: Request, credential: Credential | None, limits: dict[str, str]) -> Answer:
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
            row.updated = max(row.updated, int(self.state.now()))
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

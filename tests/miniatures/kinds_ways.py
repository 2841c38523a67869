"""APIs that are asked in ways of their own."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

from tests.miniatures.kinds import ITEM, Items, Kind, item, of
from tests.miniatures.server import Answer, Refused, Row

from restproof.contract.parents import DEFAULT_OPERATIONS
from restproof.wire.message import Request


class FromZero(Items):
    """The first page has the number 0, -1 is the size of all entries, and a second parameter says the way of a sort by
    several fields."""

    def do_list(self, path: str, query: Mapping[str, str]) -> Answer:
        rows = [self.show(path, r) for r in self.ordered(self.listed(path, query), query)]
        number, size = self.whole(query.get("page", "0"), 0), self.size(query, len(rows))
        return Answer(200, {"content": rows[number * size : (number + 1) * size], "totalElements": len(rows)})

    def size(self, query: Mapping[str, str], count: int) -> int:
        return max(count, 1) if query.get("size") == "-1" else min(self.whole(query.get("size", "20"), 1), 50)

    def whole(self, text: str, least: int) -> int:
        if not re.fullmatch(r"\d{1,9}", text) or int(text) < least:
            raise Refused(400, "is no page")
        return int(text)

    def ordered(self, rows: list[Row], query: Mapping[str, str]) -> list[Row]:
        names, ways = (query.get(n, "").split(",") for n in ("sort", "dir"))
        if names == [""]:
            return rows
        if not set(names) <= {"title", "size", "open"} or not set(ways) <= {"asc", "desc", ""}:
            raise Refused(400, "is no order")
        for at, name in reversed(list(enumerate(names))):
            down = at < len(ways) and ways[at] == "desc"
            keys = {r["id"]: (r[name] is not None, r[name]) for r in rows}
            rows = sorted(rows, key=lambda r: keys[r["id"]], reverse=down)
        return rows


class FromOne(FromZero):
    def whole(self, text: str, least: int) -> int:
        return max(super().whole(text, least) - (least == 0), 0)


class ByName(FromZero):
    """The field to sort by stands in the name of its parameter, which says the way."""

    def ordered(self, rows: list[Row], query: Mapping[str, str]) -> list[Row]:
        for name, way in query.items():
            if (asked := re.fullmatch(r"order\[(\w+)\]", name)) is not None:
                rows = super().ordered(rows, {"sort": asked[1], "dir": self.way(way)})
        return rows

    def way(self, said: str) -> str:
        return said


class OnlyUp(ByName):
    def way(self, said: str) -> str:
        return super().way(said) and "asc"


class Searched(Items):
    """Lists what a POST of criteria asks for; the collection itself lists nothing."""

    VERBS: Mapping[str, Mapping[str, str]] = {**Items.VERBS, "collection": {"POST": "create"}}
    SEARCH = "/items/search"
    KNOWN = frozenset({"where", "order", "limit", "cursor"})

    def answer(self, request: Request, path: str, query: Mapping[str, str]) -> Answer:
        if path != self.SEARCH or request.method != "POST":
            if path == self.SEARCH:
                return Answer(405, {"error": "not possible here"}, {"Allow": "POST"})
            return super().answer(request, path, query)
        criteria = self.body(request)
        if set(criteria) - self.KNOWN:
            raise Refused(400, "is unknown", min(set(criteria) - self.KNOWN))
        rows = [r for r in self.rows["/items"].values() if self.wanted(r, criteria.get("where", {}))]
        if "order" in criteria:
            down = criteria["order"].startswith("-")
            rows = sorted(rows, key=lambda r: r["title"], reverse=down)
        start, limit = self.start(criteria.get("cursor", "0")), criteria.get("limit", 5)
        if isinstance(limit, bool) or not isinstance(limit, int) or not 1 <= limit <= 20:
            raise Refused(400, "is no size", "limit")
        page = rows[start : start + limit]
        following = str(start + limit) if start + limit < len(rows) else None
        return Answer(200, {"results": page, "paging": {"next": following}})

    def start(self, text: Any) -> int:
        if not isinstance(text, str) or not re.fullmatch(r"\d{1,6}", text):
            raise Refused(400, "is no cursor", "cursor")
        return int(text)

    def wanted(self, row: Row, where: Row) -> bool:
        if set(where) - {"kind", "size"} or isinstance(where.get("size", 0), str):
            raise Refused(400, "is no condition", "where")
        return all(row[n] == v for n, v in where.items())


class Unsearched(Searched):
    def wanted(self, row: Row, where: Row) -> bool:
        return super().wanted(row, where) or True


class Careful(Items):
    """Every change names the state that it is made of."""

    def answer(self, request: Request, path: str, query: Mapping[str, str]) -> Answer:
        key = path.rpartition("/")[2]
        row = self.rows["/items"].get(int(key)) if key.isdecimal() else None
        if row is not None and request.method in ("PATCH", "DELETE"):
            self.check(request.header("If-Match"), self.tag(row))
        if row is not None and request.header("If-None-Match") == self.tag(row):
            return Answer(304, None, {"ETag": self.tag(row)})
        found = super().answer(request, path, query)
        shown = found.body if isinstance(found.body, dict) else {}
        return replace(found, headers={**found.headers, "ETag": self.tag(shown)}) if "id" in shown else found

    def tag(self, row: Row) -> str:
        return f'"{hash(json.dumps(row, sort_keys=True)):x}"'

    def check(self, wanted: str | None, tag: str) -> None:
        if wanted is None:
            raise Refused(428, "If-Match is missing")
        if wanted not in ("*", tag):
            raise Refused(412, "has changed meanwhile")


class Careless(Careful):
    def check(self, wanted: str | None, tag: str) -> None:
        super().check(tag if wanted is None else wanted, tag)


class Guarded(Items):
    """Lets nobody list or change anything who does not prove who it is, which nobody can."""

    KEPT: tuple[str, ...] = ("PATCH", "DELETE")

    def admit(self, request: Request) -> None:
        method = "GET" if request.method == "HEAD" else request.method
        if method in (("GET",) if request.path == "/items" else self.KEPT):
            raise Refused(403, "is not for you")


class Shut(Guarded):
    KEPT = ("PATCH", "DELETE", "GET")


class Revised(Items):
    """Every change names the revision that it changes: in its body, or as a parameter of the delete."""

    def answer(self, request: Request, path: str, query: Mapping[str, str]) -> Answer:
        key = path.rpartition("/")[2]
        row = self.rows["/items"].get(int(key)) if key.isdecimal() else None
        if row is not None and request.method in ("PATCH", "DELETE"):
            self.check(self.named(request, query), row)
        return super().answer(request, path, query)

    def made(self, path: str, fields: Row) -> Row:
        return {**super().made(path, fields), "revision": 1}

    def changed(self, path: str, row: Row, fields: Row) -> None:
        super().changed(path, row, fields)
        row["revision"] += 1

    def named(self, request: Request, query: Mapping[str, str]) -> Any:
        return query.get("rev") if request.method == "DELETE" else self.body(request).get("revision")

    def check(self, named: Any, row: Row) -> None:
        if named is None:
            raise Refused(400, "is missing", "revision")
        if str(named) != str(row["revision"]):
            raise Refused(409, "has changed meanwhile", "revision")


class Unrevised(Revised):
    def check(self, named: Any, row: Row) -> None:
        super().check(row["revision"] if isinstance(named, int) else named, row)


class RevisedByHeader(Revised):
    def named(self, request: Request, query: Mapping[str, str]) -> Any:
        return request.header("X-Revision")


class UnrevisedByHeader(RevisedByHeader):
    def check(self, named: Any, row: Row) -> None:
        super().check(named or row["revision"], row)


class Tagged(Careful, Revised):
    """Asks for a revision, and heeds a tag where a change names one besides."""

    def check(self, named: Any, now: Any) -> None:
        if isinstance(now, dict):
            Revised.check(self, named, now)
        elif named is not None:
            Careful.check(self, named, now)


class Untagged(Tagged):
    def check(self, named: Any, now: Any) -> None:
        super().check(named if isinstance(now, dict) else None, now)


class ByForm(Items):
    """Takes forms alone; a text is what its field wants."""

    def body(self, request: Request) -> Row:
        media = (request.header("Content-Type") or "").partition(";")[0].strip().lower()
        if media != "application/x-www-form-urlencoded":
            raise Refused(415, "send a form")
        pairs = parse_qsl((request.body or b"").decode(), keep_blank_values=True)
        return {name: self.read(name, text) for name, text in pairs}

    def read(self, name: str, text: str) -> Any:
        if name == "size" and re.fullmatch(r"-?\d{1,17}", text):
            return int(text)
        if name == "size" and re.fullmatch(r"-?\d{1,17}\.\d{1,9}", text):
            return float(text)
        return {"true": True, "false": False}.get(text, text) if name == "open" else text


class ByHalf(ByForm):
    def read(self, name: str, text: str) -> Any:
        return super().read(name, text.replace("+", " ") if name == "note" else text.partition("&")[0])


class Clearing(ByForm):
    """Takes an empty text for none at all, as what was left empty on a page."""

    def read(self, name: str, text: str) -> Any:
        return None if not text and name in ("note", "kind", "size") else super().read(name, text)


class Clinging(Clearing, ByHalf):
    pass


class AlwaysFine(Items):
    """Answers 200 whatever happened: the body says how it went."""

    STATUS: Mapping[str, int] = dict.fromkeys(("list", "create", "read", "update", "replace", "delete"), 200)
    CODES: Mapping[int, str] = {404: "NOT_FOUND", 415: "BAD_MEDIA"}

    def answered(self, operation: str, body: Any) -> Answer:
        return Answer(200, {"ok": True, "data": body})

    def refusal(self, refusal: Refused) -> Answer:
        error = {"code": self.CODES.get(refusal.status, "INVALID"), "text": f"{refusal.name} {refusal.message}"}
        return Answer(200, {"ok": False, "error": error})

    def do_delete(self, path: str, id: str) -> Answer:
        super().do_delete(path, id)
        return self.answered("delete", None)


class AlwaysDone(AlwaysFine):
    def found(self, path: str, id: str) -> Row:
        try:
            return super().found(path, id)
        except Refused:
            return {**self.blank(path), "id": 1, "title": "nothing"}


def kinds() -> Iterator[Kind]:
    words: dict[str, Any] = {
        "paging": {"style": "page", "size": "size", "first": 0, "all": -1, "max": 50, "over_max": "clamped"},
        "envelope": {"list": "content"},
        "query": {"direction": "dir", "between": ","},
        "sort": ["open", "size", "title"],
        "statuses": {"unknown_query": 400, "invalid": 400},
    }
    words["paging"]["total_field"] = "totalElements"
    named = item(**{**words, "query": {"sort": "order[{field}]"}})
    yield Kind("each field has a parameter to sort by", *named, ByName, OnlyUp, ("list.sort",))
    search = item(
        operations={
            "list": {"method": "POST", "path": "/items/search"},
            **{n: {} for n in ("create", "read", "update", "delete")},
        },
        envelope={"list": "results"},
        paging={
            "style": "token",
            "size": "limit",
            "default": 5,
            "max": 20,
            "token": "cursor",
            "next_field": "/paging/next",
        },
        query={"filter": "/where/{name}", "sort": "order"},
        sort=["title"],
        filters={"kind": "equals", "size": "equals"},
        statuses={"unknown_query": 400, "invalid": 400},
    )
    yield Kind("a list is searched by POST", *search, Searched, Unsearched, ("list",))
    careful = item(conditional={"etag": True, "required": True})
    kept_out = {o: {"auth": "optional"} if o in ("list", "update", "delete") else {} for o in DEFAULT_OPERATIONS}
    yield Kind("nobody is let in", *item(operations=kept_out), Guarded, Shut, ("read",))
    yield Kind("every write names a state", *careful, Careful, Careless, ("conditional",))
    revised = {**ITEM, "properties": {**ITEM["properties"], "revision": {"type": "integer", "readOnly": True}}}
    for what, said, honest, broken in (
        ("in its body", {"field": "revision", "delete": "rev"}, Revised, Unrevised),
        (
            "in a header",
            {"field": "revision", "in": "header", "name": "X-Revision"},
            RevisedByHeader,
            UnrevisedByHeader,
        ),
    ):
        contract = item(revised, conditional={"version": said})
        servers = (of(revised, honest), of(revised, broken))
        yield Kind(f"every write names a revision {what}", *contract, *servers, ("conditional",))
    contract = item(revised, conditional={"etag": True, "version": {"field": "revision", "delete": "rev"}})
    servers = (of(revised, Tagged), of(revised, Untagged))
    yield Kind("a write may name a tag beside the revision", *contract, *servers, ("conditional",))
    form = item(media={"request": "application/x-www-form-urlencoded"})
    yield Kind("requests are forms", *form, ByForm, ByHalf, ("create", "update", "robust"))
    filled = deepcopy(ITEM)
    filled["properties"]["note"]["minLength"] = 1
    form = item(filled, media={"request": "application/x-www-form-urlencoded"})
    clearing = (of(filled, Clearing), of(filled, Clinging))
    yield Kind("an empty text of a form is none", *form, *clearing, ("create", "update", "robust"))
    told = {"at": "ok", "success": True, "code": "/error/code", "statuses": {"NOT_FOUND": 404, "BAD_MEDIA": 415}}
    fine = item(
        contract={"body_status": told},
        envelope={"response": "data", "list": "data"},
        statuses={"created": 200, "deleted": 200, "unsupported": 405},
    )
    yield Kind("the body says whether it went well", *fine, AlwaysFine, AlwaysDone, ("read", "update", "delete"))
    yield Kind("pages are counted from 0", *item(**words), FromZero, FromOne, ("list",))

"""Lists that come in pages, in ways of their own."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlencode

from tests.miniatures.kinds import ITEM, Items, Kind, item, schema
from tests.miniatures.server import Answer, Refused, Row

from restproof.wire.message import Request


class Ending(Items):
    """Pages by number, of which the one after the last is 404; a size that is none is passed over."""

    def do_list(self, path: str, query: Mapping[str, str]) -> Answer:
        rows = [self.show(path, r) for r in self.listed(path, query)]
        number, size = self.number(query.get("page", "1")), self.size(query.get("page_size", "4"))
        return Answer(200, {"count": len(rows), "results": self.page(rows, number, size)})

    def page(self, rows: list[object], number: int, size: int) -> list[object]:
        if number > 1 and (number - 1) * size >= len(rows):
            raise Refused(404, "is no page", "page")
        return rows[(number - 1) * size : number * size]

    def number(self, text: str) -> int:
        if not re.fullmatch(r"[1-9]\d{0,8}", text):
            raise Refused(404, "is no page", "page")
        return int(text)

    def size(self, text: str) -> int:
        return min(int(text), 20) if re.fullmatch(r"[1-9]\d{0,8}", text) else 4


class Linking(Ending):
    """Names the other pages in ``Link``, and not the one that is shown."""

    def do_list(self, path: str, query: Mapping[str, str]) -> Answer:
        rows = [self.show(path, r) for r in self.listed(path, query)]
        number, size = self.number(query.get("page", "1")), self.size(query.get("page_size", "4"))
        last = max(1, -(-len(rows) // size))
        pages = {"first": 1, "prev": number - 1, "next": number + 1, "last": last}
        there = {name: page for name, page in pages.items() if 1 <= page <= self.most(last) and page != number}
        kept = {n: v for n, v in query.items() if n != "page"}
        links = [f'<{path}?{urlencode({**kept, "page": page})}>; rel="{name}"' for name, page in there.items()]
        headers = {"Link": ", ".join(links)} if links else {}
        return Answer(200, rows[(number - 1) * size : number * size], headers)

    def most(self, last: int) -> int:
        return last


class Edges(Ending):
    """Wraps each entry of a list, with what leads on from it."""

    def do_list(self, path: str, query: Mapping[str, str]) -> Answer:
        answer = super().do_list(path, query)
        rows = answer.body["results"]
        return Answer(
            200, {"count": answer.body["count"], "edges": [{"cursor": f"c{r['id']}", "node": r} for r in rows]}
        )


class Stale(Edges):
    """What is wrapped is not what a read shows."""

    def do_list(self, path: str, query: Mapping[str, str]) -> Answer:
        answer = super().do_list(path, query)
        edges = [{**e, "node": {**e["node"], "size": 7}} for e in answer.body["edges"]]
        return Answer(200, {**answer.body, "edges": edges})


class Overreaching(Linking):
    def most(self, last: int) -> int:
        return last + 1


class Ranging(Items):
    """Pages by the header field ``Range``. Of an empty list there is no range; one that is none is passed over."""

    asked: str | None = None

    def answer(self, request: Request, path: str, query: Mapping[str, str]) -> Answer:
        self.asked = request.header("Range")
        return super().answer(request, path, query)

    def do_list(self, path: str, query: Mapping[str, str]) -> Answer:
        rows = [self.show(path, r) for r in self.listed(path, query)]
        said = re.fullmatch(r"items=(\d{1,9})-(\d{1,9})", self.asked or "")
        first, last = map(int, said.groups()) if said else (0, len(rows))
        if said is None or first > last:
            return Answer(200, rows)
        if first >= len(rows):
            raise Refused(416, "is behind the last", "Range")
        part = rows[first : last + self.beyond]
        return Answer(206, part, {"Content-Range": f"items {first}-{first + len(part) - 1}/{len(rows)}"})

    def listed(self, path: str, query: Mapping[str, str]) -> list[Row]:
        return [r for r in super().listed(path, query) if query.get("title", r["title"]) == r["title"]]

    beyond = 1


class Cutting(Ranging):
    """Takes the last entry of a range for the one behind it."""

    beyond = 0


class Repeating(Ending):
    def page(self, rows: list[object], number: int, size: int) -> list[object]:
        last = max(1, -(-len(rows) // size))
        return super().page(rows, min(number, last), size)


def kinds() -> Iterator[Kind]:
    paging = {"style": "page", "size": "page_size", "default": 4, "max": 20, "over_max": "clamped"}
    words: dict[str, Any] = {
        "paging": {**paging, "total_field": "count"},
        "envelope": {"list": "results"},
        "statuses": {"bad_page": 404, "bad_size": 200, "past_the_end": 404},
    }
    yield from _browsers()
    yield from _maps()
    yield from _needy()
    yield from _orders()
    yield from _collations()
    ranged = {"paging": {"style": "offset", "range": "items={first}-{last}"}, "filters": {"title": "equals"}}
    yield Kind("pages are ranges, and an empty list has none", *item(**ranged), Ranging, Cutting, ("list",))
    linked: dict[str, Any] = {"paging": {**paging, "links": True}, "statuses": {"bad_page": 404, "bad_size": 200}}
    yield Kind("pages that do not link to themselves", *item(**linked), Linking, Overreaching, ("list.links",))
    yield Kind("the page after the last is 404", *item(**words), Ending, Repeating, ("list",))
    edges = {**words, "envelope": {"list": "edges", "entry": "node"}}
    yield Kind("the entries of a list wrap the item", *item(**edges), Edges, Stale, ("list.entry-agrees",))


class Browsable(Items):
    """Shows a browser a page, keeps titles without the blanks around them, and filters by them in that form."""

    def answer(self, request: Request, path: str, query: Mapping[str, str]) -> Answer:
        found = super().answer(request, path, query)
        if found.status == 200 and request.header("Accept") == self.ASKED:
            return Answer(200, b"<!DOCTYPE html><title>Items</title>", media="text/html; charset=utf-8")
        return found

    ASKED = "text/html"

    def valid(self, path: str, fields: Row, row: Row | None) -> Row:
        title = fields.get("title")
        return super().valid(path, {**fields, "title": title.strip()} if isinstance(title, str) else fields, row)

    def listed(self, path: str, query: Mapping[str, str]) -> list[Row]:
        rows = super().listed(path, query)
        return [r for r in rows if "title" not in query or r["title"] == query["title"].strip()]


class Repeatable(Items):
    """A second create of a title is answered as the first one was; an update to one that is taken is refused."""

    UNIQUE: tuple[str, ...] = ("title",)

    def do_create(self, path: str, fields: Row) -> Answer:
        there = (r for r in self.rows[path].values() if r["title"] == fields.get("title"))
        first = next(there, None)
        return Answer(201, self.show(path, first)) if first else super().do_create(path, fields)


class Doubling(Repeatable):
    UNIQUE = ()


def _browsers() -> Iterator[Kind]:
    words = {"filters": {"title": "equals"}, "normalized": {"title": "trim"}}
    pushy = type("Pushy", (Browsable,), {"ASKED": "application/xml"})
    words_of_create = {"list": {}, "read": {}, "update": {}, "delete": {}, "create": {"statuses": {"conflict": 201}}}
    get_or_create = item(operations=words_of_create, unique=["title"], statuses={"conflict": 409})
    yield Kind(
        "only a create may repeat what is unique", *get_or_create, Repeatable, Doubling, ("conflict", "lifecycle")
    )
    yield Kind("a browser gets a page, and titles are trimmed", *item(**words), Browsable, pushy, ("media",))


class Mapped(Items):
    """Lists its items under their ids, the latest first, and as PHP writes what is empty."""

    def do_list(self, path: str, query: Mapping[str, str]) -> Answer:
        rows = reversed(self.listed(path, query))
        found = {self.key(at, r): {n: v for n, v in r.items() if n != "id"} for at, r in enumerate(rows)}
        return Answer(200, {"items": found or []})

    def key(self, at: int, row: Row) -> str:
        return str(row["id"])


class Numbered(Mapped):
    """Shows each id beside a key that is the place."""

    def do_list(self, path: str, query: Mapping[str, str]) -> Answer:
        return Answer(200, {"items": {str(at): self.show(path, r) for at, r in enumerate(self.listed(path, query))}})


def _maps() -> Iterator[Kind]:
    words: dict[str, Any] = {"envelope": {"list": "items", "keyed": True}}
    places = type("Places", (Mapped,), {"key": lambda self, at, row: str(at)})
    yield Kind("a list is a map by id", *item(**words), Mapped, places, ("create", "list"))
    yield Kind("a map by place shows other ids", *item(**words), Mapped, Numbered, ("list", "shape"))


class Needy(Items):
    """Lists nothing to whom says neither of whom nor what about."""

    refusal_says = "either ownerId or topic must be given"

    def do_list(self, path: str, query: Mapping[str, str]) -> Answer:
        if not {"owner_id", "topic"} & query.keys():
            raise Refused(400, self.refusal_says)
        return super().do_list(path, query)


def _needy() -> Iterator[Kind]:
    words: dict[str, Any] = {"may_need": ["owner_id", "topic", "since"]}
    cross = type("Cross", (Needy,), {"refusal_says": "not today"})
    yield Kind("a list wants one of several parameters", *item(**words), Needy, cross, ("list.answers-ok",))


def _orders() -> Iterator[Kind]:
    moment = {"type": ["string", "null"], "format": "date-time"}
    amount = {"type": "string", "pattern": "^(0|[1-9][0-9]{0,4})(\\.[0-9]{1,2})?$"}
    bill = schema("title", "amount", title=ITEM["properties"]["title"], due=moment, amount=amount)

    class Billing(Items):
        """Keeps moments in the zone in which they come, and amounts as text; sorts both by what they mean."""

        SCHEMAS: Mapping[str, Any] = {"/items": bill}
        as_text: tuple[str, ...] = ()

        def valid(self, path: str, fields: Row, row: Row | None) -> Row:
            found = super().valid(path, fields, row)
            return {**found, "amount": f"{Decimal(found['amount']):.2f}"} if "amount" in found else found

        def listed(self, path: str, query: Mapping[str, str]) -> list[Row]:
            name = query.get("sort", "").removeprefix("-")
            rows = super().listed(path, query)
            if "from" in query:
                rows = [r for r in rows if r["amount"] is not None and self.is_from(query["from"], r["amount"])]
            if name not in ("due", "amount"):
                return rows
            return sorted(rows, key=lambda r: self.place(name, r[name]), reverse=query["sort"].startswith("-"))

        def is_from(self, text: str, amount: str) -> bool:
            try:
                return self.place("amount", amount) >= self.place("amount", f"{Decimal(text):.2f}")
            except InvalidOperation:
                raise Refused(400, "is no amount", "from") from None

        def place(self, name: str, value: Any) -> tuple[bool, Any]:
            if value is None or name in self.as_text:
                return value is not None, value or ""
            return True, Decimal(value) if name == "amount" else datetime.fromisoformat(value.upper())

    words = {"sort": ["due", "amount"], "normalized": {"amount": {"decimal": 2}}}
    texts = type("Texts", (Billing,), {"as_text": ("amount",)})
    yield Kind("decimals in texts have the order of numbers", *item(bill, **words), Billing, texts, ("list.sort",))
    asked = {**words, "filters": {"from": {"field": "amount", "by": "gte"}}}
    yield Kind(
        "decimals in texts are compared as numbers", *item(bill, **asked), Billing, texts, ("list.filter-complete",)
    )
    zones = type("Zones", (Billing,), {"as_text": ("due",)})
    yield Kind("moments have their order in all zones", *item(bill, **words), Billing, zones, ("list.sort",))


class Sorting(Items):
    """Sorts texts in an order of its own."""

    key: Callable[[str], Any] = staticmethod(str)

    def listed(self, path: str, query: Mapping[str, str]) -> list[Row]:
        rows, order = super().listed(path, query), query.get("sort", "")
        name = order.removeprefix("-")
        known = name in self.SCHEMAS[path]["properties"]
        return sorted(rows, key=lambda r: self.key(str(r[name])), reverse=order != name) if known else rows


def _of_a_language(text: str) -> tuple[str, str]:
    """Letters and digits first, without case and accents, as ICU and glibc compare."""
    plain = "".join(c for c in unicodedata.normalize("NFD", text).casefold() if c.isalnum())
    return plain, text.swapcase()


def _natural(text: str) -> list[tuple[bool, int, str]]:
    """Numbers by their value, as people sort files."""
    return [(not p.isdigit(), int(p) if p.isdigit() else 0, p.lower()) for p in re.findall(r"\d+|\D+", text)]


def _utf_16(text: str) -> bytes:
    return text.encode("utf-16-be")


def _place(text: str) -> tuple[int, str]:
    """What a database enumerates, as it was declared."""
    states = ("new", "doing", "done")
    return (states.index(text), "") if text in states else (len(states), text)


def _by(key: Callable[[str], Any], base: type[Sorting] = Sorting, **members: Any) -> type[Sorting]:
    return type("By", (base,), {"key": staticmethod(key), **members})


def _collations() -> Iterator[Kind]:
    unsorted = _by(lambda text: "")
    ways = {"a language": _of_a_language, "file managers": _natural, "small letters": str.lower}
    for name, way in ways.items():
        yield Kind(f"texts in the order of {name}", *item(sort=["title"]), _by(way), unsorted, ("list.sort",))
    state = {"enum": ["new", "doing", "done"], "default": "new"}
    states = schema("title", title=ITEM["properties"]["title"], state=state)
    placed, unplaced = (_by(way, SCHEMAS={"/items": states}) for way in (_place, lambda text: ""))
    words: dict[str, Any] = {"sort": ["state", "title"]}
    yield Kind("what is enumerated has its place", *item(states, **words), placed, unplaced, ("list.sort",))
    for word, key, others in (
        ("utf-16", _utf_16, (_of_a_language, str.lower, str)),
        ("no-case", str.lower, (_utf_16, str)),
        ("code-points", str, (_of_a_language, _utf_16, str.lower)),
    ):
        said = item(sort=["title"], query={"collation": word})
        for other in others:
            yield Kind(f"texts by {word}, not by {other.__name__}", *said, _by(key), _by(other), ("list.sort",))

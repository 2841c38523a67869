"""The steps of a list: filter, sort, cut into pages, and tell where the next one is."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote, urlencode

from restproof.contract.criteria import packed
from restproof.contract.envelope import pointer_of
from restproof.contract.locations import ENTRIES, steps_to
from restproof.contract.model import ANY, Comparison, Contract, Filter, Resource
from restproof.contract.shapes import is_nullable, types_of
from restproof.contract.syntax import SortKey
from restproof.frozen import frozen
from restproof.pointer import put
from restproof.sandbox.call import Answer, Call
from restproof.sandbox.entering import in_named_parents
from restproof.sandbox.store import Entry, Store
from restproof.semantics.collation import sort_text
from restproof.semantics.comparing import surely_matches
from restproof.semantics.ordering import sort_keys

DEFAULT_SIZE = 100
PARTIAL = 206
"""The status of a part (RFC 9110 §15.3.7)."""
_OWN_TOKEN = "page_token"
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)")
_BAD: Any = object()


@frozen
class Page:
    """What part of a list is asked for. ``size`` 0 means all; ``after`` the ``seq`` of the last entry already seen
    (token paging)."""

    offset: int = 0
    size: int = 0
    after: int | None = None


@frozen
class ListQuery:
    """A list's query, understood: (filter, wanted value) pairs, what the list is sorted by, the page, and what is asked
    for otherwise than by equality."""

    filters: tuple[tuple[Filter, Any], ...]
    order: tuple[SortKey, ...]
    page: Page
    comparisons: tuple[tuple[Comparison, Any], ...] = ()


class Listing:
    """Steps of a list. A request's query is first understood (``read_query``), then applied."""

    contract: Contract
    store: Store
    entry_value: Callable[..., Any]

    def read_query(self, call: Call) -> ListQuery:
        """Understand filters, sort and page; notes on the call what is wrong with them."""
        filters, comparisons = self.read_filters(call), self.read_comparisons(call)
        return ListQuery(filters, self.read_sort(call), self.read_page(call), comparisons)

    def read_comparisons(self, call: Call) -> tuple[tuple[Comparison, Any], ...]:
        """The filters that ask otherwise than for equality, and what each asks for."""
        found: list[tuple[Comparison, Any]] = []
        for wanted in call.resource.comparisons.values():
            text = call.parameter(call.resource.query.named(wanted.name))
            if text is None:
                continue
            parts = text.split(",") if wanted.by == "in" else [text]
            plain = wanted.by in ("contains", "starts", "ends")
            equals = Filter(wanted.name, wanted.field)
            values = [part if plain else _filter_value(call.resource, equals, part) for part in parts]
            if any(value is _BAD for value in values):
                call.refuse("bad_filter", wanted.name, "is no value to filter by")
            else:
                found.append((wanted, values if wanted.by == "in" else values[0]))
        return tuple(found)

    def read_sort(self, call: Call) -> tuple[SortKey, ...]:
        """What to sort by, the first key first."""
        syntax = call.resource.query
        keys = syntax.keys(dict(call.query), call.resource.sort)
        if keys is None:
            call.refuse("unknown_query", syntax.sort, "names no field to sort by")
        return keys or ()

    def read_filters(self, call: Call) -> tuple[tuple[Filter, Any], ...]:
        """The filters and what each asks for."""
        before, _, after = call.resource.query.filter.partition("{name}")
        taken = _own_parameters(call.resource)
        if self.contract.auth.place == "query":
            taken.add(self.contract.auth.name)
        found: list[tuple[Filter, Any]] = []
        for parameter, text in call.query:
            fits = (
                parameter.startswith(before) and parameter.endswith(after) and len(parameter) > len(before) + len(after)
            )
            if not fits or parameter in taken:
                continue
            name = parameter[len(before) : len(parameter) - len(after)]
            if name in call.resource.comparisons:
                continue
            wanted = call.resource.filters.get(name)
            if wanted is None:
                call.refuse("unknown_query", parameter, "names no field to filter by")
                continue
            value = _filter_value(call.resource, wanted, text)
            if value is _BAD:
                call.refuse("bad_filter", parameter, "is no value to filter by")
            else:
                found.append((wanted, value))
        return tuple(found)

    def read_page(self, call: Call) -> Page:
        """Offset and size."""
        paging = call.resource.paging
        if paging.style == "none":
            return Page()
        size = self.read_size(call)
        if paging.style == "token":
            text = call.parameter(paging.token or _OWN_TOKEN)
            if text is None:
                return Page(0, size)
            after = self.after_entry(call, text) if paging.next_entry else _read_token(text)
            if after is None:
                call.refuse("bad_page", paging.token or _OWN_TOKEN, "is no page")
                return Page(0, size)
            return Page(after[1], size, after[0])
        name = paging.page if paging.style == "page" else paging.offset
        least = paging.least
        text = call.parameter(name)
        number = least if text is None else _whole(text)
        if number is None or number < least:
            call.refuse("bad_page", name, f"must be a whole number from {least} up")
            return Page(0, size)
        return Page((number - least) * (size if paging.style == "page" else 1), size)

    def after_entry(self, call: Call, text: str) -> tuple[int, int] | None:
        """The place of the entry that a page follows, by the field that names it; ``None`` where there is none."""
        field = call.resource.paging.next_entry
        found = (e.seq for e in self.scope_entries(call) if field and str(self.entry_value(e, field)) == text)
        seq = next(found, None)
        return None if seq is None else (seq, 0)

    def read_size(self, call: Call) -> int:
        """How many entries the page holds."""
        paging = call.resource.paging
        default = paging.default or min(DEFAULT_SIZE, paging.max or DEFAULT_SIZE)
        text = call.parameter(paging.size)
        if text is None:
            return default
        if text == paging.all:
            return 0
        size = _whole(text)
        if size is None or size < paging.min:
            call.refuse("bad_size", paging.size, f"must be a whole number from {paging.min} up")
            return default
        if paging.max is not None and size > paging.max:
            if paging.over_max == "refused":
                call.refuse("bad_size", paging.size, f"must be at most {paging.max}")
            return paging.max
        return size

    def scope_entries(self, call: Call) -> list[Entry]:
        """All entries that the list is about: those under the request's parents that the credential sees."""
        if call.unnamed:
            entries = [e for e in self.store.all(call.resource.name) if in_named_parents(call, e.scope)]
        else:
            entries = self.store.under(call.resource.name, call.scope or ())
        return [e for e in entries if call.credential is None or call.credential.sees(e.tenant)]

    def filtered(self, call: Call, query: ListQuery, entries: list[Entry]) -> list[Entry]:
        """The entries that match every filter."""
        for wanted, value in query.filters:
            if value is not ANY:
                entries = [e for e in entries if _equal(self.entry_value(e, wanted.field), value)]
        return self.compared(call, query, entries)

    def compared(self, call: Call, query: ListQuery, entries: list[Entry]) -> list[Entry]:
        """The entries that match every filter that asks otherwise than for equality."""
        for wanted, value in query.comparisons:
            entries = [e for e in entries if surely_matches(wanted, self.entry_value(e, wanted.field), value)]
        return entries

    def sorted(self, call: Call, query: ListQuery, entries: list[Entry]) -> list[Entry]:
        """The entries in order: texts by the collation, else by code point, null first, ties by age."""
        for key in reversed(query.order):
            schema = call.resource.properties.get(key.field, {})
            keys = sort_keys(schema, (self.entry_value(e, key.field) for e in entries))
            values = {e.seq: _sort_key(k, call.resource.query.collation) for e, k in zip(entries, keys, strict=True)}
            entries = sorted(entries, key=lambda e: values[e.seq], reverse=key.descending)
        return entries

    def paged(self, call: Call, query: ListQuery, entries: list[Entry]) -> list[Entry]:
        """The entries of the page."""
        start = self.page_start(query, entries)
        return entries[start : start + query.page.size] if query.page.size else entries

    def page_start(self, query: ListQuery, entries: list[Entry]) -> int:
        """Where the page begins: after the last entry seen where that is still there, so that a delete meanwhile
        skips nothing."""
        if query.page.after is not None:
            at = next((n for n, e in enumerate(entries) if e.seq == query.page.after), None)
            if at is not None:
                return at + 1
        return query.page.offset

    def check_past_the_end(self, call: Call, query: ListQuery) -> None:
        """Refuses a numbered page beyond the last entry, where the contract has it refused."""
        status = call.status("past_the_end")
        succeeds = 2 in status.classes or any(code < 400 for code in status.codes)
        if query.page.offset and call.resource.paging.style != "token" and not succeeds:
            call.refuse("past_the_end", None, "the list ends before this page")

    def describe_list(
        self, call: Call, query: ListQuery, answer: Answer, total: int, page: list[Entry], start: int
    ) -> None:
        """The list's headers and the members beside it: total, size, links, next page."""
        paging = call.resource.paging
        if paging.range and PARTIAL in call.status("listed"):
            self.describe_part(call, answer, total, page, start)
        if paging.total:
            answer.headers[paging.total] = self.total_header(call, total, page, start)
        if paging.size_header:
            answer.headers[paging.size_header] = str(query.page.size or total)
        has_next = bool(page) and start + len(page) < total
        if paging.links and paging.style != "none":
            answer.headers.update(self.link_header(call, query, total, page, start))
        following: str | None = None
        if has_next and (paging.next_header or paging.next_field):
            following = self.next_page(call, query, page, start)
        if paging.next_header and following is not None:
            answer.headers[paging.next_header] = following
        if isinstance(answer.payload, dict):
            beside = {
                paging.total_field: self.total(call, total),
                paging.next_field: following,
                paging.more: self.has_more(call, has_next),
            }
            for place, said in beside.items():
                if place and not (said is None and "/[" in place):  # an array of links names the next one, or does not
                    answer.payload = put(answer.payload, pointer_of(place), said)

    def has_more(self, call: Call, has_next: bool) -> bool:
        """Whether there is another page, as the answer says."""
        return has_next

    def total_header(self, call: Call, total: int, page: list[Entry], start: int) -> str:
        """The number of all entries as its header tells it."""
        name, count = call.resource.paging.total or "", self.total(call, total)
        return self.content_range(call, count, page, start) if name.lower() == "content-range" else str(count)

    def content_range(self, call: Call, count: int | str, page: list[Entry], start: int) -> str:
        """Which entries an answer holds, of how many (RFC 9110 §14.4)."""
        least = call.resource.paging.least
        unit = (call.resource.paging.range or "items={first}").partition("{first}")[0].rstrip("=")
        part = f"{least + start}-{least + start + len(page) - 1}" if page else "*"
        return f"{unit} {part}/{count}".strip()

    def describe_part(self, call: Call, answer: Answer, total: int, page: list[Entry], start: int) -> None:
        """A part of a list is told as one (RFC 9110 §15.3.7), and which it is."""
        if page and len(page) < total:
            answer.status = PARTIAL
            answer.headers["Content-Range"] = self.content_range(call, "*", page, start)

    def total(self, call: Call, total: int) -> int:
        """The number of all entries of the list."""
        return total

    def next_page(self, call: Call, query: ListQuery, page: list[Entry], start: int) -> str:
        """The token of the next page where the contract has a parameter for it, else the page's URL."""
        paging = call.resource.paging
        if paging.style == "token":
            token = _token(page[-1].seq, start + len(page))
            return token if paging.token else self.url(call, {_OWN_TOKEN: token})
        return self.url(call, _page_parameters(call.resource, query, start + len(page)))

    def link_header(self, call: Call, query: ListQuery, total: int, page: list[Entry], start: int) -> dict[str, str]:
        """RFC 8288 links: first and last always, next and prev where there is such a page."""
        size = query.page.size or max(total, 1)
        if call.resource.paging.style == "token":
            if not page or start + len(page) >= total:
                return {}
            token = {call.resource.paging.token or _OWN_TOKEN: _token(page[-1].seq, start + len(page))}
            return {"Link": f'<{self.url(call, token)}>; rel="next"'}
        last = max(total - 1, 0) // size * size
        offsets = {"first": 0, "prev": min(start - size, last), "next": start + size, "last": last}
        if start <= 0:
            del offsets["prev"]
        if start + size >= total:
            del offsets["next"]
        links = {
            rel: self.url(call, _page_parameters(call.resource, query, max(offset, 0)))
            for rel, offset in offsets.items()
        }
        return {"Link": ", ".join(f'<{url}>; rel="{rel}"' for rel, url in links.items())}

    def url(self, call: Call, changed: Mapping[str, str]) -> str:
        """The request's own URL with some query parameters changed."""
        kept = [(n, v) for n, v in call.query if n not in changed]
        query = urlencode(packed(call.resource, (*kept, *changed.items()))[0], quote_via=quote)
        return f"{call.base_url}{call.path}?{query}"


def _own_parameters(resource: Resource) -> set[str]:
    """Query parameters that are no filter."""
    paging = resource.paging
    paged = {paging.page, paging.size, paging.offset, paging.token or _OWN_TOKEN} if paging.style != "none" else set()
    own = resource.operation("list")
    ordered = resource.query.order_parameters(resource.sort)
    return {*ordered, *own.query, *paged, *(p.name for p in own.parents_in("query"))}


def _page_parameters(resource: Resource, query: ListQuery, offset: int) -> dict[str, str]:
    paging, size = resource.paging, query.page.size
    sized = {paging.size: str(size or paging.all)}
    if paging.style == "page":
        return {paging.page: str(paging.least + (offset // size if size else 0)), **sized}
    return {paging.offset: str(paging.least + offset), **sized}


def _whole(text: str) -> int | None:
    return int(text) if _NUMBER.fullmatch(text) and len(text) < 19 else None


def _filter_value(resource: Resource, wanted: Filter, text: str) -> Any:
    """What an entry's field must equal for a filter's text; ``_BAD`` where no value reads like that."""
    if wanted.values is not None:
        return wanted.values.get(text, _BAD)
    head, *rest = steps_to(resource.properties, wanted.field)
    schema: Mapping[str, Any] = resource.properties.get(head.removesuffix(ENTRIES), {})
    for member in rest:
        schema = schema.get("properties", schema.get("items", {}).get("properties", {})).get(member, {})
    kinds = types_of(schema)
    if "string" in kinds:
        known = "enum" not in schema or text in schema["enum"]
        return text if known else _BAD
    if "integer" in kinds and _NUMBER.fullmatch(text):
        return int(text) if len(text) < 4000 else _BAD
    if "number" in kinds:
        try:
            return float(text)
        except ValueError:
            return _BAD
    if "boolean" in kinds and text in ("true", "false"):
        return text == "true"
    return None if text in ("", "null") and is_nullable(schema) else _BAD


def _equal(value: Any, wanted: Any) -> bool:
    if isinstance(value, list) and not isinstance(wanted, list):
        return any(_equal(v, wanted) for v in value)
    return isinstance(value, bool) == isinstance(wanted, bool) and bool(value == wanted)


def _sort_key(value: Any, collation: str | None) -> tuple[int, Any]:
    if value is None:
        return 0, 0
    if isinstance(value, bool | int | float):
        return 1, value
    if isinstance(value, str):
        return 2, sort_text(value, collation)
    return (3, json.dumps(value, sort_keys=True)) if isinstance(value, list | dict) else (2, value)


def _token(seq: int, offset: int) -> str:
    return base64.urlsafe_b64encode(f"{seq}.{offset}".encode()).decode().rstrip("=")


def _read_token(text: str) -> tuple[int, int] | None:
    try:
        plain = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode("ascii")
    except (binascii.Error, ValueError):
        return None
    seq, _, offset = plain.partition(".")
    return (int(seq), int(offset)) if seq.isdecimal() and offset.isdecimal() and len(plain) < 40 else None

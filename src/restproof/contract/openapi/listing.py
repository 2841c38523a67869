"""Pages, order and filters of the lists, from the parameters that an OpenAPI document names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from restproof.contract.openapi.paths import Call, Found
from restproof.contract.openapi.source import Source
from restproof.contract.shapes import types_of

_PAGES = ("page", "page_number", "pageNumber", "pageNo")
_SIZES = ("per_page", "page_size", "pageSize", "perPage", "size", "limit", "count")
_OFFSETS = ("offset", "skip", "start")
_TOKENS = ("cursor", "page_token", "pageToken", "after", "starting_after", "continuation", "next")
_SORTS = ("sort", "sort_by", "sortBy", "order_by", "orderBy", "order", "ordering", "_sort")
_SCALAR = {"string", "integer", "number", "boolean", "null"}


class Listing:
    """What the lists of a document have in common (``words`` of the contract), and what each has of its own."""

    def __init__(self, source: Source, found: Mapping[str, Found]) -> None:
        self.source = source
        self.left_out: list[str] = []
        self.lists = {f.name: f.calls["list"] for f in found.values() if "list" in f.calls}
        self.pages = {name: self.paging(name, call) for name, call in self.lists.items()}
        styles = [p for p in self.pages.values() if p]
        self.words: dict[str, Any] = {}
        if styles and all(p == styles[0] for p in self.pages.values()):
            self.words["paging"] = styles[0]
        self.sort, self.filter = self._sort(), self._filter()
        query = {}
        if self.sort not in (None, "sort"):
            query["sort"] = self.sort
        if self.filter not in (None, "{name}"):
            query["filter"] = self.filter
        if query:
            self.words["query"] = query

    def queries(self, call: Call) -> dict[str, Mapping[str, Any]]:
        """Optional query parameters with their schemas."""
        return {
            str(p.get("name")): self.source.schema(p.get("schema"), (*call.route, "parameters"))
            for p in call.parameters
            if p.get("in") == "query" and not p.get("required")
        }

    def paging(self, name: str, call: Call) -> dict[str, Any]:
        queries = self.queries(call)
        size = next((n for n in _SIZES if n in queries), None)
        page = next((n for n in _PAGES if n in queries), None)
        offset = next((n for n in _OFFSETS if n in queries), None)
        token = next((n for n in _TOKENS if n in queries), None)
        if token and not (page or offset):
            self.left_out.append(f"{name}: its pages by {token}; say in 'paging' where the next one is named")
            return {}
        if not size or not (page or offset):
            return {}
        found: dict[str, Any] = {"style": "page", "page": page} if page else {"style": "offset", "offset": offset}
        found["size"] = size
        bounds = {"default": "default", "minimum": "min", "maximum": "max"}
        for word, ours in bounds.items():
            value = queries[size].get(word)
            if isinstance(value, int) and not isinstance(value, bool) and not (ours == "min" and value == 1):
                found[ours] = value
        return found

    def of(self, found: Found, schema: Mapping[str, Any], parents: set[str]) -> dict[str, Any]:
        """The words of one resource."""
        if found.name not in self.lists:
            return {}
        told: dict[str, Any] = {}
        pages = self.pages[found.name]
        if pages and "paging" not in self.words:
            told["paging"] = pages
        queries = self.queries(self.lists[found.name])
        shown = {n: s for n, s in schema["properties"].items() if not s.get("writeOnly")}
        if self.sort in queries:
            values = [str(v) for v in _choices(queries[self.sort])]
            fields = [n for n in dict.fromkeys(v.removeprefix("-") for v in values) if n in shown]
            if fields and any(v.startswith("-") for v in values):
                told["sort"] = fields
            else:
                self.left_out.append(f"{found.name}: the order of its list by {self.sort}, whose values are no fields")
        filters = {}
        for name in queries:
            inner = _inner(name, self.filter)
            usual = {*(pages.get(w) for w in ("page", "size", "offset")), self.sort, *parents}
            if name in usual or name in (*_TOKENS, *_SIZES):
                continue
            if inner in shown and types_of(shown[inner]) <= _SCALAR:
                filters[inner] = "equals"
            else:
                self.left_out.append(f"{found.name}: the query parameter {name} of its list")
        if filters:
            told["filters"] = filters
        return told

    def _sort(self) -> str | None:
        names = [n for call in self.lists.values() for n in self.queries(call) if n in _SORTS]
        return names[0] if names else None

    def _filter(self) -> str | None:
        """How filters are spelled: ``filters[{name}]`` where most of them have such a form."""
        forms = [re.sub(r"\[\w+\]$", "[{name}]", n) for call in self.lists.values() for n in self.queries(call)]
        wrapped = [f for f in forms if f.endswith("[{name}]")]
        return wrapped[0] if wrapped else None


def _choices(schema: Mapping[str, Any]) -> list[Any]:
    return list(schema.get("enum", schema.get("items", {}).get("enum", ())))


def _inner(name: str, form: str | None) -> str:
    """The field that a filter's parameter is named after."""
    head, _, tail = (form or "{name}").partition("{name}")
    return name[len(head) : len(name) - len(tail)] if name.startswith(head) and name.endswith(tail) else name

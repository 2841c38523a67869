"""Pages, order and filters of the lists, where the parameters and answers of an OpenAPI document make them plain."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from restproof.contract.openapi.answers import Reader, is_object
from restproof.contract.openapi.paths import Call, Found
from restproof.contract.openapi.schemas import Schema
from restproof.contract.shapes import types_of

_PAGES = ("page", "page_number", "pageNumber", "pageNo")
_SIZES = (
    "per_page",
    "page_size",
    "pageSize",
    "perPage",
    "size",
    "limit",
    "count",
    "first",
)
_OFFSETS = ("offset", "skip", "start")
_TOKENS = (
    *("cursor", "page_token", "pageToken", "after", "starting_after", "continuation", "next", "iterator", "before"),
    *("next_token", "nextToken", "ending_before", "PageToken", "Page", "PageSize", "since"),
)
_SORTS = ("sort", "sort_by", "sortBy", "order_by", "orderBy", "order", "ordering", "_sort")
_SCALAR = {"string", "integer", "number", "boolean", "null"}
_TOTALS = ("total", "total_count", "totalCount", "count", "totalItems", "total_items")
_EQUALS = re.compile(r"(?i)\b(exact(ly)?|equals?|equal to|matching exactly)\b")
_BY = re.compile(r"(?i)\b(filter(s|ed)?|only|with|by|whose|having|of)\b")
_NOT_EQUALS = re.compile(
    r"(?i)\b(starts?|begins?|contains?|includ\w+|prefix\w*|partial\w*|like|search\w*|fuzzy|before|after|least|most|"
    r"min\w*|max\w*|since|until|any|comma|separated|multiple|list of|expression|range|greater|less|ignor\w+|"
    r"case.insensitiv\w*|case-?insensitiv\w*|wildcards?|default\w*)\b"
)


class Listing:
    """What the lists of a document have in common (``words`` of the contract), and what each has of its own."""

    def __init__(self, reader: Reader, found: Mapping[str, Found]) -> None:
        self.reader = reader
        self.left_out: list[tuple[str, str]] = []
        self.lists = {f.name: f.calls["list"] for f in found.values() if "list" in f.calls}
        self.words: dict[str, Any] = {}
        self.sort, self.filter = self._sort(), self._filter()
        query = {}
        if self.sort not in (None, "sort"):
            query["sort"] = self.sort
        if self.filter not in (None, "{name}"):
            query["filter"] = self.filter
        if query:
            self.words["query"] = query

    def queries(self, call: Call) -> dict[str, Schema]:
        """Optional query parameters with their schemas."""
        return {n: self.schema(p, call) for n, p in call.named("query", required=False).items()}

    def schema(self, parameter: Mapping[str, Any], call: Call) -> Schema:
        """The schema of a parameter, also where it stands under a media type."""
        content = parameter.get("content")
        if isinstance(content, dict) and content:
            return {}
        return self.reader.schemas.of(parameter.get("schema"), (*call.route, "parameters"))

    def paging(self, call: Call) -> tuple[dict[str, Any], str | None]:
        """The words of a list's pages; and the parameter that may cut the list where it is not plain how it goes on."""
        queries = self.queries(call)
        size = next((n for n in _SIZES if n in queries), None)
        page = next((n for n in _PAGES if n in queries), None)
        offset = next((n for n in _OFFSETS if n in queries), None)
        token = next((n for n in _TOKENS if n in queries and n not in (page, size, offset)), None)
        answer = self.reader.success(call)
        members = answer.get("properties", {}) if is_object(answer) else {}
        if (page and self._starts_at_one(queries[page])) or offset:
            found: dict[str, Any] = {"style": "page", "page": page} if page else {"style": "offset", "offset": offset}
            if size is None:
                return {}, page or offset
        elif token:
            form = rf"(?i)next(_?({re.escape(token)}|page|token|cursor))*"
            following = next((n for n in members if re.fullmatch(form, n)), None)
            if following is None or not types_of(members[following]) & {"string"}:
                return {}, token
            found = {"style": "token", "token": token, "next_field": following}
        else:
            return {}, page or size
        if size:
            found["size"] = size
            found |= dict(self._bounds(queries[size]))
        found["over_max"] = "unspecified"
        total = next((n for n in _TOTALS if n in members and types_of(members[n]) <= {"integer", "number"}), None)
        if total and found["style"] != "token":
            found["total_field"] = total
        if self.reader.headers(call, "2") & {"x-total-count"}:
            found["total"] = "X-Total-Count"
        if found["style"] != "token" and "link" in self.reader.headers(call, "2"):
            found["links"] = True
        return found, None

    @staticmethod
    def _starts_at_one(schema: Schema) -> bool:
        return schema.get("default", schema.get("minimum", 1)) == 1 and schema.get("minimum", 1) >= 1

    @staticmethod
    def _bounds(schema: Schema) -> Iterator[tuple[str, int]]:
        words = {"default": "default", "min": "minimum", "max": "maximum"}
        values = {ours: schema.get(word) for ours, word in words.items()}
        whole = {w: v for w, v in values.items() if isinstance(v, int) and not isinstance(v, bool) and v >= 1}
        most = whole.get("max")
        if most is not None and (whole.get("default", 1) > most or whole.get("min", 1) > most):
            return
        yield from ((w, v) for w, v in whole.items() if not (w == "min" and v == 1) and v < 2**31 - 1)

    def of(self, found: Found, shown: Mapping[str, Schema], known: set[str]) -> dict[str, Any]:
        """The order and the filters of one resource. ``shown``: members of its entries; ``known``: parameters that are
        spoken for."""
        told: dict[str, Any] = {}
        call = self.lists[found.name]
        queries = self.queries(call)
        if self.sort in queries:
            values = [str(v) for v in _choices(queries[self.sort])]
            fields = [n for n in dict.fromkeys(v.removeprefix("-") for v in values) if n in shown]
            plain = [n for n in fields if _has_order(shown[n])]
            if plain and any(v.startswith("-") for v in values):
                told["sort"] = plain
            elif fields or values:
                self.left_out.append((found.name, f"the order of its list by {self.sort}"))
        filters = {}
        for name, schema in queries.items():
            inner = _inner(name, self.filter)
            if name == self.sort or name in known or name in (*_TOKENS, *_SIZES, *_PAGES, *_OFFSETS):
                continue
            if inner in shown and self.filters_by_equality(call, name, schema, shown[inner]):
                filters[inner] = "equals"
            else:
                self.left_out.append((found.name, f"the query parameter {name} of its list"))
        if filters:
            told["filters"] = filters
        return told

    def filters_by_equality(self, call: Call, name: str, schema: Schema, field: Schema) -> bool:
        """Whether a parameter plainly selects the entries whose field equals its value: by its words, and as it takes
        what the field holds."""
        parameter = call.named("query")[name]
        described = f"{parameter.get('description', '')} "
        kinds = types_of(schema) - {"null"}
        if not kinds <= _SCALAR or not kinds <= types_of(field) | {"integer"} or not kinds:
            return False
        if _NOT_EQUALS.search(described):
            return False
        if _EQUALS.search(described):
            return True
        chosen = ("enum" in schema and schema.get("enum") == field.get("enum")) or kinds == {"boolean"}
        return bool(_BY.search(described)) and (chosen or schema.get("format") == "uuid")

    def _sort(self) -> str | None:
        names = [n for call in self.lists.values() for n in self.queries(call) if n in _SORTS]
        return names[0] if names else None

    def _filter(self) -> str | None:
        """How filters are spelled: ``filters[{name}]`` where most of them have such a form."""
        forms = [re.sub(r"\[\w+\]$", "[{name}]", n) for call in self.lists.values() for n in self.queries(call)]
        wrapped = [f for f in forms if f.endswith("[{name}]")]
        return wrapped[0] if wrapped else None


def _has_order(schema: Schema) -> bool:
    """Whether all agree on the order of a field's values: text is sorted in many ways."""
    kinds = types_of(schema) - {"null"}
    return kinds <= {"integer", "number"} or (kinds == {"string"} and schema.get("format") in ("date", "date-time"))


def _choices(schema: Mapping[str, Any]) -> list[Any]:
    return list(schema.get("enum", schema.get("items", {}).get("enum", ())))


def _inner(name: str, form: str | None) -> str:
    """The field that a filter's parameter is named after."""
    head, _, tail = (form or "{name}").partition("{name}")
    return name[len(head) : len(name) - len(tail)] if name.startswith(head) and name.endswith(tail) else name

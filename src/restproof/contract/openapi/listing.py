"""Order and filters of the lists, where the parameters of an OpenAPI document make them plain."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from restproof.contract.envelope import pointer_of
from restproof.contract.openapi.answers import Reader
from restproof.contract.openapi.entries import is_needed
from restproof.contract.openapi.pages import PAGING, Pages
from restproof.contract.openapi.paths import Call, Found
from restproof.contract.openapi.schemas import Schema, alternatives
from restproof.contract.openapi.ways import query_parents
from restproof.contract.shapes import types_of
from restproof.contract.words import snake
from restproof.pointer import steps

_SORTS = ("sort", "sort_by", "sortBy", "order_by", "orderBy", "order", "ordering", "_sort")
_SORTS_BY_NAME = re.compile(rf"(?P<stem>{'|'.join(_SORTS)})\[[\w.]+\]")
_DIRECTIONS = re.compile(
    r"(sort|order)(ing)?_?(by)?_?(dir|direction|order|way|type)|order|dir|direction|sort_?dir|asc_desc|desc_asc"
)
"""Names, in snake case, of the parameter that says the way of an order."""
_USUAL_WAYS = {"ascending": "asc", "descending": "desc"}
_SCALAR = {"string", "integer", "number", "boolean", "null"}
_EQUALS = re.compile(r"(?i)\b(exact(ly)?|equals?|equal to|matching exactly)\b")
_BY = re.compile(r"(?i)\b(filter(s|ed)?|only|with|by|whose|having|of)\b")
_NOT_EQUALS = re.compile(
    r"(?i)\b(starts?|begins?|contains?|includ\w+|prefix\w*|partial\w*|like|search\w*|fuzzy|before|after|least|most|"
    r"min\w*|max\w*|since|until|any|comma|separated|multiple|list of|expression|range|greater|less|ignor\w+|"
    r"case.insensitiv\w*|case-?insensitiv\w*|wildcards?|default\w*)\b"
)
_AND_BELOW = re.compile(
    r"(?i)\b(and|or|with|plus|all|any|its|their|also|everything)\b[^.\n]{0,40}"
    r"\b(below|beneath|under|underneath|child(ren)?|nested|sub-?(?!jects?\b|scri|mi[ts])\w+)\b"
    r"|\b(descend[ae]nts?|recursive(ly)?|sub-?trees?|transitive(ly)?|at any (depth|level))\b"
)
"""Words of a parameter that selects what stands below its value in a tree as well."""
_COMPARES = r"(?i:eq|ne|neq|not|gte?|lte?|ge|le|min|max|from|to|since|until|before|after|start|end|in|nin|like|exists)"
"""What stands behind the name of a field in brackets, for how it is compared (``created[gte]``): it is no field."""

_BY_ITSELF = re.compile(r"(?i)\b(defaults?|also|too|as well|unless|omitted|otherwise|hidden)\b")
"""Words of a parameter that speak of what the list is without it."""


class Listing:
    """What the lists of a document have in common (``words`` of the contract), and what each has of its own."""

    def __init__(self, reader: Reader, found: Mapping[str, Found]) -> None:
        self.pages, self.found = Pages(reader), found
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

    def of(
        self, found: Found, shown: Mapping[str, Schema], known: set[str], references: Mapping[str, Any]
    ) -> dict[str, Any]:
        """The order and the filters of one resource. ``shown``: members of its entries; ``known``: parameters that are
        spoken for; ``references``: members that name another resource, with their words."""
        told: dict[str, Any] = {}
        call = self.lists[found.name]
        queries = self.pages.queries(call)
        by_name = self._by_name(queries)
        if by_name:
            ways = [_ways(schema) for schema in by_name.values()]
            plain = [n for n in by_name if n in shown and _has_order(shown[n])]
            if plain and ways[0] and all(way == ways[0] for way in ways):
                told["sort"] = plain
                own = {word: way for word, way in ways[0].items() if way != _USUAL_WAYS[word]}
                told |= {"query": {"sort": self.sort, **own}} if own else {}
            else:
                self.left_out.append((found.name, self._unsaid_order()))
        elif self.sort in queries:
            values = [str(v) for v in _choices(queries[self.sort])]
            fields = [n for n in dict.fromkeys(v.removeprefix("-") for v in values) if n in shown]
            plain = [n for n in fields if _has_order(shown[n])]
            if plain and any(v.startswith("-") for v in values):
                told["sort"] = plain
            elif plain and (way := self._direction(queries)):
                told |= {"sort": plain, "query": way}
            elif fields or values:
                self.left_out.append((found.name, self._unsaid_order()))
        filters: dict[str, dict[str, str]] = {}
        may_need = []
        for name, schema in queries.items():
            inner = _inner(name, self.filter)
            spoken_for = {self.sort, told.get("query", {}).get("direction"), *map(self._sorted_by, by_name)}
            if name in spoken_for or name in known or name in PAGING:
                continue
            if may_be_needed(schema):
                may_need.append(name)
            names_one = inner in references and not {"url", "place"} & references[inner].keys()
            if inner in shown and self.filters_by_equality(call, name, schema, shown[inner], names_one=names_one):
                filters.setdefault("{name}" if inner == name else str(self.filter), {})[name] = inner
            else:
                what = f"the query parameter {name} of its list, not plainly equality: say what it is in 'filters'"
                self.left_out.append((found.name, what))
        if filters:
            form = max(filters, key=lambda form: len(filters[form]))  # a list has one for all of them
            told["filters"] = dict.fromkeys(filters.pop(form).values(), "equals")
            if form != (self.filter or "{name}"):
                told["query"] = {**told.get("query", {}), "filter": form}
            for name in (name for others in filters.values() for name in others):
                self.left_out.append((found.name, f"the filter {name} of its list, which others are not spelled like"))
        if may_need:
            told["may_need"] = may_need
        return told

    def in_member(self, found: Found) -> bool:
        """Whether the entries of the list stand in a member, so that others can stand beside it."""
        return bool(self.pages.reader.success(found.calls["list"]).get("properties"))

    def tells_total(self, found: Found, place: str | None) -> bool:
        """Whether the total at ``place`` is a member that each answer to the list has, where there is one."""
        answer = self.pages.reader.success(found.calls["list"])
        return place is None or is_needed(answer, steps(pointer_of(place)))

    def leaves_out(self, found: Found, known: set[str]) -> bool:
        """Whether the list may leave out by itself what a read shows: it requires a parameter that is no parent's, or
        has one with a default that is no page's and no order's, or one that switches something on."""
        call = self.lists[found.name]
        spoken_for = {*known, *PAGING, *_SORTS, *query_parents(found, self.found, self.pages.reader)}
        own = {n: p for n, p in call.named("query").items() if n not in spoken_for}
        schemas = {n: self.pages.schema(p, call) for n, p in own.items()}
        return any(
            p.get("required") is True
            or "default" in schemas[n]
            or types_of(schemas[n]) - {"null"} == {"boolean"}
            or {"all", "any", "*"} & {str(v).lower() for v in _choices(schemas[n])}
            or _BY_ITSELF.search(self.pages.words_of(p, call))
            for n, p in own.items()
        )

    def filters_by_equality(
        self, call: Call, name: str, schema: Schema, field: Schema, *, names_one: bool = False
    ) -> bool:
        """Whether a parameter plainly selects the entries whose field equals its value: by its words, and as it takes
        what the field holds. ``names_one``: whether the field is called as the parameter is, and holds the id of
        another resource: there is nothing else to ask of one."""
        parameter = call.named("query")[name]
        described = self.pages.words_of(parameter, call)
        kinds = types_of(schema) - {"null"}
        if not kinds <= _SCALAR or not kinds <= types_of(field) | {"integer"} or not kinds:
            return False
        if _NOT_EQUALS.search(described) or _AND_BELOW.search(described):
            return False
        # What takes just the values that the field can hold has nothing else to choose.
        if names_one or _EQUALS.search(described) or (_values(schema) and _values(schema) == _values(field)):
            return True
        return bool(_BY.search(described)) and (kinds == {"boolean"} or schema.get("format") == "uuid")

    def _sort(self) -> str | None:
        queries = [(n, s) for call in self.lists.values() for n, s in self.pages.queries(call).items() if n in _SORTS]
        names = [n for n, schema in queries if not _ways(schema)] or [n for n, _ in queries]
        return names[0] if names else self._form_by_name()

    def _form_by_name(self) -> str | None:
        """The form of the parameters that sort by the field in their names: ``order[{field}]``."""
        queries = (n for call in self.lists.values() for n in self.pages.queries(call))
        forms = (f"{of['stem']}[{{field}}]" for n in queries if (of := _SORTS_BY_NAME.fullmatch(n)))
        return next(forms, None)

    def _by_name(self, queries: Mapping[str, Schema]) -> dict[str, Schema]:
        """The fields that parameters of their own sort by, with the schemas of those."""
        before, field, after = (self.sort or "").partition("{field}")
        own = (n for n in queries if field and n.startswith(before) and n.endswith(after))
        return {n[len(before) : len(n) - len(after)]: queries[n] for n in own}

    def _sorted_by(self, field: str) -> str:
        return str(self.sort).replace("{field}", field)

    def _unsaid_order(self) -> str:
        return f"the order of its list by {self.sort}, of which the fields are not plain: say them in 'sort'"

    def _direction(self, queries: Mapping[str, Schema]) -> dict[str, str]:
        """The words of how the way of an order is said in a parameter of its own; empty where none plainly is that."""
        named = (n for n in queries if n != self.sort and _DIRECTIONS.fullmatch(snake(n)) and _ways(queries[n]))
        name = next(named, None)
        return {"sort": str(self.sort), "direction": name, **_ways(queries[name])} if name else {}

    def _filter(self) -> str | None:
        """How filters are spelled: ``filters[{name}]`` where most of them have such a form."""
        named = [n for call in self.lists.values() for n in self.pages.queries(call) if n not in PAGING]
        forms = [re.sub(rf"\[(?!{_COMPARES}\])\w+\]$", "[{name}]", n) for n in named if not _SORTS_BY_NAME.fullmatch(n)]
        wrapped = [f for f in forms if f.endswith("[{name}]") and f != "page[{name}]"]
        return wrapped[0] if wrapped else None


def may_be_needed(schema: Schema) -> bool:
    """Whether a parameter that a document calls optional may be one of which a list wants one: not what has a value of
    its own where it is left out, nor what switches something on."""
    return "default" not in schema and types_of(schema) - {"null"} != {"boolean"}


def _has_order(schema: Schema) -> bool:
    """Whether the values of a field have an order. Of texts only that is asserted on which all usual orders agree, as
    long as nobody says the collation."""
    kinds = types_of(schema) - {"null"}
    return kinds <= {"integer", "number"} or kinds == {"string"}


def _ways(schema: Schema) -> dict[str, str]:
    """The words for the two ways of an order, where a schema takes just those."""
    said = {str(v).lower(): str(v) for v in _choices(schema)}
    found = ((up, down) for up, down in (("asc", "desc"), ("ascending", "descending")) if said.keys() == {up, down})
    return next(({"ascending": said[up], "descending": said[down]} for up, down in found), {})


def _values(schema: Schema) -> set[str]:
    """The few texts that a schema allows, beside null; none where it allows others too."""
    choices = [option for option in alternatives(schema) if types_of(option) != {"null"}]
    if not choices or not all("enum" in option for option in choices):
        return set()
    return {value for option in choices for value in option["enum"] if isinstance(value, str)}


def _choices(schema: Mapping[str, Any]) -> list[Any]:
    return list(schema.get("enum", schema.get("items", {}).get("enum", ())))


def _inner(name: str, form: str | None) -> str:
    """The field that a filter's parameter is named after."""
    head, _, tail = (form or "{name}").partition("{name}")
    return name[len(head) : len(name) - len(tail)] if name.startswith(head) and name.endswith(tail) else name

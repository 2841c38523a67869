"""What a list can be asked for: its order and its filters, as a contract says them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from restproof.contract.document import Route
from restproof.contract.fields import Fields, FieldsReader
from restproof.contract.model import ANY, Comparison, Filter
from restproof.contract.shapes import types_of
from restproof.contract.syntax import QuerySyntax

_ORDERED = frozenset({"string", "number", "integer", "boolean"})
_OF_TEXT = ("contains", "starts", "ends")
_OF_ORDER = ("gt", "gte", "lt", "lte")


class QueryReader(FieldsReader):
    """Reads the order and the filters of one resource's list."""

    def __init__(self, raw: Mapping[str, Any], fields: Fields, route: Route, shared: Mapping[str, str]) -> None:
        """``shared``: how queries are spelled where the resource says nothing of it."""
        super().__init__(raw, fields, route)
        self.shared = shared

    def read(self) -> dict[str, Any]:
        """The keyword arguments of ``Resource`` that are about queries."""
        return {
            "query": self.syntax(),
            "sort": self.sort(),
            "filters": self.filters(),
            "comparisons": self.comparisons(),
        }

    def syntax(self) -> QuerySyntax:
        """How the query is spelled. A parameter of the direction or of one field holds a word."""
        said = {**self.shared, **self.raw.get("query", {})}
        route: Route = (*self.route, "query") if "query" in self.raw else ("query",)
        by_name = "{field}" in said.get("sort", "")
        by_word = "direction" in said or by_name
        for word in ("direction", "between") if by_name else ():
            if word in said:
                message = f"'{word}' does not go with a parameter for each field to sort by"
                hint = "leave it out: each parameter holds the word for its way"
                self.fields.problems.add(message, self.fields.document.place((*route, word)), hint)
        for word in ("ascending", "descending"):
            if word in said and ("{field}" in said[word]) == by_word:
                hint = "a word such as desc stands in the parameter 'direction'; without one, write {field} in it"
                message = f"'{word}' {'names a field' if by_word else 'does not say where the field stands'}"
                self.fields.problems.add(message, self.fields.document.place((*route, word)), hint)
        usual = {"ascending": "asc", "descending": "desc"} if by_word else {}
        return QuerySyntax(**{**usual, **said})

    def sort(self) -> tuple[str, ...]:
        said = self.raw.get("sort", ())
        if said == "all":
            return tuple(self.shown())
        for index, name in enumerate(said):
            self.sortable(name, (*self.route, "sort", index), "sort")
        return tuple(said)

    def shown(self) -> list[str]:
        """The fields of responses that hold numbers, text or truth values, and nothing else."""
        kinds = {n: types_of(p) - {"null"} for n, p in self.fields.properties.items() if not p.get("writeOnly")}
        return [name for name, held in kinds.items() if held and held <= _ORDERED]

    @property
    def said(self) -> Mapping[str, Any]:
        """The filters by name."""
        said: Any = self.raw.get("filters", {})
        return dict.fromkeys(self.shown(), "equals") if said == "all" else said

    def sortable(self, name: str, route: Route, word: str) -> None:
        if self.fields.readable(name, route, word) and not types_of(self.fields.properties[name]) & _ORDERED:
            hint = "name a field that holds numbers, text or truth values"
            message = f"a list cannot be sorted by '{name}', which holds arrays or objects"
            self.problem(message, *route[len(self.route) :], hint=hint)

    def filters(self) -> dict[str, Filter]:
        found = {}
        for name, said in self.said.items():
            route = (*self.route, "filters", name)
            if said == "equals":
                self.fields.readable(name, route, "filters")
                found[name] = Filter(name, name)
                continue
            if "by" in said:
                continue
            field, values = said["field"], said.get("map")
            if self.fields.located(field, route, "filters") and values and field in self.fields.properties:
                for spelled, value in values.items():
                    if value != "any" and not self.fields.allows(field, value):
                        hint = "write 'any' for all entries, or a value of the field"
                        self.problem(f"'{field}' can never equal {value!r}", "filters", name, "map", spelled, hint=hint)
            mapped = {k: ANY if v == "any" else v for k, v in values.items()} if values else None
            found[name] = Filter(name, field, mapped)
        return found

    def comparisons(self) -> dict[str, Comparison]:
        """The filters that ask otherwise than for equality."""
        found = {}
        for name, said in self.said.items():
            if said == "equals" or "by" not in said:
                continue
            field, by = said["field"], said["by"]
            if "map" in said:
                self.problem(f"'{name}' has both 'map' and 'by'", "filters", name, hint="leave one of the two out")
            if not self.fields.located(field, (*self.route, "filters", name), "filters"):
                continue
            schema = self.fields.at(field)
            held = types_of(schema) - {"null"}
            is_moment = schema.get("format") in ("date", "date-time")
            is_decimal = self.is_decimal(field)
            is_ordered = held <= {"integer", "number"} or is_moment or is_decimal
            fits = held <= {"string"} if by in _OF_TEXT else is_ordered
            if by in (*_OF_TEXT, *_OF_ORDER) and not fits:
                hint = (
                    "contains, starts and ends are of texts; gt, gte, lt and lte of numbers, dates, times and decimals"
                )
                self.problem(f"'{field}' holds nothing that '{by}' compares", "filters", name, hint=hint)
            found[name] = Comparison(name, field, by, of_decimals=is_decimal and by in _OF_ORDER)
        return found

    def is_decimal(self, field: str) -> bool:
        """Whether what the field holds is the normal form of a number, be it written as text."""
        forms = self.raw.get("normalized", {}).get(field, ())
        said = forms if isinstance(forms, list | tuple) else [forms]
        return any(isinstance(form, Mapping) and "decimal" in form for form in said)

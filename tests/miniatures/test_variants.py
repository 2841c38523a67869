"""Variants whose members have forms of their own, variants that name what they do not have, and arrays each place of
which is something else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.miniatures import bench
from tests.miniatures.kinds import Items, item, schema
from tests.miniatures.server import Refused, Row, Shop

CONTENT = {"type": "string", "minLength": 1, "maxLength": 60}
RECORD: dict[str, Any] = {
    **schema(
        "title",
        "kind",
        "entries",
        title={"type": "string", "minLength": 1, "maxLength": 60},
        kind={"enum": ["text", "address"]},
        entries={
            "type": "array",
            "minItems": 1,
            "maxItems": 5,
            "items": {"type": "object", "required": ["content"], "properties": {"content": CONTENT}},
        },
    ),
    "if": {"properties": {"kind": {"const": "address"}}},
    "then": {"properties": {"entries": {"items": {"properties": {"content": {"format": "ipv4"}}}}}},
}


class Records(Items):
    SCHEMAS: Mapping[str, Any] = {"/items": RECORD}

    def rule(self, path: str, state: Row, fields: Row, row: Row | None) -> None:
        contents = [entry["content"] for entry in state["entries"]]
        if state["kind"] == "address" and not all(re.fullmatch(r"\d{1,3}(\.\d{1,3}){3}", c) for c in contents):
            raise Refused(self.INVALID, "is no address", "entries")


class Anything(Records):
    def rule(self, path: str, state: Row, fields: Row, row: Row | None) -> None:
        """Nothing is looked at."""


@pytest.mark.parametrize(("server", "told"), [(Records, set()), (Anything, {"input.business-rule"})])
def test_a_form_under_a_condition_is_kept_and_broken(server: type[Shop], told: set[str], tmp_path: Path) -> None:
    words = item(RECORD, operations=["list", "create", "read", "delete"])
    results = bench.run(server(), *words, tmp_path, only=("create", "input", "shape"), profile="ci").results
    assert {r.requirement for r in results if r.outcome == "fail"} == told
    assert any(r.requirement == "create.accepts-valid" and r.outcome == "pass" for r in results)


MEASURE: dict[str, Any] = {
    **schema(
        "title",
        "kind",
        title={"type": "string", "minLength": 1, "maxLength": 60},
        kind={"enum": ["text", "reading"]},
        text=CONTENT,
        value={"type": "integer", "minimum": 0, "maximum": 1000},
    ),
    "oneOf": [
        {"properties": {"kind": {"const": "text"}, "value": False}, "required": ["text"]},
        {"properties": {"kind": {"const": "reading"}, "text": False}, "required": ["value"]},
    ],
}


class Measures(Items):
    SCHEMAS: Mapping[str, Any] = {"/items": {n: v for n, v in MEASURE.items() if n != "oneOf"}}

    def blank(self, path: str) -> Row:
        return {}

    def rule(self, path: str, state: Row, fields: Row, row: Row | None) -> None:
        own, other = ("text", "value") if state["kind"] == "text" else ("value", "text")
        if own not in state:
            raise Refused(self.INVALID, "is missing", own)
        if other in state and not self.is_let_pass(other):
            raise Refused(self.INVALID, "is not of this kind", other)

    def is_let_pass(self, name: str) -> bool:
        return False


class Mixed(Measures):
    def is_let_pass(self, name: str) -> bool:
        return True


@pytest.mark.parametrize(("server", "told"), [(Measures, set()), (Mixed, {"input.business-rule"})])
def test_a_variant_may_say_what_it_does_not_have(server: type[Shop], told: set[str], tmp_path: Path) -> None:
    words = item(MEASURE, operations=["list", "create", "read", "delete"], responses="sparse")
    results = bench.run(server(), *words, tmp_path, only=("create", "input"), profile="ci").results
    assert {r.requirement for r in results if r.outcome == "fail"} == told
    assert any(r.requirement == "create.accepts-valid" and r.outcome == "pass" for r in results)


POSITION: dict[str, Any] = {
    "type": "array",
    "minItems": 2,
    "maxItems": 2,
    "prefixItems": [
        {"type": "number", "minimum": -180, "maximum": 180},
        {"type": "number", "minimum": -90, "maximum": 90},
    ],
}
PLACE = schema("title", "at", title={"type": "string", "minLength": 1, "maxLength": 60}, at=POSITION)


class Places(Items):
    SCHEMAS: Mapping[str, Any] = {"/items": PLACE}


class Turned(Places):
    """Longitude and latitude change their places, where either may be the other."""

    def made(self, path: str, fields: Row) -> Row:
        row = super().made(path, fields)
        return {**row, "at": row["at"][::-1] if abs(row["at"][0]) <= 90 else row["at"]}


class Round(Places):
    """Longitudes go on beyond half of the way round."""

    def fits(self, schema: Mapping[str, Any], value: Any) -> bool:
        is_place = isinstance(value, list) and len(value) == 2 and isinstance(value[0], int | float)
        return super().fits(schema, [min(value[0], 180), value[1]] if is_place else value)


@pytest.mark.parametrize(
    ("server", "told"), [(Places, set()), (Turned, {"create.accepts-valid"}), (Round, {"input.bounds"})]
)
def test_each_place_of_an_array_is_looked_at(server: type[Shop], told: set[str], tmp_path: Path) -> None:
    only = ("create.accepts-valid", "input.bounds")
    words = item(PLACE, operations=["list", "create", "read", "delete"])
    results = bench.run(server(), *words, tmp_path, only=only, profile="ci").results
    assert {r.requirement for r in results if r.outcome == "fail"} == told

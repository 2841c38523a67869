"""Formats, patterns, and why a request is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from restproof.contract.formats import FORMATS
from restproof.contract.load import load
from restproof.contract.patterns import pattern
from restproof.contract.validator import is_multiple
from restproof.semantics.checker import Checker
from restproof.semantics.validate import Refusal, Validation, ranked

CONTRACT = load(Path(__file__).parents[2] / "contracts" / "procore")


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("date", "2024-02-29", "2023-02-29"),
        ("date", "0001-01-01", "2024-1-01"),
        ("date", "2024-01-01", "2024-01-01\n"),
        ("date", "2024-01-01", "٢٠٢٤-01-01"),
        ("date-time", "2024-01-01T00:00:00Z", "2024-01-01T00:00:00"),
        ("date-time", "1990-12-31T15:59:60-08:00", "1990-12-31T15:59:60Z"),
        ("date-time", "2024-01-01t00:00:00.5+01:30", "2024-01-01T24:00:00Z"),
        ("uri", "https://example.com/a?b#c", "example.com"),
        ("uri", "urn:isbn:1", "https://exa mple.com"),
        ("uri", "https://[2001:db8::1]:80/", "https://example.com/\u00e4"),
        ("email", "a.b+c@example.com", "a@b@c"),
        ("email", '"a b"@example.com', ".a@example.com"),
        ("uuid", "0B1F4AC6-5a0b-4a4e-9b3a-2f1f8f3f0a11", "0b1f4ac65a0b4a4e9b3a2f1f8f3f0a11"),
        ("ipv4", "192.0.2.1", "192.0.2.01"),
        ("ipv6", "::1", "fe80::1%eth0"),
        ("hostname", "a-b.example", "-a.example"),
    ],
)
def test_formats_are_strict(name: str, good: str, bad: str) -> None:
    checker = Checker({"type": "string", "format": name})
    assert FORMATS[name].check(good)
    assert not FORMATS[name].check(bad)
    assert checker.accepts(good)
    assert not checker.accepts(bad)


@pytest.mark.parametrize(
    ("source", "good", "bad"),
    [
        (r"^[A-Z]{2}$", "AB", "AB\n"),
        (r"^\d+$", "12", "١٢"),
        (r"^\w+$", "a_1", "é"),
        (r"\S", "x", "\u00a0\ufeff"),
        (r"^[\w.]+$", "a.b", "a b"),
        (r"^[$]$", "$", ""),
        (r"^\$$", "$", "x"),
        (r"^(?<y>a)b$", "ab", "a"),
        (r"^a\/b$", "a/b", "ab"),
    ],
)
def test_patterns_read_as_ecma_script(source: str, good: str, bad: str) -> None:
    form = pattern(source)
    assert form is not None
    assert form.search(good)
    assert not form.search(bad)
    checker = Checker({"type": "string", "pattern": source})
    assert checker.accepts(good)
    assert not checker.accepts(bad)


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "integer"}, True),
        ({"type": "integer"}, 1.5),
        ({"type": "integer"}, "1"),
        ({"type": "number"}, False),
        ({"type": "string", "maxLength": 1}, "ab"),
        ({"enum": [1]}, True),
        ({"const": 0}, False),
        ({"type": "integer", "minimum": 1}, -(10**40)),
        ({"type": "string"}, 5),
    ],
)
def test_types_are_exact(schema: dict[str, Any], value: Any) -> None:
    assert not Checker(schema).accepts(value)
    assert len(Checker(schema).problems(value)) == 1


def test_what_is_right_is_accepted() -> None:
    assert Checker({"type": "integer"}).accepts(10**40)
    assert Checker({"type": "integer"}).accepts(5.0)
    assert Checker({"type": "string", "maxLength": 1}).accepts("\U0001f3d7")


def _refusals(resource: str, operation: str, fields: Any, before: Any = None) -> list[tuple[str, str | None]]:
    validation = Validation(CONTRACT.resources[resource])
    found = validation.refusals(
        CONTRACT,
        operation,
        fields,
        before=before,
        after=lambda known: {**(before or {}), **known},
        exists=lambda _resource, id: id == 7,
    )
    assert all(isinstance(r, Refusal) and r.message for r in found)
    return [(r.case, r.field) for r in found]


def test_refusals_come_in_the_contracts_order() -> None:
    fields = {
        "zzz": 1,
        "id": 2,
        "city": "\0",
        "flag": "Blue",
        "office_id": 8,
        "estimated_start_date": "2024-02-01",
        "estimated_completion_date": "2024-01-01",
    }
    found = _refusals("project", "create", fields)
    assert [case for case, _ in found] == [
        *("unknown_field", "server_set"),
        *("unstorable", "invalid", "invalid"),
        *("rule", "reference"),
    ]
    assert {name for _, name in found} == {*fields, "name"} - {"estimated_start_date"}


def test_a_right_request_is_not_refused() -> None:
    assert _refusals("project", "create", {"name": "x", "office_id": 7, "department_ids": [7]}) == []
    assert _refusals("project", "update", {}) == []


def test_a_nested_field_is_named() -> None:
    asked = {"subject": "s", "question": {"body": "", "zzz": 1}}
    assert _refusals("rfi", "create", asked)[0] == ("unknown_field", "question.zzz")
    assert ("invalid", "question.body") in _refusals("rfi", "create", asked)
    assert _refusals("rfi", "create", {"subject": "s", "question": {}}) == [("invalid", "question.body")]
    assert _refusals("rfi", "update", {"question": {"body": "b"}}) == [("unknown_field", "question")]


def test_rules_use_the_stored_state() -> None:
    before = {"status": "closed"}
    assert _refusals("rfi", "update", {"status": "draft"}, before) == [("rule", "status")]
    assert _refusals("rfi", "update", {"status": "open"}, before) == []


def test_ranking_keeps_equals_in_place() -> None:
    found = [Refusal(case, None, "m") for case in ("conflict", "reference", "rule", "foreign")]
    assert [r.case for r in ranked(CONTRACT, found)] == ["foreign", "reference", "rule", "conflict"]


@pytest.mark.parametrize(("step", "value"), [(0.01, 0.07), (0.01, 4.35), (0.1, 0.3), (0.5, 10**400), (1e-05, 0.12345)])
def test_what_is_a_multiple_as_it_is_written_is_told_of_no_other_problem_either(step: float, value: float) -> None:
    checker = Checker({"properties": {"n": {"multipleOf": step}, "text": {"type": "string"}}})
    assert [p.field for p in checker.problems({"n": value, "text": 5})] == ["text"]


@pytest.mark.parametrize(("step", "value"), [(0.5, 0.25), (2, 10**400 + 1), (0.5, float("inf")), (2, float("nan"))])
def test_what_is_no_multiple_of_a_step(step: float, value: float) -> None:
    assert not is_multiple(value, step)


@pytest.mark.parametrize(
    ("schema", "refused"), [("a.json", []), ("{create: a.json, replace: a.json, response: a.json}", ["id"])]
)
def test_the_path_of_a_replace_names_the_id(schema: str, refused: list[str], tmp_path: Path) -> None:
    """Where no schema of its own says that its body holds it."""
    members = {"id": {"type": "string"}, "name": {"type": "string"}}
    (tmp_path / "a.json").write_text(json.dumps({"type": "object", "required": ["id", "name"], "properties": members}))
    words = f"{{path: /as, schema: {schema}, id: {{chosen_by: client}}, operations: [list, create, read, replace]}}"
    (tmp_path / "c.yaml").write_text(f"contract: c\nresources:\n  a: {words}\n")
    validation = Validation(load(tmp_path / "c.yaml").resources["a"])
    assert [p.field for p in validation.problems("replace", {"name": "x"})] == refused
    assert [p.field for p in validation.problems("replace", {"id": "x"})] == ["name"]
    assert [p.field for p in validation.problems("create", {"name": "x"})] == ["id"]

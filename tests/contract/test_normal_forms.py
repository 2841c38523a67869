"""Normal forms: what they make of a value, where they say nothing, and what a contract may say of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from restproof.contract.load import check, load
from restproof.contract.normal import Unsaid, in_forms
from restproof.plan.candidates import accepted, refused
from restproof.semantics.normal import alike
from restproof.semantics.ordering import sort_keys
from restproof.semantics.state import expected

WORDS = Path(__file__).parents[1] / "kill" / "contracts" / "words"


@pytest.mark.parametrize(
    ("form", "sent", "kept"),
    [
        ("lowercase", "Ann+B@Example.com", "ann+b@example.com"),
        ("trim", " \tx y\n", "x y"),
        ("collapse", " x \t y ", "x y"),
        ("newlines", "a\r\nb", "a\nb"),
        ("nfc", "cafe\u0301", "caf\u00e9"),
        ("accents", "caf\u00e9", "cafe"),
        ("seconds", "2024-05-17T12:30:00.999Z", "2024-05-17T12:30:00Z"),
        ("milliseconds", "2024-05-17T12:30:00.123999+02:00", "2024-05-17T12:30:00.123000+02:00"),
        ({"decimal": 2, "text": True}, 12.5, "12.50"),
        ({"decimal": 2, "text": True}, "3", "3.00"),
        ({"decimal": 2}, 0.1, 0.1),
        ({"decimal": 2}, 7, 7),
    ],
)
def test_a_form_makes_of_a_value(form: Any, sent: Any, kept: Any) -> None:
    assert in_forms([form], sent) == kept


@pytest.mark.parametrize(
    ("form", "sent"),
    [
        ("lowercase", "\u00c9cole"),
        ("uppercase", "stra\u00dfe"),
        ("trim", "x\u00a0"),
        ("newlines", "a\rb"),
        ("html", "a < b"),
        ({"decimal": 2}, 0.125),
        ({"decimal": 2}, "1e3"),
        ({"decimal": 2}, "007.5"),
        ({"decimal": 2, "text": True}, "-0.00"),
    ],
)
def test_of_some_values_a_form_says_nothing(form: Any, sent: Any) -> None:
    with pytest.raises(Unsaid):
        in_forms([form], sent)


def test_what_reads_back_is_the_normal_form() -> None:
    contact = load(WORDS).resources["contact"]
    sent = {"name": " Ann ", "email": "Ann@Example.com", "bio": "<b>", "price": "1.5", "address": {"zip": "ab1"}}
    shown = expected(contact, sent)
    assert shown["name"] == "Ann"
    assert shown["email"] == "ann@example.com"
    assert shown["price"] == "1.50"
    assert shown["address"] == {"zip": "AB1"}
    assert "bio" not in shown
    assert "bio" not in expected(contact, {"bio": "<i>"}, before={"id": 1, "bio": "x", "name": "Ann"})
    assert expected(contact, {"price": "2"}, before={"id": 1, "bio": "x"})["bio"] == "x"


def test_what_is_valid_on_one_side_of_the_form_alone_is_neither_accepted_nor_refused() -> None:
    schema = {"type": "string", "minLength": 3, "maxLength": 5, "x-restproof-normal": ["trim"]}
    assert all(3 <= len(c.value.strip()) <= 5 for c in accepted(schema))
    assert all(not 3 <= len(c.value.strip()) <= 5 for c in refused(schema) if isinstance(c.value, str))


def test_unique_values_are_one_by_their_form() -> None:
    contact = load(WORDS).resources["contact"]
    assert alike(contact, "name", "Ann ", "ANN")
    assert alike(contact, "name", "Ann", "Anne") is False
    assert alike(contact, "name", "\u00c9", "\u00e9") is None


@pytest.mark.parametrize(
    ("word", "said", "message"),
    [
        ("normalized", {"email": "lower"}, "'email'"),
        ("normalized", {"mail": "lowercase"}, "unknown field 'mail'"),
        ("normalized", {"id": "lowercase"}, "readOnly"),
        ("normalized", {"tags": "lowercase"}, "write 'tags[]'"),
        ("normalized", {"note": {"decimal": "2"}}, "'decimal'"),
        ("unique", [{"field": "tags", "by": "casefold"}], "none stands here"),
    ],
)
def test_what_no_form_can_be_said_of_is_told(word: str, said: Any, message: str, tmp_path: Path) -> None:
    contract = yaml.safe_load((WORDS / "contract.yaml").read_text(encoding="utf-8"))
    contract["resources"]["contact"][word] = said
    (tmp_path / "contract.yaml").write_text(yaml.safe_dump(contract), encoding="utf-8")
    (tmp_path / "contact.json").write_bytes((WORDS / "contact.json").read_bytes())
    problems = check(tmp_path)
    assert any(message in p.message or message in (p.hint or "") for p in problems), problems
    assert all(p.place is not None and p.place.line > 1 for p in problems)


def test_what_the_server_sets_may_be_a_decimal_and_nothing_else(tmp_path: Path) -> None:
    """A total is text, and sorted by its number."""
    members = {"id": {"type": "integer", "readOnly": True}, "total": {"type": "string", "readOnly": True}}
    (tmp_path / "bill.json").write_text(json.dumps({"type": "object", "properties": members}))
    words = "path: /bills, schema: bill.json, sort: [total], normalized: {total: FORM}"
    contract = f"contract: bills\nresources:\n  bill: {{{words}}}\n"
    (tmp_path / "contract.yaml").write_text(contract.replace("FORM", "{decimal: 2}"))
    total = load(tmp_path).resources["bill"].properties["total"]
    assert sort_keys(total, ["100.00", "9.50"]) == [100, 9.5]
    (tmp_path / "contract.yaml").write_text(contract.replace("FORM", "trim"))
    assert ["readOnly" in str(problem) for problem in check(tmp_path)] == [True]

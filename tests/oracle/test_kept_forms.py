"""Texts that come back otherwise than they were sent: where a contract does not say which rules there are, another form
of the same text is no fault, and another text is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from restproof.contract.load import load
from restproof.contract.model import Resource
from restproof.oracle.check import is_as_good

TEXT: dict[str, Any] = {"type": "string"}
PROPERTIES = {
    "id": {"type": "string", "readOnly": True},
    "title": TEXT,
    "city": TEXT,
    "owner_id": TEXT,
    "contact": {"type": "object", "properties": {"email": TEXT, "phone": TEXT}},
    "count": {"type": "integer"},
}


def desk(folder: Path, words: str) -> Resource:
    (folder / "desk.json").write_text(json.dumps({"type": "object", "properties": PROPERTIES}), encoding="utf-8")
    said = f"contract: c\nresources: {{desk: {{path: /desks, schema: desk.json, {words}}}}}\n"
    (folder / "contract.yaml").write_text(said, encoding="utf-8")
    return load(folder).resources["desk"]


@pytest.mark.parametrize(
    ("wanted", "found", "same"),
    [
        ("Ann@Example.com", "ann@example.com", True),
        ("  Harbour\r\nStreet ", "Harbour Street", True),
        ("cafe\u0301", "caf\u00e9", True),
        ("a <b>bold</b> word", "a bold word", True),
        ("1 < 2", "1 < 2 ", True),
        ("Ann", "ann", False),
        ("12.5", "12.50", True),
        ("0042", "42.00", True),
        ("12.505", "12.50", False),
        ("00501", "501", False),
        ("12 pm", "12.00", False),
        ("a <b>bold</b> word", "a word", False),
        ("a <b>bold</b> word", "a &lt;b&gt;bold&lt;/b&gt; word", False),
        ("Harbour Street", "Harbour Stree", False),
        ("Harbour Street", "", False),
        ("Harbour Street", "HarbourStreet", False),
        ("a <b>bold</b>  word", "a bold word", True),
        ("Harbour Street", None, False),
        ("5", 5, False),
        (5, 5.5, False),
    ],
)
def test_another_form_of_a_text_is_the_same(wanted: Any, found: Any, same: bool, tmp_path: Path) -> None:
    assert is_as_good(desk(tmp_path, "open: [rules]"), "title", wanted, found) is same


@pytest.mark.parametrize("words", ["open: [unique]", "open: [rules], normalized: {title: trim}"])
def test_where_a_contract_says_what_becomes_of_a_text_it_is_so(words: str, tmp_path: Path) -> None:
    assert not is_as_good(desk(tmp_path, words), "title", " Ann", "Ann")


def test_a_text_inside_of_a_member_has_forms_too(tmp_path: Path) -> None:
    open_ = desk(tmp_path, "open: [rules]")
    assert is_as_good(open_, "contact", "Ann@Example.com", "ann@example.com")
    said = desk(tmp_path, "open: [rules], normalized: {contact.email: lowercase}")
    assert not is_as_good(said, "contact", "Ann@Example.com", "ANN@example.com")


def test_ids_have_one_form(tmp_path: Path) -> None:
    assert not is_as_good(desk(tmp_path, "open: [rules]"), "id", "a1", "A1")
    assert not is_as_good(desk(tmp_path, "open: [rules], references: {owner_id: {to: desk}}"), "owner_id", "a1", "A1")

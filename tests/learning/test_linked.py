"""What probes of several instances teach: keys of several fields, references, and what a create leaves out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.miniatures.server import Answer, Refused, Row, Shop

from restproof.contract.load import load
from restproof.learning.patch import patched
from restproof.learning.word import Lesson

from .desk import learned, written

BOOK = {
    "type": "object",
    "required": ["title"],
    "properties": {
        "id": {"type": "integer", "readOnly": True},
        "title": {"type": "string", "minLength": 1, "maxLength": 80},
    },
}
LOAN = {
    "type": "object",
    "required": ["book", "reader"],
    "properties": {
        "id": {"type": "integer", "readOnly": True},
        "book": {"type": "integer"},
        "reader": {"type": "string", "minLength": 1, "maxLength": 80},
        "state": {"type": "string", "enum": ["out", "back"]},
        "copies": {"type": "integer", "minimum": 1, "maximum": 9},
    },
}
WORDS: dict[str, Any] = {
    "contract": "lending",
    "statuses": {"reference": ["2xx", "4xx"], "conflict": "4xx", "invalid": 400},
    "resources": {
        "book": {"path": "/books", "schema": "book.json", "open": ["unique", "rules"]},
        "loan": {
            "path": "/loans",
            "schema": "desk.json",
            "references": {"book": {"to": "book"}},
            "open": ["unique", "rules"],
        },
    },
}


class Lending(Shop):
    """Lends a book to a reader once. ``does``: what a delete of a book does to its loans; ``loose``: what it passes
    over."""

    FILTERS = ("state", "book")
    SCHEMAS: Mapping[str, Any] = {"/books": BOOK, "/loans": LOAN}

    def __init__(self, does: str = "refuse", *loose: str) -> None:
        super().__init__()
        self.does, self.loose = does, loose

    def unique(self, path: str, fields: Row, row: Row | None) -> None:
        mine = {**(row or {}), **fields}
        if path != "/loans":
            return
        if "references" not in self.loose and mine["book"] is not None and mine["book"] not in self.rows["/books"]:
            raise Refused(422, "there is no such book")
        both = (mine["book"], mine["reader"])
        others = [r for r in self.rows[path].values() if r is not row]
        if "keys" not in self.loose and both in [(r["book"], r["reader"]) for r in others]:
            raise Refused(409, "lent already")

    def made(self, path: str, fields: Row) -> Row:
        row = super().made(path, fields)
        if path == "/loans" and "defaults" not in self.loose:
            row |= {n: v for n, v in (("state", "out"), ("copies", 1)) if row.get(n) is None}
        return row

    def listed(self, path: str, query: Mapping[str, str]) -> list[Row]:
        named = {n: v for n, v in query.items() if n in self.FILTERS and n not in self.loose}
        rows = super().listed(path, query)
        return [r for r in rows if all(str(r.get(n)) == v for n, v in named.items())]

    def do_delete(self, path: str, id: str) -> Answer:
        loans = [r for r in self.rows["/loans"].values() if path == "/books" and str(r["book"]) == id]
        if loans and self.does == "refuse":
            raise Refused(409, "it is lent")
        for loan in loans:
            if self.does == "cascade":
                del self.rows["/loans"][loan["id"]]
            elif self.does == "clear":
                loan["book"] = None
        return super().do_delete(path, id)


def lesson_of(server: Shop, folder: Path) -> Lesson:
    folder.mkdir(exist_ok=True)
    (folder / "book.json").write_text(json.dumps(BOOK))
    return learned(server, folder, WORDS, LOAN)


def said(lesson: Lesson) -> dict[str, Any]:
    return {".".join(word.name): word.value for word in lesson.words if word.resource in (None, "loan")}


@pytest.fixture(scope="module")
def lesson(tmp_path_factory: pytest.TempPathFactory) -> Lesson:
    return lesson_of(Lending(), tmp_path_factory.mktemp("lending"))


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("unique", [["book", "reader"]]),
        ("statuses.reference", 422),
        ("references.book.on_delete", "refuse"),
        ("defaults.state", {"value": "out"}),
        ("defaults.copies", {"value": 1}),
        ("filters.state", "equals"),
        ("filters.book", "equals"),
    ],
)
def test_what_shows_of_several_instances_becomes_a_word(lesson: Lesson, word: str, value: Any) -> None:
    assert said(lesson)[word] == value


def test_the_words_make_a_sound_contract(lesson: Lesson, tmp_path: Path) -> None:
    (tmp_path / "book.json").write_text(json.dumps(BOOK))
    file = written(tmp_path, WORDS, LOAN).path
    file.write_text(patched(file.read_text(), lesson.words, "2026-11-28"))
    loan = load(tmp_path).resources["loan"]
    assert loan.unique == (("book", "reader"),)
    assert loan.references["book"].on_delete == "refuse"
    assert loan.open == ("rules",)


@pytest.mark.parametrize(
    ("does", "loose", "word", "value"),
    [
        ("cascade", (), "references.book.on_delete", "cascade"),
        ("clear", (), "references.book.on_delete", "clear"),
        ("leave", (), "references.book.on_delete", None),
        ("refuse", ("references",), "statuses.reference", None),
        ("refuse", ("keys",), "unique", None),
        ("refuse", ("defaults",), "defaults.copies", None),
        ("refuse", ("state",), "filters.state", None),
    ],
)
def test_another_server_teaches_another_word(
    does: str, loose: tuple[str, ...], word: str, value: Any, tmp_path: Path
) -> None:
    assert said(lesson_of(Lending(does, *loose), tmp_path)).get(word) == value


class Locking(Lending):
    """Answers the delete of a lent book otherwise than a loan that is there already."""

    def refusal(self, refusal: Refused) -> Answer:
        status = 400 if "it is lent" in str(refusal.message) else refusal.status
        return super().refusal(Refused(status, refusal.message))


def test_a_refused_delete_of_what_is_referred_to_tells_the_status_of_its_conflict(tmp_path: Path) -> None:
    lesson = lesson_of(Locking(), tmp_path)
    found = {w.resource: w.value for w in lesson.words if w.name == ("statuses", "conflict")}
    assert found == {"book": 400, "loan": 409}


class Receipts(Lending):
    """Answers a create with the id of what was made, and nothing else of it."""

    def do_create(self, path: str, fields: Row) -> Answer:
        made = super().do_create(path, fields)
        return Answer(made.status, {"id": made.body["id"]})


def test_what_creates_are_refused_for_is_learned_where_they_answer_with_an_id_alone(tmp_path: Path) -> None:
    (tmp_path / "book.json").write_text(json.dumps(BOOK))
    silent = {"operations": dict.fromkeys(("list", "read", "update", "delete")) | {"create": {"returns": "minimal"}}}
    words = {**WORDS, "resources": {name: {**said, **silent} for name, said in WORDS["resources"].items()}}
    assert said(learned(Receipts(), tmp_path, words, LOAN))["unique"] == [["book", "reader"]]

"""How the texts of a unique field are compared, as far as probes show it."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import Any

import pytest
from tests.miniatures import bench
from tests.miniatures.server import Refused, Row

from restproof.contract.load import load
from restproof.learning.patch import patched
from restproof.learning.word import Lesson

from .desk import OPEN, SCHEMA, Desk, learned, written

CASE = "casefold"


def folded(text: str, how: str) -> str:
    """A text as a database compares it."""
    if "accents" in how:
        text = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    if "collapse" in how:
        text = " ".join(text.split())
    if "trim" in how:
        text = text.strip()
    if "end" in how:
        text = text.rstrip()
    return text.casefold() if "case" in how else text


class Compared(Desk):
    """Takes texts for one that differ in nothing but what is named, and keeps them as they are."""

    UNIQUE = ()

    def __init__(self, how: str, status: int = 409) -> None:
        super().__init__()
        self.how, self.status = how, status

    def unique(self, path: str, fields: Row, row: Row | None) -> None:
        text = fields.get("name")
        if "none-outside" in self.how and isinstance(text, str) and text != text.strip():
            raise Refused(self.status, "has blanks around it", "name")
        others = [r["name"] for r in self.rows[path].values() if r is not row]
        if isinstance(text, str) and folded(text, self.how) in [folded(o, self.how) for o in others]:
            raise Refused(self.status, "is taken", "name")


def unique(lesson: Lesson) -> Any:
    return next((w.value for w in lesson.words if w.name == ("unique",)), None)


@pytest.mark.parametrize(
    ("how", "status", "by"),
    [
        ("exact", 409, None),
        ("case", 409, CASE),
        ("case accents", 409, [CASE, "accents"]),
        ("collapse", 422, "collapse"),
        ("case trim", 422, [CASE, "trim"]),
        ("none-outside", 422, None),
    ],
)
def test_how_texts_are_compared_is_learned(how: str, status: int, by: Any, tmp_path: Path) -> None:
    words = {**OPEN, "statuses": {**OPEN["statuses"], "conflict": "4xx"}}
    lesson = learned(Compared(how, status), tmp_path, words)
    assert unique(lesson) == ["name" if by is None else {"field": "name", "by": by}]


class Lowers(Desk):
    """Keeps names in lower case."""

    def kept(self, fields: Row) -> Row:
        fields = super().kept(fields)
        return {**fields, "name": fields["name"].lower()} if isinstance(fields.get("name"), str) else fields

    def unique(self, path: str, fields: Row, row: Row | None) -> None:
        super().unique(path, self.kept(fields), row)


def test_of_what_is_kept_in_a_form_nothing_more_is_said(tmp_path: Path) -> None:
    lesson = learned(Lowers(), tmp_path)
    assert {w.name[1]: w.value for w in lesson.words if w.name[0] == "normalized"}["name"] == "lowercase"
    assert unique(lesson) == ["name"]


def test_what_was_learned_accuses_nobody_and_shows_who_compares_otherwise(tmp_path: Path) -> None:
    lesson = learned(Compared("case"), tmp_path)
    text = patched(written(tmp_path).path.read_text(), lesson.words, "2026-11-28")
    (tmp_path / "contract.yaml").write_text(text)
    assert load(tmp_path).resources["desk"].unique_by == {"name": (CASE,)}
    seen = {}
    for how in ("case", "exact", "case end"):
        schemas = {"desk.json": SCHEMA}
        verdict = bench.run(Compared(how), text, schemas, tmp_path / how, only=("conflict",), profile="ci")
        seen[how] = {r.requirement: bool(r.changed) for r in verdict.results if r.outcome == "fail"}
    exact = {"conflict.duplicate": True, "conflict.rename": True}
    assert seen == {"case": {}, "exact": exact, "case end": {"conflict.scope": True}}

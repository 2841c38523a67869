"""What a broken server does never becomes a word."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from restproof.learning.word import Lesson

from .desk import Desk, learned


def said(lesson: Lesson) -> dict[str, Any]:
    return {".".join(word.name): word.value for word in lesson.words}


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("duplicate-500", ("unique", "open", "statuses.conflict")),
        ("unknown-500", ("statuses.unknown_field",)),
        ("malformed-500", ()),
        ("media-500", ("statuses.unsupported_media",)),
        ("absent-500", ("statuses.absent", "statuses.gone", "statuses.repeat_delete")),
        ("absent-200", ("statuses.absent", "statuses.gone")),
        ("page-500", ("statuses.bad_size",)),
        ("price-500", ("normalized.price",)),
        ("lost", ("touched",)),
        ("lost-quietly", ("touched", "immutable", "normalized.note", "create_only")),
        ("open-door", ("statuses.missing_credential",)),
        ("delete-keeps", ("statuses.gone", "statuses.absent.200")),
        ("ids-again", ("id.reused",)),
        ("wrong-location", ("policies",)),
        ("constant-tag", ("conditional",)),
        ("if-match-ignored", ("conditional.match",)),
        ("cut", ("normalized.note",)),
        ("sometimes", ("touched",)),
    ],
)
def test_a_fault_is_no_word(fault: str, words: tuple[str, ...], tmp_path: Path) -> None:
    found = said(learned(Desk(fault), tmp_path))
    assert not set(words) & set(found)
    statuses = [v for n, value in found.items() if n.startswith("statuses.") for v in _list(value)]
    assert all(isinstance(status, str) or 400 <= status < 500 for status in statuses)


def test_what_is_born_again_is_not_touched(tmp_path: Path) -> None:
    lesson = learned(Desk("born-again"), tmp_path)
    assert said(lesson)["touched"] == ["moved_at"]
    assert any(doubt.about == "touched.made_at" for doubt in lesson.doubts)


@pytest.mark.parametrize(("fault", "match"), [("any-delete", ["update"]), ("if-match-ignored", [])])
def test_of_writes_that_pass_over_a_tag_nothing_is_said(fault: str, match: list[str], tmp_path: Path) -> None:
    lesson = learned(Desk(fault), tmp_path)
    assert said(lesson)["conditional"] == {"etag": True, "match": match}
    doubt = next(d for d in lesson.doubts if d.about == "conditional.match")
    assert doubt.why.endswith("(delete)") == bool(match)


class AnyPrice(Desk):
    """Of a price, whatever is no null is taken."""

    def fits(self, schema: Mapping[str, Any], value: Any) -> bool:
        return "number" in str(schema.get("type")) or super().fits(schema, value)

    def kept(self, fields: dict[str, Any]) -> dict[str, Any]:
        return fields


def test_what_is_taken_is_told_and_the_rest_is_learned(tmp_path: Path) -> None:
    lesson = learned(AnyPrice(), tmp_path)
    word = next(w for w in lesson.words if w.name == ("statuses", "invalid"))
    assert word.value == 422
    assert {edit.route: edit.value for edit in word.besides}["resources", "desk", "lenient"] == ["price"]


def test_what_a_format_refuses_and_a_server_takes_says_nothing_of_other_values(tmp_path: Path) -> None:
    lesson = learned(Desk("any-email"), tmp_path)
    assert said(lesson)["statuses.invalid"] == 422
    assert [d.about for d in lesson.doubts if "email" in d.why] == ["statuses.bad_format"]
    assert not any(edit.route[-1] == "lenient" for word in lesson.words for edit in word.besides)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]

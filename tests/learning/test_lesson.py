"""What the probes of a server teach, and what they never do."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from restproof.learning.patch import patched
from restproof.learning.told import word_line
from restproof.learning.word import Lesson
from restproof.wire.message import Request

from .desk import OPEN, SCHEMA, Desk, learned, written

MARK = {"type": "boolean", "readOnly": True}
PAGE = (Path(__file__).parents[2] / "docs" / "learn.md").read_text(encoding="utf-8")


def said(lesson: Lesson) -> dict[tuple[str | None, str], Any]:
    return {(word.resource, ".".join(word.name)): word.value for word in lesson.words}


@pytest.fixture(scope="module")
def lesson(tmp_path_factory: pytest.TempPathFactory) -> Lesson:
    return learned(Desk(), tmp_path_factory.mktemp("desk"))


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("unique", ["name"]),
        ("touched", ["moved_at"]),
        ("immutable", ["id", "made_at"]),
        ("normalized.email", "lowercase"),
        ("normalized.note", "trim"),
        ("normalized.price", {"decimal": 2}),
        ("id.reused", "never"),
        ("conditional", {"etag": True}),
        ("paging.default", 5),
        ("paging.max", 50),
    ],
)
def test_what_a_server_does_becomes_a_word(lesson: Lesson, word: str, value: object) -> None:
    assert said(lesson)["desk", word] == value


@pytest.mark.parametrize(
    ("case", "status"),
    [
        ("unknown_field", 422),
        ("invalid", 422),
        ("empty_body", 400),
        ("no_object", 400),
        ("absent", 404),
        ("gone", 404),
        ("repeat_delete", 404),
        ("conflict", 409),
        ("missing_credential", 401),
    ],
)
def test_the_statuses_of_refusals_become_words(lesson: Lesson, case: str, status: int) -> None:
    assert said(lesson)[None, f"statuses.{case}"] == status


def test_every_word_has_exchanges_that_agree(lesson: Lesson) -> None:
    assert all(len(word.evidence) >= 2 for word in lesson.words)


def test_what_errors_have_in_common_is_their_schema(lesson: Lesson) -> None:
    errors = said(lesson)[None, "errors"]
    assert set(errors) == {400, 401, 404, 409, 412, 415, 422}
    assert all(schema["required"] == ["error", "code"] for schema in errors.values())
    assert said(lesson)[None, "policies"] == ["create.location"]


def shown(mark: str) -> list[str]:
    """The lines of the block of docs/learn.md behind a mark, its command apart."""
    found = re.search(rf"<!-- {mark} [^>]+ -->\n```\w+\n(.*?)```", PAGE, re.S)
    assert found is not None
    return [line for line in found[1].splitlines() if not line.startswith("$")]


def general(line: str) -> str:
    """A line without what moves with the number of probes."""
    line = re.sub(r"\(exchanges [^)]*\)|\d{4}-\d\d-\d\d", "…", line)
    return re.sub(r"\d+ (times|creates|reads|changes)", r"N \1", line)


def test_the_page_shows_what_learn_prints(lesson: Lesson) -> None:
    printed = {general(word_line(word)) for word in lesson.words}
    assert {general(line) for line in shown("learned")} <= printed


def test_the_page_shows_what_is_written(lesson: Lesson, tmp_path: Path) -> None:
    text = patched(written(tmp_path).path.read_text(), lesson.words, "2026-11-28")
    assert set(shown("written")) <= set(text.splitlines())


class PassesOverNull(Desk):
    """A member that is null counts as one that is not there, as in Go and in NestJS's ``@IsOptional()``."""

    def body(self, request: Request) -> dict[str, Any]:
        return {n: v for n, v in super().body(request).items() if v is not None}


def test_null_that_is_taken_leaves_what_other_values_are_answered_with(tmp_path: Path) -> None:
    plain = copy.deepcopy(SCHEMA)
    for name in ("email", "note", "price"):
        plain["properties"][name]["type"] = plain["properties"][name]["type"][0]
    words = {**OPEN, "statuses": {**OPEN["statuses"], "null_value": ["2xx", "4xx"]}}
    lesson = learned(PassesOverNull(), tmp_path, words, plain)
    assert said(lesson)[None, "statuses.invalid"] == 422
    assert (None, "statuses.null_value") not in said(lesson)
    assert [doubt.about for doubt in lesson.doubts if "null" in doubt.why] == ["statuses.null_value"]


def test_what_another_word_has_beside_it_does_not_take_a_words_own_back(lesson: Lesson, tmp_path: Path) -> None:
    for words in (lesson.words, lesson.words[::-1]):
        found = yaml.safe_load(patched(written(tmp_path).path.read_text(), words, "2026-11-28"))["statuses"]
        assert {n: found[n] for n in ("invalid", "null_value", "coercible")} == dict.fromkeys(
            ("invalid", "null_value", "coercible"), 422
        )


class Marked(Desk):
    """Desks have a mark that the server sets to one of two values; ``open``: clients can set it, too."""

    SCHEMAS: Mapping[str, Any] = {"/desks": {**SCHEMA, "properties": {**SCHEMA["properties"], "mark": MARK}}}

    def __init__(self, value: bool, *, open: bool) -> None:
        super().__init__()
        self.value, self.open = value, open

    def made(self, path: str, fields: dict[str, Any]) -> dict[str, Any]:
        return {**super().made(path, fields), "mark": fields.get("mark", self.value)}

    def valid(self, path: str, fields: dict[str, Any], row: dict[str, Any] | None) -> dict[str, Any]:
        found = super().valid(path, fields, row)
        return {**found, "mark": fields["mark"]} if self.open and "mark" in fields else found


@pytest.mark.parametrize("value", [False, True])
def test_what_the_server_gives_by_itself_was_not_set_by_a_client(value: bool, tmp_path: Path) -> None:
    assert (
        said(learned(Marked(value, open=False), tmp_path, schema=Marked.SCHEMAS["/desks"]))[None, "statuses.server_set"]
        == "ignored"
    )
    lesson = learned(Marked(value, open=True), tmp_path / "open", schema=Marked.SCHEMAS["/desks"])
    assert "a client set mark, which only the server sets" in {doubt.why for doubt in lesson.doubts}

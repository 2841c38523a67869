"""A server that does otherwise than it was seen to has changed; one that breaks a promise is broken."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.miniatures import bench
from tests.miniatures.server import Row

from restproof.contract.load import load
from restproof.contract.model import Learned
from restproof.learning.confirming import contradicted
from restproof.learning.patch import patched
from restproof.learning.word import Lesson
from restproof.oracle.unpromised import changed_from
from restproof.oracle.verdict import Verdict
from restproof.record.model import Learned as Recorded
from restproof.record.model import RecordedFinding, RecordedRequirement
from restproof.report.terminal import closing_lines

from .desk import OPEN, SCHEMA, Desk, learned, written


def test_marks_are_read_with_what_they_stand_behind(tmp_path: Path) -> None:
    contract = written(tmp_path)
    text = contract.path.read_text()
    lesson = learned(Desk(), tmp_path)
    wanted = [w for w in lesson.words if w.name in (("touched",), ("statuses", "absent"), ("normalized", "email"))]
    contract.path.write_text(patched(text, wanted, "2026-11-28"))
    assert set(load(tmp_path).learned) == {
        Learned("desk", "touched", "2026-11-28", ("moved_at",)),
        Learned("desk", "normalized.email", "2026-11-28", ("email",)),
        Learned(None, "statuses.absent", "2026-11-28", (), ("4xx",)),
    }


RULE = RecordedRequirement(
    *("a.rule", "must", "It holds."),
    words=("statuses.absent", "statuses.coercible", "unique", "touched", "normalized"),
)
ANOTHER = RecordedRequirement("another.rule", "must", "It holds, whatever it is about.")
STAYS = Recorded("desk", "immutable", "2026-11-28", ("made_at",))
STATE = Recorded("desk", "defaults.state", "2026-11-28", ("state",))
TYPES = Recorded(None, "statuses.coercible", "2026-11-28", (), ("2xx", "4xx"))
ABSENT = Recorded(None, "statuses.absent", "2026-11-28", (), ("4xx",))
MOVED = Recorded("desk", "touched", "2026-11-28", ("moved_at",))
LOWER = Recorded("desk", "normalized.email", "2026-11-28", ("email",))


def against(kind: str, actual: str, field: str | None = None, due: str = "") -> RecordedFinding:
    return RecordedFinding("an item", "it failed", kind=kind, actual=actual, field=field, due=due)


@pytest.mark.parametrize(
    ("finding", "word", "changed"),
    [
        (against("status", "410"), ABSENT, True),
        (against("status", "200"), ABSENT, False),
        (against("status", "500"), ABSENT, False),
        (against("no-answer", ""), ABSENT, False),
        (against("status", "400", due="malformed_id"), ABSENT, True),
        (against("status", "201", due="coercible"), TYPES, True),
        (against("status", "201", due="invalid"), TYPES, False),
        (against("not-touched", "", field="moved_at"), MOVED, True),
        (against("not-touched", "", field="name"), MOVED, False),
        (against("status", "409"), MOVED, False),
        (against("value", "the same in another form", field="email"), LOWER, True),
        (against("value", "another value", field="email"), LOWER, False),
    ],
)
def test_only_what_is_promised_without_the_word_has_changed(
    finding: RecordedFinding, word: Recorded, changed: bool
) -> None:
    assert bool(changed_from(finding, RULE, "desk", [word])) is changed


@pytest.mark.parametrize(
    ("finding", "word", "changed"),
    [
        (against("value", "another value", field="made_at"), STAYS, True),
        (against("value", "another value", field="name"), STAYS, False),
        (against("schema", "another value", field="made_at"), STAYS, False),
        (against("value", "another value", field="state", due="defaults.state"), STATE, True),
        (against("value", "another value", field="state"), STATE, False),
        (against("no-answer", ""), STAYS, False),
    ],
)
def test_what_the_server_sets_is_told_apart_whichever_rule_looks_at_it(
    finding: RecordedFinding, word: Recorded, changed: bool
) -> None:
    assert bool(changed_from(finding, ANOTHER, "desk", [word])) is changed


def test_what_was_promised_before_has_not_changed(tmp_path: Path) -> None:
    text = "immutable: [id, name, made_at]  # seen 2026-11-28, not promised; promised: [id, name]"
    words = {**OPEN, "resources": {"desk": {**OPEN["resources"]["desk"], "volatile": ["moved_at"]}}}
    file = written(tmp_path, words).path
    file.write_text(file.read_text() + f"    {text}\n")
    assert load(tmp_path).learned == (Learned("desk", "immutable", "2026-11-28", ("made_at",)),)


STATES: dict[str, Any] = {
    **SCHEMA,
    "properties": {**SCHEMA["properties"], "state": {"type": "string", "enum": ["new", "cheap", "dear"]}},
}


class Stated(Desk):
    """Gives a state to what is made without one. ``how``: always the same one, or by the price."""

    SCHEMAS: Mapping[str, Any] = {"/desks": STATES}

    def __init__(self, how: str = "new") -> None:
        super().__init__()
        self.how = how

    def made(self, path: str, fields: Row) -> Row:
        by_price = "dear" if (fields.get("price") or 0) > 1000 else "new"
        usual = by_price if self.how == "by price" else self.how
        return {**super().made(path, fields), "state": fields.get("state", usual)}


def test_another_default_has_changed_and_one_that_follows_is_no_word(tmp_path: Path) -> None:
    lesson = learned(Stated(), tmp_path, OPEN, STATES)
    assert {w.name[1]: w.value for w in lesson.words if w.name[0] == "defaults"} == {"state": {"value": "new"}}
    text = patched(written(tmp_path, OPEN, STATES).path.read_text(), lesson.words, "2026-11-28")
    for how, only in (("cheap", "create"), ("by price", "create.accepts-valid")):
        verdict = bench.run(Stated(how), text, {"desk.json": STATES}, tmp_path / how, only=(only,), profile="ci")
        failed = [r for r in verdict.results if r.outcome == "fail"]
        assert failed != []
        assert {r.changed for r in failed} == {"defaults.state, seen 2026-11-28"}
    assert list(contradicted(lesson, verdict)) == [("resources", "desk", "defaults", "state")]


def verdict_of(server: Desk, folder: Path, lesson: Lesson, only: str) -> Verdict:
    """The verdict on a server under what was learned of another."""
    text = patched(written(folder).path.read_text(), lesson.words, "2026-11-28")
    return bench.run(server, text, {"desk.json": SCHEMA}, folder / "run", only=(only,), profile="smoke")


class Careless(Desk):
    """Takes two desks of one name, which it did not when it was looked at."""

    UNIQUE = ()


def test_a_verdict_tells_them_apart(tmp_path: Path) -> None:
    lesson = learned(Desk(), tmp_path / "learned", OPEN)
    changed = verdict_of(Careless(), tmp_path / "changed", lesson, "conflict.duplicate")
    assert [bool(c.changed) for c in changed.causes] == [True]
    assert [r.changed for r in changed.results if r.outcome == "fail"] == ["unique, seen 2026-11-28"]
    assert any(line.startswith("  changed conflict.duplicate") for line in closing_lines(changed, tmp_path))
    broken = verdict_of(Desk("lost"), tmp_path / "broken", lesson, "update.persists")
    assert [c.changed for c in broken.causes] == [""]

"""A server that writes times as JavaScript does: in UTC, with three digits of a second."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.miniatures import bench
from tests.miniatures.server import Row

from restproof.learning.patch import patched

from .desk import OPEN, SCHEMA, Desk, learned, written

DUE: dict[str, Any] = {
    **SCHEMA,
    "properties": {**SCHEMA["properties"], "due": {"type": ["string", "null"], "format": "date-time"}},
}


class Due(Desk):
    SCHEMAS: Mapping[str, Any] = {"/desks": DUE}

    def kept(self, fields: Row) -> Row:
        fields = super().kept(fields)
        if isinstance(fields.get("due"), str):
            moment = datetime.fromisoformat(fields["due"].upper()).astimezone(UTC).replace(tzinfo=None)
            fields = {**fields, "due": f"{moment.isoformat(timespec='milliseconds')}Z"}
        return fields


def test_what_is_cut_is_learned_and_the_same_moment_is_no_change(tmp_path: Path) -> None:
    lesson = learned(Due(), tmp_path, OPEN, DUE)
    words = {".".join(w.name): w.value for w in lesson.words}
    assert words["normalized.due"] == "milliseconds"
    assert words["touched"] == ["moved_at"]
    text = patched(written(tmp_path, OPEN, DUE).path.read_text(), lesson.words, "2026-11-28")
    only = ("update.touches-updated-at", "update.persists")
    verdict = bench.run(Due(), text, {"desk.json": DUE}, tmp_path / "run", only=only, profile="ci")
    results = {r.requirement: r.message or r.outcome for r in verdict.results if r.requirement in only}
    assert results == dict.fromkeys(only, "pass")

"""Answers that say the same are read once, and share what was read."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from tests.miniatures import bench
from tests.miniatures.kinds import Items, item

from restproof.record.jsontext import loads
from restproof.wire import message


def test_nobody_changes_what_several_answers_share(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[bytes, Any]] = []
    read = message._parsed

    def noting(body: bytes) -> tuple[Any, str | None, str | None]:
        found = read(body)
        told.append((body, found[0]))
        return found

    shared = lru_cache(512)(noting)
    monkeypatch.setattr(message, "_parsed_before", shared)
    contract, schemas = item(sort=["title", "size"], filters={"kind": "equals"}, unique=["title"])
    bench.run(Items(), contract, schemas, tmp_path, profile="ci")
    assert shared.cache_info().hits > 100
    assert [body for body, value in told if loads(body) != value] == []

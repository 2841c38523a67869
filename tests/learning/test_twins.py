"""What was learned of a healthy server accuses it of nothing, and shows what its broken twins do wrong."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.miniatures import bench

from restproof.learning.patch import patched

from .desk import SCHEMA, learned, written
from .twins import FAULTS, Twin

WHOLE = os.environ.get("DOCUMENTS") == "all"


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """The contract as it was, and with what its healthy server taught."""
    folder = tmp_path_factory.mktemp("twins")
    lesson = learned(Twin(), folder)
    before = written(folder).path.read_text()
    return before, patched(before, lesson.words, "2026-11-28")


def failures(fault: str, text: str, folder: Path, profile: str) -> list[str]:
    server = Twin(fault) if fault else Twin()
    verdict = bench.run(server, text, {"desk.json": SCHEMA}, folder, profile=profile)
    return [f"{r.requirement}: {r.message}" for r in verdict.results if r.outcome in ("fail", "error")]


@pytest.mark.parametrize("profile", ["smoke", *(["ci"] if WHOLE else [])])
def test_the_healthy_server_is_not_accused(texts: tuple[str, str], profile: str, tmp_path: Path) -> None:
    assert failures("", texts[1], tmp_path, profile) == []


def seen(text: str, folder: Path) -> set[str]:
    """The faults of which something is told that is not told of the healthy server too."""
    healthy = set(failures("", text, folder, "ci"))
    return {f for f in FAULTS if not healthy.issuperset(failures(f, text, folder / f, "ci"))}


@pytest.mark.slow
@pytest.mark.skipif(not WHOLE, reason="tox -e documents tries it")
def test_nine_of_ten_faults_are_seen_with_what_was_learned(texts: tuple[str, str], tmp_path: Path) -> None:
    before, after = (seen(text, tmp_path / name) for name, text in zip(("before", "after"), texts, strict=True))
    assert before <= after
    assert len(after) >= 0.9 * len(FAULTS), sorted(set(FAULTS) - after)

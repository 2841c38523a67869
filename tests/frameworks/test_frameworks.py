"""Honest services made with frameworks, behind the documents that those make of them: what was seen stands in
``seen.json`` and in the documentation, and where a framework is installed (``tox -e documents``) it is seen again."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from tests.frameworks.bench import HERE, is_there, running
from tests.frameworks.catalogue import FRAMEWORKS, Framework
from tests.frameworks.seen import PAGE, blessed, digest, kept, measured, shares, table

REASON = "tox -e documents tries it"
GRAVE = ("absent-crashes", "create-not-kept", "change-not-kept", "delete-not-done", "long-text-crashes")
"""Failures of the server and lost writes: those that nobody may take for what it does."""


NAMES = [framework.name for framework in FRAMEWORKS]
WHOLE = os.environ.get("DOCUMENTS") == "all"


def whole(test: Any) -> Any:
    """A test that takes minutes for each service, and is left to an environment of its own."""
    for mark in (pytest.mark.slow, pytest.mark.timeout(3600), pytest.mark.skipif(not WHOLE, reason=REASON)):
        test = mark(test)
    return test


def test_there_are_twenty_and_each_was_seen_as_it_is() -> None:
    assert len(FRAMEWORKS) >= 20
    assert {name: row["digest"] for name, row in kept().items()} == {f.name: digest(f) for f in FRAMEWORKS}
    assert [f.name for f in FRAMEWORKS if not set(kept()[f.name]["faults"]) <= set(f.faults)] == []


def test_none_was_accused_and_faults_were_told() -> None:
    assert [line for row in kept().values() for line in row["accused"]] == []
    every, alone, learned, taught = shares(kept())
    assert alone >= 0.6 * every
    assert taught >= 0.9 * learned > 0


def test_the_page_shows_what_was_seen() -> None:
    assert table() in PAGE.read_text(encoding="utf-8")


def test_every_service_is_in_the_catalogue() -> None:
    files = {p.stem for p in (HERE / "services").glob("*.py")} | {
        p.name for p in (HERE / "node").iterdir() if p.name not in ("seeded.cjs", "typescript.cjs")
    }
    assert files - {"__init__"} == {f.file for f in FRAMEWORKS}


def test_a_service_that_does_not_begin_says_why(tmp_path: Path) -> None:
    broken = Framework("broken", "pytest", "none_such", "/openapi.json", ())
    with pytest.raises(pytest.fail.Exception, match=r"No module named .*none_such"), running(broken, tmp_path):
        pass


@whole
@pytest.mark.parametrize("framework", FRAMEWORKS, ids=NAMES)
def test_an_honest_service_is_left_in_peace_and_its_faults_are_told(framework: Framework, tmp_path: Path) -> None:
    assert is_there(framework), f"{framework.name} is not installed"
    found = measured(framework, tmp_path)
    assert found.accused == []
    seen = kept()[framework.name]["faults"]
    told = {fault for fault, (alone, _) in seen.items() if alone}
    assert told <= {fault for fault, (alone, _) in found.faults.items() if alone}
    assert {f for f, (_, taught) in seen.items() if taught} <= {f for f, (_, taught) in found.faults.items() if taught}


@whole
@pytest.mark.parametrize("framework", [f for f in FRAMEWORKS if {*GRAVE} & {*f.faults}], ids=lambda f: f.name)
def test_no_fault_becomes_a_word(framework: Framework, tmp_path: Path) -> None:
    assert is_there(framework), f"{framework.name} is not installed"
    fault = next(fault for fault in GRAVE if fault in framework.faults)
    assert blessed(framework, tmp_path, fault) == []

"""The published kill matrix is that of the present catalogue and register."""

from __future__ import annotations

import re
from pathlib import Path

from restproof.engine.register import load
from restproof.sandbox.faults import catalogue

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "kill-matrix.md").read_text(encoding="utf-8")
ROW = re.compile(
    r"^\| `(?P<fault>[\w-]+)` \| (?P<does>.*?) \| (?P<breaks>[a-z0-9-]+\.[a-z0-9-]+) \| (?P<caught>\S+) \|", re.M
)


def test_it_tells_of_each_fault_what_it_does_and_breaks() -> None:
    told = {m["fault"]: (m["does"], m["breaks"]) for m in ROW.finditer(PAGE)}
    assert told == {name: (fault.summary, fault.requirement) for name, fault in catalogue().items()}


def test_every_fault_is_caught() -> None:
    assert {m["caught"] for m in ROW.finditer(PAGE)} == {"yes"}


def test_it_tells_of_each_requirement_which_test_proves_it() -> None:
    rules = load(ROOT / "suites" / "requirements.yaml").values()
    untold = [r.id for r in rules if not re.search(rf"^\| {re.escape(r.id)} \| {r.level} \| .+ \|", PAGE, re.M)]
    assert untold == []

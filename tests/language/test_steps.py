"""Schemas of single operations, on a server that opens with less than it changes later, and on its broken twin."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.generated.running import run
from tests.openapi.honest import Service, serving

from restproof.record.reader import read

from .steps import ROUTES

CONTRACT = Path(__file__).parent / "contracts" / "steps"
TWINS = {
    "no-reason": ("input.required", "reason"),
    "one-will-do": ("input.required", None),
    "room-null": ("input.null", "room"),
    "room-kept": ("update.null-clears", "room"),
    "long-lines": ("shape.list", "tags"),
}
"""What the server does wrong: the rule and the field that tell of it."""


@pytest.mark.slow
def test_each_operation_is_held_to_its_own_schema(tmp_path: Path) -> None:
    with serving(Service(ROUTES)) as url:
        told = run(CONTRACT, tmp_path / "run", "--target", url)
    assert not told.troubles
    assert told.summary["verdict"] == "conforming"


def test_what_is_right_for_another_operation_is_told(tmp_path: Path) -> None:
    only = [f"--only={rule}" for rule in sorted({"list.entry-agrees", *(rule for rule, _ in TWINS.values())})]
    with serving(Service(ROUTES, frozenset(TWINS))) as url:
        run(CONTRACT, tmp_path / "run", "--target", url, *only, "--profile", "ci")
    found = read(tmp_path / "run" / "run.jsonl.gz")
    rules = {item.id: item.requirement for item in found.items}
    told = {(rules[f.item], f.field) for f in found.findings}
    assert {name for name, where in TWINS.items() if where not in told} == set()

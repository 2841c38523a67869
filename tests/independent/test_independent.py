"""The suites against a server that shares nothing with them: both conforming varieties pass, and seeded faults are
told by the rule that names them. One variety, unless ``SERVERS=all``. All faults: ``python -m
tests.independent.matrix``."""

from __future__ import annotations

import ast
import os
import sys
from pathlib import Path

import pytest

from .faults import FAULTS
from .matrix import fallen, serving, tried
from .variety import VARIETIES

pytestmark = pytest.mark.slow
HERE = Path(__file__).parent
SERVER = ("access", "api", "faults", "listing", "places", "resources", "seeded", "server", "state", "values", "variety")

#: Fault → the families that a run is narrowed to.
SAMPLE = {
    "patch-resets-private": "update",
    "unique-accents": "conflict",
    "refused-create-stored": "create",
    "sort-utf16": "list",
    "delete-clears-departments": "delete",
    "foreign-reads": "auth",
    "date-time-accepted": "input",
    "body-before-auth": "refusal",
}


@pytest.mark.parametrize("variety", sorted(VARIETIES) if os.environ.get("SERVERS") == "all" else ["B"])
def test_a_server_that_keeps_the_description_conforms(variety: str, tmp_path: Path) -> None:
    with serving(variety) as told:
        summary = tried(told, tmp_path, ("--restproof-seed", "7"))
    assert fallen(summary) == []
    assert summary["verdict"] == "conforming", summary.get("output")


@pytest.mark.parametrize("fault", SAMPLE)
def test_a_seeded_fault_is_told_by_a_rule_that_names_it(fault: str, tmp_path: Path) -> None:
    with serving("A", (fault,)) as told:
        summary = tried(told, tmp_path, ("--restproof-only", SAMPLE[fault]))
    assert summary["verdict"] == "not conforming", summary.get("output")
    first = fallen(summary)[0]["requirement"]
    assert any(first == rule or (rule.endswith(".") and first.startswith(rule)) for rule in FAULTS[fault]), first


def test_the_server_shares_nothing_with_what_it_is_held_against() -> None:
    for name in (*SERVER, "writing"):
        tree = ast.parse((HERE / f"{name}.py").read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            named = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and not node.level:
                named = [node.module or ""]
            assert all(n.partition(".")[0] in sys.stdlib_module_names for n in named), name

"""The kind of a finding is declared, and never made of prose."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from restproof.oracle.finding import Finding
from restproof.oracle.kinds import KINDS, SLUG

ROOT = Path(__file__).parents[2]
PLACES = ("suites", "src/restproof/suite", "src/restproof/oracle", "src/restproof/traffic")
PASSED_ON = {"kind", "findings[0].kind"}
"""Arguments that hand on a kind that was given elsewhere."""


def given() -> Iterator[tuple[str, ast.expr]]:
    """Every argument ``kind`` of a call where findings are made, with its place."""
    for path in (path for place in PLACES for path in sorted((ROOT / place).glob("*.py"))):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                yield from ((f"{path.name}:{node.lineno}", k.value) for k in node.keywords if k.arg == "kind")


def literals(value: ast.expr) -> list[str]:
    """The texts that an expression can come to; those of both branches of a choice."""
    if isinstance(value, ast.IfExp):
        return [*literals(value.body), *literals(value.orelse)]
    return [value.value] if isinstance(value, ast.Constant) and isinstance(value.value, str) else []


def test_every_kind_is_written_out() -> None:
    made = [place for place, value in given() if not literals(value) and ast.unparse(value) not in PASSED_ON]
    assert made == []


def test_the_kinds_that_are_used_are_those_that_are_declared() -> None:
    assert {kind for _, value in given() for kind in literals(value)} == set(KINDS)
    assert all(SLUG.fullmatch(kind) for kind in KINDS)


@pytest.mark.parametrize("kind", ["value of the state", "Status", "", "page_size", "a-"])
def test_prose_is_no_kind(kind: str) -> None:
    with pytest.raises(ValueError, match="is a slug"):
        Finding("wrong", kind)

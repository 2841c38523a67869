"""Contracts that need the words of the language, on the sandbox, on honest servers that know none of it, and on their
broken twins."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.generated.running import run
from tests.openapi.honest import Service, serving

from restproof.record.reader import read

from .kinds import ROUTES

CONTRACTS = Path(__file__).parent / "contracts"
TWINS = {
    "names-unchecked": ("input.bounds", "labels"),
    "closed-ignored": ("input.unknown-field", "owner"),
    "street-optional": ("input.bounds", "address"),
    "root-allowed": ("input.business-rule", "kind"),
    "closes-drafts": ("input.business-rule", "status"),
    "x-written": ("create.server-set", "x"),
}
"""What the server does wrong: the rule and the field that tell of it."""


@pytest.mark.parametrize("name", sorted(p.name for p in CONTRACTS.iterdir()))
def test_the_sandbox_keeps_the_contract(name: str, tmp_path: Path) -> None:
    told = run(CONTRACTS / name, tmp_path / "run")
    assert not told.troubles
    assert told.summary["verdict"] == "conforming"


@pytest.mark.slow
def test_an_honest_server_is_not_blamed(tmp_path: Path) -> None:
    with serving(Service(ROUTES)) as url:
        told = run(CONTRACTS / "kinds", tmp_path / "run", "--target", url)
    assert not told.troubles
    assert told.summary["verdict"] == "conforming"


@pytest.mark.slow
def test_each_mistake_of_its_broken_twin_is_caught(tmp_path: Path) -> None:
    only = [f"--only={rule}" for rule in sorted({rule for rule, _ in TWINS.values()})]
    with serving(Service(ROUTES, frozenset(TWINS))) as url:
        run(CONTRACTS / "kinds", tmp_path / "run", "--target", url, *only, "--profile", "ci")
    found = read(tmp_path / "run" / "run.jsonl.gz")
    rules = {item.id: item.requirement for item in found.items}
    told = {(rules[f.item], f.field) for f in found.findings}
    assert {name for name, where in TWINS.items() if where not in told} == set()


def test_a_merged_part_is_kept_whole(tmp_path: Path) -> None:
    with serving(Service(ROUTES, frozenset({"zip-lost"}))) as url:
        told = run(
            CONTRACTS / "kinds", tmp_path / "run", "--target", url, "--only=create.accepts-valid", "--profile=ci"
        )
    assert told.requirements("fail") == {"create.accepts-valid"}

"""Each miniature is left in peace, and its broken twin is not. By default some of them; with ``MINIATURES=all``
(``tox -e miniatures``) all, and the profile that ``MINIATURES_PROFILE`` names."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.miniatures import (
    bench,
    kinds_addressed,
    kinds_answers,
    kinds_chosen,
    kinds_identities,
    kinds_inside,
    kinds_lists,
    kinds_makes,
    kinds_maps,
    kinds_names,
    kinds_parents,
    kinds_quotas,
    kinds_references,
    kinds_schemas,
    kinds_states,
    kinds_values,
    kinds_ways,
)
from tests.miniatures.kinds import Kind
from tests.miniatures.server import Shop

MODULES = (
    kinds_answers,
    kinds_chosen,
    kinds_identities,
    kinds_values,
    kinds_states,
    kinds_schemas,
    kinds_lists,
    kinds_makes,
    kinds_ways,
    kinds_references,
    kinds_parents,
    kinds_quotas,
    kinds_addressed,
    kinds_maps,
    kinds_inside,
    kinds_names,
)
KINDS = {kind.name: kind for module in MODULES for kind in module.kinds()}
PROFILE = os.environ.get("MINIATURES_PROFILE", "smoke")
STEP = 1 if os.environ.get("MINIATURES") == "all" else 3
"""By default every third: all of them take a minute."""
TRIED = dict(list(KINDS.items())[::STEP])


def judged(kind: Kind, server: Shop, folder: Path, *, whole: bool) -> dict[str, list[str]]:
    """What is told against the server: the messages of each requirement, and of what was not judged."""
    only = () if whole else kind.only
    verdict = bench.run(server, kind.contract, kind.schemas, folder, only=only, profile=PROFILE)
    found: dict[str, list[str]] = {}
    for result in verdict.results:
        if result.outcome in ("fail", "error", "blocked"):
            found.setdefault(result.requirement, []).append(f"{result.outcome} {result.item}: {result.message}")
    if whole and verdict.verdict == "not judged":
        found["verdict"] = ["not judged"]
    return found


def test_there_are_many_kinds() -> None:
    assert len(KINDS) >= 40


@pytest.mark.parametrize("kind", TRIED.values(), ids=TRIED)
def test_an_honest_miniature_is_left_in_peace(kind: Kind, tmp_path: Path) -> None:
    found = judged(kind, kind.honest(), tmp_path, whole=True)
    assert {n: m for n, m in found.items() if n not in kind.tolerated} == {}


@pytest.mark.parametrize("kind", TRIED.values(), ids=TRIED)
def test_its_broken_twin_is_not(kind: Kind, tmp_path: Path) -> None:
    assert judged(kind, kind.broken(), tmp_path, whole=False).keys() - kind.tolerated

"""What is written is seen later: it is waited for within the bound, and what never comes is told."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.generated.running import run
from tests.openapi.honest import serving

from .later import ROUTES, Late

CONTRACT = Path(__file__).parent / "later"
SEEN_LATE = {
    *("create.reads-back", "create.is-listed", "update.persists", "update.answers-ok", "delete.is-gone"),
    *("list.filter-complete", "list.filter-sound", "list.totals", "lifecycle.model"),
}


@pytest.mark.slow
def test_a_server_that_shows_writes_later_is_not_blamed(tmp_path: Path) -> None:
    only = [f"--only={rule}" for rule in sorted(SEEN_LATE)]
    with serving(Late(ROUTES)) as url:
        told = run(CONTRACT, tmp_path / "run", "--target", url, *only)
    assert not told.troubles
    assert told.summary["verdict"] == "conforming"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("faults", "rules"),
    [
        ({"never-stored"}, {"create.reads-back"}),
        (
            {"never-changed", "never-deleted", "never-indexed"},
            {"update.persists", "delete.is-gone", "list.filter-complete", "list.totals"},
        ),
    ],
)
def test_what_never_comes_is_told(faults: set[str], rules: set[str], tmp_path: Path) -> None:
    only = [f"--only={rule}" for rule in sorted(rules)]
    with serving(Late(ROUTES, frozenset(faults))) as url:
        told = run(CONTRACT, tmp_path / "run", "--target", url, *only)
    assert told.requirements("fail") == rules

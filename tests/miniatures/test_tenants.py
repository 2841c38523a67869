"""Tenants that are told apart by their credential alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from tests.miniatures import bench
from tests.miniatures.kinds import Items, item
from tests.miniatures.server import Refused

from restproof.wire.message import Request


class Closed(Items):
    """Whoever is another tenant is refused before anything is looked at."""

    open_to: tuple[tuple[str, str], ...] = ()

    def admit(self, request: Request) -> None:
        if request.header("Authorization") == "Bearer foreign":
            asked = request.method, "list" if request.target.partition("?")[0] == "/items" else "item"
            if asked not in self.open_to:
                raise Refused(403, "is another tenant's")


class Listing(Closed):
    open_to = (("GET", "list"),)


@pytest.mark.parametrize(("server", "outcome"), [(Closed, "pass"), (Listing, "fail")])
def test_a_list_that_is_refused_whole_shows_nothing(server: Callable[[], Items], outcome: str, tmp_path: Path) -> None:
    contract, schemas = item(contract={"auth": "bearer"})
    found = bench.run(server(), contract, schemas, tmp_path, only=("auth.object-level",), tenants=True)
    told: Mapping[str, str] = {r.item: r.outcome for r in found.results}
    assert told["auth.object-level[item-list]"] == outcome

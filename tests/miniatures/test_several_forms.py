"""APIs that have several forms of JSON, of which a contract speaks of one: what is asked for in no form that they have
may come in another one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.miniatures import bench
from tests.miniatures.kinds import Items, item
from tests.miniatures.server import JSON, Answer, Shop

from restproof.wire.message import Request


class Linked(Items):
    """Answers plain JSON, and linked data to who asks for something else."""

    MEDIA = "application/ld+json; charset=utf-8"

    def answer(self, request: Request, path: str, query: Mapping[str, str]) -> Answer:
        found = super().answer(request, path, query)
        if found.status >= 300 or JSON in (request.header("Accept") or JSON):
            return found
        whole: Any = found.body
        return Answer(found.status, {"member": whole} if isinstance(whole, list) else {"data": whole}, media=self.MEDIA)


class Wrapped(Linked):
    """Calls what is wrapped plain JSON."""

    MEDIA = JSON


@pytest.mark.parametrize(("server", "outcomes"), [(Linked, {"pass"}), (Wrapped, {"fail"})])
def test_what_is_called_otherwise_is_not_judged_by_the_contracts_form(
    server: type[Shop], outcomes: set[str], tmp_path: Path
) -> None:
    only = ("media.json-only", "shape.list", "shape.resource")
    found = bench.run(server(), *item(), tmp_path, only=only, profile="ci")
    told = {r.requirement: r.outcome for r in found.results if r.operation in ("list", "read")}
    assert told["media.json-only"] == "pass"
    assert {told["shape.list"], told["shape.resource"]} == outcomes

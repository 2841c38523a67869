"""Actions that have paths of their own below an item, whatever they are called."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.miniatures import bench
from tests.miniatures.kinds import Items, item
from tests.miniatures.server import Answer, Shop

from restproof.wire.message import Request


class Acting(Items):
    """``POST /items/7/commit``: the router knows no name of an action, and answers any other method with 405."""

    status, allow = 405, "POST, OPTIONS"

    def answer(self, request: Request, path: str, query: Mapping[str, str]) -> Answer:
        if re.fullmatch(r"/items/[^/]+/[^/]+", path) and request.method != "POST":
            return Answer(self.status, {"error": "not possible here"}, {"Allow": self.allow})
        return super().answer(request, path, query)


class Reading(Acting):
    """It says that one may read there, and refuses to."""

    allow = "GET, POST"


class Open(Acting):
    status = 200


@pytest.mark.parametrize(("server", "outcome"), [(Acting, "pass"), (Reading, "fail"), (Open, "fail")])
def test_a_path_of_an_action_is_read_in_vain(server: type[Shop], outcome: str, tmp_path: Path) -> None:
    only = ("identity.unknown-path",)
    results = bench.run(server(), *item(), tmp_path, only=only, profile="ci").results
    assert {r.outcome for r in results if r.resource == "item"} == {outcome}

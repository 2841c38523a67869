"""A header that overrides the method may be obeyed by any request: what answers then is no answer to the method that
was sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.miniatures import bench
from tests.miniatures.kinds import Items, item
from tests.miniatures.server import Answer

from restproof.wire.message import Request


class Overridden(Items):
    """Acts by the method that a header names, and tells of a delete what was deleted."""

    def answer(self, request: Request, path: str, query: Mapping[str, str]) -> Answer:
        return super().answer(replace(request, method=self.method(request)), path, query)

    def method(self, request: Request) -> str:
        return request.header("X-HTTP-Method-Override") or request.method

    def do_delete(self, path: str, id: str) -> Answer:
        super().do_delete(path, id)
        return Answer(200, [{"deleted": 1}])


class Kept(Overridden):
    """Has no delete."""

    VERBS: Mapping[str, Mapping[str, str]] = {
        "collection": Items.VERBS["collection"],
        "item": {"GET": "read", "PATCH": "update"},
    }


class Generous(Kept):
    """Allows, by its own word, the very method that it has refused."""

    def answer(self, request: Request, path: str, query: Mapping[str, str]) -> Answer:
        found = super().answer(request, path, query)
        return (
            found if found.status != 405 else replace(found, headers={"Allow": "GET, HEAD, PATCH, POST, PUT, DELETE"})
        )


NO_DELETE = {"operations": ["list", "create", "read", "update"]}


@pytest.mark.parametrize(
    ("server", "words", "failed"),
    [
        (Overridden, {"statuses": {"deleted": 200}}, set[str]()),
        (Kept, NO_DELETE, set[str]()),
        (Generous, NO_DELETE, {"protocol.405-allow"}),
    ],
)
def test_an_answer_to_another_method_is_not_judged_as_one_to_the_method_that_was_sent(
    server: type[Items], words: dict[str, Any], failed: set[str], tmp_path: Path
) -> None:
    found = bench.run(server(), *item(**words), tmp_path, profile="ci")
    assert {r.requirement for r in found.results if r.outcome not in ("pass", "not tested", "not applicable")} == failed

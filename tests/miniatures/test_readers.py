"""What is told of a credential that may only read is what was seen: a write that was accepted was not denied."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.miniatures import bench
from tests.miniatures.kinds import Items, item
from tests.miniatures.server import Answer, Refused

from restproof.wire.message import Request


class Reading(Items):
    """Who may only read is denied a write."""

    UNIQUE = ("title",)

    def answer(self, request: Request, path: str, query: Mapping[str, str]) -> Answer:
        if request.method != "GET" and request.header("Authorization") == "Bearer read_only":
            return self.denied(request, path, query)
        return super().answer(request, path, query)

    def denied(self, request: Request, path: str, query: Mapping[str, str]) -> Answer:
        raise Refused(403, "may only read")


class Writing(Reading):
    """Nobody is denied anything."""

    def denied(self, request: Request, path: str, query: Mapping[str, str]) -> Answer:
        return Items.answer(self, request, path, query)


class Late(Reading):
    """A write is carried out, and denied then."""

    def denied(self, request: Request, path: str, query: Mapping[str, str]) -> Answer:
        Items.answer(self, request, path, query)
        return super().denied(request, path, query)


@pytest.mark.parametrize(
    ("server", "failing", "status"),
    [
        (Reading, set(), ""),
        (Writing, {"create", "update", "delete"}, "(answered 2"),
        (Late, {"create", "update", "delete"}, "(answered 403)"),
    ],
)
def test_a_write_of_who_may_only_read_is_told_as_it_was_answered(
    server: type[Reading], failing: set[str], status: str, tmp_path: Path
) -> None:
    contract, schemas = item(unique=["title"], contract={"auth": "bearer"})
    found = bench.run(server(), contract, schemas, tmp_path, only=("auth.forbidden-no-effect",), reader=True)
    told = {r.operation: r.message for r in found.results if r.outcome in ("fail", "error")}
    assert told.keys() == failing
    assert all("denied" not in words and status in words for words in told.values()), told

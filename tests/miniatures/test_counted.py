"""Rate limits that are told to whoever is known, by the API itself."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.miniatures import bench
from tests.miniatures.kinds import Items, item
from tests.miniatures.server import Refused

from restproof.wire.message import Request

Wire = tuple[int, bytes, tuple[tuple[str, str], ...]]


class Counting(Items):
    """Who is not known has no limit, and what is too long never comes to who counts."""

    UNTOLD: tuple[int, ...] = (401, 414)

    def admit(self, request: Request) -> None:
        if len(request.target) > 4000:
            raise Refused(414, "is too long")
        if request.header("Authorization") != "Bearer full":
            raise Refused(401, "is not known")

    def __call__(self, request: Request) -> Wire:
        status, body, fields = super().__call__(request)
        challenge = (("WWW-Authenticate", "Bearer"),) if status == 401 else ()
        told = () if status in self.UNTOLD else (("X-Limit", "100"), ("X-Left", "50"))
        return status, body, (*fields, *challenge, *told)


class Reserved(Counting):
    """Tells it of no refusal."""

    UNTOLD = (400, 401, 404, 414)


LIMIT: Mapping[str, Mapping[str, str]] = {"rate_limit": {"limit": "X-Limit", "remaining": "X-Left"}}


@pytest.mark.parametrize(
    ("server", "carried_by", "is_told"),
    [(Counting, "counted", False), (Reserved, "counted", True), (Counting, "all", True)],
)
def test_a_limit_is_told_in_each_answer_to_who_is_known(
    server: type[Counting], carried_by: str, is_told: bool, tmp_path: Path
) -> None:
    limit = {**LIMIT["rate_limit"], "carried_by": carried_by}
    words = {"auth": "bearer", "policies": ["limit.headers"], "rate_limit": limit}
    contract, schemas = item(contract=words)
    only = ("limit.headers", "auth.missing", "input.too-large", "identity.unknown", "input.type")
    found = bench.run(server(), contract, schemas, tmp_path, only=only)
    failed = {r.requirement for r in found.results if r.outcome == "fail"}
    assert failed == ({"limit.headers"} if is_told else set())

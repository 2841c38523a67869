"""Lists that show a moment later what was made: no document says when they do."""

from __future__ import annotations

import math
import time
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.openapi.honest import Request, Service
from tests.openapi.shares import wrong
from tests.openapi.test_directions import honest
from tests.openapi.test_supposed import SENT, SHOWN, ran
from tests.openapi.unsaid import Document, boxes, call


def paths() -> Document:
    absent: Document = {"404": {"description": "absent"}}
    found = boxes(call(SHOWN, SENT, 201, others={"400": {"description": "wrong"}}), get=call(SHOWN, others=absent))
    found["/boxes"]["get"] = call({"type": "array", "items": SHOWN})
    return found


def late(seconds: float) -> Service:
    """A service whose list comes from an index that is ``seconds`` behind."""
    made: dict[Any, float] = defaultdict(time.monotonic)

    def page(request: Request, items: list[dict[str, Any]]) -> Any:
        now = time.monotonic()
        return [item for item in items if now - made[item["id"]] >= seconds]

    kind = replace(honest(), page=page)

    def create(service: Service, request: Request) -> tuple[int, Any]:
        status, answer = kind.create(service, request)
        _ = made[answer.body["id"]]
        return status, answer

    reads = {way: handler for way, handler in kind.routes().items() if way[0] == "GET"}
    return Service({**reads, ("POST", kind.path): create})


@pytest.mark.parametrize(("seconds", "is_told"), [(0.05, False), (math.inf, True)], ids=["late", "never"])
def test_what_a_list_shows_a_moment_later_is_listed(seconds: float, is_told: bool, tmp_path: Path) -> None:
    told = wrong(ran(tmp_path, paths(), late(seconds), "ci"))
    assert any("create.is-listed" in one for one in told) is is_told
    assert is_told or told == [], told

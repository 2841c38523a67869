"""Documents that say whom an operation refuses (401, 403), and nothing of a credential."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.openapi.honest import Refused, Request, Service
from tests.openapi.shares import wrong
from tests.openapi.test_directions import honest
from tests.openapi.test_supposed import SENT, SHOWN, ran
from tests.openapi.unsaid import Document, boxes, call

ABSENT: Document = {"404": {"description": "absent"}}


def paths(status: int) -> Document:
    refused = {str(status): {"description": "refused"}}
    found = boxes(call(SHOWN, SENT, 201, others=refused), get=call(SHOWN, others=ABSENT | refused))
    found["/boxes"]["get"] = call({"type": "array", "items": SHOWN}, others=refused)
    found["/boxes/{id}"]["delete"] = {"responses": {"204": {"description": "gone"}, **ABSENT}}
    return found


def keeping_out(status: int, *ways: tuple[str, str]) -> Service:
    """A service that refuses these; by its path with an id, what is there alone."""
    kind = honest()

    def refuse(service: Service, request: Request) -> tuple[int, Any]:
        if request.path:
            kind.found(service, request)
        raise Refused(status, "who are you?")

    routes = {way: handler for way, handler in kind.routes().items() if way[0] != "PATCH"}
    return Service({**routes, **dict.fromkeys(ways, refuse)})


LIST, READ, CREATE = ("GET", "/boxes"), ("GET", "/boxes/{id}"), ("POST", "/boxes")


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize("ways", [(LIST,), (READ,), (LIST, READ), (CREATE,)], ids=["list", "read", "both", "create"])
def test_who_is_kept_out_as_the_document_says_accuses_nobody(
    ways: tuple[tuple[str, str], ...], status: int, tmp_path: Path
) -> None:
    verdict = ran(tmp_path, paths(status), keeping_out(status, *ways), "smoke")
    assert wrong(verdict) == []
    assert any("say `auth`" in str(r.message) for r in verdict.results if r.outcome == "not tested")


def test_what_the_document_does_not_say_is_told(tmp_path: Path) -> None:
    assert wrong(ran(tmp_path, paths(400), keeping_out(403, READ), "smoke"))


def test_what_is_wrong_with_the_rest_is_told(tmp_path: Path) -> None:
    kind = replace(honest(), created=200)
    service = keeping_out(403, LIST)
    service.routes = {**service.routes, CREATE: kind.create}
    assert wrong(ran(tmp_path, paths(403), service, "smoke"))

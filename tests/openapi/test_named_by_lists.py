"""A create whose answer does not name what it has made, and a list that shows it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.openapi.emitted.common import Kind
from tests.openapi.honest import Request, Service
from tests.openapi.test_directions import honest
from tests.openapi.test_supposed import SENT, SHOWN, ran
from tests.openapi.unsaid import Document, boxes, call

from restproof.oracle.verdict import Verdict

from .shares import wrong

PAGES: Document = {"type": "object", "properties": {"results": {"type": "array", "items": SHOWN}}}
WRONG: Document = {"400": {"description": "wrong"}}
ABSENT: Document = {"404": {"description": "absent"}}


def paths() -> Document:
    """Boxes as Django REST Framework shows them where a create has a serializer of its own, which knows no id."""
    found = boxes(call(SENT, SENT, 201, others=WRONG), get=call(SHOWN, others=ABSENT))
    found["/boxes"]["get"] = call(PAGES)
    change = {**SENT, "required": []}
    found["/boxes/{id}"] |= {"patch": call(SHOWN, change, others={**WRONG, **ABSENT})}
    found["/boxes/{id}"] |= {"delete": {"responses": {"204": {"description": "gone"}, **ABSENT}}}
    return found


def service(**handlers: Any) -> Service:
    """``handlers``: of PATCH or GET instead of those that are right."""
    kind = replace(honest(), page=lambda request, items: {"results": items})
    bare: Kind = replace(kind, shown=lambda item: {n: v for n, v in item.items() if n != "id"})
    own = {(method, kind.one): handler for method, handler in handlers.items()}
    return Service({**kind.routes(), ("POST", kind.path): bare.create, **own})


def passed(verdict: Verdict) -> set[str]:
    return {r.requirement for r in verdict.results if r.outcome == "pass"}


def test_what_is_found_by_its_token_is_proven_and_what_is_others_stays(tmp_path: Path) -> None:
    one = service()
    theirs = {n: {"id": n, "label": f"Oak {n}"} for n in range(1, 21)}
    one.stores["boxes"], one.numbers["boxes"] = {n: {**item} for n, item in theirs.items()}, len(theirs)
    verdict = ran(tmp_path, paths(), one, "ci")
    assert wrong(verdict) == []
    assert passed(verdict) >= {"create.reads-back", "create.is-listed", "update.persists", "delete.is-gone"}
    assert {n: item for n, item in one.stores["boxes"].items() if n in theirs} == theirs


def test_a_lost_update_is_told(tmp_path: Path) -> None:
    kind = honest()

    def lose(service: Service, request: Request) -> tuple[int, Any]:
        return 200, {**kind.found(service, request), **kind.valid(service, request, ())}

    assert any("update" in said for said in wrong(ran(tmp_path, paths(), service(PATCH=lose))))

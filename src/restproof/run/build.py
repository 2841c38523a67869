"""Events to values. Each function takes an event that the schema has passed, and fills in what the format leaves out.
Raises ``ValueError`` for what a schema cannot see: base64 or a date that is none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from restproof.run.events import decode_body
from restproof.run.model import (
    Case,
    Deviation,
    Exchange,
    Finding,
    Footer,
    Header,
    Headers,
    Item,
    Note,
    Outcome,
    Request,
    Requirement,
    Response,
    Target,
)

Event = Mapping[str, Any]


def _header(event: Event) -> Header:
    contract, target = event["contract"], event["target"]
    return Header(
        restproof=event.get("restproof", ""),
        contract=contract["name"],
        title=contract.get("title") or contract["name"],
        contract_path=contract.get("path") or "",
        resources={name: tuple(operations) for name, operations in contract.get("resources", {}).items()},
        target=Target(target["name"], target.get("base_url") or "", target.get("kind", "live")),
        profile=event["profile"],
        seed=event["seed"],
        prefix=event.get("prefix", ""),
        started=event["started"],
        fail_on=event.get("fail_on", "must"),
        selection=event.get("selection", {}),
        requirements=tuple(_requirement(r) for r in event["requirements"]),
        deviations=tuple(_deviation(d) for d in event.get("deviations", ())),
        auth=contract.get("auth", "bearer"),
    )


def _requirement(found: Event) -> Requirement:
    return Requirement(
        id=found["id"],
        level=found["level"],
        statement=found["statement"],
        binding=found.get("binding", found["level"] != "policy"),
        sources=tuple(found.get("sources", ())),
        depends_on=tuple(found.get("depends_on", ())),
        not_tested=found.get("not_tested"),
    )


def _deviation(found: Event) -> Deviation:
    return Deviation(
        requirement=found["requirement"],
        resource=found.get("resource"),
        operation=found.get("operation"),
        field=found.get("field"),
        owner=found.get("owner") or "",
        reason=found.get("reason") or "",
        expires=date.fromisoformat(found["expires"]).isoformat() if found.get("expires") else None,
        evidence=found.get("evidence") or "",
    )


def _item(event: Event) -> Item:
    return Item(
        id=event["item"],
        requirement=event["requirement"],
        resource=event.get("resource"),
        operation=event.get("operation"),
        nodeid=event.get("nodeid", ""),
        cost=event.get("cost", 0),
    )


def _case(event: Event) -> Case:
    return Case(id=event["case"], item=event["item"], input=event.get("input", {}))


def _headers(found: Event) -> Headers:
    return tuple((name, value) for name, value in found.get("headers", ()))


def _exchange(event: Event) -> Exchange:
    request, response = event["request"], event.get("response")
    return Exchange(
        n=event["n"],
        request=Request(request["method"], request["url"], _headers(request), decode_body(request.get("body"))),
        response=response
        and Response(
            response["status"], response.get("reason") or "", _headers(response), decode_body(response.get("body"))
        ),
        error=event.get("error"),
        item=event.get("item"),
        case=event.get("case"),
        setup=event.get("setup"),
        resource=event.get("resource"),
        operation=event.get("operation"),
        credential=event.get("credential"),
        started=event.get("started", 0.0),
        elapsed=event.get("elapsed", 0.0),
        worker=event.get("worker", 0),
    )


def _finding(event: Event) -> Finding:
    return Finding(
        item=event["item"],
        message=event["message"],
        case=event.get("case"),
        exchange=event.get("exchange"),
        expected=event.get("expected") or "",
        actual=event.get("actual") or "",
        pointer=event.get("pointer"),
        field=event.get("field"),
        kind=event.get("kind") or "",
    )


def _outcome(event: Event) -> Outcome:
    return Outcome(event["item"], event["outcome"], event.get("cases"), event.get("reason") or "")


def _note(event: Event) -> Note:
    return Note(event["kind"], event["message"], event.get("started", 0.0))


def _footer(event: Event) -> Footer:
    cleanup = event.get("cleanup") or {}
    return Footer(
        complete=event["complete"],
        finished=event.get("finished") or "",
        duration=event.get("duration", 0.0),
        requests=event.get("requests", 0),
        interrupted=event.get("interrupted"),
        deleted=cleanup.get("deleted", 0),
        left=tuple(cleanup.get("left", ())),
    )


BUILDERS: Mapping[str, Callable[[Event], Any]] = {
    "header": _header,
    "item": _item,
    "case": _case,
    "exchange": _exchange,
    "finding": _finding,
    "outcome": _outcome,
    "note": _note,
    "footer": _footer,
}

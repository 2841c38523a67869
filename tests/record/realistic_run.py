"""Runs as large and as varied as real ones."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterator
from typing import Any

from .synthetic_run import (
    ALL,
    HOSTILE,
    RESOURCES,
    RULES,
    Event,
    case,
    exchange,
    finding,
    footer,
    header,
    item,
    outcome,
)

FIELDS = ["address", "city", "country_code", "division", "fax", "phone", "state_code", "zip"]


def _office(rng: random.Random, number: int) -> dict[str, Any]:
    body: dict[str, Any] = {"name": f"rp-4k2f9c Zürich №{number}"}
    body.update({f: rng.choice([None, "Main Street 4", "Springfield", "CA", "éàü 漢字"]) for f in FIELDS})
    return body


def realistic(faults: bool = True, repeats: int = 11, per_item: int = 4, seed: int = 1) -> Iterator[Event]:
    """A run of the usual size: about 1,000 items and 4,000 exchanges; with ``faults``, of a server that breaks some
    rules."""
    rng = random.Random(seed)
    rules = [*RULES]
    extra: dict[str, tuple[str, str, list[str], list[str]]] = {
        f"input.bounds-{k}": ("must", f"keyword number {k} holds on both sides of its bound", ["contract"], [])
        for k in range(repeats)
    }
    extra |= {
        f"shape.part-{k}": ("must", f"part {k} of a body matches the schema", ["contract"], []) for k in range(repeats)
    }
    head = header()
    head["requirements"] += [
        {"id": i, "level": lv, "binding": True, "statement": s, "sources": src, "depends_on": d, "not_tested": None}
        for i, (lv, s, src, d) in extra.items()
    ]
    head["deviations"] = (
        [
            {
                "requirement": "error.names-field",
                "resource": "program",
                "operation": None,
                "field": None,
                "owner": "platform team",
                "reason": "planned with the new validator",
                "expires": "2027-03-31",
                "evidence": "API-114",
            }
        ]
        if faults
        else []
    )
    yield head
    n = 0
    for rule in [*rules, *extra]:
        family = rule.split(".")[0]
        for resource, operations in RESOURCES.items():
            for operation in operations:
                if family in ALL and family != operation:
                    continue
                of = item(rule, resource, operation)
                yield of
                if rule == "error.problem-json":
                    yield outcome(of, "not applicable", 0, "the contract does not declare it")
                    continue
                base = _office(rng, n)
                bad = _fault(rule, resource, operation) if faults else ""
                for k in range(per_item):
                    sent = {**base, "name": f"rp-4k2f9c Zürich №{n}"}
                    if bad == "status" and k >= per_item - 2:
                        sent["name"] = 5
                    sample = case(of, k, body=sent)
                    yield sample
                    n += 1
                    made = {"id": 1000 + n, **sent}
                    yield from _exchange_and_finding(n, of, sample, sent, made, bad if k >= per_item - 2 else "")
                if faults and rule == "read.is-safe" and resource == "rfi":
                    yield outcome(of, "blocked", 0, "no shared rfi could be created")
                elif faults and rule == "auth.missing" and resource == "company":
                    yield outcome(of, "not tested", 0, "the profile's ceiling of requests was reached")
                else:
                    yield outcome(of, "fail" if bad else "pass", per_item)
    yield {"event": "note", "kind": "retry", "message": "503 on GET /offices, retried once", "started": 3.2}
    yield footer(requests=n)


def _fault(rule: str, resource: str, operation: str) -> str:
    if rule == "update.only-named" and resource in ("office", "department"):
        return "city"
    if rule == "input.type" and operation == "create":
        return "status"
    if rule == "delete.is-gone" and resource == "office":
        return "hostile"
    if rule == "create.answers-created" and resource == "project_type":
        return "status"
    if rule in ("create.reads-back", "read.answers-ok") and resource == "project_type":
        return "status"
    return (
        "names" if rule == "error.names-field" and operation == "create" and resource in ("program", "office") else ""
    )


def _exchange_and_finding(n: int, of: Event, sample: Event, sent: Any, made: Any, bad: str) -> Iterator[Event]:
    operation = of["operation"]
    one = f"https://staging.example.com/rest/v1.0/{of['resource']}s/{made['id']}?company_id=5"
    if not bad:
        if operation == "create":
            yield exchange(n, of, sample, sent={of["resource"]: sent, "company_id": 5}, got=made)
        elif operation == "list":
            yield exchange(n, of, sample, method="GET", status=200, got=[made] * 8)
        elif operation == "update":
            yield exchange(n, of, sample, method="PATCH", status=200, url=one, sent={of["resource"]: sent}, got=made)
        elif operation == "delete":
            yield exchange(n, of, sample, method="DELETE", status=204, url=one)
        else:
            yield exchange(n, of, sample, method="GET", status=200, url=one, got=made)
        return
    if bad == "city":
        sample["input"] = {"body": {"zip": "8001"}}
        yield exchange(
            n,
            of,
            sample,
            method="PATCH",
            status=200,
            url=one,
            sent={of["resource"]: {"zip": "8001"}},
            got={**made, "city": None, "zip": "8001"},
        )
        yield finding(
            of,
            sample,
            n,
            message="A partial update changes a field it did not name",
            expected='"Springfield"',
            actual="null",
            pointer="/city",
            field="city",
            kind="changed",
        )
    elif bad == "hostile":
        yield exchange(n, of, sample, method="GET", status=200, url=one + "&q=<b>", got={"name": HOSTILE, "id": 7})
        yield finding(
            of,
            sample,
            n,
            message=f"A deleted {HOSTILE} can still be read",
            expected="404",
            actual="200",
            pointer="/name",
        )
    elif bad == "names":
        yield exchange(n, of, sample, status=400, sent={of["resource"]: sent}, got={"message": "invalid"})
        yield finding(
            of,
            sample,
            n,
            message="The error does not name the field at fault",
            expected="zip",
            actual="",
            pointer="",
            field="zip",
            kind="unnamed",
        )
    else:
        yield exchange(n, of, sample, status=500, sent={of["resource"]: sent}, got={"error": "internal"})
        yield finding(
            of,
            sample,
            n,
            expected="400",
            actual="500",
            message="A value of the wrong type is not refused as declared",
            field="name" if of["requirement"] == "input.type" else None,
        )


SURFACE = {
    "envelope": {"request": "office"},
    "fields": {
        "id": {"bounds": {"type": "integer", "minimum": 1}, "in": [], "out": True, "required": False},
        "name": {
            "bounds": {"type": "string", "minLength": 1, "maxLength": 40},
            "in": ["create", "update"],
            "out": True,
            "required": True,
        },
        "city": {
            "bounds": {"enum": ["CA", "Springfield", "Nowhere", None]},
            "in": ["create", "update"],
            "out": True,
            "required": False,
        },
        "owner": {"bounds": {"format": "email"}, "in": ["create"], "out": True, "required": False},
        "secret": {"bounds": {}, "in": ["create"], "out": False, "required": False},
    },
    "statuses": {"create": {"created": [201], "invalid": [400, 422], "too_large": ["4xx"]}, "read": {"read": [200]}},
}
"""What a header says of a resource's coverage; the synthetic runs send and answer only a part of it."""


def surfaced(events: Iterator[Event], **changes: Any) -> Iterator[Event]:
    """``events`` with a header that holds the surface of the offices."""
    head = next(events)
    yield {**head, "contract": {**head["contract"], "surface": {"office": SURFACE}}, **changes}
    yield from events


def only(resources: Collection[str], events: Iterator[Event]) -> Iterator[Event]:
    """``events`` without what belongs to other resources."""
    head = next(events)
    kept = {name: head["contract"]["resources"][name] for name in resources}
    yield {**head, "contract": {**head["contract"], "resources": kept}}
    for event in events:
        item = event.get("item", "")
        if "[" not in item or item.partition("[")[2].partition("-")[0] in resources:
            yield event

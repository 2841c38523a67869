"""Builds run files as a real run leaves them: any size, conforming or with faults, with bodies of a hostile server."""

from __future__ import annotations

import json
import random
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from restproof.record.writer import Writer

Event = dict[str, Any]

ALL = ["list", "create", "read", "update", "delete"]
RESOURCES = {
    "company": ["list"],
    "project": ["list", "create", "read", "update"],
    "office": ALL,
    "department": ALL,
    "program": ALL,
    "project_stage": ALL,
    "project_type": ALL,
    "rfi": ["list", "create", "read", "update"],
}
RULES: dict[str, tuple[str, str, list[str], list[str]]] = {
    # id: level, statement, sources, depends_on
    "protocol.json-valid": (
        "must",
        "a JSON body is valid UTF-8 JSON without repeated member names",
        ["RFC 8259 §8.1"],
        [],
    ),
    "protocol.date": ("should", "a response says when it was made, in Date", ["RFC 9110 §6.6.1"], []),
    "create.answers-created": (
        "must",
        "a valid create answers the declared status with the resource",
        ["RFC 9110 §15.3.2"],
        [],
    ),
    "create.reads-back": (
        "must",
        "a read after the create gives what the create answered",
        ["contract"],
        ["create.answers-created"],
    ),
    "read.answers-ok": (
        "must",
        "a read answers 200 with the resource",
        ["RFC 9110 §15.3.1"],
        ["create.answers-created"],
    ),
    "read.is-safe": ("must", "GET changes nothing", ["RFC 9110 §9.2.1"], ["read.answers-ok"]),
    "list.answers-ok": ("must", "a list answers 200", ["contract"], []),
    "list.page-size": ("must", "a page holds at most what was asked for", ["contract"], ["list.answers-ok"]),
    "update.answers-ok": (
        "must",
        "a valid update answers 200 with the new state",
        ["RFC 5789 §2"],
        ["create.answers-created"],
    ),
    "update.only-named": (
        "must",
        "an update changes nothing that it does not name",
        ["RFC 5789 §2"],
        ["update.answers-ok"],
    ),
    "delete.answers": ("must", "a delete answers the declared status", ["RFC 9110 §9.3.5"], ["create.answers-created"]),
    "delete.is-gone": ("must", "what was deleted is 404 from then on", ["contract"], ["delete.answers"]),
    "input.type": ("must", "each field refuses each wrong JSON type", ["contract"], ["create.answers-created"]),
    "input.unknown-field": ("must", "a field that does not exist gets the unknown-field status", ["contract"], []),
    "auth.missing": ("must", "no credential is 401 on every operation", ["RFC 9110 §15.5.2"], []),
    "error.names-field": ("should", "a validation error names the field at fault", ["RFC 9457 §3"], []),
    "error.problem-json": ("policy", "errors are application/problem+json", ["RFC 9457 §3"], []),
    "list.totals": ("policy", "Total and Per-Page tell the truth", ["contract"], ["list.answers-ok"]),
}
NOT_TESTED = {
    "conflict.race": (
        "must",
        "of concurrent duplicates exactly one succeeds",
        "needs more than one connection at a time",
    )
}
HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)> \u202egnp.exe {{7*7}} ]]>"


def header(**changes: Any) -> Event:
    """A header with the whole register above."""
    requirements = [
        {
            "id": i,
            "level": lv,
            "binding": lv != "policy" or i == "list.totals",
            "statement": s,
            "sources": src,
            "depends_on": d,
            "not_tested": None,
        }
        for i, (lv, s, src, d) in RULES.items()
    ]
    requirements += [
        {
            "id": i,
            "level": lv,
            "binding": True,
            "statement": s,
            "sources": ["contract"],
            "depends_on": [],
            "not_tested": why,
        }
        for i, (lv, s, why) in NOT_TESTED.items()
    ]
    return {
        "event": "header",
        "format": 1,
        "restproof": "0.1.0",
        "contract": {
            "name": "procore",
            "title": "Construction projects",
            "path": "contracts/procore",
            "resources": RESOURCES,
        },
        "target": {"name": "staging", "base_url": "https://staging.example.com", "kind": "live"},
        "profile": "ci",
        "seed": 4711,
        "prefix": "rp-4k2f9c",
        "started": "2026-11-23T20:25:31Z",
        "fail_on": "must",
        "selection": {},
        "requirements": requirements,
        "deviations": [],
        **changes,
    }


def item(requirement: str, resource: str | None = None, operation: str | None = None, **changes: Any) -> Event:
    name = f"{requirement}[{resource}-{operation}]" if resource else requirement
    return {
        "event": "item",
        "item": name,
        "requirement": requirement,
        "resource": resource,
        "operation": operation,
        "nodeid": f"suites/test_{requirement.split('.')[0]}.py::test_it[{resource}-{operation}]",
        "cost": 3,
        **changes,
    }


def outcome(of: Event, word: str = "pass", cases: int = 1, reason: str | None = None) -> Event:
    return {"event": "outcome", "item": of["item"], "outcome": word, "cases": cases, "reason": reason}


def case(of: Event, n: int = 0, **values: Any) -> Event:
    return {"event": "case", "item": of["item"], "case": f"{of['item']}#{n}", "input": values}


def exchange(n: int, of: Event, in_case: Event | None = None, **changes: Any) -> Event:
    """A create of an office that succeeds, unless ``changes`` says otherwise (``method``, ``url``, ``sent``,
    ``status``, ``got``)."""
    url = changes.pop("url", f"https://staging.example.com/rest/v1.0/{of['resource']}s")
    method, status = changes.pop("method", "POST"), changes.pop("status", 201)
    body = changes.pop("sent", None)
    got = changes.pop("got", None)
    response = {
        "status": status,
        "reason": {200: "OK", 201: "Created", 400: "Bad Request", 404: "Not Found", 500: "Internal Server Error"}.get(
            status, ""
        ),
        "headers": [
            ["date", "Mon, 23 Nov 2026 20:25:31 GMT"],
            ["content-type", "application/json"],
            ["x-rate-limit-limit", "3600"],
            ["x-rate-limit-remaining", str(3600 - n % 3600)],
            ["x-rate-limit-reset", "1795465531"],
        ],
        "body": got
        if isinstance(got, (str, dict)) and not _plain(got)
        else (json.dumps(got) if got is not None else None),
    }
    return {
        "event": "exchange",
        "n": n,
        "case": in_case["case"] if in_case else None,
        "setup": None,
        "item": of["item"],
        "resource": of["resource"],
        "operation": of["operation"],
        "credential": "full",
        "request": {
            "method": method,
            "url": url,
            "headers": [
                ["Authorization", "Bearer [redacted]"],
                ["Accept", "application/json"],
                ["Content-Type", "application/json"],
                ["Procore-Company-Id", "5"],
            ],
            "body": json.dumps(body) if body is not None else None,
        },
        "response": response,
        "error": None,
        "started": round(n * 0.004, 4),
        "elapsed": 0.0031,
        **changes,
    }


def _plain(got: object) -> bool:
    return isinstance(got, dict) and "base64" not in got


def finding(of: Event, in_case: Event | None = None, n: int | None = None, **changes: Any) -> Event:
    return {
        "event": "finding",
        "item": of["item"],
        "case": in_case["case"] if in_case else None,
        "exchange": n,
        "message": "the status is not the declared one",
        "expected": "201",
        "actual": "202",
        "pointer": None,
        "field": None,
        "kind": "status",
        **changes,
    }


def footer(**changes: Any) -> Event:
    return {
        "event": "footer",
        "finished": "2026-11-23T20:26:10Z",
        "duration": 38.6,
        "requests": 4010,
        "complete": True,
        "interrupted": None,
        "cleanup": {"deleted": 212, "left": []},
        **changes,
    }


def write(path: Path, *events: Event) -> Path:
    """A run file of exactly these events."""
    with Writer(path) as writer:
        for event in events:
            writer.write(event)
    return path


def small(*events: Event, head: Event | None = None, foot: Event | None = None, proven: bool = True) -> list[Event]:
    """A header, ``events`` and a footer. Where no exchange is given, each item that passed has had a successful one."""
    head, foot = head or header(), foot or footer()
    if any(e.get("event") == "exchange" for e in events):
        return [head, *events, foot]
    passed = {e["item"] for e in events if e.get("event") == "outcome" and e["outcome"] == "pass"}
    items = [e for e in events if e.get("event") == "item" and e["item"] in passed and e["operation"]]
    seen = [exchange(n, of) for n, of in enumerate(items, 1)] if proven else []
    return [head, *events, *seen, foot]


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

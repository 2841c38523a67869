"""Builds run files as a real run leaves them: any size, conforming or with faults, with bodies of a hostile server."""

from __future__ import annotations

import json
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

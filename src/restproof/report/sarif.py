"""SARIF 2.1.0 (OASIS): one result for each failing item, at the line of the contract where its resource stands."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from restproof.headers import Headers
from restproof.oracle.results import STALE, Result
from restproof.oracle.verdict import Verdict
from restproof.record.model import Level, RecordedExchange, RecordedFinding, RecordedRequirement, RecordedRun, Response
from restproof.report.story import see_again
from restproof.report.text import source_address, visible

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
LEVELS: Mapping[Level, str] = {"must": "error", "policy": "error", "should": "warning"}
BODY = 1000
"""Characters of a body that travel along; the run file holds all of it."""
FINDINGS = 5
_BROKEN = RecordedRequirement(STALE, "must", "A declared deviation still describes a failure and has not expired.")


def render_sarif(run: RecordedRun, verdict: Verdict) -> str:
    """The SARIF log as text. Declared deviations are results too, suppressed by their owner's reason; errors of the
    suite are notifications."""
    told = [r for r in verdict.results if r.outcome in ("fail", "deviation")]
    rules = [r for r in run.header.requirements if r.binding]
    rules += [_BROKEN] if any(r.requirement == STALE for r in told) else []
    index = {rule.id: number for number, rule in enumerate(rules)}
    exchanges = {e.n: e for e in run.exchanges}
    header = run.header
    log = {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "restproof",
                        **({"version": header.restproof} if header.restproof else {}),
                        "rules": [_rule(rule) for rule in rules],
                    }
                },
                # The category under which a viewer keeps this contract's results apart from others.
                "automationDetails": {"id": f"restproof/{visible(header.contract)}/{visible(header.target.name)}/"},
                "invocations": [_invocation(run, verdict)],
                "originalUriBaseIds": {"%SRCROOT%": {"description": {"text": "The root of the repository."}}},
                "results": [_result(r, run, index, exchanges) for r in told],
                "properties": {
                    "verdict": verdict.verdict,
                    "complete": verdict.complete,
                    "profile": header.profile,
                    "seed": header.seed,
                },
            }
        ],
    }
    return json.dumps(log, indent=1, ensure_ascii=True) + "\n"


def fingerprint(result: Result, *more: str) -> str:
    """The same for the same result of any run: requirement, resource, operation; of a stale deviation, which is no
    item, what is said of it and its field besides. ``more``: what tells it from results that are like it."""
    own = (result.message, *(f.field for f in result.findings if f.field)) if result.requirement == STALE else ()
    named = "\0".join((result.requirement, result.resource or "", result.operation or "", *own, *more))
    return hashlib.sha256(named.encode("utf-8", "backslashreplace")).hexdigest()[:32]


def _rule(rule: RecordedRequirement) -> dict[str, Any]:
    statement = visible(rule.statement)
    sources = [visible(source) for source in rule.sources]
    lines = [statement, f"Level: {rule.level}.", *(f"Source: {source}" for source in sources)]
    if rule.not_tested:
        lines.append(f"Not tested: {visible(rule.not_tested)}")
    lines.append(f"Test it alone: restproof run --only {rule.id}")
    address = next(filter(None, map(source_address, rule.sources)), None)
    return {
        "id": rule.id,
        "shortDescription": {"text": statement},
        "help": {"text": "\n".join(lines)},
        **({"helpUri": address} if address else {}),
        "defaultConfiguration": {"level": LEVELS[rule.level]},
        "properties": {"tags": ["api", rule.id.partition(".")[0], rule.level]},
    }


def _invocation(run: RecordedRun, verdict: Verdict) -> dict[str, Any]:
    notifications = [
        {"level": "error", "message": {"text": visible(f"{r.item}: {r.message}") or r.item}}
        for r in verdict.results
        if r.outcome == "error"
    ]
    ended = run.footer
    found: dict[str, Any] = {
        "executionSuccessful": ended is not None and ended.interrupted is None and not notifications,
        "startTimeUtc": run.header.started,
    }
    if ended and ended.finished:
        found["endTimeUtc"] = ended.finished
    if notifications:
        found["toolExecutionNotifications"] = notifications
    return found


def _result(
    result: Result, run: RecordedRun, index: Mapping[str, int], exchanges: Mapping[int | str, RecordedExchange]
) -> dict[str, Any]:
    place = " ".join(word for word in (result.resource, result.operation) if word) or "the whole server"
    told = [f"{place}: {result.message}", *dict.fromkeys(_message(f) for f in result.findings[:FINDINGS])]
    if again := see_again(run, result):
        told.append(again)
    found: dict[str, Any] = {
        "ruleId": result.requirement,
        "level": LEVELS[result.level],
        "message": {"text": visible("\n".join(told))},
        "locations": [_location(result, run)],
        "partialFingerprints": {"restproofResult/v1": fingerprint(result)},
    }
    if result.requirement in index:
        found["ruleIndex"] = index[result.requirement]
    if result.outcome == "deviation":
        found["suppressions"] = [
            {"kind": "external", "status": "accepted", "justification": visible(result.message) or "declared"}
        ]
    numbers = (f.exchange for f in result.findings if f.exchange is not None)
    cited = next((exchanges[n] for n in numbers if n in exchanges), None)
    if cited is not None:
        found["webRequest"] = _request(cited)
        if cited.response is not None:
            found["webResponse"] = _response(cited.response)
    return found


def _message(finding: RecordedFinding) -> str:
    values = f" (expected {finding.expected}, got {finding.actual})" if finding.expected or finding.actual else ""
    return f"{finding.case or finding.item}: {finding.message}{values}"


def _location(result: Result, run: RecordedRun) -> dict[str, Any]:
    header = run.header
    file = header.contract_file or "contract.yaml"
    line = header.lines.get(result.resource or "", 1)
    found: dict[str, Any] = {
        "physicalLocation": {
            "artifactLocation": {"uri": quote(file), "uriBaseId": "%SRCROOT%"},
            "region": {"startLine": line},
        }
    }
    if result.resource:
        name = ".".join(word for word in (result.resource, result.operation) if word)
        found["logicalLocations"] = [{"fullyQualifiedName": visible(name), "kind": "resource"}]
    return found


def _request(exchange: RecordedExchange) -> dict[str, Any]:
    request = exchange.request
    return {
        "protocol": "HTTP",
        "method": request.method,
        "target": visible(request.url),
        "headers": _headers(request.headers),
        **dict(_body(request.body)),
    }


def _response(response: Response) -> dict[str, Any]:
    return {
        "protocol": "HTTP",
        "statusCode": response.status,
        "reasonPhrase": visible(response.reason),
        "headers": _headers(response.headers),
        **dict(_body(response.body)),
    }


def _headers(pairs: Headers) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in pairs:
        found[visible(name)] = f"{found[visible(name)]}, {visible(value)}" if visible(name) in found else visible(value)
    return found


def _body(body: str | bytes | None) -> Iterator[tuple[str, Any]]:
    if isinstance(body, str):
        yield "body", {"text": visible(body[:BODY]) + ("…" if len(body) > BODY else "")}

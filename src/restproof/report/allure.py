"""Allure results (``allure-results``, the format of Allure 2 that Allure 3 reads too): a file for each result, and one
for each exchange that shows a failure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from restproof.oracle.results import Ending, Result
from restproof.oracle.verdict import Verdict
from restproof.record.model import Level, RecordedExchange, RecordedRun
from restproof.report.curl import curl_line
from restproof.report.sarif import fingerprint
from restproof.report.story import see_again
from restproof.report.text import source_address, visible

STATUSES: Mapping[Ending, str] = {
    "pass": "passed",
    "fail": "failed",
    "error": "broken",
    "blocked": "skipped",
    "not tested": "skipped",
    "not applicable": "skipped",
    "deviation": "skipped",
}
_SEVERITIES: Mapping[Level, str] = {"must": "critical", "policy": "normal", "should": "minor"}
_FINDINGS = 20
_BODY = 10_000
"""Characters of a body that travel along; the run file holds all of it."""


def render_allure(run: RecordedRun, verdict: Verdict) -> dict[str, str]:
    """The files of the folder by their names. A result has the same ``historyId`` in each run of a contract at a
    target, so that Allure knows it again."""
    begins = datetime.fromisoformat(run.header.started).timestamp()
    times = _times(run, begins)
    exchanges = {e.n: e for e in run.exchanges}
    files: dict[str, str] = {}
    for result in verdict.results:
        found = _result(run, result, times.get(result.item, (begins, begins)))
        shown = next((exchanges[f.exchange] for f in result.findings if f.exchange in exchanges), None)
        if shown is not None:
            name = f"{found['uuid']}-attachment.txt"
            files[name] = _shown(run, shown)
            found["attachments"] = [{"name": "the exchange that shows it", "source": name, "type": "text/plain"}]
        files[f"{found['uuid']}-result.json"] = json.dumps(found, indent=1) + "\n"
    header = run.header
    told = {
        "verdict": verdict.verdict,
        "complete": str(verdict.complete).lower(),
        "contract": header.contract,
        "target": header.target.name,
        "profile": header.profile,
        "seed": str(header.seed),
        "restproof": header.restproof or "",
    }
    files["environment.properties"] = "".join(f"{name}={_property(value)}\n" for name, value in told.items())
    return files


def _times(run: RecordedRun, begins: float) -> dict[str, tuple[float, float]]:
    """When each item had its first request and its last answer (Unix time)."""
    times: dict[str, tuple[float, float]] = {}
    for e in run.exchanges:
        if e.item is not None:
            start, end = begins + e.started, begins + e.started + e.elapsed
            first, last = times.get(e.item, (start, end))
            times[e.item] = min(first, start), max(last, end)
    return times


def _result(run: RecordedRun, result: Result, times: tuple[float, float]) -> dict[str, Any]:
    header = run.header
    rule = run.requirements.get(result.requirement)
    family = result.requirement.partition(".")[0]
    labels = {
        "parentSuite": header.contract,
        "suite": result.resource or "server",
        "subSuite": family,
        "epic": header.contract,
        "feature": result.resource or "server",
        "story": result.requirement,
        "severity": _SEVERITIES[result.level],
        "tag": result.level,
        "framework": "restproof",
    }
    links = [(s, source_address(s)) for s in rule.sources] if rule else []
    told = [rule.statement, *rule.sources] if rule else [result.requirement]
    found = {
        "uuid": str(uuid5(NAMESPACE_URL, f"restproof:{header.prefix}:{header.started}:{result.item}")),
        "historyId": fingerprint(result, header.contract, header.target.name),
        "fullName": visible(f"{header.contract}: {result.item}"),
        "name": visible(result.item),
        "status": STATUSES[result.outcome],
        "stage": "finished",
        "start": int(times[0] * 1000),
        "stop": int(times[1] * 1000),
        "description": visible("\n\n".join(told)),
        "labels": [{"name": name, "value": visible(value)} for name, value in labels.items()],
        "links": [{"name": visible(name), "url": url, "type": "link"} for name, url in links if url],
    }
    if result.outcome != "pass":
        reason = "" if result.outcome in ("fail", "error") else f"{result.outcome}: "
        more = [f"{f.case or f.item}: {f.message}" for f in result.findings[:_FINDINGS]]
        found["statusDetails"] = {
            "message": visible(f"{reason}{result.message}"),
            "trace": visible("\n".join([*more, see_again(run, result)]).rstrip()),
        }
    return found


def _shown(run: RecordedRun, exchange: RecordedExchange) -> str:
    """A request, as a line of curl, and its answer."""
    lines = [curl_line(exchange, run.header.auth, run.header.target.variables), ""]
    answer = exchange.response
    if answer is None:
        return visible("\n".join([*lines, f"no answer: {exchange.error}"])) + "\n"
    lines += [f"HTTP {answer.status} {answer.reason}", *(f"{name}: {value}" for name, value in answer.headers), ""]
    body = answer.body
    if isinstance(body, str):
        lines.append(body[:_BODY] + ("…" if len(body) > _BODY else ""))
    elif body is not None:
        lines.append(f"{len(body):,} bytes that are not UTF-8: see the run file")
    return visible("\n".join(lines)) + "\n"


def _property(value: str) -> str:
    """A value of a file of Java properties, in one line."""
    return visible(value).replace("\\", "\\\\").replace("\n", " ")

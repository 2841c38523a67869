"""``junit.xml`` by Jenkins' junit-10.xsd, which most viewers of CI systems read: one suite, one testcase for each
result."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree as ET

from restproof.oracle.results import Result
from restproof.oracle.verdict import Verdict
from restproof.record.model import RecordedFinding, RecordedRun
from restproof.report.story import see_again
from restproof.report.text import visible

MOST = 20
"""Findings that are told of one result."""


def render_junit(run: RecordedRun, verdict: Verdict) -> str:
    """``junit.xml`` as text. Blocked, not tested, deviations and what does not apply are skipped, with their reason."""
    header = run.header
    count = verdict.counts
    numbers = {
        "tests": str(len(verdict.results)),
        "failures": str(count["fail"]),
        "errors": str(count["error"]),
        "time": f"{verdict.duration_s:.3f}",
    }
    root = ET.Element("testsuites", {"name": "restproof", **numbers})
    skipped = len(verdict.results) - count["fail"] - count["error"] - count["pass"]
    suite = ET.SubElement(
        root,
        "testsuite",
        {"name": _text(header.contract), **numbers, "skipped": str(skipped), "timestamp": header.started[:19]},
    )
    properties = ET.SubElement(suite, "properties")
    for name, value in (
        ("verdict", verdict.verdict),
        ("complete", str(verdict.complete).lower()),
        ("contract", header.contract),
        ("target", header.target.name),
        ("profile", header.profile),
        ("seed", str(header.seed)),
        ("restproof", header.restproof),
    ):
        ET.SubElement(properties, "property", {"name": name, "value": _text(value)})
    times = _times(run)
    for result in verdict.results:
        _testcase(suite, run, result, times.get(result.item, 0.0))
    ET.indent(root, " ")
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _times(run: RecordedRun) -> dict[str, float]:
    """Seconds that each item waited for answers."""
    times: dict[str, float] = {}
    for exchange in run.exchanges:
        if exchange.item is not None:
            times[exchange.item] = times.get(exchange.item, 0.0) + exchange.elapsed
    return times


def _testcase(suite: ET.Element, run: RecordedRun, result: Result, seconds: float) -> None:
    case = ET.SubElement(
        suite,
        "testcase",
        {"classname": _text(result.resource or "server"), "name": _text(result.item), "time": f"{seconds:.3f}"},
    )
    message = _text(result.message)
    if result.outcome in ("fail", "error"):
        tag = "failure" if result.outcome == "fail" else "error"
        kind = result.findings[0].kind if result.findings else ""
        element = ET.SubElement(case, tag, {"type": _text(kind or result.outcome), "message": message})
        element.text = _text("\n".join(_story(run, result)))
    elif result.outcome != "pass":
        reason = message if message.startswith(result.outcome) else f"{result.outcome}: {message}".removesuffix(": ")
        ET.SubElement(case, "skipped", {"message": reason})


def _story(run: RecordedRun, result: Result) -> Iterator[str]:
    """The rule in words with its sources, what was found, and how to see it again."""
    rule = run.requirements.get(result.requirement)
    if rule is not None:
        yield f"{rule.statement} ({rule.level}{''.join(f'; {source}' for source in rule.sources)})"
    yield from (_finding(f) for f in result.findings[:MOST])
    if len(result.findings) > MOST:
        yield f"and {len(result.findings) - MOST} more"
    if not result.findings:
        yield result.message
    if rule is not None:
        yield see_again(run, result)


def _finding(finding: RecordedFinding) -> str:
    where = f"{finding.case}: " if finding.case else ""
    values = f" (expected {finding.expected}, got {finding.actual})" if finding.expected or finding.actual else ""
    return f"{where}{finding.message}{values}"


def _text(text: str) -> str:
    return visible(text)[:4000]

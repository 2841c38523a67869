"""``junit.xml`` by the conventions of Jenkins' junit-10.xsd: one suite, one testcase for each result."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from restproof.oracle.verdict import Result, Verdict
from restproof.report.text import visible
from restproof.run.model import Finding, Run


def render_junit(run: Run, verdict: Verdict) -> str:
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
        _testcase(suite, result, times.get(result.item, 0.0))
    ET.indent(root, " ")
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _times(run: Run) -> dict[str, float]:
    """Seconds that each item waited for answers."""
    times: dict[str, float] = {}
    for exchange in run.exchanges:
        if exchange.item is not None:
            times[exchange.item] = times.get(exchange.item, 0.0) + exchange.elapsed
    return times


def _testcase(suite: ET.Element, result: Result, seconds: float) -> None:
    case = ET.SubElement(
        suite,
        "testcase",
        {"classname": _text(result.resource or "server"), "name": _text(result.item), "time": f"{seconds:.3f}"},
    )
    message = _text(result.message)
    if result.outcome in ("fail", "error"):
        tag = "failure" if result.outcome == "fail" else "error"
        kind = result.findings[0].kind if result.findings else ""
        told = ET.SubElement(case, tag, {"type": _text(kind or result.outcome), "message": message})
        told.text = _text("\n".join(_finding(f) for f in result.findings) or result.message)
    elif result.outcome != "pass":
        ET.SubElement(case, "skipped", {"message": f"{result.outcome}: {message}" if message else result.outcome})


def _finding(finding: Finding) -> str:
    where = f"{finding.case}: " if finding.case else ""
    values = f" (expected {finding.expected}, got {finding.actual})" if finding.expected or finding.actual else ""
    return f"{where}{finding.message}{values}"


def _text(text: str) -> str:
    return visible(text)[:4000]

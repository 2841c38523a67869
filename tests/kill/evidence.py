"""Whether findings show what they say: each cites the exchange in which its pointer resolves, and the value that stands
there is the one that it calls wrong."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from restproof.oracle.finding import shown
from restproof.pointer import Nothing, follow
from restproof.record.model import RecordedExchange, RecordedFinding, RecordedRun


def misplaced(run: RecordedRun) -> Iterator[str]:
    """What is wrong with the evidence of the run's findings, a line for each."""
    exchanges = {exchange.n: exchange for exchange in run.exchanges}
    for finding in run.findings:
        cited = exchanges.get(finding.exchange) if finding.exchange is not None else None
        problem = None
        if finding.pointer is not None and cited is None:
            problem = "no exchange is cited"
        elif finding.pointer and cited is not None:
            problem = _problem(finding, finding.pointer, cited)
        if problem:
            yield f"{finding.item}, {finding.message!r} at {finding.pointer}: {problem}"


def _is_in_part(value: object, message: str) -> bool:
    """Whether a message that tells two long texts by the place where they differ shows that of this one."""
    quoted = re.findall(r"""(['"])(…?)(.*?)(…?)\1(?=$|[ ,])""", message)
    return any(piece and (before or after) and piece in repr(value)[1:-1] for _, before, piece, after in quoted)


def _problem(finding: RecordedFinding, pointer: str, cited: RecordedExchange) -> str | None:
    # As the wire reads it: what is no UTF-8 stands as U+FFFD.
    sent = cited.response.body if cited.response else None
    text = sent.decode("utf-8", "replace") if isinstance(sent, bytes) else str(sent)
    try:
        body = json.loads(text) if cited.response else None
    except ValueError:
        return "the body is no JSON"
    try:
        value, _ = follow(body, pointer)
    except Nothing:
        # What is missing stands in the member that should hold it.
        try:
            holder, _ = follow(body, pointer.rpartition("/")[0])
        except Nothing:
            return "nothing is there, nor what should hold it"
        return None if isinstance(holder, dict | list) else "what should hold it is no container"
    named = shown(value) in finding.message or str(value) in finding.message or shown(value) == finding.actual
    return (
        None
        if named or _is_in_part(value, finding.message)
        else f"what stands there is {shown(value)}, which the finding does not name"
    )

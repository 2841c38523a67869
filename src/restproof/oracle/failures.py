"""Answers of class 5xx as causes: an operation that fails is one cause, whatever rules its failures break."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from restproof.frozen import frozen
from restproof.oracle.finding import few
from restproof.oracle.results import Result
from restproof.record.model import RecordedExchange, RecordedFinding, RecordedRun

Told = tuple[Result, RecordedFinding]

_REASON = re.compile(r"answered 5\d\d.*? \((.+)\)$")
_BY_NAMES = ("a body with ", "asked with ")
"""How a message begins what was sent where nothing is special about it."""


@frozen(slots=True)
class Failure:
    """Operations that fail alike: ``told`` are the findings that say so, ``operations`` what is asked for, as the
    contract has it (``PATCH /offices/{id}``), ``sentence`` what comes and what brings it."""

    told: tuple[Told, ...]
    operations: tuple[str, ...]
    sentence: str


def is_failure(finding: RecordedFinding) -> bool:
    """Whether it says that the server itself failed."""
    return finding.kind == "status" and finding.actual.startswith("5")


def failures(told: Sequence[Told], run: RecordedRun) -> list[Failure]:
    """The findings of :func:`is_failure`, by the operation that failed; operations with the same status that break
    the same rules fail for one reason, as far as anybody can see."""
    if not told:
        return []
    exchanges = {e.n: e for e in run.exchanges}
    by_operation: dict[tuple[str, str], list[Told]] = {}
    for result, finding in told:
        exchange = None if finding.exchange is None else exchanges.get(finding.exchange)
        key = _operation(run, exchange, result.resource, result.operation), finding.actual
        by_operation.setdefault(key, []).append((result, finding))
    alike: dict[tuple[str, frozenset[str]], list[str]] = {}
    for (operation, status), found in by_operation.items():
        alike.setdefault((status, frozenset(r.requirement for r, _ in found)), []).append(operation)
    sent = _sent(run)
    return [
        Failure(
            tuple(t for operation in operations for t in by_operation[operation, status]),
            tuple(operations),
            _sentence(operations, status, [f for o in operations for _, f in by_operation[o, status]], sent),
        )
        for (status, _), operations in alike.items()
    ]


def _operation(
    run: RecordedRun, exchange: RecordedExchange | None, resource: str | None = None, operation: str | None = None
) -> str:
    """What an exchange asks for (where it does not say, ``operation`` of ``resource``): ``PATCH /offices/{id}``, or
    ``office update`` where the run does not say how that is asked for."""
    if exchange is not None and exchange.resource:
        resource, operation = exchange.resource, exchange.operation
    way = run.header.surface.get(resource or "", {}).get("ways", {}).get(operation or "")
    if exchange is not None and way and not way.startswith(f"{exchange.request.method} "):
        way = ""  # another verb at one of its paths
    method = "" if exchange is None or way else exchange.request.method
    return way or f"{resource or 'the server'} {operation or method}".strip()


def _sent(run: RecordedRun) -> Mapping[tuple[str, str], int]:
    """How often each operation was asked for, in all and (by its status) with an answer that says that it failed."""
    found: Counter[tuple[str, str]] = Counter()
    for exchange in run.exchanges:
        operation = _operation(run, exchange)
        found[operation, ""] += 1
        if exchange.response is not None and exchange.response.status >= 500:
            found[operation, str(exchange.response.status)] += 1
    return found


def _sentence(
    operations: Sequence[str], status: str, found: Sequence[RecordedFinding], sent: Mapping[tuple[str, str], int]
) -> str:
    failed, asked = (sum(sent.get((o, key), 0) for o in operations) for key in (status, ""))
    often = f" to {failed:,} of {asked:,} requests" if failed else ""
    inputs = few(_inputs(found), "; ")
    answer = "answers" if len(operations) == 1 else "answer"
    return f"{few(operations)} {answer} {status}{often}{f': {inputs}' if inputs else ''}"


def _inputs(found: Sequence[RecordedFinding]) -> list[str]:
    """What was special about the requests, as the messages have it."""
    matches = (_REASON.search(f.message) for f in found)
    reasons = dict.fromkeys(m[1] for m in matches if m)
    special = [r for r in reasons if not r.startswith(_BY_NAMES)]
    return special or list(reasons)

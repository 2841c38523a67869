"""The exchanges that travel in the page: those of every failing case, and a sample of the others, packed so that a
script can unpack them when they are looked at."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Literal

from restproof.frozen import frozen
from restproof.oracle.verdict import Verdict
from restproof.record.events import Body
from restproof.record.model import Header, RecordedExchange, RecordedFinding, RecordedRun
from restproof.report.bodies import LIMIT, hexadecimal
from restproof.report.curl import curl_line
from restproof.report.page import LETTERS
from restproof.report.story import rerun
from restproof.report.text import visible

Level = Literal["failures", "sample", "all"]
CHUNK = 120
"""Cases in one chunk: unpacking one takes a few milliseconds."""
FAILING = 12_000
SAMPLED = 2_000
"""At most so many exchanges of failing and of other cases, unless all are asked for."""
SHORT = 1024
"""Characters of a body of a case that did not fail."""


@frozen(slots=True)
class Pack:
    """What the page holds: ``index`` and ``chunks`` are base64 of gzipped JSON. ``cases`` and ``exchanges`` are those
    that are in it, ``all_exchanges`` those of the run."""

    index: str
    chunks: tuple[str, ...]
    cases: int
    exchanges: int
    all_exchanges: int


@frozen(slots=True)
class _Case:
    id: str
    item: str
    fails: bool
    exchanges: Sequence[RecordedExchange]


def pack(run: RecordedRun, verdict: Verdict, level: Level, causes: Mapping[str, Sequence[str]]) -> Pack:
    """The evidence at ``level``. ``causes`` gives the ids of the failing cases by the anchor of their cause."""
    findings: dict[str, list[RecordedFinding]] = {}
    for finding in run.findings:
        if finding.case:
            findings.setdefault(finding.case, []).append(finding)
    chosen = list(_chosen(run, verdict, level, findings))
    items = {name: number for number, name in enumerate(dict.fromkeys(c.item for c in chosen))}
    numbers = {case.id: number for number, case in enumerate(chosen)}
    results = {r.item: r for r in verdict.results}
    nodeids = {i.id: i.nodeid for i in run.items}
    index = {
        "chunk": CHUNK,
        "again": visible(rerun(run)),
        "items": [
            [
                visible(name),
                r.requirement,
                r.resource or "",
                r.operation or "",
                r.level,
                LETTERS[r.outcome],
                nodeids[name],
            ]
            if (r := results.get(name))
            else [visible(name), "", "", "", "", "", ""]
            for name in items
        ],
        "cases": [[visible(c.id), items[c.item], int(c.fails), [_line(e) for e in c.exchanges]] for c in chosen],
        "causes": {anchor: [numbers[c] for c in cases if c in numbers] for anchor, cases in causes.items()},
    }
    inputs = {case.id: case.input for case in run.cases} if chosen else {}
    chunks = [
        [_rows_of(run, c, inputs.get(c.id), findings.get(c.id, ())) for c in chosen[at : at + CHUNK]]
        for at in range(0, len(chosen), CHUNK)
    ]
    return Pack(
        index=_packed(index),
        chunks=tuple(map(_packed, chunks)),
        cases=len(chosen),
        exchanges=sum(len(c.exchanges) for c in chosen),
        all_exchanges=len(run.exchanges),
    )


def _chosen(run: RecordedRun, verdict: Verdict, level: Level, findings: Mapping[str, Any]) -> Iterator[_Case]:
    """The failing cases first, then the others, in the order of the verdict's results."""
    everything = level == "all"
    cited = {f.exchange for f in run.findings if f.exchange is not None}
    failing = set(findings) | {e.case for e in run.exchanges if e.n in cited and e.case}
    room = len(run.exchanges) if everything else FAILING
    for case in run.cases:
        if case.id in failing and room > 0:
            sent = run.exchanges_by_case.get(case.id, ())
            room -= len(sent)
            yield _Case(case.id, case.item, True, sent)
    if level == "failures":
        return
    room = len(run.exchanges) if everything else SAMPLED
    seen: set[tuple[str, str | None]] = set()
    for result in verdict.results:
        if not everything and (result.outcome != "pass" or (result.requirement, result.resource) in seen):
            continue
        seen.add((result.requirement, result.resource))
        others = [c for c in run.cases_by_item.get(result.item, ()) if c.id not in failing]
        for case in others if everything else others[:1]:
            sent = run.exchanges_by_case.get(case.id, ())
            room -= len(sent)
            if room < 0:
                return
            yield _Case(case.id, case.item, False, sent)
    if everything:
        yield from _outside(run)


def _outside(run: RecordedRun) -> Iterator[_Case]:
    """What belongs to no case: shared set-up, and what the run asked for its own sake."""
    groups: dict[str, list[RecordedExchange]] = {}
    for exchange in run.exchanges:
        if exchange.case is None:
            part = f" of part {exchange.worker}" if exchange.worker else ""
            groups.setdefault(f"set-up: {exchange.setup or 'outside of all cases'}{part}", []).append(exchange)
    for name, sent in groups.items():
        yield _Case(name, "set-up", False, sent)


def _line(exchange: RecordedExchange) -> list[Any]:
    """What a list of exchanges shows of one: method, URL without its server, status or error."""
    url = exchange.request.url
    start = url.find("/", url.find("://") + 3) if "://" in url else 0
    status: int | str = exchange.response.status if exchange.response else visible(exchange.error or "no answer")
    return [visible(exchange.request.method), visible(url[max(start, 0) :][:2000]), status]


def _rows_of(run: RecordedRun, case: _Case, given: Any, findings: Sequence[RecordedFinding]) -> list[Any]:
    """Input, findings and exchanges of one case, as the script of the page reads them."""
    at = {e.n: number for number, e in enumerate(case.exchanges)}
    limit = LIMIT if case.fails else SHORT
    rows = [
        [at.get(f.exchange or 0, -1), *map(visible, (f.message, f.expected, f.actual, f.pointer or "", f.kind))]
        for f in findings[:50]
    ]
    cited = {number for number, *_ in rows}
    shots = [_exchange(e, limit, run.header if n in cited else None) for n, e in enumerate(case.exchanges)]
    text = json.dumps(given, ensure_ascii=False) if given else ""
    return [visible(text[:limit]), rows, shots]


def _exchange(exchange: RecordedExchange, limit: int, header: Header | None) -> list[Any]:
    request, response = exchange.request, exchange.response
    return [
        exchange.credential or "",
        exchange.setup or "",
        round(exchange.elapsed * 1000, 1),
        _headers(request.headers),
        _body(request.body, limit),
        visible(response.reason) if response else "",
        _headers(response.headers) if response else [],
        _body(response.body, limit) if response else None,
        visible(curl_line(exchange, header.auth, header.target.variables)) if header else "",
    ]


def _headers(pairs: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    return [_header(name, value[:500]) for name, value in pairs]


@lru_cache(maxsize=4096)
def _header(name: str, value: str) -> tuple[str, str]:
    """A header field as it is shown: the same ones come with every answer."""
    return visible(name), visible(value)


def _body(body: Body, limit: int) -> list[Any] | None:
    """The text that is shown, the true size in bytes and whether it was cut."""
    if body is None:
        return None
    if isinstance(body, bytes):
        return [hexadecimal(body[: limit // 8]), len(body), int(len(body) > limit // 8)]
    return [visible(body[:limit]), len(body.encode("utf-8", "surrogatepass")), int(len(body) > limit)]


def _packed(value: Any) -> str:
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=True)
    return base64.b64encode(gzip.compress(text.encode("ascii"), compresslevel=6, mtime=0)).decode("ascii")

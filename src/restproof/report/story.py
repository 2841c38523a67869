"""The story of a failing case: what was sent, what came back, what is wrong with it, and how to see it again."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from shlex import quote
from typing import Any

from restproof.contract.urls import parts_of
from restproof.frozen import frozen
from restproof.headers import Headers
from restproof.oracle.results import STALE, Cause, Result
from restproof.pointer import step
from restproof.record.model import RecordedCase, RecordedExchange, RecordedFinding, RecordedItem, RecordedRun
from restproof.report.bodies import LIMIT, Shown, show
from restproof.report.curl import curl_line
from restproof.report.text import visible

SAMPLE = 900
MOST_CASES = 60
MOST_LEAVES = 300
MOST_DIFFERENCES = 3


@frozen(slots=True)
class Shot:
    """One exchange as a report shows it. ``says`` is the step in words; ``findings`` are those about it;
    ``status_marked``: one of them is about its status; ``named_headers`` are those of the response that they name."""

    says: str
    method: str
    path: str
    status: str
    status_class: str
    took: str
    credential: str
    request_headers: Headers
    response_headers: Headers
    named_headers: frozenset[str]
    sent: Shown | None
    got: Shown | None
    findings: tuple[RecordedFinding, ...] = ()
    status_marked: bool = False


@frozen(slots=True)
class Difference:
    """Where the inputs of two cases differ: a JSON pointer, and both values as JSON (``absent`` where there is
    none)."""

    pointer: str
    failing: str
    passing: str


@frozen(slots=True)
class Story:
    """A failing case, whole. ``input`` says in words what is special about what it sends; ``loose`` are the findings
    about no single exchange; ``near`` is the most similar case that passes, ``near_shot`` its exchange that answers to
    the one at fault."""

    case: str
    item: str
    nodeid: str
    input: str
    findings: tuple[RecordedFinding, ...]
    loose: tuple[RecordedFinding, ...]
    shots: tuple[Shot, ...]
    curl: str
    rerun: str
    near: str
    near_shot: Shot | None
    differences: tuple[Difference, ...]
    size: int


def shot(exchange: RecordedExchange, findings: Sequence[RecordedFinding] = (), limit: int = LIMIT) -> Shot:
    """``exchange`` for a report, with what the ``findings`` that cite it point at marked."""
    cited = tuple(f for f in findings if f.exchange == exchange.n)
    pointer = next((f.pointer for f in cited if f.pointer), None)
    response = exchange.response
    parts = parts_of(exchange.request.url)
    return Shot(
        says=_says(exchange),
        method=visible(exchange.request.method),
        path=visible(parts.path + (f"?{parts.query}" if parts.query else "")) or "/",
        status=f"{response.status} {visible(response.reason)}".strip()
        if response
        else visible(exchange.error or "no answer"),
        status_class=f"s{response.status // 100}" if response else "s0",
        took=f"{exchange.elapsed * 1000:.0f} ms" if exchange.elapsed >= 0.0095 else f"{exchange.elapsed * 1000:.1f} ms",
        credential=exchange.credential or "no credential",
        request_headers=_visible(exchange.request.headers),
        response_headers=_visible(response.headers) if response else (),
        named_headers=_named(response.headers, cited) if response else frozenset(),
        sent=show(exchange.request.body, limit=limit),
        got=show(response.body, pointer, limit, _excerpt(cited)) if response else None,
        findings=cited,
        status_marked=any(f.kind == "status" for f in cited),
    )


def _excerpt(findings: Sequence[RecordedFinding]) -> str:
    """What a finding without a pointer quotes of the body."""
    quoted = (re.search(r"'([^']{6,})'", f.message) for f in findings if not f.pointer)
    return visible(next((found[1] for found in quoted if found), ""))


def _named(headers: Headers, findings: Sequence[RecordedFinding]) -> frozenset[str]:
    words = {word.lower() for f in findings for word in re.findall(r"[A-Za-z][\w-]+", f"{f.message} {f.field or ''}")}
    return frozenset(visible(name) for name, _ in headers if name.lower() in words)


def _says(exchange: RecordedExchange) -> str:
    """``Create office``, ``Read office without a credential``, ``GET /``."""
    done = f"{(exchange.operation or exchange.request.method).capitalize()} {exchange.resource or ''}".strip()
    if exchange.operation is None:
        done = f"{exchange.request.method} {exchange.resource or parts_of(exchange.request.url).path}"
    who = "" if exchange.credential == "full" else f" with the credential {exchange.credential}"
    told = visible(done + (who if exchange.credential else " without a credential"))
    return f"{told} (shared set-up)" if exchange.case is None else told


def _visible(headers: Headers) -> Headers:
    return tuple((visible(name), visible(value[:1000])) for name, value in headers)


def rerun(run: RecordedRun) -> str:
    """The command line of the run, to which what it should be narrowed to can be added."""
    header = run.header
    target = "" if header.target.kind == "sandbox" else f" --target {quote(header.target.name)}"
    contract = quote(header.contract_path or header.contract)
    if header.target.kind == "traffic":
        return f"restproof judge {quote(str(header.selection.get('traffic', 'TRAFFIC')))} --contract {contract}"
    return f"restproof run {contract}{target} --profile {quote(header.profile)} --seed {header.seed}"


def see_again(run: RecordedRun, result: Result) -> str:
    """A line with the command that shows a result again; empty for a stale deviation, of which nothing is sent."""
    if result.requirement == STALE:
        return ""
    which = "" if run.header.target.kind == "traffic" else f" --case {quote(result.item)}"
    return f"See it again: {rerun(run)}{which}"


class Storyteller:
    """Tells the failing cases of one run."""

    def __init__(self, run: RecordedRun) -> None:
        self._run = run
        self._items = {i.id: i for i in run.items}
        self._cases = {c.id: c for c in run.cases}
        self._exchanges = {e.n: e for e in run.exchanges}
        self._failing = {f.case for f in run.findings}

    def cases(self, cause: Cause) -> list[tuple[str, str | None]]:
        """The (item, case) of a cause, the smallest request first: that is the one to read."""
        found: dict[tuple[str, str | None], int] = {}
        for finding in cause.findings:
            key = finding.item, finding.case
            found[key] = min(found.get(key, 1 << 40), self._weight(finding))
        return sorted(found, key=lambda key: found[key])

    def _weight(self, finding: RecordedFinding) -> int:
        exchange = self._exchanges.get(finding.exchange) if finding.exchange is not None else None
        return len(exchange.request.url) + len(exchange.request.body or "") if exchange else 0

    def story(self, cause: Cause, item_id: str, case_id: str | None) -> Story:
        findings = tuple(f for f in cause.findings if f.item == item_id and f.case == case_id)
        item = self._items.get(item_id) or RecordedItem(item_id, cause.requirement)
        sent = list(self._run.exchanges_by_case.get(case_id, ())) if case_id else []
        # What a finding cites may lie in the shared set-up, before the case.
        for number in {f.exchange for f in findings if f.exchange is not None}:
            if self._exchanges[number] not in sent:
                sent.insert(0, self._exchanges[number])
        shots = tuple(shot(e, findings) for e in sent)
        cited = next((e for e in sent if any(f.exchange == e.n for f in findings)), sent[-1] if sent else None)
        near, differences = self._near(item, case_id)
        twin = self._twin(near, cited)
        case = self._cases.get(case_id or "")
        curl = visible(curl_line(cited, self._run.header.auth, self._run.header.target.variables)) if cited else ""
        bodies = sum(len(b.html) for s in shots for b in (s.sent, s.got) if b)
        headers = sum(len(n) + len(v) + 30 for s in shots for n, v in (*s.request_headers, *s.response_headers))
        return Story(
            case=case_id or "",
            item=item.id,
            nodeid=item.nodeid,
            input=_special(case.input) if case else "",
            findings=findings,
            loose=tuple(f for f in findings if f.exchange is None),
            shots=shots,
            curl=curl,
            rerun=self._rerun(item, case_id),
            near=near,
            near_shot=shot(twin, limit=SAMPLE) if twin else None,
            differences=differences,
            size=2000 + bodies + headers + len(curl) + 700 * len(shots),
        )

    def _twin(self, near: str, cited: RecordedExchange | None) -> RecordedExchange | None:
        """The exchange of the passing case that answers to the one at fault."""
        sent = self._run.exchanges_by_case.get(near, ())
        alike = [e for e in sent if cited and (e.operation, e.resource) == (cited.operation, cited.resource)]
        return next(reversed(alike or list(sent)), None)

    def _rerun(self, item: RecordedItem, case_id: str | None) -> str:
        if self._run.header.target.kind == "traffic":
            return visible(rerun(self._run))
        which = f"--case {quote(case_id)}" if case_id else f"--only {quote(item.requirement)}"
        owner = self._cases.get(case_id or "")
        if owner and owner.item != item.id:
            # A rule about every exchange sends nothing itself: it needs what the others send.
            which = f"--resource {quote(item.resource)}" if item.resource else ""
        return visible(f"{rerun(self._run)} {which}".rstrip())

    def _near(self, item: RecordedItem, case_id: str | None) -> tuple[str, tuple[Difference, ...]]:
        """The passing case of the same item whose input differs least, if it differs in little."""
        failing = self._cases.get(case_id or "")
        best: tuple[RecordedCase, list[Difference]] | None = None
        if failing:
            passing = (c for c in self._run.cases_by_item.get(item.id, ()) if c.id not in self._failing)
            own = dict(_leaves(failing.input))
            for number, case in enumerate(passing):
                if number >= MOST_CASES:
                    break
                if not self._run.exchanges_by_case.get(case.id):
                    continue
                differences = _differences(own, dict(_leaves(case.input)))
                if differences and (best is None or len(differences) < len(best[1])):
                    best = case, differences
        if best and len(best[1]) <= MOST_DIFFERENCES:
            return best[0].id, tuple(best[1])
        return "", ()


def _special(given: Mapping[str, Any]) -> str:
    """What an enumerated case says of itself: ``city: one character too long``."""
    words = [given.get(name) for name in ("field", "note")]
    return visible(": ".join(w[:200] for w in words if isinstance(w, str) and w))


def _differences(failing: Mapping[str, str], passing: Mapping[str, str]) -> list[Difference]:
    return [
        Difference(pointer or "the input", failing.get(pointer, "absent"), passing.get(pointer, "absent"))
        for pointer in sorted(failing.keys() | passing.keys())
        if failing.get(pointer) != passing.get(pointer)
    ]


def _leaves(value: Any) -> Iterator[tuple[str, str]]:
    """The scalars (and empty containers) of a JSON value by pointer, at most ``MOST_LEAVES`` of them."""
    ahead: list[tuple[str, Any]] = [("", value)]
    count = 0
    while ahead and count < MOST_LEAVES:
        pointer, found = ahead.pop()
        if isinstance(found, Mapping) and found:
            ahead += [(pointer + step(name), inner) for name, inner in found.items()]
        elif isinstance(found, list) and found:
            ahead += [(f"{pointer}/{number}", inner) for number, inner in enumerate(found)]
        else:
            count += 1
            text = json.dumps(found, ensure_ascii=False)
            yield visible(pointer), visible(text if len(text) <= 120 else f"{text[:100]}… ({len(text):,} characters)")

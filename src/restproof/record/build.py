"""Events to values. Each function takes an event that the schema has passed, and fills in what the format leaves out.
Raises ``ValueError`` for what a schema cannot see: base64 or a date that is none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache
from sys import intern
from typing import Any

from restproof.headers import Headers
from restproof.record.events import decode_body
from restproof.record.model import (
    Deviation,
    Footer,
    Header,
    Learned,
    Note,
    RecordedCase,
    RecordedExchange,
    RecordedFinding,
    RecordedItem,
    RecordedOutcome,
    RecordedRequirement,
    Request,
    Response,
    Target,
    Value,
)

Event = Mapping[str, Any]


def _header(event: Event) -> Header:
    contract, target = event["contract"], event["target"]
    return Header(
        restproof=event.get("restproof", ""),
        contract=contract["name"],
        title=contract.get("title") or contract["name"],
        contract_path=contract.get("path") or "",
        resources={name: tuple(operations) for name, operations in contract.get("resources", {}).items()},
        target=Target(
            name=target["name"],
            base_url=target.get("base_url") or "",
            kind=target.get("kind", "live"),
            ids=target.get("ids", {}),
            credentials={name: said.get("cased", True) for name, said in target.get("credentials", {}).items()},
            variables={n: s["variable"] for n, s in target.get("credentials", {}).items() if "variable" in s},
            forbid=tuple(target.get("forbid", ())),
        ),
        profile=event["profile"],
        seed=event["seed"],
        prefix=event.get("prefix", ""),
        started=event["started"],
        fail_on=event.get("fail_on", "must"),
        selection=event.get("selection", {}),
        requirements=tuple(_requirement(r) for r in event["requirements"]),
        deviations=tuple(deviation(d) for d in event.get("deviations", ())),
        auth=contract.get("auth", "bearer"),
        surface=contract.get("surface", {}),
        contract_file=contract.get("file", ""),
        lines=contract.get("lines", {}),
        digest=contract.get("digest", ""),
        max_wait=event.get("max_wait", 5.0),
        must_be_tested=tuple(event.get("require", {}).get("tested", ())),
        must_be_complete=event.get("require", {}).get("complete", False),
        learned=tuple(_learned(word) for word in contract.get("learned", ())),
    )


def _requirement(found: Event) -> RecordedRequirement:
    return RecordedRequirement(
        id=found["id"],
        level=found["level"],
        statement=found["statement"],
        binding=found.get("binding", found["level"] != "policy"),
        sources=tuple(found.get("sources", ())),
        depends_on=tuple(found.get("depends_on", ())),
        not_tested=found.get("not_tested"),
        # A file from before the register told it.
        core=found.get("core", found["id"].startswith(("create.", "read.", "list.", "update.", "delete."))),
        damage=found.get("damage", "code"),
        words=tuple(found.get("words", ())),
    )


def _learned(found: Event) -> Learned:
    return Learned(
        found.get("resource"),
        found["word"],
        found["seen"],
        tuple(found.get("fields", ())),
        tuple(found.get("promised", ())),
    )


def deviation(found: Event) -> Deviation:
    return Deviation(
        requirement=found["requirement"],
        resource=found.get("resource"),
        operation=found.get("operation"),
        field=found.get("field"),
        owner=found.get("owner") or "",
        reason=found.get("reason") or "",
        expires=_day(found.get("expires")),
        evidence=found.get("evidence") or "",
        since=_day(found.get("since")),
        shows=found.get("shows") or "always",
        kind=found.get("kind"),
        expected=found.get("expected"),
        actual=found.get("actual"),
        issue=found.get("issue") or "",
    )


def _day(text: str | None) -> str | None:
    return date.fromisoformat(text).isoformat() if text else None


def _item(event: Event) -> RecordedItem:
    return RecordedItem(
        id=event["item"],
        requirement=event["requirement"],
        resource=event.get("resource"),
        operation=event.get("operation"),
        nodeid=event.get("nodeid", ""),
        cost=event.get("cost", 0),
        cases=event.get("cases"),
    )


def _case(event: Event) -> RecordedCase:
    return RecordedCase(
        id=intern(event["case"]),
        item=intern(event["item"]),
        input=_shared(event.get("input", {})),
        token=event.get("token", ""),
        worker=event.get("worker", 0),
    )


def _shared(value: Any) -> Any:
    """``value`` with one copy of each short text, however many cases hold it."""
    if not isinstance(value, dict):
        return value
    return {
        intern(name): intern(inner) if type(inner) is str and len(inner) <= 64 else _shared(inner)
        for name, inner in value.items()
    }


def _headers(found: Event) -> Headers:
    return tuple([_header_field(name, value) for name, value in found.get("headers", ())])


@lru_cache(maxsize=8192)
def _header_field(name: str, value: str) -> tuple[str, str]:
    # The same few dozen fields come with every message: a run of 100,000 exchanges holds each of them once.
    return name, value


def _known(text: str | None) -> str | None:
    return None if text is None else intern(text)


def _exchange(event: Event) -> RecordedExchange:
    request, response = event["request"], event.get("response")
    return RecordedExchange(
        n=event["n"],
        request=Request(intern(request["method"]), request["url"], _headers(request), decode_body(request.get("body"))),
        response=response
        and Response(
            response["status"],
            response.get("reason") or "",
            _headers(response),
            decode_body(response.get("body")),
            response.get("line"),
        ),
        error=event.get("error"),
        item=_known(event.get("item")),
        case=_known(event.get("case")),
        setup=_known(event.get("setup")),
        resource=_known(event.get("resource")),
        operation=_known(event.get("operation")),
        credential=_known(event.get("credential")),
        started=event.get("started", 0.0),
        elapsed=event.get("elapsed", 0.0),
        worker=event.get("worker", 0),
        attempt=event.get("attempt", 1),
        again=event.get("again", False),
        hooks=tuple(event.get("hooks", ())),
    )


def _value(event: Event) -> Value:
    return Value(event["name"], event["value"], event.get("worker", 0))


def _finding(event: Event) -> RecordedFinding:
    return RecordedFinding(
        item=event["item"],
        message=event["message"],
        case=event.get("case"),
        exchange=event.get("exchange"),
        expected=event.get("expected") or "",
        actual=event.get("actual") or "",
        pointer=event.get("pointer"),
        field=event.get("field"),
        kind=event.get("kind") or "",
        due=event.get("due") or "",
    )


def _outcome(event: Event) -> RecordedOutcome:
    return RecordedOutcome(event["item"], event["outcome"], event.get("cases"), event.get("reason") or "")


def _note(event: Event) -> Note:
    return Note(event["kind"], event["message"], event.get("started", 0.0))


def _footer(event: Event) -> Footer:
    cleanup = event.get("cleanup") or {}
    return Footer(
        complete=event["complete"],
        finished=event.get("finished") or "",
        duration=event.get("duration", 0.0),
        requests=event.get("requests", 0),
        interrupted=event.get("interrupted"),
        deleted=cleanup.get("deleted", 0),
        left=tuple(cleanup.get("left", ())),
        soundings=event.get("soundings", 0),
    )


BUILDERS: Mapping[str, Callable[[Event], Any]] = {
    "header": _header,
    "item": _item,
    "case": _case,
    "exchange": _exchange,
    "finding": _finding,
    "outcome": _outcome,
    "note": _note,
    "value": _value,
    "footer": _footer,
}

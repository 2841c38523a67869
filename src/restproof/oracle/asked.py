"""What a request of recorded traffic evidently was: which refusals the contract asks for, from the request alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from restproof.contract.media import essence
from restproof.contract.model import WRITES, Contract, Resource, Status
from restproof.contract.rules import Condition
from restproof.contract.shapes import type_of
from restproof.frozen import frozen
from restproof.oracle.finding import at
from restproof.oracle.rules import TrafficRule
from restproof.oracle.seen import Seen
from restproof.record.jsontext import Unreadable, loads_leniently
from restproof.semantics.state import created
from restproof.semantics.validate import Validation

_CLOSED = ("additionalProperties", "unevaluatedProperties")
_LARGE = 64 * 1024
_LONG = 2000
_FOREIGN = ("application/x-www-form-urlencoded", "application/xml", "text/xml", "multipart/form-data")
_BY_OTHERS = (
    *("missing_credential", "bad_credential", "forbidden", "forbidden_parent", "foreign", "throttled"),
    *("absent", "absent_parent", "malformed_parent", "wrong_parent", "gone", "conflict"),
    *("precondition_failed", "precondition_required"),
)
"""Cases of a refusal that the request's body and query do not decide: who asks, what is there, what others did."""


@frozen(slots=True)
class Reason:
    """Why the contract refuses a request. ``case``: the contract's word for it; ``note``: a few words."""

    requirement: TrafficRule
    case: str
    field: str | None
    note: str


class Asked:
    """Reads requests by the contract; compiled schemas are kept from one request to the next. ``apart``: see
    ``Validation``."""

    def __init__(self, contract: Contract, *, apart: bool = False) -> None:
        self._contract = contract
        self._validations = {r.name: Validation(r, apart=apart) for r in contract}

    def reasons(self, seen: Seen) -> tuple[Reason, ...] | None:
        """Why the contract refuses what a create, update or replace holds, the empty tuple where it does not;
        ``None`` where that cannot be said: the recording left something out, or the schema is lenient there."""
        if seen.operation not in WRITES or seen.hides or "headers" in seen.lacks:
            return None
        body = seen.exchange.request.body
        media = essence(seen.exchange.request.header("Content-Type") or "")
        if media in _FOREIGN and not seen.way.media.reads(media):
            return (Reason(TrafficRule.MEDIA_FOREIGN_BODY, "unsupported_media", None, f"the body is {media}"),)
        if media and not seen.way.media.reads(media):
            return None
        if not body:
            return (Reason(TrafficRule.INPUT_MALFORMED_JSON, "empty_body", None, "the body is empty"),)
        if not isinstance(seen.document, dict):
            return None if seen.is_form else self._malformed(body)
        found = list(self._parents(seen))
        fields = seen.fields
        wrapper = seen.way.envelope.request
        if fields is None:
            return (
                *found,
                Reason(TrafficRule.INPUT_ENVELOPE, "envelope", wrapper, f"the body has no object {wrapper}"),
            )
        found += [
            Reason(TrafficRule.INPUT_UNKNOWN_FIELD, "unknown_beside", n, f"{n} does not exist")
            for n in seen.way.envelope.strangers(seen.document, {p.name for p in seen.way.parameters})
        ]
        inside = self._fields(seen, fields)
        return None if inside is None else (*found, *inside)

    def _malformed(self, body: bytes) -> tuple[Reason, ...] | None:
        try:
            found = loads_leniently(body)
        except Unreadable:
            return None
        except ValueError:
            return (Reason(TrafficRule.INPUT_MALFORMED_JSON, "malformed", None, "the body is no JSON"),)
        if isinstance(found, dict):
            # Only strict readers refuse it (NaN, a number that no double holds, bytes that are no UTF-8); others take
            # or refuse the value in it, and no contract speaks of that.
            return None
        return (Reason(TrafficRule.INPUT_MALFORMED_JSON, "no_object", None, "the body is no JSON object"),)

    def _parents(self, seen: Seen) -> Iterator[Reason]:
        for parent in seen.way.parameters:
            if parent.place in ("query", "header"):
                named = dict(seen.query).get if parent.place == "query" else seen.exchange.request.header
                if not named(parent.name):
                    yield Reason(TrafficRule.INPUT_PARENT, "missing_parent", parent.name, f"{parent.name} is missing")
            elif parent.name not in seen.document:
                yield Reason(TrafficRule.INPUT_ENVELOPE, "missing_parent", parent.name, f"{parent.name} is missing")
            else:
                wanted = "integer" if self._contract.resources[parent.resource].id.type == "integer" else "string"
                if type_of(seen.document[parent.name]) != wanted:
                    yield Reason(
                        TrafficRule.INPUT_PARENT, "mistyped_parent", parent.name, f"{parent.name} is no {wanted}"
                    )

    def _fields(self, seen: Seen, fields: Mapping[str, Any]) -> list[Reason] | None:
        resource, operation = seen.resource, str(seen.operation)
        validation = self._validations[resource.name]
        if validation.unstorable(fields) or (operation != "create" and fields.keys() & _fixed(resource)):
            return None
        problems = validation.problems(operation, fields)
        if any(p.path and p.path[0] in resource.lenient for p in problems):
            return None
        found = [
            Reason(
                TrafficRule.CREATE_SERVER_SET if r.case == "server_set" else TrafficRule.INPUT_UNKNOWN_FIELD,
                r.case,
                r.field,
                f"{r.field} {r.message}",
            )
            for r in validation.unknown(problems)
        ]
        for problem in problems:
            if problem.keyword in _CLOSED:
                continue
            case = validation.values(operation, [problem], fields)[0].case
            rule = _requirement(problem.keyword, at(fields, problem.path))
            found.append(
                Reason(
                    TrafficRule.INPUT_REFERENCE if case == "bad_reference" else rule,
                    case,
                    problem.field,
                    f"{problem.field} {problem.message}",
                )
            )
        if not found:
            found = list(self._rules(validation, resource, operation, fields))
        return None if not found and seen.refused and _may_break(resource, fields) else found

    def _rules(
        self, validation: Validation, resource: Resource, operation: str, fields: Mapping[str, Any]
    ) -> Iterator[Reason]:
        # Of an update only the named fields are certain: a rule is judged where all that it speaks of is among them.
        after = fields if operation == "update" else created(resource, fields, server_set={})
        for refusal in validation.rules(None, after, self._unsure(resource, operation, fields, after), sent=fields):
            yield Reason(
                TrafficRule.INPUT_BUSINESS_RULE, refusal.case, refusal.field, f"{refusal.field} {refusal.message}"
            )

    def _unsure(
        self, resource: Resource, operation: str, fields: Mapping[str, Any], after: Mapping[str, Any]
    ) -> set[str]:
        """The members of conditions that may hold for some reading of the request."""
        found: set[str] = set()
        for rule in (r for r in resource.rules if isinstance(r, Condition)):
            readings = [rule.holds(s, nulls=n) for s in (fields, after) for n in (False, True)]
            if operation == "update" or any(readings):
                found.update(rule.fields)
        return found

    def refusable(self, seen: Seen) -> Status:
        """The statuses that a request may be refused with for reasons that lie outside of it."""
        cases = list(_BY_OTHERS)
        request = seen.exchange.request
        accept = (request.header("Accept") or "").lower()
        if seen.route.is_item:
            cases += ["malformed_id", "repeat_delete"]
        if seen.resource.version and seen.resource.version.placed(str(seen.operation)):
            cases += ["stale", "no_version"]
        if len(request.body or b"") > _LARGE:
            cases.append("too_large")
        if len(seen.exchange.url) > _LONG:
            cases.append("uri_too_long")
        if accept and "json" not in accept and "*/*" not in accept:
            cases.append("unacceptable")
        if request.header("Expect") or request.header("Content-Encoding"):
            cases.append("unsupported_media")
        if seen.resource.operation(seen.told_as).query.keys() - {n for n, _ in seen.query}:
            cases.append("invalid")
        if seen.resource.references:
            cases += ["reference", "bad_reference"]
        if seen.resource.rules:
            cases.append("rule")
        found = Status()
        for case in cases:
            found |= seen.status_for(case)
        return found


def _may_break(resource: Resource, fields: Mapping[str, Any]) -> bool:
    """Whether a condition on the body as a whole does not hold for some reading of the request."""
    readings = [(s, n) for s in (fields, created(resource, fields, server_set={})) for n in (False, True)]
    conditions = (r for r in resource.rules if isinstance(r, Condition))
    return any(not rule.holds(body, nulls=nulls) for rule in conditions for body, nulls in readings)


def _fixed(resource: Resource) -> set[str]:
    """Fields that a later write may name only with the value that they have."""
    return {resource.id.field, *resource.immutable}


def _requirement(keyword: str, value: Any) -> TrafficRule:
    if keyword == "required":
        return TrafficRule.INPUT_REQUIRED
    if keyword in ("type", "anyOf", "oneOf"):
        return TrafficRule.INPUT_NULL if value is None else TrafficRule.INPUT_TYPE
    return TrafficRule.INPUT_NULL if value is None and keyword in ("enum", "const") else TrafficRule.INPUT_BOUNDS

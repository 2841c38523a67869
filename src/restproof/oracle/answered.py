"""Whether an answer is one that the contract allows for what the request evidently was, by the exchange alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from restproof.contract.model import WRITES, Contract, Resource, Status, creates_by_put
from restproof.oracle.asked import Asked, Reason
from restproof.oracle.check import Check, Checks, asked_of, check, gap_check, gaps, status_check
from restproof.oracle.rules import TrafficRule
from restproof.oracle.seen import Seen, id_of
from restproof.semantics.initial import readbacks, reference_paths
from restproof.semantics.state import expected

_SUCCESS = {
    "create": (TrafficRule.CREATE_ANSWERS_CREATED, "created"),
    "update": (TrafficRule.UPDATE_ANSWERS_OK, "updated"),
    "replace": (TrafficRule.REPLACE_ANSWERS, "replaced"),
    "read": (TrafficRule.READ_ANSWERS_OK, "read"),
    "list": (TrafficRule.LIST_ANSWERS_OK, "listed"),
    "delete": (TrafficRule.DELETE_ANSWERS, "deleted"),
}
_ACCEPTED = {
    "create": TrafficRule.CREATE_ACCEPTS_VALID,
    "update": TrafficRule.UPDATE_ACCEPTS_VALID,
    "replace": TrafficRule.REPLACE_ANSWERS,
}


def shows_what_is_there(seen: Seen) -> bool:
    """Whether a create may have been answered with what is there already, where the contract has a success for that."""
    return seen.ok and seen.status in seen.status_for("conflict") and seen.status not in seen.status_for("created")


class Answered:
    """Judges single exchanges."""

    def __init__(self, contract: Contract, asked: Asked) -> None:
        self._contract = contract
        self._asked = asked

    def judge(self, seen: Seen, reasons: tuple[Reason, ...] | None, *, credentials_shown: bool) -> Checks:
        """The checks of one exchange; ``reasons`` as ``Asked`` gives them for a write. ``credentials_shown``: whether
        the traffic shows credentials at all."""
        if seen.exchange.response is None:
            return
        if seen.operation is None:
            yield from self._unsupported(seen)
            return
        if credentials_shown and self._is_anonymous(seen):
            yield from self._anonymous(seen)
            return
        if seen.operation in WRITES:
            yield from self._write(seen, reasons)
        elif seen.ok and seen.exchange.request.header("Range") is None:
            yield from self._success(seen)

    def _unsupported(self, seen: Seen) -> Checks:
        resource, method = seen.resource, seen.exchange.request.method
        if method in resource.other_methods.get("item" if seen.route.is_item else "collection", ()):
            return
        if seen.ok or seen.status in resource.status("unsupported"):
            where = "item" if seen.route.is_item else "collection"
            yield status_check(
                TrafficRule.PROTOCOL_UNSUPPORTED_VERB, seen, resource.status("unsupported"), f"{method} on the {where}"
            )

    def _is_anonymous(self, seen: Seen) -> bool:
        """Whether the request evidently held no credential: others in the traffic show theirs."""
        request, auth = seen.exchange.request, self._contract.auth
        return (
            auth.scheme != "none"
            and seen.resource.operation(seen.told_as).auth == "required"
            and auth.shown(request.header, seen.exchange.url.partition("?")[2]) is None
            and request.header("Cookie") is None
            and "headers" not in seen.lacks
        )

    def _anonymous(self, seen: Seen) -> Checks:
        missing, order = seen.status_for("missing_credential"), self._contract.order
        first = order.index("missing_credential") < order.index("forbidden")
        if seen.ok or (first and seen.status in seen.status_for("forbidden")) or seen.status in missing:
            yield status_check(TrafficRule.AUTH_MISSING, seen, missing, "the request has no credential")

    def _success(self, seen: Seen) -> Checks:
        """A 2xx to a request that needs nothing more than to be answered."""
        operation = str(seen.operation)
        requirement, case = _SUCCESS[operation]
        wanted = seen.status_for(case)
        if operation == "delete":
            # A second delete may be answered in its own way, and nobody knows whether this was one.
            wanted |= seen.status_for("repeat_delete")
        found = status_check(requirement, seen, wanted)
        if found.finding is None and operation == "delete" and seen.resource.deleted_body == "empty":
            body = seen.exchange.response.body if seen.exchange.response else b""
            found = check(
                requirement,
                seen,
                body,
                "the answer to a delete has content",
                kind="content",
                expected="no content",
                actual="content",
                pointer="",
            )
        is_said = "answers" not in seen.resource.open and seen.entity is not None
        if found.finding is None and operation == "read" and is_said and seen.route.id is not None:
            other = id_of(seen.resource, seen.entity)
            found = check(
                requirement,
                seen,
                other is not None and other != seen.route.id,
                f"a read shows another {seen.resource.name} than was asked for",
                kind="another-id",
                expected="the id of the path",
                actual="another",
                field=seen.resource.id.field,
            )
        yield found

    def _write(self, seen: Seen, reasons: tuple[Reason, ...] | None) -> Checks:
        if reasons is None:
            if seen.ok:
                yield self._succeeded(seen)
            return
        against = [r for r in reasons if not seen.status_for(r.case).accepted]
        if not against:
            yield from self._valid(seen)
            return
        allowed = Status()
        for reason in against:
            allowed |= seen.status_for(reason.case)
        first = against[0]
        if seen.ok:
            for reason in against:
                status = seen.status_for(reason.case)
                yield status_check(reason.requirement, seen, status, reason.note, field=_top(reason.field))
        elif seen.refused and (seen.status in allowed or seen.status not in self._asked.refusable(seen)):
            yield status_check(first.requirement, seen, allowed, first.note, field=_top(first.field))

    def _valid(self, seen: Seen) -> Checks:
        """A write that the contract has nothing against."""
        if seen.ok:
            found = self._succeeded(seen)
            yield found
            if found.finding is None and not (seen.operation == "create" and shows_what_is_there(seen)):
                yield from self._shown(seen)
        elif seen.refused:
            refusable = self._asked.refusable(seen)
            yield check(
                _ACCEPTED[str(seen.operation)],
                seen,
                seen.status not in refusable,
                f"the {seen.operation} with a body that the contract allows answered {seen.status}",
                kind="status",
                expected="success, or a refusal for what lies outside the body",
                actual=str(seen.status),
            )

    def _succeeded(self, seen: Seen) -> Check:
        requirement, case = _SUCCESS[str(seen.operation)]
        wanted = seen.status_for(case)
        if seen.operation == "replace" and creates_by_put(seen.resource):
            wanted |= seen.status_for("created")
        if seen.operation == "create" and shows_what_is_there(seen):
            wanted |= seen.status_for("conflict")
        return status_check(requirement, seen, wanted)

    def _shown(self, seen: Seen) -> Checks:
        """What the answer itself shows of what was sent."""
        if seen.entity is None or seen.fields is None or seen.operation == "replace":
            return
        shape = seen.resource.shapes.request("create" if seen.operation == "create" else "update")
        known = {n: v for n, v in seen.fields.items() if n in shape["properties"]}
        before: dict[str, Any] | None = None if seen.operation == "create" else {}
        shown = expected(seen.resource, known, before=before)
        wanted = asked_of(seen.resource, str(seen.operation), shown, seen.entity)
        for gap in gaps(seen.resource, wanted, seen.entity):
            what = f"the answer to {'a create' if seen.operation == 'create' else 'an update'}"
            yield gap_check(field_requirement(seen, gap.name, gap.wanted), seen, gap, what, _pointer(seen))
            return
        yield check(_ACCEPTED[str(seen.operation)], seen)


def field_requirement(seen: Seen, name: str, wanted: object) -> TrafficRule:
    """The requirement that a wrong value of a field breaks, by what the write ``seen`` did to the field."""
    if seen.operation == "create":
        return (
            TrafficRule.CREATE_ACCEPTS_VALID
            if name in shown_members(seen.resource, seen.fields or {})
            else TrafficRule.CREATE_DEFAULTS
        )
    if wanted is None:
        return TrafficRule.UPDATE_NULL_CLEARS
    if isinstance(wanted, list) and wanted:
        return TrafficRule.UPDATE_REPLACES_ARRAYS
    return TrafficRule.UPDATE_FALSY_COUNTS if wanted in (0, False, "", []) else TrafficRule.UPDATE_PERSISTS


def shown_members(resource: Resource, fields: Mapping[str, Any]) -> set[str]:
    """The members of a representation in which request fields show."""
    paths = {**readbacks(resource), **reference_paths(resource)}
    return {paths[n].root if n in paths else n for n in fields}


def _pointer(seen: Seen) -> str:
    return seen.way.envelope.response_pointer


def _top(field: str | None) -> str | None:
    return field.partition(".")[0] if field else None

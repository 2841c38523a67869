"""What a judge of traffic says of one exchange."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from restproof.contract.model import WRITES, Resource, Status
from restproof.contract.shapes import type_of
from restproof.frozen import frozen
from restproof.oracle.finding import ABSENT, Finding, shown
from restproof.oracle.rules import TrafficRule
from restproof.oracle.seen import Seen
from restproof.pointer import member
from restproof.semantics.alignment import in_the_order_of
from restproof.semantics.state import differences

_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")
_NUMBER, _DECIMAL = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?"), re.compile(r"-?[0-9]+\.[0-9]+")
"""What may be sent for a number that is kept with decimals, and how it is shown: without them, a text is no number, and
may have lost its zeros (``00501``)."""
_MARKUP = re.compile(r"<[^<>]*>")


@frozen(slots=True)
class Check:
    """One check: the requirement, where it is told, and what is wrong (``None``: nothing)."""

    requirement: TrafficRule
    resource: str
    operation: str
    finding: Finding | None = None


Checks = Iterator[Check]


def check(
    requirement: TrafficRule,
    seen: Seen,
    wrong: object = False,
    message: str = "",
    *,
    kind: str = "",
    operation: str | None = None,
    **details: Any,
) -> Check:
    """A check of ``seen``; a finding where ``wrong`` holds."""
    finding = Finding(message, kind, exchange=seen.n, **details) if wrong else None
    return Check(requirement, seen.resource.name, operation or seen.told_as, finding)


def status_check(
    requirement: TrafficRule, seen: Seen, wanted: Status, why: str = "", *, field: str | None = None, **where: Any
) -> Check:
    """A check that the status of ``seen`` is one of ``wanted``."""
    reason = f" ({why})" if why else ""
    return check(
        requirement,
        seen,
        seen.status not in wanted,
        f"the {seen.told_as} answered {seen.status}, not {wanted}{reason}",
        kind="status",
        expected=str(wanted),
        actual=str(seen.status),
        field=field,
        **where,
    )


@frozen(slots=True)
class Gap:
    """A member that is not what it has to be. ``name``: the response's own member."""

    name: str
    path: str
    wanted: Any
    found: Any


def gaps(resource: Resource, wanted: Mapping[str, Any], actual: Mapping[str, Any]) -> Iterator[Gap]:
    """Where ``actual`` does not hold what ``wanted`` says; times that denote one instant are equal, and what a sparse
    representation leaves out (``may_be_left_out``) is there."""
    for path, expected, found in differences(wanted, in_the_order_of(resource, wanted, actual)):
        name = path.split("/")[1] if "/" in path else path
        if found is None and may_be_left_out(resource, expected, member(actual, path, ABSENT)):
            continue
        if is_as_good(resource, name, expected, found):
            continue
        yield Gap(name, path, expected, found)


def may_be_left_out(resource: Resource, wanted: Any, there: Any) -> bool:
    """Whether a sparse representation says ``wanted`` by what stands in its place: null by null or by nothing
    (``ABSENT``); by nothing a text, array or object, too, that holds nothing itself, and false and zero, as Go
    (``omitempty``) and Protocol Buffers write them."""
    return resource.sparse and (wanted is there is None or (there is ABSENT and _is_empty(wanted)))


def _is_empty(value: Any) -> bool:
    if isinstance(value, Mapping):
        return all(map(_is_empty, value.values()))
    return value is None or value in ("", [], False, 0)


def asked_of(
    resource: Resource, operation: str, wanted: Mapping[str, Any], answer: Mapping[str, Any]
) -> dict[str, Any]:
    """What of ``wanted`` is asked of the answer to an operation. An entry of a list may lack fields, or show them
    otherwise. The answer to a write may be less than what a read shows (an id alone): a sparse contract promises the
    required members, and no others."""
    if operation == "list":
        return {name: value for name, value in wanted.items() if name not in resource.unlike_in_lists}
    if not resource.sparse or operation not in WRITES:
        return dict(wanted)
    sure = resource.shapes.response.get("required", ())
    return {name: value for name, value in wanted.items() if name in answer or name in sure}


def gap_check(
    requirement: TrafficRule, seen: Seen, gap: Gap, what: str, pointer: str = "", *, after: str = "", **where: Any
) -> Check:
    """A finding for a gap; ``what`` names what was compared, ``after`` ends the message."""
    return check(
        requirement,
        seen,
        True,
        f"{what}: {gap.name} is {shown(gap.found)}, not {shown(gap.wanted)}{after}",
        kind="value",
        expected="null" if gap.wanted is None else "what the contract says",
        actual=how_it_differs(gap.wanted, gap.found),
        pointer=pointer + gap.path,
        field=gap.name,
        **where,
    )


def how_it_differs(wanted: Any, found: Any) -> str:
    """How ``found`` differs, without the data of this run: what is wrong in one way everywhere is one cause."""
    if found is None or found in ("", [], {}):
        return shown(found)
    if wanted is not None and type_of(found) != type_of(wanted):
        return f"of type {type_of(found)}"
    return ANOTHER_FORM if _bare(wanted) == _bare(found) else "another value"


ANOTHER_FORM = "the same in another form"
"""How a text differs that is the same but for case, blanks and Unicode's forms, or a number but for its fraction."""


def _bare(value: Any) -> Any:
    """A value without what forms differ in."""
    if isinstance(value, str):
        return _without_blanks(value).casefold()
    return value if isinstance(value, bool) or not isinstance(value, int | float) else int(value)


def _without_blanks(text: str) -> str:
    """A text without blanks, in the form of Unicode in which letters are alike."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def is_as_good(resource: Resource, name: str, wanted: Any, found: Any) -> bool:
    """Whether a member holds what is written otherwise and denotes the same: an instant (a time without a zone too,
    where the contract leaves zones open), an array whose order says nothing in another one, or, where it leaves open
    which rules there are, a text in the form that the server keeps texts in: servers commonly lower addresses, trim
    names and take markup out, and no document says so."""
    if name in resource.unordered:
        found = in_the_order_of(resource, {name: wanted}, {name: found})[name]
        return not any(True for _ in differences(wanted, found))
    form = resource.properties.get(name, {}).get("format")
    if form == "date-time":
        return same_instant(wanted, found, zones_open="zones" in resource.open)
    names = {*resource.references, resource.id.field}
    said = names | {re.split(r"[.\[]", place)[0] for place in resource.normalized}
    return "rules" in resource.open and name not in said and _is_kept_as(wanted, found)


def _is_kept_as(wanted: Any, found: Any) -> bool:
    """Whether a text is another in one of the forms in which servers keep texts: with other blanks, in another form of
    Unicode, without markup, an address in another case, and a number with more or fewer decimals."""
    if not isinstance(wanted, str) or not isinstance(found, str):
        return False
    if _NUMBER.fullmatch(wanted) and _DECIMAL.fullmatch(found):
        return Decimal(wanted) == Decimal(found)
    texts = (wanted, _MARKUP.sub("", wanted), found)
    forms = [" ".join(unicodedata.normalize("NFKC", text).split()) for text in texts]
    if _ADDRESS.fullmatch(wanted.strip()):
        forms = [form.casefold() for form in forms]
    return forms[2] in forms[:2]


def same_instant(one: Any, other: Any, *, zones_open: bool = False) -> bool:
    """Whether two RFC 3339 texts denote one instant: ``Z`` is ``+00:00``, and a fraction of zero is none. With
    ``zones_open``, where one of them alone has no zone, it shows the other in UTC or as it is there."""
    try:
        first, second = datetime.fromisoformat(one), datetime.fromisoformat(other)
    except (TypeError, ValueError):
        return False
    if not zones_open or (first.tzinfo is None) == (second.tzinfo is None):
        return first == second
    local, zoned = (first, second) if first.tzinfo is None else (second, first)
    return local in (zoned.astimezone(UTC).replace(tzinfo=None), zoned.replace(tzinfo=None))

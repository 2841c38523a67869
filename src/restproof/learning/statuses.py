"""Words for statuses: of each case, what all of its answers agree on, where the contract leaves more open."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from restproof.contract.document import Route
from restproof.contract.model import Contract, Resource, Status
from restproof.contract.statuses import STATUS_DEFAULTS, WORDS, follows
from restproof.frozen import frozen
from restproof.learning.sighting import Sighting
from restproof.learning.word import ENOUGH, Doubt, Edit, Word, numbers

_MOST_CODES = 2
"""Codes of one case; where a server has more, nobody can say which is meant when."""
_MAY_SUCCEED = ("repeat_delete", "past_the_end")
"""Cases that a server may well answer with a success, beside those that know words for it: what else is taken that
should be refused is nothing that a contract should say by itself."""
_WHAT = {
    "unknown_field": "a field that does not exist",
    "unknown_beside": "a member beside the envelope that does not exist",
    "server_set": "a field that only the server sets",
    "invalid": "a value that the schema does not allow",
    "null_value": "null where it may not be",
    "coercible": "a value of another type that reads as an allowed one",
    "bad_format": "a text that its format refuses",
    "malformed": "a body that is no JSON",
    "empty_body": "an empty body",
    "no_object": "a body that is no object",
    "absent": "an id that names nothing",
    "malformed_id": "an id of an impossible kind",
    "gone": "a read or an update after the delete",
    "repeat_delete": "a second delete",
    "missing_credential": "a request without a credential",
    "bad_page": "an impossible page",
    "bad_size": "an impossible size of a page",
    "past_the_end": "a page past the end",
    "unsupported_media": "a body of another media type",
    "conflict": "a value that is taken",
    "reference": "a reference to what is not there",
    "rule": "two values in the wrong order",
}


@frozen
class _Found:
    """What the answers to one case of one resource agree on: ``value`` as the contract would say it. ``lenient``: the
    fields of which values were taken, of which the contract then says no more than it does now."""

    resource: Resource
    case: str
    value: Any
    status: Status
    sightings: tuple[Sighting, ...]
    lenient: tuple[str, ...] = ()


def status_words(sightings: Iterable[Sighting], contract: Contract, said: Mapping[str, Any]) -> Iterator[Word | Doubt]:
    """The statuses that traffic shows, for the whole API where all resources that have such operations agree. ``said``:
    the contract as it is written."""
    by_case: dict[str, dict[str, list[Sighting]]] = {}
    for one in sightings:
        by_case.setdefault(one.case, {}).setdefault(one.resource, []).append(one)
    for case, by_resource in by_case.items():
        found: list[_Found] = []
        for name, some in by_resource.items():
            told = _agreed(contract.resources[name], case, some)
            if isinstance(told, Doubt):
                yield told
            elif told is not None:
                found.append(told)
        yield from _words(case, found, contract, said)


def _agreed(resource: Resource, case: str, found: Sequence[Sighting]) -> _Found | Doubt | None:
    """What the sightings agree on; a doubt where they do not, or where the contract says otherwise."""
    evidence = numbers(s.n for s in found)
    open_ = resource.status(case)
    taken = [s for s in found if s.status < 300]
    about = f"statuses.{case}"
    if case in WORDS:
        effects = {s.effect for s in taken}
        if len(taken) == len(found) and effects == {"ignored"}:
            return _narrowed(resource, case, "ignored", Status(accepted="ignored"), found)
        if len(taken) == len(found) and effects == {"kept"} and case == "unknown_field":
            return _narrowed(resource, case, "kept", Status(accepted="kept"), found)
        if taken:
            names = ", ".join(dict.fromkeys(s.field or "" for s in taken if s.effect == "kept"))
            why = f"a client set {names}, which only the server sets" if case == "server_set" and names else ""
            return (
                Doubt(resource.name, about, why or "the server is not of one mind", evidence)
                if not (open_.accepted)
                else None
            )
    elif taken and case == "invalid" and (strict := _strict(found)):
        told = _agreed(resource, case, strict)
        fields = dict.fromkeys(str(s.field).partition(".")[0] for s in taken)
        return replace(told, lenient=tuple(fields)) if isinstance(told, _Found) else told
    elif taken and case not in _MAY_SUCCEED:
        where = ", ".join(dict.fromkeys(s.field or s.operation for s in taken))
        return Doubt(resource.name, about, f"{_WHAT.get(case, case)} was taken ({where})", numbers(s.n for s in taken))
    codes = sorted({s.status for s in found})
    if len(codes) > _MOST_CODES:
        return Doubt(resource.name, about, f"answered {', '.join(map(str, codes))}", evidence)
    value = codes[0] if len(codes) == 1 else codes
    return _narrowed(resource, case, value, Status(frozenset(codes)), found)


def _strict(found: Sequence[Sighting]) -> list[Sighting]:
    """The refusals of wrong values of fields of which none was taken; none where a required one may be missing, or
    hardly any field is looked at."""
    taken = {s.field for s in found if s.status < 300}
    strict = [s for s in found if s.field not in taken and s.status >= 400]
    looked_at = {s.field for s in strict}
    if None in taken or any(s.missing for s in found if s.status < 300) or len(looked_at) < max(ENOUGH, len(taken)):
        return []
    return strict


def _narrowed(
    resource: Resource, case: str, value: Any, status: Status, found: Sequence[Sighting]
) -> _Found | Doubt | None:
    """The value, where it says more than the contract does."""
    said = resource.status(case)
    if said == status or said.accepted:
        return None
    inside = 2 in said.classes if status.accepted else all(code in said for code in status.codes)
    if not inside:
        shown = ", ".join(dict.fromkeys(str(s.status) for s in found))
        return Doubt(
            resource.name, f"statuses.{case}", f"answered {shown}, not {said} as is said", numbers(s.n for s in found)
        )
    return _Found(resource, case, value, status, tuple(found))


def _words(case: str, found: Sequence[_Found], contract: Contract, said: Mapping[str, Any]) -> Iterator[Word]:
    operations = {s.operation for f in found for s in f.sightings}
    able = {r.name for r in contract if any(r.supports(o) for o in operations)}
    own = {n for n, r in said.get("resources", {}).items() if isinstance(r, dict) and case in r.get("statuses", {})}
    values = [f.value for f in found]
    shared = bool(found) and all(v == values[0] for v in values) and {f.resource.name for f in found} == able
    if shared and not own:
        yield from _word(None, case, found, contract, said)
        return
    for one in found:
        yield from _word(one.resource.name, case, [one], contract, said)


def _word(
    name: str | None, case: str, found: Sequence[_Found], contract: Contract, said: Mapping[str, Any]
) -> Iterator[Word]:
    seen = [s for f in found for s in f.sightings]
    if len({(s.resource, s.operation, s.field, s.n) for s in seen}) < ENOUGH:
        return
    value, promised = found[0].value, _plain(found[0].resource.status(case))
    answered = value if isinstance(value, str) else f"answered {' or '.join(map(str, found[0].status.codes))}"
    but = ", ".join(f"{f.resource.name}.{n}" for f in found for n in f.lenient)
    sentence = f"{_WHAT.get(case, case)}: {answered}, {len(seen)} times" + (f"; but taken in {but}" if but else "")
    besides = tuple(
        Edit((*_at(name), "statuses", other), _plain(status))
        for other, status in _followers(case, name, contract, said)
    ) + tuple(
        Edit(("resources", f.resource.name, "lenient"), list(dict.fromkeys([*f.resource.lenient, *f.lenient])))
        for f in found
        if f.lenient
    )
    yield Word(name, ("statuses", case), value, sentence, numbers(s.n for s in seen), besides, promised)


def _at(name: str | None) -> Route:
    return () if name is None else ("resources", name)


def _followers(
    case: str, name: str | None, contract: Contract, said: Mapping[str, Any]
) -> Iterator[tuple[str, Status]]:
    """The cases that follow ``case`` by default and would say more with it than they do, with what they are now."""
    resources = [r for r in contract if name in (None, r.name)]
    general = said.get("statuses", {})
    for other, default in STATUS_DEFAULTS.items():
        if other == case or not follows(other, case):
            continue
        spoken = other in general or any(
            other in (said["resources"].get(r.name) or {}).get("statuses", {}) for r in resources
        )
        if not spoken and default:
            yield other, resources[0].status(other)


def _plain(status: Status) -> Any:
    """A status as a contract says it."""
    if status.accepted:
        return status.accepted
    parts: list[Any] = [*sorted(status.codes), *(f"{c}xx" for c in sorted(status.classes))]
    return parts[0] if len(parts) == 1 else parts

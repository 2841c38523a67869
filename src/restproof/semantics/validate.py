"""Whether a request's fields are right: what refuses them, as cases of the contract, in the contract's order."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

from restproof.contract.model import Contract, Resource
from restproof.contract.policies import promises_order
from restproof.contract.rules import BusinessRule, Condition
from restproof.frozen import frozen
from restproof.semantics.checker import Checker, Problem
from restproof.semantics.coercion import value_case
from restproof.semantics.inner import inner_ids
from restproof.semantics.state import State

_GROUPS = {
    "bad_credential": "missing_credential",
    "unknown_path": "unsupported",
    "forbidden_parent": "forbidden",
    "foreign": "forbidden",
    "malformed_id": "absent",
    "absent_parent": "absent",
    "malformed_parent": "absent",
    "wrong_parent": "absent",
    "gone": "absent",
    "repeat_delete": "absent",
    "mistyped_parent": "malformed",
    "empty_body": "malformed",
    "no_object": "malformed",
    "envelope": "malformed",
    "missing_parent": "malformed",
    "unsupported_media": "malformed",
    "too_large": "malformed",
    "unknown_beside": "unknown_field",
    "server_set": "unknown_field",
    "unknown_query": "unknown_field",
    "bad_page": "invalid",
    "bad_size": "invalid",
    "past_the_end": "absent",
    "bad_filter": "invalid",
    "bad_reference": "invalid",
    "coercible": "invalid",
    "null_value": "invalid",
    "bad_format": "invalid",
    "unstorable": "invalid",
    "reference": "rule",
    "over_quota": "conflict",
    "precondition_failed": "conflict",
    "precondition_required": "conflict",
    "stale": "conflict",
    "no_version": "conflict",
}
"""Case → the case of ``contract.order`` whose rank it has."""

_CLOSED = ("additionalProperties", "unevaluatedProperties")


@frozen
class Refusal:
    """Why a request is refused. ``case``: the contract's word (``invalid``, ``unknown_field`` …); ``field``: the
    member at fault in dots, or the parameter, or ``None``; ``message``: what is wrong with it."""

    case: str
    field: str | None
    message: str


def ranked(contract: Contract, refusals: Iterable[Refusal]) -> list[Refusal]:
    """Refusals by ``contract.order``, first wins; equals keep their order."""
    rank = {case: at for at, case in enumerate(contract.order)}
    return sorted(refusals, key=lambda r: rank.get(_GROUPS.get(r.case, r.case), len(rank)))


_OF_WHAT_IS_WRITTEN = frozenset({"unknown_field", "invalid", "rule", "conflict"})


def may_yield_to_conflict(contract: Contract, case: str) -> bool:
    """Whether a write that is to be refused as ``case`` may be refused as a conflict where it is one as well: what is
    wrong with what it writes goes first only where that is promised, and never before its equals."""
    rank = {case: at for at, case in enumerate(contract.order)}
    group = _GROUPS.get(case, case)
    if group not in _OF_WHAT_IS_WRITTEN:
        return False
    return not promises_order(contract) or rank[group] >= rank["conflict"]


def may_go_before_conflict(contract: Contract, case: str) -> bool:
    """Whether a write that is a conflict may be refused as ``case`` where that applies as well."""
    return not promises_order(contract) or contract.order.index(case) <= contract.order.index("conflict")


class Validation:
    """The rules of one resource for the fields of its requests (the envelope taken off), compiled once. ``apart``:
    what only looks wrong (``value_case``) has a case of its own, also where the contract answers all of it alike."""

    def __init__(self, resource: Resource, *, apart: bool = False) -> None:
        self.resource = resource
        self._apart = apart or resource.tells_invalid_apart

    @cached_property
    def _create(self) -> Checker:
        return Checker(self.resource.shapes.create)

    @cached_property
    def _update(self) -> Checker:
        return Checker(self.resource.shapes.update)

    @cached_property
    def _replace(self) -> Checker:
        return Checker(self.resource.shapes.replace)

    def checker(self, operation: str) -> Checker:
        """The checker of the request shape of ``create``, ``update`` or ``replace``."""
        return {"create": self._create, "update": self._update, "replace": self._replace}[operation]

    def fields(self, operation: str) -> Mapping[str, Any]:
        """The fields that a request of ``operation`` may hold, with their schemas."""
        found: Mapping[str, Any] = self.resource.shapes.request(operation)["properties"]
        return found

    def unstorable(self, fields: Mapping[str, Any]) -> list[Refusal]:
        """Strings with a NUL or a lone surrogate, which no JSON text store keeps."""
        return [
            Refusal("unstorable", name, "holds a character that cannot be stored")
            for name, value in fields.items()
            if _has_unstorable(name) or _has_unstorable(value)
        ]

    def problems(self, operation: str, fields: Mapping[str, Any]) -> list[Problem]:
        """What the request's shape refuses; empty on the quick path. The id that a replace leaves out its path names,
        unless the contract has a schema of its own for it."""
        found = self.checker(operation).problems(fields)
        if operation != "replace" or "replace" in self.resource.directions:
            return found
        return [p for p in found if p.keyword != "required" or p.field != self.resource.id.field]

    def unknown(self, problems: Iterable[Problem]) -> list[Refusal]:
        """Members that do not exist (``unknown_field``), or that only the server sets (``server_set``)."""
        return [Refusal(self._unknown_case(p), p.field, p.message) for p in problems if p.keyword in _CLOSED]

    def _unknown_case(self, problem: Problem) -> str:
        if len(problem.path) > 1:  # a closed object speaks for itself where unknown fields are no fault
            return "invalid" if self.resource.status("unknown_field").accepted else "unknown_field"
        schema = self.resource.properties.get(str(problem.path[0]))
        return "server_set" if schema is not None and schema.get("readOnly") else "unknown_field"

    def values(self, operation: str, problems: Iterable[Problem], fields: Mapping[str, Any]) -> list[Refusal]:
        """Values that the schema of the operation does not allow, and required fields that are missing."""
        known = {**self.resource.properties, **self.fields(operation)}
        wrong = (p for p in problems if p.keyword not in _CLOSED)
        return [Refusal(self._value_case(p, fields, known), p.field, p.message) for p in wrong]

    def _value_case(self, problem: Problem, fields: Mapping[str, Any], known: Mapping[str, Any]) -> str:
        """``bad_reference`` for an id of the right type that no resource can have (0, -1); what only a format or a
        strict parser refuses has a case of its own."""
        name = problem.path[0] if problem.path else None
        bounds = ("minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum", "pattern", "format", "minLength")
        if name in self.resource.references and problem.keyword in bounds:
            return "bad_reference"
        schema = known.get(str(name))
        if not self._apart or schema is None or name not in fields or problem.keyword == "required":
            return "invalid"
        return value_case(schema, fields[str(name)])

    def rules(
        self,
        before: Mapping[str, Any] | None,
        after: Mapping[str, Any],
        skip: Collection[str] = (),
        *,
        sent: Mapping[str, Any] | None = None,
    ) -> list[Refusal]:
        """Broken business rules, judged on the state ``after`` the request, and what the schema asks of a request as a
        whole, judged on the fields ``sent`` (default: ``after``). ``before`` is ``None`` for a create; ``skip``: fields
        whose values are no use (refused already)."""
        rules = (rule for rule in self.resource.rules if not {*rule.fields} & {*skip})
        whole = after if sent is None else sent
        broken = (rule.violation(before, whole if _is_of_schema(rule) else after) for rule in rules)
        return [Refusal(found.case, found.field, found.message) for found in broken if found]

    def references(
        self, fields: Mapping[str, Any], exists: Callable[[str, Any], bool], skip: Collection[str] = ()
    ) -> list[Refusal]:
        """References among ``fields`` that name nothing. ``exists``: (resource, id) → whether it is there, where it
        may be named."""
        found = [
            Refusal("reference", name, f"names no {reference.to}")
            for name, reference in self.resource.references.items()
            if name in fields and name not in skip
            if not all(exists(reference.to, id) for id in _ids(fields[name]))
        ]
        inner = ((n, named) for n, v in fields.items() if n not in skip for named in inner_ids(self.resource, n, v))
        return found + [Refusal("reference", n, f"names no {to}") for n, (to, id) in inner if not exists(to, id)]

    def refusals(
        self,
        contract: Contract,
        operation: str,
        fields: Mapping[str, Any],
        *,
        before: Mapping[str, Any] | None = None,
        after: Callable[[Mapping[str, Any]], State],
        exists: Callable[[str, Any], bool],
    ) -> list[Refusal]:
        """All refusals of a request, the first one first. ``after``: known fields → the state that would follow.
        Cases that the contract has succeed (``ignored``, ``kept``) are left out."""
        unstorable = self.unstorable(fields)
        bad = {r.field for r in unstorable}
        clean = {n: v for n, v in fields.items() if n not in bad}
        problems = self.problems(operation, clean)
        found = [*unstorable, *self.unknown(problems), *self.values(operation, problems, clean)]
        skip = {str(p.path[0]) for p in problems if p.path} | {str(b) for b in bad}
        known = {n: v for n, v in clean.items() if n in self.fields(operation) and n not in skip}
        found += self.rules(before, after(known), skip, sent=known)
        found += self.references(known, exists, skip)
        return ranked(contract, (r for r in found if not self.resource.status(r.case).accepted))


def _is_of_schema(rule: BusinessRule) -> bool:
    return isinstance(rule, Condition) and rule.case == "invalid"


def _ids(value: Any) -> Iterator[Any]:
    if isinstance(value, list):
        yield from value
    elif value is not None:
        yield value


def _has_unstorable(value: Any) -> bool:
    if isinstance(value, str):
        return (not value.isascii() and any("\ud800" <= c <= "\udfff" for c in value)) or "\0" in value
    if isinstance(value, Mapping):
        return any(_has_unstorable(k) or _has_unstorable(v) for k, v in value.items())
    return isinstance(value, list) and any(map(_has_unstorable, value))

"""Which of the sandbox's faults have something to alter under a contract, and the suites something to catch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from restproof.contract.model import Contract, Resource
from restproof.contract.shapes import is_nullable, types_of
from restproof.plan.bodies import Bodies

Applies = Callable[[Contract, Resource], bool]


def _can(*operations: str) -> Applies:
    return lambda contract, resource: all(resource.supports(o) for o in operations)


def _all(*conditions: Applies) -> Applies:
    return lambda contract, resource: all(c(contract, resource) for c in conditions)


def _field(test: Callable[[Mapping[str, Any]], bool], operation: str = "create") -> Applies:
    """A field that the operation may hold and a response shows, with a schema of that kind, of which the suites ask."""

    def applies(contract: Contract, resource: Resource) -> bool:
        bodies = Bodies(contract, resource)
        fields = bodies.writable if operation == "create" else bodies.changeable
        spared = {*resource.lenient, *resource.references, *bodies.unique_fields, resource.id.field}
        return resource.supports(operation) and any(
            test(p) for n, p in fields.items() if n not in spared and not p.get("writeOnly")
        )

    return applies


def _plain(kind: str) -> Callable[[Mapping[str, Any]], bool]:
    return lambda schema: schema.get("type") == kind and not {"enum", "format", "pattern"} & schema.keys()


def _status(case: str, code: int) -> Applies:
    """A status that the contract does not allow for a case."""
    return lambda contract, resource: code not in resource.status(case)


def _authenticated(contract: Contract, resource: Resource) -> bool:
    return contract.auth.scheme != "none"


def _json(contract: Contract, resource: Resource) -> bool:
    """Whether a create is sent JSON, which can be broken; a form can not."""
    return resource.supports("create") and not resource.operation("create").media.is_form


def _tells_empty(contract: Contract, resource: Resource) -> bool:
    """Whether a create without any field is answered otherwise than what is no JSON."""
    malformed, invalid = resource.status("malformed"), resource.status("invalid")
    return not Bodies(contract, resource).required or not any(c in malformed and c in invalid for c in range(400, 500))


def _roomy(contract: Contract, resource: Resource) -> bool:
    bodies = Bodies(contract, resource)
    return bool(resource.unique) and not bodies.values_may_run_out


def _uncrowded(contract: Contract, resource: Resource) -> bool:
    return not any(Bodies(contract, r).values_may_run_out for r in contract)


def _refusable(case: str) -> Applies:
    return lambda contract, resource: not resource.status(case).accepted and 200 not in resource.status(case)


def _numbered(contract: Contract, resource: Resource) -> bool:
    return resource.paging.style in ("page", "offset")


_MADE = _can("create", "list", "read")
CANDIDATES: dict[str, Applies] = {
    "create-answers-202": _all(_can("create"), _status("created", 202)),
    "read-answers-203": _all(_can("read"), _status("read", 203)),
    "list-answers-206": _all(_can("list"), _status("listed", 206)),
    "update-answers-201": _all(_can("create", "update"), _status("updated", 201)),
    "create-not-stored": _can("create", "read"),
    "update-not-stored": _all(_can("create", "update", "read"), _field(lambda s: True, "update")),
    "null-ignored": _all(
        _can("create", "update", "read"),
        _field(lambda s: is_nullable(s) and bool(types_of(s) & {"string", "integer"}), "update"),
    ),
    "falsy-ignored": _all(_can("create", "update", "read"), _field(_plain("boolean"), "update")),
    "coerces-integers": _all(
        _field(lambda s: _plain("integer")(s) and s.get("minimum", 0) <= 5), _refusable("coercible")
    ),
    "coerces-to-text": _all(_field(_plain("string")), _refusable("coercible")),
    "coerces-booleans": _all(_field(lambda s: s.get("type") == "boolean"), _refusable("coercible")),
    "null-accepted": _field(lambda s: "type" in s and not is_nullable(s) and "const" not in s),
    "max-length-off-by-one": _field(lambda s: "maxLength" in s and _plain("string")(s)),
    "enum-unchecked": _field(lambda s: "enum" in s and s.get("type", "string") == "string" and None not in s["enum"]),
    "minimum-unchecked": _field(lambda s: "minimum" in s and _plain("integer")(s)),
    "required-unchecked": _all(_can("create"), lambda c, r: bool(Bodies(c, r).required)),
    "unknown-field-ignored": _all(_can("create"), _refusable("unknown_field")),
    "malformed-json-500": _json,
    "malformed-json-as-empty": _all(
        _json, _tells_empty, lambda c, r: not r.envelope.request and not r.parameter_parents
    ),
    "rule-unchecked": _all(_can("create"), lambda c, r: any(type(x).__name__ == "Example" for x in r.rules)),
    "duplicate-accepted": _all(_can("create", "list", "read"), _roomy),
    "list-misses-last": _can("create", "list"),
    "list-repeats-last": _all(_can("create", "list"), lambda c, r: not r.operation("list").envelope.key),
    "delete-not-done": _can("create", "delete", "read"),
    "delete-stays-listed": _can("create", "delete", "list"),
    "delete-takes-sibling": _can("create", "delete", "read"),
    "unknown-id-200": _all(_can("read"), _status("absent", 200)),
    "page-too-long": _all(_can("create", "list"), lambda c, r: r.paging.style != "none"),
    "page-repeats-one": _all(_can("create", "list"), _numbered),
    "total-of-page": _all(_can("create", "list"), lambda c, r: bool(r.paging.total)),
    "last-page-has-next": _all(_can("create", "list"), _numbered, lambda c, r: r.paging.links),
    "bad-page-accepted": _all(_can("list"), _numbered, _refusable("bad_page")),
    "missing-credential-accepted": _all(_can("list"), _authenticated),
    "unknown-credential-accepted": _all(_can("list"), _authenticated),
    "read-only-creates": _all(_can("create"), _authenticated),
    "no-challenge": _all(_can("list"), _authenticated, lambda c, r: 401 in r.status("missing_credential")),
    "never-throttled": _all(_can("list"), _authenticated, lambda c, r: c.rate_limit is not None),
    "no-date": _can("list"),
    "wrong-content-type": _can("list"),
    "truncated-json": _can("list"),
    "list-wrapped": _can("list"),
    "resource-misses-field": _all(
        _can("create", "read"), lambda c, r: not r.sparse and len(r.shapes.response["properties"]) > 1
    ),
    "error-leaks-trace": _all(_can("create"), lambda c, r: bool(Bodies(c, r).required)),
    "wrong-parent-reachable": _all(_MADE, lambda c, r: len(r.path_parents) > 0),
    "unknown-parent-empty": _all(_can("list"), lambda c, r: len(r.path_parents) > 0, _status("absent_parent", 200)),
    "read-only-updates": _all(_can("create", "update"), _authenticated),
    "update-resets-unnamed": _all(
        _can("create", "update", "read"),
        lambda c, r: sum(is_nullable(p) for p in Bodies(c, r).changeable.values()) > 1,
    ),
    "unknown-path-200": _all(_can("list"), _status("unknown_path", 200)),
    "sort-ignored": _all(_MADE, lambda c, r: _roomy(c, r) and bool(set(r.sort) & Bodies(c, r).distinguishing_fields)),
}


def applicable(contract: Contract) -> list[str]:
    """Names of the faults that some resource of the contract shows."""
    return [
        name
        for name, applies in CANDIDATES.items()
        if any(resource.operations and applies(contract, resource) for resource in contract)
        and all(_uncrowded(contract, resource) for resource in contract)
    ]

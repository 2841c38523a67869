"""Whether the contract itself says that a body is valid: that any other is refused says nothing."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from restproof.contract.conditions import condition
from restproof.contract.formats import unasserted
from restproof.contract.model import WRITES, Resource
from restproof.contract.rules import Condition, Frozen
from restproof.contract.shapes import SOMETIMES
from restproof.contract.words import is_soft_reference, snake
from restproof.semantics.checker import checker
from restproof.semantics.validate import Validation

_ISSUED = ("token", "jwt", "otp", "assertion")


def doubt(resource: Resource, operation: str, body: Any) -> str:
    """Why the request fields ``body``, symbols resolved, may be refused by the contract; empty where they may not."""
    if operation not in WRITES or not isinstance(body, Mapping):
        return ""
    problems, validation = checker(resource.shapes.request(operation)).problems(body), Validation(resource)
    refusals = [*validation.unknown(problems), *validation.values(operation, problems, body)]
    wrong = next((r for r in refusals if not resource.status(r.case).accepted), None)
    if wrong is not None:
        return (
            f"no value of {wrong.field or 'the body'} could be made that the contract surely allows ({wrong.message})"
        )
    for name, value in body.items():
        unknown = sorted(unasserted(resource.properties.get(name, {})) - {"password"})
        if unknown and value is not None and value not in resource.properties[name].get("examples", ()):
            return f"whether {name} is a right '{unknown[0]}' nobody here knows: list `values`, or say it in `formats`"
    asked = (
        condition(resource.directions[operation])
        if operation != "create" and operation in resource.directions
        else None
    )
    if asked is not None and not checker(asked).accepts(body):
        return f"the schema of {operation}s asks for members that go together, and those that were sent do not"
    for still in (r for r in resource.rules if isinstance(r, Frozen)):
        if operation == "replace" or (operation == "update" and set(body) & set(still.names)):
            return f"what is stored may decide whether the {operation} is allowed: {still.because}"
    for rule in (r for r in resource.rules if isinstance(r, Condition)):
        if operation == "create" and not _holds(resource, rule, body):
            return f"no body could be made of which it is sure that {rule.because} does not apply"
        if operation != "create" and set(body) & set(rule.fields):
            return f"what is stored may decide whether the {operation} is allowed: {rule.because}"
    return ""


def unknown_ids(resource: Resource, body: Any, resources: Collection[str]) -> list[str]:
    """The request fields of ``body`` that are named as ids of what the contract does not know, or as another of its
    ``resources`` or what names one (``team``, ``country_code``); and, by their path, such members inside of a field."""
    sent = body if isinstance(body, Mapping) else {}
    fields, others = resource.properties, {*resources} - {resource.name}

    def may_name_one(name: str) -> bool:
        called = {snake(name), re.sub(r"_(name|slug|key|code)$", "", snake(name))}
        return isinstance(sent[name], str) and not called.isdisjoint(others) and "enum" not in fields.get(name, {})

    unknown = [n for n in sent if n not in resource.references]
    inside = [path for n in unknown for path in _inner_ids(n, sent[n])]
    return [n for n in unknown if is_soft_reference(n, fields.get(n, {})) or may_name_one(n)] + [
        path for path in dict.fromkeys(inside) if path not in resource.inner_references
    ]


def _inner_ids(path: str, value: Any) -> Iterator[str]:
    """The paths of the members inside of a value that are named as ids (``model.providerId``, ``lines[].product_id``)
    and hold a plain one."""
    if isinstance(value, list):
        for entry in value:
            yield from _inner_ids(f"{path}[]", entry)
    for name, inner in value.items() if isinstance(value, Mapping) else ():
        if isinstance(inner, str | int) and is_soft_reference(name, {}):
            yield f"{path}.{name}"
        yield from _inner_ids(f"{path}.{name}", inner)


def unknown_tokens(body: Any) -> list[str]:
    """The request fields of ``body`` that are named as what somebody else issues (``id_token``): none that a run makes
    up is right."""
    sent = body if isinstance(body, Mapping) else {}
    return [n for n, value in sent.items() if isinstance(value, str) and snake(n).rpartition("_")[2] in _ISSUED]


def _holds(resource: Resource, rule: Condition, body: Mapping[str, Any]) -> bool:
    """Whether a create keeps the condition in each way in which a server may read it."""
    fields = resource.shapes.create["properties"]
    defaults = {n: p["default"] for n, p in fields.items() if "default" in p and not p.get(SOMETIMES)}
    state = {**defaults, **body}
    if rule.case != "invalid":
        return rule.holds(state)
    readings = [rule.holds(s, nulls=n) for s in (body, state) for n in (False, True)]
    return all(readings) and rule.holds(state, narrowly=True)

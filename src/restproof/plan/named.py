"""References in inputs: ids that name nothing, or what is out of reach, each in a body that is right but for it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from restproof.contract.model import Reference, creates_by_put, removes
from restproof.contract.rules import Belongs
from restproof.contract.shapes import is_nullable, types_of
from restproof.plan.belonging import OTHER, USUAL, elsewhere, named
from restproof.plan.cases import BodyCase, ReferenceCase
from restproof.plan.inputs import body_with, fields_of
from restproof.plan.symbols import reference
from restproof.semantics.checker import is_valid
from restproof.semantics.inner import replaced, steps_of
from restproof.semantics.tenants import is_shared

if TYPE_CHECKING:
    from restproof.plan.ground import Ground


def reference_bodies(ground: Ground) -> Iterator[ReferenceCase]:
    """Each reference field with an id that names nothing, with one that is out of reach (under another root), and with
    0 where that is no id; each reference inside of a field with an id that names nothing; two references that do not
    go together; and an id in the path that is one of what it joins, and names nothing."""
    for case in (*inner_reference_bodies(ground), *mixed_bodies(ground), *_field_bodies(ground)):
        yield {"field": case["field"], "note": case["note"], "body": case["body"]}
    for name, ref in ground.resource.references.items():
        if name in fields_of(ground) and _zero_is_none(ground, name, ref):
            body = body_with(ground, name, 0)
            yield ReferenceCase(field=name, note="0, which no id can be", body=body, status="bad_reference")
    joined = ground.resource.references.get(ground.resource.id.field)
    if joined is not None and ground.operation == "replace" and creates_by_put(ground.resource):
        nothing, note = reference(joined.to, "none"), "an id that names nothing, in the path"
        yield ReferenceCase(field=ground.resource.id.field, note=note, body=ground.bodies.minimal("none"), at=nothing)


def _zero_is_none(ground: Ground, name: str, ref: Reference) -> bool:
    """Whether 0 can be no id, though the field's own schema allows it, and null is there to say that it names none."""
    schema, to = fields_of(ground)[name], ground.contract.resources[ref.to]
    id = to.properties.get(to.id.field, {})
    allowed = not ref.many and "integer" in types_of(schema) and is_nullable(schema) and is_valid(schema, 0)
    return allowed and to.id.type == "integer" and not is_valid(id, 0)


def _field_bodies(ground: Ground) -> Iterator[BodyCase]:
    for name, ref in ground.resource.references.items():
        if name not in fields_of(ground):
            continue
        for key, note in (
            ("none", "an id that names nothing"),
            ("other", "an id under another parent"),
            ("deleted", "the id of what was deleted"),
            ("foreign", "the id of another tenant's"),
        ):
            if key == "foreign" and not (ground.operation == "create" and _may_be_foreign(ground, name, ref)):
                continue
            if key == "other" and not (ground.bodies.referable(name) and _has_root(ground, ref)):
                continue
            if key == "deleted" and not (ground.operation == "create" and _may_be_deleted(ground, name, ref)):
                continue
            symbol = reference(ref.to, key)
            yield {"field": name, "note": note, "body": body_with(ground, name, [symbol] if ref.many else symbol)}
            has_room = ref.many and fields_of(ground)[name].get("maxItems", 2) > 1
            if has_room and ground.bodies.referable(name) and key in ("none", "other"):
                good = reference(ref.to, 0)
                for where, values in (("beside", [good, symbol]), ("before", [symbol, good])):
                    if where == "beside" or key == "none":
                        yield {
                            "field": name,
                            "note": f"{note}, {where} a good one",
                            "body": body_with(ground, name, values),
                        }


def _always(value: Any, _: Any) -> Any:
    return value


def inner_reference_bodies(ground: Ground) -> Iterator[BodyCase]:
    """Each reference inside of a field with an id that names nothing."""
    for place, to in ground.resource.inner_references.items():
        name, steps = steps_of(place)
        plain = ground.bodies.plain(name) if name in fields_of(ground) else None
        if plain is None:
            continue
        nothing = reference(to, "none")
        value = replaced(plain, steps, partial(_always, nothing))
        if value != plain:
            note = f"an id that names nothing, at {place}"
            body = {name: value} if ground.operation == "update" else ground.bodies.with_field(name, value)
            yield {"field": name, "note": note, "body": body}


def mixed_bodies(ground: Ground) -> Iterator[BodyCase]:
    """Bodies that name two which do not go together, though each of them is there."""
    base = {} if ground.operation == "update" else ground.bodies.minimal()
    for rule in (r for r in ground.resource.rules if isinstance(r, Belongs)):
        if not all(n in fields_of(ground) and ground.bodies.referable(n) for n in rule.fields):
            continue
        for inner, outer in ((elsewhere(ground.bodies, rule), USUAL), (USUAL, OTHER)):
            both = {n: named(ground.bodies, n, key) for n, key in ((rule.within, outer), (rule.field, inner))}
            yield {"field": rule.field, "note": f"one of another {rule.within}", "body": {**base, **both}}


def _may_be_foreign(ground: Ground, name: str, ref: Reference) -> bool:
    """Whether the credential alone tells whose the referent is, and tenants do not share it."""
    told_apart = not ground.contract.given and ground.contract.auth.scheme != "none"
    shared = is_shared(ground.contract.resources[ref.to], "read")
    return ground.bodies.referable(name) and told_apart and not shared


def _may_be_deleted(ground: Ground, name: str, ref: Reference) -> bool:
    return ground.bodies.referable(name) and removes(ground.contract.resources[ref.to])


def _has_root(ground: Ground, ref: Reference) -> bool:
    """Whether the referent has to live under a parent that the resource shares, so that another parent's is out of
    reach."""
    if ref.within != "parents":
        return False
    to = ground.contract.resources[ref.to]
    return bool(set(ground.contract.ancestors(to)) & set(ground.contract.ancestors(ground.resource)))

"""Enumerated inputs of write operations: bodies with exactly one fault, and bodies that pack what must be accepted.

An enumerator takes a ``Ground`` (contract, resource, operation, profile, bodies) and yields cases (``plan.cases``). On
create and replace a body is the minimal valid one with the one field changed; on update it is that field alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from restproof.contract.inner import holds_records
from restproof.contract.model import Reference, removes
from restproof.contract.rules import Frozen
from restproof.contract.shapes import SOMETIMES, is_nullable, type_of
from restproof.plan.candidates import BARE_ENTRY, DIGITS, accepted, refused, wrong_types
from restproof.plan.cases import (
    Body,
    IdCase,
    PackedCase,
    RefusedCase,
    RuleCase,
    ServerSetCase,
    UnknownCase,
    ValueCase,
)
from restproof.plan.edges import is_null_open
from restproof.plan.packing import spread, with_token
from restproof.plan.reaching import reached
from restproof.plan.rules import broken, kept
from restproof.plan.scalars import Candidate
from restproof.plan.symbols import as_half, as_number, as_text, reference
from restproof.semantics.coercion import value_case
from restproof.semantics.patch import may_be_right

if TYPE_CHECKING:
    from restproof.plan.ground import Ground

_UNKNOWN = "restproof_unknown_field"
_VOID: tuple[Any, ...] = (None, "", [], 0)


def fields_of(ground: Ground) -> Mapping[str, Mapping[str, Any]]:
    """The request fields of the operation that a client may set: all writable ones on create, else those that may
    change; the id is left out."""
    bodies = ground.bodies
    found = {"create": bodies.writable, "replace": bodies.replaceable}.get(ground.operation, bodies.changeable)
    return {n: p for n, p in found.items() if n != ground.resource.id.field}


def strict_fields_of(ground: Ground) -> Mapping[str, Mapping[str, Any]]:
    """Those of ``fields_of`` whose schema also says what is refused, and the field that the id follows: a refused
    update moves nothing."""
    found = dict(fields_of(ground))
    moving, shape = ground.resource.id.follows, ground.resource.shapes.update["properties"]
    if ground.operation == "update" and moving is not None and moving in shape:
        found[moving] = shape[moving]
    # What one alternative of a schema refuses, another may take.
    return {n: p for n, p in found.items() if n not in ground.resource.lenient and not p.get(SOMETIMES)}


def body_with(ground: Ground, name: str, value: Any) -> Body:
    """The smallest body that sets ``name`` to ``value``."""
    value = ground.bodies.referring(name, value)
    return {name: value} if ground.operation == "update" else ground.bodies.with_field(name, value)


def _case(ground: Ground, name: str, candidate: Candidate, status: str | None = None) -> RefusedCase:
    """``status``: the case of the refusal; by default what the schema of the field says of the value."""
    status = status or _status(ground, name, candidate.value)
    return {"field": name, "note": candidate.note, "status": status, "body": body_with(ground, name, candidate.value)}


def _decided(ground: Ground, schema: Mapping[str, Any], candidates: Iterable[Candidate]) -> Iterator[Candidate]:
    """The values that the schema refuses whatever is there: in a merge patch, an object need not be whole."""
    return (c for c in candidates if not may_be_right(ground.resource, ground.operation, schema, c.value))


def _status(ground: Ground, name: str, value: Any) -> str:
    if not ground.resource.tells_invalid_apart:
        return "invalid"
    shape = ground.resource.shapes.request(ground.operation)["properties"]
    return value_case(shape.get(name, ground.resource.properties[name]), value)


def wrong_type_bodies(ground: Ground) -> Iterator[RefusedCase]:
    """Each field with a value of each JSON type that is not its own."""
    for name, schema in strict_fields_of(ground).items():
        ref = ground.resource.references.get(name)
        for candidate in _decided(ground, schema, wrong_types(schema)):
            # Of the plain value: a symbol is text, whatever it stands for.
            status = _status(ground, name, candidate.value)
            if ref and ground.bodies.referable(name):
                # What is wrong with it is its type, not that it names nothing.
                good = reference(ref.to, 0)
                named = {BARE_ENTRY: good} if ref.many else {DIGITS: as_text(good)}
                value = named.get(candidate.note, _of_our_own(candidate.value, good))
                candidate = replace(candidate, value=value)
            yield _case(ground, name, candidate, status)


def _of_our_own(value: Any, good: str) -> Any:
    """A value of another type for a reference, made of the id that ``good`` stands for: a server that reads it loosely
    must not come to somebody else's."""
    if isinstance(value, list):
        return [_of_our_own(v, good) for v in value]
    if isinstance(value, dict):
        return {n: _of_our_own(v, good) for n, v in value.items()}
    if isinstance(value, float):
        return as_half(good)
    if isinstance(value, str) and value.isdecimal():
        return as_text(good)
    return as_number(good) if isinstance(value, int) and not isinstance(value, bool) and value > 0 else value


def null_bodies(ground: Ground) -> Iterator[RefusedCase]:
    """Each field that may not be null, with null."""
    for name, schema in strict_fields_of(ground).items():
        null = () if is_nullable(schema) or is_null_open(schema) else (Candidate("type", "null", None),)
        yield from (_case(ground, name, candidate) for candidate in _decided(ground, schema, null))


def lenient_values(ground: Ground) -> Iterator[ValueCase]:
    """Each lenient field with each value that its schema does not allow: it may be taken, and harms nothing."""
    for name in (n for n in fields_of(ground) if n in ground.resource.lenient and n not in ground.resource.references):
        schema = fields_of(ground)[name]
        null = () if is_nullable(schema) else (Candidate("type", "null", None),)
        for candidate in (*wrong_types(schema), *null, *refused(schema)):
            yield {"field": name, "note": candidate.note, "keyword": candidate.keyword, "value": candidate.value}


def out_of_bounds_bodies(ground: Ground) -> Iterator[RefusedCase]:
    """Each field with a value of the right type beyond each bound of its schema."""
    for name, schema in strict_fields_of(ground).items():
        ref = ground.resource.references.get(name)
        for candidate in _decided(ground, schema, refused(schema)):
            plain = candidate.value
            if ref and ref.many and candidate.keyword == "uniqueItems" and ground.bodies.referable(name):
                # What is wrong with it is that it stands twice, not that it names nothing.
                candidate = replace(candidate, value=[reference(ref.to, 0)] * 2)
            if ref and ref.many and DIGITS in candidate.note and ground.bodies.referable(name):
                candidate = replace(candidate, value=[as_text(reference(ref.to, 0))])
            status = _status(ground, name, plain)
            if ref is not None and status != "coercible" and _is_id(ref, candidate.value):
                status = "bad_reference"
            if ref and ref.many and isinstance(candidate.value, list) and ground.bodies.referable(name):
                half = as_half(reference(ref.to, 0))
                candidate = replace(candidate, value=[half if isinstance(v, float) else v for v in candidate.value])
            yield {**_case(ground, name, candidate, status), "keyword": candidate.keyword}


def _is_id(ref: Reference, value: Any) -> bool:
    """Whether a refused value of a reference field has at least the form of an id (so that it may count as one that
    names nothing)."""
    entries = value if isinstance(value, list) else [value]
    return all(type_of(e) in ("integer", "string") for e in entries) and not (
        ref.many and len(entries) != len({str(e) for e in entries})
    )


def missing_field_bodies(ground: Ground) -> Iterator[RefusedCase]:
    """The minimal body without each required field; of an update that must hold some, all but one of these. And fewer
    fields than it must hold. The id that a create must hold is named by the path of a replace."""
    bodies, shape = ground.bodies, ground.resource.shapes.request(ground.operation)
    needed = bodies.required if ground.operation == "create" else shape.get("required", ())
    minimal = bodies.minimal()
    is_apart = ground.operation in ground.resource.directions
    in_path = ground.resource.id.field if ground.operation == "replace" and not is_apart else None
    if is_apart and ground.operation != "create":
        kept = minimal if ground.operation == "replace" else bodies.plain_change()
        minimal = {n: v for n, v in kept.items() if n in shape["properties"]}
        minimal |= {n: bodies.plain(n) for n in bodies.left_out(ground.operation, minimal, spare=1)}
    least = shape.get("minProperties", 0) if ground.operation == "update" else 0
    if least > len(needed):
        few = dict([*minimal.items()][: least - 1])
        yield {"field": "", "note": f"fewer than {least} fields", "status": "invalid", "body": few}
    inside = ground.resource.envelope.inside
    for name in (n for n in needed if n != in_path):
        left = bodies.without(name, minimal)
        if inside is not None and inside.implies(name, left, shape["properties"]):
            continue
        yield {"field": name, "note": "missing", "status": "invalid", "body": left}


def unknown_field_bodies(ground: Ground) -> Iterator[UnknownCase]:
    """A field that does not exist: inside the envelope, beside it, in each nested closed object; and a create-only one
    on update. ``place`` tells where; ``beside`` holds what goes beside the envelope."""
    base: Body = {} if ground.operation == "update" else ground.bodies.minimal()
    yield _unknown(_UNKNOWN, "in the resource", {**base, _UNKNOWN: "restproof"})
    if ground.operation == "update" and ground.bodies.changeable:
        name = next(
            (n for n in ground.bodies.changeable if n not in ground.resource.references),
            next(iter(ground.bodies.changeable)),
        )
        yield _unknown(_UNKNOWN, "beside a valid change", {name: ground.bodies.plain(name, "x"), _UNKNOWN: None})
    envelope = ground.resource.operation(ground.operation).envelope
    if envelope.request:
        yield {**_unknown(_UNKNOWN, "beside the envelope", base), "beside": {_UNKNOWN: "restproof"}}
        for name, symbol in _parameters_beside(ground).items():
            yield _unknown(name, f"{name} in the envelope, where it stands beside", {**base, name: symbol})
        for name, symbol in _parameters_in_path(ground).items():
            where = f"{name} beside the envelope, where the path holds it"
            yield {**_unknown(name, where, base), "beside": {name: symbol}}
    for name, schema in fields_of(ground).items():
        value = ground.bodies.plain(name)
        wider = None if name in ground.resource.references else _with_unknown(schema, value)
        if wider is not None:
            place = f"{name}.0" if isinstance(value, list) else name
            yield _unknown(name, f"inside {name}", body_with(ground, name, wider), pointer=f"{place}.{_UNKNOWN}")
    if ground.operation == "update":
        shape = ground.resource.shapes.update["properties"]
        for name in (n for n in ground.bodies.writable if n not in shape and n != ground.resource.id.field):
            yield _unknown(name, "a field that only a create may hold", {name: ground.bodies.plain(name, "x")})


def _with_unknown(schema: Mapping[str, Any], value: Any) -> Any:
    """An object, or an array that begins with one, with a member that its closed schema does not have; ``None`` where
    ``value`` is no such thing."""
    for part in (schema, *schema.get("anyOf", ()), *schema.get("oneOf", ())):
        if isinstance(value, dict) and "properties" in part and part.get("additionalProperties") is False:
            return {**value, _UNKNOWN: "restproof"}
        if isinstance(value, list) and value and isinstance(part.get("items"), Mapping):
            first = _with_unknown(part["items"], value[0])
            if isinstance(first, dict):
                return [first, *value[1:]]
    return None


def _parameters_beside(ground: Ground) -> dict[str, str]:
    """Parameters that name a parent beside the envelope, or in the query, with the symbol for an id: in the envelope
    they are fields that do not exist, unless the resource has such."""
    way, known = (
        ground.resource.operation(ground.operation),
        ground.resource.properties.keys() | fields_of(ground).keys(),
    )
    own = [p for p in way.parameters if p.place != "header" and p.name not in known] if way.envelope.request else []
    return {p.name: reference(p.resource, 0) for p in own}


def _parameters_in_path(ground: Ground) -> dict[str, str]:
    """Parameters by which other resources of the contract name a parent that this one has in its path, with the symbol
    for its id: here they are fields that do not exist."""
    own = {p.name for p in ground.resource.parameter_parents}
    held = dict.fromkeys(p.resource for p in ground.resource.path_parents)
    wrapper = ground.resource.operation(ground.operation).envelope.request_pointer[1:]
    return {
        name: reference(parent, 0)
        for parent in held
        for name in ground.contract.parameters_naming.get(parent, ())
        if name not in own and name != wrapper
    }


def moving_names(ground: Ground) -> Iterator[dict[str, str]]:
    """The names under which an update may take the resource to another ``parent``, where the contract gives clients no
    such ``field``: those that other resources use, and those of columns and relations. The first alone where unknown
    fields are refused, since all of them are by the same step."""
    resource = ground.resource
    camel = any(c.isupper() for name in resource.properties for c in name)
    way = resource.operation(ground.operation)
    tells = not resource.status("unknown_field", ground.operation).accepted
    outside = () if way.envelope.request else (p.name for p in way.parameters)
    taken = {*ground.bodies.writable, *resource.references, *outside}
    for parent in resource.parents[-1:]:
        known = ground.contract.parameters_naming.get(parent.resource, ())
        names = dict.fromkeys([*known, parent.resource + ("Id" if camel else "_id"), parent.resource])
        for name in [n for n in names if n not in taken][: 1 if tells else 3]:
            yield {"field": name, "parent": parent.resource}


def _unknown(name: str, note: str, body: Body, pointer: str | None = None) -> UnknownCase:
    return {"field": name, "note": note, "body": body, "beside": {}, "path": pointer or name}


def server_set_bodies(ground: Ground) -> Iterator[ServerSetCase]:
    """Each field that only the server sets, with a ``value`` that its schema allows, and another one (``instead``) for
    where the server sets just that; none of one value, nor records, which nobody would take away, where nothing is
    promised. The id is tried with one that the run has deleted and a living one of its own: a free one might stay."""
    base: Body = {} if ground.operation == "update" else ground.bodies.minimal()
    version, envelope = ground.resource.version, ground.resource.operation(ground.operation).envelope
    chooses = ground.operation == "create" and ground.resource.names_what_it_creates
    named = {ground.resource.id.field if chooses else None, None if version is None else version.root}
    for name, schema in ground.resource.properties.items():
        if name in named or envelope.fixes(name, with_id=ground.operation != "create"):
            continue  # a request names it for another reason
        if name in ground.resource.volatile and holds_records(schema):
            continue
        if not schema.get("readOnly") or "const" in schema or len(schema.get("enum", (0, 1))) < 2:
            continue
        options = [c.value for c in accepted(schema) if type_of(c.value) == "boolean" or c.value not in _VOID]
        tried = [(options[-1], options[0] if len(options) > 1 else None)] if options else []
        if name == ground.resource.id.field:
            keys = ("deleted", "0") if removes(ground.resource) else ("0",)
            tried = [(reference(ground.resource.name, k), None) for k in keys] if ground.resource.creatable else []
        for value, instead in tried:
            yield {"field": name, "note": "set by the server", "body": base, "value": value, "instead": instead}


def rule_bodies(ground: Ground) -> Iterator[RuleCase]:
    """Bodies that the schema allows and one business rule refuses, where what is given first keeps every rule."""
    for case in filter(None, (reached(ground, c) for c in broken(ground.bodies, ground.operation))):
        if _can_be_sent(ground, case) and (
            not case["given"] or ground.bodies.adjusted_to_rules(case["given"]) == case["given"]
        ):
            yield case


def _can_be_sent(ground: Ground, case: RuleCase) -> bool:
    """Whether the operation may hold what follows on what is given first. A replace is sent with the id, and with what
    a create has given for good, as they are, and without what it does not know: of those a rule says nothing here."""
    bodies, operation = ground.bodies, ground.operation
    repeated = bodies.minimal().keys() - bodies.ruled if operation == "replace" else ()
    return all(n in repeated or bodies.may_hold(operation, n, v) for n, v in case["body"].items())


def kept_rule_bodies(ground: Ground) -> Iterator[RuleCase]:
    """Bodies on the right side of one business rule, and of all others."""
    bodies = ground.bodies
    for case in kept(bodies, ground.operation):
        given = case["given"]
        before = given or (bodies.minimal() if ground.operation == "update" else None)
        way = reached(ground, case)
        keeps = way is not None and (not way["given"] or bodies.adjusted_to_rules(way["given"]) == way["given"])
        if way is None or not keeps or not _can_be_sent(ground, way):
            continue
        if bodies.adjusted_to_rules(case["body"], before) == case["body"]:
            yield way


def accepted_bodies(ground: Ground) -> Iterator[PackedCase]:
    """Bodies that pack one accepted value of every field, so that a few requests try all of them. Fields that may
    freeze others come last."""
    columns: dict[str, list[Candidate]] = {}
    for name, schema in fields_of(ground).items():
        ref = ground.resource.references.get(name)
        found = [c for c in accepted(schema) if ref is None or c.value in (None, [])]
        if ref and ground.bodies.referable(name):
            one, two, room = reference(ref.to, 0), reference(ref.to, 1), schema.get("maxItems", 2)
            found += [Candidate("type", "a reference", [one, two][:room] if ref.many else one)]
            found += [Candidate("type", "another reference", [two, one][:room] if ref.many else two)]
        if name in ground.bodies.distinguishing_fields and ref:
            continue
        found = [replace(c, value=ground.bodies.referring(name, c.value)) for c in found]
        if name in ground.bodies.varied_fields or (ground.operation == "create" and name == ground.bodies.only_mark):
            # Nothing says that it must be unique: what has no room for the token is tried all the same.
            found = [c if "://" in str(c.value) else with_token(c, schema, True) or c for c in found]
        elif name in ground.bodies.distinguishing_fields:
            found = [c for c in (with_token(c, schema, ground.operation == "update") for c in found) if c]
        if found:
            columns[name] = found
    columns = spread(columns, fields_of(ground))
    freezing = {n for r in ground.resource.rules if isinstance(r, Frozen) for n in r.when}
    last = {n: columns.pop(n) for n in [*columns] if n in freezing and ground.operation != "create"}
    for group, at in ((g, n) for g in (columns, last) for n in range(max(map(len, g.values()), default=0))):
        tried = {name: column[at] for name, column in group.items() if at < len(column)}
        base: Body = {} if ground.operation == "update" else ground.bodies.minimal(f"v{at}")
        before: Body | None = {} if ground.operation == "update" else None
        body = ground.bodies.adjusted_to_rules({**base, **{name: c.value for name, c in tried.items()}}, before)
        yield {"body": body, "notes": {name: c.note for name, c in tried.items() if name in body}}


def bad_ids(ground: Ground) -> Iterator[IdCase]:
    """Ids that cannot be: of another form, zero, negative, huge. ``suffix`` marks one that starts with a real id."""
    kind = ground.resource.id.type
    if kind == "integer":
        for note, id in (
            ("text", "restproof"),
            ("zero", "0"),
            ("a number beyond 64 bits", "99999999999999999999999999"),
            ("the largest number of signed 64 bits", "9223372036854775807"),
            ("a number beyond signed 64 bits", "9223372036854775808"),
            ("a fraction", "1.5"),
            ("a negative number", "-1"),
            ("a number beyond 32 bits", "4294967297"),
        ):
            yield {"id": id, "note": note, "suffix": False}
        yield {"id": "abc", "note": "a real id with letters behind it", "suffix": True}
    elif kind == "uuid":
        for note, id in (
            ("text", "restproof"),
            ("a number", "1"),
            ("a UUID cut short", "123e4567-e89b-12d3-a456-42661417400"),
        ):
            yield {"id": id, "note": note, "suffix": False}

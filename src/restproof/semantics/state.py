"""The state of one entry after a create, an update or a replace, and how a response shows it.

A **state** is a JSON object: every request field by its own name (a reference as its id), what the server set, the
derived fields, and under the root of its read-back path what a request field became (``question`` → ``questions``).
States are never changed in place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from restproof.contract.formats import FORMATS
from restproof.contract.model import Default, DerivedAlternative, Resource, Schema
from restproof.contract.shapes import SOMETIMES, is_nullable, same
from restproof.pointer import step
from restproof.semantics.initial import absent_value, readbacks, reference_paths
from restproof.semantics.normal import kept, made_normal
from restproof.semantics.patch import merges, said_by
from restproof.semantics.plausible import plausible
from restproof.semantics.readback import ReadPath, member_schema

State = dict[str, Any]
Lookup = Callable[[str, Any], Mapping[str, Any] | None]
"""(resource name, id) → that entry's state or representation, ``None`` where there is none."""

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_UNKNOWN: Any = object()


def created(resource: Resource, body: Mapping[str, Any], *, server_set: Mapping[str, Any]) -> State:
    """The state after a valid create with ``body`` (without its envelope); ``server_set`` as ``server_values`` gives
    it."""
    body = completed(resource, body)
    backs = readbacks(resource)
    roots = {path.root for path in backs.values()}
    state: State = {n: v for n, v in server_set.items() if n not in roots}
    state.update(_request_values(resource, body, resource.shapes.create["properties"], state))
    for name, path in backs.items():
        _read_back(state, path, state.get(name), server_set.get(path.root))
    return _derive(resource, state)


def updated(
    resource: Resource, state: Mapping[str, Any], patch: Mapping[str, Any], *, touched: Mapping[str, Any] | None = None
) -> State:
    """The state after a valid partial update. ``touched``: the new values of the resource's touched fields, used
    where a value changes."""
    patch = completed(resource, patch)
    after = {**state, **patch}
    for name, path in readbacks(resource).items():
        if name in patch:
            _read_back(after, path, patch[name], state.get(path.root))
    after = _derive(resource, after)
    return _touched(resource, state, after, touched or {})


def replaced(
    resource: Resource, state: Mapping[str, Any], body: Mapping[str, Any], *, touched: Mapping[str, Any] | None = None
) -> State:
    """The state after a valid replace: what ``body`` leaves out becomes its default or null, what the server set
    stays."""
    # The id is the path's: a body that leaves it out does not take it away.
    body = completed(resource, body)
    fields = {n: s for n, s in resource.shapes.replace["properties"].items() if n != resource.id.field}
    kept = {n: v for n, v in state.items() if n in resource.properties and n not in fields}
    after: State = {**kept, **_request_values(resource, body, fields, kept)}
    for name, path in readbacks(resource).items():
        if name in fields:
            _read_back(after, path, after.get(name), state.get(path.root))
    after = _derive(resource, after)
    return _touched(resource, state, after, touched or {})


def _touched(resource: Resource, before: Mapping[str, Any], after: State, touched: Mapping[str, Any]) -> State:
    """``after`` with the times of an update that it moves."""
    moving = resource.always_touched if same(before, after) else resource.touched
    return {**after, **{n: touched[n] for n in moving if n in touched}}


def completed(resource: Resource, fields: Mapping[str, Any]) -> Mapping[str, Any]:
    """Request fields as they are kept: in their normal form, and with what the server sets inside of them: members that
    are readOnly, at every depth."""
    kept_fields = made_normal(resource, fields)
    return {n: _completed(resource.properties.get(n, {}), value) for n, value in kept_fields.items()}


def _completed(schema: Mapping[str, Any], value: Any) -> Any:
    if isinstance(value, list) and isinstance(schema.get("items"), Mapping):
        return [_completed(schema["items"], entry) for entry in value]
    if not isinstance(value, Mapping):
        return value
    known = schema.get("properties", {})
    found = {n: _completed(known.get(n, {}), v) for n, v in value.items()}
    for name, member in known.items():
        if member.get("readOnly"):
            found[name] = plausible(member, serial=1, now="1970-01-01T00:00:00Z", name=name)
    return found


def _request_values(
    resource: Resource, body: Mapping[str, Any], fields: Mapping[str, Schema], server_set: Mapping[str, Any]
) -> State:
    values: State = {n: v for n, v in body.items() if n not in fields}
    always = resource.shapes.response.get("required", ())
    for name, schema in fields.items():
        if name in body:
            values[name] = body[name]
            continue
        if name in server_set:  # an id that the client may choose, and did not
            continue
        try:
            values[name] = absent_value(resource, name, schema)
        except KeyError:
            made = resource.made_defaults.get(name)
            if made is not None:
                values[name] = _made_default(made, schema, {**server_set, **body}, name)
                continue
            reference = resource.references.get(name)
            if reference and reference.many:
                values[name] = []
            elif name in always and not schema.get("writeOnly") and not schema.get(SOMETIMES):
                whole = resource.properties.get(name, schema)  # with what the server sets inside
                values[name] = plausible(whole, serial=0, now="1970-01-01T00:00:00Z", empty=True)
    return values


def _made_default(made: Default, schema: Schema, values: Mapping[str, Any], name: str) -> Any:
    """What the server makes of a field that is left out."""
    if made.made == "copy":
        return values.get(made.copies)
    if made.made == "value":
        return made.value
    now = next((str(v) for v in values.values() if FORMATS["date-time"].check(str(v))), "1970-01-01T00:00:00Z")
    if made.made == "today":
        return now[:10]
    return plausible({w: v for w, v in schema.items() if w != "default"}, serial=1, now=now, name=name)


def _read_back(state: State, path: ReadPath, value: Any, server_set: Any) -> None:
    """Lay ``value`` into ``state`` where it shows; ``server_set``: the entry's other members, or the entry that stood
    there before."""
    if isinstance(server_set, list):
        server_set = server_set[0] if server_set else {}
    extra = server_set if isinstance(server_set, Mapping) else {}
    if value is None:
        state[path.root] = [] if path.many else None
        return
    values = value if path.many and isinstance(value, list) else [value]
    if path.member:
        shown: list[Any] = [{**extra, path.member: v} for v in values]
    else:
        shown = [{**extra, **v} if isinstance(v, Mapping) else v for v in values]
    state[path.root] = shown if path.many else shown[0]


def _rendered(alternatives: tuple[DerivedAlternative, ...], value: Callable[[str], Any]) -> Any:
    """The first alternative that applies; ``_UNKNOWN`` where a value that decides is unknown, or nothing says how."""
    if not alternatives:
        return _UNKNOWN
    for alternative in alternatives:
        decisive = [value(n) for n in alternative.when]
        if any(v is _UNKNOWN for v in decisive):
            return _UNKNOWN
        if any(v is None or v == "" for v in decisive):
            continue
        used = [value(n) for n in _PLACEHOLDER.findall(alternative.template)]
        if any(v is _UNKNOWN for v in used):
            return _UNKNOWN
        return _PLACEHOLDER.sub(lambda found: _text(value(found[1])), alternative.template)
    return None


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def _derive(resource: Resource, state: State) -> State:
    for name, alternatives in resource.derived.items():
        if alternatives:
            state[name] = _rendered(alternatives, state.get)
    return state


def _shown_reference(
    resource: Resource, name: str, path: ReadPath, value: Any, lookup: Lookup, *, dangling: bool
) -> Any:
    """A reference as a response shows it. ``dangling``: whether an id that names nothing is shown by its id alone
    (else as null, or not)."""
    if not path.member:
        return value
    if value is None:
        return [] if path.many else None
    members = member_schema(resource.shown_property(path.root)).get("properties", {})
    to = resource.references[name].to

    def entry(id: Any) -> Any:
        found = lookup(to, id)
        if found is None:
            return {path.member: id} if dangling else None
        return {path.member: id, **{n: found[n] for n in members if n in found and n != path.member}}

    if path.many:
        return [e for e in (entry(id) for id in (value if isinstance(value, list) else [value])) if e is not None]
    return entry(value)


def represent(resource: Resource, state: Mapping[str, Any], lookup: Lookup) -> dict[str, Any]:
    """What a response shows of ``state``, in the order of the schema: references as their referents are now,
    writeOnly left out."""
    shown: dict[str, Any] = {}
    paths = {path.root: (name, path) for name, path in reference_paths(resource).items()}
    for name, schema in resource.properties.items():
        if schema.get("writeOnly") and name not in paths:
            continue
        if name in paths:
            field, path = paths[name]
            held = _shown_reference(resource, field, path, state.get(field), lookup, dangling=False)
            if held is not None or not resource.sparse or is_nullable(schema):
                shown[name] = held
        elif name in state and (state[name] is not None or not resource.sparse or is_nullable(schema)):
            shown[name] = state[name]
    for name, value in state.items():
        if name not in resource.properties and name not in shown:
            shown[name] = value
    return shown


def _known(
    resource: Resource, sent: Mapping[str, Any], before: Mapping[str, Any] | None, whole: bool
) -> Iterator[tuple[str, Any]]:
    """The request-level values that are known after the request: by field, as a request would hold them."""
    changeable = resource.shapes.replace["properties"] if whole else resource.shapes.update["properties"]
    fields = {**(changeable if before is not None else {}), **resource.shapes.create["properties"]}
    paths = {**readbacks(resource), **reference_paths(resource)}
    for name, schema in fields.items():
        if name in sent and (before is None or name in changeable):
            yield name, sent[name]
        elif before is None or (whole and name in changeable and name != resource.id.field):
            if whole and "replace" in resource.open:
                continue
            try:
                yield name, absent_value(resource, name, schema)
            except KeyError:
                continue
        else:
            path = paths.get(name, ReadPath(name, False, ""))
            if path.root in before:
                yield name, path.read(before)


def expected(
    resource: Resource,
    sent_body: Mapping[str, Any],
    *,
    before: Mapping[str, Any] | None = None,
    refs: Lookup | None = None,
    whole: bool = False,
) -> dict[str, Any]:
    """The part of the representation that is certain after a create (``before`` absent) or an update of ``before``,
    the last representation.

    Left out is what only the server knows: its own fields on a create, touched fields where a value changes, volatile
    fields. Objects in it may hold fewer members than the answer (an entry's ``id``, a referent's ``name`` that
    ``refs`` does not know): compare with ``differences``. ``whole``: the update was a replace.
    """
    readable = resource.shapes.response["properties"]
    if before is not None and not whole and merges(resource, "update"):
        sent_body = {n: said_by(v) for n, v in sent_body.items()}
    sent_body, unsaid = kept(resource, sent_body)
    known = {n: v for n, v in _known(resource, sent_body, before, whole) if n not in unsaid}
    backs, paths = readbacks(resource), reference_paths(resource)
    named = set(sent_body) if before is not None and not whole else {*known, *unsaid}
    shown: dict[str, Any] = {}
    # What a replace leaves out, and of which the contract does not say what it becomes, is not known.
    left = {*unsaid, *(resource.shapes.replace["properties"].keys() - known.keys() if whole else ())}
    if before is not None:
        unknown = {({**backs, **paths})[n].root if n in backs or n in paths else n for n in left}
        shown.update({n: before[n] for n in readable if n in before and n not in unknown})
    said = {n: v for n, v in known.items() if n in named or before is None}
    _lay_over(shown, resource, said, refs or (lambda _resource, _id: None))
    if before is None:
        shown.update(_copied(resource, known, readable))
    for name, alternatives in resource.derived.items():
        text = _rendered(alternatives, lambda field: known.get(field, _UNKNOWN))
        if text is not _UNKNOWN:
            shown[name] = text
        elif not alternatives or affected(alternatives, named):
            shown.pop(name, None)
    # Whether a field that no representation shows, or of which nothing is known, has changed is not known.
    shows = {*readable, *paths, *backs}
    unseen = bool(left - {resource.id.field}) or not named <= shows
    # What refers or is read back elsewhere shows more than was sent; any other object is one value.
    partly = {path.root for path in (*backs.values(), *paths.values())}
    changed = (
        before is None
        or unseen
        or any(n not in before or not (_within if n in partly else same)(v, before[n]) for n, v in shown.items())
    )
    moving = resource.touched if changed else resource.always_touched
    hidden = {*resource.volatile, *resource.secret, *moving}
    return {n: v for n, v in shown.items() if n not in hidden}


def _lay_over(shown: dict[str, Any], resource: Resource, said: Mapping[str, Any], refs: Lookup) -> None:
    """Lay request fields over a representation, each where it shows."""
    readable = resource.shapes.response["properties"]
    backs, paths = readbacks(resource), reference_paths(resource)
    for name, value in said.items():
        if name in paths:
            if paths[name].root in readable:
                shown[paths[name].root] = _shown_reference(resource, name, paths[name], value, refs, dangling=True)
        elif name in backs:
            _read_back(shown, backs[name], value, None)
        elif name in readable:
            shown[name] = value


def _copied(resource: Resource, known: Mapping[str, Any], readable: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The fields that a create leaves out and that get a value, or that of another one."""
    for name, made in resource.made_defaults.items():
        if made.made == "copy" and name not in known and name in readable and known.get(made.copies) is not None:
            yield name, known[made.copies]
        elif made.made == "value" and name not in known and name in readable:
            yield name, made.value


def affected(alternatives: tuple[DerivedAlternative, ...], named: set[str]) -> bool:
    """Whether a derived field is made of one that is ``named``."""
    used = {n for a in alternatives for n in (*a.when, *_PLACEHOLDER.findall(a.template))}
    return bool(used & named)


def _within(wanted: Any, actual: Any) -> bool:
    return not any(True for _ in differences(wanted, actual))


def differences(wanted: Any, actual: Any, pointer: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Where ``actual`` is not what ``wanted`` says: (JSON pointer, wanted, actual), nothing where they agree. Objects
    may hold more members than wanted, arrays must have the wanted length and order; a missing member is told as
    ``actual`` ``None``."""
    if isinstance(wanted, Mapping) and isinstance(actual, Mapping):
        for name, value in wanted.items():
            here = pointer + step(name)
            if name not in actual:
                yield here, value, None
            else:
                yield from differences(value, actual[name], here)
    elif isinstance(wanted, list) and isinstance(actual, list) and len(wanted) == len(actual):
        for at, value in enumerate(wanted):
            yield from differences(value, actual[at], f"{pointer}/{at}")
    elif not same(wanted, actual):
        yield pointer, wanted, actual

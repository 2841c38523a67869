"""Enumerated values of one property: candidates from its schema's keywords, sorted into accepted and refused by the
schema itself.

Candidates are proposed generously (both sides of every bound, every enum value, each JSON type, classic format
mistakes) and then judged by a JSON Schema 2020-12 validator, so that combinations (``anyOf``, ``type`` lists,
``allOf``) need no code of their own and a proposal can never be on the wrong side. What servers may legally read
either way (``5.0`` for an integer, NUL, invisible characters, formats nobody enforces) is never proposed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from restproof.contract.merging import contained
from restproof.contract.normal import NORMAL
from restproof.contract.shapes import entry_schema, same, type_of, types_of
from restproof.contract.values import VALUES, listed
from restproof.plan.edges import are_open, names_empty, trimmed
from restproof.plan.kinds import has_kinds, of_each_kind
from restproof.plan.scalars import Candidate, made_of_known, near_values, numbers, other_forms, texts
from restproof.plan.words import matching_text
from restproof.semantics.checker import is_valid
from restproof.semantics.distinct import nth
from restproof.semantics.normal import is_sure, is_surely_refused
from restproof.semantics.per_schema import PerSchema

JsonSchema = Mapping[str, Any]
BARE_ENTRY = "an entry without its array"
DIGITS = "text that looks like a number"
_SEVERAL = 4
_FEW = 2
_LONGEST_ARRAY = 200
_FULL = 2000
_DEEP = 2
_MOST_DEEP = 24
"""Candidates that are taken over from what is nested at least as deep as ``_DEEP``."""
#: Names of members that careless code rewrites or drops.
_ODD_NAMES = ("Gr\u00f6\u00dfe", "snake_case", "camelCase", "__proto__", "0")


#: One specimen of each JSON type, as input for a field of another type. Number is fractional: 5.0 may stand for an
#: integer.
SPECIMENS: Mapping[str, tuple[tuple[str, Any], ...]] = {
    "string": ((DIGITS, "5"),),
    "integer": (("an integer", 5),),
    "number": (("a fraction", 5.5),),
    "boolean": (("false", False),),
    "array": (("an empty array", []),),
    "object": (("an object", {"value": 1}),),
}


@dataclass(frozen=True)
class _Sorted:
    """The candidates of one schema: those that it allows, and those of a right type that it does not."""

    accepted: tuple[Candidate, ...]
    refused: tuple[Candidate, ...]


def _sort(schema: JsonSchema) -> _Sorted:
    allowed = types_of(schema)
    proposed = [*_proposals(schema)]
    if NORMAL in schema:
        plain = [c.value for c in proposed if is_valid(schema, c.value) and c.value]
        proposed += [c for value in plain[:1] for c in other_forms(schema, value)]
    judged = [(c, is_valid(schema, c.value)) for c in proposed]
    wrong = (c for c, fits in judged if not fits and c.keyword != "type" and type_of(c.value) in allowed)
    wrong = (c for c in wrong if is_surely_refused(schema, c.value))
    right = [c for c, fits in judged if fits and is_sure(schema, c.value)]
    if are_open(schema):
        changed = (replace(c, value=trimmed(schema, c.value)) for c in right if c.value != "" or names_empty(schema))
        right = [c for c in changed if is_valid(schema, c.value)]
        wrong = (c for c in wrong if c.value == "" or not is_valid(schema, trimmed(schema, c.value)))
    return _Sorted(tuple(_distinct(iter(right))), tuple(_distinct(wrong)))


_candidates = PerSchema(_sort)
"""The candidates of a schema, sorted once: what is nested is asked for again by everything around it."""


def accepted(schema: JsonSchema) -> list[Candidate]:
    """Valid values that lie on the schema's bounds, one of each kind."""
    return list(_candidates(schema).accepted)


def refused(schema: JsonSchema) -> list[Candidate]:
    """Values of the right type that break exactly this schema (``keyword`` names what they break)."""
    return list(_candidates(schema).refused)


def depth(schema: JsonSchema) -> int:
    """How many objects with members of their own stand inside each other."""
    inner = [schema.get("items"), *(p for word in ("anyOf", "oneOf", "allOf") for p in schema.get(word, ()))]
    below = max((depth(s) for s in inner if isinstance(s, Mapping)), default=0)
    members = schema.get("properties", {}).values()
    return max(below, 1 + max((depth(m) for m in members), default=0)) if members else below


def _shallow(found: list[Candidate], schema: JsonSchema) -> list[Candidate]:
    """All candidates of what is nested, where it is nested once or twice; of what is nested deeper some, evenly taken:
    their number must not grow with each level."""
    if depth(schema) < _DEEP or len(found) <= _MOST_DEEP:
        return found
    step = len(found) / _MOST_DEEP
    return [found[int(n * step)] for n in range(_MOST_DEEP)]


def wrong_types(schema: JsonSchema) -> list[Candidate]:
    """A specimen of every JSON type that the schema does not admit; null is left to ``input.null``."""
    return list(_wrong_types(schema))


def _mistyped(schema: JsonSchema) -> tuple[Candidate, ...]:
    schema = json.loads(json.dumps(schema, sort_keys=True))  # equal schemas show the members of an entry in one order
    allowed = types_of(schema)
    found = []
    for name, specimens in SPECIMENS.items():
        fractional = name == "number" and "integer" not in allowed
        if name in allowed or fractional or (name == "integer" and "number" in allowed):
            continue
        wrong = [Candidate("type", note, value) for note, value in specimens if not is_valid(schema, value)]
        found += [c for c in wrong if is_surely_refused(schema, c.value)]
    entry = sample(schema["items"]) if "array" in allowed and isinstance(schema.get("items"), Mapping) else None
    if entry is not None and not is_valid(schema, entry):
        # In place of another value of its type: what makes an array of it looks no further.
        alike = [c for c in found if type_of(c.value) == type_of(entry)]
        found = [c for c in found if c not in alike] + [Candidate("type", BARE_ENTRY, entry)]
    if "boolean" in allowed and "string" not in allowed:
        found.append(Candidate("type", "the text true", "true"))
        if "integer" not in allowed:
            found.append(Candidate("type", "one for true", 1))
    return tuple(_distinct(made_of_known(schema, found)))


_wrong_types = PerSchema(_mistyped)


def _distinct(candidates: Iterator[Candidate]) -> list[Candidate]:
    seen: set[str] = set()
    found = []
    for candidate in candidates:
        key = f"{type_of(candidate.value)}:{candidate.value!r}"
        if key not in seen:
            seen.add(key)
            found.append(candidate)
    return found


def _proposals(schema: JsonSchema) -> Iterator[Candidate]:
    for value in listed(schema):
        yield Candidate("values", f"the value {value!r}", value)
    for word in ("anyOf", "oneOf", "allOf"):
        for part in schema.get(word, ()):
            yield from _proposals(part)
    if "const" in schema:
        yield Candidate("const", "the one allowed value", schema["const"])
        yield from near_values("const", schema["const"])
        return
    if "enum" in schema:
        for value in schema["enum"]:
            yield Candidate("enum", f"the allowed value {value!r}", value)
        for value in schema["enum"]:
            if value is not None:
                yield from near_values("enum", value)
                break
        return
    ruled_out = schema.get("not")
    for value in _named(ruled_out) if isinstance(ruled_out, Mapping) else ():
        yield Candidate("not", "a value that is ruled out", value)
    types = types_of(schema)
    if "null" in types:
        yield Candidate("type", "null", None)
    if "boolean" in types:
        yield Candidate("type", "true", True)
        yield Candidate("type", "false", False)
    if "integer" in types or "number" in types:
        yield from numbers(schema, fractions="number" in types)
    if "string" in types:
        yield from texts(schema)
    if "array" in types:
        yield from _arrays(schema)
    if "object" in types and "properties" in schema:
        yield from _objects(schema)
    if "object" in types and "properties" not in schema:
        yield Candidate("type", "an empty object", {})
    if "object" in types and "patternProperties" not in schema:
        yield from _maps(schema)


def _named(schema: JsonSchema) -> list[Any]:
    """The values that a schema names one by one."""
    return [schema["const"]] if "const" in schema else list(schema.get("enum", ()))


def _different(items: JsonSchema, samples: list[Any], count: int) -> list[Any]:
    """Up to ``count`` different entries: the samples first."""
    found = {json.dumps(value, sort_keys=True): value for value in samples}
    for number in range(count if len(found) < count else 0):
        value = nth(items, number)
        if value is not None:
            found.setdefault(json.dumps(value, sort_keys=True), value)
    return list(found.values())[:count]


def needed_entries(schema: JsonSchema) -> list[Any]:
    """Entries that an array must hold, as many as it must (``contains``), each another one where it repeats none."""
    count, sort = contained(schema)
    if count < 2 or not schema.get("uniqueItems"):
        return [sample(sort)] * count
    return _different(sort, [sample(sort), *(c.value for c in accepted(sort))], count)


def _arrays(schema: JsonSchema) -> Iterator[Candidate]:
    if "prefixItems" in schema:
        yield from _tuples(schema)
        return
    needed = needed_entries(schema)
    for candidate in _of_entries(schema, needed):
        note = candidate.note if candidate.value or not needed else "what it must contain alone"
        yield Candidate(candidate.keyword, note, _beside(needed, candidate, unique=bool(schema.get("uniqueItems"))))
    if needed:
        others = [c.value for c in accepted(entry_schema(schema, 0)) if not is_valid(schema["contains"], c.value)]
        yield Candidate("contains", "no entry of those that it must contain", others[: max(1, len(needed))])


def _beside(needed: list[Any], candidate: Candidate, *, unique: bool) -> list[Any]:
    """The entries of a candidate behind those that an array must contain, so that it breaks nothing but what its note
    says."""
    entries: list[Any] = candidate.value
    if not unique or not needed:
        return [*needed, *entries[len(needed) if len(entries) > len(needed) else 0 :]]
    if candidate.keyword == "uniqueItems":
        return [*needed, needed[0]]
    others = [entry for entry in entries if not any(same(entry, one) for one in needed)]
    return [*needed, *others[-max(1, len(entries) - len(needed)) :]]


def _tuples(schema: JsonSchema) -> Iterator[Candidate]:
    """Arrays of which each place has a schema of its own."""
    places = [entry_schema(schema, at) for at in range(len(schema["prefixItems"]))]
    whole = [sample(place) for place in places]
    whole += [sample(entry_schema(schema, at)) for at in range(len(whole), schema.get("minItems", 0))]
    yield Candidate("prefixItems", "each entry in its place", whole)
    yield Candidate("type", "an empty array", [])
    yield Candidate("minItems", "one entry less", whole[:-1])
    yield Candidate("items", "one entry more", [*whole, sample(entry_schema(schema, len(whole)))])
    yield Candidate("prefixItems", "the entries the other way round", whole[::-1])
    known = {json.dumps(c.value): c.value for place in places for c in accepted(place)}
    usual = [value for value in known.values() if all(is_valid(place, value) for place in places)]
    if 1 < len(places) <= len(usual):
        yield Candidate("prefixItems", "each place with another value", usual[: len(places)] + whole[len(places) :])
    for at, place in enumerate(places):
        for one in (*accepted(place), *wrong_types(place)[:_FEW], *_shallow(refused(place), place)):
            yield Candidate("prefixItems", f"entry {at + 1} is {one.note}", [*whole[:at], one.value, *whole[at + 1 :]])


def _of_entries(schema: JsonSchema, needed: list[Any]) -> Iterator[Candidate]:
    items = schema.get("items")
    if isinstance(items, Mapping) or not schema.get("minItems"):
        yield Candidate("type", "an empty array", [])
    if not isinstance(items, Mapping):
        return
    samples = [c.value for c in accepted(items) if c.value is not None]
    least, most = schema.get("minItems", 0), schema.get("maxItems")
    if samples:
        yield Candidate("items", "an array of one", samples[:1])
        if schema.get("uniqueItems") and not are_open(schema):  # else many a server takes it for one, and nobody minds
            yield Candidate("uniqueItems", "the same entry twice", [samples[0], samples[0]])
    wanted = min(max(least, most or 0, _SEVERAL - 1), _LONGEST_ARRAY) + 1
    several = _different(items, [*needed, *samples] if schema.get("uniqueItems") else samples, wanted)
    if not schema.get("uniqueItems"):
        several *= 1 + wanted // max(1, len(several))
    texts = ("red, green", "Wing", "wing", " blank ")
    ambiguous = [t for t in texts if type_of(t) in types_of(items) and is_valid(items, t) and is_sure(items, t)]
    if len(ambiguous) > 1:
        yield Candidate("items", "texts that some take for one, or for more than one", ambiguous[:most])
    unordered = sorted(several[: min(_SEVERAL, most or _SEVERAL)], key=str, reverse=True)
    if len(unordered) > 1:
        yield Candidate("items", "several entries, in no order", unordered)
    if several and least and len(several) >= least:
        yield Candidate("minItems", "as few entries as allowed", several[:least])
        yield Candidate("minItems", "one entry too few", several[: least - 1])
    if several and most is not None and most <= _LONGEST_ARRAY and len(several) > most:
        yield Candidate("maxItems", "as many entries as allowed", several[:most])
        yield Candidate("maxItems", "one entry too many", several[: most + 1])
    # An entry with members has bounds of its own; of a plain one, a sample shows that entries are looked at.
    some = None if "object" in types_of(items) and "properties" in items else _FEW
    found, enough = wrong_types(items), several[: max(0, least - 1)]
    for wrong in (*found[:_FEW], *(w for w in found[_FEW:] if isinstance(w.value, dict))):
        yield Candidate("items", f"an entry that is {wrong.note}", [*enough, wrong.value])
    for wrong in _shallow(refused(items), items)[:some]:
        # After a right one: not only the first entry counts.
        first = samples[:1] if most is None or most > 1 else []
        yield Candidate("items", f"an entry that is {wrong.note}", [*(enough or first), wrong.value])
    for right in () if some and not has_kinds(items) else of_each_kind(_shallow(accepted(items), items), items):
        yield Candidate("items", f"an entry with {right.note}", [*enough, right.value])
    if "null" not in types_of(items):
        yield Candidate("items", "a null entry", [*enough, None])


def _objects(schema: JsonSchema) -> Iterator[Candidate]:
    base = {n: sample(p) for n, p in schema["properties"].items() if n in schema.get("required", ())}
    yield Candidate("properties", "the required members only", base)
    whole = {n: sample(p) for n, p in schema["properties"].items()}
    yield Candidate("properties", "all members", {n: v for n, v in whole.items() if v is not None})
    for name in schema.get("required", ()):
        yield Candidate("required", f"without {name}", {n: v for n, v in base.items() if n != name})
    for name, part in schema["properties"].items():
        for wrong in wrong_types(part):
            yield Candidate("properties", f"{name} is {wrong.note}", {**base, name: wrong.value})
        if "null" not in types_of(part):
            yield Candidate("properties", f"{name} is null", {**base, name: None})
        for wrong in _shallow(refused(part), part):
            yield Candidate("properties", f"{name}: {wrong.note}", {**base, name: wrong.value})
        for right in _shallow(accepted(part), part):
            yield Candidate("properties", f"{name}: {right.note}", {**base, name: right.value})


def _maps(schema: JsonSchema) -> Iterator[Candidate]:
    """Objects whose members have names that the client chooses."""
    values = schema.get("additionalProperties")
    if not isinstance(values, Mapping) or schema.get("maxProperties", 2) < 2:
        return
    base = {n: sample(schema["properties"][n]) for n in schema.get("required", ()) if n in schema.get("properties", {})}
    plain, names = sample(values), _names(schema.get("propertyNames", {}), 3)
    most = schema.get("maxProperties", _LONGEST_ARRAY)
    if plain is not None and len(names) > 1:
        yield Candidate("additionalProperties", "two members of a map", {**base, names[0]: plain, names[1]: plain})
    odd = [n for n in _ODD_NAMES if is_valid(schema, {**base, n: plain})]
    if plain is not None and odd:
        tame = [v for v in (plain, "0042", " blank ") if type_of(v) == type_of(plain) and is_valid(values, v)]
        named = {n: tame[at % len(tame)] for at, n in enumerate(odd)}
        some = dict(list(named.items())[: most - len(base)])
        yield Candidate("additionalProperties", "members with odd names", {**base, **some})
    if plain is not None and most < _LONGEST_ARRAY:
        many = {**base, **{n: plain for n in _names(schema.get("propertyNames", {}), most + 1) if n not in base}}
        for count, note in ((most, "as many members as allowed"), (most + 1, "one member too many")):
            if len(many) >= count:
                yield Candidate("maxProperties", note, dict(list(many.items())[:count]))
    if schema.get("minProperties"):
        yield Candidate("minProperties", "no members", {})
    for wrong in refused({**schema["propertyNames"], "type": "string"}) if "propertyNames" in schema else ():
        if plain is not None and isinstance(wrong.value, str):
            note = f"a member whose name is {wrong.note}"
            yield Candidate("propertyNames", note, {**base, wrong.value: plain})
    is_inside = "object" in types_of(values) and "properties" in values  # it has bounds of its own, as an entry has
    for name in names[-1:]:
        for right in _shallow(accepted(values), values)[: None if is_inside else _SEVERAL]:
            yield Candidate("additionalProperties", f"a member of a map with {right.note}", {**base, name: right.value})
        for wrong in (*wrong_types(values)[:_FEW], *_shallow(refused(values), values)[: None if is_inside else _FEW]):
            note = f"a member of a map that is {wrong.note}"
            yield Candidate("additionalProperties", note, {**base, name: wrong.value})


def _names(schema: Any, count: int) -> list[str]:
    """Names for members of a map: some that careless code changes, as far as their schema lets them be, then others."""
    usual = (" Site Office ", "unit-7.B", "key", *(f"key{n}" for n in range(count)))
    found = [n for n in usual if is_valid(schema, n)][:count]
    if len(found) < count and isinstance(schema, Mapping):
        drawn = (nth({**schema, "type": "string"}, number) for number in range(count))
        found = list(dict.fromkeys([*found, *(n for n in drawn if n is not None)]))[:count]
    return found


def fullest(schema: JsonSchema) -> Any:
    """The accepted value of an object, or of an array, that says the most, within reason; ``None`` for other types."""
    values = [c.value for c in accepted(schema) if isinstance(c.value, dict | list)]
    sizes = {at: len(json.dumps(value)) for at, value in enumerate(values)}
    fitting = [at for at, size in sizes.items() if size <= _FULL]
    return values[max(fitting, key=lambda at: sizes[at])] if fitting else None


def sample(schema: JsonSchema) -> Any:
    """One plain valid value: the schema's own example, else a middling accepted candidate; the default, which says as
    little as an absent field, only where there is no other, or no other example."""
    default = schema.get("default")
    examples = () if VALUES in schema else schema.get("examples", ())
    for value in (*(v for v in (*listed(schema), *examples) if v != default), *examples):
        if value is not None and is_valid(schema, value) and is_sure(schema, value):
            return value
    types = types_of(schema)
    is_number = bool(types & {"integer", "number"}) and types <= {"integer", "number", "string", "null"}
    bound = {"enum", "const", "format", "anyOf", "oneOf", VALUES}
    if "string" in types and not is_number and not bound & schema.keys():
        value = matching_text(schema, None)
        if value != default and is_valid(schema, value) and is_sure(schema, value):
            return value
    options = [c.value for c in accepted(schema) if c.value is not None]
    if is_number:
        # Where text may stand for a number, few texts do.
        options.sort(key=lambda value: isinstance(value, str))
    if default is not None and is_valid(schema, default):
        options = [*([v for v in options if v != default] or [default]), default]
    if not options:
        return None
    return next((v for v in options if v not in (0, "", [], {}, False) and v != default), options[0])

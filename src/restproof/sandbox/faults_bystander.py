"""Faults that hit bystanders of a write (another resource, another field) and values that seem to say nothing new."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from restproof.contract.model import Ordered
from restproof.contract.shapes import is_nullable, type_of
from restproof.sandbox.call import Answer, Call
from restproof.sandbox.faults import Register, Seam
from restproof.sandbox.listing import ListQuery
from restproof.sandbox.store import Entry
from restproof.sandbox.writing import time_value
from restproof.semantics.validate import Refusal

fault = Register()
State = dict[str, Any]


def _optional(call: Call) -> dict[str, Any]:
    """The fields that may be null or are booleans: what a bystander loses."""
    shape = call.resource.shapes.create["properties"]
    return {n: p for n, p in shape.items() if is_nullable(p) or p.get("type") == "boolean"}


def _take_away(seam: Seam, call: Call, entry: Entry, values: Mapping[str, Any]) -> None:
    """Clear what other entries of the same parent have in common with ``values``."""
    for other in seam.steps.store.under(entry.resource, entry.scope):
        lost = [n for n in _optional(call) if values.get(n) and other.state.get(n) == values[n]]
        if other.seq != entry.seq and lost:
            left = {n: False if isinstance(values[n], bool) else None for n in lost}
            seam.steps.store.update(call.resource, other, {**other.state, **left}, unique=False)


@fault("create-takes-from-others", "create.siblings", "a create clears in others what it has in common with them")
def create_takes_from_others(seam: Seam) -> None:
    def advice(inner: Any, call: Call, fields: Mapping[str, Any]) -> Entry:
        entry: Entry = inner(call, fields)
        _take_away(seam, call, entry, fields)
        return entry

    seam.around("store_new", advice)


@fault("update-takes-from-others", "update.only-named", "an update clears in others what it has in common with them")
def update_takes_from_others(seam: Seam) -> None:
    def advice(inner: Any, call: Call, entry: Entry, state: Mapping[str, Any]) -> Entry:
        after: Entry = inner(call, entry, state)
        if call.operation == "update" and call.fields:
            _take_away(seam, call, after, call.fields)
        return after

    seam.around("store_change", advice)


@fault(
    "update-reaches-twin", "update.only-named", "an update changes what has the same unique values, under any parent"
)
def update_reaches_twin(seam: Seam) -> None:
    def advice(inner: Any, call: Call, entry: Entry, state: Mapping[str, Any]) -> Entry:
        after: Entry = inner(call, entry, state)
        named = [n for key in call.resource.unique for n in key]
        same = {n: state.get(n) for n in named}
        changed = {n: v for n, v in (call.fields or {}).items() if n in _optional(call) and n not in named}
        for other in seam.steps.store.all(entry.resource) if named and call.operation == "update" else ():
            if other.seq != entry.seq and {n: other.state.get(n) for n in named} == same:
                seam.steps.store.update(call.resource, other, {**other.state, **changed}, unique=False)
        return after

    seam.around("store_change", advice)


@fault("referrer-reset", "update.shown-elsewhere", "an update takes its plain texts from what refers to the resource")
def referrer_reset(seam: Seam) -> None:
    def advice(inner: Any, call: Call, entry: Entry, state: Mapping[str, Any]) -> Entry:
        after: Entry = inner(call, entry, state)
        for resource, _, naming in seam.steps.references_to(after) if call.operation == "update" else ():
            shape = resource.shapes.create["properties"]
            unique = {n for key in resource.unique for n in key}
            lost = [n for n, p in shape.items() if is_nullable(p) and isinstance(naming.state.get(n), str)]
            left = dict.fromkeys(n for n in lost if n not in unique)
            seam.steps.store.update(resource, naming, {**naming.state, **left}, unique=False)
        return after

    seam.around("store_change", advice)


def _changed_update(alter: Callable[[Call, State], State]) -> Callable[[Seam], None]:
    """A fault that reads the fields of an update another way."""

    def install(seam: Seam) -> None:
        def advice(inner: Any, call: Call, fields: Mapping[str, Any]) -> State:
            update = call.entry is not None and call.operation == "update"
            found: State = inner(call, alter(call, dict(fields)) if update else fields)
            return found

        seam.around("next_state", advice)

    return install


def _zero_as_null(call: Call, fields: State) -> State:
    may_be_null = {n for n, p in call.resource.shapes.create["properties"].items() if is_nullable(p)}
    return {n: None if v == "0" and n in may_be_null else v for n, v in fields.items()}


def _without_null_beside_value(call: Call, fields: State) -> State:
    valued = any(v is not None for v in fields.values())
    return {n: v for n, v in fields.items() if v is not None or not valued}


def _refilled(call: Call, fields: State) -> State:
    before = call.entry.state if call.entry else {}
    shape = call.resource.shapes.create["properties"]
    texts = [n for n, v in fields.items() if v is None and before.get(n, "") is None and _is_plain(shape[n])]
    return {**fields, **dict.fromkeys(texts, "none")}


def _is_plain(schema: Mapping[str, Any]) -> bool:
    return "string" in schema.get("type", ()) and not {"enum", "format", "pattern", "minLength"} & schema.keys()


def _emptied_by_last_value(call: Call, fields: State) -> State:
    """The last value of an enumeration clears what the update does not name."""
    shape = call.resource.shapes.update["properties"]
    last = any(v == shape[n].get("enum", (None,))[-1] for n, v in fields.items() if n in shape and v is not None)
    unnamed = {n: None for n, p in shape.items() if last and n not in fields and is_nullable(p)}
    return {**unnamed, **fields}


for _name, _requirement, _summary, _alter in (
    ("zero-text-is-null", "update.falsy-counts", 'an update of a text to "0" makes it null', _zero_as_null),
    (
        "null-beside-value-ignored",
        "update.null-clears",
        "null has no effect beside a value",
        _without_null_beside_value,
    ),
    ("second-null-fills", "update.null-clears", "null where it is null already gives a text a value", _refilled),
    (
        "last-value-clears-rest",
        "update.only-named",
        "an update to the last value of an enumeration clears other fields",
        _emptied_by_last_value,
    ),
):
    fault(_name, _requirement, _summary)(_changed_update(_alter))


@fault("numbers-change-places", "update.only-named", "an update of several numbers stores them in each other's place")
def numbers_change_places(seam: Seam) -> None:
    def advice(inner: Any, call: Call, fields: Mapping[str, Any]) -> State:
        state: State = inner(call, fields)
        kinds = ("integer", "number")
        named = [n for n, v in fields.items() if type_of(v) in kinds and n not in call.resource.references]
        if call.entry is not None and call.operation == "update" and len(named) > 1:
            state.update(zip(named, [fields[n] for n in reversed(named)], strict=True))
        return state

    seam.around("next_state", advice)


@fault("conflict-touches", "update.touches-updated-at", "a refused rename moves the time of the last update")
def conflict_touches(seam: Seam) -> None:
    def advice(inner: Any, call: Call, refusal: Refusal) -> Answer:
        if refusal.case == "conflict" and call.operation == "update" and call.entry:
            fresh = {n: time_value(call.resource, n, call.now) for n in call.resource.touched}
            seam.steps.store.update(call.resource, call.entry, {**call.entry.state, **fresh}, unique=False)
        answer: Answer = inner(call, refusal)
        return answer

    seam.around("answer_refusal", advice)


@fault(
    "rule-meets-stored-side", "input.rule-kept", "of two ordered fields, a new first is compared with the old second"
)
def rule_meets_stored_side(seam: Seam) -> None:
    def advice(inner: Any, call: Call, after: Mapping[str, Any], skip: set[str]) -> list[Refusal]:
        found: list[Refusal] = inner(call, after, skip)
        before = call.entry.state if call.entry and call.operation == "update" else {}
        for rule in call.resource.rules:
            if isinstance(rule, Ordered):
                first, stored = (call.fields or {}).get(rule.first), before.get(rule.second)
                if first is not None and stored is not None and first > stored:
                    found.append(Refusal("rule", rule.first, f"must not be after {rule.second}"))
        return found

    seam.around("broken_rules", advice)


@fault(
    "rule-needs-both-sides", "input.rule-kept", "of two ordered fields, the second is refused where the first is null"
)
def rule_needs_both_sides(seam: Seam) -> None:
    def advice(inner: Any, call: Call, after: Mapping[str, Any], skip: set[str]) -> list[Refusal]:
        found: list[Refusal] = inner(call, after, skip)
        named = call.fields or {}
        for rule in call.resource.rules if call.operation == "update" else ():
            if isinstance(rule, Ordered) and named.get(rule.second) and after.get(rule.first) is None:
                found.append(Refusal("rule", rule.second, f"needs {rule.first}"))
        return found

    seam.around("broken_rules", advice)


@fault("rules-of-few-fields", "input.business-rule", "an update of more than two fields is not held to business rules")
def rules_of_few_fields(seam: Seam) -> None:
    def advice(inner: Any, call: Call, after: Mapping[str, Any], skip: set[str]) -> list[Refusal]:
        many = call.operation == "update" and len(call.fields or ()) > 2
        return [] if many else inner(call, after, skip)

    seam.around("broken_rules", advice)


@fault("reference-list-last-only", "input.reference", "of a list of references, only the last is checked")
def reference_list_last_only(seam: Seam) -> None:
    def advice(inner: Any, call: Call, fields: Mapping[str, Any], skip: set[str]) -> list[Refusal]:
        checked = {n: v[-1:] if isinstance(v, list) else v for n, v in fields.items()}
        found: list[Refusal] = inner(call, checked, skip)
        return found

    seam.around("dangling_references", advice)


@fault("clears-every-reference", "delete.clears-references", "a delete clears what refers to others of its kind, too")
def clears_every_reference(seam: Seam) -> None:
    def advice(inner: Any, call: Call, gone: Entry) -> None:
        inner(call, gone)
        for resource in seam.steps.contract:
            for name, reference in resource.references.items():
                if reference.to == gone.resource and is_nullable(resource.shapes.create["properties"].get(name, {})):
                    for entry in seam.steps.store.all(resource.name):
                        seam.steps.store.update(resource, entry, {**entry.state, name: None}, unique=False)

    seam.around("clear_references", advice)


@fault("deleted-found-by-filter", "delete.unlisted", "a filtered list still holds what was deleted")
def deleted_found_by_filter(seam: Seam) -> None:
    gone: list[Entry] = []

    def remove(inner: Any, call: Call, entry: Entry) -> None:
        inner(call, entry)
        gone.append(entry)

    def filtered(inner: Any, call: Call, query: ListQuery, entries: list[Entry]) -> list[Entry]:
        own = [e for e in gone if e.resource == call.resource.name and e.scope == (call.scope or ())]
        found: list[Entry] = inner(call, query, [*entries, *own] if query.filters else entries)
        return found

    seam.around("remove", remove)
    seam.around("filtered", filtered)


@fault("descending-within-page", "list.sort", "a descending sort turns each page of the ascending one round")
def descending_within_page(seam: Seam) -> None:
    def ascending(inner: Any, call: Call, query: ListQuery, entries: list[Entry]) -> list[Entry]:
        found: list[Entry] = inner(call, query, entries)
        return found[::-1] if query.sort and query.descending else found

    seam.around("sorted", ascending)
    seam.around("paged", ascending)

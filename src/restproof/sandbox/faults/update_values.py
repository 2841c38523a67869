"""Faults of how an update stores the values that it names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from restproof.contract.shapes import is_nullable
from restproof.sandbox.call import Call
from restproof.sandbox.faults.advice import (
    State,
    bent,
    is_update,
    last_field_lost,
    null_to_text,
    to_null,
    update_misread,
)
from restproof.sandbox.faults.registry import Seam, fault
from restproof.sandbox.store import Entry
from restproof.semantics.validate import Refusal


@fault("update-not-stored", "update.persists", "an update answers as it should and stores nothing")
def update_not_stored(seam: Seam) -> None:
    def advice(inner: Any, call: Call, entry: Entry, state: Mapping[str, Any]) -> Entry:
        return Entry(entry.seq, entry.resource, entry.key, entry.scope, entry.tenant, state)

    seam.around("store_change", advice)


@fault("null-ignored", "update.null-clears", "explicit null leaves a field as it is")
def null_ignored(seam: Seam) -> None:
    def advice(inner: Any, call: Call, fields: Mapping[str, Any]) -> State:
        kept = {n: v for n, v in fields.items() if v is not None} if is_update(call) else fields
        found: State = inner(call, kept)
        return found

    seam.around("next_state", advice)


@fault("falsy-ignored", "update.falsy-counts", 'an update to 0, false, "" or [] leaves a field as it is')
def falsy_ignored(seam: Seam) -> None:
    def advice(inner: Any, call: Call, fields: Mapping[str, Any]) -> State:
        kept = {n: v for n, v in fields.items() if v or v is None} if is_update(call) else fields
        found: State = inner(call, kept)
        return found

    seam.around("next_state", advice)


@fault("arrays-appended", "update.replaces-arrays", "an update adds to an array instead of replacing it")
def arrays_appended(seam: Seam) -> None:
    def advice(inner: Any, call: Call, fields: Mapping[str, Any]) -> State:
        if is_update(call) and call.entry:
            before = call.entry.state
            fields = {
                n: [*before.get(n, ()), *(e for e in v if e not in before.get(n, ()))] if isinstance(v, list) else v
                for n, v in fields.items()
            }
        found: State = inner(call, fields)
        return found

    seam.around("next_state", advice)


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


update_misread("zero-text-is-null", "update.falsy-counts", 'an update of a text to "0" makes it null', _zero_as_null)


update_misread(
    "null-beside-value-ignored", "update.null-clears", "null has no effect beside a value", _without_null_beside_value
)


update_misread(
    "second-null-fills", "update.null-clears", "null where it is null already gives a text a value", _refilled
)


_LATE = ("update", "replace")


bent("empty-text-nulls-on-update", "update.falsy-counts", "an update to an empty text stores null", to_null(""), _LATE)


bent("zero-nulls-on-update", "update.falsy-counts", "an update to zero stores null", to_null(0), _LATE)


bent("null-empties-on-update", "update.null-clears", "an update to null stores an empty text", null_to_text, _LATE)


last_field_lost("last-field-lost-on-update", "update.persists", "an update forgets its last field", "update")


@fault("array-shares-tail", "update.replaces-arrays", "an update to a shorter array keeps the rest of the old one")
def array_shares_tail(seam: Seam) -> None:
    def advice(inner: Any, call: Call, fields: Mapping[str, Any]) -> dict[str, Any]:
        if call.operation == "update" and call.entry is not None:
            before = call.entry.state
            fields = {
                n: [*v, *(e for e in (before.get(n) or [])[len(v) :] if e not in v)] if isinstance(v, list) else v
                for n, v in fields.items()
            }
        state: dict[str, Any] = inner(call, fields)
        return state

    seam.around("next_state", advice)


@fault("null-refused-on-update", "update.null-clears", "an update refuses every null")
def null_refused_on_update(seam: Seam) -> None:
    def advice(inner: Any, call: Call, fields: Mapping[str, Any]) -> list[Refusal]:
        found: list[Refusal] = inner(call, fields)
        if call.operation == "update":
            found += [Refusal("invalid", n, "must not be null") for n, v in fields.items() if v is None]
        return found

    seam.around("invalid_values", advice)


@fault("full-length-refused-on-update", "update.accepts-valid", "an update refuses a text of the full length")
def full_length_refused_on_update(seam: Seam) -> None:
    def advice(inner: Any, call: Call, fields: Mapping[str, Any]) -> list[Refusal]:
        found: list[Refusal] = inner(call, fields)
        for name, value in fields.items() if call.operation == "update" else ():
            limit = call.resource.properties.get(name, {}).get("maxLength")
            if isinstance(value, str) and limit is not None and len(value) >= limit:
                found.append(Refusal("invalid", name, "is too long"))
        return found

    seam.around("invalid_values", advice)


@fault(
    "last-enum-value-refused-on-update", "update.accepts-valid", "an update refuses the last value of an enumeration"
)
def last_enum_value_refused_on_update(seam: Seam) -> None:
    def advice(inner: Any, call: Call, fields: Mapping[str, Any]) -> list[Refusal]:
        found: list[Refusal] = inner(call, fields)
        for name, value in fields.items() if call.operation == "update" else ():
            allowed = [v for v in call.resource.properties.get(name, {}).get("enum", ()) if v is not None]
            if len(allowed) > 1 and value == allowed[-1]:
                found.append(Refusal("invalid", name, "is not allowed"))
        return found

    seam.around("invalid_values", advice)

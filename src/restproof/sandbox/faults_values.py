"""Faults of single values: what is stored is not quite what was sent."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

from restproof.contract.shapes import is_nullable, types_of
from restproof.sandbox.call import Call
from restproof.sandbox.faults import Register, Seam

fault = Register()
Schema = Mapping[str, Any]
Bend = Callable[[Schema, Any], Any]
"""(schema, value that was sent) → the value that is stored."""

_BOTH = ("create", "update", "replace")
_FREE = ("enum", "const", "pattern", "format")
_DOUBLE = 2**53


def _bent(name: str, requirement: str, summary: str, bend: Bend, operations: tuple[str, ...] = _BOTH) -> None:
    """A fault that bends the values of a write; unique fields and references keep theirs."""

    def install(seam: Seam) -> None:
        def advice(inner: Any, call: Call, fields: Mapping[str, Any]) -> dict[str, Any]:
            spared = {*call.resource.references, *(f for unique in call.resource.unique for f in unique)}
            properties = call.resource.properties
            if call.operation in operations:
                fields = {n: v if n in spared else bend(properties.get(n, {}), v) for n, v in fields.items()}
            state: dict[str, Any] = inner(call, fields)
            return state

        seam.around("next_state", advice)

    fault(name, requirement, summary)(install)


def _text(change: Callable[[str], str]) -> Bend:
    """Bend text that the schema leaves free."""

    def bend(schema: Schema, value: Any) -> Any:
        if isinstance(value, str) and not any(word in schema for word in _FREE):
            changed = change(value)
            return changed if len(changed) >= schema.get("minLength", 0) else value
        return value

    return bend


def _number(change: Callable[[Any], Any]) -> Bend:
    def bend(schema: Schema, value: Any) -> Any:
        free = isinstance(value, int | float) and not isinstance(value, bool) and "enum" not in schema
        return change(value) if free else value

    return bend


def _to_null(value: Any) -> Bend:
    def bend(schema: Schema, sent: Any) -> Any:
        hit = type(sent) is type(value) and sent == value and is_nullable(schema)
        return None if hit else sent

    return bend


_bent(
    "control-characters-dropped",
    "robust.hostile-text",
    "control characters in a text are dropped",
    _text(lambda text: "".join(c for c in text if unicodedata.category(c) != "Cc")),
)
_LATE = ("update", "replace")
_bent("empty-text-becomes-null", "create.accepts-valid", "an empty text is stored as null", _to_null(""))
_bent(
    "empty-text-nulls-on-update", "update.falsy-counts", "an update to an empty text stores null", _to_null(""), _LATE
)
_bent("zero-becomes-null", "create.accepts-valid", "zero is stored as null", _to_null(0))
_bent("zero-nulls-on-update", "update.falsy-counts", "an update to zero stores null", _to_null(0), _LATE)


def _null_to_text(schema: Schema, value: Any) -> Any:
    return "" if value is None and "string" in types_of(schema) and not any(w in schema for w in _FREE) else value


_bent("null-becomes-empty-text", "create.accepts-valid", "null is stored as an empty text", _null_to_text)
_bent("null-empties-on-update", "update.null-clears", "an update to null stores an empty text", _null_to_text, _LATE)

_KEPT = "create.accepts-valid"
_bent("text-normalised", _KEPT, "text is stored in Unicode's form C", _text(lambda t: unicodedata.normalize("NFC", t)))
_bent(
    "astral-characters-lost",
    _KEPT,
    "characters beyond U+FFFF are stored as a question mark",
    _text(lambda t: "".join(c if c <= "\uffff" else "?" for c in t)),
)
_bent(
    "text-latin1-only",
    _KEPT,
    "characters beyond Latin-1 are stored as question marks",
    _text(lambda t: t.encode("latin-1", "replace").decode("latin-1")),
)
_bent("text-cut-at-255", _KEPT, "text is cut after 255 characters", _text(lambda t: t[:255]))
_bent(
    "text-loses-markup", "robust.injection", "what looks like a tag is taken out of text", _text(lambda t: _untagged(t))
)
_bent(
    "template-evaluated",
    "robust.injection",
    "an expression in double braces is evaluated when it is stored",
    _text(lambda t: t.replace("{{7*7}}", "49").replace("${7*7}", "49")),
)
_bent(
    "large-integers-rounded",
    _KEPT,
    "integers beyond 2^53 go through a double",
    _number(lambda n: int(float(n)) if isinstance(n, int) and abs(n) > _DOUBLE else n),
)
_bent(
    "integers-of-32-bits",
    _KEPT,
    "integers beyond 32 bits are stored as the largest that fits",
    _number(lambda n: max(-(2**31), min(n, 2**31 - 1)) if isinstance(n, int) else n),
)
_bent(
    "numbers-rounded",
    _KEPT,
    "numbers are stored with two decimals",
    _number(lambda n: round(n, 2) if isinstance(n, float) else n),
)
_bent(
    "number-sign-lost",
    _KEPT,
    "negative numbers are stored without their sign",
    _number(lambda n: abs(n)),
)


def _untagged(text: str) -> str:
    before, opened, rest = text.partition("<")
    _, closed, after = rest.partition(">")
    return before + _untagged(after) if opened and closed else text


def _lose_last(name: str, requirement: str, summary: str, operation: str) -> None:
    """A fault that forgets the last of the fields that an operation may set, and no other."""

    def install(seam: Seam) -> None:
        def advice(inner: Any, call: Call, fields: Mapping[str, Any]) -> dict[str, Any]:
            if call.operation == operation:
                lost = _last_optional(call)
                fields = {n: v for n, v in fields.items() if n != lost}
            state: dict[str, Any] = inner(call, fields)
            return state

        seam.around("next_state", advice)

    fault(name, requirement, summary)(install)


def _last_optional(call: Call) -> str | None:
    spared = {*call.resource.shapes.create.get("required", ()), *call.resource.references}
    shape = call.resource.shapes.create if call.operation == "create" else call.resource.shapes.update
    return next((n for n in reversed(shape["properties"]) if n not in spared), None)


_lose_last("last-field-lost-on-create", "create.answers-created", "a create forgets its last field", "create")
_lose_last("last-field-lost-on-update", "update.persists", "an update forgets its last field", "update")


@fault("default-only-for-null", "create.accepts-valid", "a default also takes the place of what was sent as false")
def default_only_for_null(seam: Seam) -> None:
    def advice(inner: Any, call: Call, fields: Mapping[str, Any]) -> dict[str, Any]:
        properties = call.resource.properties
        if call.operation == "create":
            fields = {n: v or properties.get(n, {}).get("default", v) for n, v in fields.items()}
        state: dict[str, Any] = inner(call, fields)
        return state

    seam.around("next_state", advice)


@fault("array-keeps-two", "create.accepts-valid", "of an array, the first two entries are stored")
def array_keeps_two(seam: Seam) -> None:
    _arrays(seam, lambda value: value[:2])


@fault("array-sorted", "create.accepts-valid", "the entries of an array are stored in order")
def array_sorted(seam: Seam) -> None:
    _arrays(seam, lambda value: sorted(value, key=str))


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


def _arrays(seam: Seam, change: Callable[[list[Any]], list[Any]]) -> None:
    def advice(inner: Any, call: Call, fields: Mapping[str, Any]) -> dict[str, Any]:
        state: dict[str, Any] = inner(call, {n: change(v) if isinstance(v, list) else v for n, v in fields.items()})
        return state

    seam.around("next_state", advice)

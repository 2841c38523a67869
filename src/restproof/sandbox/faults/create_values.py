"""Faults of the values that a create stores, and of values that it refuses although the schema allows them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

from restproof.sandbox.call import Call
from restproof.sandbox.faults.advice import Bend, Schema, State, bent, in_text, null_to_text, to_null
from restproof.sandbox.faults.registry import Seam, fault
from restproof.semantics.validate import Refusal


@fault("max-length-too-short", "create.accepts-valid", "a text of the full length is refused")
def max_length_too_short(seam: Seam) -> None:
    def advice(inner: Any, call: Call, fields: Mapping[str, Any]) -> list[Refusal]:
        found: list[Refusal] = inner(call, fields)
        for name, value in fields.items():
            limit = call.resource.properties.get(name, {}).get("maxLength")
            if isinstance(value, str) and limit is not None and len(value) == limit:
                found.append(Refusal("invalid", name, "is too long"))
        return found

    seam.around("invalid_values", advice)


@fault("length-in-bytes", "create.accepts-valid", "lengths are counted in bytes of UTF-8")
def length_in_bytes(seam: Seam) -> None:
    def advice(inner: Any, call: Call, fields: Mapping[str, Any]) -> list[Refusal]:
        found: list[Refusal] = inner(call, fields)
        for name, value in fields.items():
            limit = call.resource.properties.get(name, {}).get("maxLength")
            if (
                isinstance(value, str)
                and limit is not None
                and len(value) <= limit < len(value.encode("utf-8", "replace"))
            ):
                found.append(Refusal("invalid", name, "is too long"))
        return found

    seam.around("invalid_values", advice)


@fault("lower-bound-excluded", "create.accepts-valid", "a number at its lower bound is refused")
def lower_bound_excluded(seam: Seam) -> None:
    _refused(seam, lambda schema, value: _is_number(value) and value == schema.get("minimum"))


@fault("upper-bound-excluded", "create.accepts-valid", "a number at its upper bound is refused")
def upper_bound_excluded(seam: Seam) -> None:
    _refused(seam, lambda schema, value: _is_number(value) and value == schema.get("maximum"))


@fault("last-enum-value-refused", "create.accepts-valid", "the last value of an enumeration is refused")
def last_enum_value_refused(seam: Seam) -> None:
    def hit(schema: Mapping[str, Any], value: Any) -> bool:
        values = [e for e in schema.get("enum", ()) if e is not None]
        return len(values) > 1 and value == values[-1]

    _refused(seam, hit)


@fault("null-refused", "create.accepts-valid", "null is refused where it is allowed")
def null_refused(seam: Seam) -> None:
    _refused(seam, lambda schema, value: value is None)


@fault("empty-text-refused", "create.accepts-valid", "an empty text is refused where it is allowed")
def empty_text_refused(seam: Seam) -> None:
    _refused(seam, lambda schema, value: value == "")


@fault("emoji-refused", "create.accepts-valid", "characters beyond U+FFFF are refused")
def emoji_refused(seam: Seam) -> None:
    _refused(seam, lambda schema, value: isinstance(value, str) and any(c > "\uffff" for c in value))


@fault("leap-day-refused", "create.accepts-valid", "the 29th of February is refused")
def leap_day_refused(seam: Seam) -> None:
    def hit(schema: Mapping[str, Any], value: Any) -> bool:
        return schema.get("format") == "date" and isinstance(value, str) and value.endswith("-02-29")

    _refused(seam, hit)


def _refused(seam: Seam, hit: Callable[[Mapping[str, Any], Any], bool]) -> None:
    """Refuse values that the schema allows."""

    def advice(inner: Any, call: Call, fields: Mapping[str, Any]) -> list[Refusal]:
        found: list[Refusal] = inner(call, fields)
        refused = [n for n, v in fields.items() if hit(call.resource.properties.get(n, {}), v)]
        return [*found, *(Refusal("invalid", n, "is not allowed") for n in refused)]

    seam.around("invalid_values", advice)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


@fault("text-trimmed", "create.accepts-valid", "blanks at the ends of text are lost")
def text_trimmed(seam: Seam) -> None:
    def advice(inner: Any, call: Call, fields: Mapping[str, Any]) -> State:
        found: State = inner(call, {n: v.strip() or v if isinstance(v, str) else v for n, v in fields.items()})
        return found

    seam.around("next_state", advice)


_DOUBLE = 2**53


def _in_number(change: Callable[[Any], Any]) -> Bend:
    def bend(schema: Schema, value: Any) -> Any:
        free = isinstance(value, int | float) and not isinstance(value, bool) and "enum" not in schema
        return change(value) if free else value

    return bend


bent("empty-text-becomes-null", "create.accepts-valid", "an empty text is stored as null", to_null(""))


bent("zero-becomes-null", "create.accepts-valid", "zero is stored as null", to_null(0))


bent("null-becomes-empty-text", "create.accepts-valid", "null is stored as an empty text", null_to_text)


_KEPT = "create.accepts-valid"


bent("text-normalised", _KEPT, "text is stored in Unicode's form C", in_text(lambda t: unicodedata.normalize("NFC", t)))


bent(
    "astral-characters-lost",
    _KEPT,
    "characters beyond U+FFFF are stored as a question mark",
    in_text(lambda t: "".join(c if c <= "\uffff" else "?" for c in t)),
)


bent(
    "text-latin1-only",
    _KEPT,
    "characters beyond Latin-1 are stored as question marks",
    in_text(lambda t: t.encode("latin-1", "replace").decode("latin-1")),
)


bent(
    "invisible-characters-lost",
    _KEPT,
    "marks of byte order and blanks without width are lost",
    in_text(lambda t: t.replace("\ufeff", "").replace("\u200b", "")),
)


bent("text-cut-at-255", _KEPT, "text is cut after 255 characters", in_text(lambda t: t[:255]))


bent(
    "large-integers-rounded",
    _KEPT,
    "integers beyond 2^53 go through a double",
    _in_number(lambda n: int(float(n)) if isinstance(n, int) and abs(n) > _DOUBLE else n),
)


bent(
    "integers-of-32-bits",
    _KEPT,
    "integers beyond 32 bits are stored as the largest that fits",
    _in_number(lambda n: max(-(2**31), min(n, 2**31 - 1)) if isinstance(n, int) else n),
)


bent(
    "numbers-rounded",
    _KEPT,
    "numbers are stored with two decimals",
    _in_number(lambda n: round(n, 2) if isinstance(n, float) else n),
)


bent(
    "number-sign-lost",
    _KEPT,
    "negative numbers are stored without their sign",
    _in_number(lambda n: abs(n)),
)


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


@fault("form-text-cut", "create.accepts-valid", "a text in a form ends before its first ampersand")
def form_text_cut(seam: Seam) -> None:
    def advice(inner: Any, call: Call) -> None:
        call.body = re.sub(rb"%26[^&]*", b"", call.body)
        inner(call)

    seam.around("read_form", advice)


@fault("array-sorted", "create.accepts-valid", "the entries of an array are stored in order")
def array_sorted(seam: Seam) -> None:
    _arrays(seam, lambda value: sorted(value, key=str))


def _arrays(seam: Seam, change: Callable[[list[Any]], list[Any]]) -> None:
    def advice(inner: Any, call: Call, fields: Mapping[str, Any]) -> dict[str, Any]:
        state: dict[str, Any] = inner(call, {n: change(v) if isinstance(v, list) else v for n, v in fields.items()})
        return state

    seam.around("next_state", advice)

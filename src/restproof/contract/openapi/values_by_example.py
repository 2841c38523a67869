"""What the examples of whole bodies, beside a schema or of the object in it, tell of single members: a value that a
server takes which checks more than its document says (``"due": "2026-11-30 14:00"``, ``"currency": "EUR"``)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from jsonschema import Draft202012Validator

from restproof.contract.envelope import pointer_of
from restproof.contract.model import WRITES
from restproof.contract.openapi.answers import Reader
from restproof.contract.openapi.bodies import Shaped
from restproof.contract.openapi.paths import Call, Found
from restproof.contract.openapi.schemas import Schema
from restproof.contract.openapi.values_by_description import speaks_for_itself
from restproof.contract.shapes import types_of
from restproof.contract.words import IDS, is_soft_reference, referred, snake
from restproof.errors import ContractError
from restproof.pointer import Nothing, follow

_TELLING = frozenset({"enum", "const", "examples", "readOnly", "anyOf", "oneOf"})
_OF_FEW = re.compile(
    r"(.*_)?(categor(y|ies)|class|colou?r|condition|countr(y|ies)|currenc(y|ies)|frequency|gender|grade|kind|"
    r"languages?|level|locale|method|mode|priority|role|salutation|sex|species|severity|stage|state|status|time_?zone|"
    r"tz|type|unit|visibility)(_code)?"
)
"""Names, in snake case, of texts of which there are often few, whether or not their schema lists them."""
_MEASURED = re.compile(
    r"(.*_)?(age|amount|capacity|cents|cost|count|day|days|depth|discount|distance|duration|height|hour|hours|interval|"
    r"latitude|lat|length|limit|lng|lon|longitude|max|min|minute|minutes|month|months|percent|percentage|port|price|"
    r"quantity|radius|rate|rating|salary|score|seconds|share|size|stars|stock|temperature|timeout|tax|total|ttl|volume|"
    r"weight|width|year|years)"
)
"""Names, in snake case, of numbers that measure or count, and name nothing."""
_LARGE = 2**53
_CALLED_UP = re.compile(r"(.*_)?(cell|fax|mobile|msisdn|phone|tel|telephone|whatsapp)(_?(no|nr|number))?")
_PASSWORD = re.compile(r"(.*_)?pass_?(code|phrase|wd|word)")
_CODE = re.compile(
    r"[A-Z]{2,3}|[A-Z]+(_[A-Z]+)+|[a-z]{2}[-_][A-Z]{2}|[A-Z][a-z]+/[A-Z]\w+|#[0-9A-Fa-f]{6}|"
    r"(application|audio|image|text|video)/[a-z.+-]+|\d{4}-\d\d-\d\dT\d\d:\d\d\S*|P[\dYMWDTHS.]+"
)
"""Texts that say by their form what they are: a country or a currency, a state, a language, a time zone, a colour, a
media type, a moment, a duration."""


def teach(reader: Reader, found: Found, told: Shaped, properties: dict[str, Schema], named: Collection[str]) -> None:
    """Give the members of a resource the values that an example of a create's body shows, or else one of an answer:
    where their schemas tell less, and where they are the ids of nothing. ``named``: what there are ids of."""
    for shown in _shown(reader, found, told):
        values = {n: shown[n] for n in properties.keys() & shown.keys()}
        taught = {n: _taught(n, properties[n], value, named) for n, value in values.items()}
        if any(taught[n] is not properties[n] for n in taught):
            properties.update(taught)
            return


def _shown(reader: Reader, found: Found, told: Shaped) -> Iterator[Mapping[str, Any]]:
    """The fields of each example that there is of a body: those of creates, as far as they keep their schema, then
    those of answers that show one."""
    creates = [found.calls[o] for o in ("create", "replace") if o in found.calls][:1]
    for call in creates if {*WRITES} & told.sent.keys() else ():
        for example in _sent(reader, call):
            yield from _fields(example, told.envelope.get("request"), told)
    for operation in ("create", "read"):
        if operation in found.calls and operation not in told.receipts:
            for code, answer, route in reader.responses(found.calls[operation]):
                for example in reader.examples(answer, route) if code.startswith("2") else ():
                    yield from _fields(example, told.around.get(operation, told.envelope.get("response")), told)


def _sent(reader: Reader, call: Call) -> Iterator[Any]:
    route = (*call.route, "requestBody")
    try:
        schema = reader.request(call)
        beside = reader.examples(reader.source.mapping(call.value.get("requestBody") or {}, route), route)
    except ContractError:
        return  # what cannot be read is told where it is read as a body
    checker = Draft202012Validator(schema)
    yield from (example for example in (*beside, *schema.get("examples", ())) if checker.is_valid(example))


def _fields(example: Any, place: str | None, told: Shaped) -> Iterator[Mapping[str, Any]]:
    try:
        held = follow(example, pointer_of(place))[0]
        inner = follow(held, pointer_of(told.envelope.get("fields")))[0]
    except Nothing:
        return
    if isinstance(inner, Mapping):
        yield inner


def _taught(name: str, schema: Schema, value: Any, named: Collection[str]) -> Schema:
    """``schema`` with the value as its example, or with what of it its members are taught; itself where the value tells
    nothing."""
    if _TELLING & schema.keys() or name in IDS or is_soft_reference(name, schema) or _stem(name) in named:
        return schema
    members, items = schema.get("properties"), schema.get("items")
    if isinstance(members, Mapping) and isinstance(value, Mapping):
        taught = {n: _taught(n, s, value[n], named) if n in value else s for n, s in members.items()}
        return {**schema, "properties": taught} if any(taught[n] is not members[n] for n in taught) else schema
    if isinstance(items, Mapping) and isinstance(value, list):
        inner: Schema = dict(items)
        taught = _taught(name, inner, value[0], named) if value else inner
        return schema if taught is inner else {**schema, "items": taught}
    tells = _tells(name, schema, value) and Draft202012Validator(schema).is_valid(value)
    return {**schema, "examples": [value]} if tells else schema


def _stem(name: str) -> str:
    """What a member is called after, as the id of it or as the thing itself."""
    return referred(name)[0] or snake(name)


def _tells(name: str, schema: Schema, value: Any) -> bool:
    """Whether a value says more than that such values are taken. A plain text is as good as any other, and may have to
    be another one each time."""
    kinds = types_of(schema) - {"null"}
    if isinstance(value, bool) or not kinds <= {"string", "integer", "number"}:
        return False
    if isinstance(value, int | float):
        # Any other whole number may be the id of something, whatever it is called.
        is_measure = (isinstance(value, float) and not value.is_integer()) or _MEASURED.fullmatch(snake(name))
        return bool(is_measure) and abs(value) < _LARGE
    called = snake(name)
    if not isinstance(value, str) or {"format", "pattern"} & schema.keys():
        return False
    if value.startswith("+") or _CALLED_UP.fullmatch(called):
        return False  # somebody's telephone
    return bool(
        speaks_for_itself(value) or _CODE.fullmatch(value) or _OF_FEW.fullmatch(called) or _PASSWORD.fullmatch(called)
    )

"""The token of the case in every create: where a schema has room for it, so that what was made can be told from what
others have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from restproof.contract.formats import FORMATS
from restproof.contract.model import Resource
from restproof.contract.shapes import is_hidden, same, types_of
from restproof.plan.symbols import PREFIX_LENGTH, RUN, TOKEN_LENGTH, valid_with_token
from restproof.semantics.checker import is_valid
from restproof.semantics.normal import is_sure
from restproof.semantics.readback import ReadPath

_FORMS = {"uri": "https://example.com/{}", "email": "{}@example.com", "hostname": "{}.example.com"}


def form_of(schema: Mapping[str, Any]) -> str | None:
    """The format of a text; where it has none, that of its example, if that is an address, a URI or a UUID."""
    example = next(iter(schema.get("examples", ())), None)
    told = (form for form in ("email", "uri", "uuid") if isinstance(example, str) and FORMATS[form].check(example))
    return schema["format"] if "format" in schema else next(told, None)


def marked_text(schema: Mapping[str, Any], text: str, token: str = RUN) -> str | None:
    """``text``, or what little of it there is room for, behind the token, as the schema allows it; ``None`` where it
    has no room even for the token."""
    form = form_of(schema)
    if form in _FORMS:
        tries = [_FORMS[form].format(token)]
    else:
        room = max(0, schema.get("maxLength", TOKEN_LENGTH + len(text) + 1) - TOKEN_LENGTH - 1)
        tries = [f"{token} {text[:room].rstrip()}".rstrip(), f"{token}-{text[:room]}", f"{token}{text[:room]}", token]
    return next((t for t in tries if valid_with_token(schema, t.replace(token, RUN))), None)


def markable_fields(resource: Resource, writable: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """The fields that can hold the token in their text, and show it in a response."""
    # Where it is not said what answers hold, they most likely hold what was sent: nothing else may show whose it is.
    moving = () if "answers" in resource.open else (*resource.volatile, *resource.lenient)
    kept_out = {resource.id.field, *resource.references, *resource.secret, *moving}
    return [
        name
        for name, schema in writable.items()
        if _is_shown(resource, name)
        and name not in kept_out
        and (name in resource.reads_as or not schema.get("writeOnly"))
        and "string" in types_of(schema)
        and marked_text(schema, "restproof") is not None
    ]


def _may_be_shown(resource: Resource, writable: Mapping[str, Mapping[str, Any]], name: str) -> bool:
    """Whether a member of a body may be shown: only requests hold a few, by which no look tells whose an item is."""
    return name in resource.reads_as or not is_hidden(writable.get(name, {}))


def _is_shown(resource: Resource, name: str) -> bool:
    """Whether a response shows a field, be it under another name (``Body`` as ``body``)."""
    return ReadPath.of(resource, name).root in resource.shapes.response["properties"]


def with_mark(
    resource: Resource,
    writable: Mapping[str, Mapping[str, Any]],
    plain: Mapping[str, Any],
    body: Mapping[str, Any],
    token: str,
    spared: frozenset[str],
) -> dict[str, Any]:
    """``body``, its symbols resolved, with the token in one of its texts.

    A text that a case is about is left as it is: only one with its ``plain`` value takes the token, at any depth, in an
    array of which something is told as a last resort; else an optional field that the body leaves out is added.
    ``spared``: fields whose values a rule looks at, or that must be unique. The body comes back as it was where nothing
    can take the token, or where answers may show one that it holds.
    """
    held = [n for n, v in body.items() if token[:PREFIX_LENGTH] in str(v) and n not in resource.references]
    if any(_may_be_shown(resource, writable, name) for name in held):
        return dict(body)
    for name, schema in sorted(writable.items(), key=lambda field: _tells_what_fits(field[1])):
        usable = (
            _is_shown(resource, name) and name in body and name not in {*spared, *resource.references, *resource.secret}
        )
        if usable and same(body[name], plain.get(name)):
            marked = next(_marked_values(schema, body[name], token), None)
            if marked is not None:
                return {**body, name: marked}
    # A required field that is not there is what the case is about.
    shapes = resource.shapes
    kept_out = {*spared, *shapes.create.get("required", ()), *shapes.replace.get("required", ())}
    for name in markable_fields(resource, writable):
        if name not in body and name not in kept_out:
            text = marked_text(writable[name], str(plain.get(name, "")), token)
            return {**body, name: text}
    return dict(body)


def _tells_what_fits(schema: Mapping[str, Any]) -> bool:
    """Whether entries have a default or an example, which another text is less likely to be taken for."""
    return "array" in types_of(schema) and bool({"default", "examples"} & schema.keys())


def marked_inside(schema: Mapping[str, Any], value: Any) -> Any:
    """An object or array with the token of the case in one of its texts; ``None`` where there is no room for it."""
    return next(_marked_values(schema, value, RUN), None) if isinstance(value, dict | list) else None


def _marked_values(schema: Mapping[str, Any], value: Any, token: str) -> Iterator[Any]:
    """``value`` with the token in its text, in that of one of its members, or of its first entry."""
    if isinstance(value, str) and "string" in types_of(schema):
        text = marked_text(schema, value, token)
        if text is not None:
            yield text
    elif isinstance(value, dict):
        named, others = schema.get("properties", {}), schema.get("additionalProperties")
        # Of a map, the names are data, and each value is as good as the others: a text in several languages.
        unnamed = dict.fromkeys(value.keys() - named.keys(), others) if isinstance(others, Mapping) else {}
        for name, inner in {**named, **dict(sorted(unnamed.items()))}.items():
            if name in value and not inner.get("readOnly") and not inner.get("writeOnly"):
                for marked in _marked_values(inner, value[name], token):
                    changed = {**value, name: marked}
                    if is_valid(schema, changed) and is_sure(schema, changed):
                        yield changed
    elif isinstance(value, list) and value and isinstance(schema.get("items"), Mapping):
        for marked in _marked_values(schema["items"], value[0], token):
            if is_valid(schema, [marked, *value[1:]]) and is_sure(schema, [marked, *value[1:]]):
                yield [marked, *value[1:]]

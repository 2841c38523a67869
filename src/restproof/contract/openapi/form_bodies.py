"""Bodies that are forms (``application/x-www-form-urlencoded``), as far as a document says how what stands inside is
spelled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from restproof.contract.document import Route
from restproof.contract.media import FORM, essence
from restproof.contract.openapi.schemas import WIDER, Schema, Schemas
from restproof.contract.openapi.source import Source
from restproof.contract.shapes import types_of
from restproof.frozen import frozen


@frozen
class Form:
    """``schema``: of the object that a form holds, empty where there is no form. ``words``: its media type in the words
    of a contract."""

    schema: Schema = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)


def form_in(source: Source, schemas: Schemas, holder: Mapping[str, Any], route: Route) -> Form:
    """The form that a request body may be. An array is repeated under its name, as the specification has it where
    nothing else is said; with ``deepObject`` what stands inside is in brackets. What is spelled in another way is
    written wider: it is not sent."""
    content = source.mapping(holder.get("content") or {}, (*route, "content"))
    media = next((m for m in content if essence(m) == FORM), None)
    if media is None:
        return Form()
    here = (*route, "content", media)
    said = source.mapping(content[media] or {}, here)
    encoding = source.mapping(said.get("encoding") or {}, (*here, "encoding"))
    styles = {name: source.mapping(one, (*here, "encoding")) for name, one in encoding.items()}
    deep = any(one.get("style") == "deepObject" for one in styles.values())
    schema = schemas.of(said.get("schema"), (*here, "schema"))
    known = schema.get("properties", {}).items()
    members = {name: _spelled(inner, styles.get(name, {}), deep) for name, inner in known}
    found = {**schema, "properties": members} if members else schema
    return Form(found, {"request": FORM, "nested": "brackets" if deep else "dots"})


def _spelled(schema: Schema, style: Mapping[str, Any], deep: bool) -> Schema:
    """The schema of a member, or one that says why no form can be made of it."""
    kinds = types_of(schema) if schema else frozenset({"string"})
    if kinds == {"array"} and style.get("explode") is not False:
        inner = schema.get("items", {})
        if types_of(inner) & {"array", "object"} and inner and not deep:
            return {**schema, WIDER: "it is not said how a form holds objects in an array"}
        return schema
    if kinds & {"array", "object"} and not (deep and style.get("style") == "deepObject"):
        return {**schema, WIDER: "it is not said how a form holds it"}
    return schema

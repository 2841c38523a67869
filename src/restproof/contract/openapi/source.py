"""An OpenAPI document as it is read: with its lines, its references followed, its schemas in the words of 2020-12."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from restproof.contract.document import Document, Problems, Route, read_json, read_yaml
from restproof.errors import ContractError
from restproof.pointer import Nothing, follow

_VERSION = re.compile(r"3\.[01](\.|$)")
_LONGEST = 40
"""References in one chain; more means that they go in circles."""
_DROPPED = frozenset({"example", "xml", "externalDocs", "discriminator", "$id", "$schema", "$comment"})
_MAPS = frozenset({"properties", "patternProperties", "dependentSchemas"})
_LISTS = frozenset({"allOf", "anyOf", "oneOf", "prefixItems"})
_SINGLE = frozenset({"items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames"})


def read(file: Path) -> Source:
    """The document of a file (JSON where it is named so, else YAML). Raises ``ContractError``, with the line, where it
    is no OpenAPI 3.0 or 3.1.
    """
    problems = Problems()
    document = (read_json if file.suffix.lower() == ".json" else read_yaml)(file, problems)
    if len(problems):
        first, *rest = problems.errors
        raise ContractError(first.message, place=first.place, hint=first.hint, others=tuple(rest))
    value = document.value
    if not isinstance(value, dict):
        raise ContractError(
            "an OpenAPI document is a mapping", place=document.place(), hint="it starts with 'openapi: 3.1.0'"
        )
    if "swagger" in value:
        hint = "convert it to OpenAPI 3 first; many editors and tools do"
        raise ContractError(
            "this is Swagger 2, and only OpenAPI 3.0 and 3.1 are read", place=document.place(("swagger",)), hint=hint
        )
    if "openapi" not in value:
        hint = "an OpenAPI document says openapi: 3.1.0 at its top"
        raise ContractError("this is no OpenAPI document: 'openapi' is missing", place=document.place(), hint=hint)
    if not _VERSION.match(str(value["openapi"])):
        message = f"the version {value['openapi']} is not known; 3.0 and 3.1 are"
        raise ContractError(
            message, place=document.place(("openapi",)), hint="say openapi: 3.1.0 if it is such a document"
        )
    if not isinstance(value.get("paths"), dict) or not value["paths"]:
        raise ContractError(
            "the document has no paths", place=document.place(("paths",)), hint="there is nothing to import"
        )
    return Source(document)


class Source:
    """Looks things up in one document."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.value: Mapping[str, Any] = document.value

    def wrong(self, message: str, route: Route, hint: str) -> ContractError:
        return ContractError(message, place=self.document.place(route), hint=hint)

    def mapping(self, value: Any, route: Route) -> dict[str, Any]:
        """``value``, with references followed, as a mapping. Raises ``ContractError`` where it is none."""
        found = self.followed(value, route)
        if not isinstance(found, dict):
            raise self.wrong(
                f"'{route[-1]}' must be a mapping", route, "the OpenAPI specification says what can stand here"
            )
        return found

    def entries(self, value: Any, route: Route) -> list[Any]:
        """``value`` as a list. Raises ``ContractError`` where it is none."""
        if not isinstance(value, list):
            raise self.wrong(
                f"'{route[-1]}' must be a list", route, "the OpenAPI specification says what can stand here"
            )
        return value

    def followed(self, value: Any, route: Route) -> Any:
        """``value``, or what its ``$ref`` names, whatever stands beside it."""
        for _ in range(_LONGEST):
            if not isinstance(value, dict) or not isinstance(value.get("$ref"), str):
                return value
            value = self.named(value["$ref"], (*route, "$ref"))
        raise self.wrong("this $ref goes round in a circle", route, "refer to something that is written out")

    def named(self, ref: str, route: Route) -> Any:
        """What a reference of this document names."""
        if not ref.startswith("#/"):
            raise self.wrong(f"the $ref '{ref}' leaves the file", route, "bundle the document into one file first")
        try:
            return follow(self.value, ref[1:])[0]
        except Nothing as error:
            message = f"the $ref '{ref}' names nothing: there is no '{error.step}'"
            raise self.wrong(message, route, "check its spelling") from None

    def schema(self, value: Any, route: Route, chain: tuple[str, ...] = ()) -> dict[str, Any]:
        """A schema without ``$ref``, in the words of JSON Schema 2020-12. Where one stands inside itself, anything
        goes."""
        if value is True or value is None:
            return {}
        if not isinstance(value, dict):
            raise self.wrong("a schema must be a mapping", route, "the OpenAPI specification says what can stand here")
        if "$ref" in value:
            ref = str(value["$ref"])
            if ref in chain:
                return {}
            target = self.schema(self.named(ref, (*route, "$ref")), route, (*chain, ref))
            beside = self.schema({k: v for k, v in value.items() if k != "$ref"}, route, chain)
            return {**target, **beside}
        found: dict[str, Any] = {}
        for word, inner in value.items():
            here = (*route, word)
            if word in _DROPPED or word.startswith("x-"):
                continue
            if word in _MAPS:
                found[word] = {n: self.schema(s, (*here, n), chain) for n, s in self.mapping(inner, here).items()}
            elif word in _LISTS:
                found[word] = [self.schema(s, (*here, i), chain) for i, s in enumerate(self.entries(inner, here))]
            elif word in _SINGLE:
                found[word] = inner if isinstance(inner, bool) else self.schema(inner, here, chain)
            else:
                found[word] = inner
        return _flat(_modern(found))


def _modern(schema: dict[str, Any]) -> dict[str, Any]:
    """The words of OpenAPI 3.0 as those of 3.1: ``nullable``, and exclusive bounds that were booleans."""
    nullable = schema.pop("nullable", False) is True
    if nullable and "type" in schema:
        kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        schema["type"] = [*kinds, *([] if "null" in kinds else ["null"])]
        if "enum" in schema and None not in schema["enum"]:
            schema["enum"] = [*schema["enum"], None]
    elif nullable:
        schema = {"anyOf": [schema, {"type": "null"}]} if schema else {}
    for bound, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if schema.get(exclusive) is True and bound in schema:
            schema[exclusive] = schema.pop(bound)
        elif isinstance(schema.get(exclusive), bool):
            del schema[exclusive]
    if schema.get("readOnly") is False:
        del schema["readOnly"]
    if schema.get("writeOnly") is False:
        del schema["writeOnly"]
    return schema


def _flat(schema: dict[str, Any]) -> dict[str, Any]:
    """An object that is put together by ``allOf`` as one."""
    parts = schema.get("allOf")
    if not parts or not all(isinstance(p, dict) and (p.get("type", "object") == "object") for p in parts):
        return schema
    if not any("properties" in p for p in parts) and "properties" not in schema:
        return schema
    whole: dict[str, Any] = {k: v for k, v in schema.items() if k != "allOf"}
    for part in parts:
        whole["properties"] = {**part.get("properties", {}), **whole.get("properties", {})}
        whole["required"] = list(dict.fromkeys([*whole.get("required", ()), *part.get("required", ())]))
        for word, value in part.items():
            whole.setdefault(word, value)
    if not whole["required"]:
        del whole["required"]
    return whole

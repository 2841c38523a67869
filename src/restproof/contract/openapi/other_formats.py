"""Documents of other kinds that are given by mistake: told by name, with the way out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from restproof.contract.openapi.reading import Text
from restproof.errors import ContractError, Place

_WAY = "restproof import openapi reads OpenAPI 3 and Swagger 2.0"
_CONVERT = "export or convert it to OpenAPI 3 first: {}"
_BY_TEXT: tuple[tuple[str, str, str], ...] = (
    (r"#%RAML", "RAML", _CONVERT.format("most RAML editors and the oas-raml-converter do")),
    (r"FORMAT:\s*1A", "API Blueprint", _CONVERT.format("apib2swagger does")),
    (r"(?s)\s*<.*(wsdl|definitions\b)", "WSDL", "restproof tests REST APIs that speak JSON; SOAP services are none"),
    (r"(?s)\s*<.*edmx", "an OData description", _CONVERT.format("the OData-OpenAPI tools do")),
    (
        r"(?i)\s*<(!doctype html|html)",
        "a web page",
        "give the document that the page shows: often /openapi.json, /swagger.json or /v3/api-docs",
    ),
    (r"\s*<", "XML", _WAY),
    (
        r"(?m)^\s*(type|schema|input|interface|extend type)\s*\w*[^:{\n]*\{",
        "a GraphQL schema",
        "restproof tests REST APIs; GraphQL has one path and no resources",
    ),
    (
        r"(?m)^\s*syntax\s*=\s*\"proto",
        "a Protocol Buffers file",
        "restproof tests REST APIs; where a gateway speaks JSON, give the gateway's OpenAPI document",
    ),
)


def foreign_text(file: Path, text: str) -> ContractError | None:
    """The error for a text that is a document of another kind; ``None`` where it may be an OpenAPI document."""
    head = text[:20_000]
    for pattern, name, hint in _BY_TEXT:
        if re.match(pattern, head) if not pattern.startswith("(?m)") else re.search(pattern, head):
            return ContractError(f"this is {name}, no OpenAPI document", place=Place(file, 1), hint=hint)
    return None


def foreign_value(text: Text) -> ContractError | None:
    """The error for a mapping that is no OpenAPI document; ``None`` where it says ``openapi`` or ``swagger``."""
    value = text.value
    if not isinstance(value, dict):
        return ContractError(
            "an OpenAPI document is a mapping", place=text.place(), hint="it starts with 'openapi: 3.1.0'"
        )
    if "openapi" in value or "swagger" in value:
        return None
    found = _kind(value)
    if found is not None:
        name, hint, word = found
        return ContractError(f"this is {name}, no OpenAPI document", place=text.place((word,)), hint=hint)
    hint = "an OpenAPI document says openapi: 3.1.0 (or swagger: '2.0') at its top"
    return ContractError("this is no OpenAPI document: 'openapi' is missing", place=text.place(), hint=hint)


def _kind(value: Mapping[str, Any]) -> tuple[str, str, str] | None:
    """Name, way out and telling member of a document of another kind."""
    info = value.get("info")
    if "asyncapi" in value:
        return "an AsyncAPI document", "it describes messages; give the OpenAPI document of the HTTP API", "asyncapi"
    if isinstance(info, dict) and ("_postman_id" in info or "getpostman" in str(info.get("schema"))):
        return "a Postman collection", _CONVERT.format("Postman's own export or postman-to-openapi do"), "info"
    if "__schema" in value or (isinstance(value.get("data"), dict) and "__schema" in value["data"]):
        return "a GraphQL introspection", "restproof tests REST APIs; GraphQL has one path and no resources", "data"
    if isinstance(value.get("log"), dict) and "entries" in value["log"]:
        return "a HAR file", "restproof judge reads recorded traffic", "log"
    if "arazzo" in value:
        return "an Arazzo document", "give the OpenAPI document that it names in sourceDescriptions", "arazzo"
    if value.get("_type") == "export":
        return "an Insomnia export", _CONVERT.format("Insomnia's own design documents are OpenAPI"), "_type"
    if "swaggerVersion" in value:
        return "Swagger 1", _CONVERT.format("the swagger-converter does"), "swaggerVersion"
    if "contract" in value and "resources" in value:
        return "a contract of restproof", "give it to restproof run or restproof lint as it is", "contract"
    if "discoveryVersion" in value:
        return "a Google discovery document", _CONVERT.format("google-discovery-to-swagger does"), "discoveryVersion"
    return None

"""What a text is where only the name of its member tells: an example of that kind is what a server takes that checks
more than its document says."""

from __future__ import annotations

import re

from restproof.contract.openapi.keywords import NARROWER
from restproof.contract.openapi.once import Once
from restproof.contract.openapi.schemas import Schema
from restproof.contract.shapes import types_of
from restproof.contract.words import IDS, snake

_KINDS = (
    (re.compile(r"(.*_)?e?_?mail(_address)?"), "ann@example.com"),
    (re.compile(r"(.*_)?(url|website|web_site|homepage)"), "https://example.com/ann"),
)
_ONE_WORD = re.compile(r"(.*_)?(sku|slug|handle|user_?name|login|host_?name)")
"""Names of texts that many a server takes without blanks alone."""
_WORD = "^[A-Za-z0-9][A-Za-z0-9-]*$"
_WHOLE = ("int32", "int64", "uint32", "uint64", "fixed64", "sint64")
"""Formats of numbers that stand in texts, as Protocol Buffers write those of 64 bits."""
_DIGITS = "^(0|[1-9][0-9]{0,8})$"
GUESSED = frozenset({_WORD, _DIGITS})
"""Patterns of texts that no document says."""
_TELLING = frozenset({"enum", "const", "format", "pattern", "examples", "default", "readOnly"})
_ROOM = 48
"""Characters in which an address of one's own has room."""


def called(schema: Schema, once: Once) -> Schema:
    """``schema`` with an example of each text in it, at any depth, of which nothing but its name says that it is an
    address, and with the form of each that is called as one word, or is a number. What is the same is not copied."""
    if id(schema) not in once.called:
        once.called[id(schema)] = schema, schema  # for one that holds itself
        once.called[id(schema)] = schema, _called(schema, once)
    found: Schema = once.called[id(schema)][1]
    return found


def _called(schema: Schema, once: Once) -> Schema:
    found = dict(schema)
    if isinstance(schema.get("properties"), dict):
        kept = {name: _example(name, called(inner, once)) for name, inner in schema["properties"].items()}
        if any(kept[n] is not s for n, s in schema["properties"].items()):
            found["properties"] = kept
    if isinstance(schema.get("items"), dict):
        found["items"] = called(schema["items"], once)
    return found if any(found[word] is not schema[word] for word in schema) else schema


def _example(name: str, schema: Schema) -> Schema:
    if types_of(schema) - {"null"} != {"string"}:
        return schema
    if schema.get("format") in _WHOLE and not _TELLING & schema.keys() - {"format"} and snake(name) not in IDS:
        return {**schema, "pattern": _DIGITS, NARROWER: "numbers are written in many ways"}
    if _TELLING & schema.keys():
        return schema
    if _ONE_WORD.fullmatch(snake(name)):
        return {**schema, "pattern": _WORD, NARROWER: "such texts are often one word"}
    example = next((text for kind, text in _KINDS if kind.fullmatch(snake(name))), None)
    return {**schema, "examples": [example]} if example and schema.get("maxLength", _ROOM) >= _ROOM else schema

"""The contract language: a contract against its published JSON Schema, with errors in the language's own words."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import jsonschema_rs
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from restproof.contract.document import Document, Problems, Route
from restproof.contract.hints import closest, near
from restproof.contract.shapes import type_of

_BLANKS_APART = re.compile(r"\\u001[c-f]|\x85")
"""What is a blank to Python's regular expressions and none to those of ``jsonschema_rs``, as JSON has it."""
_ELSEWHERE = "docs/contract.md says what can stand here"
_SOME = 3
_KINDS = {
    "object": "a mapping (key: value)",
    "array": "a list",
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "empty",
}


@cache
def language_schema() -> Mapping[str, Any]:
    """The published JSON Schema of the contract language (``contract.schema.json``)."""
    text = files("restproof.contract").joinpath("contract.schema.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


def check_language(document: Document, problems: Problems, schema: Mapping[str, Any] | None = None) -> None:
    """Add to ``problems`` all places where the document does not keep to the language, which is ``schema`` where it is
    no whole contract."""
    if not isinstance(document.value, dict):
        problems.add(
            "a contract is a mapping (key: value)", document.place(), "start with 'contract: NAME' and 'resources:'"
        )
        return
    schema = schema or language_schema()
    if _surely_keeps(document.value, schema):
        return
    for error in Draft202012Validator(schema).iter_errors(document.value):
        for leaf in _leaves(error):
            _tell(leaf, document, problems)


def _surely_keeps(value: Any, schema: Mapping[str, Any]) -> bool:
    """Whether a value certainly keeps to the schema: of thousands of resources that is known in a hundredth of the time
    that it takes to say what is wrong."""
    try:
        is_valid = jsonschema_rs.Draft202012Validator(dict(schema)).is_valid(value)
    except UnicodeEncodeError:  # a lone surrogate, which the quick validator cannot hold
        return False
    return is_valid and not _BLANKS_APART.search(json.dumps(value, ensure_ascii=False))


def _leaves(error: ValidationError) -> Iterator[ValidationError]:
    """The errors that matter: of alternatives, those of the one that has the value's own kind."""
    if error.validator not in ("anyOf", "oneOf") or not error.context:
        yield error
        return
    branches: dict[Any, list[ValidationError]] = {}
    for inner in error.context:
        branches.setdefault(inner.schema_path[0], []).append(inner)
    # A scalar never fits a mapping's alternative; an enum of words never fits a list or mapping.
    fitting = [found for found in branches.values() if not any(_is_of_another_kind(e) for e in found)]
    if len(fitting) == 1:
        for inner in fitting[0]:
            yield from _leaves(inner)
    else:
        yield error


def _is_of_another_kind(error: ValidationError) -> bool:
    container = isinstance(error.instance, dict | list)
    return not error.path and (error.validator == "type" or (error.validator == "enum" and container))


def _tell(error: ValidationError, document: Document, problems: Problems) -> None:
    route: Route = tuple(error.absolute_path)
    value: Any = error.instance
    schema: Any = error.schema
    said: Any = error.validator_value
    rule = str(error.validator)
    where = _where(route)
    if rule == "additionalProperties":
        words = list(schema.get("properties", ()))
        for word in value:
            if word not in words:
                hint = _at_another_level(word, route) or near(word, words) or _ELSEWHERE
                problems.add(f"unknown word '{word}' {where}", document.place((*route, word)), hint)
    elif rule == "required":
        for word in said:
            if word not in value:
                hint = _described(schema, word) or _ELSEWHERE
                problems.add(f"'{word}' is missing {where}", document.place(route), hint)
    elif "propertyNames" in error.absolute_schema_path and rule in ("pattern", "enum"):
        known: list[str] = said if rule == "enum" else []
        message = f"'{value}' is not {_expected(schema, rule)} {where}"
        problems.add(message, document.place((*route, value)), near(value, known) or _ELSEWHERE)
    else:
        message = f"{_named(route)} {_where(route[:-1])} is {_shown(value)}; expected {_expected(schema, rule)}"
        message += _or_a_mapping(error)
        guess = closest(value, [w for w in _choices(schema) if isinstance(w, str)]) if isinstance(value, str) else None
        problems.add(message, document.place(route), f"did you mean '{guess}'?" if guess else _extra(schema))


def _at_another_level(word: str, route: Route) -> str | None:
    """Where a word may stand that the language has, and not where it is: of the contract as a whole, of a resource and
    of an operation each have words of their own. ``None`` for other words, and deeper inside."""
    if route[::2] != ("resources", "operations")[: len(route) // 2] or len(route) % 2:
        return None
    schema = language_schema()
    [said_of_an_operation] = (s for s in schema["$defs"]["way"]["anyOf"] if "properties" in s)
    levels = {
        "the contract as a whole, at its top": schema,
        "a resource, inside of 'resources'": schema["$defs"]["resource"],
        "an operation, inside of 'operations' of a resource": said_of_an_operation,
    }
    found = [level for level, said in levels.items() if word in said["properties"]]
    return f"'{word}' is a word of {', and of '.join(found)}" if found else None


def _or_a_mapping(error: ValidationError) -> str:
    """Where a mapping may stand in place of one of a few words, that it may, and what it holds."""
    parent = error.parent
    if error.validator != "enum" or parent is None or parent.validator not in ("anyOf", "oneOf"):
        return ""
    alternatives: Any = parent.validator_value
    mappings = [s for s in alternatives if isinstance(s, dict) and s.get("type") == "object"]
    words = [f"{word}: …" for s in mappings for word in s.get("properties", {})]
    return f", or a mapping: {{{', '.join(words[:_SOME])}}}" if words else ""


def _named(route: Route) -> str:
    last = route[-1] if route else "this"
    return f"'{last}'" if isinstance(last, str) else f"entry {last + 1}"


def _where(route: Route) -> str:
    if not route:
        return "at the top of the contract"
    if route[0] == "resources" and len(route) > 1:
        inside = "/".join(str(s + 1 if isinstance(s, int) else s) for s in route[2:])
        return f"in resource '{route[1]}'" + (f" at '{inside}'" if inside else "")
    return f"in '{'/'.join(str(s + 1 if isinstance(s, int) else s) for s in route)}'"


def _shown(value: Any) -> str:
    if isinstance(value, dict | list):
        return _KINDS[type_of(value)] if value else f"an empty {'mapping' if isinstance(value, dict) else 'list'}"
    return "empty" if value is None else f"'{value}'" if isinstance(value, str) else json.dumps(value)


def _expected(schema: Any, rule: str) -> str:
    bounds = {
        "minimum": "at least {}",
        "maximum": "at most {}",
        "exclusiveMinimum": "more than {}",
        "minItems": "at least {} entries",
        "maxItems": "at most {} entries",
        "minProperties": "at least {} entry",
        "maxProperties": "at most {} entry",
        "minLength": "text that is not empty",
    }
    if not isinstance(schema, dict):
        return "something else"
    if rule == "uniqueItems":
        return "a list without repeats"
    choices = _choices(schema)
    if choices and rule in ("enum", "anyOf"):
        return "one of: " + ", ".join(str(c) for c in choices)
    if rule == "type":
        return _KINDS[schema["type"]]
    if rule in bounds and rule in schema and "description" not in schema:
        return bounds[rule].format(schema[rule])
    description = str(schema.get("description", "")).strip().rstrip(".")
    if rule in bounds and rule in schema:
        return bounds[rule].format(schema[rule])
    if description:
        return description
    return f"text of the form {schema['pattern']}" if rule == "pattern" else f"what '{rule}' asks for"


def _choices(schema: Any) -> list[Any]:
    """The words that a schema lists, also behind one ``$ref`` or in an alternative."""
    if not isinstance(schema, dict):
        return []
    if "$ref" in schema:
        return _choices(language_schema()["$defs"][schema["$ref"].rsplit("/", 1)[1]])
    if "anyOf" in schema:
        return [c for s in schema["anyOf"] for c in _choices(s)]
    return list(schema.get("enum", ()))


def _described(schema: Any, word: str) -> str | None:
    found = schema.get("properties", {}).get(word, {}) if isinstance(schema, dict) else {}
    description = found.get("description")
    return f"{word}: {description}" if description else None


def _extra(schema: Any) -> str:
    pattern = schema.get("pattern") if isinstance(schema, dict) else None
    return f"it must look like {pattern}" if pattern else _ELSEWHERE

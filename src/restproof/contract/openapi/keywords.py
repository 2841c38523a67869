"""The keywords of JSON Schema 2020-12 that are carried from a document, and what each must hold."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from numbers import Real
from typing import Any

from restproof.contract.bounds import out_of_bounds
from restproof.contract.formats import NAMES
from restproof.contract.openapi.values_by_description import worded
from restproof.contract.shapes import NEEDED, is_nullable
from restproof.contract.texts import text_of
from restproof.contract.validator import Validator

TYPES = ("null", "boolean", "integer", "number", "string", "array", "object")
MAPS = ("properties", "patternProperties")
LISTS = ("allOf", "anyOf", "oneOf", "prefixItems")
SINGLE = ("items", "additionalProperties", "propertyNames", "contains", "not")
UNCARRIED = (
    *("if", "then", "else", "dependentSchemas", "dependentRequired", "unevaluatedProperties", "unevaluatedItems"),
    *("$dynamicRef", "$recursiveRef", "dependencies"),
)
"""Keywords that bind what they stand on and are not carried: a schema without them is wider than the document's."""
_MEANT = {
    **dict.fromkeys(("int", "long", "int32", "int64", "bigint"), "integer"),
    **dict.fromkeys(("float", "double", "decimal", "numeric"), "number"),
    **dict.fromkeys(("str", "text", "varchar", "date", "datetime", "date-time", "timestamp", "uuid"), "string"),
    **dict.fromkeys(("list", "set"), "array"),
    **dict.fromkeys(("dict", "map", "hash"), "object"),
    "bool": "boolean",
}
"""Types that there are none of in JSON Schema, as they are written by hand, and what is plainly meant."""
_FORMS = {"date": "date", "uuid": "uuid", **dict.fromkeys(("datetime", "date-time", "timestamp"), "date-time")}
"""The formats that some of them say as well."""
_OF_SQL = {
    **dict.fromkeys(("timestamp with time zone", "timestamp without time zone"), "date-time"),
    "integer": "int32",
    "bigint": "int64",
}
"""Formats that are the types of columns, as PostgREST writes them, and what JSON has of those."""
UNKNOWN = "x-restproof-unknown-type"
"""Holds a type that nothing is known of."""
_WIDTHS = ("int32", "int64")
"""Formats of OpenAPI's own registry that say which integers a server takes."""
PASSWORD = "password"
"""One that says nothing of a text but that it is a secret."""


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _number(value: Any) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(v, str) for v in value)


PLAIN: Mapping[str, Callable[[Any], bool]] = {
    "enum": lambda value: isinstance(value, list) and bool(value),
    "const": lambda value: True,
    "required": _texts,
    "format": lambda value: isinstance(value, str),
    "pattern": lambda value: isinstance(value, str),
    "minimum": _number,
    "maximum": _number,
    "exclusiveMinimum": _number,
    "exclusiveMaximum": _number,
    "multipleOf": lambda value: _number(value) and value > 0,
    "minLength": _whole,
    "maxLength": _whole,
    "minItems": _whole,
    "maxItems": _whole,
    "uniqueItems": lambda value: isinstance(value, bool),
    "minProperties": _whole,
    "maxProperties": _whole,
    "minContains": _whole,
    "maxContains": _whole,
    "readOnly": lambda value: value is True,
    "writeOnly": lambda value: value is True,
    "default": lambda value: True,
    "title": lambda value: False,
    "description": lambda value: False,
}
"""Keyword → whether a value of it is carried. Titles and descriptions are for readers of the document."""
_NUMERIC = {word for word, fits in PLAIN.items() if fits in (_number, _whole)}
NARROWER = "x-restproof-narrower"
"""Holds why a schema is narrower than the document's, in words: what it refuses may be taken."""
EDGES = "x-restproof-edges"
"""Holds ``open`` where nothing is promised of an empty text, or of blanks at its ends, of a third decimal, or of an
entry that stands twice in a set."""
NULL = "x-restproof-null"
"""Holds ``open`` where nothing is promised of null: one operation takes it, another does not, or the default or an
example of what may not be null is null."""
ABSENT = "x-restproof-absent"
"""Holds ``open`` where a field may be null and has no default: what it is when a create leaves it out is not said."""
_SAYS_PATH = re.compile(r"(?i)\bresource name\b|\b[a-z_]+/\{[a-z_]+\}|\b[a-z_]+/\*")
_WAY = re.compile(r"(?<![\w/*])(?:[A-Za-z][\w-]*/\*/)*[A-Za-z][\w-]*/\*(?![\w/*])")
"""The path of a resource below its collections (AIP-122)."""
_BOUNDS = (
    ("minimum", "maximum"),
    ("minLength", "maxLength"),
    ("minItems", "maxItems"),
    ("minProperties", "maxProperties"),
)


def modern(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The words of OpenAPI 3.0 and of older drafts as those of 2020-12: ``nullable`` and ``x-nullable``, exclusive
    bounds that were truth values, ``example``, types that are none."""
    found = dict(schema)
    nullable = found.pop("nullable", None) is True or found.pop("x-nullable", None) is True
    for bound, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if found.get(exclusive) is True and bound in found:
            found[exclusive] = found.pop(bound)
        elif isinstance(found.get(exclusive), bool):
            del found[exclusive]
    if "example" in found and "examples" not in found:
        found["examples"] = [found["example"]]
    found.pop("example", None)
    if isinstance(found.get("examples"), dict):
        found["examples"] = [e["value"] for e in found["examples"].values() if isinstance(e, dict) and "value" in e]
    found = worded(_as_meant(_of_its_kind(found)))
    kinds = found.get("type")
    kinds = [k for k in (kinds if isinstance(kinds, list) else [kinds]) if k in TYPES]
    found.pop("type", None)
    if kinds:
        if nullable and "null" not in kinds:
            kinds.append("null")
            if isinstance(found.get("enum"), list) and None not in found["enum"]:
                found["enum"] = [*found["enum"], None]
        found["type"] = kinds[0] if len(kinds) == 1 else kinds
    elif nullable and found.keys() - {"examples", "description", "title", "default"}:
        beside: dict[str, Any] = {k: found.pop(k) for k in ("readOnly", "writeOnly", "default") if k in found}
        return {"anyOf": [found, {"type": "null"}], **beside}
    return found


def _as_meant(schema: dict[str, Any]) -> dict[str, Any]:
    """What is written by hand where JSON Schema has another word, and is plain all the same: a type by the name that a
    programming language has for it, a bound in quotes, ``required: true`` on a member (draft 3 §5.7)."""
    found = dict(schema)
    kind = found.get("type")
    if isinstance(kind, str) and kind not in TYPES:
        lower = kind.lower()
        found["type"] = lower if lower in TYPES else _MEANT.get(lower, lower)
        if found["type"] not in TYPES:
            found[UNKNOWN] = kind
        if lower in _FORMS:
            found.setdefault("format", _FORMS[lower])
    for word in _NUMERIC & found.keys():
        if isinstance(found[word], str) and re.fullmatch(r"-?[0-9]{1,15}", found[word]):
            found[word] = int(found[word])
    members = found.get("properties")
    if isinstance(members, dict):
        said = found.get("required")
        listed = said if isinstance(said, list) else []
        needed = [n for n, s in members.items() if isinstance(s, dict) and s.get("required") is True]
        if needed:
            found["required"] = list(dict.fromkeys([*listed, *needed]))
    return found


def plain(schema: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The keywords of a schema that hold no schemas, as far as they are well-formed and say something together; and
    those that were dropped though they bind."""
    found = {w: schema[w] for w, fits in PLAIN.items() if w in schema and fits(schema[w])}
    dropped = [w for w in PLAIN if w in schema and w not in found and w not in ("title", "description")]
    silent = ("readOnly", "writeOnly", "required")  # what these do not bind, or bind where they do not stand
    dropped = [w for w in dropped if not (w in silent and isinstance(schema[w], bool))]
    found |= {NEEDED: "open"} if NEEDED in schema else {}
    kinds = schema.get("type")
    if kinds is not None:
        found["type"] = kinds
    if isinstance(schema.get("examples"), list) and schema["examples"]:
        found["examples"] = schema["examples"][:3]
    if "enum" in found:
        found["enum"] = _choices(found["enum"], kinds)
        if not found["enum"]:
            del found["enum"]
            dropped.append("enum")
    if found.get("readOnly") and found.get("writeOnly"):
        del found["readOnly"], found["writeOnly"]
    for low, high in _BOUNDS:
        if low in found and high in found and found[low] > found[high]:
            del found[low], found[high]
            dropped.append(low)
    _format(found)
    mark_null(found)
    if _is_plain_text(found) or _is_plain_number(found) or found.get("uniqueItems"):
        found[EDGES] = "open"
    if "pattern" in found:
        written = readable(found["pattern"])
        if written is None:
            del found["pattern"]
            dropped.append("pattern")
        else:
            found["pattern"] = written
    for word in [word for word, _, _ in out_of_bounds(found)]:
        del found[word]
        dropped.append(word)
    for word in _not_kept(found):
        del found[word]
        dropped.append(word)
    return found, dropped


def mark_null(schema: dict[str, Any]) -> None:
    """Leave null open where a schema does not allow it, and has it as its default or an example."""
    if None in (schema.get("default", 0), *schema.get("examples", ())) and not is_nullable(schema):
        schema[NULL] = "open"


def _not_kept(schema: Mapping[str, Any]) -> list[str]:
    """Of the values that a schema names, those that it does not allow itself: all of its enumeration, its default."""
    values: dict[str, Any] = {
        "enum": schema.get("enum", ()),
        "default": [schema["default"]] if "default" in schema else (),
    }
    beside = {w: v for w, v in schema.items() if w not in values and not w.startswith("x-")}
    validator = Validator(beside) if any(values.values()) else None
    return [w for w, some in values.items() if some and validator and not any(map(validator.is_valid, some))]


_SERVERS = re.compile(
    r"(?i)^\W*(output|read)[- ]only\b|\[(output|read)[- ]only\]|^\W*always \S+\W*$|\. always \S+#\S+|"
    r"^\W*(an? |the )?e-?tag of\b"
)
"""Descriptions of members that only the server sets; what identifies a state is its alone (RFC 9110 §8.8.3)."""
_BY_SERVER = re.compile(
    r"(?i)\b(?<!not )(?<!never )(set|generated|assigned|computed|calculated|maintained|populated|managed) "
    r"(automatically |internally )?by the (server|system|service|backend|api)\b"
)
_OR_BY_CLIENT = re.compile(
    r"(?i)\bunless\b|\b(if|when|where) (\w+ ){0,3}(omitted|absent|missing|empty|blank|unspecified|"
    r"left (out|blank|empty)|not (given|provided|specified|supplied|set|sent))\b"
)
"""Words by which the server sets a member only where the client does not."""
_ADVERB = re.compile(r"(?i)^\W*always (?!true|false)\w+\W*$")
"""Descriptions of what is so or not, which of any other value say that it is a constant: ``Always visible``."""


def says_servers(schema: Any) -> bool:
    """Whether the words of a member say that only the server sets it, which stands in no keyword."""
    if not isinstance(schema, dict) or {"readOnly", "writeOnly"} & schema.keys():
        return False
    said = str(schema.get("description"))
    if _BY_SERVER.search(said) and not _OR_BY_CLIENT.search(said):
        return True
    return bool(_SERVERS.search(said)) and not (schema.get("type") == "boolean" and _ADVERB.search(said))


def set_by_server(schema: Mapping[str, Any]) -> list[str]:
    """The optional members of an object of which words alone say that only the server sets them."""
    needed = schema["required"] if _texts(schema.get("required")) else ()
    return [name for name, member in schema["properties"].items() if says_servers(member) and name not in needed]


def says_path(schema: Any) -> bool:
    """Whether the words of a text's schema, or its examples, show that it is a path: ``shelves/{shelf}`` (AIP-122)."""
    if not isinstance(schema, Mapping) or schema.get("type") != "string" or "format" in schema:
        return False
    example = schema.get("example")
    words = _SAYS_PATH.search(str(schema.get("description", "")))
    return words is not None or (isinstance(example, str) and bool(re.fullmatch(r"[^/\s]+(/[^/\s]+)+", example)))


WHO = (
    "(user|person|people|member|employee|colleague|customer|client|contact|agent|account|owner|author|creator|reporter|"
    "requester|requestor|approver|reviewer|assignee|manager|supervisor|recipient|sender|watcher|follower|subscriber|"
    "participant|attendee|responsible|teacher|student|patient|doctor|driver|moderator|administrator)"
)
"""Words, in the singular, for who is somebody."""
SOMEBODY = "somebody"
"""Stands among the paths that a member is said to be where it is a number that is said to name somebody."""
_ID = r"\b(id|identifier)\b"
_TOLD = re.compile(
    rf"(?i)\b{WHO}('?s)?[ -]?{_ID}|{_ID} of (the |a |an )?(\w+ )?{WHO}\b|^(the |a |an )?{WHO} (who|whose|that)\b"
)
"""Descriptions of such members."""


def ways_said(schema: Any) -> list[str]:
    """The paths that a text is said to be, an asterisk for each part that may be any: ``shelves/*``; of a number
    whether it is said to name somebody."""
    if isinstance(schema, Mapping) and schema.get("type") == "integer":
        return [SOMEBODY] if _TOLD.search(str(schema.get("description", ""))) else []
    if not isinstance(schema, Mapping) or schema.get("type") != "string" or "format" in schema:
        return []
    words = re.sub(r"\{[^{}/]*\}", "*", str(schema.get("description", "")))
    pattern = str(schema.get("pattern", "")).removeprefix("^").removesuffix("$")
    form = re.sub(r"\(?\[\^/\][+*]\)?", "*", pattern)
    said = [*_WAY.findall(words), *([form] if _WAY.fullmatch(form) else [])]
    return list(dict.fromkeys(said))


_KIND = "x-kubernetes-group-version-kind"
"""The word by which documents of Kubernetes say of a schema what its objects call themselves."""


def _of_its_kind(schema: dict[str, Any]) -> dict[str, Any]:
    """``schema`` with the constants that its objects hold in ``apiVersion`` and ``kind``, where the document says them
    beside it, of one kind alone."""
    said, held = schema.get(_KIND), schema.get("properties")
    if not (isinstance(said, list) and len(said) == 1 and isinstance(said[0], Mapping) and isinstance(held, Mapping)):
        return schema
    group, version, kind = (str(said[0].get(word) or "") for word in ("group", "version", "kind"))
    constants = {"apiVersion": f"{group}/{version}" if group else version, "kind": kind}
    own = {n: {**held[n], "const": v} for n, v in constants.items() if v and isinstance(held.get(n), Mapping)}
    return {**schema, "properties": {**held, **own}}


def _is_plain_text(found: Mapping[str, Any]) -> bool:
    """Whether a schema is that of text of which the document says nothing but its length: many a framework trims it."""
    kinds = found.get("type")
    texts = "string" in (kinds if isinstance(kinds, list) else [kinds])
    has_form = found.get("format", PASSWORD) != PASSWORD
    return texts and not has_form and not {"enum", "const"} & found.keys()


def _is_plain_number(found: Mapping[str, Any]) -> bool:
    """Whether a schema is that of fractions of which the document does not say how many decimals are kept."""
    kinds = found.get("type")
    fractions = "number" in (kinds if isinstance(kinds, list) else [kinds])
    return fractions and not {"enum", "const", "multipleOf"} & found.keys()


def _format(found: dict[str, Any]) -> None:
    """Formats of no known name are annotations, and go; decimals are written as all write them."""
    name = _OF_SQL.get(found.get("format", ""), found.get("format"))
    if name == "decimal" and found.get("type") in ("string", ["string", "null"]):
        digits = re.search(r"\\d\{0,(\d+)\}\(\?:\\\.\\d\{0,(\d+)\}\)\?", found.get("pattern", ""))
        whole, fraction = (max(int(digits[1]), 1), int(digits[2])) if digits else (4, 2)
        found["pattern"] = rf"^[1-9]\d{{0,{whole - 1}}}" + (rf"\.\d{{{fraction - 1}}}[1-9]$" if fraction else "$")
        found[NARROWER] = "decimals are written in many ways"
    if name in (*NAMES, *_WIDTHS, PASSWORD):
        found["format"] = name
    else:
        found.pop("format", None)


def _choices(values: list[Any], kinds: Any) -> list[Any]:
    """The values of an enumeration that its type allows, each once; numbers that YAML made of text are text again."""
    types = kinds if isinstance(kinds, list) else [kinds] if kinds else list(TYPES)
    found: list[Any] = []
    for value in values:
        if kinds is not None and "string" in types and isinstance(value, bool | int | float) and _kind(value, types):
            value = text_of(value)
        if not _kind(value, types) and not any(value == v and type(value) is type(v) for v in found):
            found.append(value)
    return found


def _kind(value: Any, types: list[str]) -> bool:
    """Whether a value is of none of the types."""
    names = {bool: ("boolean",), int: ("integer", "number"), float: ("number",), str: ("string",), dict: ("object",)}
    own = ("null",) if value is None else ("array",) if isinstance(value, list) else names.get(type(value), ())
    return not set(own) & set(types)


_CLASSES = {
    "L": r"^\W\d_",
    "Letter": r"^\W\d_",
    "N": r"\d",
    "Nd": r"\d",
}


def readable(pattern: str) -> str | None:
    """The pattern, in words that Python understands too; ``None`` where it has none. Properties of Unicode that stand
    alone are written as the classes that Python has."""
    for name, inside in _CLASSES.items():
        pattern = re.sub(rf"(?<!\\)\\p\{{{name}\}}", lambda _, s=inside: f"[{s}]", pattern)  # type: ignore[misc]
    if re.search(r"\[[^\]]*\[\^?\\", pattern):
        return None  # a class inside a class
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError):
        return None
    return pattern

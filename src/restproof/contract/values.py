"""Values that only the API's owner knows: examples of a field (``values``), formats of one's own (``formats``), and
text in an encoding.

They stand in the schema, under ``VALUES``: whatever makes values takes these and no others, since a text that looks
alike (an ISBN with another check digit) is none.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from typing import Any

from restproof.contract.functions import FUNCTIONS, own_format
from restproof.contract.inner import Made, everywhere

VALUES = "x-restproof-values"
AS_A_WORD = "x-restproof-word"
"""Stands where plain texts are a word in small letters, since others are refused."""
Schema = Mapping[str, Any]
_PLAIN = ("restproof", "North Wing", "Level 3: lobby", "r", "a longer text, of more than a few bytes")
_ENCODERS = {
    "base64": base64.b64encode,
    "base64url": base64.urlsafe_b64encode,
    "base32": base64.b32encode,
    "base16": base64.b16encode,
}
_DOCUMENTS: Mapping[str, tuple[str, ...]] = {
    "application/json": ("{}", '{"unit": 3}', "[1, 2]"),
    "text/html": ("<p>Harbour Street 12</p>", "<p>Unit 7B</p>"),
    "application/xml": ("<unit>7B</unit>", "<unit/>"),
    "text/xml": ("<unit>7B</unit>", "<unit/>"),
}


def with_values(schema: Any, formats: Mapping[str, Schema], made: Made | None = None) -> Any:
    """``schema`` with what is known of its values, at every depth: the patterns and examples of ``formats``, and texts
    in the encodings that it names. ``made``: as ``everywhere`` has it, of the same formats."""

    def known(found: dict[str, Any]) -> dict[str, Any]:
        said = formats.get(str(found.get("format")))
        if said is not None:
            if "pattern" in said and "pattern" not in found:
                found["pattern"] = said["pattern"]
            if said.get("examples"):
                found.setdefault(VALUES, list(said["examples"]))
            if FUNCTIONS in said:
                found[FUNCTIONS] = said[FUNCTIONS]
        encoded = _encoded(found)
        if encoded and not found.keys() & {VALUES, "enum", "const", "pattern"}:
            found[VALUES] = encoded
        return found

    return everywhere(schema, known, made)


def _encoded(schema: Schema) -> list[str]:
    """Texts in the encoding and of the media type that a schema names, as far as its lengths let them be."""
    encoding, media = str(schema.get("contentEncoding", "")).lower(), str(schema.get("contentMediaType", "")).lower()
    encode, texts = _ENCODERS.get(encoding), _DOCUMENTS.get(media)
    if encode is None and (texts is None or encoding):
        return []
    given = [t for t in schema.get("examples", ()) if isinstance(t, str)]
    made = [encode(t.encode()).decode() for t in texts or _PLAIN] if encode else list(texts or ())
    least, most = schema.get("minLength", 0), schema.get("maxLength", 10**9)
    return given or [t for t in made if least <= len(t) <= most]


def read_values(text: str) -> list[Any]:
    """The values of a file: a JSON array, else one text a line."""
    if text.lstrip().startswith("["):
        found = json.loads(text)
        return list(found) if isinstance(found, list) else []
    return [line for line in map(str.strip, text.splitlines()) if line]


def are_known(schema: Any, value: Any) -> bool:
    """Whether a value, and what stands in it, is one of those that the schema lists, wherever it lists some."""
    if not isinstance(schema, Mapping) or value is None:
        return True
    own = own_format(schema)
    if own is not None and own.make is not None:
        return True  # whatever its check takes is one
    if VALUES in schema and value not in schema[VALUES]:
        return False
    if isinstance(value, dict):
        known, others = schema.get("properties", {}), schema.get("additionalProperties")
        return all(are_known(known.get(name, others), inner) for name, inner in value.items())
    return not isinstance(value, list) or all(are_known(schema.get("items"), entry) for entry in value)


def listed(schema: Schema) -> Sequence[Any]:
    """The values that are known of a schema; none where all that it allows will do."""
    found: Sequence[Any] = schema.get(VALUES, ())
    return found


def is_unknown(schema: Schema) -> bool:
    """Whether the schema lists what is known, and lists nothing: no valid request holds such a field."""
    return VALUES in schema and not schema[VALUES]


def sent_fields(shape: Schema) -> Mapping[str, Schema]:
    """The fields of a request that valid ones may hold: not those of which no value is known, where they can do
    without."""
    fields, required = shape["properties"], shape.get("required", ())
    return {name: schema for name, schema in fields.items() if name in required or not is_unknown(schema)}

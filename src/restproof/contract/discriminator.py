"""``discriminator``, a word of OpenAPI: the member that tells which of the alternatives an object is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]


def told_apart(schema: Schema, written: Schema) -> dict[str, Any]:
    """The alternatives of ``written`` (``schema`` with its references followed), each with the value of the member that
    tells it apart: the key of ``mapping``, else the name that is referred to (OpenAPI 3.1 §4.8.25)."""
    discriminator: Schema = schema["discriminator"]
    name = discriminator.get("propertyName")
    found = {}
    for word in ("oneOf", "anyOf"):
        if isinstance(name, str) and word in written:
            pairs = zip(schema[word], written[word], strict=True)
            found[word] = [_alternative(name, list(_keys(discriminator, one)), part) for one, part in pairs]
    return found


def _keys(discriminator: Schema, alternative: Any) -> Iterator[str]:
    ref = alternative.get("$ref") if isinstance(alternative, dict) else None
    if not isinstance(ref, str):
        return
    mapping = discriminator.get("mapping", {})
    named = [key for key, target in mapping.items() if ref == target or ref.rsplit("/", 1)[-1] == target]
    yield from named or [ref.rsplit("/", 1)[-1].removesuffix(".json").removesuffix(".yaml")]


def _alternative(name: str, keys: list[str], part: Any) -> Any:
    if not keys or not isinstance(part, dict):
        return part
    own = part.get("properties", {}).get(name, {})
    if not isinstance(own, dict) or own.keys() & {"const", "enum"}:
        return part
    required = [*part.get("required", ()), *([name] if name not in part.get("required", ()) else [])]
    properties = {**part.get("properties", {}), name: {**own, "enum": keys}}
    return {**part, "properties": properties, "required": required}

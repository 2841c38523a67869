"""What keeps two schemas, each of which may be one of several."""

from __future__ import annotations

from restproof.contract.impossible import nothing_fits
from restproof.contract.openapi.keywords import ABSENT
from restproof.contract.openapi.schemas import WIDER, Schema, both
from restproof.contract.shapes import same, types_of


def meet(one: Schema, two: Schema) -> Schema | None:
    """The schema of what keeps both, where each may be one of several; ``None`` where no one schema says it."""
    parts: list[Schema] = []
    pairs = [(a, b) for a in options(one) for b in options(two) if types_of(a) & types_of(b)]
    for first, second in [pair for pair in pairs if not _are_apart(*pair)] or pairs:
        found = both(first, second)
        if WIDER in found:
            return None
        parts += [found] if found not in parts else []
    parts = [p for p in parts if not nothing_fits(p)] or parts
    kept = [p for p in parts if p.get("type") != "null"] + [p for p in parts if p.get("type") == "null"][:1]
    return kept[0] if len(kept) == 1 else {"anyOf": kept} if kept else None


def _are_apart(one: Schema, two: Schema) -> bool:
    """Whether no value is plainly of both: they list other values, or are texts of other formats."""
    listed = [[s["const"]] if "const" in s else s.get("enum") for s in (one, two)]
    if None not in listed and not any(same(a, b) for a in listed[0] or () for b in listed[1] or ()):
        return True
    formats = {s["format"] for s in (one, two) if "format" in s}
    return len(formats) > 1 and types_of(one) == types_of(two) == {"string"}


def options(schema: Schema) -> list[Schema]:
    """The alternatives of a schema, null apart."""
    if set(schema) - {"examples", "default", ABSENT} == {"anyOf"}:
        return [o for part in schema["anyOf"] for o in options(part)]
    kinds = schema.get("type")
    if isinstance(kinds, list) and "null" in kinds and "enum" not in schema:
        rest = [k for k in kinds if k != "null"]
        return [{**schema, "type": rest[0] if len(rest) == 1 else rest}, {"type": "null"}]
    return [schema]
